/** Heads side by side: their sizes, and what those over single tokens say of a text. @module */

import * as tf from "@tensorflow/tfjs";
import type { AnswerExample } from "../../lib/batches/head_batches.ts";
import {
  type NamedParameter,
  parametersOf,
  pythonNameOf,
} from "../../lib/checkpoint/architectures.ts";
import type { HeadModel } from "../../lib/checkpoint/pretrained.ts";
import { argMax, softmax } from "../../lib/evaluation/probabilities.ts";
import { bert } from "../../lib/model/bert.ts";
import type { BertConfig } from "../../lib/model/config.ts";
import { type HeadName, HEADS } from "../../lib/model/heads/heads.ts";
import { findAnswers } from "../../lib/model/heads/question_answering.ts";
import { classifyTokens } from "../../lib/model/heads/token_classifier.ts";
import { inputFrom } from "../../lib/model/input.ts";
import { sizeOf } from "../../lib/model/parameters.ts";
import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";
import { wordSpans } from "../../lib/tokenizer/words.ts";
import type { Question } from "./made_up_tasks.ts";

const NAMES = Object.keys(HEADS) as HeadName[];

/** A model's parameters by Python's names, without the encoder's prefix. */
function parametersByName(
  head: HeadName,
  config: BertConfig,
): Map<string, NamedParameter> {
  return new Map(
    parametersOf(head, config, 3)
      .map((each) => [each.name.replace(/^bert[.]/, ""), each]),
  );
}

/** The names that all seven models have. */
function sharedNames(config: BertConfig): Set<string> {
  const models = NAMES.map((head) => parametersByName(head, config));
  const [first, ...others] = models;
  return new Set(
    [...first!.keys()].filter((name) => others.every((each) => each.has(name))),
  );
}

/** A model, and its size. */
export type HeadSize = {
  /** Its class in Python's transformers. */
  readonly class: string;
  readonly gives: string;
  readonly tensors: number;
  /** Values in all its parameters. */
  readonly parameters: number;
  /** Values in those parameters that not all seven models have. */
  readonly own: number;
  readonly ownPercent: number;
};

/**
 * The seven models with the sizes of a configuration, and three classes.
 *
 * @param config The sizes.
 */
export function headSizes(config: BertConfig): HeadSize[] {
  const shared = sharedNames(config);
  return NAMES.map((head) => {
    const all = [...parametersByName(head, config)];
    const sum = (some: typeof all): number =>
      some.reduce((total, [, parameter]) => total + sizeOf(parameter), 0);
    const own = sum(all.filter(([name]) => !shared.has(name)));
    return {
      class: pythonNameOf(head, "bert"),
      gives: HEADS[head].purpose,
      tensors: all.length,
      parameters: sum(all),
      own,
      ownPercent: Number((100 * own / sum(all)).toFixed(3)),
    };
  });
}

/**
 * The tensors that not all seven models have, with three classes.
 *
 * @param config The sizes.
 */
export function headTensors(
  config: BertConfig,
): { tensor: string; shape: string }[] {
  const shared = sharedNames(config);
  const all = new Map(
    NAMES.flatMap((head) => [...parametersByName(head, config)]),
  );
  return [...all].filter(([name]) => !shared.has(name))
    .map(([tensor, { shape }]) => ({ tensor, shape: shape.join(" × ") }));
}

/** The last hidden states of a text's tokens, [T][D]. */
async function statesOf(
  { params, config, tokenizer }: HeadModel<"base">,
  text: string,
): Promise<{ tokens: string[]; states: number[][] }> {
  const encoding = tokenizer.encode(text);
  const { length } = encoding.inputIds;
  const last = tf.tidy(() => {
    const input = inputFrom({ ...encoding, length }, config);
    return bert(params, input, config).hiddenStates.at(-1)!;
  });
  const [states] = await last.array();
  last.dispose();
  return { tokens: encoding.tokens, states: states! };
}

/**
 * The mean of the last hidden states of a text: a vector for the text.
 *
 * @param model An encoder.
 * @param text The text.
 * @returns D numbers.
 */
export async function meanState(
  model: HeadModel<"base">,
  text: string,
): Promise<number[]> {
  const { states } = await statesOf(model, text);
  return states[0]!.map((_, d) =>
    states.reduce((sum, state) => sum + state[d]!, 0) / states.length
  );
}

