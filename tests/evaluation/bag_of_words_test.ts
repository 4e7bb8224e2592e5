// Needs --allow-read: tests/golden/bag_of_words.json, written by bag_of_words.py beside it.
import assert from "node:assert/strict";
import { bagLogits, fitBagOfWords } from "bertbook/evaluation/bag_of_words.ts";
import { softmax } from "bertbook/evaluation/probabilities.ts";

type Case = {
  numWords: number;
  numClasses: number;
  penalty: number;
  texts: number[][];
  labels: number[];
  probabilities: number[][];
};

const file = new URL("../golden/bag_of_words.json", import.meta.url);
const { cases }: { cases: Case[] } = JSON.parse(await Deno.readTextFile(file));

for (const { texts, labels, probabilities, ...sizes } of cases) {
  const name = `${sizes.numClasses} classes, penalty ${sizes.penalty}`;
  Deno.test(`probabilities equal scikit-learn's: ${name}`, () => {
    const model = fitBagOfWords(texts, labels, { ...sizes, tolerance: 1e-10 });
    for (const [n, text] of texts.entries()) {
      softmax(bagLogits(text, model)).forEach((p, c) => {
        const expected = probabilities[n]![c]!;
        assert.ok(Math.abs(p - expected) < 1e-6, `${p}, not ${expected}`);
      });
    }
  });
}

Deno.test("without words the bias is the logarithm of the classes' shares", () => {
  const labels = [0, 0, 0, 1];
  const model = fitBagOfWords(labels.map(() => []), labels, {
    numWords: 0,
    numClasses: 2,
    tolerance: 1e-12,
  });
  softmax(bagLogits([], model)).forEach((p, c) =>
    assert.ok(Math.abs(p - [0.75, 0.25][c]!) < 1e-9)
  );
});

Deno.test("neither the order of texts nor that of words matters", () => {
  const { texts, labels, probabilities: _, ...sizes } = cases[0]!;
  const options = { ...sizes, tolerance: 1e-9 };
  const model = fitBagOfWords(texts, labels, options);
  const reversed = fitBagOfWords(
    texts.toReversed().map((text) => text.toReversed()),
    labels.toReversed(),
    options,
  );
  model.weights.forEach((weight, i) =>
    assert.ok(Math.abs(weight - reversed.weights[i]!) < 1e-6)
  );
});

Deno.test("fitBagOfWords() refuses ids and labels outside its sizes", () => {
  const sizes = { numWords: 2, numClasses: 2 };
  for (
    const [text, label] of [[[2], 0], [[-1], 0], [[0.5], 0], [[0], 2]] as const
  ) {
    assert.throws(() => fitBagOfWords([[0], [...text]], [0, label], sizes), {
      name: "RangeError",
      message: /words of text 1: its ids must be below 2 and its label below 2/,
    });
  }
  assert.throws(() => fitBagOfWords([[0]], [], sizes), RangeError);
  assert.throws(
    () => fitBagOfWords([], [], sizes),
    /at least one example; found 0/,
  );
  for (const penalty of [0, -1, NaN]) {
    assert.throws(
      () => fitBagOfWords([[0]], [0], { ...sizes, penalty }),
      /Cannot fit weights: penalty must be a finite number above 0/,
    );
  }
});

Deno.test("bagLogits() refuses ids that are no word's", () => {
  const model = fitBagOfWords([[0], [1]], [0, 1], {
    numWords: 2,
    numClasses: 2,
  });
  for (const id of [2, 3, -1, 0.5, NaN]) {
    assert.throws(() => bagLogits([0, id], model), {
      name: "RangeError",
      message: new RegExp(`must be below 2; found ${id}$`),
    });
  }
});

Deno.test("fitBagOfWords() says so where it did not get to the minimum", () => {
  // So small a penalty puts the minimum far away: the texts can be told apart.
  const options = {
    numWords: 2,
    numClasses: 2,
    penalty: 1e-9,
    tolerance: 1e-9,
  };
  assert.throws(() => fitBagOfWords([[0], [1]], [0, 1], options), {
    name: "RangeError",
    message: /must converge to 1e-9 within 10000 iterations; found .* raise/,
  });
});
