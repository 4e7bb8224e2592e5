/** Every combination of a few hyperparameters, and the trainings it takes. @module */

import type { ScheduleName } from "../../lib/training/schedule.ts";

/** What is combined. */
export type SweepGrid = {
  readonly learningRates: readonly number[];
  readonly batchSizes: readonly number[];
  readonly epochs: readonly number[];
  readonly seeds: readonly number[];
  readonly schedule: ScheduleName;
};

/** What decides one training, besides the task. */
export type SweepRun = {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly schedule: ScheduleName;
  readonly seed: number;
};

/**
 * The trainings that a grid takes.
 *
 * Under a schedule that decays to 0 at its end, two epochs of four are not a
 * training of two epochs, so that each number of epochs is trained apart. A constant
 * rate knows no end: the longest training contains the shorter ones.
 *
 * @example
 * ```ts
 * import { runsOf } from "./grid.ts";
 * import assert from "node:assert/strict";
 *
 * const grid = {
 *   learningRates: [5e-5, 3e-5],
 *   batchSizes: [16],
 *   epochs: [2, 4],
 *   seeds: [1],
 * };
 * assert.equal(runsOf({ ...grid, schedule: "linear" }).length, 4);
 * assert.equal(runsOf({ ...grid, schedule: "constant" }).length, 2);
 * ```
 *
 * @param grid What is combined.
 * @returns Seed by seed, so that a sweep that is stopped has tried every setting
 * about equally often.
 */
export function runsOf(grid: SweepGrid): SweepRun[] {
  const { learningRates, batchSizes, seeds, schedule } = grid;
  const lengths = schedule === "constant"
    ? [Math.max(...grid.epochs)]
    : grid.epochs;
  return seeds.flatMap((seed) =>
    batchSizes.flatMap((batchSize) =>
      lengths.flatMap((epochs) =>
        learningRates.map((learningRate) => ({
          learningRate,
          batchSize,
          epochs,
          schedule,
          seed,
        }))
      )
    )
  );
}

/**
 * A training's name, for its file and for readers.
 *
 * @param run The training.
 * @returns Such as `lr5e-5_batch16_epochs4_linear_seed42`.
 */
export function nameOf(run: SweepRun): string {
  const { learningRate, batchSize, epochs, schedule, seed } = run;
  return `lr${learningRate.toExponential()}_batch${batchSize}_epochs${epochs}_` +
    `${schedule}_seed${seed}`;
}
