/**
 * Random numbers that are counted, not stored: a function of a seed alone, and
 * the same bits on every engine.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { statelessUniform } from "./stateless_uniform.ts";
import { tensorFlowBackend } from "./tensorflow/backend.ts";

/**
 * Uniform numbers in [0, 1) by Philox 4x32-10, the counter-based generator of
 * Salmon et al. (2011), as TensorFlow's StatelessRandomUniform draws them.
 *
 * TensorFlow draws them itself. On other engines they are drawn here, which
 * reads the seed's values at once: an engine that can only be read later, such
 * as WebGPU, can do that if the seed was made from values and not computed.
 *
 * @example The same seed, the same numbers
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { counterUniform } from "bertbook/engine/random.ts";
 * import assert from "node:assert/strict";
 *
 * const seed = tf.tensor1d([42, 7], "int32");
 * const once = counterUniform([5], seed);
 * assert.deepEqual(once.arraySync(), counterUniform([5], seed).arraySync());
 * ```
 *
 * @param shape Shape of the result.
 * @param seed Two integers, int32 [2]: a run's seed and a step, for example.
 * @returns Multiples of 2⁻²³, float32. The caller disposes it.
 * @throws {TypeError} If `seed` is not int32 [2].
 */
export function counterUniform(
  shape: number[],
  seed: tf.Tensor1D,
): tf.Tensor {
  if (seed.dtype !== "int32" || seed.shape.length !== 1 || seed.size !== 2) {
    throw new TypeError(
      `Cannot draw random numbers as the seed must be int32 [2]: ` +
        `found ${seed.dtype} [${seed.shape}]`,
    );
  }
  const backend = tensorFlowBackend();
  if (backend === undefined) {
    const [first, second] = seed.dataSync();
    const size = tf.util.sizeFromShape(shape);
    return tf.tensor(
      statelessUniform(size, [first!, second!]),
      shape,
      "float32",
    );
  }
  const { binding } = backend;
  const type = (name: string, value: number) => ({
    ...{ name, value },
    type: binding.TF_ATTR_TYPE,
  });
  return tf.tidy(() =>
    backend.executeSingleOutput("StatelessRandomUniform", [
      type("dtype", binding.TF_FLOAT),
      type("T", binding.TF_INT32),
      type("Tseed", binding.TF_INT32),
    ], [tf.tensor1d(shape, "int32"), seed])
  );
}
