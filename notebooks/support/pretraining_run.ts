/** Pretraining on the stories: their tokenizer, their examples, and trainings in view. @module */

import type { EncodedExample } from "../../lib/batches/batches.ts";
import { maskTokens } from "../../lib/batches/masking.ts";
import {
  type SentencePair,
  sentencePairs,
  sentenceSpans,
} from "../../lib/batches/sentence_pairs.ts";
import type { PretrainableModel } from "../../lib/checkpoint/pretrained.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import {
  type RandomStream,
  randomStream,
} from "../../lib/engine/random/stream.ts";
import { fillMask } from "../../lib/inference/fill_mask.ts";
import { BertTokenizer } from "../../lib/tokenizer/bert_tokenizer.ts";
import { normalize, preTokenize } from "../../lib/tokenizer/normalize.ts";
import {
  MASK,
  parseVocabulary,
  SPECIAL_TOKENS,
} from "../../lib/tokenizer/vocabulary.ts";
import {
  evaluatePretraining,
  type PretrainingMetrics,
} from "../../lib/training/evaluate_pretraining.ts";
import {
  fineTune,
  type FineTuneData,
  type FineTuneOptions,
} from "../../lib/training/fine_tune.ts";
import {
  pretrain,
  type PretrainData,
  type PretrainOptions,
} from "../../lib/training/pretrain.ts";
import { progress } from "./progress.ts";
import { trainingProgress } from "./training_progress.ts";

/**
 * A tokenizer whose vocabulary is every word that occurs, and the special tokens.
 *
 * @param stories Each as its sentences.
 */
export function storyTokenizer(
  stories: readonly (readonly string[])[],
): BertTokenizer {
  const words = stories.flat().flatMap((text) => preTokenize(normalize(text)));
  const pieces = [...SPECIAL_TOKENS, ...[...new Set(words)].sort()];
  return new BertTokenizer(parseVocabulary(pieces.join("\n"), "stories"));
}

/**
 * Pairs of half stories. A wrong B is a second half, too: otherwise the order alone would
 * give the answer.
 *
 * @param stories Each as its sentences.
 * @param random Chooses which pairs are wrong, and their B.
 */
export function storyPairs(
  stories: readonly (readonly string[])[],
  random: RandomStream,
): SentencePair[] {
  const halves = stories.map((story) => sentenceSpans(story, 3));
  return sentencePairs(halves, random, { wrong: "same place" });
}

/**
 * Encodes pairs of sentences, or single texts if there is no second one.
 *
 * @param tokenizer The tokenizer.
 * @param pairs The texts; the label of a single one is 0.
 */
export function encodePairs(
  tokenizer: BertTokenizer,
  pairs: readonly (Pick<SentencePair, "first"> & Partial<SentencePair>)[],
): EncodedExample[] {
  return pairs.map(({ first, second, label = 0 }) => {
    const { inputIds, tokenTypeIds } = tokenizer.encode(
      first,
      second === undefined ? {} : { pair: second },
    );
    return { inputIds, tokenTypeIds, label };
  });
}

/** How many tokens something holds for. */
export type MaskingCount = {
  readonly what: string;
  readonly tokens: number;
  readonly percent: number;
};

/**
 * Masks texts as an epoch of pretraining does, and counts the tokens.
 *
 * @param tokenizer The tokenizer.
 * @param texts The texts.
 * @param seed Of the masks.
 * @returns The chosen tokens among all, and what is read in their place.
 */
export function countMasking(
  tokenizer: BertTokenizer,
  texts: readonly string[],
  seed: number,
): MaskingCount[] {
  const { vocabulary } = tokenizer;
  const maskId = vocabulary.idOf.get(MASK)!;
  let all = 0, chosen = 0, masked = 0, kept = 0;
  for (const [i, text] of texts.entries()) {
    const { inputIds } = tokenizer.encode(text);
    const read = maskTokens(inputIds, vocabulary, randomStream(seed, 1, i));
    all += inputIds.length;
    for (const position of read.maskedPositions) {
      chosen++;
      if (read.inputIds[position] === maskId) masked++;
      else if (read.inputIds[position] === inputIds[position]) kept++;
    }
  }
  const count = (what: string, tokens: number, of: number): MaskingCount => ({
    what,
    tokens,
    percent: Number((100 * tokens / of).toFixed(1)),
  });
  return [
    count("chosen, of all tokens", chosen, all),
    count("[MASK], of the chosen", masked, chosen),
    count("another word, of the chosen", chosen - masked - kept, chosen),
    count("the word itself, of the chosen", kept, chosen),
  ];
}

/**
 * The three likeliest words for the `[MASK]` of each text, with their probabilities.
 *
 * @param model A model with a head for masked words.
 * @param texts Texts with one `[MASK]` each.
 * @returns One line for each text.
 */
export async function guessesOf(
  model: PretrainableModel,
  texts: readonly string[],
): Promise<string[]> {
  const lines: string[] = [];
  for (const text of texts) {
    const [guesses] = await fillMask(model, text, { top: 3 });
    lines.push(
      guesses!.map(({ word, probability }) =>
        `${word} ${probability.toFixed(2)}`
      ).join(", "),
    );
  }
  return lines;
}

/** The metrics after an epoch; epoch 0 is the model before its first step. */
export type PretrainingEpoch = PretrainingMetrics & { readonly epoch: number };

/**
 * Pretrains a model in place, with a progress display.
 *
 * @param title Of the display.
 * @param model The model; it changes.
 * @param data Examples to train on, and examples to evaluate on.
 * @param options The recipe.
 * @returns The metrics before the first step and after each epoch.
 */
export async function watchPretraining(
  title: string,
  model: PretrainableModel,
  data: PretrainData,
  options: PretrainOptions,
): Promise<PretrainingEpoch[]> {
  const before = await evaluatePretraining(model, data.validation);
  const curve: PretrainingEpoch[] = [{ epoch: 0, ...before }];
  const numBatches = Math.ceil(data.train.length / options.batchSize);
  const total = options.epochs * numBatches;
  const bar = progress({ title, total, lineEvery: 200 });
  for await (const event of pretrain(model, data, options)) {
    if (event.kind === "start") await bar.start(event);
    if (event.kind === "evaluation") {
      curve.push({ epoch: event.epoch, ...event.metrics });
    }
    if (event.kind !== "step") continue;
    await bar.update(event.step, { epoch: event.epoch, loss: event.loss });
  }
  await bar.finish();
  return curve;
}

/**
 * Fine-tunes a new classifier over the encoder in a folder, with a progress display.
 *
 * @param folder A model, with whatever head.
 * @param labels The classes.
 * @param data Encoded examples.
 * @param options The recipe.
 * @param title Of the display.
 * @returns Loss and MCC of the validation examples after the last epoch.
 */
export async function fineTunedScores(
  folder: string,
  labels: readonly string[],
  data: FineTuneData,
  options: FineTuneOptions & { readonly seed: number },
  title?: string,
): Promise<{ loss: number; mcc: number }> {
  const { seed, epochs, batchSize } = options;
  const head = "sequence-classification";
  const model = await loadModel(folder, { head, labels, seed });
  const bar = trainingProgress(
    epochs * Math.ceil(data.train.length / batchSize),
    title === undefined ? {} : { title },
  );
  let scores = { loss: NaN, mcc: NaN };
  for await (const event of fineTune(model, data, options)) {
    await bar.update(event);
    if (event.kind !== "epoch") continue;
    scores = { loss: event.validationLoss, mcc: event.validationMcc };
  }
  await bar.finish();
  disposeTree(model.params);
  return scores;
}
