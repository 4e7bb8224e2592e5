/** How broad attention is, and how much it changed. @module */

import {
  type Attentions,
  checkWeights,
  eachHead,
  type HeadScores,
  type HeadWeights,
} from "./head_scores.ts";

/**
 * How broadly each head looks: the entropy of its weights as a share of the
 * largest possible one, −Σ w ln w / ln T, mean over the queries.
 *
 * 0 is a head whose tokens each look at a single one, 1 a head that looks at all
 * alike. Clark et al. (2019), "What Does BERT Look At?", section 3.3, show it in nats.
 *
 * @example
 * ```ts
 * import { attentionEntropy } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const sharp = [[1, 0], [0, 1]], even = [[0.5, 0.5], [0.5, 0.5]];
 * assert.deepEqual(attentionEntropy([[sharp, even]]), [[0, 1]]);
 * ```
 *
 * @param attentions The weights of every head, [L][H][T][T].
 * @returns Shares in [0, 1], [L][H]; NaN for a single token.
 */
export function attentionEntropy(attentions: Attentions): HeadScores {
  return eachHead(attentions, meanEntropy);
}

function meanEntropy(weights: HeadWeights): number {
  const T = weights.length;
  let sum = 0;
  for (const row of weights) {
    for (const weight of row) if (weight > 0) sum -= weight * Math.log(weight);
  }
  return sum / (T * Math.log(T));
}

/**
 * How much each head changed: the share of its weight that moved to other keys,
 * ½ Σ |after − before|, mean over the queries.
 *
 * This is the total variation distance of two distributions.
 *
 * @param before The weights of every head, [L][H][T][T].
 * @param after The same for another state of the model and the same text.
 * @returns Shares in [0, 1], [L][H].
 * @throws {RangeError} If the two differ in size.
 */
export function attentionChange(
  before: Attentions,
  after: Attentions,
): HeadScores {
  const T = before[0]?.[0]?.length ?? 0;
  checkWeights(T, before);
  checkWeights(T, after);
  const sizes = [before, after].map((attentions) =>
    attentions.map((heads) => heads.length).join(", ")
  );
  if (sizes[0] !== sizes[1]) {
    throw new RangeError(
      `Cannot compare attention: both must have the same layers and heads; ` +
        `found layers of [${sizes[0]}] and [${sizes[1]}] heads`,
    );
  }
  return eachHead(after, (weights, layer, head) => {
    const others = before[layer]![head]!;
    let moved = 0;
    for (const [query, row] of weights.entries()) {
      for (const [key, weight] of row.entries()) {
        moved += Math.abs(weight - others[query]![key]!) / 2;
      }
    }
    return moved / T;
  });
}
