/**
 * Parts of a model that training leaves as they are.
 *
 * A frozen leaf is a constant, so that no gradient is computed for it; and none
 * flows below the lowest leaf that is trained.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { mapLeaves } from "../engine/tensor_tree.ts";
import type { ClassifierParams } from "../model/heads/sequence_classifier.ts";
import type { BertConfig } from "../model/config.ts";

/** The embeddings with their norm, or an encoder layer by its number, from 0. */
export type FrozenPart = "embeddings" | number;

/**
 * Whether a parameter belongs to a frozen part.
 *
 * @example
 * ```ts
 * import { isFrozen } from "bertbook/training/freeze.ts";
 * import assert from "node:assert/strict";
 *
 * const freeze = ["embeddings", 0] as const;
 * assert.ok(isFrozen("bert.embeddings.norm.weight", freeze));
 * assert.ok(!isFrozen("bert.layers.1.expand.bias", freeze));
 * ```
 *
 * @param path The parameter's path in the tree of a classifier.
 * @param freeze The frozen parts.
 */
export function isFrozen(path: string, freeze: readonly FrozenPart[]): boolean {
  return freeze.some((part) =>
    path.startsWith(
      part === "embeddings" ? "bert.embeddings." : `bert.layers.${part}.`,
    )
  );
}

/** A classifier some of whose leaves are constants. */
export type FrozenParams = {
  readonly params: ClassifierParams;
  /** Frees the constants; the values stay the variables'. */
  dispose(): void;
};

/**
 * Puts constants in the place of frozen variables. Values are shared, not copied.
 *
 * @param params A classifier of variables; it stays as it is.
 * @param freeze The frozen parts.
 * @returns A tree that shares every leaf that is trained. Its owner disposes it.
 */
export function freezeParams(
  params: ClassifierParams,
  freeze: readonly FrozenPart[],
): FrozenParams {
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
 * Checks that the parts to freeze are there.
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
      `Cannot freeze a part as it must be "embeddings" or a layer's number in ` +
        `[0, numLayers): found ${
          JSON.stringify(part)
        }, numLayers is ${numLayers}`,
    );
  }
}
