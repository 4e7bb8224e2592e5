import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { type Batch, batchesOf } from "bertbook/batches/batches.ts";
import { randomOrder } from "bertbook/batches/sampler.ts";
import { TrainingDivergedError } from "bertbook/training/train_epoch.ts";
import type { StepEvent } from "bertbook/training/train_epoch.ts";
import {
  assertNoLeak,
  assertRelative,
  type ClassifierPlan,
  type ClassifierTrainState,
  constantRate,
  copyTask,
  disposeTrainState,
  newTrainState,
  planOf,
  TOY_WITHOUT_DROPOUT,
  train,
  valuesOf,
} from "./_support.ts";

await tf.setBackend("cpu");

const EXAMPLES = copyTask(64, 1);

function batchesIn(epoch: number, batchSize = 8): Generator<Batch> {
  const order = randomOrder(EXAMPLES.length, { seed: 1, epoch });
  return batchesOf(EXAMPLES, { batchSize, order });
}

/** Trains for whole epochs and returns every step. */
async function trainEpochs(
  state: ClassifierTrainState,
  epochs: number,
  plan: ClassifierPlan,
): Promise<StepEvent[]> {
  const steps: StepEvent[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const position = { epoch, stepsDone: steps.length };
    for await (const step of train(state, batchesIn(epoch), position, plan)) {
      steps.push(step);
    }
  }
  return steps;
}

Deno.test("train() learns a task whose answer stands in the input", async () => {
  const state = newTrainState();
  const plan = planOf({
    config: TOY_WITHOUT_DROPOUT,
    schedule: constantRate(1e-2),
  });
  const losses = (await trainEpochs(state, 12, plan)).map(({ loss }) => loss);
  assert.ok(Math.abs(losses[0]! - Math.LN2) < 0.05, `first loss ${losses[0]}`);
  const last = losses.slice(-8);
  assert.ok(Math.max(...last) < 0.05, `last losses ${last}`);
  disposeTrainState(state);
});

Deno.test("train() reports steps from 1, across epochs, with their rates", async () => {
  const state = newTrainState();
  const schedule = {
    name: "linear" as const,
    learningRate: 1,
    warmupSteps: 0,
    totalSteps: 16,
  };
  const steps = await trainEpochs(state, 2, planOf({ schedule }));
  assert.deepEqual(
    steps.map(({ step }) => step),
    Array.from({ length: 16 }, (_, i) => i + 1),
  );
  assert.deepEqual(steps.map(({ epoch }) => epoch === 1), [
    ...Array(8).fill(true),
    ...Array(8).fill(false),
  ]);
  assert.equal(steps[0]!.learningRate, 1);
  assert.equal(steps[12]!.learningRate, 0.25);
  assert.ok(steps.every(({ totalSteps }) => totalSteps === 16));
  assert.ok(steps.every(({ seconds }) => seconds > 0 && seconds < 10));
  disposeTrainState(state);
});

Deno.test("fault 62: train() with one seed gives the same bits twice, and others with another", async () => {
  const runs = [];
  for (const seed of [42, 42, 43]) {
    const state = newTrainState();
    const steps = await trainEpochs(state, 1, planOf({ seed }));
    const losses = steps.map(({ loss }) => loss);
    runs.push({ losses, values: valuesOf(state) });
    disposeTrainState(state);
  }
  assert.deepEqual(runs[0], runs[1]);
  assert.notDeepEqual(runs[0]!.losses, runs[2]!.losses);
  assert.notDeepEqual(runs[0]!.values, runs[2]!.values);
});

Deno.test("train() draws new dropout masks at each step", async () => {
  const state = newTrainState();
  const [batch] = batchesIn(1);
  const plan = planOf({ schedule: constantRate(1e-30) }); // the weights stay
  const losses = new Set<number>();
  const position = { epoch: 1, stepsDone: 0 };
  for await (
    const { loss } of train(state, [batch!, batch!, batch!], position, plan)
  ) losses.add(loss);
  assert.equal(losses.size, 3);
  disposeTrainState(state);
});

