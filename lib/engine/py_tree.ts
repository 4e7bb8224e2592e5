/**
 * Arguments and results of a compiled function: trees of tensors and plain
 * values, taken apart into the tensors and the form that held them.
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

/** A tree without its tensors: in their places stand their numbers. */
export type Form =
  | { readonly leaf: number }
  | { readonly plain: string | number | boolean | null | undefined }
  | { readonly list: readonly Form[] }
  | { readonly record: readonly (readonly [string, Form])[] };

/**
 * Takes a tree apart.
 *
 * @param tree Tensors and plain values.
 * @returns The tensors in their order, and the form for {@linkcode rebuild}.
 * @throws {TypeError} If something else stands in the tree, such as a function.
 */
export function flatten(
  tree: PyTree,
): { leaves: tf.Tensor[]; form: Form } {
  const leaves: tf.Tensor[] = [];
  const walk = (node: PyTree): Form => {
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
  return { form: walk(tree), leaves };
}

const PLAIN = new Set(["string", "number", "boolean", "undefined"]);

/**
 * Puts a tree together again.
 *
 * @param form From {@linkcode flatten}.
 * @param leaves Tensors to stand where the old ones stood.
 */
export function rebuild(form: Form, leaves: readonly tf.Tensor[]): PyTree {
  if ("leaf" in form) return leaves[form.leaf]!;
  if ("plain" in form) return form.plain;
  if ("list" in form) return form.list.map((child) => rebuild(child, leaves));
  return Object.fromEntries(
    form.record.map(([name, child]) => [name, rebuild(child, leaves)]),
  );
}

/** What stands at a path of a tree: a tensor's number, or a plain value. */
export type Place = {
  readonly path: string;
  readonly at: { readonly leaf: number } | { readonly plain: unknown };
};

/**
 * Where each tensor or plain value of a tree stands, in its order, such as
 * `[0].batch.ids`.
 *
 * @param form From {@linkcode flatten}.
 */
export function placesIn(form: Form): Place[] {
  const walk = (node: Form, path: string): Place[] => {
    if ("leaf" in node || "plain" in node) return [{ path, at: node }];
    if ("list" in node) {
      return node.list.flatMap((child, i) => walk(child, `${path}[${i}]`));
    }
    return node.record.flatMap(([name, child]) =>
      walk(child, path === "" ? name : `${path}.${name}`)
    );
  };
  return walk(form, "");
}

/** Whether a value is an object literal, and not one of a class. */
export function isRecord(
  node: unknown,
): node is { readonly [name: string]: PyTree } {
  if (typeof node !== "object" || node === null) return false;
  const prototype = Object.getPrototypeOf(node);
  return prototype === Object.prototype || prototype === null;
}

/** Says what cannot stand in a tree. */
export function refuseNode(node: unknown): TypeError {
  const kind = typeof node === "object" && node !== null
    ? node.constructor?.name ?? "object"
    : typeof node;
  return new TypeError(
    `Cannot take arguments or results apart as they must be tensors and plain ` +
      `values, in arrays and object literals: found a ${kind}; make a tensor ` +
      `of it, or let the function capture it`,
  );
}
