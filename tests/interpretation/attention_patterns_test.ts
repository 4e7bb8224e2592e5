import assert from "node:assert/strict";
import {
  attentionPatterns,
  chanceScores,
  PATTERNS,
} from "bertbook/interpretation/attention_patterns.ts";
import type { HeadWeights } from "bertbook/interpretation/head_scores.ts";

const TOKENS = ["[CLS]", "a", "b", "a", "[SEP]", "b", "[SEP]"];
const T = TOKENS.length;

/** A head of which each query gives all its weight to one key. */
function pointing(keyOf: (query: number) => number): HeadWeights {
  return TOKENS.map((_, query) =>
    TOKENS.map((_, key) => key === keyOf(query) ? 1 : 0)
  );
}

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is no ${expected}`);
}

Deno.test("attentionPatterns() gives 1 to the head that follows a pattern and 0 to others", () => {
  const twins: Record<number, number> = { 1: 3, 3: 1, 2: 5, 5: 2 };
  const heads = [
    pointing((query) => Math.max(0, query - 1)),
    pointing((query) => Math.min(T - 1, query + 1)),
    pointing((query) => twins[query] ?? query),
    pointing((query) => query),
    pointing(() => 0),
    pointing((query) => query === 4 ? 6 : 4),
  ];
  const scores = attentionPatterns(TOKENS, [heads]);
  PATTERNS.forEach((pattern, head) =>
    assert.equal(scores[pattern][0]![head], 1, pattern)
  );
  // Every key of "next" lies to the right, of "previous" to the left.
  assert.equal(scores["previous token"][0]![1], 0);
  // Of "[SEP]"'s head none looks at itself; no twin stands beside its word.
  assert.equal(scores["itself"][0]![5], 0);
  assert.equal(scores["next token"][0]![2], 0);
  // The head for [CLS] makes one query of six look back by one.
  close(scores["previous token"][0]![4]!, 1 / 6);
});

Deno.test("chanceScores() counts keys: each of T has the weight 1 / T", () => {
  const chance = chanceScores(TOKENS);
  close(chance["previous token"], 1 / T);
  close(chance["next token"], 1 / T);
  close(chance["same word elsewhere"], 1 / T);
  close(chance["itself"], 1 / T);
  close(chance["[CLS]"], 1 / T);
  // Five queries see both [SEP]; each [SEP] does not count as a query.
  close(chance["[SEP]"], 2 / T);
});

Deno.test("attentionPatterns() has no score where no word stands twice", () => {
  const even = [[0.5, 0.5], [0.5, 0.5]];
  const scores = attentionPatterns(["a", "b"], [[even, even]]);
  assert.deepEqual(scores["same word elsewhere"], [[NaN, NaN]]);
  assert.deepEqual(scores["previous token"], [[0.5, 0.5]]);
});

Deno.test("attentionPatterns() keeps layers and heads apart", () => {
  const back = pointing((query) => Math.max(0, query - 1));
  const next = pointing((query) => Math.min(T - 1, query + 1));
  const scores = attentionPatterns(TOKENS, [[back, next, next], [
    next,
    next,
    back,
  ]]);
  assert.deepEqual(scores["previous token"], [[1, 0, 0], [0, 0, 1]]);
});

Deno.test("attentionPatterns() refuses weights of another text", () => {
  assert.throws(() => attentionPatterns(["a", "b"], [[[[1, 0], [1]]]]), {
    name: "RangeError",
    message: /\[2, 2\]; found \[2, 1\] in layer 0, head 0/,
  });
});
