/** Multi-label classification: its metrics, and the thresholds of its labels. @module */

import { checkPaired, checkSome } from "./check_predictions.ts";
import { ratio, sum } from "./report.ts";

/** The probability from which on a label is given, unless it has a tuned threshold. */
export const DEFAULT_THRESHOLD: number = 0.5;

/** How well the labels that are given fit those that hold. */
export type MultiLabelScores = {
  /** F₁ of all decisions together, [N · C]. */
  readonly microF1: number;
  /** Mean of the F₁ scores of the labels; 0 for one that neither holds nor is given. */
  readonly macroF1: number;
  /** Share of the examples of which every label is right. */
  readonly subsetAccuracy: number;
};

/**
 * Metrics of multi-label classification. The numbers are those of scikit-learn's
 * `f1_score` with `zero_division=0`, and of its `accuracy_score`.
 *
 * @example One label of four is missing
 * ```ts
 * import { multiLabelScores } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const probabilities = [[0.9, 0.2], [0.6, 0.4]];
 * assert.deepEqual(multiLabelScores(probabilities, [[1, 0], [1, 1]]), {
 *   microF1: 0.8, macroF1: 0.5, subsetAccuracy: 0.5,
 * });
 * ```
 *
 * @param probabilities The probability of each label, one row for each example, [N, C].
 * @param targets 1 if the label holds or else 0, [N, C].
 * @param thresholds The least probability at which each label is given, [C]; default
 * 0.5 for all.
 * @returns The scores.
 * @throws {RangeError} If the sizes differ, there is no example, or a number is no
 * probability or no target.
 */
export function multiLabelScores(
  probabilities: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  thresholds?: readonly number[],
): MultiLabelScores {
  checkRows(probabilities, targets);
  const given = probabilities.map((row) =>
    row.map((p, c) => p >= (thresholds?.[c] ?? DEFAULT_THRESHOLD) ? 1 : 0)
  );
  const ofLabel = targets[0]!.map((_, c) =>
    f1(given.map((row) => row[c]!), targets.map((row) => row[c]!))
  );
  const numRight =
    given.filter((row, i) => row.every((value, c) => value === targets[i]![c]))
      .length;
  return {
    microF1: f1(given.flat(), targets.flat()),
    macroF1: sum(ofLabel) / ofLabel.length,
    subsetAccuracy: numRight / targets.length,
  };
}

/**
 * The threshold of each label that maximizes its F₁ on a validation set.
 *
 * All thresholds between two neighbouring probabilities give the label to the same
 * examples; the one in the middle stands for them, or 0.5 if it is among them. Of
 * thresholds with equal F₁ the one nearest to 0.5 is chosen, of two as near the higher.
 * A label that holds nowhere keeps 0.5.
 *
 * @example
 * ```ts
 * import { tuneThresholds } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const probabilities = [[0.1], [0.2], [0.4]];
 * const [threshold] = tuneThresholds(probabilities, [[0], [1], [1]]);
 * assert.ok(Math.abs(threshold! - 0.15) < 1e-9);
 * ```
 *
 * @param probabilities The probability of each label, one row for each example, [N, C].
 * @param targets 1 if the label holds or else 0, [N, C].
 * @returns A threshold for each label, [C], in [0, 1].
 * @throws {RangeError} If the sizes differ, there is no example, or a number is no
 * probability or no target.
 */
export function tuneThresholds(
  probabilities: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
): number[] {
  checkRows(probabilities, targets);
  return targets[0]!.map((_, c) =>
    tuneThreshold(probabilities.map((row, i) => [row[c]!, targets[i]![c]!]))
  );
}

/** The threshold for pairs of a probability and a target. */
function tuneThreshold(pairs: readonly (readonly [number, number])[]): number {
  const falling = pairs.toSorted(([a], [b]) => b - a);
  const numPositive = sum(pairs.map(([, target]) => target));
  const distance = (threshold: number): number =>
    Math.abs(threshold - DEFAULT_THRESHOLD);
  let best = { threshold: DEFAULT_THRESHOLD, score: 0 };
  let hits = 0;
  for (const [i, [probability, target]] of falling.entries()) {
    hits += target;
    const [next] = falling[i + 1] ?? [undefined];
    if (next === probability) continue;
    const below = next ?? 0;
    const threshold = below < DEFAULT_THRESHOLD &&
        DEFAULT_THRESHOLD <= probability
      ? DEFAULT_THRESHOLD
      : (below + probability) / 2;
    const score = ratio(2 * hits, i + 1 + numPositive);
    const isBetter = score > best.score ||
      score === best.score && distance(threshold) < distance(best.threshold);
    if (isBetter) best = { threshold, score };
  }
  return best.threshold;
}

/** F₁ = 2 TP / (predicted + actual), of zeros and ones. */
function f1(predictions: readonly number[], labels: readonly number[]): number {
  const hits = sum(predictions.map((given, i) => given * labels[i]!));
  return ratio(2 * hits, sum(predictions) + sum(labels));
}

function checkRows(
  probabilities: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
): void {
  checkPaired(probabilities, targets);
  checkSome(targets);
  const C = targets[0]!.length;
  for (const [i, row] of targets.entries()) {
    const own = probabilities[i]!;
    const fits = row.length === C && own.length === C &&
      row.every((target) => target === 0 || target === 1) &&
      own.every((p) => p >= 0 && p <= 1);
    if (fits) continue;
    throw new RangeError(
      `Cannot score example ${i}: it must have ${C} probabilities in [0, 1] and as ` +
        `many targets, each 0 or 1; found probabilities [${own.join(", ")}], ` +
        `targets [${row.join(", ")}]`,
    );
  }
}
