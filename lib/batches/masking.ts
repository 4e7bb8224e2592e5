/**
 * Masked language modelling: which tokens are masked, and batches of masked sequences.
 *
 * @module
 */

import { type RandomStream, randomStream } from "../engine/random/stream.ts";
import {
  CONTINUATION,
  maskIdOf,
  SPECIAL_TOKENS,
  type Vocabulary,
} from "../tokenizer/vocabulary.ts";
import {
  type Batch,
  batchesOf,
  type BatchOptions,
  type EncodedExample,
  IGNORE_INDEX,
} from "./batches.ts";

/** A masked sequence: T tokens, M of them to be predicted. */
export type MaskedTokens = {
  /** What the model reads, [T]. */
  inputIds: number[];
  /** Positions of the tokens to be predicted, ascending, [M]. */
  maskedPositions: number[];
  /** The original tokens at these positions, [M]. */
  maskedLabels: number[];
};

/** How many tokens are masked, and which. */
export type MaskingOptions = {
  /** Share of the tokens to be predicted, in (0, 1); default 0.15. */
  readonly mlmProbability?: number;
  /**
   * Whether to mask all pieces of a word or none (if no word is short enough for
   * `mlmProbability`, pieces of one are masked); default false.
   */
  readonly wholeWordMasking?: boolean;
};

/** Of ten chosen tokens, eight become `[MASK]`, one another token, one stays. */
const MASKED = 0.8, REPLACED = 0.1;

/**
 * M, the number of tokens of a sequence that are predicted: at least one.
 *
 * @param length T.
 * @param mlmProbability Share of the tokens.
 * @returns The product, rounded.
 */
export function numMasked(length: number, mlmProbability: number): number {
  return Math.max(1, Math.round(mlmProbability * length));
}

/**
 * Chooses 15 % of the tokens; of these, `[MASK]` replaces 80 %, a random word 10 %,
 * and 10 % stay.
 *
 * Devlin et al. (2019), section 3.1 and appendix A.1; `google-research/bert`,
 * create_pretraining_data.py. A model never meets `[MASK]` in fine-tuning, so it must
 * learn to use the tokens that it sees, too. Special tokens are never chosen, and never
 * replace another token.
 *
 * @example One token of four is masked, no special token
 * ```ts
 * import {
 *   maskTokens,
 *   parseVocabulary,
 *   randomStream,
 *   SPECIAL_TOKENS,
 * } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const text = [...SPECIAL_TOKENS, "the", "dog", "barked", "."].join("\n");
 * const vocabulary = parseVocabulary(text, "vocab.txt");
 * const masked = maskTokens([2, 5, 6, 7, 8, 3], vocabulary, randomStream(1));
 * assert.equal(masked.maskedPositions.length, 1);
 * assert.deepEqual([masked.inputIds[0], masked.inputIds[5]], [2, 3]);
 * ```
 *
 * @param inputIds A sequence with its special tokens, [T].
 * @param vocabulary The pieces.
 * @param random Chooses the tokens, and what replaces them.
 * @param options How many tokens are masked.
 * @returns The sequence to read and the tokens to predict; none if all tokens are
 * special.
 * @throws {RangeError} If `mlmProbability` is not in (0, 1), or the vocabulary lacks
 * `[MASK]`.
 */
export function maskTokens(
  inputIds: readonly number[],
  vocabulary: Vocabulary,
  random: RandomStream,
  options: MaskingOptions = {},
): MaskedTokens {
  const { mlmProbability = 0.15, wholeWordMasking = false } = options;
  checkMlmProbability(mlmProbability);
  const maskId = maskIdOf(vocabulary);
  const wanted = numMasked(inputIds.length, mlmProbability);
  const units = random.shuffle(unitsOf(inputIds, vocabulary, wholeWordMasking));
  const maskedPositions: number[] = [];
  for (const unit of units) {
    // If a long word does not fit, a shorter one still may.
    if (maskedPositions.length + unit.length <= wanted) {
      maskedPositions.push(...unit);
    }
  }
  if (maskedPositions.length === 0) {
    maskedPositions.push(...shortest(units).slice(0, wanted));
  }
  maskedPositions.sort((a, b) => a - b);
  const masked = [...inputIds];
  for (const position of maskedPositions) {
    const draw = random.uniform();
    if (draw < MASKED) masked[position] = maskId;
    else if (draw < MASKED + REPLACED) {
      masked[position] = randomToken(vocabulary, random);
    }
  }
  return {
    inputIds: masked,
    maskedPositions,
    maskedLabels: maskedPositions.map((position) => inputIds[position]!),
  };
}

