import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { batchTensors } from "bertbook/batches/batch_tensors.ts";
import { classificationLoss } from "bertbook/training/tasks/sequence_classification.ts";
import { fineTune, type FineTuneOptions } from "bertbook/training/fine_tune.ts";
import { type Batch, batchesOf } from "bertbook/batches/batches.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { multipliesBfloat16 } from "bertbook/engine/precision.ts";
import { instructionSets } from "bertbook/engine/processor.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import {
  applyGradientSums,
  initGradientSums,
  makeAccumulate,
} from "bertbook/training/train_step.ts";
import { ADAMW_DEFAULTS, adamWRates } from "bertbook/training/adamw.ts";
import type { StepEvent } from "bertbook/training/train_epoch.ts";
import {
  assertNoLeak,
  assertRelative,
  type ClassifierPlan,
  copyTask,
  disposeTrainState,
  newModel,
  newTrainState,
  planOf,
  TOY_WITHOUT_DROPOUT,
  train,
  valuesOf,
} from "./_support.ts";

await startEngine({ engine: "tensorflow" });

const PLAN = planOf({ config: TOY_WITHOUT_DROPOUT });
const EXAMPLES = copyTask(22, 3); // 8 + 8 + 6, in parts of 3 + 3 + 2 …
const START = { epoch: 1, stepsDone: 0 };

/** Batches of eight in one piece, or as smaller ones of several lengths and sizes. */
function batches(inParts: boolean, from = 0): Batch[] {
  const groups = inParts ? [3, 3, 2, 3, 3, 2, 3, 2, 1] : [8, 8, 6];
  let start = 0;
  return groups.map((size) => {
    const part = EXAMPLES.slice(start, start += size);
    return [...batchesOf(part, { batchSize: size, length: "longest" })][0]!;
  }).slice(from);
}

/** Trains a new toy and returns its steps and its last numbers. */
async function follow(
  given: readonly Batch[],
  plan: ClassifierPlan,
): Promise<{ steps: StepEvent[]; values: number[] }> {
  const state = newTrainState();
  const steps: StepEvent[] = [];
  for await (const step of train(state, given, START, plan)) steps.push(step);
  const values = valuesOf(state);
  disposeTrainState(state);
  return { steps, values };
}

const lossesOf = (steps: readonly StepEvent[]): number[] =>
  steps.map(({ loss }) => loss);
const normsOf = (steps: readonly StepEvent[]): number[] =>
  steps.map(({ gradientNorm }) => gradientNorm);

function assertNear(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
): void {
  assert.equal(actual.length, expected.length);
  const worst = Math.max(...actual.map((x, i) => Math.abs(x - expected[i]!)));
  assert.ok(worst <= tolerance, `values differ by ${worst}`);
}

Deno.test("accumulated batches of several lengths and sizes make the steps of the whole batch", async () => {
  await assertNoLeak(async () => {
    const lengths = new Set(batches(true).map(({ length }) => length));
    assert.ok(lengths.size > 1, "batches must differ in length");
    const whole = await follow(batches(false), PLAN);
    const parts = await follow(batches(true), {
      ...PLAN,
      gradientAccumulationSteps: 3,
    });
    assert.deepEqual(parts.steps.map(({ step }) => step), [1, 2, 3]);
    assertRelative(lossesOf(parts.steps), lossesOf(whole.steps), 1e-6);
    assertRelative(normsOf(parts.steps), normsOf(whole.steps), 1e-5);
    assertNear(parts.values, whole.values, 1e-5);
  });
});

Deno.test("compiled accumulation equals that run operation by operation", async () => {
  const compiled = await follow(batches(true), {
    ...PLAN,
    gradientAccumulationSteps: 3,
  });
  const state = newTrainState();
  const { params } = state;
  const sums = initGradientSums(params);
  const gradientAccumulationSteps = makeAccumulate(classificationLoss);
  const losses: number[] = [];
  for (const step of [1, 2, 3]) {
    const parts = batches(true).slice(3 * step - 3, 3 * step);
    const total = parts.reduce((sum, { size }) => sum + size, 0);
    tf.tidy(() => {
      for (const part of parts) {
        const weight = tf.scalar(part.size / total);
        const control = { weight, seed: tf.tensor1d([42, 1], "int32") };
        const tensors = batchTensors(part, PLAN.config);
        gradientAccumulationSteps(
          { params, sums },
          tensors,
          control,
          PLAN.config,
        );
      }
      const rates = adamWRates(step, 1e-3, ADAMW_DEFAULTS);
      const { loss } = applyGradientSums(state, sums, rates, PLAN);
      losses.push(loss.dataSync()[0]!);
    });
  }
  assertRelative(lossesOf(compiled.steps), losses, 1e-5);
  assertNear(compiled.values, valuesOf(state), 1e-5);
  for (const [path, sum] of namedLeaves(sums)) {
    assert.ok(sum.dataSync().every((value) => value === 0), `${path} is not 0`);
  }
  disposeTree(sums);
  disposeTrainState(state);
});

