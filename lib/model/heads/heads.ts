/**
 * The seven heads over one encoder: what each is for, and its parameters.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import type { BertParams } from "../bert.ts";
import { type BertConfig, classifierHeadOf } from "../config.ts";
import {
  bertParameters,
  encoderParameters,
  initParameter,
  linearParameters,
  normParameters,
  type Parameter,
  type RandomLike,
  under,
  unflatten,
} from "../parameters.ts";
import type { MaskedLmParams } from "./masked_lm.ts";
import type { NextSentenceParams } from "./next_sentence.ts";
import type { PretrainingParams } from "./pretraining.ts";
import type { QuestionAnsweringParams } from "./question_answering.ts";
import type { ClassifierParams } from "./sequence_classifier.ts";
import type { TokenClassifierParams } from "./token_classifier.ts";

/** The tree of parameters of each model. */
export type HeadParams = {
  "base": BertParams;
  "pretraining": PretrainingParams;
  "masked-lm": MaskedLmParams;
  "next-sentence": NextSentenceParams;
  "sequence-classification": ClassifierParams;
  "token-classification": TokenClassifierParams;
  "question-answering": QuestionAnsweringParams;
};

/** What is above the encoder; `"base"` is the encoder, with its pooler, alone. */
export type HeadName = keyof HeadParams;

/** What is known of a head before anything is allocated. */
export type Head = {
  /** What it predicts, in one line. */
  readonly purpose: string;
  /** Whether it has C classes, which need names. */
  readonly hasLabels: boolean;
  /** Its parameters in Python's order; `numLabels` is C, if it has classes. */
  readonly parameters: (config: BertConfig, numLabels: number) => Parameter[];
};

/** Every head, in the order of Python's documentation. */
export const HEADS: Readonly<Record<HeadName, Head>> = {
  "base": {
    purpose: "a vector for each token, and one for the sequence",
    hasLabels: false,
    parameters: bertParameters,
  },
  "pretraining": {
    purpose: "masked words, and whether B follows A",
    hasLabels: false,
    parameters: (config) => [
      ...under("bert", bertParameters(config)),
      ...predictions(config),
      ...nextSentence(config),
    ],
  },
  "masked-lm": {
    purpose: "masked words",
    hasLabels: false,
    parameters: (config) => [
      ...under("bert", encoderParameters(config)),
      ...predictions(config),
    ],
  },
  "next-sentence": {
    purpose: "whether B follows A",
    hasLabels: false,
    parameters: (config) => [
      ...under("bert", bertParameters(config)),
      ...nextSentence(config),
    ],
  },
  "sequence-classification": {
    purpose: "a class for each sequence",
    hasLabels: true,
    parameters: (config, numLabels) => {
      const { hiddenSizes } = classifierHeadOf(config);
      const sizes = [config.hiddenSize, ...hiddenSizes];
      return [
        ...under("bert", bertParameters(config)),
        ...hiddenSizes.flatMap((size, i) =>
          linearParameters(`hidden.${i}`, [size, sizes[i]!])
        ),
        ...linearParameters("classifier", [numLabels, sizes.at(-1)!]),
      ];
    },
  },
  "token-classification": {
    purpose: "a class for each token",
    hasLabels: true,
    parameters: (config, numLabels) => [
      ...under("bert", encoderParameters(config)),
      ...linearParameters("classifier", [numLabels, config.hiddenSize]),
    ],
  },
  "question-answering": {
    purpose: "where an answer begins and ends",
    hasLabels: false,
    parameters: (config) => [
      ...under("bert", encoderParameters(config)),
      ...linearParameters("answer", [2, config.hiddenSize]),
    ],
  },
};

/** The decoder's kernel is the word embeddings', which are not listed again if tied. */
function predictions(config: BertConfig): Parameter[] {
  const { vocabSize, hiddenSize: D, tieWordEmbeddings = true } = config;
  const decoder = { role: "embedding", shape: [vocabSize, D] } as const;
  return [
    ...(tieWordEmbeddings ? [] : [{ path: "predictions.decoder", ...decoder }]),
    { path: "predictions.bias", role: "bias", shape: [vocabSize] },
    ...linearParameters("predictions.transform", [D, D]),
    ...normParameters("predictions.norm", D),
  ];
}

function nextSentence({ hiddenSize: D }: BertConfig): Parameter[] {
  return linearParameters("nextSentence", [2, D]);
}

/**
 * Builds the tree of a model from one tensor for each parameter.
 *
 * @param head Which model.
 * @param sizes The configuration, and C if the head has classes.
 * @param tensorFor Makes the tensor of a parameter, kernels as [In, Out].
 * @returns The tree, which owns the tensors.
 */
export function buildHead<H extends HeadName>(
  head: H,
  sizes: { config: BertConfig; numLabels?: number },
  tensorFor: (parameter: Parameter) => tf.Tensor,
): HeadParams[H] {
  const { config, numLabels = 0 } = sizes;
  const parameters = HEADS[head].parameters(config, numLabels);
  return unflatten(parameters, tensorFor) as HeadParams[H];
}

/**
 * An untrained model.
 *
 * @example The decoder brings no kernel: it is the word embeddings'
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { BERT_TINY, disposeTree, initHead } from "bertbook";
 * import { normalRandom } from "bertbook/model/parameters.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const sizes = { config: { ...BERT_TINY, vocabSize: 99 } };
 * const params = initHead("masked-lm", sizes, normalRandom(1));
 * assert.deepEqual(Object.keys(params.predictions), ["bias", "transform", "norm"]);
 * disposeTree(params);
 * ```
 *
 * @param head Which model.
 * @param sizes The configuration, and C if the head has classes.
 * @param random The deviates.
 * @returns The parameters; the caller disposes them.
 */
export function initHead<H extends HeadName>(
  head: H,
  sizes: { config: BertConfig; numLabels?: number },
  random: RandomLike,
): HeadParams[H] {
  return buildHead(
    head,
    sizes,
    (parameter) => initParameter(parameter, sizes.config, random),
  );
}
