import assert from "node:assert/strict";
import type { Example } from "bertbook/datasets/dataset.ts";
import { parseImdb } from "bertbook/datasets/imdb.ts";
import { stratifiedSplit } from "bertbook/datasets/split.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { buildCorpus } from "../../data/reviews/corpus.ts";

const folder = new URL("../../data/reviews/", import.meta.url);
const reviews = parseImdb(
  Deno.readFileSync(new URL("reviews.csv", folder)),
  "reviews.csv",
);

const wordsOf = (review: string): Set<string> =>
  new Set(review.toLowerCase().match(/[\w']+/g));

/** Share of the test reviews that logistic regression on which words occur gets right. */
function bagOfWords(
  train: readonly Example[],
  test: readonly Example[],
): number {
  const weights = new Map<string, number>();
  const score = (words: Iterable<string>): number =>
    [...words].reduce((sum, word) => sum + (weights.get(word) ?? 0), 0);
  const bags = train.map(({ text }) => wordsOf(text));
  for (let epoch = 0; epoch < 30; epoch++) {
    const rate = 0.1 / (1 + epoch / 5);
    for (const place of randomStream(1, epoch).shuffle([...bags.keys()])) {
      const bag = bags[place]!;
      const error = train[place]!.label - 1 / (1 + Math.exp(-score(bag)));
      for (const word of bag) {
        weights.set(word, (weights.get(word) ?? 0) + rate * error);
      }
    }
  }
  const right = test.filter(({ text, label }) =>
    (score(wordsOf(text)) > 0 ? 1 : 0) === label
  );
  return right.length / test.length;
}

Deno.test("the program writes the committed reviews, byte for byte", () => {
  for (const [name, text] of Object.entries(buildCorpus())) {
    assert.ok(
      Deno.readTextFileSync(new URL(name, folder)) === text,
      `${name} differs`,
    );
  }
});

Deno.test("there are 1,200 reviews, balanced, all different, of 60 to 250 words", () => {
  assert.equal(reviews.length, 1_200);
  assert.equal(reviews.filter(({ label }) => label === 1).length, 600);
  assert.equal(new Set(reviews.map(({ text }) => text)).size, 1_200);
  for (const { text: review } of reviews) {
    const count = review.split(" ").length;
    assert.ok(count >= 60 && count <= 250, `${count} words: ${review}`);
    assert.match(review, /^[A-Z][^{}"]*\.$/);
  }
});

Deno.test("which words occur says much, but not everything", () => {
  const labels = reviews.map(({ label }) => label);
  const parts = stratifiedSplit(labels, { fraction: 0.25, seed: 1 });
  const [train, test] = [parts.train, parts.validation]
    .map((part) => part.map((index) => reviews[index]!));
  const share = bagOfWords(train!, test!);
  assert.ok(share > 0.6 && share < 0.9, `a bag of words reaches ${share}`);
});
