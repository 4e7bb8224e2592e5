import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import {
  resolveTrainOptions,
  type TrainOptions,
  withMachineDefaults,
} from "bertbook/training/train_options.ts";
import { asWorker } from "./_fake_cluster.ts";

const RECIPE: TrainOptions = {
  epochs: 3,
  batchSize: 8,
  learningRate: 1e-3,
  seed: 7,
};

Deno.test("resolveTrainOptions() counts steps: batches, accumulated ones, and the warm-up", () => {
  // 41 examples are six batches of 8, the last of one; two make a step.
  const recipe = { ...RECIPE, gradientAccumulationSteps: 2 };
  const task = { numExamples: 41, warmupRatio: 0.3 };
  const plan = resolveTrainOptions("fit", recipe, task);
  assert.equal(plan.stepsPerEpoch, 3);
  assert.deepEqual(plan.schedule, {
    name: "linear",
    learningRate: 1e-3,
    warmupSteps: 2, // of nine steps, 2.7
    totalSteps: 9,
  });
  const chosen = { ...RECIPE, warmupSteps: 5 };
  const { schedule } = resolveTrainOptions("fit", chosen, task);
  assert.deepEqual([schedule.warmupSteps, schedule.totalSteps], [5, 18]);
});

Deno.test("resolveTrainOptions() fills in the paper's AdamW", () => {
  const { adamW, maxGradNorm, precision } = resolveTrainOptions(
    "fit",
    RECIPE,
    { numExamples: 8 },
  );
  assert.deepEqual(adamW, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
  });
  assert.deepEqual([maxGradNorm, precision], [1, "float32"]);
});

Deno.test("resolveTrainOptions() refuses every option outside its range", () => {
  const wrong: Partial<Record<keyof TrainOptions, unknown>>[] = [
    { epochs: 0 },
    { batchSize: 1.5 },
    { learningRate: NaN },
    { gradientAccumulationSteps: 0 },
    { beta1: 1 },
    { beta2: -0.1 },
    { epsilon: 0 },
    { weightDecay: -1 },
    { maxGradNorm: 0 },
    { seed: 2 ** 31 },
    { schedule: "exponential" },
    { precision: "float16" },
    { warmupSteps: 4 },
  ];
  for (const change of wrong) {
    const options = { ...RECIPE, ...change } as TrainOptions;
    assert.throws(
      () => resolveTrainOptions("fit", options, { numExamples: 8 }),
      {
        name: "RangeError",
        message: new RegExp(Object.keys(change)[0]!),
      },
    );
  }
});

Deno.test("withMachineDefaults() takes what worker 0 chose, and keeps what is given", async () => {
  await tf.setBackend("cpu");
  const workers = ["10.0.0.1:2222", "10.0.0.2:2222"];
  const said = { numMicroBatches: 7, precision: "float32", reason: "measured" };
  const decide = (options: Partial<TrainOptions>, index: number) =>
    asWorker(workers, index, async () => {
      const { numMicroBatches, precision, precisionReason } =
        await withMachineDefaults(
          resolveTrainOptions("fit", { ...RECIPE, ...options }, {
            numExamples: 8,
          }),
        );
      return [numMicroBatches, precision, precisionReason];
    }, index === 0 ? undefined : said);
  const auto = { precision: "auto" } as const;
  assert.deepEqual(await decide(auto, 1), [7, "float32", "measured"]);
  assert.deepEqual(await decide({}, 1), [7, "float32", undefined]);
  assert.deepEqual((await decide({ numMicroBatches: 3 }, 1))[0], 3);
  assert.deepEqual((await decide({}, 0))[0], 2); // one replica on each of two
});
