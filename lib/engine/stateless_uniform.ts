/**
 * Uniform numbers as TensorFlow's operation StatelessRandomUniform draws them,
 * for the engines that lack it.
 *
 * Philox with seeds scrambled and floats made as in TensorFlow
 * (`stateless_random_ops.cc`, GenerateKey; `random_distributions_utils.h`,
 * Uint32ToFloat).
 *
 * @module
 */

import { philox } from "./random/philox.ts";

/** The key under which TensorFlow scrambles a seed. */
const SCRAMBLING_KEY = [0x3ec8f720, 0x02461e29] as const;

/**
 * Fills an array with uniform numbers in [0, 1).
 *
 * @param length How many.
 * @param seed Two integers of 32 bits.
 * @returns Multiples of 2⁻²³.
 */
export function statelessUniform(
  length: number,
  seed: readonly [number, number],
): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    statelessWords(length, seed),
    (word) => (word & 0x7fffff) / 0x800000,
  );
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