/** Positions that are chosen together: of each token, or of each word. */
function unitsOf(
  inputIds: readonly number[],
  { pieces }: Vocabulary,
  wholeWordMasking: boolean,
): number[][] {
  const units: number[][] = [];
  for (const [position, id] of inputIds.entries()) {
    const piece = pieces[id]!;
    if (SPECIAL_TOKENS.includes(piece)) continue;
    const continues = wholeWordMasking && piece.startsWith(CONTINUATION);
    if (continues && units.at(-1)?.at(-1) === position - 1) {
      units.at(-1)!.push(position);
    } else units.push([position]);
  }
  return units;
}

/** The first of the shortest, or nothing of nothing. */
function shortest(units: readonly number[][]): number[] {
  const length = Math.min(...units.map((unit) => unit.length));
  return units.find((unit) => unit.length === length) ?? [];
}

/** Any token but a special one. */
function randomToken({ pieces }: Vocabulary, random: RandomStream): number {
  let id = random.integer(pieces.length);
  while (SPECIAL_TOKENS.includes(pieces[id]!)) {
    id = random.integer(pieces.length);
  }
  return id;
}

/**
 * Checks the share of the tokens to be predicted.
 *
 * @param mlmProbability The share.
 * @throws {RangeError} If it is not in (0, 1).
 */
export function checkMlmProbability(mlmProbability: number): void {
  if (mlmProbability > 0 && mlmProbability < 1) return;
  throw new RangeError(
    `Cannot mask tokens: mlmProbability must be in (0, 1); found ${mlmProbability}`,
  );
}

/**
 * A masked batch. The number M of masked positions follows from B and T alone, so that
 * few shapes occur; positions that are not needed are 0 and have no label.
 */
export type MaskedBatch = Batch & {
  /** Positions among all B · T tokens, [M]. */
  maskedPositions: Int32Array;
  /** The original tokens at these positions, or `IGNORE_INDEX`, [M]. */
  maskedLabels: Int32Array;
};

/** How to form batches, and how many tokens to mask. */
export type MaskedBatchOptions = BatchOptions & MaskingOptions & {
  readonly vocabulary: Vocabulary;
  /** The run's seed. */
  readonly seed: number;
  /** From 1; each epoch masks other tokens. 0 is reserved for validation. */
  readonly epoch: number;
};

/** The number of this random stream among those of the same seed and epoch. */
const MASKING_STREAM = 1;

/**
 * Forms batches one at a time, and masks tokens in each example.
 *
 * The masks follow from the seed, the epoch and the example's index, whatever its
 * batch: dynamic masking (Liu et al., 2019, "RoBERTa", section 4.1).
 *
 * @param examples The examples.
 * @param options Sizes, order, seed and epoch.
 * @yields One batch; none if there are no examples.
 * @throws {RangeError} As `batchesOf` and `maskTokens` do.
 */
export function* maskedBatchesOf(
  examples: readonly EncodedExample[],
  options: MaskedBatchOptions,
): Generator<MaskedBatch> {
  const { vocabulary, seed, epoch } = options;
  const { mlmProbability = 0.15, wholeWordMasking = false } = options;
  for (const batch of batchesOf(examples, options)) {
    const { indices, length: T, size: B } = batch;
    const numEach = numMasked(T, mlmProbability);
    const inputIds = batch.inputIds.slice();
    const maskedPositions = new Int32Array(B * numEach);
    const maskedLabels = new Int32Array(B * numEach).fill(IGNORE_INDEX);
    for (const [row, index] of indices.entries()) {
      const random = randomStream(seed, epoch, index, MASKING_STREAM);
      const masked = maskTokens(examples[index]!.inputIds, vocabulary, random, {
        mlmProbability,
        wholeWordMasking,
      });
      inputIds.set(masked.inputIds, row * T);
      maskedPositions.set(
        masked.maskedPositions.map((position) => row * T + position),
        row * numEach,
      );
      maskedLabels.set(masked.maskedLabels, row * numEach);
    }
    yield { ...batch, inputIds, maskedPositions, maskedLabels };
  }
}
