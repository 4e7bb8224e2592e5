/** `deno task train DATA`: from one's own data to a model, a report and a verdict. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { StreamedExamples } from "../../lib/batches/example_source.ts";
import { ALL_MINI_LM, ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import {
  codeHashes,
  type TrainingRecord,
} from "../../lib/checkpoint/receipt.ts";
import { saveModel } from "../../lib/checkpoint/save_model.ts";
import {
  checkpointsIn,
  stoppedRun,
} from "../../lib/checkpoint/training_runs.ts";
import { ifThere, writeSynced } from "../../lib/checkpoint/atomic_write.ts";
import type { Dataset } from "../../lib/datasets/dataset.ts";
import type { TokenizingProgress } from "../../lib/datasets/tokenized_files.ts";
import { hasLeft } from "../../lib/engine/cluster.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import { currentCluster } from "../../lib/engine/shared_work.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import { isHubName } from "../../lib/download/hub.ts";
import { maxSequenceLength } from "../../lib/model/config.ts";
import { words } from "../../lib/printable.ts";
import { checkSameTraining } from "../../lib/training/join_workers.ts";
import { hashExamples } from "../../lib/training/run_description.ts";
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
} from "./report.ts";
import type { Columns, OwnModel, OwnTask, TaskName } from "./task.ts";
import {
  isStreamed,
  openData,
  type ReadOptions,
  type StreamedTrain,
} from "./tasks.ts";
import { FILES, PAGE_FILE, type TrainingSource } from "./trained_folder.ts";
import { judge, type Verdict } from "./verdict.ts";
import { readCluster, runWorkers } from "./workers.ts";

/** The options of the command. */
export type TrainCommand = ReadOptions & {
  readonly model?: string;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly maxLength?: number;
  /** The seed of the parts; default that of the training. */
  readonly splitSeed?: number;
  readonly threads?: number;
  /** Processes on this machine. */
  readonly workers?: number;
  /** The file that lists the workers on several machines. */
  readonly cluster?: string;
  readonly out?: string;
  readonly maxMinutes?: number;
  readonly json?: boolean;
};

/** A training step costs about as much as this many predictions of its texts. */
const STEP_COST = 3.2;
/** Compiling the step takes about as long as this many times compiling predictions. */
const COMPILING = 3;
/** Seconds for baselines, charts and files, and for the intervals of an example. */
const REPORTING = 4, JUDGING = 0.001;
/** Predictions that explain some of them. */
const EXPLAINING = 200;
/** Texts that are predicted to estimate the time. */
const TIMED = 64;
/** Lengths of sequences are a multiple of this number. */
const LENGTH_STEP = 8;

/**
 * Trains on a file or a folder, and writes a model, its metrics and a report.
 *
 * Of several workers, the first one does all but the training alone: it speaks, saves,
 * tests and writes. The others are silent unless they fail.
 *
 * @param source The data.
 * @param options Those of the command.
 * @returns The exit code.
 */
