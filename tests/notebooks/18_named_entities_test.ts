/** Notebook 18, named entities, run as a reader would. */

import assert from "node:assert/strict";
import { numberAt, numPictures, runOrSketch, textOf } from "./_run.ts";

Deno.test("18_named_entities finds names that are nowhere in training", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-entities-" });
  try {
    const notebook = await runOrSketch("18_named_entities", out);
    const text = textOf(notebook);
    assert.equal(numPictures(notebook), 6);

    // The file as it is, and the spans of IOB2 and of I- alone.
    assert.match(text, /^Will O\nWill B-PER\nsell O\n.*\n.*\n\? O\n\nQuentin/m);
    assert.match(text, /B-PER O O O: Nobody told \[Otto PER\] \[Clara PER\]/);
    assert.match(text, /I-PER O O O: Nobody told \[Otto Clara PER\]/);
    assert.match(text, /^##wick +-100 +ignored$/m);
    assert.match(text, /The matrix: \d+ × 9\n/);

    // Accuracy, precision, recall, F1 of each program.
    const scoresOf = (row: string): number[] =>
      new RegExp(`^${row} +([\\d.]+) +([\\d.]+) +([\\d.]+) +([\\d.]+)$`, "m")
        .exec(text)!.slice(1).map(Number);
    const [always, , , none] = scoresOf("test +always O");
    const [, , , known] = scoresOf("validation +usual tag");
    const [, , , unseen] = scoresOf("test +usual tag");
    const [accuracy, precision, recall, f1] = scoresOf("test +this model");
    assert.ok(always! > 0.7 && none === 0);
    assert.ok(known! > 0.3 && known! < 0.5 && unseen! < 0.05);
    assert.ok(accuracy! > 0.93 && f1! > 0.8, `${accuracy}, ${f1}`);
    const mean = 2 * precision! * recall! / (precision! + recall!);
    assert.ok(Math.abs(mean - f1!) < 1e-3, "F1 is the harmonic mean");
    const low = numberAt(text, /interval of F₁ is (0\.\d\d) to/);
    const high = numberAt(text, /interval of F₁ is 0\.\d\d to (0\.\d\d)/);
    assert.ok(low < f1! && f1! < high);

    // Each type has its scores, and their supports are those of all test entities.
    const supports = ["LOC", "ORG", "PER", "PROD", "macro mean"].map((type) =>
      numberAt(text, new RegExp(`^${type} +0.*? (\\d+)$`, "m"))
    );
    const total = supports.pop();
    assert.equal(supports.reduce((a, b) => a + b), total);
    assert.match(text, /^predicted: .*\nactual: /m);
    assert.match(text, /Is the \[Amazon PROD\] waterproof\?/);
    assert.match(text, /Nobody lives in \[Amazon LOC\]\./);
    assert.match(
      text,
      /\[Robin PER\] saw a robin\.\n\[robin PER\] saw a Robin\./,
    );
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
