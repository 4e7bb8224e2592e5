/** Masked tokens filled in, and sentence pairs judged, by a pretrained model. @module */

import * as tf from "@tensorflow/tfjs";
import { softmax } from "../evaluation/probabilities.ts";
import { predictMaskedTokens } from "../model/heads/masked_lm.ts";
import { FOLLOWS } from "../model/heads/next_sentence.ts";
import { predictPretrainingTasks } from "../model/heads/pretraining.ts";
import { inputFrom } from "../model/input.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import { MASK } from "../tokenizer/vocabulary.ts";
import { checkAlive } from "../batches/check_examples.ts";
import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import type { HeadModel, PretrainableModel } from "../checkpoint/pretrained.ts";

/** A word for a `[MASK]`. */
export type Guess = {
  /** A word piece of the vocabulary. */
  readonly word: string;
  /** Its probability, in [0, 1]. */
  readonly probability: number;
};

/** How to fill masks. */
export type FillMaskOptions = {
  /** Words for each mask; default 5. */
  readonly top?: number;
  /** Sentence B, which may hold masks too. */
  readonly pair?: string;
};

/**
 * The likeliest words for each `[MASK]` in a text.
 *
 * @param model A model with a masked-language-model head; it does not change.
 * @param text A text with at least one `[MASK]`.
 * @param options Words for each mask, and sentence B.
 * @returns For each mask in order, words from the likeliest on.
 * @throws {RangeError} If there is no mask, or the text is too long for the model.
 * @throws {TypeError} If the text is no string, an option is unknown, or the model has
 * been disposed.
 */
export async function fillMask(
  model: PretrainableModel,
  text: string,
  options: FillMaskOptions = {},
): Promise<Guess[][]> {
  checkKnownOptions("fill masks", options, ["top", "pair"]);
  const { top = 5, pair } = options;
  const { config, params, tokenizer } = model;
  const { pieces } = tokenizer.vocabulary;
  checkOption("top", top, RULES.count);
  checkString("fill masks", text);
  checkAlive(params, "fill masks");
  const encoding = tokenizer.encode(text, pair === undefined ? {} : { pair });
  const positions = [...encoding.tokens.keys()]
    .filter((position) => encoding.tokens[position] === MASK);
  if (positions.length === 0) {
    throw new RangeError(
      `Cannot fill masks: the text must hold ${MASK}; found "${text}"`,
    );
  }
  const { length } = encoding.inputIds;
  await ensureEngine();
  const best = tf.tidy(() => {
    const input = inputFrom({ ...encoding, length }, config);
    const at = tf.tensor1d(positions, "int32");
    const { logits } = predictMaskedTokens(params, input, config, {
      positions: at,
    });
    // Rows of the table that no piece has are no words.
    const words = tf.softmax(logits)
      .slice([0, 0], [positions.length, pieces.length]);
    return tf.topk(words, Math.min(top, pieces.length));
  });
  const probabilities = await best.values.array() as number[][];
  const inputIds = await best.indices.array() as number[][];
  tf.dispose(best);
  return inputIds.map((row, mask) =>
    row.map((id, rank) => ({
      word: pieces[id]!,
      probability: probabilities[mask]![rank]!,
    }))
  );
}

/**
 * The probability that sentence B follows sentence A.
 *
 * @param model A model pretrained on sentence pairs; it does not change.
 * @param first Sentence A.
 * @param second Sentence B.
 * @returns A probability, in [0, 1].
 * @throws {RangeError} If the pair is too long for the model.
 * @throws {TypeError} If a sentence is no string, or the model has been disposed.
 */
export async function probabilityOfFollowing(
  model: HeadModel<"pretraining">,
  first: string,
  second: string,
): Promise<number> {
  const { config, params, tokenizer } = model;
  checkString("predict the next sentence", first);
  checkString("predict the next sentence", second);
  checkAlive(params, "predict the next sentence");
  const encoding = tokenizer.encode(first, { pair: second });
  const { length } = encoding.inputIds;
  await ensureEngine();
  const logits = tf.tidy(() => {
    const input = inputFrom({ ...encoding, length }, config);
    const positions = tf.tensor1d([0], "int32"); // no word is asked for
    return predictPretrainingTasks(params, input, config, { positions })
      .sentenceLogits;
  });
  const [row] = await logits.array();
  logits.dispose();
  return softmax(row!)[FOLLOWS]!;
}

function checkString(action: string, text: unknown): void {
  if (typeof text === "string") return;
  throw new TypeError(
    `Cannot ${action}: the text must be a string; found ${
      JSON.stringify(text)
    }`,
  );
}
