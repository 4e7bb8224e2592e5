/** The weights of the best epoch so far. @module */

import * as tf from "@tensorflow/tfjs";
import { disposeTree, namedLeaves } from "../engine/tensor_tree.ts";
import type { ClassifierParams } from "../model/classifier.ts";
import {
  type ClassifierModel,
  loadClassifier,
  saveClassifier,
} from "../weights/pretrained.ts";

/** Keeps one epoch's weights and brings them back. */
export type BestWeights = {
  /** Keeps the present weights instead of those kept before. */
  keep(): Promise<void>;
  /** Brings the kept weights back; without any, does nothing. */
  restore(): Promise<void>;
};

/**
 * Keeps the weights as plain arrays.
 *
 * @param params Variables.
 * @returns A keeper that holds no tensor.
 */
export function keptInMemory(params: ClassifierParams): BestWeights {
  let kept: Float32Array[] = [];
  return {
    async keep(): Promise<void> {
      const leaves = namedLeaves(params).map(([, leaf]) => leaf);
      kept = await Promise.all(leaves.map((leaf) => leaf.data<"float32">()));
    },
    restore(): Promise<void> {
      for (const [i, values] of kept.entries()) {
        const [, leaf] = namedLeaves(params)[i]!;
        assign(leaf, () => tf.tensor(values, leaf.shape));
      }
      return Promise.resolve();
    },
  };
}

/**
 * Saves the weights as a model that can be opened anywhere.
 *
 * @param model Its parameters are variables.
 * @param folder Where the model is saved, over the one saved before.
 * @returns A keeper that holds no tensor.
 */
export function keptInFolder(
  model: ClassifierModel,
  folder: string,
): BestWeights {
  let saved = false;
  return {
    async keep(): Promise<void> {
      await saveClassifier(model, folder);
      saved = true;
    },
    async restore(): Promise<void> {
      if (!saved) return;
      const { labels } = model;
      const best = await loadClassifier(folder, { labels, seed: 0 });
      const values = new Map(namedLeaves(best.params));
      for (const [path, leaf] of namedLeaves(model.params)) {
        assign(leaf, () => values.get(path)!.clone());
      }
      disposeTree(best.params);
    },
  };
}

function assign(leaf: tf.Tensor, values: () => tf.Tensor): void {
  if (leaf instanceof tf.Variable) tf.tidy(() => leaf.assign(values()));
}
