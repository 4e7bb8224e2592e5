/** Notebook 6: what it promises of attention, copying and rhymes. */

import assert from "node:assert/strict";
import { numPictures, run, textOf } from "./_run.ts";

/** The first number that stands where `pattern` has its group. */
function numberAt(text: string, pattern: RegExp): number {
  const found = text.match(pattern);
  assert.ok(found, `${pattern} stands nowhere`);
  return Number(found[1]!.replaceAll(",", ""));
}

Deno.test("06_transformer_from_scratch", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-scratch-" });
  try {
    const notebook = await run("06_transformer_from_scratch", out);
    const text = textOf(notebook);

    // What is derived is what the library computes: the page stops otherwise.
    assert.equal(text.match(/^Difference from lib\/: /gm)?.length, 3);
    assert.equal(text.match(/^Norm (post|pre), .*difference/gm)?.length, 4);
    assert.match(text, /numHeads must divide hiddenSize/);
    const change = /none +(\d\.\d+)/;
    assert.ok(numberAt(text, change) < 1e-4);
    assert.ok(numberAt(text, /learned +(\d\.\d+)/) > 0.1);

    // Unscaled, wide heads point; scaled, the width does not matter.
    assert.ok(numberAt(text, /^ +1024 +(0\.\d+)/m) > 0.9);
    assert.ok(numberAt(text, /^ +1024 +0\.\d+ +(0\.\d+)/m) < 0.5);

    // The copy task: chance before, everything after.
    assert.ok(numberAt(text, /Accuracy (0\.\d+) before/) < 0.2);
    assert.ok(numberAt(text, /before, ([01]\.\d+) after/) > 0.99);

    // The place of the norm: only true pre-norm learns without a warm-up.
    const lossOf = (name: string) =>
      numberAt(text, new RegExp(`^${name} +[\\d,]+ +(\\d\\.\\d+)$`, "m"));
    const sizeOf = (name: string) =>
      numberAt(text, new RegExp(`^${name} +([\\d,]+) `, "m"));
    assert.ok(lossOf("norm before") < 0.5);
    assert.ok(lossOf("norm after") > 1.5);
    assert.ok(lossOf("as often taught") > 1.5);
    assert.ok(sizeOf("as taught, and wider") > 2 * sizeOf("norm before"));

    // The language model: better than counting, not better than the grammar.
    const counting = numberAt(text, /which word follows which +(\d+\.\d+)/);
    const grammar = numberAt(text, /the grammar itself +(\d+\.\d+)/);
    const reached = numberAt(text, /Held-out perplexity (\d+\.\d+)/);
    assert.ok(
      grammar < reached && reached < 3.4 && 3.4 < counting,
      `${reached}`,
    );
    assert.ok(numberAt(text, /T = 0\.5: .*\((\d+) % rhyme\)/) >= 80);
    assert.ok(numberAt(text, /T = 2: .*\((\d+) % rhyme\)/) <= 60);
    assert.ok(numberAt(text, /(\d+) of 50 stand nowhere in the data/) >= 40);

    assert.match(text, /Tensors left: 0/);
    assert.equal(numPictures(notebook), 13);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
