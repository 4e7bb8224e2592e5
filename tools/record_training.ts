/** Training of a recorded run, and its scores. @module */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { EncodedExample } from "../lib/batches/batches.ts";
import { encodeExamples } from "../lib/batches/encode_examples.ts";
import { removeTree, writeSynced } from "../lib/checkpoint/atomic_write.ts";
import { ensureModel } from "../lib/checkpoint/catalogue.ts";
import { loadModel } from "../lib/checkpoint/pretrained.ts";
import { saveModel } from "../lib/checkpoint/save_model.ts";
import { checkpointsIn } from "../lib/checkpoint/training_runs.ts";
import type { Example } from "../lib/datasets/dataset.ts";
import { randomStream } from "../lib/engine/random/stream.ts";
import { disposeTree } from "../lib/engine/tensor_tree.ts";
import { bootstrapInterval } from "../lib/evaluation/bootstrap.ts";
import { confusionMatrix } from "../lib/evaluation/confusion.ts";
import {
  accuracy,
  type ClassificationMetrics,
  matthewsCorrelation,
} from "../lib/evaluation/metrics.ts";
import { classificationReport } from "../lib/evaluation/report.ts";
import { predict } from "../lib/inference/predict.ts";
import {
  evaluatePretraining,
  type PretrainingMetrics,
} from "../lib/training/evaluate_pretraining.ts";
import type { EpochEvent } from "../lib/training/events.ts";
import { fineTune } from "../lib/training/fine_tune.ts";
import { pretrain, type PretrainOptions } from "../lib/training/pretrain.ts";
import type {
  RecordedEpoch,
  RecordedMetric,
  RecordedReading,
  RecordedRun,
} from "../notebooks/support/recorded.ts";
import { sumOf } from "./bench/statistics.ts";
import type { PlannedRun, RecordedParts, RecordPlan } from "./record_plans.ts";
import { StatusLine } from "./shell/terminal.ts";

/**
 * Trains, or continues an interrupted training, and scores it.
 *
 * @param planned The training.
 * @param plan The record that it is for.
 * @param parts Its examples.
 * @param options `folder`: where it keeps its checkpoints until its end; `signal` ends it.
 * @returns The run. Nothing of the model remains.
 * @throws The signal's reason, once it is aborted.
 */
