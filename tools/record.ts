/** `deno task record`: trains on the real corpora and keeps the scores. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { EncodedExample } from "../lib/batches/batches.ts";
import { encodeExamples } from "../lib/batches/encode_examples.ts";
import { removeTree, writeSynced } from "../lib/checkpoint/atomic_write.ts";
import { ensureModel } from "../lib/checkpoint/catalogue.ts";
import { loadModel } from "../lib/checkpoint/pretrained.ts";
import { saveModel } from "../lib/checkpoint/save_model.ts";
import { checkpointsIn } from "../lib/checkpoint/training_runs.ts";
import { COLA } from "../lib/datasets/cola.ts";
import type {
  Dataset,
  DatasetSource,
  Example,
} from "../lib/datasets/dataset.ts";
import { loadDataset } from "../lib/datasets/load_dataset.ts";
import { measureFile } from "../lib/download/checksum.ts";
import { startEngine } from "../lib/engine/engine.ts";
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
import {
  RECORD_NAMES,
  recorded,
  type RecordedEpoch,
  type RecordedMetric,
  type RecordedReading,
  type RecordedRun,
  type RecordName,
  type RunRecord,
} from "../notebooks/support/recorded.ts";
import { measurePaddings } from "./bench/padding.ts";
import { sumOf } from "./bench/statistics.ts";
import {
  type PlannedRun,
  RECORD_PLANS,
  type RecordedParts,
  type RecordPlan,
} from "./record_plans.ts";
import { PROJECT } from "./shell/project.ts";
import { provision } from "./shell/provision.ts";
import { duration, interruptible, StatusLine } from "./shell/terminal.ts";

/** The options of the command. */
export type RecordOptions = {
  /** The folder of the records. */
  readonly records: string;
  /** The folder of unfinished trainings. */
  readonly out: string;
  /** Trainings at most; the same command continues with the others. */
  readonly most: number;
  /** Whether the machine does nothing else. */
  readonly quiet?: boolean;
};

/** Records trainings; those that a record has are not repeated. */
export async function record(
  names: readonly RecordName[],
  options: RecordOptions,
): Promise<number> {
  await provision();
  return await interruptible(async (signal) => {
    for (const name of names) {
      await (name === "time_by_length"
        ? recordPaddings(options)
        : recordRuns(name, options, signal));
    }
  });
}

/** Makes the trainings that a record lacks, and writes it after each. */
async function recordRuns(
  name: keyof typeof RECORD_PLANS,
  options: RecordOptions,
  signal: AbortSignal,
): Promise<void> {
  const plan = RECORD_PLANS[name];
  const { title, published, runsOf } = plan;
  const dataset = await realDataset(name, plan.source);
  const facts = await factsOf(name, dataset, plan, runsOf([])[0]!);
  const standing = await readRecord(options, name);
  let runs = isSameTask(standing, facts) ? standing!.runs : [];
  const quiet = !!options.quiet && (runs.length === 0 || standing!.quiet);
  for (let made = 0; made < options.most; made++) {
    const planned = runsOf(runs);
    runs = planned.flatMap((each) => runs.find(isRunOf(each)) ?? []);
    const next = planned.find((each) => !runs.some(isRunOf(each)));
    if (next === undefined) break;
    const run = await findElsewhere(next, facts, options) ??
      await train(next, plan, partsOf(plan, dataset, next), {
        folder: join(options.out, name, `${next.label}, seed ${next.seed}`),
        signal,
      });
    runs = [...runs, run];
    const record = { title, ...facts, quiet, published, runs };
    await writeRecord(options, name, record);
    console.log(`${name}, ${describe(run)}`);
  }
  console.log(`${name}: ${runs.length} trainings are recorded`);
}

/** Records the time of an epoch by padding strategy, without training to the end. */
async function recordPaddings(options: RecordOptions): Promise<void> {
  const name = "time_by_length";
  if (!options.quiet) {
    throw new RangeError(
      `Cannot record "${name}": the machine must do nothing else; found no ` +
        `--quiet; add it if that is so`,
    );
  }
  const dataset = await realDataset(name, COLA);
  const { cola } = RECORD_PLANS;
  const facts = await factsOf(name, dataset, cola, cola.runsOf([])[0]!);
  const sizes = { rounds: 5, steps: 10 };
  const { rows, table } = await measurePaddings(sizes, new StatusLine());
  const paddings = rows.map(
    ({ padding, tokensPerSentence, paddingShare, epochSeconds }) => ({
      padding,
      tokensPerSentence,
      paddingShare,
      epochSeconds,
    }),
  );
  const title = "CoLA, the time of an epoch by padding";
  await writeRecord(options, name, {
    title,
    ...facts,
    quiet: true,
    published: [],
    runs: [],
    paddings,
  });
  console.log(table);
}

/** Loads a corpus from `BERTBOOK_DATA`, and from nowhere else. */
async function realDataset(
  record: RecordName,
  source: DatasetSource,
): Promise<Dataset> {
  const folder = folderOf(source);
  if (existsSync(folder)) return await loadDataset(source, { folder });
  const data = Deno.env.get("BERTBOOK_DATA");
  throw new RangeError(
    `Cannot record "${record}": BERTBOOK_DATA must have ${source.title} in a folder ` +
      `"${source.name}"; found ${
        data ? `"${data}"` : "nothing"
      }; name its folder`,
  );
}

