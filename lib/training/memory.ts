/**
 * The memory of a training, estimated before its first step: a batch that cannot fit is
 * refused, where the system would kill the process without a word.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { TokenArrays } from "../batches/batch_tensors.ts";
import { numReplicas } from "../engine/compile.ts";
import { platform } from "../engine/platform.ts";
import type { Precision } from "../engine/precision.ts";
import { numWorkersHere } from "../engine/shared_work.ts";
import { computesOnGpu } from "../engine/start_engine.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";
import type { BertConfig } from "../model/config.ts";
import { variablesOf } from "./variable_values.ts";

/** The size of a batch, and what a step on it keeps for the gradients. */
export type BatchMemory = {
  /** B. */
  readonly numExamples: number;
  /** R. */
  readonly numRows: number;
  /** T. */
  readonly length: number;
  /** Bytes. */
  readonly activations: number;
};

/** The sizes of a transformer that decide how much a step keeps. */
export type TransformerSizes = Pick<
  BertConfig,
  "vocabSize" | "numLayers" | "numHeads" | "hiddenSize" | "intermediateSize"
>;

// The factors of all estimates are fitted to the peak memory of 42 trainings on two
// threads: BERT-Tiny, MiniLM and BERT-Base, of 8 × 16 to 16 × 512 tokens, padded and
// packed, with 1 to 8 micro-batches and all kinds of heads. Each estimate is within
// 30 % of its peak (at 0.76 to 1.21 of it). To measure others:
//     deno run -A tests/training/_peak_memory.ts '{"model":"minilm","batchSize":32,"length":64}'
const PROCESS = 220e6; // Deno, TensorFlow and compiled kernels
const VALUES_PER_HIDDEN = 6.4, VALUES_PER_INTERMEDIATE = 1.4;
const VALUES_PER_WEIGHT = 1.5, VALUES_PER_LOGIT = 3;

/** The true need may be less, or more, than the estimate by this factor. */
const ERROR = 1.3;

/**
 * Estimates what a step on a batch of token sequences keeps for its gradients.
 *
 * Korthikanti et al. (2023), "Reducing Activation Recomputation in Large Transformer
 * Models", section 4.1: for each token and layer, multiples of D and F, and of H · T.
 *
 * @param config The sizes of the model.
 * @param batch Its rows, padded or packed.
 * @param numLogits Number of tokens for which the whole vocabulary gets logits.
 */
export function batchMemory(
  { vocabSize: V, numLayers: L, numHeads: H, ...sizes }: TransformerSizes,
  { indices, inputIds, length: T }: TokenArrays,
  numLogits = 0,
): BatchMemory {
  const { hiddenSize: D, intermediateSize: F } = sizes;
  const valuesPerToken = L * (VALUES_PER_HIDDEN * D +
    VALUES_PER_INTERMEDIATE * F + VALUES_PER_WEIGHT * H * T);
  const values = inputIds.length * valuesPerToken +
    VALUES_PER_LOGIT * numLogits * V;
  return {
    numExamples: indices.length,
    numRows: inputIds.length / T,
    length: T,
    activations: 4 * values,
  };
}

/**
 * Refuses a training whose largest batch cannot fit into the memory that the system has.
 *
 * @param params The parameters before the training.
 * @param batches The memory of its batches.
 * @param options Those of the training.
 * @throws {RangeError} If it cannot fit.
 */
export async function checkMemory(
  params: TensorTree,
  batches: Iterable<BatchMemory>,
  options: {
    readonly numMicroBatches?: number | undefined;
    readonly gradientAccumulationSteps?: number;
    readonly precision?: Precision;
    readonly checkpoints?: unknown;
  },
): Promise<void> {
  const numSharing = numWorkersHere();
  const limit = (platform().memoryLimit() ?? Infinity) / numSharing;
  if (limit === Infinity || await computesOnGpu()) return;
  const { numMicroBatches = numReplicas(), checkpoints } = options;
  const { gradientAccumulationSteps = 1, precision } = options;
  const numValues = variablesOf(params)
    .reduce((sum, [, { size }]) => sum + size, 0);
  // Two moments; gradients, which are summed up two at a time; the best weights, and a
  // copy to read them; while a checkpoint is written, a copy of weights and moments.
  const copies = 2 + Math.min(numMicroBatches, 2) + 2 + (checkpoints ? 3 : 0);
  const fixed = PROCESS + tf.memory().numBytes + 4 * copies * numValues;
  const largest = largestOf(batches);
  // Of activations in bfloat16, some take half as much.
  const activations = largest.activations / (precision === "bfloat16" ? 2 : 1);
  if ((fixed + activations) / ERROR <= limit) return;
  const sums = 4 * numValues; // of accumulated gradients
  throw outOfMemory(largest, gradientAccumulationSteps, {
    found: `about ${megabytes(fixed + activations)} needed and ` +
      `${megabytes(limit)} there` +
      (numSharing > 1 ? ` for each of ${numSharing} workers` : ""),
    fits: (part) => ERROR * (fixed + sums + part * activations) <= limit,
  });
}

/** The batch that takes the most; there is one at least. */
function largestOf(batches: Iterable<BatchMemory>): BatchMemory {
  return Iterator.from(batches)
    .reduce((most, batch) =>
      batch.activations > most.activations ? batch : most
    );
}

/**
 * The error of a step for which there was too little memory.
 *
 * @param cause What the engine threw.
 * @param batches The batches of the step.
 * @param gradientAccumulationSteps That of the training.
 * @returns A `RangeError`; the error itself if the engine threw for another reason.
 */
export function outOfMemoryError(
  cause: unknown,
  batches: readonly BatchMemory[],
  gradientAccumulationSteps: number,
): unknown {
  const message = cause instanceof Error ? cause.message : String(cause);
  const reason = OUT_OF_MEMORY.exec(message);
  if (reason === null) return cause;
  const found = `"${message.slice(reason.index).slice(0, 100)}"`;
  const fits = (part: number): boolean => part <= 1 / 2;
  return outOfMemory(largestOf(batches), gradientAccumulationSteps, {
    found,
    fits,
    cause,
  });
}

/** What TensorFlow, WebAssembly and JavaScript say. */
const OUT_OF_MEMORY =
  /RESOURCE_EXHAUSTED(?!.*No space left)|bad_alloc|out of memory|OOM|allocation failed/i;

function outOfMemory(
  { numExamples, numRows, length }: BatchMemory,
  gradientAccumulationSteps: number,
  { found, fits, cause }: {
    readonly found: string;
    /** Whether a part of the batch fits. */
    readonly fits: (part: number) => boolean;
    readonly cause?: unknown;
  },
): RangeError {
  const product = numExamples * gradientAccumulationSteps;
  const smaller = Array.from(
    { length: numExamples - 1 },
    (_, i) => numExamples - 1 - i,
  ).find((size) => product % size === 0 && fits(size / numExamples));
  return new RangeError(
    `Cannot train with batchSize=${numExamples}: a batch of ${numRows} × ${length} ` +
      `tokens must fit into memory; found ${found}; ` +
      (smaller === undefined
        ? "use shorter texts or a smaller model"
        : `batchSize=${smaller} with gradientAccumulationSteps=${
          product / smaller
        } takes the same steps in less`),
    { cause },
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
