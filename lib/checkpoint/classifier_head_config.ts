/** The shape of a classifier: what a checkpoint has and what is asked for. @module */

import {
  checkClassifierHeadConfig,
  type ClassifierHeadConfig,
  DEFAULT_CLASSIFIER_HEAD,
  describeShape,
  isSameShape,
} from "../model/classifier_head_config.ts";
import type { BertConfig } from "../model/config.ts";

/**
 * Decides the shape of a classifier that is loaded. One that was trained keeps its
 * shape: its weights fit no other.
 *
 * @param config The checkpoint's configuration.
 * @param asked What the caller asks for, if it does.
 * @param isTrained Whether the checkpoint has a trained classifier.
 * @returns The configuration with the shape that the classifier gets.
 * @throws {RangeError} If a trained classifier has another shape, or there is no such
 * shape.
 */
export function withShape(
  config: BertConfig,
  asked: Partial<ClassifierHeadConfig> = {},
  isTrained: boolean,
): BertConfig {
  const { classifier: stored = DEFAULT_CLASSIFIER_HEAD, ...encoder } = config;
  const classifier = { ...stored, ...asked };
  checkClassifierHeadConfig(classifier);
  if (isTrained && !isSameShape(stored, classifier)) {
    throw new RangeError(
      `Cannot load a trained classifier as its shape must be the one asked for: ` +
        `asked for ${describeShape(classifier)}, the checkpoint has ` +
        `${
          describeShape(stored)
        }; ask for this, or start from a model without a ` +
        `classifier`,
    );
  }
  return isSameShape(classifier, DEFAULT_CLASSIFIER_HEAD)
    ? encoder
    : { ...encoder, classifier };
}
