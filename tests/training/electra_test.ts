import * as tf from "@tensorflow/tfjs";
import { ADAMW_DEFAULTS } from "bertbook/training/adamw.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import golden from "../golden/electra_formula.json" with { type: "json" };
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

await tf.setBackend("cpu");

Deno.test("ten steps of ELECTRA have the losses of Python's ElectraForSequenceClassification", async () => {
  const config: BertConfig = {
    ...TOY_WITHOUT_DROPOUT,
    modelType: "electra",
    embeddingSize: 8,
    hasPooler: false,
  };
  const { batchSize, length, learningRate, losses } = golden.training;
  const state = trainStateOf(formulaParams(config));
  const plan = planOf({
    config,
    schedule: constantRate(learningRate),
    adamW: { ...ADAMW_DEFAULTS, weightDecay: 0 },
  });
  const sizes = { batchSize, length, vocabSize: config.vocabSize };
  const batches = losses.map((_, i) => formulaBatch(i + 1, sizes));
  const found: number[] = [];
  for await (
    const { loss } of train(state, batches, { epoch: 1, stepsDone: 0 }, plan)
  ) found.push(loss);
  assertRelative(found, losses, 1e-4);
  disposeTrainState(state);
});
