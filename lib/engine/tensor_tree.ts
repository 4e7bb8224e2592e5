/**
 * Trees of tensors: plain nested objects and arrays whose leaves are tensors.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";

/** A nested object or array whose leaves are tensors (variables among them). */
export type TensorTree = tf.Tensor | readonly TensorTree[] | {
  readonly [name: string]: TensorTree;
};

/**
 * Lists the leaves of `tree` with their dotted paths, in insertion order.
 *
 * @example Usage
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { namedLeaves } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const bias = tf.zeros([2]);
 * const names = namedLeaves({ layers: [{ bias }] }).map(([name]) => name);
 * assert.deepEqual(names, ["layers.0.bias"]);
 * ```
 *
 * @param tree The tree to walk.
 * @param prefix Path of `tree` itself; the root has none.
 * @returns One `[path, tensor]` pair for each leaf.
 */
export function namedLeaves(
  tree: TensorTree,
  prefix = "",
): [path: string, leaf: tf.Tensor][] {
  if (tree instanceof tf.Tensor) return [[prefix, tree]];
  return Object.entries(tree).flatMap(([name, child]) =>
    namedLeaves(child, pathOf(prefix, name))
  );
}

/**
 * Builds a tree of the same form with every leaf replaced.
 *
 * @example Zeros beside every parameter
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { mapLeaves } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const params = { kernel: tf.ones([2, 3]), bias: tf.ones([3]) };
 * const moments = mapLeaves(params, (leaf) => tf.zerosLike(leaf));
 * assert.deepEqual(moments.bias.arraySync(), [0, 0, 0]);
 * ```
 *
 * @param tree The tree to walk.
 * @param f Makes the new leaf from the old one and its dotted path. It must keep
 * the rank, on which the tree's type rests.
 * @param prefix Path of `tree` itself; the root has none.
 * @returns The new tree. The caller disposes what `f` made.
 */
export function mapLeaves<T extends TensorTree>(
  tree: T,
  f: (leaf: tf.Tensor, path: string) => tf.Tensor,
  prefix = "",
): T {
  return mapped(tree, f, prefix) as T;
}

function mapped(
  tree: TensorTree,
  f: (leaf: tf.Tensor, path: string) => tf.Tensor,
  prefix: string,
): TensorTree {
  if (tree instanceof tf.Tensor) return f(tree, prefix);
  const children = Object.entries(tree).map(([name, child]) =>
    [name, mapped(child, f, pathOf(prefix, name))] as const
  );
  return Array.isArray(tree)
    ? children.map(([, child]) => child)
    : Object.fromEntries(children);
}

/**
 * Disposes every leaf. Leaves that are disposed already are left alone.
 *
 * @param tree The tree, whose owner the caller must be.
 */
export function disposeTree(tree: TensorTree): void {
  for (const [, leaf] of namedLeaves(tree)) leaf.dispose();
}

/** The path of a child. */
function pathOf(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}
