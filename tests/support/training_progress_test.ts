import assert from "node:assert/strict";
import type { EpochEvent, Metrics } from "bertbook/training/events.ts";
import type { ClassificationMetrics } from "bertbook/evaluation/metrics.ts";
import type { StepEvent } from "bertbook/training/train_epoch.ts";
import {
  epochTable,
  trainingProgress,
} from "../../notebooks/support/training_progress.ts";

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
  validationMacroF1: 0.9,
  trainingSeconds: 1,
  validationSeconds: 1,
  best,
  stopsEarly: false,
  warning: undefined,
});

/** What a display shows last, line by line. */
async function linesOf(
  events: readonly Parameters<
    ReturnType<typeof trainingProgress>["update"]
  >[0][],
  seconds = 0,
): Promise<string[]> {
  let shown = "", clock = 0;
  const bar = trainingProgress(2, {
    broadcast: (_, content) => {
      shown = String((content["data"] as Record<string, string>)["text/plain"]);
      return Promise.resolve();
    },
    now: () => clock,
  });
  for (const event of events) await bar.update(event);
  clock += seconds * 1000;
  await bar.finish();
  return shown.split("\n");
}

Deno.test("trainingProgress() says at the end of which epoch the model is the best", async () => {
  const numbers = "Training loss 0.5000. Validation loss 0.2500. " +
    "Validation accuracy 0.9000. Validation MCC 0.8000.";
  const events = [step(1), epoch(1, true), step(2), epoch(2, false)];
  assert.deepEqual(await linesOf(events, 3_725), [
    "Training",
    `Epoch 1 ends. ${numbers} New best model.`,
    `Epoch 2 ends. ${numbers}`,
    "Batch 2 of 2. Elapsed 01:02:05. Epoch 2. Loss 0.5000.",
    "Training complete! Total training took 1:02:05 (h:mm:ss).",
  ]);
});

Deno.test("trainingProgress() has its title, and one line of the last step", async () => {
  let shown = "";
  const bar = trainingProgress(40, {
    title: "After reading",
    broadcast: (_, content) => {
      shown = String((content["data"] as Record<string, string>)["text/plain"]);
      return Promise.resolve();
    },
    now: () => 0,
  });
  await bar.update({ ...step(40), epoch: 2 });
  await bar.finish();
  assert.deepEqual(shown.split("\n"), [
    "After reading",
    "Batch 40 of 40. Elapsed 00:00:00. Epoch 2. Loss 0.5000.",
    "Training complete! Total training took 0:00:00 (h:mm:ss).",
  ]);
});

Deno.test("trainingProgress() calls no training complete that was stopped", async () => {
  const lines = await linesOf([step(1)]);
  assert.match(lines.at(-1)!, /^Batch 1 of 2\. /);
});

Deno.test("trainingProgress() and epochTable() name the metrics of every task", async () => {
  const { validationAccuracy: _, validationMcc: __, ...rest } = epoch(1, true);
  const { validationMacroF1: ___, ...end } = rest;
  const scoresOf = async (metrics: EpochEvent<Metrics>) => {
    const [, line] = await linesOf([metrics]);
    const [row] = epochTable([metrics]);
    return [
      line!.slice(line!.indexOf(" Validation")),
      Object.keys(row!).filter((name) => name.startsWith("validation")).join(),
    ];
  };
  assert.deepEqual(
    await scoresOf({
      ...end,
      validationF1: 0.75,
      validationPrecision: 1,
      validationRecall: undefined,
    }),
    [
      " Validation loss 0.2500. Validation F1 0.7500. Validation precision 1.0000. " +
      "New best model.",
      "validation loss,validation F1,validation precision,validation time",
    ],
  );
  const { validationLoss, ...others } = end;
  assert.deepEqual(
    await scoresOf({
      ...others,
      validationExactMatch: 0.5,
      validationPearson: -0.5,
      validationLoss,
    }),
    [
      " Validation loss 0.2500. Validation exact match 0.5000. Validation Pearson " +
      "-0.5000. New best model.",
      "validation loss,validation exact match,validation Pearson,validation time",
    ],
  );
});

Deno.test("epochTable() has the statistics of each epoch", () => {
  assert.deepEqual(epochTable([epoch(3, true)]), [{
    epoch: 3,
    "training loss": "0.500",
    "validation loss": "0.250",
    "validation accuracy": "0.900",
    "validation MCC": "0.800",
    "training time": "1.0 s",
    "validation time": "1.0 s",
  }]);
});
