/**
 * One training of `deno task sweep`, in a process of its own: trains an epoch
 * whenever it is asked to.
 *
 *     worker.ts <run as JSON> <sentences> <threads>
 *
 * @module
 */

import type { EncodedExample } from "../../lib/batches/batches.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import { matthewsCorrelation } from "../../lib/evaluation/metrics.ts";
import { LABELS } from "../../notebooks/support/fine_tuned.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import { colaTask } from "../trials/cola_task.ts";
import { type Judge, judgedEpochs, JUDGES } from "../trials/judged_epochs.ts";
import { answerRequests } from "../trials/worker_process.ts";
import type { SweepRun } from "./grid.ts";
import { SWEEP_RECIPE, type SweepEpoch } from "./store.ts";

// Ctrl-C reaches every process of a terminal; whoever started this one ends it.
Deno.addSignalListener("SIGINT", () => {});
const [run, sentences, threads] = Deno.args;
const { seed, ...chosen } = JSON.parse(run!) as SweepRun;
await startEngine({ threads: Number(threads) });
const model = await loadModel(await ensureModel(), {
  head: "sequence-classification",
  labels: LABELS,
  seed,
});
const task = await colaTask(model.tokenizer, {
  seed,
  sentences: Number(sentences),
});
const recipe = { ...SWEEP_RECIPE, seed, ...chosen };
const epochs = judgedEpochs(model, task, recipe);

await answerRequests({}, async (): Promise<SweepEpoch> => {
  const { value: epoch } = await epochs.next();
  const { end, trainingSeconds, classes } = epoch!;
  const labelsOf = (examples: readonly EncodedExample[]): number[] =>
    examples.map(({ label }) => label);
  const mcc = Object.fromEntries(
    JUDGES.map((judge) => [
      judge,
      matthewsCorrelation(classes[judge], labelsOf(task[judge])),
    ]),
  ) as Record<Judge, number>;
  const { trainingLoss, validationLoss, validationAccuracy } = end;
  return {
    ...{ trainingLoss, validationLoss, validationAccuracy },
    ...{ mcc, trainingSeconds },
  };
});
