/** Who attended to whom in one sequence, as plain numbers to draw. @module */

import * as tf from "@tensorflow/tfjs";
import { classify } from "../model/classifier.ts";
import { inputFrom } from "../model/input.ts";
import type { ClassifierModel } from "../weights/pretrained.ts";

/** A sequence as the tokenizer encodes it. */
export type EncodedSequence = {
  readonly ids: readonly number[];
  readonly segments: readonly number[];
  /** 1 for a token, 0 for padding. */
  readonly attentionMask: readonly number[];
};

/**
 * The attention weights of every layer and head, and the logits they led to.
 *
 * @param model Its parameters may be constants or variables; they stay as they are.
 * @param sequence Ids, segments and attention mask, each [T].
 * @returns Weights [L][H][T][T], whose rows sum to 1, and logits [C].
 * @throws {RangeError} If the model has no embedding for a value.
 */
export async function attentionsOf(
  { params, config }: ClassifierModel,
  sequence: EncodedSequence,
): Promise<{ attentions: number[][][][]; logits: number[] }> {
  const input = inputFrom({ ...sequence, length: sequence.ids.length }, config);
  const output = tf.tidy(() => {
    const { attentions, logits } = classify(params, input, config);
    return { attentions, logits };
  });
  try {
    const layers = await Promise.all(
      output.attentions.map((weights) => weights.array()), // [1][H][T][T]
    );
    const [logits] = await output.logits.array();
    return { attentions: layers.map(([heads]) => heads!), logits: logits! };
  } finally {
    tf.dispose([input, output]);
  }
}
