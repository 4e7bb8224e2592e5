/** Notebook 7, the kinds of questions. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { readResults } from "../../notebooks/support/results.ts";
import { numPictures, run, textOf } from "./_run.ts";

Deno.test("07_questions beats the bag of words on new kinds of questions", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-questions-" });
  try {
    const notebook = await run("07_questions", out);
    const text = textOf(notebook);
    assert.match(text, /Embedded question corpus.*1,500 train/);
    assert.match(text, /The words are those of phase 2: true/);
    assert.match(text, /The text is that of phase 1: true/);
    assert.match(
      text,
      /BERT over whitespace +5 +what \| is \| a \| \[UNK\] \| \?/,
    );
    assert.match(text, /classifier_hidden\.0\.weight +128 × 384/);
    const [, byHand, lib] = /By hand (\S+), from lib\/ (\S+)/.exec(text)!;
    assert.equal(byHand, lib);
    assert.ok(Math.abs(Number(byHand) - Math.log(6)) < 0.15, `${byHand}`);
    assert.match(text, /New best model\./);
    const [, ended, now] = /Best epoch: \d+, loss (\S+)\nNow: loss (\S+)/
      .exec(text)!;
    assert.equal(now, ended);
    assert.match(text, /After reset: 0 questions/);
    assert.match(text, /Tensors left: 0/);
    assert.equal(numPictures(notebook), 3);
    const { questions } = await readResults(out);
    const scores = questions as Record<string, number>;
    const summary = JSON.stringify(scores);
    assert.ok(scores["bagAccuracy"]! > 0.6, summary);
    assert.ok(scores["bagAccuracy"]! < 0.8, summary);
    assert.ok(scores["accuracy"]! > 0.9, summary);
    assert.ok(scores["macroF1"]! > 0.85, summary);
    const csv = await Deno.readTextFile(join(out, "questions.csv"));
    assert.equal(
      csv.split("\n")[0],
      'actual,"DESC","ENTY","ABBR","HUM","LOC","NUM"',
    );
    const counts = csv.trim().split("\n").slice(1)
      .flatMap((line) => line.split(",").slice(1).map(Number));
    assert.equal(counts.reduce((a, b) => a + b), 300);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
