/**
 * Batch tensors: a batch of plain arrays → micro-batches → the tensors of one step.
 *
 * Shapes: B examples, R rows of T tokens (R = B unless packed), M masked positions.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { BertInput } from "../model/bert.ts";
import type { BertConfig } from "../model/config.ts";
import { inputFrom, type PackingArrays } from "../model/input.ts";
import type { Batch } from "./batches.ts";
import type { AnswerBatch, TargetsBatch, TokenBatch } from "./head_batches.ts";
import type { MaskedBatch } from "./masking.ts";
import type { NextTokenBatch } from "./next_token.ts";

/** Rows from the first to the one before `end`. */
export type RowSpan = { readonly start: number; readonly end: number };

/**
 * Splits rows into spans of about equal size, the longer ones first.
 *
 * @example Five rows in two spans
 * ```ts
 * import { rowSpans } from "bertbook/batches/batch_tensors.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(rowSpans(5, 2), [{ start: 0, end: 3 }, { start: 3, end: 5 }]);
 * ```
 *
 * @param numRows Number of rows.
 * @param count Number of spans at most; none is empty.
 * @returns The spans, which cover all rows.
 */
export function rowSpans(numRows: number, count: number): RowSpan[] {
  const spans: RowSpan[] = [];
  for (let start = 0; start < numRows;) {
    const remaining = count - spans.length;
    const end = start + Math.ceil((numRows - start) / remaining);
    spans.push({ start, end });
    start = end;
  }
  return spans;
}

/** What every batch of token sequences has. */
export type TokenArrays = {
  /** [R, T]. */
  readonly inputIds: Int32Array;
  /** Which examples these are, [B]. */
  readonly indices: readonly number[];
  /** T. */
  readonly length: number;
  readonly packing?: PackingArrays<Int32Array>;
};

/** The arrays with a value for each token; all others have some for each example. */
const TOKEN_ARRAYS: readonly string[] = [
  "inputIds",
  "tokenTypeIds",
  "attentionMask",
  "tokenLabels",
];

/**
 * Splits a batch into micro-batches of about as many rows.
 *
 * @param batch Any batch of token sequences, padded or packed.
 * @param count Number of micro-batches at most.
 * @returns The micro-batches, which share the batch's arrays where they can. A packed
 * batch stays whole unless it was packed for this number of micro-batches.
 */
export function splitBatch<Plain extends TokenArrays>(
  batch: Plain,
  count: number,
): Plain[] {
  const { packing, indices, length: T } = batch;
  const numExamples = indices.length; // B
  const numRows = batch.inputIds.length / T; // R
  const examples = rowSpans(numExamples, count);
  const rows = rowSpans(numRows, examples.length);
  if (packing !== undefined && !isPackedFor(batch, examples, rows)) {
    return [batch];
  }
  return examples.map((own, microBatch) => {
    const ownRows = rows[microBatch]!;
    const firstToken = ownRows.start * T;
    const part = (name: string, value: unknown): unknown => {
      switch (name) {
        case "indices":
          return indices.slice(own.start, own.end);
        case "size":
          return own.end - own.start;
        case "maskedPositions": // unused ones are 0, whatever their row
          return sliceRows(value as Int32Array, numExamples, own)
            .map((position) => Math.max(0, position - firstToken));
        case "packing":
          return packing && {
            positionIds: sliceRows(packing.positionIds, numRows, ownRows),
            sequenceIds: sliceRows(packing.sequenceIds, numRows, ownRows),
            clsPositions: sliceRows(packing.clsPositions, numExamples, own)
              .map((token) => token - firstToken),
          };
      }
      if (!(value instanceof Int32Array || value instanceof Float32Array)) {
        return value;
      }
      return TOKEN_ARRAYS.includes(name)
        ? sliceRows(value, numRows, ownRows)
        : sliceRows(value, numExamples, own);
    };
    return Object.fromEntries(
      Object.entries(batch).map(([name, value]) => [name, part(name, value)]),
    ) as Plain;
  });
}

/** The part of an array with equally many values in each row, without copying. */
function sliceRows<Values extends Int32Array | Float32Array>(
  values: Values,
  numRows: number,
  { start, end }: RowSpan,
): Values {
  const each = values.length / numRows;
  return values.subarray(start * each, end * each) as Values;
}

/** Whether every micro-batch's examples are in its own rows, of which each has as many. */
function isPackedFor(
  { packing, inputIds, length }: TokenArrays,
  examples: readonly RowSpan[],
  rows: readonly RowSpan[],
): boolean {
  return inputIds.length / length % examples.length === 0 &&
    examples.every(({ start, end }, microBatch) =>
      packing!.clsPositions.subarray(start, end).every((token) => {
        const row = Math.floor(token / length);
        return rows[microBatch]!.start <= row && row < rows[microBatch]!.end;
      })
    );
}

/** The input and the labels of sequences. */
export type LabelledInput = {
  /** Token ids, token types and attention mask, each [R, T]. */
  readonly input: BertInput;
  /** Class of each sequence, [B], int32. */
  readonly labels: tf.Tensor1D;
  /** Weight of each sequence in the loss, [B]; default 1 for all. */
  readonly sampleWeights?: tf.Tensor1D;
};

/** Tensors that `using` frees at the end of the block. */
export type BatchTensors<Tensors = LabelledInput> = Tensors & Disposable;

function disposable<Tensors extends tf.TensorContainerObject>(
  tensors: Tensors,
): BatchTensors<Tensors> {
  return { ...tensors, [Symbol.dispose]: () => tf.dispose(tensors) };
}