/**
 * The last hidden state of a token in a text.
 *
 * @param model An encoder.
 * @param text The text.
 * @param token A word piece of the text; its first occurrence.
 * @returns D numbers.
 * @throws {RangeError} If the text has no such piece.
 */
export async function tokenState(
  model: HeadModel<"base">,
  text: string,
  token: string,
): Promise<number[]> {
  const { tokens, states } = await statesOf(model, text);
  const state = states[tokens.indexOf(token)];
  if (state !== undefined) return state;
  throw new RangeError(
    `Cannot read the state of "${token}": the text must hold it; found ` +
      tokens.join(" "),
  );
}

/**
 * The cosine of the angle between two vectors, in [−1, 1].
 *
 * @param a A vector.
 * @param b A vector of the same length.
 */
export function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** A word, and what a classifier of tokens says of its first piece. */
export type TaggedWord = {
  readonly word: string;
  readonly label: string;
  readonly probability: number;
};

/**
 * The class of each word of a text, read at its first piece.
 *
 * @param model A classifier of tokens.
 * @param text The text.
 */
export async function tagWords(
  model: HeadModel<"token-classification">,
  text: string,
): Promise<TaggedWord[]> {
  const encoding = model.tokenizer.encode(text);
  const { length } = encoding.inputIds;
  const logits = tf.tidy(() => {
    const input = inputFrom({ ...encoding, length }, model.config);
    return classifyTokens(model.params, input, model.config).logits;
  });
  const [rows] = await logits.array();
  logits.dispose();
  return wordSpans(encoding.tokens).map(({ text: word, start }) => {
    const probabilities = softmax(rows![start]!);
    const label = argMax(probabilities);
    const probability = probabilities[label]!;
    return { word, label: model.labels[label]!, probability };
  });
}

/**
 * A question and its text as one pair, and where the answer begins and ends in it.
 *
 * @param tokenizer The tokenizer.
 * @param question The answer must occur in the text.
 * @throws {RangeError} If it does not.
 */
export function answerExample(
  tokenizer: Tokenizer,
  { question, text, answer }: Question,
): AnswerExample & { readonly tokens: string[] } {
  const { tokens, inputIds, tokenTypeIds } = tokenizer.encode(question, {
    pair: text,
  });
  const wanted = tokenizer.encode(answer).inputIds.slice(1, -1);
  const startPosition = inputIds.findIndex((_, i) =>
    tokenTypeIds[i] === 1 && wanted.every((id, k) => inputIds[i + k] === id)
  );
  if (startPosition < 0) {
    throw new RangeError(
      `Cannot mark the answer: the text must hold it; found ` +
        `${JSON.stringify(answer)} and ${JSON.stringify(text)}`,
    );
  }
  const endPosition = startPosition + wanted.length - 1;
  return { tokens, inputIds, tokenTypeIds, startPosition, endPosition };
}

/** A token, and the probabilities that the answer begins and ends with it. */
export type AnswerToken = {
  readonly token: string;
  readonly start: number;
  readonly end: number;
};

/**
 * What a model says of each token of a question and a text, to three decimals.
 *
 * @param model A model that finds answers.
 * @param question The question.
 * @param text The text.
 */
export async function answerTokens(
  model: HeadModel<"question-answering">,
  question: string,
  text: string,
): Promise<AnswerToken[]> {
  const encoding = model.tokenizer.encode(question, { pair: text });
  const { length } = encoding.inputIds;
  const { startLogits, endLogits } = tf.tidy(() => {
    const input = inputFrom({ ...encoding, length }, model.config);
    const output = findAnswers(model.params, input, model.config);
    return { startLogits: output.startLogits, endLogits: output.endLogits };
  });
  const [starts] = await startLogits.array();
  const [ends] = await endLogits.array();
  tf.dispose([startLogits, endLogits]);
  const [start, end] = [softmax(starts!), softmax(ends!)];
  const rounded = (probability: number): number =>
    Number(probability.toFixed(3));
  return encoding.tokens.map((token, i) => (
    { token, start: rounded(start[i]!), end: rounded(end[i]!) }
  ));
}
