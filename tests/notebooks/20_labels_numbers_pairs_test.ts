/** Notebook 20, on the generated film reviews and pairs of this project. */

import assert from "node:assert/strict";
import { numPictures, runOrSketch, textOf } from "./_run.ts";

const NAME = "20_labels_numbers_pairs";

/** The numbers of a row of a table, by the name it begins with. */
function rowOf(text: string, name: string): number[] {
  const row = text.split("\n").find((line) => line.startsWith(`${name}  `));
  assert.ok(row, `no row "${name}" in\n${text}`);
  return row.slice(name.length).trim().split(/ +/).map(Number);
}

Deno.test(`${NAME} learns labels, stars and pairs`, async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-labels-" });
  try {
    const notebook = await runOrSketch(NAME, out);
    const text = textOf(notebook);
    assert.match(text, /^train\.csv: 800 train, 160 validation and 240 test/m);
    assert.match(text, /^train_pairs\.csv: 1,?000 train, 150 validation/m);
    assert.equal(numPictures(notebook), 3);

    // Three losses by hand, each equal to the library's below it.
    const losses = [...text.matchAll(
      /^byHand +(\d+\.\d+)\nlibrary +(\d+\.\d+)$/gm,
    )];
    assert.equal(losses.length, 3);
    for (const [, byHand, library] of losses) assert.equal(byHand, library);

    // Accuracy of labels, subset accuracy, micro and macro F1.
    const [right, , noF1] = rowOf(text, "no label");
    assert.ok(right! > 0.6 && noF1 === 0, `${right} ${noF1}`);
    const [, , , words] = rowOf(text, "a bag of words");
    const [, , , half] = rowOf(text, "this model, 0.5");
    const [, , micro, macro] = rowOf(text, "its own thresholds");
    assert.ok(macro! > half! && half! > words!, `${macro} ${half} ${words}`);
    assert.ok(micro! > 0.75, `${micro}`);

    // Squared error, Pearson's and Spearman's correlation.
    const [ofMean, none] = rowOf(text, "the mean");
    const [ofModel, pearson, spearman] = rowOf(text, "this model");
    assert.ok(none === 0 && ofModel! < 0.7 * ofMean!, `${ofModel} ${ofMean}`);
    assert.ok(pearson! > 0.6 && spearman! > 0.6, `${pearson} ${spearman}`);
    assert.deepEqual(rowOf(text, "one too many"), [1, 1, 1]);

    const accuracies = text.slice(text.indexOf("a bag of words: premise"));
    const [both] = rowOf(accuracies, "this model");
    const [shuffled] = rowOf(accuracies, "this model, premises shuffled");
    assert.ok(both! > shuffled! + 0.1, `${both} ${shuffled}`);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
