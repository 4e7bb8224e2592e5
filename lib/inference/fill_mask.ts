/** Reading what a pretrained model has learned: words for `[MASK]`, and pairs. @module */

import * as tf from "@tensorflow/tfjs";
import { softmax } from "../evaluation/probabilities.ts";
import { predictWords } from "../model/heads/masked_lm.ts";
import { FOLLOWS } from "../model/heads/next_sentence.ts";
import { predictBoth } from "../model/heads/pretraining.ts";
import { inputFrom } from "../model/input.ts";
import { MASK } from "../tokenizer/vocabulary.ts";
import { checkOption, RULES } from "../options.ts";
import type { HeadModel, PretrainableModel } from "../checkpoint/pretrained.ts";

/** A word for a place, and how sure the model is of it. */
export type Guess = { readonly word: string; readonly probability: number };

/**
 * The likeliest words for each `[MASK]` in a text.
 *
 * @param model Its parameters stay as they are.
 * @param text A text in which `[MASK]` is written out, once or more often.
 * @param options How many words for each place, 5 by default; `pair`: sentence B,
 * which may hold masks, too.
 * @returns For each mask in order, words from the likeliest on.
 * @throws {RangeError} If there is no mask, or the text is too long for the model.
 */
export async function fillMask(
  model: PretrainableModel,
  text: string,
  options: { top?: number; pair?: string } = {},
): Promise<Guess[][]> {
  const { top = 5, pair } = options;
  const { config, params, tokenizer } = model;
  const { pieces } = tokenizer.vocabulary;
  checkOption("top", top, RULES.count);
  const encoding = tokenizer.encode(text, pair === undefined ? {} : { pair });
  const places = [...encoding.tokens.keys()]
    .filter((place) => encoding.tokens[place] === MASK);
  if (places.length === 0) {
    throw new RangeError(
      `Cannot fill a mask as the text must hold ${MASK}: found "${text}"`,
    );
  }
  const { length } = encoding.inputIds;
  const best = tf.tidy(() => {
    const input = inputFrom({ ...encoding, length }, config);
    const at = tf.tensor1d(places, "int32");
    const { logits } = predictWords(params, input, config, { positions: at });
    return tf.topk(tf.softmax(logits), Math.min(top, pieces.length));
  });
  const probabilities = await best.values.array() as number[][];
  const inputIds = await best.indices.array() as number[][];
  tf.dispose(best);
  return inputIds.map((row, place) =>
    row.map((id, rank) => ({
      word: pieces[id]!,
      probability: probabilities[place]![rank]!,
    }))
  );
}

/**
 * How likely sentence B follows sentence A.
 *
 * @param model From pretraining with pairs.
 * @param first Sentence A.
 * @param second Sentence B.
 * @returns A probability, in [0, 1].
 * @throws {RangeError} If the pair is too long for the model.
 */
export async function probabilityOfFollowing(
  model: HeadModel<"pretraining">,
  first: string,
  second: string,
): Promise<number> {
  const { config, params, tokenizer } = model;
  const encoding = tokenizer.encode(first, { pair: second });
  const { length } = encoding.inputIds;
  const logits = tf.tidy(() => {
    const input = inputFrom({ ...encoding, length }, config);
    const positions = tf.tensor1d([0], "int32"); // words are not asked for
    return predictBoth(params, input, config, { positions }).sentenceLogits;
  });
  const [row] = await logits.array();
  logits.dispose();
  return softmax(row!)[FOLLOWS]!;
}
