/**
 * Finds what belongs to the arguments of a call, by what a trace depends on:
 * their form, the shapes and element types of the tensors, the plain values.
 *
 * The arguments are walked once, and each thing on the way is one step in a tree
 * of all the ways that calls have taken. So a call with hundreds of variables
 * neither builds a key nor compares one.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { isRecord, type PyTree, refuseNode } from "./py_tree.ts";

/** A place on the way, and how it goes on. */
type Place<T> = { readonly next: Map<unknown, Place<T>>; value: T | undefined };

/** What is known of a variable: shape and element type, which never change. */
type KnownVariable = {
  readonly token: string;
  /** The last call in which it was seen, and its number among the leaves. */
  call: number;
  leaf: number;
};

/** Values of type `T` by the signatures of arguments. */
export class SignatureIndex<T> {
  readonly #variables = new WeakMap<tf.Tensor, KnownVariable>();
  #start: Place<T> = emptyPlace();
  #call = 0;

  /**
   * Walks the arguments of one call.
   *
   * @param args Trees of tensors and plain values.
   * @returns The tensors in their order, and the place that belongs to their
   * signature: set its `value`, and equal arguments will find it.
   * @throws {TypeError} If something else stands in a tree, such as a function.
   */
  find(
    args: readonly PyTree[],
  ): { leaves: tf.Tensor[]; place: { value: T | undefined } } {
    const leaves: tf.Tensor[] = [];
    const call = ++this.#call;
    let place = this.#start;
    const step = (token: unknown): void => {
      let next = place.next.get(token);
      if (next === undefined) {
        next = emptyPlace();
        place.next.set(token, next);
      }
      place = next;
    };
    const walk = (node: PyTree): void => {
      if (typeof node !== "object" || node === null) step(plainToken(node));
      else if (Array.isArray(node)) {
        step(`(${node.length}`);
        for (const child of node) walk(child);
      } else if (isRecord(node)) {
        const names = Object.keys(node);
        step(`{${names.length}`);
        for (const name of names) {
          step(name);
          walk(node[name]);
        }
      } else if (node instanceof tf.Tensor) {
        step(this.#tokenOf(node, call, leaves.length));
        leaves.push(node);
      } else throw refuseNode(node);
    };
    walk(args);
    return { leaves, place };
  }

  /** Forgets all values. */
  clear(): void {
    this.#start = emptyPlace();
  }

  /** A variable that is given twice counts as itself, not as another one. */
  #tokenOf(tensor: tf.Tensor, call: number, leaf: number): string {
    const known = this.#variables.get(tensor);
    if (known === undefined) {
      const token = `${tensor.dtype}[${tensor.shape}]`;
      if (!(tensor instanceof tf.Variable)) return token;
      const variable = { token: `variable ${token}`, call, leaf };
      this.#variables.set(tensor, variable);
      return variable.token;
    }
    if (known.call === call) return `variable ${known.leaf}`;
    known.call = call;
    known.leaf = leaf;
    return known.token;
  }
}

function emptyPlace<T>(): Place<T> {
  return { next: new Map(), value: undefined };
}

/** Plain values stand for themselves; a text must not look like another token. */
function plainToken(value: unknown): unknown {
  switch (typeof value) {
    case "string":
      return `"${value}`;
    case "number":
      return Object.is(value, -0) ? "-0" : value; // a Map takes −0 for 0
    case "boolean":
    case "undefined":
    case "object": // null
      return value;
    default:
      throw refuseNode(value);
  }
}
