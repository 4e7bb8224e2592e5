/** A choice between two whole tensors that is made where the tensors are. @module */

import * as tf from "@tensorflow/tfjs";

/**
 * `yes` if the condition holds, else `no`, without reading the condition.
 *
 * What is not chosen leaves no trace, be it NaN or infinite; multiplying by 0 and
 * 1 would not do.
 *
 * @param condition A boolean scalar.
 * @param yes Any shape.
 * @param no The same shape.
 * @returns The same shape. The caller disposes it.
 */
export function choose<T extends tf.Tensor>(
  condition: tf.Scalar,
  yes: T,
  no: T,
): T {
  if (tf.getBackend() === "tensorflow") {
    // TensorFlow's op takes a scalar condition as it is and copies nothing;
    // `tf.where` would first repeat the condition for every element.
    return tf.engine().runKernel("Select", { condition, t: yes, e: no }) as T;
  }
  return tf.where(condition, yes, no) as T;
}