Deno.test("fault 60: train() keeps the number of tensors constant over 200 steps", async () => {
  const state = newTrainState();
  const counts = new Set<number>();
  for (let epoch = 1; epoch <= 7; epoch++) {
    const position = { epoch, stepsDone: (epoch - 1) * 32 };
    for await (
      const _ of train(state, batchesIn(epoch, 2), position, planOf())
    ) {
      counts.add(tf.memory().numTensors);
    }
  }
  assert.equal(counts.size, 1, `tensor counts ${[...counts]}`);
  disposeTrainState(state);
});

Deno.test("train() frees every tensor on an early break", async () => {
  await assertNoLeak(async () => {
    const state = newTrainState();
    let taken = 0;
    const steps = train(
      state,
      batchesIn(1),
      { epoch: 1, stepsDone: 0 },
      planOf(),
    );
    for await (const { step } of steps) {
      taken = step;
      if (step === 3) break;
    }
    assert.equal(taken, 3);
    disposeTrainState(state);
  });
});

Deno.test("fault 58: train() stops before the weights move where the loss is not finite", async () => {
  await assertNoLeak(async () => {
    const state = newTrainState();
    const steps = train(
      state,
      batchesIn(1),
      { epoch: 2, stepsDone: 10 },
      planOf(),
    );
    await steps.next();
    tf.tidy(() => {
      const { word } = state.params.bert.embeddings;
      (word as tf.Variable).assign(word.mul(NaN));
    });
    const before = valuesOf(state);
    await assert.rejects(steps.next(), (error) => {
      assert.ok(
        error instanceof TrainingDivergedError && error instanceof RangeError,
      );
      assert.match(
        error.message,
        /found loss NaN, gradient norm NaN at step 12 /,
      );
      assert.match(error.message, /This step has changed no weight; /);
      const second = randomOrder(64, { seed: 1, epoch: 1 }).slice(8, 16);
      assert.deepEqual(error.divergence.indices, second);
      return true;
    });
    assert.deepEqual(valuesOf(state), before);
    disposeTrainState(state);
  });
});

Deno.test("fault 15: train() ends between two steps once its signal is aborted", async () => {
  await assertNoLeak(async () => {
    const state = newTrainState();
    const controller = new AbortController();
    const { signal } = controller;
    const plan = planOf({ signal });
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      const position = { epoch: 1, stepsDone: 0 };
      for await (
        const { step } of train(state, batchesIn(1), position, plan)
      ) {
        seen.push(step);
        // A timer, as a button of a page would be: it must get its turn.
        if (step === 2) setTimeout(() => controller.abort(), 0);
      }
    };
    await assert.rejects(run(), { name: "AbortError" });
    assert.ok(seen.length >= 2 && seen.length <= 4, `took steps ${seen}`);
    disposeTrainState(state);
  });
});

Deno.test("train() refuses a batch that the model has no embedding for", async () => {
  const state = newTrainState();
  const [batch] = batchesIn(1);
  batch!.inputIds[3] = 64;
  const steps = train(state, [batch!], { epoch: 1, stepsDone: 0 }, planOf());
  await assert.rejects(steps.next(), {
    name: "RangeError",
    message: /found 64/,
  });
  disposeTrainState(state);
});

Deno.test("train() takes the steps of whole batches by accumulation, also without graphs", async () => {
  await assertNoLeak(async () => {
    const config = TOY_WITHOUT_DROPOUT;
    const lossesOf = async (
      batchSize: number,
      gradientAccumulationSteps: number,
    ) => {
      const state = newTrainState();
      const plan = planOf({ config, gradientAccumulationSteps });
      const losses: number[] = [];
      for await (
        const { loss } of train(state, batchesIn(1, batchSize), {
          epoch: 1,
          stepsDone: 0,
        }, plan)
      ) losses.push(loss);
      disposeTrainState(state);
      return losses;
    };
    assertRelative(await lossesOf(4, 2), await lossesOf(8, 1), 1e-5);
  });
});
