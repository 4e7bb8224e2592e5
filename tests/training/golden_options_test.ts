import * as tf from "@tensorflow/tfjs";
import { layerwiseLrMultipliers } from "bertbook/training/parameter_groups.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import golden from "../golden/training_options.json" with { type: "json" };
import { formulaParams } from "./_golden.ts";
import {
  assertRelative,
  constantRate,
  disposeTrainState,
  formulaBatch,
  planOf,
  TOY_WITHOUT_DROPOUT,
  train,
  trainStateOf,
} from "./_support.ts";

await startEngine({ engine: "tensorflow" });

Deno.test("hidden layers, class weights, layer decay and accumulation together equal PyTorch's", async () => {
  const {
    batchSize,
    length,
    hiddenSizes,
    layerDecay: layerwiseLrDecay,
    classWeights,
  } = golden;
  const config: BertConfig = {
    ...TOY_WITHOUT_DROPOUT,
    classifier: { pooling: "pooler", hiddenSizes },
  };
  const state = trainStateOf(formulaParams(config));
  const plan = planOf({
    config,
    classWeights,
    lrMultipliers: layerwiseLrMultipliers(layerwiseLrDecay, config),
    gradientAccumulationSteps: 2,
    schedule: constantRate(golden.learningRate),
  });
  const sizes = { batchSize, length, vocabSize: config.vocabSize };
  const batches = Array.from(
    { length: 2 * golden.losses.length },
    (_, i) => formulaBatch(i + 1, sizes),
  );
  const losses: number[] = [], gradientNorms: number[] = [];
  const start = { epoch: 1, stepsDone: 0 };
  for await (const step of train(state, batches, start, plan)) {
    losses.push(step.loss);
    gradientNorms.push(step.gradientNorm);
  }
  assertRelative(losses, golden.losses, 1e-4);
  assertRelative(gradientNorms, golden.gradientNorms, 1e-3);
  const corner = (table: tf.Tensor): number[] =>
    tf.tidy(() => [...table.slice([0, 0], [2, 4]).dataSync()]);
  const { bert, hidden } = state.params;
  assertRelative(
    corner(bert.embeddings.position),
    golden.positions.flat(),
    1e-3,
  );
  tf.tidy(() => {
    const kernel = hidden![0]!.kernel.transpose(); // as PyTorch stores it
    assertRelative(corner(kernel), golden.hidden.flat(), 1e-3);
  });
  disposeTrainState(state);
});
