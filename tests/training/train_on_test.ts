import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { ADAMW_DEFAULTS, initSlots } from "bertbook/training/adamw.ts";
import { compileStep } from "bertbook/training/step.ts";
import { trainOn } from "bertbook/training/train.ts";
import { assertNoLeak, constantRate } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

type Line = { slope: tf.Tensor };
type Points = { x: tf.Tensor; y: tf.Tensor };
type PlainPoints = { x: number[]; y: number[]; indices: number[] };

const LINE_STEP = compileStep(
  ({ slope }: Line, { x, y }: Points, { power }: { power: number }) =>
    x.mul(slope).sub(y).abs().pow(power).mean<tf.Scalar>(),
  "a step along a line",
);

Deno.test("trainOn() lowers any loss of any model", async () => {
  await assertNoLeak(async () => {
    const params = { slope: tf.tidy(() => tf.variable(tf.scalar(0))) };
    const task = {
      learner: { params, slots: initSlots(params) },
      step: LINE_STEP,
      config: { power: 2 },
      tensorsOf: ({ x, y }: PlainPoints) => {
        const points = { x: tf.tensor1d(x), y: tf.tensor1d(y) };
        return { ...points, [Symbol.dispose]: () => tf.dispose(points) };
      },
    };
    const batch = { x: [1, 2], y: [3, 6], indices: [0, 1] };
    const plan = {
      adamW: { ...ADAMW_DEFAULTS, weightDecay: 0 },
      clipNorm: Infinity,
      schedule: constantRate(0.1),
      precision: "float32",
      seed: 1,
    } as const;
    const losses: number[] = [];
    const start = { epoch: 1, stepsDone: 0 };
    const batches = Array<PlainPoints>(100).fill(batch);
    for await (const { loss } of trainOn(task, batches, start, plan)) {
      losses.push(loss);
    }
    assert.equal(losses[0], (3 ** 2 + 6 ** 2) / 2);
    assert.ok(losses.at(-1)! < 1e-2, `last loss ${losses.at(-1)}`);
    assert.equal(LINE_STEP.float32.signatures.length, 1);
    disposeTree(task.learner);
  });
});
