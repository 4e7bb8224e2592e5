/** FLOPs of a training step, its models, and the batch it is measured on. @module */

import type { Batch } from "../../lib/batches/batches.ts";
import {
  BERT_BASE,
  BERT_TINY,
  type BertConfig,
  MINI_LM,
} from "../../lib/model/config.ts";

/** Sentences in a batch. */
export const BATCH_SIZE = 32;

/** The optimizer's settings of every program. */
export const LEARNING_RATE = 2e-5;
export const MAX_GRAD_NORM = 1;

/** The classes of CoLA: acceptable or not. */
export const NUM_CLASSES = 2;

/** The models by their names in `bench.json`, the smallest first. */
export const BENCH_MODELS = {
  "tiny": BERT_TINY,
  "minilm": MINI_LM,
  "bert-base": BERT_BASE,
} as const satisfies Record<string, BertConfig>;

/** One of {@linkcode BENCH_MODELS}. */
export type BenchModel = keyof typeof BENCH_MODELS;

/** Rows of the word embedding table that all these models have. */
export const NUM_WORDS = MINI_LM.vocabSize;

/**
 * The work that Bertbook's step skips without changing a result: `"all"` that it can,
 * which is every row but `[CLS]` in the last layer and the embeddings of words that do
 * not occur; or `"none"`.
 */
export type Savings = "all" | "none";

/**
 * Floating-point operations of one training step.
 *
 * A forward pass multiplies, for each token and layer, by four [D, D] kernels,
 * by [D, F] and [F, D], and twice by the T keys or values of its sequence:
 *
 *     forward = 2 B T L (4 D² + 2 D F + 2 T D) + 2 B (D² + D C)
 *
 * With `"all"` savings the last layer computes keys and values for each token, and the
 * rest for `[CLS]` alone. A backward pass multiplies twice as much: step = 3 ·
 * forward.
 *
 * Kaplan et al. (2020), "Scaling Laws for Neural Language Models", section 2.1.
 *
 * @example MiniLM at 16 tokens
 * ```ts
 * import { stepFlops } from "./shapes.ts";
 * import { MINI_LM } from "bertbook/model/config.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal((stepFlops(MINI_LM, 16) / 1e9).toFixed(1), "32.9");
 * ```
 *
 * @param config The model's sizes.
 * @param tokens T.
 * @param savings What is skipped; default `"none"`.
 * @returns Additions and multiplications.
 */
export function stepFlops(
  config: BertConfig,
  tokens: number,
  savings: Savings = "none",
): number {
  const { numLayers: L, hiddenSize: D, intermediateSize: F } = config;
  const [B, T, C] = [BATCH_SIZE, tokens, NUM_CLASSES];
  const keysAndValues = B * T * 2 * D * D;
  const ofEachQuery = 2 * D * D + 2 * D * F + 2 * T * D;
  const numQueries = savings === "all" ? B * T * (L - 1) + B : B * T * L;
  const layers = L * keysAndValues + numQueries * ofEachQuery;
  const head = B * (D * D + D * C);
  return 3 * 2 * (layers + head);
}

/**
 * The batch that every program trains on, step after step: ids spread over the
 * vocabulary, the last three tokens of each sentence padding.
 *
 * @param tokens T.
 * @param words Rows of the word embedding table.
 * @param size Sentences.
 * @returns The batch; with all words the same as in `torch_worker.py`.
 */
export function benchBatch(
  tokens: number,
  words: number = NUM_WORDS,
  size: number = BATCH_SIZE,
): Batch {
  const length = size * tokens;
  return {
    inputIds: Int32Array.from(
      { length },
      (_, i) => (i * 7919 + 13) % Math.min(words, 30_000),
    ),
    tokenTypeIds: new Int32Array(length),
    attentionMask: Float32Array.from(
      { length },
      (_, i) => i % tokens < Math.max(1, tokens - 3) ? 1 : 0,
    ),
    labels: Int32Array.from({ length: size }, (_, i) => i % NUM_CLASSES),
    indices: Array.from({ length: size }, (_, i) => i),
    size,
    length: tokens,
  };
}
