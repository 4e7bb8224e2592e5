import assert from "node:assert/strict";
import type { EpochEvent } from "bertbook/training/fit.ts";
import type { ClassificationMetrics } from "bertbook/evaluation/metrics.ts";
import type { StepEvent } from "bertbook/training/train_epoch.ts";
import { trainingProgress } from "../../notebooks/support/training_progress.ts";

const step = (step: number): StepEvent => ({
  kind: "step",
  step,
  totalSteps: 2,
  epoch: step,
  loss: 0.5,
  gradientNorm: 1,
  learningRate: 1e-4,
  seconds: 0.1,
});
const epoch = (
  epoch: number,
  best: boolean,
): EpochEvent<ClassificationMetrics> => ({
  kind: "epoch",
  epoch,
  trainingLoss: 0.5,
  validationLoss: 0.25,
  validationAccuracy: 0.9,
  validationMcc: 0.8,
  trainingSeconds: 1,
  validationSeconds: 1,
  best,
  stopsEarly: false,
  warning: undefined,
});

Deno.test("trainingProgress() says at the end of which epoch the model is the best", async () => {
  let shown = "";
  const bar = trainingProgress(2, {
    broadcast: (_, content) => {
      shown = String((content["data"] as Record<string, string>)["text/plain"]);
      return Promise.resolve();
    },
  });
  for (const event of [step(1), epoch(1, true), step(2), epoch(2, false)]) {
    await bar.update(event);
  }
  await bar.finish();
  const lines = shown.split("\n").slice(0, 3);
  const numbers = "Training loss 0.5000. Validation loss 0.2500. " +
    "Validation accuracy 0.9000.";
  assert.deepEqual(lines, [
    "Training",
    `Epoch 1 ends. ${numbers} New best model.`,
    `Epoch 2 ends. ${numbers}`,
  ]);
});
