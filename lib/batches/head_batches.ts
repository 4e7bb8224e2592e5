/**
 * Batches whose labels are not one class for each sequence: a class for each token, an
 * answer's span, or a number for each label.
 *
 * @module
 */

import {
  type Batch,
  batchesOf,
  type BatchOptions,
  type EncodedExample,
  IGNORE_INDEX,
} from "./batches.ts";
import { type ExampleSource, mapExamples } from "./example_source.ts";
import type { BertConfig } from "../model/config.ts";
import {
  BATCHES_OF,
  type Batching,
  type BatchMembers,
} from "./packed_batches.ts";

/** A sequence with a class for each token. */
export type TokenExample = {
  /** Word pieces with special tokens, [T]. */
  readonly inputIds: number[];
  /** 0 or 1 for each token, [T]. */
  readonly tokenTypeIds: number[];
  /**
   * A class in [0, C) for each token, [T], or `IGNORE_INDEX` for special tokens and the
   * later pieces of a word.
   */
  readonly tokenLabels: readonly number[];
  /**
   * Neighbouring examples with the same number are windows of one sentence; default:
   * each is a sentence.
   */
  readonly sentence?: number;
};

/** A padded batch with a class for each token. */
export type TokenBatch = Batch & {
  /** [B, T]; padding is `IGNORE_INDEX`. */
  tokenLabels: Int32Array;
};

/**
 * Forms padded batches of token examples, one at a time.
 *
 * @param examples The examples.
 * @param options Sizes and order.
 * @yields One batch; none if there are no examples.
 * @throws {RangeError} As `batchesOf` does.
 */
export function* tokenBatchesOf(
  examples: ExampleSource<TokenExample>,
  options: BatchOptions,
): Generator<TokenBatch> {
  for (
    const batch of batchesOf(mapExamples(examples, unlabelled), options)
  ) {
    const { inputIds, indices, length } = batch;
    const tokenLabels = new Int32Array(inputIds.length).fill(IGNORE_INDEX);
    for (const [row, index] of indices.entries()) {
      tokenLabels.set(examples.at(index)!.tokenLabels, row * length);
    }
    yield { ...batch, tokenLabels };
  }
}

/** A question and a text, and the answer's span in them. */
export type AnswerExample = {
  /** Word pieces of both with special tokens, [T]. */
  readonly inputIds: number[];
  /** 0 for the question, 1 for the text, [T]. */
  readonly tokenTypeIds: number[];
  /** The first token of the answer. */
  readonly startPosition: number;
  /** Its last token, not before the first; T or more if the answer has been cut off. */
  readonly endPosition: number;
};

/** A padded batch of questions with their answers. */
export type AnswerBatch = Batch & {
  /** [B]; `IGNORE_INDEX` if the answer has been cut off. */
  startPositions: Int32Array;
  /** [B]; `IGNORE_INDEX` if the answer has been cut off. */
  endPositions: Int32Array;
};

/**
 * Forms padded batches of questions, one at a time.
 *
 * @param examples The examples.
 * @param options Sizes and order.
 * @yields One batch; none if there are no examples.
 * @throws {RangeError} As `batchesOf` does.
 */
export function* answerBatchesOf(
  examples: ExampleSource<AnswerExample>,
  options: BatchOptions,
): Generator<AnswerBatch> {
  for (
    const batch of batchesOf(mapExamples(examples, unlabelled), options)
  ) {
    const spans = batch.indices.map((index) => {
      const { inputIds, startPosition, endPosition } = examples.at(index)!;
      return endPosition < inputIds.length
        ? [startPosition, endPosition] as const
        : [IGNORE_INDEX, IGNORE_INDEX] as const;
    });
    yield {
      ...batch,
      startPositions: Int32Array.from(spans, ([start]) => start),
      endPositions: Int32Array.from(spans, ([, end]) => end),
    };
  }
}

/** A sequence with a number for each label: of several labels, or of a regression. */
export type EncodedTargets = {
  /** Word pieces with special tokens, [T]. */
  readonly inputIds: number[];
  /** 0 or 1 for each token, [T]. */
  readonly tokenTypeIds: number[];
  /** Of several labels 1 if it holds or else 0; of a regression any value; [C]. */
  readonly targets: readonly number[];
};

/** A batch with a number for each label of each sequence. */
export type TargetsBatch = Batch & {
  /** [B, C]. */
  targets: Float32Array;
};

/**
 * Forms batches of sequences with targets, one at a time.
 *
 * @param examples The examples, each with C targets.
 * @param config The sizes of the model.
 * @param members Sizes and order.
 * @param batching Whether short examples share a row.
 * @yields One batch; none if there are no examples.
 * @throws {RangeError} As `batchesOf` does.
 */
export function* targetsBatchesOf(
  examples: ExampleSource<EncodedTargets>,
  config: BertConfig,
  members: BatchMembers,
  batching: Batching,
): Generator<TargetsBatch> {
  const sequences = mapExamples(examples, unlabelled);
  for (const batch of BATCHES_OF[batching](sequences, config, members)) {
    const targets = batch.indices.flatMap((index) =>
      examples.at(index)!.targets
    );
    yield { ...batch, targets: Float32Array.from(targets) };
  }
}

function unlabelled(
  { inputIds, tokenTypeIds }: Pick<EncodedExample, "inputIds" | "tokenTypeIds">,
): { inputIds: number[]; tokenTypeIds: number[]; label: number } {
  return { inputIds, tokenTypeIds, label: 0 };
}
