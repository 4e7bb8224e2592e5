import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { accuracy } from "bertbook/evaluation/metrics.ts";
import { fitFewShot } from "bertbook/inference/few_shot.ts";
import { embed } from "bertbook/inference/embed.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import {
  bagAccuracy,
  bestWindows,
  drawEach,
  fewShotCurve,
  isRead,
  lastStates,
  longTextRows,
  majorityAccuracy,
  meanOf,
  meanReciprocalRank,
  questionsAndTexts,
  rankOf,
  rankRows,
  searchRows,
  wordScorer,
  wordsIn,
} from "../../notebooks/support/embeddings.ts";
import { assertNoLeak } from "../training/_support.ts";

await tf.setBackend("cpu");

const question = (context: string, text: string) => ({
  id: text,
  title: "",
  question: "?",
  context,
  answers: text === "" ? [] : [{ text, start: context.indexOf(text) }],
});

Deno.test("lastStates() has a state for padding, too, and embed() has their mean without", async () => {
  await assertNoLeak(async () => {
    const model = await loadModel("tiny", { head: "base" });
    const texts = ["Dogs bark at night.", "Cats sleep."];
    const { states, numTokens } = lastStates(model, texts, 9);
    assert.deepEqual(states.map(({ length }) => length), [9, 9]);
    assert.deepEqual(numTokens, [7, 5]);
    const expected = await embed(model, texts, { normalize: false });
    const found = meanOf(states[1]!.slice(0, 5));
    found.forEach((value, d) =>
      assert.ok(Math.abs(value - expected[1]![d]!) < 1e-5)
    );
    disposeTree(model.params);
  });
});

Deno.test("wordScorer() counts different words, or how rare they are", () => {
  const words = [...wordsIn("It's 3 o'clock. It IS!")];
  assert.deepEqual(words, ["it", "s", "3", "o", "clock", "is"]);
  const texts = ["a b b", "a c", "a c d", "a"];
  assert.deepEqual(wordScorer(texts, "equal")("b, a: b x"), [2, 1, 1, 1]);
  // All four have a, two have c, one has d: ln(4/4), ln(4/2), ln(4/1).
  const rare = wordScorer(texts, "rare")("a c d x");
  assert.deepEqual(rare, [0, Math.LN2, Math.LN2 + Math.log(4), 0]);
});

Deno.test("rankOf() puts equal scores in the middle of their places", () => {
  assert.equal(rankOf([0.1, 0.9, 0.5], 1), 1);
  assert.equal(rankOf([0.1, 0.9, 0.5], 0), 3);
  assert.equal(rankOf([0.5, 0.9, 0.5, 0.5], 3), 3);
  assert.equal(meanReciprocalRank([1, 2, 4]), (1 + 1 / 2 + 1 / 4) / 3);
  const rows = rankRows({ p: (i) => [[1, 0], [1, 2]][i]! }, [0, 0]);
  assert.deepEqual(rows, [{ program: "p", MRR: 0.75, "at rank 1": 0.5 }]);
});

Deno.test("searchRows() names the best text and how many words it shares", async () => {
  const index = {
    texts: ["go north", "go east"],
    embeddings: [[0, 1], [1, 0]],
    embedQuery: (text: string) =>
      Promise.resolve(text.startsWith("up") ? [0.6, 0.8] : [1, 0]),
  };
  const rows = await searchRows(index, ["up", "Let us go, go, go EAST!"]);
  assert.deepEqual(rows, [
    { question: "up", found: "go north", similarity: 0.8, shared: 0 },
    {
      question: "Let us go, go, go EAST!",
      found: "go east",
      similarity: 1,
      shared: 2,
    },
  ]);
});

Deno.test("questionsAndTexts() keeps all texts, and the questions with answers", () => {
  const all = [question("x y", ""), question("u v", "v"), question("x y", "y")];
  const { asked, texts, right } = questionsAndTexts(all);
  assert.deepEqual(texts, ["x y", "u v"]);
  assert.deepEqual(asked, all.slice(1));
  assert.deepEqual(right, [1, 0]);
});

Deno.test("bestWindows() gives each text its most similar window", () => {
  const windows = [{ textIndex: 0 }, { textIndex: 1 }, { textIndex: 1 }];
  const vectors = [[-1, 0], [0.6, 0.8], [0, 1]];
  assert.deepEqual(bestWindows([1, 0], vectors, windows), [-1, 0.6]);
});

