/**
 * Dropout masks, drawn again at each use: nothing is stored between a
 * forward and a backward pass.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { accelerator } from "./accelerator.ts";
import { counterUniform, statelessWords } from "./random.ts";

/** Decides which elements one dropout drops in one step. */
export type DropoutKey = {
  /** Two random words, int32 [2], from {@linkcode foldIn}. */
  readonly key: tf.Tensor1D;
  /** The probability of being dropped, in (0, 1). */
  readonly rate: number;
};

/** 2³² / golden ratio, as int32: its multiples stay far apart modulo 2³². */
const GOLDEN = 0x9e37_79b9 | 0;

/**
 * Folds a number into a seed, as JAX's `fold_in`: two words by Philox, the same on every
 * engine.
 *
 * @param seed A run's seed and its step, int32 [2].
 * @param data The number, such as that of a dropout among those of a forward pass.
 * @returns int32 [2]. The caller disposes it.
 */
export function foldIn(seed: tf.Tensor1D, data: number): tf.Tensor1D {
  const offset = skipKeys(0, data);
  const engine = accelerator();
  if (!engine?.isTracing()) {
    const [run, step] = seed.dataSync();
    const words = statelessWords(2, [(run! + offset) | 0, step!]);
    return tf.tensor1d(new Int32Array(words.buffer), "int32");
  }
  return tf.tidy(() =>
    engine.execute("StatelessRandomUniformFullInt", {
      dtype: "int32",
      T: "int32",
      Tseed: "int32",
    }, [
      tf.tensor1d([2], "int32"),
      seed.add(tf.tensor1d([offset, 0], "int32")),
    ]) as tf.Tensor1D
  );
}

/**
 * The seed whose keys are those of another from a later number on: `foldIn` of it and n
 * is `foldIn` of the other and `count` + n.
 *
 * @param seed A run's seed, an int32.
 * @param count How many keys are skipped.
 */
export function skipKeys(seed: number, count: number): number {
  return (seed + Math.imul(count, GOLDEN)) | 0;
}

/**
 * A dropout mask: 0 with probability `rate`, otherwise 1 / (1 − rate), for each element.
 *
 * Elements are numbered, and each number is hashed under the key: some ten
 * operations on integers that fuse into whatever uses the result. (Philox, with
 * ten rounds, costs more than all that a layer does between two products.) If
 * nothing is fused, TensorFlow's own Philox is faster and takes its place.
 *
 * @param shape Of the result.
 * @param dropoutKey Key and rate.
 * @returns float32. The caller disposes it.
 */
export function dropoutMask(
  shape: readonly number[],
  { key, rate }: DropoutKey,
): tf.Tensor {
  const factor = 1 / (1 - rate);
  const engine = accelerator();
  if (engine?.canFuse() === false) {
    return tf.tidy(() =>
      counterUniform([...shape], key).greaterEqual(rate).cast("float32")
        .mul(factor)
    );
  }
  const size = tf.util.sizeFromShape([...shape]);
  // The hash as a signed number is uniform in [-2³¹, 2³¹).
  const lowest = Math.min(Math.round(rate * 2 ** 32), 2 ** 32 - 1) - 2 ** 31;
  if (!engine?.isTracing()) {
    const [start, stride] = key.dataSync();
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      if (hash(i, start!, stride! | 1) >= lowest) values[i] = factor;
    }
    return tf.tensor(values, [...shape]);
  }
  return tf.tidy(() => {
    const [start, stride] = tf.split(key, 2);
    const hashes = hashOfEach(shape, start!, stride!);
    return hashes.greaterEqual(integer(lowest)).cast("float32").mul(factor);
  });
}

/** Multipliers and shifts of Wellons (2018), "Prospecting for Hash Functions". */
const [FIRST, SECOND] = [0x7feb352d, 0x846ca68b | 0];

/** The i-th of a key's random words, a signed integer. */
function hash(i: number, start: number, stride: number): number {
  let word = (Math.imul(i, stride) + start) | 0;
  word = Math.imul(word ^ (word >>> 16), FIRST);
  word = Math.imul(word ^ (word >>> 15), SECOND);
  return word ^ (word >>> 16);
}

/**
 * {@linkcode hash} of each element's number, as operations of TensorFlow.
 *
 * A number is a multiple of the inner axes' size plus one below it. XLA keeps ranges
 * as lists of values: two short ones compile faster than one as long as the tensor,
 * and an addition takes the place of a multiplication for each element.
 */
function hashOfEach(
  shape: readonly number[],
  start: tf.Tensor,
  stride: tf.Tensor,
): tf.Tensor {
  const spread = (word: tf.Tensor, shift: number): tf.Tensor => {
    // TensorFlow's shift repeats the sign; the mask takes the copies away.
    const shifted = onIntegers("RightShift", word, integer(shift));
    const mask = integer(2 ** (32 - shift) - 1);
    const high = onIntegers("BitwiseAnd", shifted, mask);
    return onIntegers("BitwiseXor", word, high);
  };
  const odd = onIntegers("BitwiseOr", stride, integer(1));
  const multiples = (below: number, step: number): tf.Tensor =>
    onIntegers("Range", integer(0), integer(below), integer(step)).mul(odd);
  const middle = Math.ceil(shape.length / 2);
  const [outer, inner] = [shape.slice(0, middle), shape.slice(middle)];
  const size = tf.util.sizeFromShape(inner);
  const first = multiples(tf.util.sizeFromShape([...shape]), size).add(start)
    .reshape([...outer, ...inner.map(() => 1)]);
  let word = first.add(multiples(size, 1).reshape(inner));
  word = spread(word, 16).mul(integer(FIRST));
  word = spread(word, 15).mul(integer(SECOND));
  return spread(word, 16);
}

const integer = (value: number): tf.Scalar => tf.scalar(value, "int32");

/** An operation that tfjs does not have. */
function onIntegers(name: string, ...inputs: tf.Tensor[]): tf.Tensor {
  const type = name === "Range" ? "Tidx" : "T";
  return accelerator()!.execute(name, { [type]: "int32" }, inputs);
}
