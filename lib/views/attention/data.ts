/**
 * Attention weights as the views draw them: tokens, and every head's weights in one
 * byte each, so that 12 layers of 12 heads over 64 tokens fit into 0.8 MB of page.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { HEAD_COLORS } from "../theme.ts";

/** Tokens and what a model's heads made of them. */
export type AttentionInput = {
  /** The T tokens, special tokens included. */
  tokens: readonly string[];
  /** 0 for a token of sentence A, 1 for one of B, [T]; all 0 if not given. */
  tokenTypeIds?: readonly number[];
  /** Attention weights, [L][H][T][T]: layer, head, query, key. */
  attentions: readonly (readonly (readonly (readonly number[])[])[])[];
  /** A line above the view. */
  title?: string;
};

/** Which part of the model is shown at first; both counted from 0. */
export type AttentionOptions = {
  layer?: number;
  /** The heads that are on; all if not given. */
  heads?: readonly number[];
  /** The token whose lines the drawing stresses, with their weights beside them. */
  query?: number;
};

/** The same as JSON; weights are bytes [L, H, T, T], 255 for weight 1. */
export type AttentionData = {
  title: string;
  tokens: readonly string[];
  tokenTypeIds: readonly number[];
  numLayers: number;
  numHeads: number;
  layer: number;
  heads: readonly number[];
  colors: readonly string[];
  /** Base64. */
  weights: string;
};

/** The colour of each head. */
function headColors(numHeads: number): string[] {
  return Array.from(
    { length: numHeads },
    (_, head) => HEAD_COLORS[head % HEAD_COLORS.length]!,
  );
}

/**
 * Checks `input` and packs it for the page.
 *
 * @param input Tokens and weights.
 * @param options What is shown at first.
 * @returns The view's data.
 * @throws {RangeError} If sizes differ, a weight is outside [0, 1], or there is
 *   no such layer or head.
 */
export function packAttention(
  input: AttentionInput,
  options: AttentionOptions = {},
): AttentionData {
  const { tokens, attentions } = input;
  const tokenTypeIds = input.tokenTypeIds ?? tokens.map(() => 0);
  const numLayers = attentions.length;
  const numHeads = attentions[0]?.length ?? 0;
  const layer = options.layer ?? 0;
  const heads = options.heads ?? attentions[0]?.map((_, head) => head) ?? [];
  requireSegments(tokens, tokenTypeIds);
  requireIndex("layer", layer, numLayers);
  for (const head of heads) requireIndex("head", head, numHeads);
  const { query } = options;
  if (query !== undefined) requireIndex("query", query, tokens.length);
  return {
    title: input.title ?? "",
    tokens,
    tokenTypeIds,
    numLayers,
    numHeads,
    layer,
    heads,
    colors: headColors(numHeads),
    weights: packWeights(attentions, numHeads, tokens.length),
  };
}

function packWeights(
  attentions: AttentionInput["attentions"],
  numHeads: number,
  numTokens: number,
): string {
  const bytes = new Uint8Array(
    attentions.length * numHeads * numTokens * numTokens,
  );
  let end = 0;
  for (const [l, layer] of attentions.entries()) {
    requireSize(layer.length, numHeads, `layer ${l}`, "heads");
    for (const [h, head] of layer.entries()) {
      const place = `layer ${l}, head ${h}`;
      requireSize(head.length, numTokens, place, "rows");
      for (const row of head) {
        requireSize(row.length, numTokens, place, "columns");
        for (const weight of row) bytes[end++] = toByte(weight, place);
      }
    }
  }
  return Buffer.from(bytes).toString("base64");
}

function toByte(weight: number, place: string): number {
  // Softmax in float32 can leave a row's sum a little above 1.
  if (weight >= 0 && weight <= 1.001) {
    return Math.min(255, Math.round(255 * weight));
  }
  throw new RangeError(
    `Cannot draw attention: weights must lie in [0, 1]; ` +
      `found ${weight} in ${place}`,
  );
}

function requireSize(
  found: number,
  expected: number,
  place: string,
  what: string,
): void {
  if (found === expected) return;
  throw new RangeError(
    `Cannot draw attention: it must be [L, H, T, T] for the tokens, ` +
      `${expected} ${what} in ${place}; found ${found}`,
  );
}

/**
 * Checks that every token has a token type id.
 *
 * @param tokens The tokens, [T].
 * @param tokenTypeIds Their token type ids, [T].
 * @throws {RangeError} If their numbers differ.
 */
export function requireSegments(
  tokens: readonly string[],
  tokenTypeIds: readonly number[],
): void {
  if (tokenTypeIds.length === tokens.length) return;
  throw new RangeError(
    `Cannot draw attention: every token must have a token type id; ` +
      `found ${tokens.length} tokens, ${tokenTypeIds.length} token type ids`,
  );
}

/**
 * Checks that there is such a layer, head or token.
 *
 * @param name What is counted.
 * @param index The one that is asked for.
 * @param count How many there are.
 * @throws {RangeError} If there is none.
 */
export function requireIndex(name: string, index: number, count: number): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new RangeError(
    `Cannot draw attention: ${name} must be an integer from 0 to ` +
      `${count - 1}; found ${index}`,
  );
}
