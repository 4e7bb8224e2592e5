/** The commonest sign that the weights of a model were not loaded. @module */

import { attentionEntropy } from "./attention_entropy.ts";
import type { Attentions } from "./head_scores.ts";

/**
 * The entropy above which attention is nearly uniform, as a share of the largest
 * possible.
 *
 * Measured for the most focused head of each layer, on 45 texts of 3 to 173 tokens:
 * at most 0.75 in MiniLM as pretrained; at least 0.984, 0.998 and 0.959 in random
 * models of the sizes of MiniLM, BERT-Tiny and BERT-base.
 */
export const UNIFORM_ENTROPY = 0.9;

/** With fewer tokens, uniform attention may be what a head has learned. */
const LEAST_TOKENS = 3;

/**
 * Whether all heads of some layer have uniform attention.
 *
 * A new layer has small random weights, its queries and keys nearly agree with one
 * another, and softmax makes equal scores into equal weights. Training breaks that
 * within the first thousands of steps, so such a layer was most likely not loaded.
 *
 * @example A model that looks nowhere in particular
 * ```ts
 * import { uniformAttentionWarning } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const even = [0, 1, 2].map(() => [1 / 3, 1 / 3, 1 / 3]);
 * assert.match(uniformAttentionWarning([[even]])!, /nearly uniform in every layer/);
 * ```
 *
 * @param attentions The weights of every head, [L][H][T][T].
 * @returns A sentence or two for the reader; `undefined` if all is well, or the text
 * is too short to tell.
 */
export function uniformAttentionWarning(
  attentions: Attentions,
): string | undefined {
  const numTokens = attentions[0]?.[0]?.length ?? 0;
  if (numTokens < LEAST_TOKENS) return undefined;
  const sharpest = attentionEntropy(attentions)
    .map((heads) => Math.min(...heads));
  const layers = sharpest
    .flatMap((entropy, layer) => entropy >= UNIFORM_ENTROPY ? [layer] : []);
  if (layers.length === 0) return undefined;
  const where = layers.length === attentions.length
    ? "every layer"
    : `layer${layers.length > 1 ? "s" : ""} ${layers.join(", ")}`;
  const least = Math.min(...layers.map((layer) => sharpest[layer]!));
  return `Attention is nearly uniform in ${where}: even the most focused head there ` +
    `has ${(100 * least).toFixed(1)} % of the largest possible entropy. ` +
    `Were the weights loaded? Compare the names in the file with those of the model.`;
}
