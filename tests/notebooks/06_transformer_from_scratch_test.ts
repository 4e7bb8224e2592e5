/** Notebook 6: every derived part equals the library's. */

import assert from "node:assert/strict";
import { numberAt, numPictures, run, textOf } from "./_run.ts";

Deno.test("06_transformer_from_scratch", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-scratch-" });
  try {
    const notebook = await run("06_transformer_from_scratch", out);
    const text = textOf(notebook);

    // What is derived is what the library computes: the page stops otherwise.
    assert.equal(text.match(/: the same\. Difference /g)?.length, 14);
    assert.match(text, /numHeads must divide hiddenSize/);
    assert.match(text, /rows of the position table; found 513/);
    assert.ok(numberAt(text, /none +([\d.e-]+)/) < 1e-4);
    assert.ok(numberAt(text, /learned +(\d\.\d+)/) > 0.1);

    // Unscaled, wide heads point; scaled, the width does not matter.
    assert.ok(numberAt(text, /^ +1024 +(0\.\d+)/m) > 0.9);
    assert.ok(numberAt(text, /^ +1024 +0\.\d+ +(0\.\d+)/m) < 0.5);

    // −∞ before the softmax is NaN where every key is hidden; −1e9 is not.
    assert.match(text, /−∞ before[^]*?\[1\] +NaN +NaN +NaN +NaN/);
    assert.match(text, /−10⁹ before[^]*?\[1\] +0\.25/);

    // Near positions are not always more alike than far ones.
    assert.ok(numberAt(text, /Only up to a distance of (\d+)\./) < 10);
    assert.equal(numPictures(notebook), 7);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