export async function train(
  source: string,
  options: TrainCommand,
): Promise<number> {
  if (options.workers !== undefined && options.workers > 1) {
    return await runWorkers(options.workers, options.threads);
  }
  const cluster = readCluster(options.cluster);
  const isFirst = cluster === undefined || cluster.index === 0;
  const speak = options.json ? console.error : console.log;
  const log = isFirst ? speak : () => {};
  const name = basename(resolve(source)).replace(/\.gz$/, "").replace(
    /\.[^.]+$/,
    "",
  ).replace(/[*?]/g, "_"); // of a pattern
  const out = resolve(options.out ?? join("out", name));
  const { splitSeed = options.seed, threads } = options;
  using line = new StatusLine(log);
  const streaming = {
    model: options.model,
    maxLength: options.maxLength,
    onProgress: ({ file, numFiles, rows }: TokenizingProgress) =>
      line.update(`tokenizing file ${file} of ${numFiles}, row ${rows}`),
  };
  const how = { ...options, seed: splitSeed, streaming };
  if (isStreamed(source)) await provision({}, log, options.model);
  return await openData(
    source,
    how,
    async (task, dataset, columns, streamed) => {
      line[Symbol.dispose]();
      task.check?.(dataset);
      for (const note of streamed?.notes ?? []) log(note);
      log(`${dataset.description}.`);
      log(`Task: ${task.name}, ${task.purpose}.`);
      using results = isFirst ? await openOutFolder(out) : undefined;
      await provision({}, log, options.model);
      if (threads !== undefined || cluster !== undefined) {
        await startEngine({
          ...threads !== undefined && { threads },
          ...cluster && { cluster },
        });
      }
      const link = currentCluster();
      if (link !== undefined) {
        const { epochs, batch, lr, seed } = options;
        checkSameTraining(link, {
          code: await codeHashes(),
          options: { epochs, batch, lr, seed, splitSeed },
        });
      }
      if (results === undefined) {
        await follow(task, dataset, { ...options, streamed, log });
        return 0;
      }
      const checkpoints = join(out, FILES.checkpoints);
      if (await stoppedRun(checkpoints) !== undefined) { // the time was over
        await Deno.rename(
          checkpoints,
          join(results.unfinished, FILES.checkpoints),
        );
      }
      const numMicroBatches = await microBatchesOf(
        join(results.unfinished, FILES.checkpoints),
        options,
      );
      link?.exchange(JSON.stringify(numMicroBatches ?? null));
      return await interruptible(async (signal) => {
        const { summary, times, training } = await trainIn(
          results.unfinished,
          task,
          dataset,
          {
            ...options,
            source,
            columns,
            streamed,
            signal,
            log,
            numMicroBatches,
          },
        );
        await results.finish();
        await ifThere(Deno.remove(join(out, PAGE_FILE))); // of the model before
        if (summary.steps === summary.totalSteps) {
          await finishRun(checkpoints, training);
        }
        const files = Object.fromEntries(
          Object.entries(FILES).map(([kind, file]) => [kind, join(out, file)]),
        );
        log(`Report: ${pathFromHere(join(out, FILES.report))}`);
        log(`Model: ${pathFromHere(join(out, FILES.model))}`);
        console.log(
          options.json
            ? JSON.stringify({ ...summary, ...times, files })
            : `Verdict: ${summary.verdict.sentence}.`,
        );
      }, log);
    },
  );
}

/** What `metrics.json` says: equal trainings have equal files. */
type Summary = {
  readonly task: TaskName;
  readonly verdict: Verdict;
  readonly metrics: Readonly<
    Partial<Record<TestedPart, Record<string, number>>>
  >;
  readonly steps: number;
  /** More than the steps, if the time was over. */
  readonly totalSteps: number;
};

/** What a clock measured. */
type Times = {
  /** Of all steps, also those of earlier processes. */
  readonly trainingSeconds: number;
  /** Of this process, once the data were read. */
  readonly seconds: number;
};

/** The examples that the scores are about: without a test set, those of validation. */
type TestedPart = "validation" | "test";

