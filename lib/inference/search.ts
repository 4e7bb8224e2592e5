/** Semantic search: the texts whose embeddings are most similar to that of a query. @module */

import type { HeadModel } from "../checkpoint/pretrained.ts";
import type { HeadName } from "../model/heads/heads.ts";
import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import { embed, type EmbedOptions } from "./embed.ts";

/** Texts with their embeddings. */
export type TextIndex = {
  /** The texts, [N]. */
  readonly texts: readonly string[];
  /** The embedding of each text, [N] of [D]. */
  readonly embeddings: readonly ArrayLike<number>[];
  /** Embeds a query as the texts were embedded; without it, queries are vectors. */
  readonly embedQuery?: (text: string) => Promise<ArrayLike<number>>;
};

/** A text that was found. */
export type SearchHit = {
  /** Its position in the index. */
  position: number;
  text: string;
  /** The cosine of the angle between it and the query, in [-1, 1]. */
  similarity: number;
};

/** Lengths below it count as this much, as in PyTorch's `cosine_similarity`. */
const LEAST_LENGTH = 1e-8;

/**
 * The cosine of the angle between two vectors: 1 if they point in the same direction, 0
 * if they are perpendicular, or if one is 0.
 *
 * @example
 * ```ts
 * import { cosineSimilarity } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(cosineSimilarity([3, 0], [1, 0]), 1);
 * assert.equal(cosineSimilarity([3, 4], [1, 0]), 0.6);
 * ```
 *
 * @param a A vector, [D].
 * @param b A vector, [D].
 * @returns A number in [-1, 1].
 * @throws {RangeError} If the lengths differ.
 */
export function cosineSimilarity(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): number {
  if (a.length !== b.length) {
    throw new RangeError(
      `Cannot compare vectors: they must have the same length; found ${a.length} ` +
        `and ${b.length}; were they made by the same model?`,
    );
  }
  let product = 0, squareA = 0, squareB = 0;
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    squareA += a[i]! * a[i]!;
    squareB += b[i]! * b[i]!;
  }
  return product / Math.max(Math.sqrt(squareA), LEAST_LENGTH) /
    Math.max(Math.sqrt(squareB), LEAST_LENGTH);
}

/**
 * Embeds texts to search in.
 *
 * @param model The model; see {@linkcode embed}. Queries need it, too.
 * @param texts The texts, at least one.
 * @param options As for {@linkcode embed}, which queries follow as well.
 * @returns The index: plain arrays.
 * @throws As {@linkcode embed} does.
 */
export async function indexTexts(
  model: HeadModel<HeadName>,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<TextIndex> {
  return {
    embeddings: await embed(model, texts, options),
    texts: [...texts],
    embedQuery: async (text) => (await embed(model, [text], options))[0]!,
  };
}

/**
 * Finds the texts of an index that are most similar to a query. The search is exact:
 * the query is compared with every text.
 *
 * @example Search with vectors
 * ```ts
 * import { searchTexts } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const index = { texts: ["north", "east"], embeddings: [[0, 1], [1, 0]] };
 * const [best] = await searchTexts(index, [0.6, 0.8]);
 * assert.deepEqual(best, { position: 0, text: "north", similarity: 0.8 });
 * ```
 *
 * @param index From {@linkcode indexTexts}, or texts with their embeddings.
 * @param query A text, or its embedding, [D].
 * @param options `top`: how many texts to find, if there are as many; default 10.
 * @returns The texts, the most similar first; of equal ones the first in the index.
 * @throws {TypeError} If the query is a text and the index has no `embedQuery`, or an
 * option is unknown.
 * @throws {RangeError} If there are not as many texts as embeddings, the vectors differ
 * in length, or `top` is out of range.
 */
export async function searchTexts(
  index: TextIndex,
  query: string | ArrayLike<number>,
  options: { readonly top?: number } = {},
): Promise<SearchHit[]> {
  checkKnownOptions("search texts", options, ["top"]);
  const { top = 10 } = options;
  checkOption("top", top, RULES.count);
  const { texts, embeddings, embedQuery } = index;
  if (texts.length !== embeddings.length) {
    throw new RangeError(
      `Cannot search texts: each must have its embedding; found ${texts.length} texts ` +
        `and ${embeddings.length} embeddings`,
    );
  }
  if (typeof query === "string" && embedQuery === undefined) {
    throw new TypeError(
      `Cannot search for a text: the index must have embedQuery; found none; ` +
        `make it with indexTexts(), or pass the query's embedding`,
    );
  }
  const vector = typeof query === "string" ? await embedQuery!(query) : query;
  return embeddings
    .map((embedding, position) => ({
      position,
      text: texts[position]!,
      similarity: cosineSimilarity(vector, embedding),
    }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, top);
}
