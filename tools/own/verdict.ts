/** Verdict: is the model better than predictions that need no pretraining? @module */

import { randomStream } from "../../lib/engine/random/stream.ts";
import { bootstrapInterval } from "../../lib/evaluation/bootstrap.ts";
import type { Outcome } from "./task.ts";

/** A value with the ends of its 95 % interval. */
export type Estimate = {
  readonly value: number;
  readonly low: number;
  readonly high: number;
};

/** How much better the model is than a baseline. */
export type Comparison = {
  readonly baseline: string;
  /** The score of the baseline. */
  readonly score: Estimate;
  /** The model's score minus the baseline's, on the same examples. */
  readonly difference: Estimate;
};

/** What the test examples say. */
export type Verdict = {
  readonly metric: string;
  readonly score: Estimate;
  readonly comparisons: readonly Comparison[];
  /** All of it in a sentence. */
  readonly sentence: string;
};

/** The seed of the bootstrap, so that a test gives the same interval again. */
const SEED = 2018;

/**
 * Compares a model with baselines, on the same examples drawn with replacement: what is
 * hard for both moves both scores, so the difference is known better than either.
 *
 * @param metric The name of the metric.
 * @param model The outcome of each example.
 * @param baselines Likewise of each baseline.
 * @param options `metricOf`: the metric of some outcomes; `unit`: what an example is
 * called, in the plural.
 * @returns The verdict.
 */
export function judge(
  metric: string,
  model: readonly Outcome[],
  baselines: readonly {
    readonly name: string;
    readonly outcomes: readonly Outcome[];
  }[],
  options: {
    readonly metricOf: (outcomes: readonly Outcome[]) => number;
    readonly unit: string;
  },
): Verdict {
  const { metricOf, unit } = options;
  const estimate = (
    valueOf: (indices: readonly number[]) => number,
  ): Estimate => {
    const { low, high } = bootstrapInterval(model.length, valueOf, {
      random: randomStream(SEED),
    });
    return { value: valueOf([...model.keys()]), low, high };
  };
  const scoreOf = (outcomes: readonly Outcome[]) =>
  (
    indices: readonly number[],
  ): number => metricOf(indices.map((i) => outcomes[i]!));
  const modelScore = scoreOf(model);
  const score = estimate(modelScore);
  const comparisons = baselines.map(({ name, outcomes }) => {
    const baselineScore = scoreOf(outcomes);
    return {
      baseline: name,
      score: estimate(baselineScore),
      difference: estimate((indices) =>
        modelScore(indices) - baselineScore(indices)
      ),
    };
  });
  const found = `${metric} ${format(score)} on ${model.length} test ${unit}`;
  return {
    metric,
    score,
    comparisons,
    sentence: `${found}: ${comparisons.map(say).join("; ")}`,
  };
}

function say({ baseline, difference }: Comparison): string {
  const { value, low, high } = difference;
  if (low > 0) return `better than ${baseline} by ${format(difference)}`;
  if (high < 0) {
    const worse = { value: -value, low: -high, high: -low };
    return `worse than ${baseline} by ${format(worse)}`;
  }
  return `cannot tell whether it is better than ${baseline}, the difference is ` +
    format(difference);
}

/** Such as "0.412 (0.36 to 0.46)". */
export function format({ value, low, high }: Estimate): string {
  return `${value.toFixed(3)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
