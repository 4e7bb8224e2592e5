/** `deno task record`: trains on the real corpora and keeps the scores. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ensureModel } from "../lib/checkpoint/catalogue.ts";
import { COLA } from "../lib/datasets/cola.ts";
import type { Dataset, DatasetSource } from "../lib/datasets/dataset.ts";
import { loadDataset } from "../lib/datasets/load_dataset.ts";
import { measureFile } from "../lib/download/checksum.ts";
import { startEngine } from "../lib/engine/engine.ts";
import { choosePrecision } from "../lib/model/choose_precision.ts";
import {
  RECORD_NAMES,
  recorded,
  type RecordedRun,
  type RecordName,
  type RunRecord,
} from "../notebooks/support/recorded.ts";
import { measurePaddings } from "./bench/padding.ts";
import {
  type PlannedRun,
  RECORD_PLANS,
  type RecordedParts,
  type RecordPlan,
} from "./record_plans.ts";
import { train, writeJson } from "./record_training.ts";
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
  const { precision } = await choosePrecision();
  const facts = await factsOf(name, dataset, plan, runsOf([])[0]!);
  const standing = await readRecord(options, name);
  let runs = isSameTask(standing, facts) ? standing!.runs : [];
  const quiet = !!options.quiet && (runs.length === 0 || standing!.quiet);
  for (let made = 0; made < options.most; made++) {
    const planned = runsOf(runs, precision);
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
  console.log(
    `${name}: ${runs.length} of ${
      runsOf(runs, precision).length
    } trainings are recorded`,
  );
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

/** A run in one line. */
function describe({ label, seed, scores, seconds }: RecordedRun): string {
  const said = Object.entries(scores).flatMap(([set, metrics]) =>
    Object.entries(metrics).map(([metric, { value }]) =>
      `${metric} ${set} ${value.toFixed(3)}`
    )
  );
  return `${label}, seed ${seed}: ${said.join(", ")} (${duration(seconds)})`;
}
