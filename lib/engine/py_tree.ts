/**
 * PyTrees: arguments and results of a compiled function as trees of tensors and plain
 * values, flattened into the tensors and a definition of the tree that held them.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";

/** A tensor, a plain value, or objects and arrays of them. */
export type PyTree =
  | tf.Tensor
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly PyTree[]
  | { readonly [name: string]: PyTree };

/** A tree with numbers in place of its tensors, as JAX's `PyTreeDef`. */
export type TreeDef =
  | { readonly leaf: number }
  | { readonly plain: string | number | boolean | null | undefined }
  | { readonly list: readonly TreeDef[] }
  | { readonly record: readonly (readonly [string, TreeDef])[] };

/**
 * Flattens a tree.
 *
 * @param tree Tensors and plain values.
 * @returns The tensors in order, and the definition for {@linkcode unflatten}.
 * @throws {TypeError} If the tree holds something else, such as a function.
 */
export function flatten(
  tree: PyTree,
): { leaves: tf.Tensor[]; treeDef: TreeDef } {
  const leaves: tf.Tensor[] = [];
  const walk = (node: PyTree): TreeDef => {
    if (node instanceof tf.Tensor) return { leaf: leaves.push(node) - 1 };
    if (Array.isArray(node)) return { list: node.map(walk) };
    if (node === null || PLAIN.has(typeof node)) {
      return { plain: node as string | number | boolean | null | undefined };
    }
    if (isRecord(node)) {
      return {
        record: Object.entries(node).map(([name, child]) =>
          [name, walk(child)] as const
        ),
      };
    }
    throw refuseNode(node);
  };
  return { treeDef: walk(tree), leaves };
}

const PLAIN = new Set(["string", "number", "boolean", "undefined"]);

/**
 * Builds a tree from its definition.
 *
 * @param treeDef From {@linkcode flatten}.
 * @param leaves The tensors of the new tree, in the order of the old ones.
 */
export function unflatten(
  treeDef: TreeDef,
  leaves: readonly tf.Tensor[],
): PyTree {
  if ("leaf" in treeDef) return leaves[treeDef.leaf]!;
  if ("plain" in treeDef) return treeDef.plain;
  if ("list" in treeDef) {
    return treeDef.list.map((child) => unflatten(child, leaves));
  }
  return Object.fromEntries(
    treeDef.record.map(([name, child]) => [name, unflatten(child, leaves)]),
  );
}

/** A tensor's number or a plain value, with its path in a tree. */
export type PathEntry = {
  readonly path: string;
  readonly at: { readonly leaf: number } | { readonly plain: unknown };
};

/**
 * Lists the tensors and plain values of a tree with their paths, such as
 * `[0].batch.inputIds`.
 *
 * @param treeDef From {@linkcode flatten}.
 * @returns In the order of the tree.
 */
export function entriesWithPaths(treeDef: TreeDef): PathEntry[] {
  const walk = (node: TreeDef, path: string): PathEntry[] => {
    if ("leaf" in node || "plain" in node) return [{ path, at: node }];
    if ("list" in node) {
      return node.list.flatMap((child, i) => walk(child, `${path}[${i}]`));
    }
    return node.record.flatMap(([name, child]) =>
      walk(child, path === "" ? name : `${path}.${name}`)
    );
  };
  return walk(treeDef, "");
}

/** Whether a value is an object literal, and not an object of a class. */
export function isRecord(
  node: unknown,
): node is { readonly [name: string]: PyTree } {
  if (typeof node !== "object" || node === null) return false;
  const prototype = Object.getPrototypeOf(node);
  return prototype === Object.prototype || prototype === null;
}

/** The error for something that cannot be part of a tree. */
export function refuseNode(node: unknown): TypeError {
  const kind = typeof node === "object" && node !== null
    ? node.constructor?.name ?? "object"
    : typeof node;
  return new TypeError(
    `Cannot flatten arguments or results: they must be tensors and plain values, ` +
      `in arrays and object literals; found a ${kind}; make a tensor of it, or ` +
      `let the function capture it`,
  );
}
