/**
 * Philox 4x32-10: random bits as a function of a key and a counter.
 *
 * Salmon, Moraes, Dror and Shaw (2011), "Parallel Random Numbers: As Easy as
 * 1, 2, 3", section 3.3; scrambled seeds and floats as in TensorFlow
 * (`stateless_random_ops.cc`, GenerateKey; `random_distributions_utils.h`,
 * Uint32ToFloat), so that its operation StatelessRandomUniform gives these bits.
 *
 * @module
 */

const ROUNDS = 10;
/** Multipliers of the two products of a round, table 2 of the paper. */
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
/** Added to the key from round to round: golden ratio and √3 − 1. */
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
/** The key under which TensorFlow scrambles a seed. */
const SCRAMBLING_KEY = [0x3ec8f720, 0x02461e29] as const;

/**
 * Enciphers a counter in place.
 *
 * @param counter Four 32-bit words; afterwards four random ones.
 * @param key0 Low word of the key.
 * @param key1 High word of the key.
 */
export function philox(
  counter: Uint32Array,
  key0: number,
  key1: number,
): void {
  let c0 = counter[0]!, c1 = counter[1]!, c2 = counter[2]!, c3 = counter[3]!;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highProduct(MULTIPLIERS[0], c0);
    const high1 = highProduct(MULTIPLIERS[1], c2);
    const low0 = Math.imul(MULTIPLIERS[0], c0);
    const low1 = Math.imul(MULTIPLIERS[1], c2);
    c0 = (high1 ^ c1 ^ key0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ key1) >>> 0;
    c3 = low0 >>> 0;
    key0 = (key0 + WEYL[0]) >>> 0;
    key1 = (key1 + WEYL[1]) >>> 0;
  }
  counter[0] = c0;
  counter[1] = c1;
  counter[2] = c2;
  counter[3] = c3;
}

/** The upper 32 bits of a product of two 32-bit words, from 16-bit halves. */
function highProduct(a: number, b: number): number {
  const aHigh = a >>> 16, aLow = a & 0xffff;
  const bHigh = b >>> 16, bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return aHigh * bHigh + Math.floor(middle / 0x10000) + (carry >>> 16);
}

/**
 * Fills an array with uniform numbers in [0, 1).
 *
 * @param length How many.
 * @param seed Two integers of 32 bits.
 * @returns Multiples of 2⁻²³.
 */
export function philoxUniform(
  length: number,
  seed: readonly [number, number],
): Float32Array<ArrayBuffer> {
  // Seeds are sign-extended to 64 bits, low word first.
  const mix = Uint32Array.of(seed[0], seed[0] >> 31, seed[1], seed[1] >> 31);
  philox(mix, ...SCRAMBLING_KEY);
  const [key0 = 0, key1 = 0, nonce0 = 0, nonce1 = 0] = mix;
  const values = new Float32Array(length);
  const block = new Uint32Array(4);
  for (let i = 0; i < length; i += 4) {
    block[0] = i / 4; // 2³² blocks are more than any tensor here has
    block[1] = 0;
    block[2] = nonce0;
    block[3] = nonce1;
    philox(block, key0, key1);
    for (let j = 0; j < 4 && i + j < length; j++) {
      values[i + j] = (block[j]! & 0x7fffff) / 0x800000;
    }
  }
  return values;
}
