import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import type {
  EvaluationOptions,
  FitEvent,
  Metrics,
} from "bertbook/training/events.ts";
import { fit, type Task } from "bertbook/training/fit.ts";
import { resolveTrainOptions } from "bertbook/training/train_options.ts";
import {
  compileTrainStep,
  makeTrainable,
} from "bertbook/training/train_step.ts";
import { assertNoLeak } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

type Line = { slope: tf.Tensor };
type Points = { x: tf.Tensor; y: tf.Tensor };
type PlainPoints = { x: number[]; indices: number[] };

const LINE_STEP = compileTrainStep(
  ({ slope }: Line, { x, y }: Points) =>
    x.mul(slope).sub(y).square().mean<tf.Scalar>(),
  "a step along a line",
);

/** y = 3 x; ten points in batches of two, five steps an epoch. */
function lineTask(
  evaluate?: (slope: number, evaluation: number) => Metrics,
): Task<Line, PlainPoints, Points, null, Metrics> {
  const params = tf.tidy(() => ({ slope: tf.scalar(0) as tf.Tensor }));
  makeTrainable(params);
  let evaluations = 0;
  return {
    params,
    trainStep: LINE_STEP,
    config: null,
    batches: () =>
      [1, 2, 3, 4, 5].map((x, i) => ({ x: [x, -x], indices: [i] })),
    tensorsOf: ({ x }) => ({
      x: tf.tensor1d(x),
      y: tf.tensor1d(x.map((x) => 3 * x)),
    }),
    ...(evaluate && {
      evaluate: () => {
        const [slope] = params.slope.dataSync();
        return Promise.resolve({ metrics: evaluate(slope!, ++evaluations) });
      },
    }),
  };
}

type Run = {
  /** s for a step, v for an evaluation, e for an epoch's end. */
  kinds: string;
  events: FitEvent<Metrics>[];
  slope: number;
};

async function follow(
  task: ReturnType<typeof lineTask>,
  how: EvaluationOptions<Metrics> = {},
): Promise<Run> {
  const options = resolveTrainOptions("fit", {
    epochs: 3,
    batchSize: 2,
    learningRate: 0.1,
    schedule: "constant",
    seed: 1,
  }, { numExamples: 10 });
  const events: FitEvent<Metrics>[] = [];
  const precision = "float32";
  for await (const event of fit(task, { ...options, precision, ...how })) {
    events.push(event);
  }
  const kinds = events
    .map(({ kind }) => kind === "evaluation" ? "v" : kind[0]).join("");
  const [slope] = task.params.slope.dataSync();
  disposeTree(task.params);
  return { kinds, events, slope: slope! };
}

const evaluationsOf = ({ events }: Run) =>
  events.flatMap((event) => event.kind === "evaluation" ? [event] : []);
const epochsOf = ({ events }: Run) =>
  events.flatMap((event) => event.kind === "epoch" ? [event] : []);
const lossesOf = ({ events }: Run) =>
  events.flatMap((event) => event.kind === "step" ? [event.loss] : []);

Deno.test("fit() trains a task without an evaluation", async () => {
  await assertNoLeak(async () => {
    const run = await follow(lineTask());
    assert.equal(run.kinds, "ssssse".repeat(3));
    const [first] = epochsOf(run);
    assert.equal(first!.best, false);
    const mean = lossesOf(run).slice(0, 5).reduce((a, b) => a + b / 5, 0);
    assert.equal(first!.trainingLoss, mean);
  });
});

Deno.test("fit() evaluates every evalSteps steps and at each epoch's end, once", async () => {
  const loss = (slope: number) => ({ loss: Math.abs(3 - slope) });
  const byEpoch = await follow(lineTask(loss));
  assert.equal(byEpoch.kinds, "sssssve".repeat(3));
  const twice = await follow(lineTask(loss), { evalSteps: 2 });
  // After steps 2, 4, (5), 6, 8, (10), 12, 14, (15).
  assert.equal(twice.kinds, "ssvssvsve" + "svssvssve" + "ssvssvsve");
  assert.deepEqual(
    evaluationsOf(twice).map(({ step, epoch }) => [step, epoch]),
    [[2, 1], [4, 1], [5, 1], [6, 2], [8, 2], [10, 2], [12, 3], [14, 3], [
      15,
      3,
    ]],
  );
  const atEnds = await follow(lineTask(loss), { evalSteps: 5 });
  assert.equal(atEnds.kinds, byEpoch.kinds);
  // Evaluations do not change the training.
  assert.deepEqual(lossesOf(twice), lossesOf(byEpoch));
  assert.equal(twice.slope, byEpoch.slope);
});

Deno.test("fit() ends with the best model by any metric, of which loss and perplexity are better if lower", async () => {
  const slopes: number[] = [];
  const scores = [5, 7, 1, 7, 2];
  const evaluate = (slope: number, evaluation: number) => {
    slopes.push(slope);
    const score = scores[(evaluation - 1) % scores.length]!;
    return { loss: 1, f1: score, perplexity: score };
  };
  for (
    const [metricForBestModel, best] of [["f1", 1], ["perplexity", 2]] as const
  ) {
    slopes.length = 0;
    const run = await follow(lineTask(evaluate), {
      metricForBestModel,
      evalSteps: 4,
    });
    // The first of equal evaluations stays the best.
    assert.equal(run.slope, slopes[best]);
    assert.equal(evaluationsOf(run).findLastIndex(({ best }) => best), best);
  }
});

Deno.test("fit() stops early, within an epoch too, after patience evaluations without a better one", async () => {
  const worse = (_: number, evaluation: number) => ({ loss: evaluation });
  const run = await follow(lineTask(worse), { evalSteps: 1, patience: 2 });
  assert.equal(run.kinds, "svsvsve");
  assert.deepEqual(
    evaluationsOf(run).map(({ best, stopsEarly }) => [best, stopsEarly]),
    [[true, false], [false, false], [false, true]],
  );
  const [end] = epochsOf(run);
  assert.deepEqual([end!.stopsEarly, end!.best], [true, true]);
  const mean = lossesOf(run).reduce((sum, loss) => sum + loss, 0) / 3;
  assert.ok(Math.abs(end!.trainingLoss / mean - 1) < 1e-12);
  assert.equal((end as unknown as Metrics)["validationLoss"], 3);
});

Deno.test("an undefined metric is never the best", async () => {
  const evaluate = (_: number, evaluation: number) => ({
    loss: 1,
    f1: evaluation === 2 ? 0.1 : NaN,
  });
  const run = await follow(lineTask(evaluate), { metricForBestModel: "f1" });
  assert.deepEqual(
    evaluationsOf(run).map(({ best }) => best),
    [true, true, false],
  );
});

Deno.test("fit() refuses an epoch with fewer batches than it has steps, and leaks nothing", async () => {
  await assertNoLeak(async () => {
    const task = lineTask();
    const few = { ...task, batches: () => [...task.batches(1)].slice(0, 3) };
    await assert.rejects(follow(few), {
      name: "RangeError",
      message: /must have batches for 5 steps; found batches for 3 in epoch 1$/,
    });
    disposeTree(task.params);
  });
});
