/**
 * Learning-rate schedules: a warm-up, then a decay to zero.
 *
 * Devlin et al. (2019), appendix A.2: warm-up, then linear decay. The numbers are
 * those of `get_linear_schedule_with_warmup` and its siblings in Python's
 * transformers.
 *
 * @module
 */

import { cos } from "../exact_math.ts";

/** How the learning rate falls after the warm-up; `"constant"` does not fall. */
export type ScheduleName = "linear" | "cosine" | "constant";

/** A learning rate's course over one training. */
export type Schedule = {
  /** The shape of the decay. */
  readonly name: ScheduleName;
  /** The rate at the end of the warm-up, its highest value. */
  readonly learningRate: number;
  /** Steps over which the rate climbs from 0. */
  readonly warmupSteps: number;
  /** Steps after which the rate would be 0. */
  readonly totalSteps: number;
};

/** What remains of the rate when `progress` in [0, 1] of the decay is done. */
export const DECAYS: Record<ScheduleName, (progress: number) => number> = {
  linear: (progress) => 1 - progress,
  // Loshchilov & Hutter (2017), "SGDR", equation 5: half a period of the cosine.
  cosine: (progress) => (1 + cos(Math.PI * progress)) / 2,
  constant: () => 1,
};

/**
 * The learning rate of one step.
 *
 * As in PyTorch, the schedule moves after each step: step 1 takes the rate of
 * zero steps done, which is 0 if there is a warm-up and the full rate if there is
 * none.
 *
 * @example The rate climbs for two steps and then falls to zero in two
 * ```ts
 * import { learningRateAt, type Schedule } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const steps = { warmupSteps: 2, totalSteps: 4 };
 * const schedule: Schedule = { name: "linear", learningRate: 1, ...steps };
 * const rates = [1, 2, 3, 4].map((step) => learningRateAt(step, schedule));
 * assert.deepEqual(rates, [0, 0.5, 1, 0.5]);
 * ```
 *
 * @param step The step that is about to be taken, from 1.
 * @param schedule The course to follow.
 * @returns The learning rate, at least 0.
 */
export function learningRateAt(step: number, schedule: Schedule): number {
  const { name, learningRate, warmupSteps, totalSteps } = schedule;
  const done = step - 1;
  if (done < warmupSteps) return learningRate * done / warmupSteps;
  const progress = (done - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return learningRate * DECAYS[name](Math.min(1, progress));
}