const pieces = "[PAD] [UNK] [CLS] [SEP] [MASK] a b c d e f".split(" ");
const tokenizer = new BertTokenizer(
  parseVocabulary(pieces.join("\n"), "vocab.txt"),
);

Deno.test("isRead() counts the tokens up to the end of the answer", () => {
  const asked = question("c d e", "d e");
  // [CLS] a b c d e [SEP] are seven.
  assert.ok(isRead(asked, "a b c d e f", tokenizer, 7));
  assert.ok(!isRead(asked, "a b c d e f", tokenizer, 6));
});

Deno.test("longTextRows() ranks early and late answers by three kinds of vectors", () => {
  const long = (word: string): string => `${word} `.repeat(600);
  // The answers are first and last words; b is after more than 512 tokens.
  const longTexts = [`a ${long("c")}b`, `d ${long("e")}f`];
  const asked = [question(longTexts[0]!, "a"), question(longTexts[0]!, "b")];
  const rows = longTextRows(asked, longTexts, {
    queries: [[1, 0], [0, 1]],
    // A truncated text knows its first word alone.
    cutOff: [[1, 0], [0.9, 0.1]],
    windowVectors: [[1, 0], [0, 1], [0.8, 0.6], [0.8, 0.6]],
    windows: [0, 0, 1, 1].map((textIndex) => ({ textIndex })),
  }, tokenizer);
  assert.deepEqual(rows, [
    { "a text is": "its first 512 tokens", early: 1, late: 0.5 },
    { "a text is": "the mean of its windows", early: 0.5, late: 1 },
    { "a text is": "its best window", early: 1, late: 1 },
  ]);
});

const EXAMPLES = ["ab", "ab b", "ba a", "cd", "cd d", "dc c", "cd c", "dd"]
  .map((text, i) => ({ text, label: i < 3 ? 0 : 1 }));

Deno.test("drawEach() draws as many of each class, and a larger draw has the smaller one's", () => {
  const two = drawEach(EXAMPLES, 2, 7), four = drawEach(EXAMPLES, 4, 7);
  assert.deepEqual(two.map(({ label }) => label), [0, 0, 1, 1]);
  assert.deepEqual(four.map(({ label }) => label), [0, 0, 0, 1, 1, 1, 1]);
  assert.ok(two.every((each) => four.includes(each)));
  assert.equal(new Set(four).size, 7);
  const draws = [1, 2, 3, 7].map((seed) =>
    drawEach(EXAMPLES, 2, seed).map(({ text }) => text).join()
  );
  assert.ok(new Set(draws).size > 1, draws.join("; "));
});

Deno.test("the baselines of few-shot classification count words and classes", () => {
  const test = [
    { text: "ab", label: 0 },
    { text: "d cd", label: 1 },
    { text: "ab ab", label: 1 },
    { text: "cd", label: 1 },
  ];
  // Five of eight training examples have the class 1.
  assert.equal(majorityAccuracy(EXAMPLES, test), 0.75);
  assert.equal(bagAccuracy(EXAMPLES, test), 0.75);
});

Deno.test("fewShotCurve() scores what fitFewShot() fits, over several draws", async () => {
  const model = await loadModel("tiny", { head: "base" });
  const test = ["ab a", "cd c", "dd d", "ba"]
    .map((text, i) => ({ text, label: [0, 1, 1, 0][i]! }));
  const seeds = [1, 2, 3];
  const curve = await fewShotCurve(model, { pool: EXAMPLES, test }, {
    sizes: [1, 3],
    seeds,
  });
  assert.deepEqual(
    curve.map(({ series, examples }) => [series, examples]),
    [
      ["embeddings", 1],
      ["embeddings", 3],
      ["bag of words", 1],
      ["bag of words", 3],
    ],
  );
  const scores = [];
  for (const seed of seeds) {
    const drawn = drawEach(EXAMPLES, 1, seed);
    const labels = ["x", "y"];
    const found = await (await fitFewShot(model, drawn, { labels }))
      .classify(test.map(({ text }) => text));
    scores.push(accuracy(
      found.map(({ label }) => labels.indexOf(label)),
      test.map(({ label }) => label),
    ));
  }
  const [{ score, low, high }] = curve as [typeof curve[number]];
  assert.ok(
    Math.abs(score - (scores[0]! + scores[1]! + scores[2]!) / 3) < 1e-9,
  );
  assert.deepEqual([low, high], [Math.min(...scores), Math.max(...scores)]);
  disposeTree(model.params);
});
