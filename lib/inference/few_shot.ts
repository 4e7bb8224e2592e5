/** Few-shot classification: logistic regression on embeddings of a few examples. @module */

import { checkLabel } from "../batches/check_examples.ts";
import type { TextExample } from "../batches/encode_examples.ts";
import type { HeadModel } from "../checkpoint/pretrained.ts";
import {
  featureLogits,
  type Features,
  fitLogisticRegression,
} from "../evaluation/logistic_regression.ts";
import type { HeadName } from "../model/heads/heads.ts";
import { checkKnownOptions } from "../options.ts";
import { type Classification, classificationOf } from "./postprocessing.ts";
import { EMBED_OPTIONS, type EmbedOptions, embedTexts } from "./embed.ts";

/** How to fit a few-shot classifier. */
export type FewShotOptions = EmbedOptions & {
  /** The classes, at least two, in the order of the examples' labels. */
  readonly labels: readonly string[];
  /**
   * λ, above 0: how strongly weights are held at 0; default 1. With three or more
   * classes it is 1/C of scikit-learn's `LogisticRegression`, with two 2/C.
   */
  readonly penalty?: number;
};

/** A classifier of embeddings. */
export type FewShotClassifier = {
  /** The classes in the order of their ids. */
  readonly labels: readonly string[];
  /**
   * Classifies texts.
   *
   * @param texts The texts, at least one.
   * @returns Label and probabilities of each text, in the order of the texts.
   */
  classify(texts: readonly string[]): Promise<Classification[]>;
};

/** Weights are fitted until no derivative of the mean loss is larger. */
const TOLERANCE = 1e-6;

/**
 * Fits a classifier to a few examples of each class, in a moment: logistic regression on
 * the embeddings of the texts. The model itself is not trained.
 *
 * It is the head of Tunstall et al. (2022), "Efficient Few-Shot Learning Without
 * Prompts", without the training of the encoder that comes before it there. There is one
 * minimum, so the same examples in any order give the same classifier.
 *
 * @example
 * ```ts
 * import { disposeTree, fitFewShot, loadModel } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const model = await loadModel("tiny", { head: "base" });
 * const fewShot = await fitFewShot(model, [
 *   { text: "Who wrote it?", label: 0 },
 *   { text: "Where is it?", label: 1 },
 * ], { labels: ["person", "place"] });
 * const [first] = await fewShot.classify(["Who wrote it?"]);
 * assert.equal(first!.label, "person");
 * disposeTree(model.params);
 * ```
 *
 * @param model A model with any head; see `embed`. It must live as long as the
 * classifier is used.
 * @param examples Texts with the ids of their classes, at least one of each class.
 * @param options The classes, the penalty, and the options of `embed`.
 * @returns The classifier.
 * @throws {TypeError} If a text is no string, a label is no number, an option is
 * unknown, or the model has been disposed.
 * @throws {RangeError} If a class has no example, or an option is out of range.
 */
export async function fitFewShot(
  model: HeadModel<HeadName>,
  examples: readonly TextExample[],
  options: FewShotOptions,
): Promise<FewShotClassifier> {
  const known = ["labels", "penalty", ...EMBED_OPTIONS];
  checkKnownOptions("fit a few-shot classifier", options, known);
  const { labels, penalty = 1, ...how } = options;
  checkClasses(examples, labels);
  const featuresOf = async (
    texts: readonly string[],
  ): Promise<{ features: Features; numTruncated: number }[]> => {
    const { encoded, vectors } = await embedTexts(model, texts, how);
    return vectors.map((values, i) => ({
      features: { ids: [...values.keys()], values },
      numTruncated: encoded[i]!.numTruncated,
    }));
  };
  const embedded = await featuresOf(examples.map(({ text }) => text));
  const regression = fitLogisticRegression(
    embedded.map(({ features }) => features),
    examples.map(({ label }) => label),
    {
      numFeatures: model.config.hiddenSize,
      numClasses: labels.length,
      penalty,
      tolerance: TOLERANCE,
    },
  );
  return {
    labels: [...labels],
    async classify(texts): Promise<Classification[]> {
      return (await featuresOf(texts)).map(({ features, numTruncated }) => ({
        ...classificationOf(labels, featureLogits(features, regression)),
        numTruncated,
      }));
    },
  };
}

/** Refuses examples of no class, and classes without an example. */
function checkClasses(
  examples: readonly TextExample[],
  labels: readonly string[] = [],
): void {
  for (const [i, { label }] of examples.entries()) {
    checkLabel(label, labels, `example ${i} of a few-shot classifier`);
  }
  const counts = labels.map((_, id) =>
    examples.filter(({ label }) => label === id).length
  );
  const numDifferent = new Set(labels).size;
  const areClasses = numDifferent >= 2 && numDifferent === labels.length;
  if (areClasses && !counts.includes(0)) return;
  throw new RangeError(
    `Cannot fit a few-shot classifier: there must be two different classes or more in ` +
      `the option labels, each with an example; found ${
        JSON.stringify(labels)
      } with ` +
      `${JSON.stringify(counts)} examples`,
  );
}
