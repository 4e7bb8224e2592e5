/**
 * What stands between the encoder and the classes: which vector sums a sequence up,
 * and the hidden layers over it.
 *
 * A model with the usual shape, a linear map over the pooler's output, is saved as
 * Python's transformers saves it. Any other adds `classifier_pooling` and
 * `classifier_hidden_sizes` to `config.json`, and the tensors
 * `classifier_hidden.<i>.weight` and `.bias`. Python's `BertForSequenceClassification`
 * knows none of them: it refuses hidden layers of another width than the encoder's,
 * and takes everything else for the usual shape.
 *
 * @module
 */

/** The shape of a classifier. */
export type ClassifierHeadConfig = {
  /**
   * `"pooler"` takes tanh(W h + b), where h is the last state of `[CLS]` (Devlin et
   * al., 2019, appendix A.4); `"cls"` takes h as it is, and no pooler.
   */
  readonly pooling: "pooler" | "cls";
  /** The widths of the hidden layers, from the pooled vector on. */
  readonly hiddenSizes: readonly number[];
};

/** Devlin et al. (2019), section 4.1. */
export const DEFAULT_CLASSIFIER_HEAD: ClassifierHeadConfig = {
  pooling: "pooler",
  hiddenSizes: [],
};

const POOLINGS: readonly string[] = ["pooler", "cls"];

/** Whether two classifiers have one shape. */
export function isSameShape(
  a: ClassifierHeadConfig,
  b: ClassifierHeadConfig,
): boolean {
  return a.pooling === b.pooling &&
    a.hiddenSizes.join() === b.hiddenSizes.join();
}

/**
 * The shape as text, for messages.
 *
 * @example
 * ```ts
 * import { describeShape } from "bertbook/model/classifier_head_config.ts";
 * import assert from "node:assert/strict";
 *
 * const shape = { pooling: "cls", hiddenSizes: [64] } as const;
 * assert.equal(describeShape(shape), 'pooling "cls", hidden sizes [64]');
 * ```
 */
export function describeShape(shape: ClassifierHeadConfig): string {
  const { pooling, hiddenSizes } = shape;
  return `pooling "${pooling}", hidden sizes [${hiddenSizes.join(", ")}]`;
}

/**
 * Checks that a classifier can be built.
 *
 * @param shape The shape to check.
 * @throws {RangeError} If a size is not a positive integer, or there is no such
 * pooling.
 */
export function checkClassifierHeadConfig(shape: ClassifierHeadConfig): void {
  const { pooling, hiddenSizes } = shape;
  if (!POOLINGS.includes(pooling)) {
    throw new RangeError(
      `Cannot build a classifier as its pooling must be "pooler" or "cls": ` +
        `current value is ${JSON.stringify(pooling)}`,
    );
  }
  const isSize = (size: number): boolean =>
    Number.isSafeInteger(size) && size >= 1;
  if (Array.isArray(hiddenSizes) && hiddenSizes.every(isSize)) return;
  throw new RangeError(
    `Cannot build a classifier as its hiddenSizes must be positive integers: ` +
      `current value is ${JSON.stringify(hiddenSizes)}`,
  );
}

/**
 * Reads the shape from a parsed `config.json`.
 *
 * @param settings The fields of the file.
 * @returns The shape; nothing for the usual one.
 * @throws {RangeError} If there is no such shape.
 */
export function shapeFromJson(
  settings: ReadonlyMap<string, unknown>,
): { classifier?: ClassifierHeadConfig } {
  const classifier = {
    pooling: settings.get("classifier_pooling") ??
      DEFAULT_CLASSIFIER_HEAD.pooling,
    hiddenSizes: settings.get("classifier_hidden_sizes") ?? [],
  } as ClassifierHeadConfig;
  checkClassifierHeadConfig(classifier);
  return isSameShape(classifier, DEFAULT_CLASSIFIER_HEAD) ? {} : { classifier };
}

/**
 * The shape as fields of a `config.json`.
 *
 * @param shape The shape; undefined is the usual one, which needs no fields.
 */
export function shapeToJson(
  shape: ClassifierHeadConfig | undefined,
): [name: string, value: unknown][] {
  if (shape === undefined) return [];
  return [
    ["classifier_pooling", shape.pooling],
    ["classifier_hidden_sizes", shape.hiddenSizes],
  ];
}
