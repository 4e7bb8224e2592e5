/** `deno task train DATA`: from one's own data to a model, a report and a verdict. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { basename, join, resolve } from "node:path";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import { saveModel } from "../../lib/checkpoint/save_model.ts";
import {
  checkpointsIn,
  stoppedRun,
} from "../../lib/checkpoint/training_runs.ts";
import { writeSynced } from "../../lib/checkpoint/atomic_write.ts";
import type { Dataset } from "../../lib/datasets/dataset.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import { maxSequenceLength } from "../../lib/model/config.ts";
import type { StepEvent } from "../../lib/training/train_epoch.ts";
import { openOutFolder } from "../shell/out_folder.ts";
import { pathFromHere } from "../shell/project.ts";
import { provision } from "../shell/provision.ts";
import { duration, interruptible, StatusLine } from "../shell/terminal.ts";
import { modelCard } from "./card.ts";
import {
  dataSection,
  type OwnEpoch,
  ownReport,
  scoreSection,
  trainingSection,
  type TrainingStory,
  words,
} from "./report.ts";
import type { Columns, OwnModel, OwnTask, TaskName } from "./task.ts";
import { openData, type ReadOptions } from "./tasks.ts";
import { FILES } from "./trained_folder.ts";
import { judge, type Verdict } from "./verdict.ts";

/** The options of the command. */
export type TrainCommand = ReadOptions & {
  readonly model?: string;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly maxLength?: number;
  readonly out?: string;
  readonly maxMinutes?: number;
  readonly json?: boolean;
};

/** A training step costs about as much as this many predictions of its texts. */
const STEP_COST = 3.2;
/** Texts that are predicted to estimate the time. */
const TIMED = 64;
/** Lengths of sequences are a multiple of this number. */
const LENGTH_STEP = 8;

/**
 * Trains on a file or a folder, and writes a model, its metrics and a report.
 *
 * @param source The data.
 * @param options Those of the command.
 * @returns The exit code.
 */
export async function train(
  source: string,
  options: TrainCommand,
): Promise<number> {
  const log = options.json ? console.error : console.log;
  const name = basename(source).replace(/\.gz$/, "").replace(/\.[^.]+$/, "");
  const out = resolve(options.out ?? join("out", name));
  return await openData(source, options, async (task, dataset, columns) => {
    log(`${dataset.description}.`);
    log(`Task: ${task.name}, ${task.purpose}.`);
    await provision({}, log);
    using results = await openOutFolder(out);
    const checkpoints = join(out, FILES.checkpoints);
    if (await stoppedRun(checkpoints) !== undefined) { // the time was over
      await Deno.rename(
        checkpoints,
        join(results.unfinished, FILES.checkpoints),
      );
    }
    return await interruptible(async (signal) => {
      const summary = await trainIn(results.unfinished, task, dataset, {
        ...options,
        columns,
        signal,
        log,
      });
      await results.finish();
      const files = Object.fromEntries(
        Object.entries(FILES).map(([kind, file]) => [kind, join(out, file)]),
      );
      log(`Report: ${pathFromHere(join(out, FILES.report))}`);
      log(`Model: ${pathFromHere(join(out, FILES.model))}`);
      if (options.json) console.log(JSON.stringify({ ...summary, files }));
      else console.log(`Verdict: ${summary.verdict.sentence}.`);
    });
  });
}

/** What `metrics.json` says, and `--json` prints. */
type Summary = {
  readonly task: TaskName;
  readonly verdict: Verdict;
  readonly metrics: Readonly<
    Record<"validation" | "test", Record<string, number>>
  >;
};

