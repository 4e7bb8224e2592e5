/**
 * The seven models that are one encoder with seven heads: what each is called in
 * Python, and the parameters it has.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import type { BertParams } from "../bert.ts";
import type { ClassifierParams } from "./sequence_classifier.ts";
import type { BertConfig } from "../config.ts";
import { initParameter, type RandomLike } from "../initialize.ts";
import {
  bertParameters,
  classifierParameters,
  grow,
  linearParameters,
  normParameters,
  type Parameter,
  underBert,
} from "../parameters.ts";
import type { MaskedLmParams } from "./masked_lm.ts";
import type { NextSentenceParams } from "./next_sentence.ts";
import type { PretrainingParams } from "./pretraining.ts";
import type { QuestionAnsweringParams } from "./question_answering.ts";
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

/** What stands above the encoder; `"base"` is the encoder and its pooler alone. */
export type HeadName = keyof HeadParams;

/** What is to be known of a head before anything is allocated. */
export type Head = {
  /** The class in Python's transformers. */
  readonly pythonName: string;
  /** What it says, in one line. */
  readonly purpose: string;
  /** Whether it has C classes, which need names. */
  readonly hasLabels: boolean;
  /** Its parameters in Python's order; `numLabels` is C, where there are classes. */
  readonly parameters: (config: BertConfig, numLabels: number) => Parameter[];
};

/** Every head, in the order of Python's documentation. */
export const HEADS: Readonly<Record<HeadName, Head>> = {
  "base": {
    pythonName: "BertModel",
    purpose: "a vector for each token, and one for the sequence",
    hasLabels: false,
    parameters: bertParameters,
  },
  "pretraining": {
    pythonName: "BertForPreTraining",
    purpose: "masked words, and whether B follows A",
    hasLabels: false,
    parameters: (config) => [
      ...underBert(bertParameters(config)),
      ...predictions(config),
      ...relationship(config),
    ],
  },
  "masked-lm": {
    pythonName: "BertForMaskedLM",
    purpose: "masked words",
    hasLabels: false,
    parameters: (config) => [
      ...underBert(encoderParameters(config)),
      ...predictions(config),
    ],
  },
  "next-sentence": {
    pythonName: "BertForNextSentencePrediction",
    purpose: "whether B follows A",
    hasLabels: false,
    parameters: (config) => [
      ...underBert(bertParameters(config)),
      ...relationship(config),
    ],
  },
  "sequence-classification": {
    pythonName: "BertForSequenceClassification",
    purpose: "a class for each sequence",
    hasLabels: true,
    parameters: classifierParameters,
  },
  "token-classification": {
    pythonName: "BertForTokenClassification",
    purpose: "a class for each token",
    hasLabels: true,
    parameters: (config, numLabels) => [
      ...underBert(encoderParameters(config)),
      ...linearParameters("classifier", "classifier", [
        numLabels,
        config.hiddenSize,
      ]),
    ],
  },
  "question-answering": {
    pythonName: "BertForQuestionAnswering",
    purpose: "where an answer begins and ends",
    hasLabels: false,
    parameters: (config) => [
      ...underBert(encoderParameters(config)),
      ...linearParameters("answer", "qa_outputs", [2, config.hiddenSize]),
    ],
  },
};

/** The encoder without its pooler. */
function encoderParameters(config: BertConfig): Parameter[] {
  return bertParameters(config)
    .filter(({ path }) => !path.startsWith("pooler."));
}

/** The decoder's kernel is the word embeddings', and so is no parameter of its own. */
function predictions(config: BertConfig): Parameter[] {
  const { vocabSize: V, hiddenSize: D } = config;
  const at = "cls.predictions";
  return [
    {
      path: "predictions.bias",
      name: `${at}.bias`,
      role: "bias",
      shape: [V],
    },
    ...linearParameters("predictions.transform", `${at}.transform.dense`, [
      D,
      D,
    ]),
    ...normParameters("predictions.norm", `${at}.transform.LayerNorm`, D),
  ];
}

function relationship({ hiddenSize: D }: BertConfig): Parameter[] {
  return linearParameters("relationship", "cls.seq_relationship", [2, D]);
}

/**
 * Grows the tree of a model from one tensor for each parameter.
 *
 * @param head Which model.
 * @param sizes The configuration, and C where the head has classes.
 * @param tensorFor Makes the tensor of a parameter, kernels as [In, Out].
 * @returns The tree, which owns the tensors.
 */
export function growHead<H extends HeadName>(
  head: H,
  sizes: { config: BertConfig; numLabels?: number },
  tensorFor: (parameter: Parameter) => tf.Tensor,
): HeadParams[H] {
  const { config, numLabels = 0 } = sizes;
  const parameters = HEADS[head].parameters(config, numLabels);
  return grow(parameters, tensorFor) as HeadParams[H];
}

/**
 * An untrained model.
 *
 * @example The decoder brings no kernel: it is the word embeddings'
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { disposeTree } from "bertbook/engine/tensor_tree.ts";
 * import { BERT_TINY } from "bertbook/model/config.ts";
 * import { initHead } from "bertbook/model/heads/heads.ts";
 * import { normalRandom } from "bertbook/model/initialize.ts";
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
 * @param sizes The configuration, and C where the head has classes.
 * @param random The deviates.
 * @returns The parameters; the caller disposes them.
 */
export function initHead<H extends HeadName>(
  head: H,
  sizes: { config: BertConfig; numLabels?: number },
  random: RandomLike,
): HeadParams[H] {
  return growHead(
    head,
    sizes,
    (parameter) => initParameter(parameter, sizes.config, random),
  );
}
