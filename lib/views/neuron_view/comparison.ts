/**
 * The arithmetic of the neuron view, for the page and for the still picture alike;
 * it also travels into the page as source text.
 *
 * @module
 */

import type { PackedVectors } from "./data.ts";

/** The vector of a token in one head, [K]. */
export type VectorOf = (layer: number, head: number, token: number) => number[];

/** How a query compares with one key. */
export type Comparison = {
  /** Query × key, neuron by neuron, [K]. */
  products: number[];
  /** Their sum over √K: the scaled dot product. */
  score: number;
  /** Softmax of the scores. */
  weight: number;
};

/**
 * Unpacks the vectors of a view.
 *
 * @param packed The vectors, and the largest value of each head.
 * @param sizes How many heads, tokens and numbers a vector there are.
 * @returns A function that looks a vector up.
 */
export function unpackVectors(
  packed: PackedVectors,
  sizes: { numHeads: number; tokens: readonly string[]; headSize: number },
): VectorOf {
  const bytes = atob(packed.values);
  const { numHeads, headSize } = sizes;
  const numTokens = sizes.tokens.length;
  return (layer, head, token) => {
    const place = layer * numHeads + head;
    const start = (place * numTokens + token) * headSize;
    return Array.from({ length: headSize }, (_, neuron) => {
      const at = 2 * (start + neuron);
      const value = bytes.charCodeAt(at) + 256 * bytes.charCodeAt(at + 1);
      const signed = value < 32768 ? value : value - 65536;
      return signed / 32767 * packed.largest[place]!;
    });
  };
}

/**
 * Compares a query with every key, as Vaswani et al. (2017), equation 1, do.
 *
 * @param query The query, [K].
 * @param keys The keys of all tokens, [T][K].
 * @param attentionMask 1 for a token, 0 for padding, [T].
 * @returns One comparison a key; padding has no weight.
 */
export function compareWithKeys(
  query: readonly number[],
  keys: readonly (readonly number[])[],
  attentionMask: readonly number[],
): Comparison[] {
  const compared = keys.map((key) => {
    const products = query.map((value, neuron) => value * key[neuron]!);
    const sum = products.reduce((a, b) => a + b, 0);
    return { products, score: sum / Math.sqrt(query.length) };
  });
  // Taken off every score, so that no power overflows.
  const highest = Math.max(...compared.map(({ score }) => score));
  const powers = compared.map(({ score }, token) =>
    attentionMask[token] === 0 ? 0 : Math.exp(score - highest)
  );
  const total = powers.reduce((a, b) => a + b, 0);
  return compared.map((each, token) => ({
    ...each,
    weight: powers[token]! / total,
  }));
}

/**
 * Finds the neuron that adds most to a dot product.
 *
 * @param products Query × key, [K].
 * @returns Its index.
 */
export function strongestNeuron(products: readonly number[]): number {
  return products.reduce(
    (best, product, neuron) => product > products[best]! ? neuron : best,
    0,
  );
}