/**
 * The tensors of a batch of labelled sequences.
 *
 * @param batch Plain arrays.
 * @param config The sizes of the model that will read it.
 * @param classWeights Weight of each class in the loss, [C]; default 1 for all.
 * @returns The tensors. The caller disposes them, with `using`.
 * @throws {RangeError} If the model has no embedding for a value.
 */
export function batchTensors(
  batch: Batch,
  config: BertConfig,
  classWeights?: readonly number[],
): BatchTensors {
  const input = inputFrom(batch, config);
  const labels = tf.tensor1d(batch.labels, "int32");
  if (classWeights === undefined) return disposable({ input, labels });
  const weights = Array.from(batch.labels, (label) => classWeights[label]!);
  return disposable({ input, labels, sampleWeights: tf.tensor1d(weights) });
}

/** The input and the targets of sequences. */
export type TargetsInput = {
  /** Token ids, token types and attention mask, each [R, T]. */
  readonly input: BertInput;
  /** A number for each label of each sequence, [B, C]. */
  readonly targets: tf.Tensor2D;
};

/**
 * The tensors of a batch of sequences with targets.
 *
 * @param batch Plain arrays, padded or packed.
 * @param config The sizes of the model that will read it.
 * @returns The tensors. The caller disposes them, with `using`.
 * @throws {RangeError} If the model has no embedding for a value.
 */
export function targetsTensors(
  batch: TargetsBatch,
  config: BertConfig,
): BatchTensors<TargetsInput> {
  return disposable({
    input: inputFrom(batch, config),
    targets: tf.tensor2d(batch.targets, [
      batch.size,
      batch.targets.length / batch.size,
    ]),
  });
}

/** The input and the labels of masked tokens, and of pairs. */
export type MaskedInput = {
  /** Token ids, token types and attention mask, each [B, T]. */
  readonly input: BertInput;
  /** Positions among all B · T tokens, [M], int32. */
  readonly maskedPositions: tf.Tensor1D;
  /** The original tokens at these positions, or `IGNORE_INDEX`, [M], int32. */
  readonly maskedLabels: tf.Tensor1D;
  /** The class of each pair, [B], int32. */
  readonly nextSentenceLabels: tf.Tensor1D;
};

/**
 * The tensors of a masked batch.
 *
 * @param batch Plain arrays, padded to one length.
 * @param config The sizes of the model that will read it.
 * @returns Six tensors. The caller disposes them, with `using`.
 * @throws {RangeError} If the model has no embedding for a value.
 */
export function maskedTensors(
  batch: MaskedBatch,
  config: BertConfig,
): BatchTensors<MaskedInput> {
  return disposable({
    input: inputFrom(batch, config),
    maskedPositions: tf.tensor1d(batch.maskedPositions, "int32"),
    maskedLabels: tf.tensor1d(batch.maskedLabels, "int32"),
    nextSentenceLabels: tf.tensor1d(batch.labels, "int32"),
  });
}

/** The input and the labels of tokens. */
export type TokenInput = {
  /** Token ids, token types and attention mask, each [B, T]. */
  readonly input: BertInput;
  /** A class for each token, or `IGNORE_INDEX`, [B, T], int32. */
  readonly tokenLabels: tf.Tensor2D;
};

/**
 * The tensors of a batch with a label for each token.
 *
 * @param batch Plain arrays, padded to one length.
 * @param config The sizes of the model that will read it.
 * @returns Four tensors. The caller disposes them, with `using`.
 * @throws {RangeError} If the model has no embedding for a value.
 */
export function tokenTensors(
  batch: TokenBatch,
  config: BertConfig,
): BatchTensors<TokenInput> {
  const { tokenLabels, indices, length } = batch;
  return disposable({
    input: inputFrom(batch, config),
    tokenLabels: tf.tensor2d(tokenLabels, [indices.length, length], "int32"),
  });
}

/** The input and the first and last tokens of answers. */
export type AnswerInput = {
  /** Token ids, token types and attention mask, each [B, T]. */
  readonly input: BertInput;
  /** The first token of each answer, [B], int32. */
  readonly startPositions: tf.Tensor1D;
  /** The last token of each answer, [B], int32. */
  readonly endPositions: tf.Tensor1D;
};

/**
 * The tensors of a batch of questions with their answers.
 *
 * @param batch Plain arrays, padded to one length.
 * @param config The sizes of the model that will read it.
 * @returns Five tensors. The caller disposes them, with `using`.
 * @throws {RangeError} If the model has no embedding for a value.
 */
export function answerTensors(
  batch: AnswerBatch,
  config: BertConfig,
): BatchTensors<AnswerInput> {
  return disposable({
    input: inputFrom(batch, config),
    startPositions: tf.tensor1d(batch.startPositions, "int32"),
    endPositions: tf.tensor1d(batch.endPositions, "int32"),
  });
}

/** The input and the labels of a language model. */
export type NextTokenInput = {
  /** [B, T], int32. */
  readonly inputIds: tf.Tensor2D;
  /** The token after each, or `IGNORE_INDEX`, [B, T], int32. */
  readonly labels: tf.Tensor2D;
};

/**
 * The tensors of a batch for a language model.
 *
 * @param batch Plain arrays.
 * @returns Two tensors, [B, T]. The caller disposes them, with `using`.
 */
export function nextTokenTensors(
  { inputIds, labels, indices, length }: NextTokenBatch,
): BatchTensors<NextTokenInput> {
  const shape: [number, number] = [indices.length, length];
  return disposable({
    inputIds: tf.tensor2d(inputIds, shape, "int32"),
    labels: tf.tensor2d(labels, shape, "int32"),
  });
}
