/** One number for every head of a model, [L][H]. @module */

/** One head's weights, [T][T]: query, key. Every row sums to 1. */
export type HeadWeights = readonly (readonly number[])[];

/** The weights of every layer and head, [L][H][T][T]. */
export type Attentions = readonly (readonly HeadWeights[])[];

/** A number for every head, [L][H]. */
export type HeadScores = number[][];

/**
 * Scores every head.
 *
 * @param attentions The weights of every head, [L][H][T][T].
 * @param score What to make of one head.
 * @returns The scores, [L][H].
 */
export function eachHead(
  attentions: Attentions,
  score: (weights: HeadWeights, layer: number, head: number) => number,
): HeadScores {
  return attentions.map((heads, layer) =>
    heads.map((weights, head) => score(weights, layer, head))
  );
}

/**
 * Checks that attention fits a text.
 *
 * @param numTokens T.
 * @param attentions The weights of every head.
 * @throws {RangeError} If a head is not [T][T].
 */
export function checkWeights(numTokens: number, attentions: Attentions): void {
  for (const [layer, heads] of attentions.entries()) {
    for (const [head, weights] of heads.entries()) {
      const odd = weights.find((row) => row.length !== numTokens);
      if (weights.length === numTokens && odd === undefined) continue;
      throw new RangeError(
        `Cannot read attention: every head must be [${numTokens}, ${numTokens}]; ` +
          `found [${weights.length}, ${
            (odd ?? weights[0])?.length ?? 0
          }] in layer ${layer}, head ${head}`,
      );
    }
  }
}

/**
 * The mean over several texts.
 *
 * @param scores The scores in each text, each [L][H].
 * @returns Each head's mean over the texts in which it has a score, [L][H]; NaN where
 * it has none.
 */
export function meanScores(scores: readonly HeadScores[]): HeadScores {
  return (scores[0] ?? []).map((heads, layer) =>
    heads.map((_, head) => {
      const known = scores.map((each) => each[layer]![head]!)
        .filter((score) => !Number.isNaN(score));
      return known.reduce((sum, score) => sum + score, 0) / known.length;
    })
  );
}

/**
 * Lists the heads by their scores.
 *
 * @example
 * ```ts
 * import { rankHeads } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const [best] = rankHeads([[0.1, 0.2], [0.9, NaN]]);
 * assert.deepEqual(best, { layer: 1, head: 0, score: 0.9 });
 * ```
 *
 * @param scores A score for each head, [L][H].
 * @returns Layers and heads, both from 0, the highest score first; heads without a
 * score are left out.
 */
export function rankHeads(
  scores: HeadScores,
): { layer: number; head: number; score: number }[] {
  return scores.flatMap((heads, layer) =>
    heads.map((score, head) => ({ layer, head, score }))
  ).filter(({ score }) => !Number.isNaN(score))
    .sort((a, b) => b.score - a.score);
}
