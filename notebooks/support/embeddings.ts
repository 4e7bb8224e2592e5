/** Comparing texts by their embeddings and by their words: ranks, few examples, windows. @module */

import * as tf from "@tensorflow/tfjs";
import { batchesOf } from "../../lib/batches/batches.ts";
import type { HeadModel } from "../../lib/checkpoint/pretrained.ts";
import type { Example } from "../../lib/datasets/dataset.ts";
import type { QuestionExample } from "../../lib/datasets/squad.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import { bagLogits, fitBagOfWords } from "../../lib/evaluation/bag_of_words.ts";
import {
  featureLogits,
  type Features,
  fitLogisticRegression,
} from "../../lib/evaluation/logistic_regression.ts";
import { accuracy } from "../../lib/evaluation/metrics.ts";
import { argMax } from "../../lib/evaluation/probabilities.ts";
import { embed } from "../../lib/inference/embed.ts";
import {
  cosineSimilarity,
  searchTexts,
  type TextIndex,
} from "../../lib/inference/search.ts";
import { bert } from "../../lib/model/bert.ts";
import { inputFrom } from "../../lib/model/input.ts";
import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";
import { idsOf } from "../../lib/tokenizer/vocabulary.ts";
import {
  buildVocabulary,
  splitAsSst2,
} from "../../lib/tokenizer/word_vocabulary.ts";

type Vector = ArrayLike<number>;

/**
 * The last hidden states of texts in one batch, those of padding included.
 *
 * @param model The encoder; it does not change.
 * @param texts The texts.
 * @param length T, to which each text is padded.
 * @returns The states, [B][T][D], and how many tokens of each text are no padding.
 */
export function lastStates(
  { params, config, tokenizer }: HeadModel<"base">,
  texts: readonly string[],
  length: number,
): { states: number[][][]; numTokens: number[] } {
  const encoded = texts.map((text) => ({
    ...tokenizer.encode(text),
    label: 0,
  }));
  const numTokens = encoded.map(({ inputIds }) => inputIds.length);
  const how = { batchSize: texts.length, length };
  const states = tf.tidy(() => {
    const [batch] = batchesOf(encoded, how);
    const { hiddenStates } = bert(params, inputFrom(batch!, config), config);
    return (hiddenStates.at(-1)! as tf.Tensor3D).arraySync();
  });
  return { states, numTokens };
}

/**
 * The mean of vectors.
 *
 * @param vectors At least one, [N] of [D].
 * @returns Their mean, [D].
 */
export function meanOf(vectors: readonly Vector[]): number[] {
  return Array.from(
    vectors[0]!,
    (_, d) =>
      vectors.reduce((sum, vector) => sum + vector[d]!, 0) / vectors.length,
  );
}

/**
 * The words of a text, in lower case, each once.
 *
 * @param text The text.
 */
