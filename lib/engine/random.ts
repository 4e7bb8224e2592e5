/**
 * Counter-based random numbers: a function of a seed alone, and the same bits on every
 * engine.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { accelerator } from "./accelerator.ts";
import { philox } from "./random/philox.ts";

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
      `Cannot draw random numbers: the seed must be int32 [2]; found ` +
        `${seed.dtype} [${seed.shape}]`,
    );
  }
  const engine = accelerator();
  if (engine === undefined) {
    const [first, second] = seed.dataSync();
    const size = tf.util.sizeFromShape(shape);
    return tf.tensor(
      statelessUniform(size, [first!, second!]),
      shape,
      "float32",
    );
  }
  return tf.tidy(() =>
    engine.execute("StatelessRandomUniform", {
      dtype: "float32",
      T: "int32",
      Tseed: "int32",
    }, [tf.tensor1d(shape, "int32"), seed])
  );
}

/** The key under which TensorFlow scrambles a seed. */
const SCRAMBLING_KEY = [0x3ec8f720, 0x02461e29] as const;

/**
 * Fills an array with uniform numbers in [0, 1) as TensorFlow's operation
 * StatelessRandomUniform draws them, for the engines that lack it.
 *
 * Philox with seeds scrambled and floats made as in TensorFlow
 * (`stateless_random_ops.cc`, GenerateKey; `random_distributions_utils.h`,
 * Uint32ToFloat).
 *
 * @param length How many.
 * @param seed Two integers of 32 bits.
 * @returns Multiples of 2⁻²³.
 */
export function statelessUniform(
  length: number,
  seed: readonly [number, number],
): Float32Array<ArrayBuffer> {
  const words = statelessWords(length, seed);
  const uniforms = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    uniforms[i] = (words[i]! & 0x7fffff) / 0x800000;
  }
  return uniforms;
}

/**
 * Fills an array with random bits, as StatelessRandomUniformFullInt does.
 *
 * @param length How many words.
 * @param seed Two integers of 32 bits.
 * @returns Words of 32 bits.
 */
export function statelessWords(
  length: number,
  seed: readonly [number, number],
): Uint32Array<ArrayBuffer> {
  // Seeds are sign-extended to 64 bits, low word first.
  const mix = Uint32Array.of(seed[0], seed[0] >> 31, seed[1], seed[1] >> 31);
  philox(mix, ...SCRAMBLING_KEY);
  const [key0 = 0, key1 = 0, nonce0 = 0, nonce1 = 0] = mix;
  const words = new Uint32Array(length);
  const block = new Uint32Array(4);
  for (let i = 0; i < length; i += 4) {
    block[0] = i / 4; // 2³² blocks are more than any tensor here has
    block[1] = 0;
    block[2] = nonce0;
    block[3] = nonce1;
    philox(block, key0, key1);
    for (let j = 0; j < 4 && i + j < length; j++) {
      words[i + j] = block[j]!;
    }
  }
  return words;
}
