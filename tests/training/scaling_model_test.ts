import assert from "node:assert/strict";
import {
  type Parallelism,
  predictStep,
  type StepCost,
} from "bertbook/training/scaling_model.ts";

const COST: StepCost = {
  secondsPerExample: 0.02,
  fixedSeconds: 0.06,
  updateSeconds: 0.04,
  bucketBytes: [10e6, 10e6],
};

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}, not ${expected}`);

Deno.test("one worker takes its passes and its update", () => {
  const network = { bytesPerSecond: 1, latencySeconds: 1 };
  const step = predictStep(COST, { workers: 1, batchSize: 32, network });
  near(step.seconds, 0.06 + 0.64 + 0.04);
  near(step.sumSeconds, 0);
});

Deno.test("a ring takes 2 (n − 1) messages of an n-th of the bytes", () => {
  const network = { bytesPerSecond: 100e6, latencySeconds: 1e-3 };
  const sumOf = (more: Partial<Parallelism>): number =>
    predictStep(COST, { workers: 4, batchSize: 32, network, ...more })
      .sumSeconds;
  // Two buckets: each 6 messages of 2.5 MB.
  near(sumOf({}), 2 * 6 * (1e-3 + 0.025));
  near(sumOf({ compression: 0.5 }), 2 * 6 * (1e-3 + 0.0125));
  // Up and down a tree of two levels, all bytes each way.
  near(sumOf({ collective: "tree" }), 2 * (4 * 1e-3 + 0.2));
  // Two on each machine, then the machines.
  const machine = { workers: 2, network: { bytesPerSecond: 1e9 } };
  near(sumOf({ machine }), 2 * (2 * 0.005 + 2 * (1e-3 + 0.05)));
});

Deno.test("sums run beside the backward pass, one after the other", () => {
  const cost = { ...COST, fixedSeconds: 0 };
  const stepOf = (bytesPerSecond: number) =>
    predictStep(cost, {
      workers: 2,
      batchSize: 32,
      network: { bytesPerSecond },
    });
  // Passes of 0.32 s; the first bucket is ready after two thirds of them.
  near(stepOf(125e6).waitSeconds, 0.08);
  // Its sum of 0.2 s ends after the passes, and the second one waits for it.
  near(stepOf(50e6).waitSeconds, 0.32 * 2 / 3 + 0.4 - 0.32);
  near(stepOf(Infinity).waitSeconds, 0);
  // The gradient of the embeddings adds nothing to the pass.
  const embedded = { ...cost, embeddingBytes: 10e6 };
  const network = { bytesPerSecond: 125e6 };
  const how = { workers: 2, batchSize: 32, network };
  near(predictStep(embedded, how).waitSeconds, 0.16);
  near(stepOf(Infinity).seconds, 0.36);
});

Deno.test("sums take the processor's time from the passes", () => {
  const network = { bytesPerSecond: Infinity, processorSecondsPerByte: 1e-9 };
  const how = { workers: 4, batchSize: 32, network };
  // Those beside the passes: all but the last one.
  near(predictStep(COST, how).computeSeconds, 0.06 + 0.16 + 1.5 * 0.01);
});

Deno.test("a shared update sends weights in place of half of the sums", () => {
  const network = { bytesPerSecond: 100e6 };
  const how = { workers: 4, batchSize: 32, network };
  const whole = predictStep(COST, how);
  const shared = predictStep(COST, { ...how, shardOptimizer: true });
  near(shared.sumSeconds, whole.sumSeconds / 2);
  near(shared.updateSeconds, 0.01 + whole.sumSeconds / 2);
});

Deno.test("workers that do not fill the machines are refused", () => {
  const network = { bytesPerSecond: 1e9 };
  const how = { workers: 6, batchSize: 32, network };
  assert.throws(
    () => predictStep(COST, { ...how, machine: { workers: 4, network } }),
    /must be a multiple of machine\.workers; found workers=6, machine\.workers=4; /,
  );
  assert.throws(
    () => predictStep(COST, { ...how, workers: 0 }),
    /workers: it must be a whole number of at least 1; found 0/,
  );
  const wrong = [
    [
      { collective: "star" },
      /collective: it must be one of .*ring.*tree.*found/,
    ],
    [
      { compression: 0 },
      /compression: it must be a number in \(0, 1\]; found 0/,
    ],
    [{ network: { bytesPerSecond: 0 } }, /bytesPerSecond: it must be above 0/],
  ] as const;
  for (const [more, found] of wrong) {
    const options = { ...how, ...more } as Parallelism;
    assert.throws(() => predictStep(COST, options), found);
  }
});
