import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { batchTensors } from "bertbook/batches/batch_tensors.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import { ADAMW_DEFAULTS, adamWRates } from "bertbook/training/adamw.ts";
import type { StepSettings } from "bertbook/training/train_step.ts";
import { assertGoldenSteps } from "./_golden.ts";
import {
  disposeTrainState,
  formulaBatch,
  newTrainState,
  TOY,
  trainingStep,
  valuesOf,
} from "./_support.ts";

await tf.setBackend("cpu");

Deno.test("twenty training steps equal PyTorch's", async () => {
  await assertGoldenSteps();
});

/** One step on a formula batch, with chance or without. */
function takeStep(
  state: ReturnType<typeof newTrainState>,
  how: { seed: [number, number]; settings?: Partial<StepSettings<BertConfig>> },
): { loss: number; gradientNorm: number } {
  const settings = {
    config: TOY,
    adamW: ADAMW_DEFAULTS,
    maxGradNorm: 1,
    ...how.settings,
  };
  const sizes = { batchSize: 3, length: 8, vocabSize: 64 };
  using batch = batchTensors({
    ...formulaBatch(1, sizes),
    labels: Int32Array.of(0, 1, 1),
  }, TOY);
  return tf.tidy(() => {
    const rates = adamWRates(1, 1e-2, ADAMW_DEFAULTS);
    const seed = tf.tensor1d(how.seed, "int32");
    const outcome = trainingStep(state, batch, { rates, seed }, settings);
    return {
      loss: outcome.loss.dataSync()[0]!,
      gradientNorm: outcome.gradientNorm.dataSync()[0]!,
    };
  });
}

Deno.test("trainingStep() draws its dropout from the seed and the step alone", () => {
  const results = ([[1, 1], [1, 1], [1, 2], [2, 1]] as [number, number][])
    .map((seed) => {
      const state = newTrainState();
      const { loss } = takeStep(state, { seed });
      const values = valuesOf(state);
      disposeTrainState(state);
      return { loss, values };
    });
  const [first, again, otherStep, otherSeed] = results;
  assert.deepEqual(first, again);
  assert.notEqual(first!.loss, otherStep!.loss);
  assert.notEqual(first!.loss, otherSeed!.loss);
});

Deno.test("trainingStep() clips: the moments hold a gradient of the greatest length", () => {
  const state = newTrainState();
  const settings = { maxGradNorm: 1e-3 };
  const { gradientNorm } = takeStep(state, { seed: [1, 1], settings });
  assert.ok(gradientNorm > 0.01, `the norm before clipping is ${gradientNorm}`);
  // m = (1 − β₁) g after the first step
  const moments = Object.values(state.optimizerState.m);
  const length = Math.hypot(...moments.flatMap((m) => [...m.dataSync()])) / 0.1;
  assert.ok(Math.abs(length / 1e-3 - 1) < 1e-3, `clipped to ${length}`);
  disposeTrainState(state);
});

Deno.test("fault 58: trainingStep() moves nothing where the loss is not a number", () => {
  const state = newTrainState();
  tf.tidy(() => {
    const { bias } = state.params.classifier;
    (bias as tf.Variable).assign(tf.tensor1d([NaN, 0]));
  });
  const before = valuesOf(state);
  const { loss } = takeStep(state, { seed: [1, 1] });
  assert.ok(Number.isNaN(loss));
  assert.deepEqual(valuesOf(state), before);
  disposeTrainState(state);
});

Deno.test("fault 58: trainingStep() moves nothing where only the loss overflows", () => {
  const state = newTrainState();
  tf.tidy(() => {
    const { bias } = state.params.classifier;
    (bias as tf.Variable).assign(tf.tensor1d([3e38, -3e38]));
  });
  const before = valuesOf(state);
  const { loss, gradientNorm } = takeStep(state, { seed: [1, 1] });
  assert.ok(!Number.isFinite(loss), `loss ${loss}`);
  assert.ok(Number.isFinite(gradientNorm));
  assert.deepEqual(valuesOf(state), before);
  disposeTrainState(state);
});

Deno.test("fault 58: trainingStep() moves nothing where only a gradient overflows", () => {
  const state = newTrainState();
  // The pooled state is 0, so the logits are; but the pooler's gradient is about
  // kernel · hidden state, 1e28 · 1e12.
  tf.tidy(() => {
    const { kernel } = state.params.classifier;
    (kernel as tf.Variable).assign(kernel.mul(1e30));
    const { kernel: pooler } = state.params.bert.pooler!;
    (pooler as tf.Variable).assign(tf.zerosLike(pooler));
    const { weight } = state.params.bert.layers[1]!.outputNorm;
    (weight as tf.Variable).assign(weight.mul(1e12));
  });
  const before = valuesOf(state);
  const { loss, gradientNorm } = takeStep(state, { seed: [1, 1] });
  assert.ok(Math.abs(loss - Math.LN2) < 1e-6, `loss ${loss}`);
  assert.equal(gradientNorm, Infinity);
  assert.deepEqual(valuesOf(state), before);
  disposeTrainState(state);
});

Deno.test("trainingStep() trains the variables and leaves constants where they are", () => {
  const state = newTrainState();
  const { bert } = state.params;
  const frozen = tf.tidy(() => bert.embeddings.word.clone());
  bert.embeddings.word.dispose();
  bert.embeddings.word = frozen;
  const before = frozen.arraySync();
  const pooler = bert.pooler!.kernel.arraySync();
  takeStep(state, { seed: [1, 1] });
  assert.deepEqual(frozen.arraySync(), before);
  assert.notDeepEqual(bert.pooler!.kernel.arraySync(), pooler);
  disposeTree(state.optimizerState);
  disposeTree(state.params);
});
