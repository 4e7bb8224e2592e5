/**
 * Bertbook as a worker of `race` and `sweep`: fine-tunes the default model on CoLA, an
 * epoch whenever it is asked for one.
 *
 *     epochs.ts <EpochsWorkload as JSON>
 *
 * @module
 */

import type { EncodedExample } from "../../lib/batches/batches.ts";
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
};

// Ctrl-C reaches every process of a terminal; whoever started this one ends it.
Deno.addSignalListener("SIGINT", () => {});
const workload = JSON.parse(Deno.args[0]!) as EpochsWorkload;
const { options, threads, sentences, dropout, isEager = false } = workload;
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
  for await (const event of fineTune(model, task, options)) {
    if (event.kind === "step") {
      losses.push(event.loss);
      continue;
    }
    if (event.kind !== "epoch") continue;
    const { validationSeconds, validationLoss, validationAccuracy } = event;
    const seconds = (performance.now() - start) / 1000;
    yield {
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
    start = performance.now();
    losses = [];
  }
}

const answers = epochs();
await answerRequests({}, async () => (await answers.next()).value);