Deno.test("an accumulated run is repeatable, and resumable at every step", async () => {
  const plan = planOf({ gradientAccumulationSteps: 3 }); // with dropout
  const whole = await follow(batches(true), plan);
  assert.deepEqual((await follow(batches(true), plan)).values, whole.values);
  const state = newTrainState();
  const rest = { ...START, stepsDone: 1 };
  for await (const _ of train(state, batches(true).slice(0, 3), START, plan));
  for await (const _ of train(state, batches(true, 3), rest, plan));
  assert.deepEqual(valuesOf(state), whole.values);
  disposeTrainState(state);
});

Deno.test("no two accumulated batches of a run share their dropout masks", async () => {
  const [batch] = batches(false);
  const losses = async (
    gradientAccumulationSteps: number,
  ): Promise<number[]> => {
    const schedule = { ...PLAN.schedule, learningRate: 1e-30 };
    const plan = planOf({ gradientAccumulationSteps, schedule }); // the weights stay
    const same = Array<Batch>(2 * gradientAccumulationSteps).fill(batch!);
    return lossesOf((await follow(same, plan)).steps);
  };
  const single = await losses(1), double = await losses(2);
  // The first batch has the masks of step 1, the second others.
  assert.notEqual(double[0], single[0]);
  assert.equal(new Set([...single, ...double]).size, 4);
  const mean = (single[0]! + single[1]!) / 2;
  assert.ok(Math.abs(double[0]! - mean) < 1e-6, `${double[0]} is not ${mean}`);
});

Deno.test("fault 58: no weight moves where one accumulated batch is not finite", async () => {
  const state = newTrainState();
  const given = batches(true).slice(0, 3);
  given[1]!.inputIds[1] = 63; // which no other batch has
  tf.tidy(() => {
    const { word } = state.params.bert.embeddings;
    const broken = word.bufferSync();
    broken.set(NaN, 63, 0);
    (word as tf.Variable).assign(broken.toTensor());
  });
  const before = valuesOf(state);
  const steps = train(state, given, START, {
    ...PLAN,
    gradientAccumulationSteps: 3,
  });
  await assert.rejects(steps.next(), {
    name: "TrainingDivergedError",
    message: /found loss NaN.*examples 0, 1, 2, 0, 1, 2, 0, 1\)/,
  });
  assert.deepEqual(valuesOf(state), before);
  disposeTrainState(state);
});

Deno.test({
  name: "accumulation in bfloat16 has the losses of float32, but for 1 %",
  ignore: multipliesBfloat16(instructionSets()) === false,
  fn: async () => {
    const plan = { ...PLAN, gradientAccumulationSteps: 3 };
    const exact = await follow(batches(true), plan);
    const rough = await follow(batches(true), {
      ...plan,
      precision: "bfloat16",
    });
    assertRelative(lossesOf(rough.steps), lossesOf(exact.steps), 1e-2);
  },
});

for (const freeze of [[], ["embeddings", 0]] as const) {
  Deno.test(`fineTune() with accumulation equals fineTune() without, with ${freeze.length} frozen parts`, async () => {
    await assertNoLeak(async () => {
      const data = { train: EXAMPLES, validation: copyTask(8, 2) };
      const run = async (how: Partial<FineTuneOptions>) => {
        const model = newModel({ config: TOY_WITHOUT_DROPOUT });
        const options = { epochs: 2, batchSize: 8, learningRate: 1e-3, freeze };
        const all = { ...options, seed: 42, ...how };
        const steps: StepEvent[] = [];
        for await (const event of fineTune(model, data, all)) {
          if (event.kind === "step") steps.push(event);
        }
        const values = namedLeaves(model.params)
          .flatMap(([, leaf]) => [...leaf.dataSync()]);
        disposeTree(model.params);
        return { steps, values };
      };
      const whole = await run({});
      const parts = await run({ batchSize: 4, gradientAccumulationSteps: 2 });
      assert.deepEqual(
        parts.steps.map(({ step, totalSteps }) => [step, totalSteps]),
        [[1, 6], [2, 6], [3, 6], [4, 6], [5, 6], [6, 6]],
      );
      assertRelative(lossesOf(parts.steps), lossesOf(whole.steps), 1e-5);
      assertNear(parts.values, whole.values, 2e-5);
    });
  });
}
