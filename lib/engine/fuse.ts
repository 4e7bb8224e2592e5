/**
 * Fuses chains of small operations: a few passes over the memory in place of one
 * for each operation.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import { flatten, type PyTree, rebuild } from "./py_tree.ts";
import { SignatureIndex } from "./signature_index.ts";
import {
  type Factors,
  FusedKernel,
  fusesHere,
} from "./tensorflow/fused_kernel.ts";
import { FusedUpdate } from "./tensorflow/fused_update.ts";
import { currentTrace, type Tracer } from "./tensorflow/trace.ts";

/**
 * Tensors of up to so many elements lie in a core's nearest cache, where one pass
 * more costs less than another kernel is worth.
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
 * arguments alone, and it has no derivative of its own: wrap it in `tf.customGrad`.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { compile } from "bertbook/engine/compile.ts";
 * import { fuse } from "bertbook/engine/fuse.ts";
 * import assert from "node:assert/strict";
 *
 * const swish = fuse("swish", (x: tf.Tensor) => x.mul(x.sigmoid()));
 * const twice = compile((x: tf.Tensor) => swish(swish(x)));
 * assert.equal(twice(tf.tensor1d([0])).dataSync()[0], 0);
 * ```
 *
 * @param name Stands in TensorFlow's messages and profiles.
 * @param run A function of tensors, in trees of objects and arrays, and plain
 * values. It uses no other tensors and no variables, and returns new ones.
 * @param factors Results that are multiplied by matrices: a function in bfloat16 needs
 * them rounded, which costs nothing while they are computed, and a pass later.
 * @returns A function of the same arguments and results.
 */
export function fuse<
  Args extends readonly PyTree[],
  Result extends PyTree,
>(
  name: string,
  run: (...args: Args) => Result,
  factors: Factors = {},
): (...args: Args) => Result {
  const index = new SignatureIndex<Map<string, FusedKernel>>();
  return (...args) => {
    const { leaves, place } = index.find(args);
    const trace = fusingTrace(leaves);
    if (trace === undefined) return run(...args);
    const kernels = place.value ??= new Map<string, FusedKernel>();
    const types = typesOf(leaves, trace);
    const kernel = kernels.get(types) ??
      new FusedKernel(trace, name, leaves, (symbols) => {
        const { form } = flatten(args);
        return run(...rebuild(form, symbols) as unknown as Args);
      }, factors);
    kernels.set(types, kernel);
    return kernel.call(trace, leaves) as Result;
  };
}

/**
 * Makes a change of variables that becomes one kernel where {@linkcode fuse} makes
 * one: their values are read, changed and written in one pass, in place.
 *
 * @param name Stands in TensorFlow's messages and profiles.
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
    const trace = fusingTrace(variables);
    if (trace === undefined) return false;
    const shapes = [...variables, ...inputs].map(({ shape }) => `[${shape}]`);
    const signature = `${shapes} ${typesOf(inputs, trace)}`;
    const update = updates.get(signature) ??
      new FusedUpdate(trace, name, variables, inputs, run);
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

/** The element types in which a trace has its tensors, and multiplies matrices. */
function typesOf(tensors: readonly tf.Tensor[], trace: Tracer): string {
  const types = tensors.map((tensor) =>
    trace.graph.describe(trace.sourceOf(tensor)).dtype
  );
  return `${types} ${trace.bfloat16}`;
}

/** The trace in progress, if work on these tensors is worth a kernel in it. */
function fusingTrace(tensors: readonly tf.Tensor[]): Tracer | undefined {
  const trace = currentTrace();
  const isWorth = fuses && trace !== undefined && !trace.detoured &&
    fusesHere() &&
    tensors.some(({ size }) => size > SMALL);
  return isWorth ? trace : undefined;
}