async function trainIn<E, I, P extends object>(
  folder: string,
  task: OwnTask<E, I, P>,
  dataset: Dataset<E>,
  options: TrainCommand & {
    readonly source: string;
    readonly columns: Columns;
    readonly streamed: StreamedTrain | undefined;
    readonly signal: AbortSignal;
    readonly log: (text: string) => void;
    readonly numMicroBatches: number | undefined;
  },
): Promise<{ summary: Summary; times: Times; training: TrainingRecord }> {
  const { log, columns, streamed, signal, epochs, numMicroBatches } = options;
  const start = performance.now();
  const { model, lengths, maxLength, recipe } = await prepare(
    task,
    dataset,
    options,
  );
  try {
    const part: TestedPart = dataset.test.length > 0 ? "test" : "validation";
    const test = dataset[part];
    const baselines = task.baselines(dataset, test, model.tokenizer);
    const numTrain = streamed?.examples.length ?? dataset.train.length;
    const estimate = await estimateSeconds(
      task,
      model,
      dataset,
      { epochs, numTrain },
    );
    log(
      `Training: ${epochs} ${epochs === 1 ? "epoch" : "epochs"} of ` +
        `${numTrain} ${task.unit}, at most ${maxLength} tokens each: ` +
        `about ${duration(estimate.training + estimate.after)}.`,
    );
    const story = await runTraining(task, model, dataset, {
      ...recipe,
      ...numMicroBatches !== undefined && { numMicroBatches },
      maxLength,
      streamed: streamed?.examples,
      folder: join(folder, FILES.checkpoints),
      minutes: options.maxMinutes,
      signal,
      estimate,
      log,
    });
    signal.throwIfAborted();
    await task.tune(model, dataset.validation);
    const predictions = await task.predict(model, test.map(task.inputOf));
    signal.throwIfAborted();
    const outcomesOf = (found: readonly P[], examples: readonly E[]) =>
      found.map((each, i) => task.outcome(each, examples[i]!, dataset.labels));
    const metricsOf = (outcomes: readonly (readonly number[])[]) =>
      task.metrics(outcomes, dataset.labels.length);
    const outcomes = outcomesOf(predictions, test);
    const verdict = judge(
      words(task.metric),
      outcomes,
      baselines.map((baseline) => ({
        name: baseline.name,
        outcomes: outcomesOf(baseline.predictions, test),
      })),
      {
        metricOf: (some) => metricsOf(some)[task.metric]!,
        unit: `${part} ${task.unit}`,
      },
    );
    const metrics = {
      validation: metricsOf(outcomesOf(
        await task.predict(model, dataset.validation.map(task.inputOf)),
        dataset.validation,
      )),
      [part]: metricsOf(outcomes),
    };
    signal.throwIfAborted();
    await saveModel(model, join(folder, FILES.model), { unfinished: true });
    const facts = {
      verdict,
      part,
      metrics: metrics[part]!,
      recipe,
      maxLength,
      base: nameOnHub(options.model),
    };
    await write(
      join(folder, FILES.model, "README.md"),
      modelCard(model, task, dataset, facts),
    );
    const times = {
      trainingSeconds: tenths(
        story.steps.reduce((sum, { seconds }) => sum + seconds, 0),
      ),
      seconds: tenths((performance.now() - start) / 1000),
    };
    const summary = {
      task: task.name,
      data: dataset.description,
      source: {
        ...sourceOf(options.source, {
          ...options,
          seed: options.splitSeed ?? options.seed,
        }),
        ...streamed && { streamedLength: streamed.maxLength },
        validationSha256: await hashExamples(dataset.validation as object[]),
      },
      columns,
      labels: dataset.labels,
      recipe: { ...recipe, maxLength, model: model.name },
      inference: model.inference,
      metrics,
      verdict,
      steps: story.steps.length,
      totalSteps: story.totalSteps,
    };
    await write(
      join(folder, FILES.metrics),
      JSON.stringify(summary, null, 2) + "\n",
    );
    const figures = Object.entries(metrics[part]!).map(([name, value]) => ({
      label: `${words(name)}, ${part}`,
      value: value.toFixed(3),
    }));
    const report = ownReport(
      `${dataset.title}: ${task.purpose}`,
      [...figures, { label: "Time", value: duration(times.seconds) }],
      [
        await scoreSection(verdict, metrics),
        await dataSection(dataset, lengths, maxLength),
        await trainingSection(story, summary.recipe),
        ...await task.sections({ model, examples: test, predictions }),
      ],
    );
    await write(join(folder, FILES.report), report);
    return { summary, times, training: model.training! };
  } finally {
    disposeTree(model.params);
  }
}

