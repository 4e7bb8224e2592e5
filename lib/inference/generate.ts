/** Text generation by a language model, token by token. @module */

import * as tf from "@tensorflow/tfjs";
import { ensureEngine } from "../engine/start_engine.ts";
import { compile } from "../engine/compile.ts";
import { softmax } from "../evaluation/probabilities.ts";
import { type LanguageModel, languageModel } from "../model/language_model.ts";
import type {
  TransformerConfig,
  TransformerParams,
} from "../model/transformer.ts";
import { checkAlive } from "../batches/check_examples.ts";
import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import { MANY_SIGNATURES } from "../engine/precision.ts";

/** How to choose each token. */
export type GenerateOptions = {
  /** The random numbers in [0, 1); not used at temperature 0. */
  readonly random: { uniform(): number };
  /**
   * Logits are divided by it: 1 samples from the model's probabilities, less is more
   * cautious, and 0 takes the likeliest token (greedy decoding).
   */
  readonly temperature: number;
  /** The id of the token that ends a text. */
  readonly end: number;
};

/** The logits of every position, [B, T, V]; traced once for each number of texts. */
const compiledLogits = compile(
  (
    params: TransformerParams,
    inputIds: tf.Tensor2D,
    config: TransformerConfig,
  ) => languageModel(params, inputIds, config).logits,
  { name: "generation", ...MANY_SIGNATURES },
);

/**
 * Continues texts until each has ended or is as long as the model can read.
 *
 * Each text is padded with zeros to the model's full length: the causal mask hides the
 * padding, so one compiled function computes every step.
 *
 * @param model The language model; it does not change.
 * @param starts The ids that each text begins with, at least one.
 * @param options Temperature, randomness and the end.
 * @returns The ids of each text, its start and its end included.
 * @throws {RangeError} If the temperature is negative or a start does not fit.
 * @throws {TypeError} If a start is no array of ids, an option is unknown, or the model
 * has been disposed.
 */
export async function generate(
  { params, config }: LanguageModel,
  starts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<number[][]> {
  checkKnownOptions("generate", options, ["random", "temperature", "end"]);
  const { random, temperature, end } = options;
  checkAlive(params, "generate");
  checkOption("temperature", temperature, RULES.notNegative);
  const { maxPositionEmbeddings: T, vocabSize } = config;
  for (const start of starts) checkStart(start, config);
  await ensureEngine();
  const texts = starts.map((start) => [...start]);
  const open = (text: number[]): boolean =>
    text.length < T && text.at(-1) !== end;
  while (texts.some(open)) {
    const padded = texts.map((text) =>
      Array.from({ length: T }, (_, i) => text[i] ?? 0)
    );
    const inputIds = tf.tensor2d(padded, [texts.length, T], "int32");
    const logits = compiledLogits(params, inputIds, config); // [B, T, V]
    const values = await logits.data<"float32">();
    tf.dispose([inputIds, logits]);
    for (const [row, text] of texts.entries()) {
      if (!open(text)) continue;
      const from = (row * T + text.length - 1) * vocabSize;
      const scores = values.subarray(from, from + vocabSize);
      text.push(chooseToken(scores, { temperature, random }));
    }
  }
  return texts;
}

/**
 * Samples a token from the softmax of its logits.
 *
 * @example At temperature 0 nothing is drawn
 * ```ts
 * import { chooseToken } from "bertbook/inference/generate.ts";
 * import assert from "node:assert/strict";
 *
 * const random = { uniform: () => 0.99 };
 * assert.equal(chooseToken([0, 3, 1], { temperature: 0, random }), 1);
 * assert.equal(chooseToken([0, 3, 1], { temperature: 1, random }), 2);
 * ```
 *
 * @param logits One logit for each token, [V].
 * @param options As for {@linkcode generate}.
 * @returns The token's id.
 */
export function chooseToken(
  logits: ArrayLike<number>,
  options: Pick<GenerateOptions, "temperature" | "random">,
): number {
  const { temperature, random } = options;
  const scores = Array.from(logits);
  if (temperature === 0) return scores.indexOf(Math.max(...scores));
  const probabilities = softmax(scores.map((score) => score / temperature));
  let rest = random.uniform();
  const sampled = probabilities.findIndex((each) => (rest -= each) < 0);
  // Rounded probabilities may sum to less than 1; then it is the last possible token.
  return sampled !== -1
    ? sampled
    : probabilities.findLastIndex((each) => each > 0);
}

function checkStart(
  start: readonly number[],
  { maxPositionEmbeddings, vocabSize }: TransformerConfig,
): void {
  if (!Array.isArray(start)) {
    throw new TypeError(
      `Cannot generate: each start must be an array of token ids; found ` +
        JSON.stringify(start),
    );
  }
  const odd = start.find((id) =>
    !(Number.isInteger(id) && id >= 0 && id < vocabSize)
  );
  if (
    start.length > 0 && start.length <= maxPositionEmbeddings &&
    odd === undefined
  ) {
    return;
  }
  throw new RangeError(
    `Cannot generate: each start must have 1 to ${maxPositionEmbeddings} token ids in ` +
      `[0, ${vocabSize}); found [${start}]`,
  );
}
