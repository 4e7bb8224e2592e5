import { provideLibrary } from "bertbook/engine/tensorflow/library.ts";
import { loadForGood } from "bertbook/engine/tensorflow/context.ts";
import assert from "node:assert/strict";

const PROGRAM = `
import { openContext } from "bertbook/engine/tensorflow/context.ts";
openContext(Deno.args[0], { threads: 1, interOpThreads: 1 });
console.error("end");
`;

Deno.test("a process that opens TensorFlow and does nothing ends well and in silence", async () => {
  const { path } = await provideLibrary();
  const deno = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--ext=ts", "-", path],
    env: { TF_CPP_MIN_LOG_LEVEL: "2" },
    stdin: "piped",
    stderr: "piped",
  }).spawn();
  const writer = deno.stdin.getWriter();
  await writer.write(new TextEncoder().encode(PROGRAM));
  await writer.close();
  const { code, stderr } = await deno.output();
  assert.equal(new TextDecoder().decode(stderr), "end\n");
  assert.equal(code, 0);
});

Deno.test("a file that cannot be loaded is left for Deno to refuse", () => {
  loadForGood("/nowhere/library.so", { showLog: false });
  assert.throws(() => Deno.dlopen("/nowhere/library.so", {}));
});
