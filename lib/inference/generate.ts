/** A language model writes: token by token, each from those before it. @module */

import * as tf from "@tensorflow/tfjs";
import { ensureEngine } from "../engine/start_engine.ts";
import { compile } from "../engine/compile.ts";
import { softmax } from "../evaluation/metrics.ts";
import { languageModel } from "../model/language_model.ts";
import type {
  TransformerConfig,
  TransformerParams,
} from "../model/transformer.ts";
import { checkOption, RULES } from "../options.ts";
import { MANY_SIGNATURES } from "../engine/precision.ts";
import type { LanguageModel } from "../model/language_model.ts";

/** How to choose among the tokens. */
export type GenerateOptions = {
  /** Where the draws come from; not asked at temperature 0. */
  readonly random: { uniform(): number };
  /**
   * Logits are divided by it: 1 draws from the model's own probabilities, less is
   * more cautious, and 0 takes the likeliest token, greedily.
   */
  readonly temperature: number;
  /** The token after which a text is over. */
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
 * From the first step on each is filled with zeros to the model's full length: the
 * causal mask hides what is not yet written, so one compiled function serves all.
 *
 * @param model Its parameters stay as they are.
 * @param starts The ids that each text begins with, at least one.
 * @param options Temperature, randomness and the end.
 * @returns The ids of each text, its start and its end included.
 * @throws {RangeError} If the temperature is negative or a start does not fit.
 */
export async function generate(
  { params, config }: LanguageModel,
  starts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<number[][]> {
  const { random, temperature, end } = options;
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
 * Draws a token by its score.
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
 * @param logits One score for each token, [V].
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
  let left = random.uniform();
  const drawn = probabilities.findIndex((share) => (left -= share) < 0);
  // Rounding may leave a crumb: then it was the last token that can be.
  return drawn !== -1
    ? drawn
    : probabilities.findLastIndex((share) => share > 0);
}

function checkStart(
  start: readonly number[],
  { maxPositionEmbeddings, vocabSize }: TransformerConfig,
): void {
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
    `Cannot continue a text as it must begin with 1 to ${maxPositionEmbeddings} ids in ` +
      `[0, ${vocabSize}): found [${start}]`,
  );
}
