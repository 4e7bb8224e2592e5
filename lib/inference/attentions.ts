/** Attention weights of one sequence, as plain numbers to draw. @module */

import * as tf from "@tensorflow/tfjs";
import { ensureEngine } from "../engine/start_engine.ts";
import { compile } from "../engine/compile.ts";
import { unfused } from "../engine/fuse.ts";
import { type BertInput, queriesAndKeysOf } from "../model/bert.ts";
import {
  type ClassifierParams,
  classifySequences,
} from "../model/heads/sequence_classifier.ts";
import type { BertConfig } from "../model/config.ts";
import { checkAlive } from "../batches/check_examples.ts";
import { checkInput, inputFrom } from "../model/input.ts";
import { lengthMultiple } from "../batches/batches.ts";
import { MANY_SIGNATURES } from "../engine/precision.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";

/** A sequence of T tokens as the tokenizer encodes it. */
export type EncodedSequence = {
  /** Token ids, [T]. */
  readonly inputIds: readonly number[];
  /** Token types, [T]. */
  readonly tokenTypeIds: readonly number[];
  /** 1 for a token, 0 for padding, [T]. */
  readonly attentionMask: readonly number[];
};

/** A sequence's attention, L layers of H heads. */
export type SequenceAttention = {
  /** The weights, [L][H][T][T]; rows sum to 1. */
  attentions: number[][][][];
  /** The queries, [L][H][T][K]: softmax(q · k / √K + mask) are the weights. */
  queries: number[][][][];
  /** The keys, [L][H][T][K]. */
  keys: number[][][][];
  /** The logits of the classes, [C]. */
  logits: number[];
};

/**
 * Computes the attention weights of every layer and head, their queries and keys, and
 * the logits.
 *
 * The forward pass is compiled once for each length, and lengths are rounded up to
 * multiples of 8: at most 64 signatures for BERT's 512 positions, and 6 for all
 * sentences of CoLA.
 *
 * @param model The classifier; its parameters do not change.
 * @param sequence Token ids, token types and attention mask, each [T].
 * @returns Plain numbers.
 * @throws {RangeError} If the model has no embedding for a value.
 * @throws {TypeError} If the sequence is not encoded, or the model has been disposed.
 */
export async function attentionsOf(
  { params, config }: ClassifierModel,
  sequence: EncodedSequence,
): Promise<SequenceAttention> {
  if (!Array.isArray(sequence?.inputIds)) {
    throw new TypeError(
      `Cannot compute attention weights: the sequence must be encoded as token ids; ` +
        `found ${
          JSON.stringify(sequence)
        }; call encode(model.tokenizer, text) first`,
    );
  }
  checkAlive(params, "compute attention weights");
  const T = sequence.inputIds.length;
  checkInput({ ...sequence, length: T }, config);
  await ensureEngine();
  const output = tf.tidy(() => {
    const input = inputFrom(padded(sequence, config), config);
    const whole = compiledAttentions(params, input, config);
    return {
      attentions: cutTo(whole.attentions, [T, T]),
      queries: cutTo(whole.queries, [T, -1]),
      keys: cutTo(whole.keys, [T, -1]),
      logits: whole.logits,
    };
  });
  try {
    const [attentions, queries, keys, [logits]] = await Promise.all([
      output.attentions.array(),
      output.queries.array(),
      output.keys.array(),
      output.logits.array(),
    ]);
    return { attentions, queries, keys, logits: logits! };
  } finally {
    tf.dispose(output);
  }
}

/** Lengths are rounded up to multiples of it, if it divides the longest. */
const LENGTH_MULTIPLE = 8;

/**
 * All layers as one tensor each: [L, H, T, T], twice [L, H, T, K]; logits [1, C].
 *
 * Not fused: with fused kernels the first call of MiniLM at 64 tokens takes three times
 * as long, and few sentences are looked at.
 */
const compiledAttentions = compile(
  (params: ClassifierParams, input: BertInput, config: BertConfig) =>
    unfused(() => {
      const { hiddenStates, ...output } = classifySequences(
        params,
        input,
        config,
      );
      const { queries, keys } = queriesAndKeysOf(
        params.bert,
        hiddenStates,
        config,
      );
      return {
        attentions: tf.concat(output.attentions),
        queries: tf.concat(queries),
        keys: tf.concat(keys),
        logits: output.logits,
      };
    }),
  { name: "attentions", ...MANY_SIGNATURES },
);

/** The sequence, padded to a rounded length; padding is masked. */
function padded(
  { inputIds, tokenTypeIds, attentionMask }: EncodedSequence,
  config: BertConfig,
): EncodedSequence & { length: number } {
  const multiple = lengthMultiple(config, LENGTH_MULTIPLE);
  const length = multiple * Math.ceil(inputIds.length / multiple);
  const fill = (values: readonly number[], padding = 0): number[] =>
    Array.from({ length }, (_, token) => values[token] ?? padding);
  return {
    inputIds: fill(inputIds, config.padTokenId),
    tokenTypeIds: fill(tokenTypeIds),
    attentionMask: fill(attentionMask),
    length,
  };
}

/** The first tokens of every layer and head. */
function cutTo(
  layers: tf.Tensor4D,
  [rows, columns]: [number, number],
): tf.Tensor4D {
  const [L, H] = layers.shape;
  return layers.slice([0, 0, 0, 0], [L, H, rows, columns]);
}
