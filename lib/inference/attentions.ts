/** Who attended to whom in one sequence, as plain numbers to draw. @module */

import * as tf from "@tensorflow/tfjs";
import { compile } from "../engine/compile.ts";
import { unfused } from "../engine/fuse.ts";
import { type BertInput, queriesAndKeysOf } from "../model/bert.ts";
import {
  type ClassifierParams,
  classify,
} from "../model/heads/sequence_classifier.ts";
import type { BertConfig } from "../model/config.ts";
import { checkInput, inputFrom } from "../model/input.ts";
import { lengthMultiple } from "../batches/layout.ts";
import { MANY_SIGNATURES } from "../engine/precision.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";

/** A sequence as the tokenizer encodes it. */
export type EncodedSequence = {
  readonly inputIds: readonly number[];
  readonly tokenTypeIds: readonly number[];
  /** 1 for a token, 0 for padding. */
  readonly attentionMask: readonly number[];
};

/** A sequence's attention, L layers of H heads. */
export type SequenceAttention = {
  /** The weights, [L][H][T][T]; rows sum to 1. */
  attentions: number[][][][];
  /** What was compared, [L][H][T][K]: softmax(q · k / √K + mask) are the weights. */
  queries: number[][][][];
  /** What the queries were compared with, [L][H][T][K]. */
  keys: number[][][][];
  /** What they led to, [C]. */
  logits: number[];
};

/**
 * The attention weights of every layer and head with the queries and keys behind
 * them, and the logits they led to.
 *
 * The forward pass is compiled once for each length, and lengths are rounded up to
 * multiples of 8: no more than 64 signatures for BERT's 512 positions, and 6 for all
 * sentences of CoLA.
 *
 * @param model Its parameters may be constants or variables; they stay as they are.
 * @param sequence Ids, segments and attention mask, each [T].
 * @returns Plain numbers.
 * @throws {RangeError} If the model has no embedding for a value.
 */
export async function attentionsOf(
  { params, config }: ClassifierModel,
  sequence: EncodedSequence,
): Promise<SequenceAttention> {
  const T = sequence.inputIds.length;
  checkInput({ ...sequence, length: T }, config);
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

/** Multiple to which lengths are rounded up, where it divides the longest. */
const LENGTH_MULTIPLE = 8;

/**
 * All layers as one tensor each: [L, H, T, T], twice [L, H, T, K]; logits [1, C].
 *
 * A page looks at a few sentences, so no kernels are made for them: with kernels the
 * first call of MiniLM at 64 tokens takes three times as long.
 */
const compiledAttentions = compile(
  (params: ClassifierParams, input: BertInput, config: BertConfig) =>
    unfused(() => {
      const { hiddenStates, ...output } = classify(params, input, config);
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

/** The sequence, filled up to a rounded length with padding that is masked. */
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
    length,
    attentionMask: fill(attentionMask),
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
