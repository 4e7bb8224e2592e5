/**
 * `tf.Variable`s whose values live in TensorFlow's resource variables, so that
 * a compiled function can change them where they stand.
 *
 * For tfjs nothing changes: a tensor's buffer is immutable there, and assigning
 * gives a variable another buffer. So a buffer that someone else still uses (a
 * clone, a reshaped view) is left to them before a function writes to it.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import type { ResidentExecutor } from "./resident_executor.ts";
import type { TensorMetadata } from "./executor.ts";

/** The two steps between tfjs's tensors and TensorFlow's that the kernels take. */
type Border = {
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
};

// Private in the type, though every kernel stands on them.
const border = (backend: NodeJSKernelBackend): Border =>
  backend as unknown as Border;

/** The number under which TensorFlow's side knows a tensor; uploads it if needed. */
export function idOf(backend: NodeJSKernelBackend, tensor: tf.Tensor): number {
  return border(backend).getInputTensorIds([tensor])[0]!;
}

/** A tensor of tfjs over an output of TensorFlow's. The caller disposes it. */
export function tensorOf(
  backend: NodeJSKernelBackend,
  metadata: TensorMetadata,
): tf.Tensor {
  return border(backend).createOutputTensor(metadata);
}

/**
 * The resource variable that holds a variable's value, made if need be.
 *
 * @param backend tfjs's backend.
 * @param eager The executor that owns the resource.
 * @param variable The variable.
 * @returns The id of the resource's handle.
 */
export function resourceOf(
  backend: NodeJSKernelBackend,
  eager: ResidentExecutor,
  variable: tf.Variable,
): number {
  return eager.residentAs(idOf(backend, variable));
}

/**
 * Gives a variable a buffer of its own if others use the one that it has.
 *
 * @param backend tfjs's backend.
 * @param eager The executor that copies.
 * @param variable The variable that is about to change in place.
 */
export function unshare(
  backend: NodeJSKernelBackend,
  eager: ResidentExecutor,
  variable: tf.Variable,
): void {
  if (backend.refCount(variable.dataId) === 1) return;
  const own = tensorOf(backend, eager.copy(idOf(backend, variable)));
  variable.assign(own);
  own.dispose();
}
