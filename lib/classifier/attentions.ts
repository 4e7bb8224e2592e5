/** Who attended to whom in one sequence, as plain numbers to draw. @module */

import * as tf from "@tensorflow/tfjs";
import { classify } from "../model/classifier.ts";
import { inputFrom } from "../model/input.ts";
import { neuronsOf } from "../model/neurons.ts";
import type { ClassifierModel } from "../weights/pretrained.ts";

/** A sequence as the tokenizer encodes it. */
export type EncodedSequence = {
  readonly ids: readonly number[];
  readonly segments: readonly number[];
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
 * @param model Its parameters may be constants or variables; they stay as they are.
 * @param sequence Ids, segments and attention mask, each [T].
 * @returns Plain numbers.
 * @throws {RangeError} If the model has no embedding for a value.
 */
export async function attentionsOf(
  { params, config }: ClassifierModel,
  sequence: EncodedSequence,
): Promise<SequenceAttention> {
  const input = inputFrom({ ...sequence, length: sequence.ids.length }, config);
  const output = tf.tidy(() => {
    const { attentions, hiddenStates, logits } = classify(
      params,
      input,
      config,
    );
    return {
      attentions,
      logits,
      ...neuronsOf(params.bert, hiddenStates, config),
    };
  });
  try {
    const [attentions, queries, keys] = await Promise.all(
      [output.attentions, output.queries, output.keys].map(firstOfEach),
    );
    const [logits] = await output.logits.array();
    return {
      attentions: attentions!,
      queries: queries!,
      keys: keys!,
      logits: logits!,
    };
  } finally {
    tf.dispose([input, output]);
  }
}

/** The values of a batch of one, layer by layer. */
function firstOfEach(layers: readonly tf.Tensor4D[]): Promise<number[][][][]> {
  return Promise.all(layers.map(async (layer) => (await layer.array())[0]!));
}