function folderOf({ name }: DatasetSource): string {
  return join(Deno.env.get("BERTBOOK_DATA") ?? "", name);
}

/** What the trainings of a record have in common, as far as the plan does not say it. */
type Facts = Omit<
  RunRecord,
  "title" | "quiet" | "published" | "runs" | "paddings"
>;

async function factsOf(
  name: RecordName,
  dataset: Dataset,
  plan: RecordPlan,
  first: PlannedRun,
): Promise<Facts> {
  const { processor, threads, version } = await startEngine();
  const { version: bertbook } = JSON.parse(
    await Deno.readTextFile(join(PROJECT, "deno.json")),
  );
  const { title, labels } = dataset;
  const { train, validation, scored } = partsOf(plan, dataset, first);
  const sets = Object.entries({ train, validation, ...scored }).map((
    [set, examples],
  ) => [set, {
    examples: examples.length,
    classes: Object.fromEntries(labels.map((name, label) => [
      name,
      examples.filter((example) => example.label === label).length,
    ])),
  }]);
  return {
    command: `deno task record ${name}`,
    date: new Date().toISOString().slice(0, 10),
    machine: { processor, threads },
    versions: { bertbook, deno: Deno.version.deno, tensorflow: version },
    model: basename(await ensureModel()),
    data: {
      title,
      labels,
      sets: Object.fromEntries(sets),
      sha256: await hashesOf(plan.source),
    },
  };
}

/** The SHA-256 of the files that are read: those of the first layout that is there. */
async function hashesOf(
  source: DatasetSource,
): Promise<Record<string, string>> {
  const pathOf = (file: string): string => join(folderOf(source), file);
  const files = source.layouts
    .map((each) => "files" in each ? Object.values(each.files) : [each.archive])
    .find((files) => files.some((file) => existsSync(pathOf(file))))!;
  const hashes = files.map(async (file) =>
    [file, (await measureFile(pathOf(file))).sha256] as const
  );
  return Object.fromEntries(await Promise.all(hashes));
}

/** The examples of a training. */
function partsOf(
  plan: RecordPlan,
  dataset: Dataset,
  { seed, options }: PlannedRun,
): RecordedParts {
  const { train, ...rest } = plan.partsOf(dataset, seed);
  return {
    ...rest,
    train: train.slice(0, options.trainingExamples ?? Infinity),
  };
}

/** Trains, or continues an interrupted training, and scores it. */
async function train(
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
  const line = new StatusLine();
  const epochs: RecordedEpoch[] = [];
  const lastFile = join(folder, "last.json");
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
        epochs.push(epochOf(event));
        if (keeps === "best" || event.epoch < recipe.epochs) continue;
        // Afterwards the model has the weights of its best epoch.
        if (!event.replayed) await writeJson(lastFile, await predictions());
        predicted = JSON.parse(await Deno.readTextFile(lastFile));
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

/** Whether a run is the one that is planned, whatever its label. */
function isRunOf({ seed, options }: PlannedRun): (run: RecordedRun) => boolean {
  return (run) => run.seed === seed && isDeepStrictEqual(run.options, options);
}

/** Whether a record is of the same data and the same model. */
function isSameTask(record: RunRecord | undefined, facts: Facts): boolean {
  return record?.model === facts.model &&
    isDeepStrictEqual(record.data.sha256, facts.data.sha256);
}

/** The same training in another record. */
async function findElsewhere(
  planned: PlannedRun,
  facts: Facts,
  options: RecordOptions,
): Promise<RecordedRun | undefined> {
  for (const name of RECORD_NAMES) {
    const record = await readRecord(options, name);
    const run = isSameTask(record, facts) &&
      record!.runs.find(isRunOf(planned));
    if (run) return { ...run, label: planned.label };
  }
}

async function readRecord(
  { records }: RecordOptions,
  name: RecordName,
): Promise<RunRecord | undefined> {
  const isThere = existsSync(join(records, `${name}.json`));
  return isThere ? await recorded(name, records) : undefined;
}

async function writeRecord(
  { records }: RecordOptions,
  name: RecordName,
  record: RunRecord,
): Promise<void> {
  await Deno.mkdir(records, { recursive: true });
  await writeJson(join(records, `${name}.json`), record);
}

/** Writes a file: whole, or not at all. */
async function writeJson(file: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value, null, 2) + "\n";
  await writeSynced(file, [new TextEncoder().encode(text)]);
}

/** A run in one line. */
function describe({ label, seed, scores, seconds }: RecordedRun): string {
  const said = Object.entries(scores).flatMap(([set, metrics]) =>
    Object.entries(metrics).map(([metric, { value }]) =>
      `${metric} ${set} ${value.toFixed(3)}`
    )
  );
  return `${label}, seed ${seed}: ${said.join(", ")} (${duration(seconds)})`;
}