export async function train(
  { label, seed, options }: PlannedRun,
  plan: RecordPlan,
  parts: RecordedParts,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<RecordedRun> {
  const { source: { labels }, classifier } = plan;
  const { keeps, reading, trainingExamples: _, ...others } = options;
  const { maxLength, truncation, maxGradNorm, ...recipe } = others;
  const common = { seed, signal };
  const read = reading === null
    ? undefined
    : await readBefore(parts, folder, { ...reading, ...common });
  const model = await loadModel(read?.model ?? await ensureModel(), {
    head: "sequence-classification",
    labels: [...labels],
    ...classifier !== undefined && { classifier },
    seed,
  });
  const encoded = (examples: readonly Example[]) =>
    encodeExamples(model.tokenizer, examples, { maxLength, truncation });
  const data = {
    train: encoded(parts.train),
    validation: encoded(parts.validation),
  };
  const scored = Object.entries(parts.scored)
    .map(([set, examples]) => [set, encoded(examples)] as const);
  const predictions = async (): Promise<number[][]> => {
    const { precision } = recipe;
    return await Array.fromAsync(
      scored,
      async ([, set]) => (await predict(model, set, { precision })).predictions,
    );
  };
  const trainingAccuracy = async (): Promise<number> => {
    const { precision } = recipe;
    const { predictions } = await predict(model, data.train, { precision });
    return accuracy(predictions, data.train.map(({ label }) => label));
  };
  const line = new StatusLine();
  const epochs: RecordedEpoch[] = [];
  /** The model of a replayed epoch is gone, so what it predicted is kept in a file. */
  const once = async <T>(
    name: string,
    { replayed }: Pick<EpochEvent<ClassificationMetrics>, "replayed">,
    compute: () => Promise<T>,
  ): Promise<T> => {
    const file = join(folder, name);
    if (!replayed) await writeJson(file, await compute());
    return JSON.parse(await Deno.readTextFile(file));
  };
  let predicted: number[][] | undefined;
  const events = fineTune(model, data, {
    ...recipe,
    ...common,
    maxGradNorm: maxGradNorm ?? Infinity,
    checkpoints: checkpointsIn(join(folder, "checkpoints")),
  });
  try {
    for await (const event of events) {
      if (event.kind === "start" && event.step > 0) {
        line.finish(
          `${label}, seed ${seed}: continues after step ${event.step}`,
        );
      } else if (event.kind === "step") {
        line.update(
          `${label}, seed ${seed}: epoch ${event.epoch}, step ${event.step}`,
        );
      } else if (event.kind === "epoch") {
        epochs.push({
          ...epochOf(event),
          ...plan.scoresTraining && {
            trainingAccuracy: await once(
              `training_${event.epoch}.json`,
              event,
              trainingAccuracy,
            ),
          },
        });
        if (keeps === "best" || event.epoch < recipe.epochs) continue;
        // Afterwards the model has the weights of its best epoch.
        predicted = await once("last.json", event, predictions);
      }
    }
    predicted ??= await predictions();
  } finally {
    disposeTree(model.params);
  }
  const labelsOf = (i: number): number[] =>
    scored[i]![1].map(({ label }) => label);
  await removeTree(folder);
  return {
    label,
    seed,
    options,
    epochs,
    ...read !== undefined && { reading: read.epochs },
    scores: Object.fromEntries(scored.map(([set], i) => [
      set,
      scoresOf(predicted![i]!, labelsOf(i), plan),
    ])),
    confusions: Object.fromEntries(scored.map(([set], i) => [
      set,
      confusionMatrix(predicted![i]!, labelsOf(i), labels.length),
    ])),
    seconds: sumOf(
      epochs.map((each) => each.trainingSeconds + each.validationSeconds),
    ),
  };
}

function epochOf(event: EpochEvent<ClassificationMetrics>): RecordedEpoch {
  const { epoch, trainingLoss, trainingSeconds } = event;
  const { validationLoss, validationAccuracy, validationMcc } = event;
  const { validationSeconds } = event;
  return {
    epoch,
    trainingLoss,
    validationLoss,
    validationAccuracy,
    validationMcc,
    trainingSeconds,
    validationSeconds,
  };
}

/** Lets the pretrained model read the training sentences, and saves it. */
async function readBefore(
  parts: RecordedParts,
  folder: string,
  options: PretrainOptions,
): Promise<{ model: string; epochs: RecordedReading[] }> {
  const saved = join(folder, "reader");
  const file = join(folder, "reading.json");
  if (existsSync(file)) {
    return { model: saved, epochs: JSON.parse(await Deno.readTextFile(file)) };
  }
  const head = "masked-lm";
  const { seed } = options;
  const model = await loadModel(await ensureModel(), { head, seed });
  const unlabelled = (examples: readonly Example[]): EncodedExample[] =>
    encodeExamples(
      model.tokenizer,
      examples.map((example) => ({ ...example, label: 0 })),
      { maxLength: 64 },
    );
  const validation = unlabelled(parts.validation);
  const data = { train: unlabelled(parts.train), validation };
  const of = (epoch: number, { perplexity, accuracy }: PretrainingMetrics) => ({
    epoch,
    perplexity,
    accuracy,
  });
  const epochs = [of(0, await evaluatePretraining(model, validation))];
  const checkpoints = checkpointsIn(join(folder, "reading"));
  for await (
    const event of pretrain(model, data, { ...options, checkpoints })
  ) {
    if (event.kind === "evaluation") {
      epochs.push(
        of(event.epoch, event.metrics),
      );
    }
  }
  await saveModel(model, saved);
  disposeTree(model.params);
  await writeJson(file, epochs);
  return { model: saved, epochs };
}

const METRICS: Readonly<
  Record<
    RecordedMetric,
    (predictions: number[], labels: number[], numClasses: number) => number
  >
> = {
  mcc: matthewsCorrelation,
  accuracy,
  macroF1: (predictions, labels, numClasses) =>
    classificationReport(predictions, labels, numClasses).macro.fScore,
};

function scoresOf(
  predictions: readonly number[],
  labels: readonly number[],
  { metrics, source }: RecordPlan,
): RecordedRun["scores"][string] {
  const scores = metrics.map((metric) => {
    const at = (indices: readonly number[]): number =>
      METRICS[metric](
        indices.map((i) => predictions[i]!),
        indices.map((i) => labels[i]!),
        source.labels.length,
      );
    const random = randomStream(2018);
    const { low, high } = bootstrapInterval(labels.length, at, { random });
    return [metric, { value: at([...labels.keys()]), low, high }];
  });
  return Object.fromEntries(scores);
}

/**
 * Writes a file: whole, or not at all.
 *
 * @param file Its path.
 * @param value Its content, as JSON.
 */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value, null, 2) + "\n";
  await writeSynced(file, [new TextEncoder().encode(text)]);
}
