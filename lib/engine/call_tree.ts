/**
 * Arguments and results of a compiled function: trees of tensors and plain
 * values, taken apart into the tensors and the form that held them.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";

/** A tensor, a plain value, or objects and arrays of them. */
export type CallTree =
  | tf.Tensor
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly CallTree[]
  | { readonly [name: string]: CallTree };

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
  tree: CallTree,
): { leaves: tf.Tensor[]; form: Form } {
  const leaves: tf.Tensor[] = [];
  const walk = (node: CallTree): Form => {
    if (node instanceof tf.Tensor) return { leaf: leaves.push(node) - 1 };
    if (Array.isArray(node)) return { list: node.map(walk) };
    if (node === null || PLAIN.has(typeof node)) {
      return { plain: node as string | number | boolean | null | undefined };
    }
    if (typeof node === "object") {
      return {
        record: Object.entries(node).map(([name, child]) =>
          [name, walk(child)] as const
        ),
      };
    }
    throw new TypeError(
      `Cannot take arguments apart as they must be tensors and plain values: ` +
        `found a ${typeof node}; let the function capture it instead`,
    );
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
export function rebuild(form: Form, leaves: readonly tf.Tensor[]): CallTree {
  if ("leaf" in form) return leaves[form.leaf]!;
  if ("plain" in form) return form.plain;
  if ("list" in form) return form.list.map((child) => rebuild(child, leaves));
  return Object.fromEntries(
    form.record.map(([name, child]) => [name, rebuild(child, leaves)]),
  );
}

/**
 * What a trace depends on, as a text: two calls of one signature can share one.
 *
 * @param leaves The tensors.
 * @param form The form that held them.
 */
export function signatureOf(leaves: readonly tf.Tensor[], form: Form): string {
  const write = (node: Form): string => {
    if ("leaf" in node) {
      const tensor = leaves[node.leaf]!;
      const kind = tensor instanceof tf.Variable ? "variable " : "";
      return `${kind}${tensor.dtype} [${tensor.shape}]`;
    }
    if ("plain" in node) {
      return typeof node.plain === "string"
        ? JSON.stringify(node.plain)
        : String(node.plain); // unlike JSON, tells Infinity and NaN from null
    }
    if ("list" in node) return `(${node.list.map(write).join(", ")})`;
    return `{${
      node.record.map(([name, child]) => `${name}: ${write(child)}`).join(", ")
    }}`;
  };
  return write(form);
}
