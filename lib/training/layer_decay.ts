/** Lower layers learn more slowly: what they know is of more general use. @module */

import type { BertConfig } from "../model/config.ts";
import type { LrMultipliers } from "./adamw.ts";

/**
 * The learning rates of the layers of a classifier, as shares of the full rate.
 *
 * Howard & Ruder (2018), "Universal Language Model Fine-tuning", section 3.1: each
 * layer's rate is that of the layer above it, times the decay (theirs is 1 / 2.6;
 * Clark et al. (2020), "ELECTRA", appendix B, take 0.8 and 0.9). Classifier and pooler
 * have the full rate, the encoder layer l of L has decay^(L − l), counted from 0, and the
 * embeddings have decay^(L + 1).
 *
 * @example
 * ```ts
 * import { BERT_TINY } from "bertbook/model/config.ts";
 * import { layerwiseLrMultipliers } from "bertbook/training/layer_decay.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(layerwiseLrMultipliers(0.5, BERT_TINY), {
 *   "bert.embeddings.": 0.125,
 *   "bert.layers.0.": 0.25,
 *   "bert.layers.1.": 0.5,
 * });
 * ```
 *
 * @param decay In (0, 1]; with 1, all layers learn alike.
 * @param config Supplies `numLayers`.
 * @returns The factors by the paths of the layers; undefined if the decay is 1.
 */
export function layerwiseLrMultipliers(
  decay: number,
  { numLayers }: BertConfig,
): LrMultipliers | undefined {
  if (decay === 1) return undefined;
  return Object.fromEntries([
    ["bert.embeddings.", decay ** (numLayers + 1)],
    ...Array.from({ length: numLayers }, (_, layer) => [
      `bert.layers.${layer}.`,
      decay ** (numLayers - layer),
    ]),
  ]);
}