/** The model before its training, and how it is trained. */
async function prepare<E, I, P extends object>(
  task: OwnTask<E, I, P>,
  dataset: Dataset<E>,
  options: TrainCommand & { readonly streamed: StreamedTrain | undefined },
): Promise<{
  readonly model: OwnModel;
  /** In tokens, of each training example. */
  readonly lengths: readonly number[];
  readonly maxLength: number;
  readonly recipe: Record<
    "epochs" | "batchSize" | "learningRate" | "seed",
    number
  >;
}> {
  const { epochs, batch: batchSize, lr: learningRate, seed } = options;
  const model = await loadModel(await ensureModel(options.model), {
    head: task.head,
    ...dataset.labels.length > 0 && { labels: dataset.labels },
    ...task.problemType && { problemType: task.problemType },
    seed,
  }) as OwnModel;
  const lengths = dataset.train.map((each) =>
    task.lengthOf(model.tokenizer, each)
  );
  const maxLength = options.streamed?.maxLength ?? options.maxLength ??
    chooseLength(
      lengths,
      Math.min(task.maxLength, maxSequenceLength(model.config)),
    );
  model.inference = { maxLength };
  const recipe = { epochs, batchSize, learningRate, seed };
  return { model, lengths, maxLength, recipe };
}

/**
 * Trains as a worker that is not the first one: it keeps nothing. It ends well if the
 * first one leaves as planned, such as when its time is over.
 */
async function follow<E, I, P extends object>(
  task: OwnTask<E, I, P>,
  dataset: Dataset<E>,
  options: TrainCommand & {
    readonly streamed: StreamedTrain | undefined;
    readonly log: (text: string) => void;
  },
): Promise<void> {
  const [first] = currentCluster()!.exchange("");
  const numMicroBatches = JSON.parse(first!) as number | null;
  const { model, maxLength, recipe } = await prepare(task, dataset, options);
  try {
    await runTraining(task, model, dataset, {
      ...recipe,
      ...numMicroBatches !== null && { numMicroBatches },
      maxLength,
      streamed: options.streamed?.examples,
      folder: FILES.checkpoints, // of worker 0
      minutes: undefined,
      estimate: { training: 0, after: 0 },
      signal: new AbortController().signal,
      log: options.log,
    });
  } catch (error) {
    if (!hasLeft(error)) throw error;
    console.error(
      /worker \d+ \(\S+\) has stopped: [^;]*/.exec(error.message)![0],
    );
  } finally {
    disposeTree(model.params);
  }
}

/**
 * The number of micro-batches of a training with this recipe that was stopped: with it,
 * any number of workers and threads continues it.
 */
async function microBatchesOf(
  checkpoints: string,
  { epochs, batch, lr, seed }: TrainCommand,
): Promise<number | undefined> {
  const stopped = await stoppedRun(checkpoints);
  const options = stopped?.description["options"] as {
    readonly epochs: number;
    readonly batchSize: number;
    readonly seed: number;
    readonly schedule: { readonly learningRate: number };
    readonly numMicroBatches: number;
  } | undefined;
  return options !== undefined && options.epochs === epochs &&
      options.batchSize === batch && options.seed === seed &&
      options.schedule.learningRate === lr
    ? options.numMicroBatches
    : undefined;
}

function tenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

/** Where the data are and how they were read, to find the same parts again. */
function sourceOf(
  source: string,
  options: ReadOptions,
): Pick<TrainingSource, "path" | "read"> {
  const pathOf = <T>(part: T): T | string =>
    typeof part === "string" ? resolve(part) : part;
  const { text, pair, label, separator, task, group, seed } = options;
  const { encoding, header, quotes } = options;
  const read = { text, pair, label, separator, task, group, seed };
  const form = { encoding, header, ...quotes === false && { quotes } };
  const [validation, test] = [options.validation, options.test].map(pathOf);
  const all = { ...read, ...form, validation, test };
  return {
    path: resolve(source),
    // What was not given stays out, as in a file of JSON.
    read: JSON.parse(JSON.stringify(all)) as ReadOptions,
  };
}

/** The name of a starting model on the hub, as far as it has one. */
function nameOnHub(
  model = Deno.env.get("BERTBOOK_MODEL") || ALL_MINI_LM.name,
): string | undefined {
  if (model === ALL_MINI_LM.name) return `sentence-transformers/${model}`;
  return isHubName(model) && !existsSync(model) ? model : undefined;
}

/** The longest text's length, in steps, unless the task allows less. */
function chooseLength(lengths: readonly number[], most: number): number {
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  return Math.min(most, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP);
}

/** Seconds of a training, and of all that follows it. */
type Estimate = { readonly training: number; readonly after: number };

