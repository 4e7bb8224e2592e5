/** Notebook 23, several workers. */

import assert from "node:assert/strict";
import { numberAt, numPictures, runOrSketch, textOf } from "./_run.ts";

Deno.test("23_several_workers trains on two workers, loses one, and predicts 1,024", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-workers-" });
  try {
    const notebook = await runOrSketch("23_several_workers", out);
    const text = textOf(notebook);
    // The figure, and two charts.
    assert.equal(numPictures(notebook), 3);
    const losses = [
      ...text.matchAll(/^ +\d +(0\.\d{4}) +(0\.\d{4}) +(0\.\d{4})$/gm),
    ];
    assert.equal(losses.length, 8);
    for (const [, alone, ...workers] of losses) {
      assert.deepEqual(workers, [alone, alone]);
    }
    assert.match(text, /and not at all between the workers\.$/m);
    assert.match(text, /^Worker 1: SIGKILL after step \d+\.$/m);
    assert.match(
      text,
      /found that worker 1 \(127\.0\.0\.1:port\) has ended or/,
    );
    const part = (change: string): number =>
      numberAt(text, RegExp(`^${change} +(\\d+\\.\\d+) `, "m"));
    assert.ok(part("bfloat16") < part("as it is"));
    assert.doesNotMatch(text, /Not in this run/);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
