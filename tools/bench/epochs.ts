/**
 * Bertbook as a worker of `race` and `sweep`: fine-tunes the default model on CoLA, an
 * epoch whenever it is asked for one.
 *
 *     epochs.ts <EpochsWorkload as JSON>
 *
 * @module
 */

import { join } from "node:path";
import type { EncodedExample } from "../../lib/batches/batches.ts";
import { writeSynced } from "../../lib/checkpoint/atomic_write.ts";
import { checkpointsIn } from "../../lib/checkpoint/training_runs.ts";
import { runFunctionsEagerly } from "../../lib/engine/compile.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import { predict } from "../../lib/inference/predict.ts";
import {
  fineTune,
  type FineTuneOptions,
} from "../../lib/training/fine_tune.ts";
import { colaModel, colaTask, type EpochAnswer } from "./cola.ts";
import { answerRequests, peakMegabytes } from "./worker_process.ts";

/** One training. */
export type EpochsWorkload = {
  readonly options: FineTuneOptions;
  readonly threads: number;
  /** Training sentences at most; null for all, as JSON has no infinity. */
  readonly sentences: number | null;
  /** Dropout of all layers; default that of the model. */
  readonly dropout?: number;
  /** Whether operations run one by one instead of compiled. */
  readonly isEager?: boolean;
  /** Where to keep checkpoints and answers, so that the training continues; or nowhere. */
  readonly folder?: string;
};

// Ctrl-C reaches every process of a terminal; whoever started this one ends it.
Deno.addSignalListener("SIGINT", () => {});
const workload = JSON.parse(Deno.args[0]!) as EpochsWorkload;
const { threads, sentences, dropout, isEager = false, folder } = workload;
const options = {
  ...workload.options,
  ...folder !== undefined && { checkpoints: checkpointsIn(folder) },
};
const { seed, batchSize, precision = "float32" } = options;
await startEngine({
  threads,
  // Operations that are called one by one have all threads to themselves.
  ...(isEager ? { interOpThreads: 1 } : {}),
});
runFunctionsEagerly(isEager);
const model = await colaModel({ seed, dropout });
const task = await colaTask(model.tokenizer, {
  seed,
  sentences: sentences ?? Infinity,
});

/** Yields after each epoch, with the predictions of its weights. */
async function* epochs(): AsyncGenerator<EpochAnswer, void> {
  const classesOf = async (
    examples: readonly EncodedExample[],
  ): Promise<number[]> =>
    (await predict(model, examples, { batchSize, precision })).predictions;
  let start = performance.now();
  let losses: number[] = [];
  let secondsBefore = 0; // of the steps that an earlier process took
  for await (const event of fineTune(model, task, options)) {
    if (event.kind === "step") {
      losses.push(event.loss);
      if (event.replayed) secondsBefore += event.seconds;
      continue;
    }
    if (event.kind !== "epoch") continue;
    const file = join(folder ?? "", `epoch-${event.epoch}.json`);
    if (event.replayed) {
      yield JSON.parse(await Deno.readTextFile(file)) as EpochAnswer;
      losses = [];
      secondsBefore = 0;
      continue;
    }
    const { validationSeconds, validationLoss, validationAccuracy } = event;
    const seconds = secondsBefore + (performance.now() - start) / 1000;
    const answer: EpochAnswer = {
      losses,
      trainingSeconds: seconds - validationSeconds,
      validationSeconds,
      validationLoss,
      validationAccuracy,
      predictions: {
        validation: await classesOf(task.validation),
        inDomain: await classesOf(task.inDomain),
        outOfDomain: await classesOf(task.outOfDomain),
      },
      peakMb: peakMegabytes(),
    };
    // Written before the checkpoint that the epoch ends with.
    if (folder !== undefined) {
      await writeSynced(file, [
        new TextEncoder().encode(JSON.stringify(answer)),
      ]);
    }
    yield answer;
    start = performance.now();
    losses = [];
    secondsBefore = 0;
  }
}

const answers = epochs();
await answerRequests({}, async () => (await answers.next()).value);
