/** Notebook 11: copying, the place of the norm, and the warm-up. */

import assert from "node:assert/strict";
import { numberAt, numPictures, run, textOf } from "./_run.ts";

Deno.test("11_training_a_transformer", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-training-" });
  try {
    const notebook = await run("11_training_a_transformer", out);
    const text = textOf(notebook);

    // The copy task: chance before, everything after.
    assert.ok(numberAt(text, /before training +(0\.\d+)/) < 0.2);
    assert.ok(numberAt(text, /after 100 steps +([01](?:\.\d+)?)/) > 0.99);

    // The gradient: lowest layer with pre-norm, upper half with the others.
    assert.equal(numberAt(text, /^pre-norm: largest in layer (\d+) of 12/m), 1);
    assert.ok(numberAt(text, /^post-norm: largest in layer (\d+) of/m) > 6);

    // The place of the norm: without a warm-up, only true pre-norm learns.
    const chart = text.match(/without a warm-up\. .*/)![0];
    assert.ok(numberAt(chart, / pre-norm: \S+ at 1 to (\S+) at 118/) < 0.1);
    assert.ok(numberAt(chart, /post-norm: \S+ at 1 to (\S+) at 118/) > 1.5);
    assert.ok(numberAt(chart, /writes it: \S+ at 1 to (\S+) at 118/) > 1.5);
    assert.ok(
      numberAt(text, /With a warm-up the loss falls to ([\d.]+)\./) < 0.1,
    );
    assert.equal(numPictures(notebook), 8);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
