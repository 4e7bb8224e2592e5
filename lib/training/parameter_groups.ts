/**
 * Parameter groups: to which parameters weight decay applies, which are frozen, and the
 * learning rate of each layer.
 *
 * A frozen leaf is a constant, so no gradient is computed for it, and none flows below
 * the lowest leaf that is trained.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { mapLeaves, type TensorTree } from "../engine/tensor_tree.ts";
import { power } from "../exact_math.ts";
import type { BertConfig } from "../model/config.ts";
import type { Parameter, ParameterRole } from "../model/parameters.ts";

/**
 * Whether weight decay applies to parameters of a role: to kernels and embeddings, not
 * to biases and the weights of layer normalization.
 *
 * As in Devlin et al.'s optimizer (`google-research/bert`, optimization.py).
 *
 * @param role What the parameter does.
 * @returns `false` for `"bias"` and `"weight"`.
 */
export function decays(role: ParameterRole): boolean {
  return role === "kernel" || role === "embedding";
}

/**
 * The paths of the parameters without weight decay; see {@linkcode decays}.
 *
 * @param parameters Those of the model.
 * @returns The paths in the tree of the model.
 */
export function noDecayPaths(parameters: readonly Parameter[]): string[] {
  return parameters.flatMap(({ path, role }) => decays(role) ? [] : [path]);
}

/**
 * Multipliers of the learning rate, by the prefix of the parameters' paths; 1 for all
 * other parameters. No path may begin with two of the prefixes.
 */
export type LrMultipliers = Readonly<Record<string, number>>;

/** The multiplier of one parameter's learning rate. */
export function lrMultiplier(
  path: string,
  lrMultipliers: LrMultipliers = {},
): number {
  const prefix = Object.keys(lrMultipliers)
    .find((prefix) => path.startsWith(prefix));
  return prefix === undefined ? 1 : lrMultipliers[prefix]!;
}

/** The embeddings with their norm, or an encoder layer by its number, from 0. */
export type FrozenPart = "embeddings" | number;

/**
 * Whether a parameter belongs to a frozen part.
 *
 * @example
 * ```ts
 * import { isFrozen } from "bertbook/training/parameter_groups.ts";
 * import assert from "node:assert/strict";
 *
 * const freeze = ["embeddings", 0] as const;
 * assert.ok(isFrozen("bert.embeddings.norm.weight", freeze));
 * assert.ok(!isFrozen("bert.layers.1.intermediate.bias", freeze));
 * ```
 *
 * @param path The parameter's path in the tree of a model.
 * @param freeze The frozen parts.
 */
export function isFrozen(path: string, freeze: readonly FrozenPart[]): boolean {
  return freeze.some((part) =>
    path.startsWith(
      part === "embeddings" ? "bert.embeddings." : `bert.layers.${part}.`,
    )
  );
}

/** Parameters some of which are constants. */
export type FrozenParams<Params> = {
  readonly params: Params;
  /** Frees the constants; the values stay the variables'. */
  dispose(): void;
};

/**
 * Replaces frozen variables by constants. Values are shared, not copied.
 *
 * @param params A tree of variables; it stays as it is.
 * @param freeze The frozen parts.
 * @returns A tree that shares every leaf that is trained. Its owner disposes it.
 */
export function freezeParams<Params extends TensorTree>(
  params: Params,
  freeze: readonly FrozenPart[],
): FrozenParams<Params> {
  const constants: tf.Tensor[] = [];
  const tree = mapLeaves(params, (leaf, path) => {
    if (!isFrozen(path, freeze)) return leaf;
    const constant = leaf.clone();
    constants.push(constant);
    return constant;
  });
  return { params: tree, dispose: () => tf.dispose(constants) };
}

/**
 * Checks that the model has the parts to freeze.
 *
 * @param freeze The parts.
 * @param config Supplies `numLayers`.
 * @throws {RangeError} If the model has no such part.
 */
export function checkFreeze(
  freeze: readonly FrozenPart[],
  { numLayers }: BertConfig,
): void {
  for (const part of freeze) {
    if (part === "embeddings") continue;
    if (Number.isInteger(part) && part >= 0 && part < numLayers) continue;
    throw new RangeError(
      `Cannot freeze a part: it must be "embeddings" or a layer's number in ` +
        `[0, numLayers); found ${
          JSON.stringify(part)
        }, numLayers is ${numLayers}`,
    );
  }
}

/**
 * The number of layers that gradients flow through: from the lowest that is trained.
 *
 * @example
 * ```ts
 * import { BERT_TINY } from "bertbook";
 * import { numLayersWithGradients } from "bertbook/training/parameter_groups.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(numLayersWithGradients([0], BERT_TINY), 2);
 * assert.equal(numLayersWithGradients(["embeddings", 0], BERT_TINY), 1);
 * ```
 *
 * @param freeze The frozen parts.
 * @param config Supplies `numLayers`.
 */
export function numLayersWithGradients(
  freeze: readonly FrozenPart[],
  { numLayers }: Pick<BertConfig, "numLayers">,
): number {
  let lowest = 0;
  while (freeze.includes("embeddings") && freeze.includes(lowest)) lowest++;
  return numLayers - lowest;
}

/**
 * Layer-wise learning-rate decay: lower layers, whose knowledge is more general, learn
 * more slowly.
 *
 * Howard & Ruder (2018), "Universal Language Model Fine-tuning", section 3.1: each
 * layer's rate is that of the layer above it, times the decay (theirs is 1 / 2.6;
 * Clark et al. (2020), "ELECTRA", appendix B, take 0.8 and 0.9). The head and the
 * pooler have the full rate, encoder layer l of L has decay^(L − l), counted from 0, and
 * the embeddings have decay^(L + 1).
 *
 * @example
 * ```ts
 * import { BERT_TINY } from "bertbook";
 * import { layerwiseLrMultipliers } from "bertbook/training/parameter_groups.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(layerwiseLrMultipliers(0.5, BERT_TINY), {
 *   "bert.embeddings.": 0.125,
 *   "bert.layers.0.": 0.25,
 *   "bert.layers.1.": 0.5,
 * });
 * ```
 *
 * @param decay In (0, 1]; with 1, all layers have the same rate.
 * @param config Supplies `numLayers`.
 * @returns The multipliers by the layers' paths; undefined if the decay is 1.
 */
export function layerwiseLrMultipliers(
  decay: number,
  { numLayers }: BertConfig,
): LrMultipliers | undefined {
  if (decay === 1) return undefined;
  return Object.fromEntries([
    ["bert.embeddings.", power(decay, numLayers + 1)],
    ...Array.from({ length: numLayers }, (_, layer) => [
      `bert.layers.${layer}.`,
      power(decay, numLayers - layer),
    ]),
  ]);
}
