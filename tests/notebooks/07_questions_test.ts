/** Notebook 7, the kinds of questions. */

import assert from "node:assert/strict";
import { disposeTree, loadModel } from "bertbook";
import { join } from "node:path";
import { readResults } from "../../notebooks/support/results.ts";
import { numPictures, run, textOf } from "./_run.ts";

Deno.test("07_questions beats the bag of words on new kinds of questions", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-questions-" });
  try {
    const notebook = await run("07_questions", out);
    const text = textOf(notebook);
    assert.match(text, /Embedded question corpus.*1,500 train/);
    assert.match(text, /The model has 22,715,526 parameters/);
    assert.match(text, /classifier_hidden\.0\.weight: 128 × 384/);
    const [, byHand, lib] = /By hand (\S+), from lib\/ (\S+)/.exec(text)!;
    assert.equal(byHand, lib);
    assert.ok(Math.abs(Number(byHand) - Math.log(6)) < 0.15, `${byHand}`);
    assert.match(text, /New best model\./);
    const [, ended, now] = /Best epoch: \d+, loss (\S+)\nFolder: loss (\S+)/
      .exec(text)!;
    assert.equal(now, ended);
    // Seven scores of both parts after each of three epochs; the weighted recall is
    // the accuracy.
    const scores7 = [...text.matchAll(
      /^ +\d {2}(?:train|validation)((?: +[01]\.\d{3}){7}) *$/gm,
    )].map(([, scores]) => scores!.trim().split(/ +/));
    assert.equal(scores7.length, 6);
    for (const scores of scores7) assert.equal(scores[0], scores[5]);
    // F1 of "person or not" is that of HUM.
    const [, ofTwo] = /^F1 (\S+)$/m.exec(text)!;
    const [, ofSix] = /^HUM +\S+ +\S+ +\S+ +(\S+) +\S+ +66$/m.exec(text)!;
    assert.equal(ofTwo, ofSix);
    assert.equal(numPictures(notebook), 2);
    assert.match(text, /^actual,"DESC",/m);
    assert.match(text, /After reset\(\): 0 questions/);
    // The twelve recorded epochs.
    assert.equal(
      [...text.matchAll(/^ +\d+ {2,}0\.\d{3} .* 0\.\d{3} *$/gm)].length,
      12,
    );
    const saved = await loadModel(join(out, "questions"));
    assert.deepEqual(saved.labels, [
      "DESC",
      "ENTY",
      "ABBR",
      "HUM",
      "LOC",
      "NUM",
    ]);
    disposeTree(saved.params);
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
