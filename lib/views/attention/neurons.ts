/**
 * Queries and keys of the neuron view: packed for the page in two bytes a number, so
 * that 12 layers of 12 heads over 64 tokens fit into 3.2 MB, and compared.
 *
 * The weights are not sent: the page computes them, as the model did. The arithmetic
 * serves the still picture as well, and travels into the page as source text.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { SIGN_COLORS, type SignColors } from "../theme.ts";
import { requireIndex, requireSegments } from "./data.ts";

/** Vectors of every layer, head and token, [L][H][T][K]. */
export type Vectors = readonly (readonly (readonly (readonly number[])[])[])[];

/** Tokens, and what a model's heads compared. */
export type NeuronInput = {
  /** The T tokens, special tokens included. */
  tokens: readonly string[];
  /** 0 for a token of sentence A, 1 for one of B, [T]; all 0 if not given. */
  tokenTypeIds?: readonly number[];
  /** 1 for a token, 0 for padding, [T]; all 1 if not given. */
  attentionMask?: readonly number[];
  /** What each token asks, [L][H][T][K]. */
  queries: Vectors;
  /** What each token answers to, [L][H][T][K]. */
  keys: Vectors;
  /** A line above the view. */
  title?: string;
};

/** What is shown at first; all counted from 0. */
export type NeuronOptions = { layer?: number; head?: number; query?: number };

/** Vectors as whole numbers from -32767 to 32767, [L, H, T, K]. */
export type PackedVectors = {
  /** Two bytes each, the lower one first, in base64. */
  values: string;
  /** The value of 32767 in each head, [L · H]. */
  largest: readonly number[];
};

/** The same as JSON. */
export type NeuronData = {
  title: string;
  tokens: readonly string[];
  tokenTypeIds: readonly number[];
  attentionMask: readonly number[];
  numLayers: number;
  numHeads: number;
  /** K, how many numbers a query has. */
  headSize: number;
  layer: number;
  head: number;
  query: number;
  /** Colours of positive and negative values. */
  signs: SignColors;
  queries: PackedVectors;
  keys: PackedVectors;
};

/**
 * Checks `input` and packs it for the page.
 *
 * @param input Tokens, queries and keys.
 * @param options What is shown at first.
 * @returns The view's data.
 * @throws {RangeError} If sizes differ, a value is not finite, or there is no such
 *   layer, head or token.
 */
export function packNeurons(
  input: NeuronInput,
  options: NeuronOptions = {},
): NeuronData {
  const { tokens, queries, keys } = input;
  const { layer = 0, head = 0, query = 0 } = options;
  const tokenTypeIds = input.tokenTypeIds ?? tokens.map(() => 0);
  const attentionMask = input.attentionMask ?? tokens.map(() => 1);
  const numLayers = queries.length;
  const numHeads = queries[0]?.length ?? 0;
  const headSize = queries[0]?.[0]?.[0]?.length ?? 0;
  requireSegments(tokens, tokenTypeIds);
  requireIndex("layer", layer, numLayers);
  requireIndex("head", head, numHeads);
  requireIndex("query", query, tokens.length);
  const shape = [numLayers, numHeads, tokens.length, headSize] as const;
  return {
    title: input.title ?? "",
    tokens,
    tokenTypeIds,
    attentionMask,
    numLayers,
    numHeads,
    headSize,
    layer,
    head,
    query,
    signs: SIGN_COLORS,
    queries: packVectors("queries", queries, shape),
    keys: packVectors("keys", keys, shape),
  };
}

function packVectors(
  name: string,
  vectors: Vectors,
  shape: readonly [number, number, number, number],
): PackedVectors {
  requireShape(name, vectors, shape);
  const values = new Int16Array(shape.reduce((a, b) => a * b));
  let end = 0;
  const largest = vectors.flat().map((tokens, place) => {
    let largest = 0;
    for (const value of tokens.flat()) {
      // A comparison with NaN is false.
      if (!(Math.abs(value) < Infinity)) {
        throw new RangeError(
          `Cannot draw attention: ${name} must be finite; found ${value} in ` +
            `layer ${Math.floor(place / shape[1])}, head ${place % shape[1]}`,
        );
      }
      largest = Math.max(largest, Math.abs(value));
    }
    for (const value of tokens.flat()) {
      values[end++] = largest === 0 ? 0 : Math.round(32767 * value / largest);
    }
    return largest;
  });
  const bytes = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, i) => bytes.setInt16(2 * i, value, true));
  return { values: Buffer.from(bytes.buffer).toString("base64"), largest };
}

function requireShape(
  name: string,
  vectors: Vectors,
  shape: readonly [number, number, number, number],
): void {
  const check = (found: { length: number }, axis: number): boolean =>
    found.length === shape[axis];
  const fits = check(vectors, 0) &&
    vectors.every((heads) =>
      check(heads, 1) &&
      heads.every((tokens) =>
        check(tokens, 2) && tokens.every((vector) => check(vector, 3))
      )
    );
  if (fits) return;
  throw new RangeError(
    `Cannot draw attention: ${name} must be [L, H, T, K] = [${
      shape.join(", ")
    }] everywhere; found a layer, head or token that differs`,
  );
}

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
 * Compares the query that is shown at first with every key.
 *
 * @param data The view's data.
 * @returns The query, [K], the keys, [T][K], and one comparison a key.
 */
export function compareChosen(
  data: NeuronData,
): { query: number[]; keys: number[][]; rows: Comparison[] } {
  const { layer, head, tokens, attentionMask } = data;
  const query = unpackVectors(data.queries, data)(layer, head, data.query);
  const keyOf = unpackVectors(data.keys, data);
  const keys = tokens.map((_, token) => keyOf(layer, head, token));
  return { query, keys, rows: compareWithKeys(query, keys, attentionMask) };
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
