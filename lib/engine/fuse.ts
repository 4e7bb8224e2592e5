/**
 * Operator fusion: chains of small operations become a few passes over the memory
 * instead of one for each operation.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import {
  accelerator,
  type FusedKernel,
  type FusedUpdate,
  type FuseOptions,
  type FusingTrace,
} from "./accelerator.ts";
import { flatten, type PyTree, unflatten } from "./py_tree.ts";
import { SignatureIndex } from "./tracing_cache.ts";

/**
 * The largest tensors, in elements, that fit into a core's nearest cache, where one
 * pass more costs less than another kernel is worth.
 */
const SMALL = 1 << 13;

/**
 * Makes a function whose operations become one kernel inside a compiled
 * function, where TensorFlow has XLA for the processor.
 *
 * An operation on each element costs a read and a write of the memory, and next
 * to nothing else. XLA writes machine code that reads once, computes, and writes
 * once. It multiplies matrices worse than oneDNN, so those stay outside. Each
 * signature (shapes, element types, plain values) is one kernel, however often it
 * is called; to make it takes some 70 ms, at the first call. Later processes find it
 * in a cache: see `tensorflow/kernel_cache.ts`.
 *
 * Everywhere else the function runs as it is: on small tensors, outside of a
 * compiled function, on other engines, on a GPU. So it must be a function of its
 * arguments alone, and it has no derivative: wrap it in `tf.customGrad`.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { compile } from "bertbook";
 * import { fuse } from "bertbook/engine/fuse.ts";
 * import assert from "node:assert/strict";
 *
 * const swish = fuse("swish", (x: tf.Tensor) => x.mul(x.sigmoid()));
 * const twice = compile((x: tf.Tensor) => swish(swish(x)));
 * assert.equal(twice(tf.tensor1d([0])).dataSync()[0], 0);
 * ```
 *
 * @param name Appears in TensorFlow's messages and profiles.
 * @param run A function of tensors, in trees of objects and arrays, and plain
 * values. It uses no other tensors and no variables, and returns new ones.
 * @param options Which results matrix products read: they are rounded to bfloat16
 * while they are computed, where the function around them multiplies in it.
 * @returns A function of the same arguments and results.
 */
export function fuse<
  Args extends readonly PyTree[],
  Result extends PyTree,
>(
  name: string,
  run: (...args: Args) => Result,
  options: FuseOptions = {},
): (...args: Args) => Result {
  const index = new SignatureIndex<Map<string, FusedKernel>>();
  return (...args) => {
    const trace = fusingTrace();
    if (trace === undefined) return run(...args);
    const { leaves, entry } = index.find(args);
    if (areSmall(leaves)) return run(...args);
    const kernels = entry.value ??= new Map<string, FusedKernel>();
    const types = trace.typesOf(leaves);
    const kernel = kernels.get(types) ??
      accelerator()!.fusedKernel(trace, name, leaves, (symbols) => {
        const { treeDef } = flatten(args);
        return run(...unflatten(treeDef, symbols) as unknown as Args);
      }, options);
    kernels.set(types, kernel);
    return kernel.call(trace, leaves) as Result;
  };
}

/**
 * Makes a change of variables that becomes one kernel where {@linkcode fuse} makes
 * one: their values are read, changed and written in one pass, in place.
 *
 * @param name Appears in TensorFlow's messages and profiles.
 * @param run Computes new values, one for each variable, from the present values
 * and the inputs. It uses no other tensors.
 * @returns Changes float32 variables, given other tensors, and says whether it did:
 * where nothing is fused it does nothing, since there is always a better way.
 */
export function fuseUpdate(
  name: string,
  run: (values: tf.Tensor[], inputs: tf.Tensor[]) => tf.Tensor[],
): (variables: tf.Variable[], inputs: tf.Tensor[]) => boolean {
  const updates = new Map<string, FusedUpdate>();
  return (variables, inputs) => {
    const trace = fusingTrace();
    if (trace === undefined || areSmall(variables)) return false;
    const shapes = [...variables, ...inputs].map(({ shape }) => `[${shape}]`);
    const signature = `${shapes} ${trace.typesOf(inputs)}`;
    const update = updates.get(signature) ??
      accelerator()!.fusedUpdate(trace, name, variables, inputs, run);
    updates.set(signature, update);
    update.call(trace, variables, inputs);
    return true;
  };
}

let fuses = true;

/**
 * Calls a function whose fused parts then run as they are.
 *
 * For what is compiled and called a few times: each kernel takes some 70 ms to make,
 * and saves a few at a call.
 *
 * @param run Is called at once.
 * @returns What it returns.
 */
export function unfused<T>(run: () => T): T {
  const before = fuses;
  fuses = false;
  try {
    return run();
  } finally {
    fuses = before;
  }
}

/** The trace in progress, if it can have fused parts and may. */
function fusingTrace(): FusingTrace | undefined {
  return fuses ? accelerator()?.fusingTrace() : undefined;
}

/** Whether work on these tensors is not worth a kernel. */
function areSmall(tensors: readonly tf.Tensor[]): boolean {
  return tensors.every(({ size }) => size <= SMALL);
}
