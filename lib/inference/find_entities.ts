/** Named entity recognition: texts → entities, and words → tags. @module */

import { checkInputs } from "../batches/check_examples.ts";
import {
  encodeWords,
  type EncodeWordsOptions,
} from "../batches/encode_words.ts";
import type { HeadModel } from "../checkpoint/pretrained.ts";
import { areEntityTags } from "../evaluation/entities.ts";
import { maxSequenceLength } from "../model/config.ts";
import {
  classifyTokens,
  type TokenClassifierParams,
} from "../model/heads/token_classifier.ts";
import { checkKnownOptions } from "../options.ts";
import { quoted } from "../printable.ts";
import { type TextSpan, textWords } from "../tokenizer/normalize.ts";
import {
  entitiesIn,
  type Entity,
  type TaggedWord,
  tagOf,
  type WordTag,
} from "./postprocessing.ts";
import {
  checkFinite,
  compileOutputs,
  type EncodedText,
  outputsOf,
  PREDICT_OPTIONS,
  type PredictOptions,
} from "./predict.ts";
import { checkTexts } from "./texts.ts";

/** The entities in a text, and the words that they were read from. */
export type FoundEntities = {
  readonly entities: Entity[];
  readonly words: TaggedWord[];
};

/** How words are tagged. */
export type TagOptions = PredictOptions & Partial<EncodeWordsOptions>;

/** Logits in evaluation mode, [B, T, C]. */
const compiledLogits = compileOutputs(
  (params: TokenClassifierParams, input, config) =>
    classifyTokens(params, input, config).logits,
  "tagging",
);

/**
 * The logits of some tokens of every sequence.
 *
 * @param model A classifier of tokens; its parameters do not change.
 * @param sequences Token ids and token types, which the model can read.
 * @param positions The positions of these tokens.
 * @param options Batch size and precision.
 * @returns A row of C logits for each of them, in the order of the sequences.
 * @throws {RangeError} If a logit is not finite, or an option is out of range.
 */
export function logitsOfTokens(
  model: Pick<HeadModel<"token-classification">, "params" | "config" | "run">,
  sequences: readonly EncodedText[],
  positions: readonly (readonly number[])[],
  options: PredictOptions,
): Promise<number[][][]> {
  const take = (output: unknown, index: number): number[][] => {
    const rows = output as number[][]; // [T, C]
    const logits = positions[index]!.map((position) => rows[position]!);
    checkFinite(logits, "word");
    return logits;
  };
  return outputsOf(compiledLogits, model, sequences, options, take);
}

/**
 * Tags the words of sentences.
 *
 * A sentence that is too long is read in windows that overlap: see `encodeWords`.
 *
 * @param model A classifier of tokens, of entities or of anything else; its parameters do
 * not change.
 * @param sentences The words of each sentence.
 * @param options Batch size (default 32), precision (default `"float32"`), `maxLength` of
 * a window (default that of `model.inference`, or else what the model can read) and
 * `stride` (likewise, or else a quarter of `maxLength`).
 * @returns The tag of each word, and its probability.
 * @throws {TypeError} If an option is unknown, or the model has been disposed.
 * @throws {RangeError} If an option is out of range.
 */
export async function predictTags(
  model: HeadModel<"token-classification">,
  sentences: readonly (readonly string[])[],
  options: TagOptions = {},
): Promise<WordTag[][]> {
  checkKnownOptions("predict tags", options, TAG_OPTIONS);
  const { config, tokenizer, labels, inference = {} } = model;
  const { temperature = 1 } = inference;
  const {
    maxLength = inference.maxLength ?? maxSequenceLength(config),
    stride = inference.stride ?? Math.floor(maxLength / 4),
    ...how
  } = options;
  const windows = encodeWords(tokenizer, sentences, { maxLength, stride });
  const tags = sentences.map((): WordTag[] => []);
  if (windows.length === 0) return tags;
  checkInputs(windows, config, "tagging");
  const positions = windows.map(({ wordPositions }) => wordPositions);
  const logits = await logitsOfTokens(model, windows, positions, how);
  for (const [i, rows] of logits.entries()) {
    for (const row of rows) {
      tags[windows[i]!.sentence]!.push(tagOf(labels, row, temperature));
    }
  }
  return tags;
}

const TAG_OPTIONS: readonly string[] = [
  ...PREDICT_OPTIONS,
  "maxLength",
  "stride",
];

/**
 * Finds the entities in texts.
 *
 * A text is split at white space and punctuation, and its words are tagged; the tags
 * become entities by the rules of `entitySpans`.
 *
 * @example A model with random weights
 * ```ts
 * import { findEntities, loadModel } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const model = await loadModel("tiny", {
 *   head: "token-classification",
 *   labels: ["O", "B-PER", "I-PER"],
 * });
 * const text = "Zoë slept.";
 * const [found] = await findEntities(model, [text]);
 * assert.deepEqual(found!.words.map((word) => word.text), ["Zoë", "slept", "."]);
 * for (const entity of found!.entities) {
 *   assert.equal(text.slice(entity.start, entity.end), entity.text);
 * }
 * ```
 *
 * @param model A classifier of tokens whose classes are `O` and entity tags such as
 * `B-PER`; its parameters do not change.
 * @param texts The texts, at least one; each may be of several sentences.
 * @param options As those of {@linkcode predictTags}.
 * @returns Entities and words of each text, with their places in it, in its order.
 * @throws {TypeError} If a text is no string, an option is unknown, or the model has
 * been disposed.
 * @throws {RangeError} If the classes are no entity tags, there is no text, or an option
 * is out of range.
 */
export async function findEntities(
  model: HeadModel<"token-classification">,
  texts: readonly string[],
  options: TagOptions = {},
): Promise<FoundEntities[]> {
  checkEntityModel(model);
  checkTexts("find entities", texts);
  const split = texts.map((text) => ({ text, words: textWords(text) }));
  return await findEntitiesAmong(model, split, options);
}

/**
 * Finds the entities in texts whose words are known.
 *
 * @param model As that of {@linkcode findEntities}.
 * @param texts Each with its words, in order.
 * @param options As those of {@linkcode predictTags}.
 * @returns As {@linkcode findEntities}.
 */
export async function findEntitiesAmong(
  model: HeadModel<"token-classification">,
  texts: readonly { readonly text: string; readonly words: TextSpan[] }[],
  options: TagOptions = {},
): Promise<FoundEntities[]> {
  const sentences = texts.map(({ words }) => words.map(({ text }) => text));
  const tags = await predictTags(model, sentences, options);
  return texts.map(({ text, words }, i) => {
    const tagged = words.map((span, k) => ({ ...span, ...tags[i]![k]! }));
    return { entities: entitiesIn(text, tagged), words: tagged };
  });
}

function checkEntityModel({ labels }: { labels: readonly string[] }): void {
  if (areEntityTags(labels)) return;
  throw new RangeError(
    `Cannot find entities: the model's labels must be O and tags such as B-PER and ` +
      `I-PER; found ${labels.map((label) => quoted(label)).join(", ")}; call ` +
      `predictTags(model, sentences) for other tags`,
  );
}
