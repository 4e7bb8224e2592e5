/** Parameters that training can change where they stand. @module */

import * as tf from "@tensorflow/tfjs";
import type { TensorTree } from "../engine/tensor_tree.ts";

/**
 * Turns every leaf of a tree into a variable, in place. Values are shared, not
 * copied.
 *
 * The former leaves are disposed; a leaf that is a variable already stays as it is.
 *
 * @param tree Parameters, e.g. of a classifier; whoever owned the leaves owns the
 * variables.
 */
export function makeTrainable(tree: Exclude<TensorTree, tf.Tensor>): void {
  const branch = tree as Record<string, TensorTree>;
  for (const [name, child] of Object.entries(branch)) {
    if (!(child instanceof tf.Tensor)) makeTrainable(child);
    else if (!(child instanceof tf.Variable)) {
      branch[name] = tf.variable(child);
      child.dispose();
    }
  }
}

/**
 * Gives a variable other values; a leaf that is none stays as it is.
 *
 * @param leaf A leaf of a tree.
 * @param values Makes them; what else it makes is disposed.
 */
export function assign(leaf: tf.Tensor, values: () => tf.Tensor): void {
  if (leaf instanceof tf.Variable) tf.tidy(() => leaf.assign(values()));
}
