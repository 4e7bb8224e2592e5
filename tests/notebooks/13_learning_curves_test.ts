/** Notebook 13, on the questions and sentences of this project. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { checkPage } from "../../tools/jupyter/check_page.ts";
import { readNotebook } from "../../tools/jupyter/notebook_file.ts";
import { NOTEBOOKS, numPictures, runOrSketch, textOf } from "./_run.ts";

/** The losses and accuracies of a run's row in the last table: [first, last] each. */
function rowOf(text: string, name: string): [number, number][] {
  const row = new RegExp(`^${name} {2,}(.*)$`, "m").exec(text)?.[1];
  assert.ok(row !== undefined, `no row "${name}" in:\n${text}`);
  return [...row.matchAll(/(\d\.\d+) → (\d\.\d+)/g)]
    .map(([, first, last]) => [Number(first), Number(last)]);
}

Deno.test("13_learning_curves shows each fault by its curves", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-curves-" });
  try {
    const notebook = await runOrSketch("13_learning_curves", out);
    const text = textOf(notebook);
    assert.match(text, /Embedded question corpus: 6 classes/);
    assert.match(text, /Equal probabilities: 1\.792 nats/);
    assert.match(text, /Attention is nearly uniform in every layer/);
    assert.equal(numPictures(notebook), 7);
    assert.match(text, /^Kept: epoch \d, accuracy 0\.\d{3}\.$/m);
    // Stopped after 7 of 12 steps, it continues from there.
    assert.match(text, /TrainingStoppedError: .* stopped at step 7 of 12/);
    assert.match(text, /^cut off: from step 7$/m);
    assert.match(text, /^12 losses and all weights are equal\.$/m);

    const [, healthy, score] = rowOf(text, "healthy");
    assert.ok(healthy![1] < 0.2 && score![1] > 0.95, `${healthy} ${score}`);
    const [slow] = rowOf(text, "rate too low");
    assert.ok(slow![0] - slow![1] < 0.1, `${slow}`);
    const [, fast] = rowOf(text, "rate too high");
    assert.ok(fast![1] > 2 * healthy![1], `${fast}`);
    const [memorized, rising] = rowOf(text, "over-fitted");
    assert.ok(memorized![1] < 0.1, `${memorized}`);
    assert.ok(rising![1] > 2 * rising![0], `${rising}`);
    const [noise, , guesses] = rowOf(text, "labels shuffled");
    assert.ok(noise![1] < noise![0] && guesses![1] < 0.35, `${guesses}`);
    const [, , blank] = rowOf(text, "weights not loaded");
    assert.ok(blank![1] < score![1] - 0.1, `${blank}`);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("13_learning_curves is committed with the embedded outputs", async () => {
  const file = join(NOTEBOOKS, "13_learning_curves.ipynb");
  const notebook = await readNotebook(file);
  assert.deepEqual(checkPage(notebook), []);
  assert.match(textOf(notebook), /Embedded question corpus/);
});
