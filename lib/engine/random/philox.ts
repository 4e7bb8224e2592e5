/**
 * Philox 4x32-10: random bits as a function of a key and a counter.
 *
 * Salmon, Moraes, Dror and Shaw (2011), "Parallel Random Numbers: As Easy as
 * 1, 2, 3", section 3.3.
 *
 * @module
 */

const ROUNDS = 10;
/** Multipliers of the two products of a round, table 2 of the paper. */
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
/** Added to the key from round to round: golden ratio and √3 − 1. */
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
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