/** Times predictions, which a training is made of, to say how long it will take. */
async function estimateSeconds<E, I, P extends object>(
  task: OwnTask<E, I, P>,
  model: OwnModel,
  { train, validation, test }: Dataset<E>,
  { epochs, numTrain }: { readonly epochs: number; readonly numTrain: number },
): Promise<Estimate> {
  const inputs = train.slice(0, TIMED).map(task.inputOf);
  const seconds = async (): Promise<number> => {
    const start = performance.now();
    await task.predict(model, inputs);
    return (performance.now() - start) / 1000;
  };
  const first = await seconds(), second = await seconds();
  const each = second / inputs.length;
  const compiling = first - second;
  return {
    training: COMPILING * compiling +
      epochs * (STEP_COST * numTrain + validation.length) * each,
    after: REPORTING + test.length * JUDGING +
      (2 * validation.length + test.length + EXPLAINING) * each,
  };
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
    readonly numMicroBatches?: number;
    readonly maxLength: number;
    readonly streamed: StreamedExamples<unknown> | undefined;
    readonly folder: string;
    readonly minutes: number | undefined;
    readonly estimate: Estimate;
    readonly signal: AbortSignal;
    readonly log: (text: string) => void;
  },
): Promise<TrainingStory> {
  const { folder, minutes = Infinity, estimate, log, streamed, ...recipe } =
    options;
  const steps: StepEvent[] = [];
  const epochs: OwnEpoch[] = [];
  const line = new StatusLine(log);
  const end = performance.now() + minutes * 60_000;
  const events = task.train(model, { train, validation, streamed }, {
    ...recipe,
    checkpoints: checkpointsIn(folder),
  });
  let totalSteps = NaN;
  for await (const event of events) {
    if (event.kind === "start") {
      for (const note of event.notes) log(note);
      totalSteps = event.totalSteps;
    }
    if (event.kind === "step") {
      steps.push(event);
      const { epoch, step, loss } = event;
      line.update(
        `epoch ${epoch} of ${options.epochs}, step ${step} of ${totalSteps}, ` +
          `loss ${loss.toFixed(3)}, about ${
            duration(secondsLeft(steps, totalSteps, estimate))
          } left`,
      );
    }
    if (event.kind === "epoch") {
      epochs.push(event as OwnEpoch);
      const name = `validation${task.metric[0]!.toUpperCase()}` +
        task.metric.slice(1);
      const score = (event as unknown as Record<string, number>)[name] ?? NaN;
      line.finish(
        `epoch ${event.epoch}: training loss ${
          event.trainingLoss.toFixed(3)
        }, ` +
          `${words(name)} ${score.toFixed(3)}${
            event.best ? ", best so far" : ""
          }`,
      );
    }
    // The loop is left before the run has finished: until all is written, it continues.
    if (epochs.at(-1)?.epoch === options.epochs) break;
    const isNew = event.kind === "step" && !event.replayed;
    if (isNew && performance.now() > end && event.step < totalSteps) {
      line.finish(
        `The time is over after ${event.step} of ${totalSteps} steps. The same ` +
          `command with more minutes continues.`,
      );
      break;
    }
  }
  return { steps, epochs, totalSteps };
}

/** Seconds until all is written, by the speed of the last steps. */
function secondsLeft(
  steps: readonly StepEvent[],
  totalSteps: number,
  { training, after }: Estimate,
): number {
  const seconds = steps.slice(-20).map((step) => step.seconds)
    .sort((a, b) => a - b);
  const each = seconds.length < 10 // the first ones compile
    ? training / totalSteps
    : seconds[seconds.length >> 1]!;
  return each * (totalSteps - steps.length) + after;
}

/** Notes that a training is complete, so that the same command begins a new one. */
async function finishRun(
  folder: string,
  { description, recipe, circumstances }: TrainingRecord,
): Promise<void> {
  using run = await checkpointsIn(folder)
    .open({ description, recipe }, circumstances);
  await run.finish();
}

async function write(file: string, text: string): Promise<void> {
  await writeSynced(file, [new TextEncoder().encode(text)]);
}
