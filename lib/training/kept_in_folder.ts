/** The weights of the best epoch so far, as a saved model. @module */

import { disposeTree, namedLeaves } from "../engine/tensor_tree.ts";
import type { KeptWeights } from "./kept_weights.ts";
import { assign } from "./variables.ts";
import { type ClassifierModel, loadModel } from "../checkpoint/pretrained.ts";
import { saveModel } from "../checkpoint/save_model.ts";

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
): KeptWeights {
  let saved = false;
  return {
    async keep(): Promise<void> {
      await saveModel(model, folder);
      saved = true;
    },
    async restore(): Promise<void> {
      if (!saved) return;
      const best = await loadModel(folder);
      const values = new Map(namedLeaves(best.params));
      for (const [path, leaf] of namedLeaves(model.params)) {
        assign(leaf, () => values.get(path)!.clone());
      }
      disposeTree(best.params);
    },
  };
}
