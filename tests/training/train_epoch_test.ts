import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { ADAMW_DEFAULTS, initOptimizerState } from "bertbook/training/adamw.ts";
import {
  compileTrainStep,
  type TrainState,
} from "bertbook/training/train_step.ts";
import { type StepTask, trainEpoch } from "bertbook/training/train_epoch.ts";
import { assertNoLeak, constantRate } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

type Line = { slope: tf.Tensor };
type Points = { x: tf.Tensor; y: tf.Tensor };
type PlainPoints = { x: number[]; y: number[]; indices: number[] };

const LINE_STEP = compileTrainStep(
  ({ slope }: Line, { x, y }: Points, { power }: { power: number }) =>
    x.mul(slope).sub(y).abs().pow(power).mean<tf.Scalar>(),
  "a step along a line",
);

const START = { epoch: 1, stepsDone: 0 };
const PLAN = {
  adamW: ADAMW_DEFAULTS,
  maxGradNorm: Infinity,
  schedule: constantRate(0.1),
  precision: "float32",
  seed: 1,
} as const;
const BATCH: PlainPoints = { x: [1, 2], y: [3, 6], indices: [0, 1] };

/** Finds the slope of a line through the origin. */
function lineTask<P extends Line>(
  params: P,
):
  & { state: TrainState<P> }
  & StepTask<
    P,
    PlainPoints,
    Points,
    { power: number }
  > {
  return {
    state: { params, optimizerState: initOptimizerState(params) },
    trainStep: LINE_STEP,
    config: { power: 2 },
    tensorsOf: ({ x, y }: PlainPoints) => {
      const points = { x: tf.tensor1d(x), y: tf.tensor1d(y) };
      return { ...points, [Symbol.dispose]: () => tf.dispose(points) };
    },
  };
}

Deno.test("trainEpoch() lowers any loss of any model", async () => {
  await assertNoLeak(async () => {
    const task = lineTask({ slope: tf.tidy(() => tf.variable(tf.scalar(0))) });
    const losses: number[] = [];
    const batches = Array<PlainPoints>(100).fill(BATCH);
    for await (
      const { loss } of trainEpoch(task, task.state, batches, START, PLAN)
    ) {
      losses.push(loss);
    }
    assert.equal(losses[0], (3 ** 2 + 6 ** 2) / 2);
    assert.ok(losses.at(-1)! < 1e-2, `last loss ${losses.at(-1)}`);
    assert.equal(LINE_STEP.float32.signatures.length, 1);
    disposeTree(task.state);
  });
});

Deno.test("trainEpoch() leaves what the loss does not depend on alone, decay included", async () => {
  for (const gradientAccumulationSteps of [1, 2]) {
    const params = tf.tidy(() => ({
      slope: tf.variable(tf.scalar(1)),
      kernel: tf.variable(tf.scalar(1)),
    }));
    const task = lineTask<Line>(params);
    const plan = { ...PLAN, gradientAccumulationSteps };
    for await (
      const _ of trainEpoch(task, task.state, [BATCH, BATCH], START, plan)
    );
    assert.notEqual(params.slope.dataSync()[0], 1);
    assert.equal(params.kernel.dataSync()[0], 1);
    disposeTree(task.state);
  }
});

Deno.test("trainEpoch() has a loss of 0 where nothing counts", async () => {
  for (const gradientAccumulationSteps of [1, 2]) {
    const task = {
      ...lineTask({ slope: tf.tidy(() => tf.variable(tf.scalar(1))) }),
      weightOf: () => 0,
    };
    const plan = { ...PLAN, gradientAccumulationSteps };
    for await (
      const { loss, gradientNorm } of trainEpoch(
        task,
        task.state,
        [BATCH],
        START,
        plan,
      )
    ) {
      assert.deepEqual([loss, gradientNorm], [0, 0]);
    }
    // Only the decay moves it, by the rate times 0.01.
    const [slope] = task.state.params.slope.dataSync();
    assert.equal(slope, Math.fround(0.999));
    disposeTree(task.state);
  }
});

Deno.test("trainEpoch() weighs accumulated batches as the task says", async () => {
  const task = {
    ...lineTask({ slope: tf.tidy(() => tf.variable(tf.scalar(0))) }),
    weightOf: ({ indices }: PlainPoints) => indices[0]!,
  };
  const batches = [{ x: [1], y: [2], indices: [3] }, {
    x: [1],
    y: [4],
    indices: [1],
  }];
  const plan = { ...PLAN, gradientAccumulationSteps: 2 };
  for await (
    const { loss } of trainEpoch(task, task.state, batches, START, plan)
  ) {
    assert.equal(loss, (3 * 2 ** 2 + 4 ** 2) / 4);
  }
  disposeTree(task.state);
});

Deno.test("what is left over at an epoch's end is not fused, a whole batch of that size is", async () => {
  const step = compileTrainStep(
    ({ slope }: Line, { x, y }: Points) =>
      x.mul(slope.mean()).sub(y).square().mean<tf.Scalar>(),
    "a step of many weights",
  );
  const slope = tf.tidy(() => tf.variable(tf.zeros([1 << 17])));
  const task = { ...lineTask({ slope }), trainStep: step };
  const one: PlainPoints = { x: [1], y: [3], indices: [2] };
  /** After an epoch of these batches: signatures, and how many of them are fused. */
  const traced = async (...batches: PlainPoints[]): Promise<number[]> => {
    for await (const _ of trainEpoch(task, task.state, batches, START, PLAN));
    const { signatures } = step.float32;
    const fused = signatures
      .filter(({ operations }) => operations.has("StatefulPartitionedCall"));
    return [signatures.length, fused.length];
  };
  assert.deepEqual(await traced(BATCH, one), [2, 1]);
  assert.deepEqual(await traced(one), [3, 2]);
  assert.deepEqual(await traced(BATCH, one, one), [3, 2]);
  step.float32.dispose();
  disposeTree(task.state);
});
