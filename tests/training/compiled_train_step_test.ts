import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { batchTensors } from "bertbook/batches/batch_tensors.ts";
import { classificationStep } from "bertbook/training/tasks/sequence_classification.ts";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import { ADAMW_DEFAULTS, adamWRates } from "bertbook/training/adamw.ts";
import type { StepSettings } from "bertbook/training/train_step.ts";
import { assertGoldenSteps } from "./_golden.ts";
import {
  assertRelative,
  disposeTrainState,
  formulaBatch,
  newTrainState,
  TOY,
  TOY_WITHOUT_DROPOUT,
  trainingStep,
  valuesOf,
} from "./_support.ts";

await startEngine({ engine: "tensorflow" });

const SETTINGS: StepSettings<BertConfig> = {
  config: TOY,
  adamW: ADAMW_DEFAULTS,
  maxGradNorm: 1,
};
const SIZES = { batchSize: 3, length: 8, vocabSize: 64 };

/** Losses and the last weights and moments of a short training. */
function follow(
  step: typeof trainingStep,
  settings: StepSettings<BertConfig>,
  numSteps: number,
  sizes = SIZES,
): { losses: number[]; values: number[] } {
  const state = newTrainState(3);
  const losses = Array.from({ length: numSteps }, (_, i) => {
    using batch = batchTensors(formulaBatch(i + 1, sizes), TOY);
    const { input, labels } = batch;
    const rates = adamWRates(i + 1, 1e-3, ADAMW_DEFAULTS);
    const seed = tf.tensor1d([42, i + 1], "int32");
    const outcome = step(state, { input, labels }, { rates, seed }, settings);
    const [loss] = outcome.loss.dataSync();
    tf.dispose([rates, seed, outcome]);
    return loss!;
  });
  const values = valuesOf(state);
  disposeTrainState(state);
  return { losses, values };
}

Deno.test("a compiled step takes the steps of the plain one", () => {
  const compiled = compile(trainingStep);
  const settings = { ...SETTINGS, config: TOY_WITHOUT_DROPOUT };
  const graph = follow(compiled, settings, 20);
  const eager = follow(trainingStep, settings, 20);
  assert.equal(compiled.runs, "graph");
  assertRelative(graph.losses, eager.losses, 1e-5);
  assert.notEqual(graph.losses[0], graph.losses[19]);
  compiled.dispose();
});

Deno.test("twenty compiled steps equal PyTorch's", async () => {
  await assertGoldenSteps();
  assert.equal(classificationStep.float32.runs, "graph");
  assert.equal(classificationStep.float32.signatures.length, 1);
});

Deno.test("a compiled step with dropout gives the same bits twice, and the plain step's losses", () => {
  const compiled = compile(trainingStep);
  const first = follow(compiled, SETTINGS, 20);
  assert.deepEqual(follow(compiled, SETTINGS, 20), first);
  assertRelative(
    first.losses,
    follow(trainingStep, SETTINGS, 20).losses,
    1e-4,
  );
  compiled.dispose();
});

Deno.test("a compiled step that is large enough to be fused takes the same steps", () => {
  const compiled = compile(trainingStep);
  const large = { ...SIZES, batchSize: 300, length: 16 };
  const first = follow(compiled, SETTINGS, 5, large);
  const { operations } = compiled.signatures[0]!;
  assert.ok(operations.get("PartitionedCall")! > 20);
  assert.deepEqual(follow(compiled, SETTINGS, 5, large), first);
  const eager = follow(trainingStep, SETTINGS, 5, large);
  assertRelative(first.losses, eager.losses, 1e-5);
  compiled.dispose();
});

Deno.test("fault 58: a compiled step moves nothing where the loss is not a number", () => {
  const compiled = compile(trainingStep);
  const state = newTrainState(3);
  const bias = state.params.classifier.bias as tf.Variable<tf.Rank.R1>;
  tf.tidy(() => bias.assign(tf.tensor1d([NaN, 0, 0])));
  const before = valuesOf(state);
  tf.tidy(() => {
    using batch = batchTensors(formulaBatch(1, SIZES), TOY);
    const { input, labels } = batch;
    const rates = adamWRates(1, 1e-3, ADAMW_DEFAULTS);
    const seed = tf.tensor1d([42, 1], "int32");
    const control = { rates, seed };
    const { loss } = compiled(state, { input, labels }, control, SETTINGS);
    assert.ok(Number.isNaN(loss.dataSync()[0]));
  });
  assert.deepEqual(valuesOf(state), before);
  disposeTrainState(state);
  compiled.dispose();
});
