/** The sum of squares in one reading of the memory. @module */

import * as tf from "@tensorflow/tfjs";
import { tensorFlowBackend } from "./tensorflow/backend.ts";

/**
 * Σ x² over all elements of all tensors: by TensorFlow's `L2Loss` where TensorFlow
 * runs, which reads each once and writes nothing; `x.square()` would write as much
 * as it reads.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { squaredNorm } from "bertbook/engine/squared_norm.ts";
 * import assert from "node:assert/strict";
 *
 * const sum = squaredNorm([tf.tensor1d([1, 2]), tf.scalar(3)]);
 * assert.equal(sum.arraySync(), 14);
 * ```
 *
 * @param tensors Any shapes, float32, at least one.
 * @returns A scalar. The caller disposes it.
 */
export function squaredNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  const backend = tensorFlowBackend();
  return tf.tidy(() => {
    if (backend === undefined) {
      return tf.addN(tensors.map((x) => x.square().sum<tf.Scalar>()));
    }
    const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
    const type = { name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT };
    const halves = tensors.map((x) =>
      backend.executeSingleOutput("L2Loss", [type], [x]) as tf.Scalar
    );
    return tf.addN(halves).mul<tf.Scalar>(2);
  });
}