export function wordsIn(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

/**
 * Scores texts by the words that they share with a query.
 *
 * @param texts The texts.
 * @param weights `"equal"`: each shared word counts 1; `"rare"`: the logarithm of how
 * many times fewer texts have it than there are (its inverse document frequency).
 * @returns A function from a query to a score for each text.
 */
export function wordScorer(
  texts: readonly string[],
  weights: "equal" | "rare",
): (query: string) => number[] {
  const words = texts.map(wordsIn);
  const weightOf = (word: string): number =>
    weights === "equal"
      ? 1
      : Math.log(texts.length / words.filter((own) => own.has(word)).length);
  return (query) => {
    const asked = wordsIn(query);
    return words.map((own) =>
      [...asked.intersection(own)].reduce((sum, w) => sum + weightOf(w), 0)
    );
  };
}

/**
 * The rank of the right one among scores: 1 if it is the highest. Among equal scores it
 * is in the middle.
 *
 * @param scores A score for each text.
 * @param right The position of the right one.
 */
export function rankOf(scores: readonly number[], right: number): number {
  const score = scores[right]!;
  const higher = scores.filter((each) => each > score).length;
  const equal = scores.filter((each) => each === score).length;
  return higher + (equal + 1) / 2;
}

/**
 * The mean of 1 / rank.
 *
 * @param ranks Ranks from 1, at least one.
 */
export function meanReciprocalRank(ranks: readonly number[]): number {
  return ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length;
}

/**
 * The best text for each question, as rows of a table.
 *
 * @param index From `indexTexts`.
 * @param questions The questions.
 * @returns Each with the text, its similarity, and the number of words they share.
 */
export async function searchRows(
  index: TextIndex,
  questions: readonly string[],
): Promise<
  { question: string; found: string; similarity: number; shared: number }[]
> {
  const rows = [];
  for (const question of questions) {
    const [hit] = await searchTexts(index, question, { top: 1 });
    const { text: found, similarity } = hit!;
    const shared = wordsIn(question).intersection(wordsIn(found)).size;
    rows.push({ question, found, similarity, shared });
  }
  return rows;
}

/**
 * How programs rank the right texts, as rows of a table.
 *
 * @param programs Each gives the scores of all texts for query i.
 * @param right For each query the position of the right text.
 * @returns The mean reciprocal rank of each, and the share of queries with rank 1.
 */
export function rankRows(
  programs: Readonly<Record<string, (i: number) => readonly number[]>>,
  right: readonly number[],
): { program: string; MRR: number; "at rank 1": number }[] {
  return Object.entries(programs).map(([program, scoresOf]) => {
    const ranks = right.map((position, i) => rankOf(scoresOf(i), position));
    const numFirst = ranks.filter((rank) => rank === 1).length;
    const MRR = meanReciprocalRank(ranks);
    return { program, MRR, "at rank 1": numFirst / ranks.length };
  });
}

/**
 * Questions that their text answers, and the different texts.
 *
 * @param questions Questions with their contexts.
 * @returns The questions, the texts, and for each question the position of its text.
 */
export function questionsAndTexts(questions: readonly QuestionExample[]): {
  asked: QuestionExample[];
  texts: string[];
  right: number[];
} {
  const texts = [...new Set(questions.map(({ context }) => context))];
  const asked = questions.filter(({ answers }) => answers.length > 0);
  const right = asked.map(({ context }) => texts.indexOf(context));
  return { asked, texts, right };
}

/**
 * The similarity of a query to each text that is read in windows: that of its most
 * similar window.
 *
 * @param query The query's embedding.
 * @param vectors The embeddings of the windows.
 * @param windows Which text each is of.
 * @returns A similarity for each text.
 */
export function bestWindows(
  query: Vector,
  vectors: readonly Vector[],
  windows: readonly { readonly textIndex: number }[],
): number[] {
  const best: number[] = [];
  for (const [i, { textIndex }] of windows.entries()) {
    const similarity = cosineSimilarity(query, vectors[i]!);
    best[textIndex] = Math.max(best[textIndex] ?? -1, similarity);
  }
  return best;
}

/**
 * Whether the answer of a question is among the tokens that are read of a long text.
 *
 * @param question Its context is a part of the long text.
 * @param longText The long text.
 * @param tokenizer The tokenizer of the model that reads it.
 * @param maxLength How many tokens it reads, special tokens included.
 */
export function isRead(
  { context, answers }: QuestionExample,
  longText: string,
  tokenizer: Tokenizer,
  maxLength: number,
): boolean {
  const [{ start, text }] = answers as [QuestionExample["answers"][number]];
  const end = longText.indexOf(context) + start + text.length;
  return tokenizer.encode(longText.slice(0, end)).inputIds.length <= maxLength;
}

/**
 * Draws the same number of examples of each class.
 *
 * @param examples Examples of classes 0, 1, ….
 * @param numEach How many of each class, or all if there are fewer.
 * @param seed What the draw follows from. A larger draw has the smaller one's, too.
 * @returns The examples, class by class.
 */
export function drawEach<E extends Example>(
  examples: readonly E[],
  numEach: number,
  seed: number,
): E[] {
  const shuffled = randomStream(seed).shuffle([...examples]);
  const byClass = Map.groupBy(shuffled, ({ label }) => label);
  return [...byClass.keys()].sort((a, b) => a - b)
    .flatMap((label) => byClass.get(label)!.slice(0, numEach));
}

/**
 * The accuracy of giving every example the class that is most frequent in training.
 *
 * @param train The training examples.
 * @param test What is scored.
 */
export function majorityAccuracy(
  train: readonly Example[],
  test: readonly Example[],
): number {
  const counts = Map.groupBy(train, ({ label }) => label);
  const [most] = [...counts.keys()]
    .sort((a, b) => counts.get(b)!.length - counts.get(a)!.length);
  return test.filter(({ label }) => label === most).length / test.length;
}

/**
 * The accuracy of logistic regression on counted words.
 *
 * @param train What it is fitted to: at least one example of each class.
 * @param test What it is scored on.
 */
export function bagAccuracy(
  train: readonly Example[],
  test: readonly Example[],
): number {
  const words = train.map(({ text }) => splitAsSst2(text));
  const vocabulary = buildVocabulary(words);
  const labels = train.map(({ label }) => label);
  const bag = fitBagOfWords(
    words.map((each) => idsOf(each, vocabulary)),
    labels,
    {
      numWords: vocabulary.pieces.length,
      numClasses: 1 + Math.max(...labels),
    },
  );
  const found = test.map(({ text }) =>
    argMax(bagLogits(idsOf(splitAsSst2(text), vocabulary), bag))
  );
  return accuracy(found, test.map(({ label }) => label));
}

/** An example with its embedding, as features. */
type Embedded = Example & { readonly features: Features };

async function embedAll(
  model: HeadModel<"base">,
  examples: readonly Example[],
): Promise<Embedded[]> {
  const vectors = await embed(model, examples.map(({ text }) => text));
  const ids = [...vectors[0]!.keys()];
  return examples.map((example, i) => (
    { ...example, features: { ids, values: vectors[i]! } }
  ));
}

/** The accuracy of logistic regression on embeddings: what `fitFewShot` fits. */
function embeddingAccuracy(
  train: readonly Embedded[],
  test: readonly Embedded[],
): number {
  const labels = train.map(({ label }) => label);
  const model = fitLogisticRegression(
    train.map(({ features }) => features),
    labels,
    {
      numFeatures: train[0]!.features.ids.length,
      numClasses: 1 + Math.max(...labels),
      tolerance: 1e-5,
    },
  );
  const found = test
    .map(({ features }) => argMax(featureLogits(features, model)));
  return accuracy(found, test.map(({ label }) => label));
}

/** A point of {@linkcode fewShotCurve}, for `learningCurve`. */
export type FewShotPoint = {
  /** Of each class. */
  readonly examples: number;
  readonly series: "embeddings" | "bag of words";
  /** The mean accuracy of the draws, that of the worst, and that of the best. */
  readonly score: number;
  readonly low: number;
  readonly high: number;
};

/**
 * How accuracy grows with the number of examples. Each text is embedded once.
 *
 * @param model What embeds.
 * @param examples The pool to draw from, and what is scored.
 * @param draws How many examples of each class, and the seed of each draw.
 * @returns A point for each program and each number.
 */
export async function fewShotCurve(
  model: HeadModel<"base">,
  examples: {
    readonly pool: readonly Example[];
    readonly test: readonly Example[];
  },
  draws: {
    readonly sizes: readonly number[];
    readonly seeds: readonly number[];
  },
): Promise<FewShotPoint[]> {
  const pool = await embedAll(model, examples.pool);
  const test = await embedAll(model, examples.test);
  const programs = {
    "embeddings": embeddingAccuracy,
    "bag of words": bagAccuracy,
  };
  return (["embeddings", "bag of words"] as const).flatMap((series) =>
    draws.sizes.map((examples) => {
      const scores = draws.seeds.map((seed) => {
        return programs[series](drawEach(pool, examples, seed), test);
      });
      const score = scores.reduce((a, b) => a + b) / scores.length;
      const [low, high] = [Math.min(...scores), Math.max(...scores)];
      return { examples, series, score, low, high };
    })
  );
}

/**
 * How well each question finds the long text that answers it, by three ways to make
 * vectors of long texts.
 *
 * @param asked Questions with answers; their contexts are parts of the long texts.
 * @param longTexts The long texts.
 * @param vectors The embeddings of the questions, of the truncated texts, and of the
 * windows, with the text that each window is of.
 * @param tokenizer The tokenizer of the model that embeds.
 * @returns For each way the mean reciprocal rank of the questions whose answer is in the
 * first 512 tokens of its text, and of the others.
 */
export function longTextRows(
  asked: readonly QuestionExample[],
  longTexts: readonly string[],
  { queries, cutOff, windowVectors, windows }: {
    readonly queries: readonly Vector[];
    readonly cutOff: readonly Vector[];
    readonly windowVectors: readonly Vector[];
    readonly windows: readonly { readonly textIndex: number }[];
  },
  tokenizer: Tokenizer,
): { "a text is": string; early: number; late: number }[] {
  const right = asked.map(({ context }) =>
    longTexts.findIndex((text) => text.includes(context))
  );
  const isEarly = asked.map((question, i) =>
    isRead(question, longTexts[right[i]!]!, tokenizer, 512)
  );
  const means = longTexts.map((_, text) =>
    meanOf(windowVectors.filter((_, i) => windows[i]!.textIndex === text))
  );
  const compare = (vectors: readonly Vector[]) => (i: number): number[] =>
    vectors.map((vector) => cosineSimilarity(queries[i]!, vector));
  const ways: [string, (i: number) => number[]][] = [
    ["its first 512 tokens", compare(cutOff)],
    ["the mean of its windows", compare(means)],
    [
      "its best window",
      (i) => bestWindows(queries[i]!, windowVectors, windows),
    ],
  ];
  return ways.map(([way, scoresOf]) => {
    const mean = (early: boolean): number =>
      meanReciprocalRank(
        [...right.keys()].filter((i) => isEarly[i] === early)
          .map((i) => rankOf(scoresOf(i), right[i]!)),
      );
    return { "a text is": way, early: mean(true), late: mean(false) };
  });
}
