/** Verdict: is the model better than predictions that need no pretraining? @module */

import { randomStream } from "../../lib/engine/random/stream.ts";
import { intervalOf } from "../../lib/evaluation/bootstrap.ts";
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

/** How often the examples are drawn. */
export const ROUNDS = 1000;
/** The seed of these draws, so that a test gives the same interval again. */
const SEED = 2018;

/**
 * Estimates values of a population by some of its examples.
 *
 * @param count How many examples there are.
 * @param valuesOf The values of those with some indices.
 * @returns Each value of all of them, with its interval; all are of the same draws.
 */
export function estimates(
  count: number,
  valuesOf: (indices: readonly number[]) => readonly number[],
): Estimate[] {
  const random = randomStream(SEED);
  const all = Array.from({ length: count }, (_, i) => i);
  const samples = Array.from(
    { length: ROUNDS },
    () => valuesOf(all.map(() => random.integer(count))),
  );
  return valuesOf(all).map((value, i) => {
    const { low, high } = intervalOf(samples.map((values) => values[i]!));
    return { value, low, high };
  });
}

/**
 * Compares a model with baselines, on the same examples drawn with replacement: what is
 * hard for both moves both scores, so the difference is known better than either.
 *
 * @param metric The name of the metric.
 * @param model The outcome of each example.
 * @param baselines Likewise of each baseline.
 * @param options `metricOf`: the metric of some outcomes; `unit`: what an example is
 * called, in the plural, such as "test texts".
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
  const all = [model, ...baselines.map(({ outcomes }) => outcomes)];
  const [score, ...others] = estimates(model.length, (indices) => {
    const [own, ...scores] = all.map((outcomes) =>
      metricOf(indices.map((i) => outcomes[i]!))
    );
    return [own!, ...scores.flatMap((score) => [score, own! - score])];
  });
  const comparisons = baselines.map(({ name }, i): Comparison => ({
    baseline: name,
    score: others[2 * i]!,
    difference: others[2 * i + 1]!,
  }));
  const found = `${metric} ${format(score!)} on ${model.length} ${unit}`;
  return {
    metric,
    score: score!,
    comparisons,
    sentence: `${found}: ${comparisons.map(say).join("; ")}`,
  };
}

function say({ baseline, difference }: Comparison): string {
  const { value, low, high } = difference;
  if (low === 0 && high === 0) return `no different from ${baseline}`;
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
  return `${fixed(value, 3)} (${fixed(low, 2)} to ${fixed(high, 2)})`;
}

/** Without a sign before 0. */
function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/^-(?=[0.]+$)/, "");
}
