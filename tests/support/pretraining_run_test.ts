import assert from "node:assert/strict";
import { randomStream } from "bertbook";
import {
  countMasking,
  encodePairs,
  storyPairs,
  storyTokenizer,
} from "../../notebooks/support/pretraining_run.ts";

const STORIES = Array.from({ length: 40 }, (_, i) => [
  `Emma has ${"abcdefghij"[i % 10]} cats.`,
  "She likes them.",
  "They sleep.",
  "It rains.",
  `Number ${"klmnopqrst"[i % 10]} stays.`,
  "The end.",
]);

Deno.test("storyTokenizer() knows every word of the stories, and no other", () => {
  const tokenizer = storyTokenizer(STORIES);
  for (const text of STORIES.flat()) {
    assert.ok(!tokenizer.tokenize(text).includes("[UNK]"), text);
  }
  assert.deepEqual(tokenizer.tokenize("dogs"), ["[UNK]"]);
});

Deno.test("countMasking() counts the chosen tokens, and 80, 10 and 10 % of these", () => {
  const tokenizer = storyTokenizer(STORIES);
  const texts = Array.from(
    { length: 10 },
    () => STORIES.map((story) => story.join(" ")),
  ).flat();
  const [chosen, masked, replaced, kept] = countMasking(tokenizer, texts, 1);
  // A story has 24 tokens, and 15 % of them are 3.6.
  assert.equal(chosen!.tokens, 4 * texts.length);
  assert.equal(chosen!.percent, 16.7);
  assert.ok(Math.abs(masked!.percent - 80) < 3, `${masked!.percent}`);
  assert.ok(Math.abs(replaced!.percent - 10) < 3, `${replaced!.percent}`);
  assert.equal(
    masked!.tokens + replaced!.tokens + kept!.tokens,
    chosen!.tokens,
  );
});

Deno.test("storyPairs() pairs first halves with second halves", () => {
  const pairs = storyPairs(STORIES, randomStream(1));
  const half = (i: number) => (story: string[]) =>
    story.slice(3 * i, 3 * i + 3).join(" ");
  assert.deepEqual(pairs.map(({ first }) => first), STORIES.map(half(0)));
  const seconds = STORIES.map(half(1));
  for (const [i, { second, label }] of pairs.entries()) {
    if (label === 0) assert.equal(second, seconds[i]);
    else assert.ok(seconds.includes(second));
  }
});

Deno.test("encodePairs() gives the second sentence the token type 1", () => {
  const tokenizer = storyTokenizer(STORIES);
  const [pair, single] = encodePairs(tokenizer, [
    { first: "It rains.", second: "They sleep.", label: 1 },
    { first: "It rains." },
  ]);
  assert.deepEqual(pair!.tokenTypeIds, [0, 0, 0, 0, 0, 1, 1, 1, 1]);
  assert.equal(pair!.label, 1);
  assert.deepEqual(single!.tokenTypeIds, [0, 0, 0, 0, 0]);
  assert.equal(single!.label, 0);
});
