/** Hiding words that a model is to guess. @module */

import type { RandomStream } from "../engine/random/stream.ts";
import {
  CONTINUATION,
  maskIdOf,
  SPECIAL_TOKENS,
  type Vocabulary,
} from "../tokenizer/vocabulary.ts";

/** A sequence with hidden words. T tokens, M of them to be guessed. */
export type MaskedTokens = {
  /** What the model reads, [T]. */
  inputIds: number[];
  /** Where it must guess, ascending, [M]. */
  places: number[];
  /** The pieces that stood there, [M]. */
  words: number[];
};

/** How much is hidden, and what hides it. */
export type MaskingOptions = {
  /** Share of the tokens to be guessed; default 0.15. */
  readonly share?: number;
  /**
   * Hides all pieces of a word or none, unless no word is short enough for the share;
   * default false.
   */
  readonly wholeWordMasking?: boolean;
};

/** Of ten chosen tokens, eight are hidden, one is exchanged, one stays. */
const HIDDEN = 0.8, EXCHANGED = 0.1;

/**
 * How many tokens of a sequence are guessed: at least one.
 *
 * @param length T.
 * @param share Share of the tokens.
 * @returns `share` of `length`, rounded.
 */
export function numMasked(length: number, share: number): number {
  return Math.max(1, Math.round(share * length));
}

/**
 * Chooses 15 % of the tokens; of these, `[MASK]` replaces 80 %, a random word 10 %,
 * and 10 % stay.
 *
 * Devlin et al. (2019), section 3.1 and appendix A.1; `google-research/bert`,
 * create_pretraining_data.py. A model that is fine-tuned never meets `[MASK]`, so it
 * must have a use for the words that it sees, too. Special tokens are never chosen,
 * and never put in.
 *
 * @example One word of four, with the special tokens in their place
 * ```ts
 * import { maskTokens } from "bertbook/batches/masking.ts";
 * import { randomStream } from "bertbook/engine/random/stream.ts";
 * import { parseVocabulary, SPECIAL_TOKENS } from "bertbook/tokenizer/vocabulary.ts";
 * import assert from "node:assert/strict";
 *
 * const text = [...SPECIAL_TOKENS, "the", "dog", "barked", "."].join("\n");
 * const vocabulary = parseVocabulary(text, "vocab.txt");
 * const masked = maskTokens([2, 5, 6, 7, 8, 3], vocabulary, randomStream(1));
 * assert.equal(masked.places.length, 1);
 * assert.deepEqual([masked.inputIds[0], masked.inputIds[5]], [2, 3]);
 * ```
 *
 * @param inputIds A sequence with its special tokens, [T].
 * @param vocabulary The pieces.
 * @param random Chooses places, and what becomes of them.
 * @param options How much is hidden.
 * @returns The sequence to read and what to guess; nothing to guess where all tokens
 * are special.
 * @throws {RangeError} If the share is not in (0, 1), or the vocabulary lacks `[MASK]`.
 */
export function maskTokens(
  inputIds: readonly number[],
  vocabulary: Vocabulary,
  random: RandomStream,
  options: MaskingOptions = {},
): MaskedTokens {
  const { share = 0.15, wholeWordMasking = false } = options;
  checkShare(share);
  const maskId = maskIdOf(vocabulary);
  const wanted = numMasked(inputIds.length, share);
  const units = random.shuffle(unitsOf(inputIds, vocabulary, wholeWordMasking));
  const places: number[] = [];
  for (const unit of units) {
    // A long word may not fit any more; a shorter one still may.
    if (places.length + unit.length <= wanted) places.push(...unit);
  }
  if (places.length === 0) places.push(...shortest(units).slice(0, wanted));
  places.sort((a, b) => a - b);
  const masked = [...inputIds];
  for (const place of places) {
    const draw = random.uniform();
    if (draw < HIDDEN) masked[place] = maskId;
    else if (draw < HIDDEN + EXCHANGED) {
      masked[place] = randomWord(vocabulary, random);
    }
  }
  return {
    inputIds: masked,
    places,
    words: places.map((place) => inputIds[place]!),
  };
}

/** Places that are chosen together: of each token, or of each word. */
function unitsOf(
  inputIds: readonly number[],
  { pieces }: Vocabulary,
  wholeWordMasking: boolean,
): number[][] {
  const units: number[][] = [];
  for (const [place, id] of inputIds.entries()) {
    const piece = pieces[id]!;
    if (SPECIAL_TOKENS.includes(piece)) continue;
    const continues = wholeWordMasking && piece.startsWith(CONTINUATION);
    if (continues && units.at(-1)?.at(-1) === place - 1) {
      units.at(-1)!.push(place);
    } else units.push([place]);
  }
  return units;
}

/** The first of the shortest, or nothing of nothing. */
function shortest(units: readonly number[][]): number[] {
  const length = Math.min(...units.map((unit) => unit.length));
  return units.find((unit) => unit.length === length) ?? [];
}

/** Any piece but a special token. */
function randomWord({ pieces }: Vocabulary, random: RandomStream): number {
  let id = random.integer(pieces.length);
  while (SPECIAL_TOKENS.includes(pieces[id]!)) {
    id = random.integer(pieces.length);
  }
  return id;
}

/**
 * Refuses a share that is none.
 *
 * @param share Share of the tokens to be guessed.
 * @throws {RangeError} If it is not in (0, 1).
 */
export function checkShare(share: number): void {
  if (share > 0 && share < 1) return;
  throw new RangeError(
    `Cannot mask tokens as share must be in (0, 1): current value is ${share}`,
  );
}
