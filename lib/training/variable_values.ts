/** The values of the variables of a tree, copied out of the engine and back. @module */

import * as tf from "@tensorflow/tfjs";
import { namedLeaves, type TensorTree } from "../engine/tensor_tree.ts";

/** Values by the paths of the variables. */
export type Values = ReadonlyMap<string, Float32Array>;

/**
 * Copies the values of all variables of a tree.
 *
 * @param tree Any tree; leaves that are constants are passed over.
 * @returns The values.
 */
export async function readValues(tree: TensorTree): Promise<Values> {
  const read = variablesOf(tree).map(async ([path, leaf]) =>
    [path, await leaf.data<"float32">()] as const
  );
  return new Map(await Promise.all(read));
}

/**
 * Gives the variables of a tree values that were read before.
 *
 * @param tree Its variables change in place.
 * @param values A value for each of them.
 */
export function assignValues(tree: TensorTree, values: Values): void {
  for (const [path, leaf] of variablesOf(tree)) {
    tf.tidy(() => leaf.assign(tf.tensor(values.get(path)!, leaf.shape)));
  }
}

/**
 * Lists the leaves of a tree that are trained.
 *
 * @param tree Any tree.
 * @returns The path of each variable, and the variable.
 */
export function variablesOf(
  tree: TensorTree,
): [path: string, leaf: tf.Variable][] {
  return namedLeaves(tree).filter((entry): entry is [string, tf.Variable] =>
    entry[1] instanceof tf.Variable
  );
}
