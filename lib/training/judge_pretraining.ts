/** How well a pretrained model guesses words that it has not been trained on. @module */

import * as tf from "@tensorflow/tfjs";
import type { EncodedExample } from "../batches/batches.ts";
import {
  cutMaskedBatch,
  IGNORE_INDEX,
  maskedBatchesOf,
} from "../batches/masked_batches.ts";
import { yieldToEventLoop } from "../engine/event_loop.ts";
import { sideBySide } from "../engine/compile.ts";
import { argMax } from "../evaluation/probabilities.ts";
import type { BertConfig } from "../model/config.ts";
import { predictWords } from "../model/heads/masked_lm.ts";
import {
  judgesPairs,
  predictBoth,
  type PretrainableParams,
} from "../model/heads/pretraining.ts";
import { checkExamples } from "../batches/check_examples.ts";
import { checkOption, RULES } from "../options.ts";
import { lengthMultiple } from "../batches/layout.ts";
import {
  compileEach,
  MANY_SIGNATURES,
  type Precision,
} from "../engine/precision.ts";
import { type MaskedInput, maskedTensors } from "./pretraining.ts";
import { type PretrainableModel } from "../checkpoint/pretrained.ts";

/** What a model makes of sentences with hidden words. */
export type PretrainingScores = {
  /** Mean cross-entropy of the hidden words, in nats. */
  readonly loss: number;
  /** exp(loss): among how many words it wavers, as if all were equally likely. */
  readonly perplexity: number;
  /** Share of the hidden words that it finds. */
  readonly accuracy: number;
  /** Words that were to be guessed. */
  readonly numWords: number;
  /** Share of the pairs that it judges rightly; undefined if it judges none. */
  readonly pairAccuracy: number | undefined;
};

/** Both classes of pairs, named for messages. */
export const PAIR_LABELS: readonly string[] = ["follows", "is random"];

/**
 * Hides words, always the same ones, and lets the model guess them.
 *
 * @param model Its parameters stay as they are.
 * @param examples Sentences or pairs; the label is the class of a pair.
 * @param options Sequences per batch, 32 by default; the seed that hides, 0 by
 * default; the precision of matrix products, `"float32"` by default.
 * @returns Plain numbers.
 * @throws {RangeError} If there is no example or no word in any, or one does not fit
 * the model.
 */
export async function judgePretraining(
  model: PretrainableModel,
  examples: readonly EncodedExample[],
  options: { batchSize?: number; seed?: number; precision?: Precision } = {},
): Promise<PretrainingScores> {
  const { batchSize = 32, seed = 0, precision = "float32" } = options;
  const { config, params, tokenizer } = model;
  checkOption("batchSize", batchSize, RULES.count);
  checkExamples(examples, { config, labels: PAIR_LABELS }, "validation");
  const batches = maskedBatchesOf(examples, {
    ...{ batchSize, seed, vocabulary: tokenizer.vocabulary, epoch: 0 },
    multipleOf: lengthMultiple(config),
  });
  let loss = 0, numFound = 0, numWords = 0, numRight = 0;
  for (const batch of batches) {
    const guesses = tf.tidy(() => {
      const shards = cutMaskedBatch(batch, sideBySide())
        .map((shard) => maskedTensors(shard, config));
      return compiledGuesses[precision](params, shards, config);
    });
    const logProbabilities = await guesses.logProbabilities.data();
    const found = await guesses.found.data();
    const pairs = await guesses.pairs?.array() ?? [];
    tf.dispose(guesses);
    for (const [m, word] of batch.words.entries()) {
      if (word === IGNORE_INDEX) continue;
      loss -= logProbabilities[m]!;
      numFound += found[m]!;
      numWords++;
    }
    numRight += pairs.filter((logits, row) =>
      argMax(logits) === batch.labels[row]
    ).length;
    await yieldToEventLoop(); // the engine blocks while it computes
  }
  if (numWords === 0) {
    throw new RangeError(
      `Cannot judge how words are guessed as one must be there to be hidden: the ` +
        `${examples.length} examples hold special tokens alone`,
    );
  }
  return {
    loss: loss / numWords,
    perplexity: Math.exp(loss / numWords),
    accuracy: numFound / numWords,
    numWords,
    pairAccuracy: judgesPairs(params) ? numRight / examples.length : undefined,
  };
}

/** What is read of each place, so that no row of a vocabulary leaves the engine. */
type Guesses = {
  /** ln p of the word that stood there, [M]. */
  logProbabilities: tf.Tensor1D;
  /** 1 where it is the likeliest, [M]. */
  found: tf.Tensor1D;
  /** [B, 2], of a model that judges pairs. */
  pairs?: tf.Tensor2D;
};

function guessesOf(
  params: PretrainableParams,
  { input, places, words }: MaskedInput,
  config: BertConfig,
): Guesses {
  const read = (logits: tf.Tensor2D): Guesses => {
    const chosen = tf.oneHot(words, config.vocabSize).toFloat();
    return {
      logProbabilities: tf.logSoftmax(logits).mul(chosen).sum(1),
      found: logits.argMax(1).equal(words).toFloat() as tf.Tensor1D,
    };
  };
  if (!judgesPairs(params)) {
    return read(
      predictWords(params, input, config, { positions: places }).logits,
    );
  }
  const output = predictBoth(params, input, config, { positions: places });
  return { ...read(output.wordLogits), pairs: output.sentenceLogits };
}

/** The guesses of a batch in shards, in the order of its rows. */
function guessesOfAll(
  params: PretrainableParams,
  shards: readonly MaskedInput[],
  config: BertConfig,
): Guesses {
  const guesses = shards.map((shard) => guessesOf(params, shard, config));
  const pairs = guesses.flatMap(({ pairs }) => pairs ?? []);
  return {
    logProbabilities: tf.concat(
      guesses.map(({ logProbabilities }) => logProbabilities),
    ),
    found: tf.concat(guesses.map(({ found }) => found)),
    ...(pairs.length === 0 ? {} : { pairs: tf.concat(pairs) }),
  };
}

const compiledGuesses = compileEach(guessesOfAll, {
  name: "guessing of words",
  ...MANY_SIGNATURES,
});
