/** Notebook 19, questions and answers, run as a reader would. */

import assert from "node:assert/strict";
import { numberAt, numPictures, runOrSketch, textOf } from "./_run.ts";

Deno.test("19_questions_and_answers beats silence and the most similar sentence", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-answers-" });
  try {
    const notebook = await runOrSketch("19_questions_and_answers", out);
    const text = textOf(notebook);
    assert.match(text, /736 train, 134 validation,? (?:and )?202 test/);
    assert.match(text, /qa_outputs\.weight: 2 × 384\nqa_outputs\.bias: 2$/m);
    // Precision 2/3 and recall 1.
    assert.match(text, /F1 by hand +0\.8/);
    // Two figures, the losses, the heat map and the thresholds.
    assert.equal(numPictures(notebook), 5);
    const f1 = numberAt(text, /^F1 is (0\.\d+), that of silence/m);
    const silence = numberAt(text, /that of silence (0\.\d+)\./);
    assert.ok(f1 > silence + 0.1, `${f1} ${silence}`);
    const same = numberAt(text, /^(\d+) of \d+ answers stay the same/m);
    assert.ok(same > 0);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