async function trainIn<E, I, P extends object>(
  folder: string,
  task: OwnTask<E, I, P>,
  dataset: Dataset<E>,
  options: TrainCommand & {
    readonly columns: Columns;
    readonly signal: AbortSignal;
    readonly log: (text: string) => void;
  },
): Promise<Summary> {
  const { log, columns, seed, epochs, batch: batchSize, lr: learningRate } =
    options;
  const start = performance.now();
  const model = await loadModel(await ensureModel(options.model), {
    head: task.head,
    ...dataset.labels.length > 0 && { labels: dataset.labels },
    ...task.problemType && { problemType: task.problemType },
    seed,
  }) as OwnModel;
  try {
    const lengths = dataset.train.map((each) =>
      task.lengthOf(model.tokenizer, each)
    );
    const maxLength = options.maxLength ??
      chooseLength(
        lengths,
        Math.min(task.maxLength, maxSequenceLength(model.config)),
      );
    model.inference = { maxLength };
    const recipe = { epochs, batchSize, learningRate, seed };
    const estimate = await estimateSeconds(task, model, dataset, epochs);
    log(
      `Training: ${epochs} epochs of ${dataset.train.length} ${task.unit}, at most ` +
        `${maxLength} tokens each: about ${duration(estimate)}.`,
    );
    const story = await runTraining(task, model, dataset, {
      ...recipe,
      maxLength,
      folder: join(folder, FILES.checkpoints),
      minutes: options.maxMinutes,
      signal: options.signal,
      estimate,
      log,
    });
    await task.tune(model, dataset.validation);
    const test = dataset.test.length > 0 ? dataset.test : dataset.validation;
    const predictions = await task.predict(model, test.map(task.inputOf));
    const outcomesOf = (found: readonly P[], examples: readonly E[]) =>
      found.map((each, i) => task.outcome(each, examples[i]!, dataset.labels));
    const metricsOf = (outcomes: readonly (readonly number[])[]) =>
      task.metrics(outcomes, dataset.labels.length);
    const outcomes = outcomesOf(predictions, test);
    const verdict = judge(
      words(task.metric),
      outcomes,
      task.baselines(dataset, test, model.tokenizer).map((baseline) => ({
        name: baseline.name,
        outcomes: outcomesOf(baseline.predictions, test),
      })),
      { metricOf: (some) => metricsOf(some)[task.metric]!, unit: task.unit },
    );
    const metrics = {
      validation: metricsOf(outcomesOf(
        await task.predict(model, dataset.validation.map(task.inputOf)),
        dataset.validation,
      )),
      test: metricsOf(outcomes),
    };
    await saveModel(model, join(folder, FILES.model), { unfinished: true });
    const facts = { verdict, metrics: metrics.test, recipe, maxLength };
    await write(
      join(folder, FILES.model, "README.md"),
      modelCard(model, task, dataset, facts),
    );
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    const summary = {
      task: task.name,
      data: dataset.description,
      columns,
      labels: dataset.labels,
      recipe: { ...recipe, maxLength, model: model.name },
      inference: model.inference,
      metrics,
      verdict,
      steps: story.steps.length,
      seconds,
    };
    await write(
      join(folder, FILES.metrics),
      JSON.stringify(summary, null, 2) + "\n",
    );
    const figures = Object.entries(metrics.test).map(([name, value]) => ({
      label: `${words(name)}, test`,
      value: value.toFixed(3),
    }));
    const report = ownReport(
      `${dataset.title}: ${task.purpose}`,
      [...figures, { label: "Time", value: duration(seconds) }],
      [
        await dataSection(dataset, lengths, maxLength),
        await trainingSection(story, summary.recipe),
        await scoreSection(verdict, metrics),
        ...await task.sections({ model, examples: test, predictions }),
      ],
    );
    await write(join(folder, FILES.report), report);
    return summary;
  } finally {
    disposeTree(model.params);
  }
}

/** The longest text's length, in steps, unless the task allows less. */
function chooseLength(lengths: readonly number[], most: number): number {
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  return Math.min(most, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP);
}

/** Times predictions, which a training is made of, to say how long it will take. */
async function estimateSeconds<E, I, P extends object>(
  task: OwnTask<E, I, P>,
  model: OwnModel,
  { train, validation, test }: Dataset<E>,
  epochs: number,
): Promise<number> {
  const inputs = train.slice(0, TIMED).map(task.inputOf);
  await task.predict(model, inputs); // compiles
  const start = performance.now();
  await task.predict(model, inputs);
  const each = (performance.now() - start) / 1000 / inputs.length;
  const numPredictions =
    epochs * (STEP_COST * train.length + validation.length) +
    validation.length + test.length;
  return each * numPredictions;
}

async function runTraining<E, I, P extends object>(
  task: OwnTask<E, I, P>,
  model: OwnModel,
  { train, validation }: Dataset<E>,
  options: {
    readonly epochs: number;
    readonly batchSize: number;
    readonly learningRate: number;
    readonly seed: number;
    readonly maxLength: number;
    readonly folder: string;
    readonly minutes: number | undefined;
    readonly estimate: number;
    readonly signal: AbortSignal;
    readonly log: (text: string) => void;
  },
): Promise<TrainingStory> {
  const { folder, minutes = Infinity, estimate, log, ...recipe } = options;
  const steps: StepEvent[] = [];
  const epochs: OwnEpoch[] = [];
  const line = new StatusLine(log);
  const end = performance.now() + minutes * 60_000;
  const numSteps = options.epochs * Math.ceil(train.length / options.batchSize);
  const events = task.train(model, { train, validation }, {
    ...recipe,
    checkpoints: checkpointsIn(folder),
  });
  for await (const event of events) {
    if (event.kind === "start") event.notes.forEach(log);
    if (event.kind === "step") {
      steps.push(event);
      const left = estimate * (1 - event.step / numSteps);
      line.update(
        `epoch ${event.epoch} of ${options.epochs}, step ${event.step} of ` +
          `${numSteps}, loss ${event.loss.toFixed(3)}, about ${
            duration(left)
          } left`,
      );
    }
    if (event.kind === "epoch") {
      epochs.push(event as OwnEpoch);
      const name = `validation${task.metricForBestModel[0]!.toUpperCase()}` +
        task.metricForBestModel.slice(1);
      const score = (event as unknown as Record<string, number>)[name]!;
      line.finish(
        `epoch ${event.epoch}: training loss ${
          event.trainingLoss.toFixed(3)
        }, ` +
          `${words(name)} ${score.toFixed(3)}${
            event.best ? ", best so far" : ""
          }`,
      );
    }
    if (performance.now() > end && steps.length < numSteps) {
      log(
        `The time is over after ${steps.length} of ${numSteps} steps. The same ` +
          `command with more minutes continues.`,
      );
      break;
    }
  }
  return { steps, epochs };
}

async function write(file: string, text: string): Promise<void> {
  await writeSynced(file, [new TextEncoder().encode(text)]);
}
