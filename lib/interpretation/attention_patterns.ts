/** Which simple patterns the heads of a model follow. @module */

import {
  type Attentions,
  checkWeights,
  eachHead,
  type HeadScores,
  type HeadWeights,
} from "./head_scores.ts";

/** The patterns that the literature names. */
export type Pattern =
  | "previous token"
  | "next token"
  | "same word elsewhere"
  | "itself"
  | "[CLS]"
  | "[SEP]";

/** Whether a key is what a pattern looks for, given all tokens. */
type Target = (
  tokens: readonly string[],
  query: number,
  key: number,
) => boolean;

const isSpecial = (token: string): boolean => /^\[[A-Z]+\]$/.test(token);

/** A special token that looks at itself says nothing about its own pattern. */
const looksFor = (name: string): Target => (tokens, query, key) =>
  tokens[key] === name && tokens[query] !== name;

const TARGETS: Readonly<Record<Pattern, Target>> = {
  "previous token": (_tokens, query, key) => key === query - 1,
  "next token": (_tokens, query, key) => key === query + 1,
  "same word elsewhere": (tokens, query, key) =>
    key !== query && tokens[key] === tokens[query] && !isSpecial(tokens[key]!),
  "itself": (_tokens, query, key) => key === query,
  "[CLS]": looksFor("[CLS]"),
  "[SEP]": looksFor("[SEP]"),
};

/** Every pattern, in the order in which tables show them. */
export const PATTERNS = Object.keys(TARGETS) as readonly Pattern[];

/**
 * How much each head follows each pattern: the mean weight that it gives to the
 * pattern's keys, over the queries that have such a key.
 *
 * The first token has no previous one, and most words stand only once in a text:
 * such queries do not count. Clark et al. (2019), "What Does BERT Look At?",
 * section 3.
 *
 * @example A head that always looks back
 * ```ts
 * import { attentionPatterns } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const back = [[1, 0, 0], [1, 0, 0], [0, 1, 0]];
 * const scores = attentionPatterns(["a", "b", "c"], [[back]]);
 * assert.deepEqual(scores["previous token"], [[1]]);
 * assert.deepEqual(scores["next token"], [[0]]);
 * ```
 *
 * @param tokens The tokens, [T].
 * @param attentions The weights of every head, [L][H][T][T].
 * @returns For each pattern a score in [0, 1] for every head, [L][H]; NaN where no
 * query has such a key.
 * @throws {RangeError} If the weights do not fit the tokens.
 */
export function attentionPatterns(
  tokens: readonly string[],
  attentions: Attentions,
): Record<Pattern, HeadScores> {
  checkWeights(tokens.length, attentions);
  const scores = PATTERNS.map((pattern): [Pattern, HeadScores] => {
    const links = linksOf(tokens, TARGETS[pattern]);
    return [
      pattern,
      eachHead(attentions, (weights) => meanWeight(weights, links)),
    ];
  });
  return Object.fromEntries(scores) as Record<Pattern, HeadScores>;
}

/**
 * The score of a head with uniform attention, as a baseline.
 *
 * @param tokens The tokens, [T].
 * @returns One score for each pattern; NaN where no query has such a key.
 */
export function chanceScores(
  tokens: readonly string[],
): Record<Pattern, number> {
  const T = tokens.length;
  const uniform = tokens.map(() => tokens.map(() => 1 / T));
  const scores = attentionPatterns(tokens, [[uniform]]);
  return Object.fromEntries(
    PATTERNS.map((pattern) => [pattern, scores[pattern][0]![0]!]),
  ) as Record<Pattern, number>;
}

/** For each query that has any, its keys. */
function linksOf(
  tokens: readonly string[],
  isTarget: Target,
): { query: number; keys: number[] }[] {
  return tokens.map((_, query) => ({
    query,
    keys: tokens.flatMap((_, key) => isTarget(tokens, query, key) ? [key] : []),
  })).filter(({ keys }) => keys.length > 0);
}

function meanWeight(
  weights: HeadWeights,
  links: readonly { query: number; keys: readonly number[] }[],
): number {
  let sum = 0;
  for (const { query, keys } of links) {
    for (const key of keys) sum += weights[query]![key]!;
  }
  return sum / links.length;
}
