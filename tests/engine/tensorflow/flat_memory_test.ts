import { provideLibrary } from "bertbook/engine/tensorflow/library.ts";
import assert from "node:assert/strict";
import { RUNS_ALL } from "../../_tiers.ts";

/**
 * Calls a function of the shape of a training step again and again: variables that
 * change in place, new inputs, results that are read. What is alive is counted after
 * garbage is collected, on both sides: V8's heap, and what the C library has handed out.
 */
const PROGRAM = `
import * as tf from "@tensorflow/tfjs";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";

const SIZES = Array(10).fill("usize");
const { symbols: libc } = Deno.dlopen("libc.so.6", {
  mallinfo2: { parameters: [], result: { struct: SIZES } },
});
const allocated = () => Number(new BigUint64Array(libc.mallinfo2().buffer)[7]);

await startEngine({ engine: "tensorflow", threads: 1 });
const variables = Array.from({ length: 50 }, (_, i) => tf.variable(tf.fill([4], i)));
const step = compile((variables, x, rate) => {
  for (const v of variables) v.assign(v.add(x.mul(rate)));
  return { loss: x.sum(), norm: x.max() };
});
const take = async (i) => {
  const x = tf.tensor1d([i, 1, 2, 3]);
  const rate = tf.scalar(1 / i);
  const outcome = step(variables, x, rate);
  for (const scalar of Object.values(outcome)) await scalar.data();
  tf.dispose([x, rate, outcome]);
};
const look = async () => {
  for (let i = 0; i < 3; i++) { // array buffers are freed in the background
    gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { heap: Deno.memoryUsage().heapUsed, allocated: allocated() };
};
const CALLS = 2000, WINDOWS = 5;
// V8 compiles, and both sides fill their pools.
for (let i = 1; i <= 2 * CALLS; i++) await take(i);
const found = { heap: [], allocated: [] };
for (let window = 0, before = await look(); window < WINDOWS; window++) {
  for (let i = 1; i <= CALLS; i++) await take(i);
  const now = await look();
  found.heap.push((now.heap - before.heap) / CALLS);
  found.allocated.push((now.allocated - before.allocated) / CALLS);
  before = now;
}
console.log(JSON.stringify(found));
Deno.exit();
`;

Deno.test({
  name: "fault 60: thousands of steps leave nothing behind",
  // Only on Linux does the C library report what it has allocated.
  ignore: Deno.build.os !== "linux" || !RUNS_ALL,
  fn: async () => {
    await provideLibrary();
    const deno = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        "--v8-flags=--expose-gc",
        "--ext=ts",
        "-",
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = deno.stdin.getWriter();
    await writer.write(new TextEncoder().encode(PROGRAM));
    await writer.close();
    const { code, stdout, stderr } = await deno.output();
    const text = new TextDecoder();
    assert.equal(code, 0, text.decode(stderr));
    const found = JSON.parse(text.decode(stdout)) as Record<string, number[]>;
    // Bytes a step. What is forgotten in each step is missing in each window; the
    // smallest piece of memory takes 32.
    const middle = (name: string): number =>
      found[name]!.toSorted((a, b) => a - b)[found[name]!.length >> 1]!;
    assert.ok(middle("heap") < 32, `V8's heap: ${found.heap}`);
    assert.ok(middle("allocated") < 32, `the library's: ${found.allocated}`);
  },
});
