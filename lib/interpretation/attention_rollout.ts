/** How much of each input token reaches each token, layer by layer. @module */

import { type Attentions, checkWeights } from "./head_scores.ts";

/**
 * Attention rollout: the weights of all layers multiplied together.
 *
 * A layer adds what its heads mix to what was there (the residual connection), so
 * half of each row is the token itself: Ā = ½ (mean over heads) + ½ I. The product
 * of these matrices from the first layer to layer l says how much of each input
 * token is in each token after l. Abnar & Zuidema (2020), "Quantifying Attention
 * Flow in Transformers", equation 1. It leaves out values and feed-forward layers, so
 * it is an account of attention, not of the prediction.
 *
 * @example A head that attends to itself moves nothing
 * ```ts
 * import { attentionRollout } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const itself = [[1, 0], [0, 1]];
 * assert.deepEqual(attentionRollout([[itself], [itself]]).at(-1), itself);
 * ```
 *
 * @param attentions The weights of every head, [L][H][T][T].
 * @returns One matrix [T][T] after each layer; every row sums to 1.
 * @throws {RangeError} If the heads differ in size.
 */
export function attentionRollout(attentions: Attentions): number[][][] {
  const T = attentions[0]?.[0]?.length ?? 0;
  checkWeights(T, attentions);
  let reached = identity(T);
  return attentions.map((heads) => {
    const mixed = identity(T).map((row, query) =>
      row.map((own, key) => {
        const sum = heads.reduce((sum, head) => sum + head[query]![key]!, 0);
        return 0.5 * sum / heads.length + 0.5 * own;
      })
    );
    reached = multiply(mixed, reached);
    return reached;
  });
}

function identity(size: number): number[][] {
  return Array.from(
    { length: size },
    (_, i) => Array.from({ length: size }, (_, j) => i === j ? 1 : 0),
  );
}

function multiply(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
): number[][] {
  return a.map((row) =>
    b.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0))
  );
}
