/**
 * Recorded trainings on the real corpora, which cannot be part of this project: their
 * scores can. `deno task record` writes them.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { SamplerName } from "../../lib/batches/sampler.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import type { ClassificationMetrics } from "../../lib/evaluation/metrics.ts";
import type { Truncation } from "../../lib/tokenizer/encoding.ts";
import type { ScheduleName } from "../../lib/training/schedule.ts";
import { words } from "../../lib/printable.ts";
import { show, type ShowOptions } from "../../lib/views/show.ts";
import { mean, standardDeviation } from "./review_run.ts";

/** The names of the records. */
export const RECORD_NAMES = [
  "cola",
  "trec",
  "cola_paper",
  "imdb_2500",
  "grid",
  "imdb_10000",
  "pretraining",
  "time_by_length",
] as const;

/** The name of a record. */
export type RecordName = (typeof RECORD_NAMES)[number];

/** What examples are scored by. */
export type RecordedMetric = "mcc" | "accuracy" | "macroF1";

/** A score, and its 95 % bootstrap interval over the examples. */
export type RecordedScore = {
  readonly value: number;
  readonly low: number;
  readonly high: number;
};

/** One epoch of a recorded training; `lossCurves()` draws a list of them. */
export type RecordedEpoch = {
  /** Counts from 1. */
  readonly epoch: number;
  readonly trainingLoss: number;
  /** After the epoch, without dropout, if the record has it. */
  readonly trainingAccuracy?: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly validationMcc: number;
  readonly trainingSeconds: number;
  readonly validationSeconds: number;
};

/** One epoch of reading: masked language modelling, scored on validation sentences. */
export type RecordedReading = {
  /** 0 before reading. */
  readonly epoch: number;
  readonly perplexity: number;
  readonly accuracy: number;
};

/** All that decides a training, besides its data and its model. */
export type RecordedOptions = {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly epsilon: number;
  readonly schedule: ScheduleName;
  /** Null if gradients are not clipped. */
  readonly maxGradNorm: number | null;
  readonly sampler: SamplerName;
  readonly precision: Precision;
  /** Which weights are scored: of the best validation score, or of the last epoch. */
  readonly keeps: "best" | "last";
  /** Decides which epoch is the best. */
  readonly metricForBestModel: keyof ClassificationMetrics;
  readonly maxLength: number;
  readonly truncation: Truncation;
  /** Training examples at most; null for all. */
  readonly trainingExamples: number | null;
  /** Continued pretraining on the training sentences before, if there is any. */
  readonly reading: {
    readonly epochs: number;
    readonly batchSize: number;
    readonly learningRate: number;
  } | null;
};

/** One training. */
export type RecordedRun = {
  /** Which of the record's settings it has. */
  readonly label: string;
  readonly seed: number;
  readonly options: RecordedOptions;
  readonly epochs: readonly RecordedEpoch[];
  readonly reading?: readonly RecordedReading[];
  /** By set, such as "out of domain", then by metric. */
  readonly scores: Readonly<
    Record<string, Readonly<Partial<Record<RecordedMetric, RecordedScore>>>>
  >;
  /** Counts by set, [actual][predicted]. */
  readonly confusions: Readonly<Record<string, readonly number[][]>>;
  /** Of training and validation. */
  readonly seconds: number;
};

/** A number that somebody else published. */
export type PublishedScore = {
  /** The set and the metric, as in {@linkcode RecordedRun}. */
  readonly set: string;
  readonly metric: RecordedMetric;
  readonly value: number;
  /** Who, and with which model. */
  readonly source: string;
};

/** Trainings on one corpus, and what they were made with. */
export type RunRecord = {
  readonly title: string;
  readonly command: string;
  /** Of the last run, such as 2026-11-30. */
  readonly date: string;
  readonly machine: { readonly processor: string; readonly threads: number };
  /** Whether the machine did nothing else: only then do its seconds tell its speed. */
  readonly quiet: boolean;
  readonly versions: Readonly<
    Record<"bertbook" | "deno" | "tensorflow", string>
  >;
  readonly model: string;
  readonly data: {
    readonly title: string;
    /** The classes in the order of the confusion matrices. */
    readonly labels: readonly string[];
    readonly sets: Readonly<
      Record<string, {
        readonly examples: number;
        /** Examples of each class. */
        readonly classes: Readonly<Record<string, number>>;
      }>
    >;
    /** The SHA-256 of each file. */
    readonly sha256: Readonly<Record<string, string>>;
  };
  readonly published: readonly PublishedScore[];
  readonly runs: readonly RecordedRun[];
  /** Only of `time_by_length`: the time of an epoch by padding strategy. */
  readonly paddings?: readonly {
    readonly padding: string;
    readonly tokensPerSentence: number;
    readonly paddingShare: number;
    readonly epochSeconds: number;
  }[];
};

/** The scores of one setting on one set, over its seeds. */
export type SeedScores = {
  readonly label: string;
  readonly set: string;
  readonly metric: RecordedMetric;
  /** One for each seed. */
  readonly values: readonly number[];
  readonly mean: number;
  /** With n − 1 degrees of freedom; undefined of a single seed. */
  readonly standardDeviation: number | undefined;
  /** The first run's score with its interval. */
  readonly first: RecordedScore;
};

/** The folder of the records. */
export const RECORDS = join(import.meta.dirname!, "..", "recorded");

/**
 * Reads a record.
 *
 * @param name Its name, such as `"cola"`.
 * @param folder Where the records are; default those of this project.
 * @returns The record.
 * @throws {RangeError} If there is none.
 */
export async function recorded(
  name: RecordName,
  folder = RECORDS,
): Promise<RunRecord> {
  try {
    const text = await Deno.readTextFile(join(folder, `${name}.json`));
    return JSON.parse(text) as RunRecord;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RangeError(
      `Cannot read a record: its name must be that of a recorded training; ` +
        `found "${name}"; record it with "deno task record ${name}"`,
    );
  }
}

/**
 * Shows a record: where it is from, and its scores; or that it is not there yet.
 *
 * @param name Its name.
 * @param metrics Which scores.
 * @param options `folder`: where the records are. Others: where to show.
 */
export async function showRecord(
  name: RecordName,
  metrics: readonly RecordedMetric[],
  { folder = RECORDS, ...options }: ShowOptions & { folder?: string } = {},
): Promise<void> {
  if (!existsSync(join(folder, `${name}.json`))) {
    return await show(`${name}: Not recorded yet.`, options);
  }
  const record = await recorded(name, folder);
  const caption = `${record.title}. ${describeRecord(record)}`;
  await show(recordedTable(record, metrics), { ...options, caption });
}

/**
 * Gathers a record's scores over seeds.
 *
 * @param record The record.
 * @param metric What to gather.
 * @param set Only on this set, such as `"out of domain"`; default on each.
 * @returns One entry for each setting and set that has the metric, in the record's order.
 */
export function recordedScores(
  { runs }: Pick<RunRecord, "runs">,
  metric: RecordedMetric,
  set?: string,
): SeedScores[] {
  const byLabel = Map.groupBy(runs, ({ label }) => label);
  return [...byLabel].flatMap(([label, own]) =>
    Object.keys(own[0]!.scores)
      .filter((name) => set === undefined || name === set)
      .flatMap((name): SeedScores[] => {
        const scores = own.flatMap((run) => run.scores[name]?.[metric] ?? []);
        if (scores.length === 0) return [];
        const values = scores.map(({ value }) => value);
        return [{
          label,
          set: name,
          metric,
          values,
          mean: mean(values),
          standardDeviation: values.length === 1
            ? undefined
            : standardDeviation(values),
          first: scores[0]!,
        }];
      })
  );
}

/** What scores are called in a sentence. */
export const METRIC_TITLES: Readonly<Record<RecordedMetric, string>> = {
  mcc: "MCC",
  accuracy: "accuracy",
  macroF1: "macro F1",
};

/**
 * A record's scores as rows for `show()`.
 *
 * @param record The record.
 * @param metrics Which scores.
 * @returns One row for each setting, set and metric: mean and standard deviation over
 * seeds, the 95 % interval of the first run, and the published number if there is one.
 */
export function recordedTable(
  record: Pick<RunRecord, "runs" | "published">,
  metrics: readonly RecordedMetric[],
): Record<string, string>[] {
  return metrics.flatMap((metric) => recordedScores(record, metric))
    .map(({ label, set, metric, values, mean, standardDeviation, first }) => {
      const published = record.published.find((each) =>
        each.set === set && each.metric === metric
      );
      return {
        training: label,
        examples: set,
        metric: METRIC_TITLES[metric],
        mean: mean.toFixed(3),
        "standard deviation": standardDeviation?.toFixed(3) ?? "",
        seeds: `${values.length}`,
        "95 % interval of one run": `${first.low.toFixed(3)} to ${
          first.high.toFixed(3)
        }`,
        published: published === undefined
          ? ""
          : `${published.value} (${published.source})`,
      };
    });
}

/**
 * The epochs of a recorded training, such as for `lossCurves()`.
 *
 * @param record The record.
 * @param which The setting, default the first; the seed, default the first.
 * @returns One entry for each epoch.
 * @throws {RangeError} If there is no such training.
 */
export function recordedEpochs(
  { runs }: Pick<RunRecord, "runs">,
  which: { label?: string; seed?: number } = {},
): readonly RecordedEpoch[] {
  const { label = runs[0]?.label, seed } = which;
  const run = runs.find((run) =>
    run.label === label && (seed === undefined || run.seed === seed)
  );
  if (run !== undefined) return run.epochs;
  const known = runs.map(({ label, seed }) => `"${label}" (seed ${seed})`);
  throw new RangeError(
    `Cannot read a recorded training: the record must have its label and seed; found ` +
      `"${label}"${seed === undefined ? "" : ` (seed ${seed})`}; it has ` +
      known.join(", "),
  );
}

/**
 * Says in a sentence where a record is from.
 *
 * @param record The record.
 * @returns Such as "Recorded on 2026-11-30: CoLA 1.1, all-MiniLM-L6-v2, 3 trainings."
 */
export function describeRecord(
  { date, data, model, runs }: RunRecord,
): string {
  const trainings = runs.length === 0
    ? ""
    : `, ${runs.length} training${runs.length === 1 ? "" : "s"}`;
  return `Recorded on ${date}: ${data.title}, ${model}${trainings}.`;
}

/**
 * The epochs of all settings of a record side by side, each the mean over its seeds.
 *
 * @param record The record; its settings have equally many epochs.
 * @returns One row for each epoch, for `show()`.
 */
export function recordedEpochTable(
  { runs }: Pick<RunRecord, "runs">,
): Record<string, string | number>[] {
  const settings = [...Map.groupBy(runs, ({ label }) => label)];
  return runs[0]!.epochs.map(({ epoch }, i) => ({
    epoch,
    ...Object.fromEntries(settings.flatMap(([label, own]) => {
      const names = ["trainingLoss", "trainingAccuracy", "validationAccuracy"];
      return names.flatMap((name) => {
        const values = own.flatMap(({ epochs }) =>
          epochs[i]![name as keyof RecordedEpoch] ?? []
        );
        return values.length < own.length
          ? []
          : [[`${label}: ${words(name)}`, mean(values).toFixed(3)]];
      });
    })),
  }));
}

/** A setting of the grid, with the MCC of each of its seeds, the shared seed first. */
type GridSetting = {
  readonly options: RecordedOptions;
  readonly validation: readonly number[];
  readonly test: readonly number[];
};

/** The settings of a grid, those with the best validation MCC of the shared seed first. */
function gridOf({ runs }: Pick<RunRecord, "runs">): GridSetting[] {
  return [...Map.groupBy(runs, ({ label }) => label).values()]
    .map((own) => ({
      options: own[0]!.options,
      validation: own.map(({ epochs }) => epochs.at(-1)!.validationMcc),
      test: own.map(({ scores }) => scores["out of domain"]!["mcc"]!.value),
    })).sort((a, b) => b.validation[0]! - a.validation[0]!);
}

/**
 * The settings of a grid from the best to the worst by validation.
 *
 * @param record Trainings on CoLA that differ in batch size, learning rate and epochs;
 * the first seed is that of all settings, and some have more.
 * @returns One row for each setting, for `show()`.
 */
export function gridTable(
  record: Pick<RunRecord, "runs">,
): Record<string, string | number>[] {
  const spread = (values: readonly number[]): string =>
    values.length === 1
      ? ""
      : `${mean(values).toFixed(3)} ± ${standardDeviation(values).toFixed(3)}`;
  return gridOf(record).map(({ options, validation, test }) => ({
    "batch size": options.batchSize,
    "learning rate": options.learningRate.toExponential(),
    epochs: options.epochs,
    "validation MCC": validation[0]!.toFixed(3),
    "test MCC": test[0]!.toFixed(3),
    seeds: validation.length,
    "validation, mean ± SD": spread(validation),
    "test, mean ± SD": spread(test),
  }));
}

/**
 * Says how much each option of a grid matters, and whether the rate matters more than
 * the seed.
 *
 * @param record As for {@linkcode gridTable}.
 * @returns Sentences; each number is computed from the record.
 */
export function gridVerdict(record: Pick<RunRecord, "runs">): string {
  const settings = gridOf(record);
  const rangeOf = (name: "batchSize" | "learningRate" | "epochs"): number => {
    const means = [...Map.groupBy(settings, ({ options }) => options[name])]
      .map(([, own]) => mean(own.map(({ validation }) => validation[0]!)));
    return Math.max(...means) - Math.min(...means);
  };
  const ofSeeds = settings.filter(({ validation }) => validation.length > 1)
    .map(({ validation }) => standardDeviation(validation));
  const rate = rangeOf("learningRate");
  const said = `Validation MCC, means over the other options: the learning ` +
    `rates lie ${rate.toFixed(3)} apart, the batch sizes ` +
    `${rangeOf("batchSize").toFixed(3)}, the numbers of epochs ` +
    `${rangeOf("epochs").toFixed(3)}.`;
  if (ofSeeds.length === 0) return said;
  const most = Math.max(...ofSeeds);
  return `${said} The seeds of one setting have a standard deviation of up to ` +
    `${most.toFixed(3)}: the ` +
    (rate > 2 * most
      ? "rate matters more than the seed."
      : "seed matters about as much as the rate.");
}

/**
 * Says which cut of long texts was ahead, for each length that was trained with both, and
 * whether by more than the choice of the test examples explains.
 *
 * The half widths of the 95 % intervals of two independent scores, added as squares, give
 * that of their difference. These scores share their examples, so it is rather too wide.
 *
 * @param record Trainings that differ in `maxLength` and `truncation`.
 * @returns A line for each length; each number is computed from the record.
 */
export function cutVerdict(
  { data, runs }: Pick<RunRecord, "data" | "runs">,
): string {
  const scores = recordedScores({ runs }, "accuracy", "test");
  const lengths = new Set(runs.map(({ options }) => options.maxLength));
  return [...lengths].flatMap((maxLength) => {
    const [head, both] = (["head", "head+tail"] as const).map((cut) => {
      const run = runs.find(({ options }) =>
        options.maxLength === maxLength && options.truncation === cut
      );
      const score = scores.find(({ label }) => label === run?.label);
      return score && { cut, ...score };
    });
    if (head === undefined || both === undefined) return [];
    const [ahead, behind] = both.mean >= head.mean
      ? [both, head]
      : [head, both];
    const lead = ahead.mean - behind.mean;
    const halves = [ahead, behind].map(({ first }) => first.high - first.low)
      .map((width) => width / 2);
    const chance = Math.hypot(...halves);
    const [ours, theirs, gain, other] = [ahead.mean, behind.mean, lead, chance]
      .map((value) => value.toFixed(3));
    const numTest = data.sets["test"]!.examples.toLocaleString("en");
    return [
      `Recorded, on ${data.title}, ${maxLength} tokens: ${ahead.cut} has ${ours} ` +
      `and ${behind.cut} ${theirs}, a lead of ${gain} for ${ahead.cut}. With ` +
      `${numTest} other test examples it may differ by ${other} (95 %): ` +
      (lead > chance
        ? "the lead is larger than that."
        : "the lead may be chance."),
    ];
  }).join("\n");
}

/**
 * The recorded times of an epoch by padding strategy.
 *
 * @param record `time_by_length`.
 * @returns One row for each strategy, for `show()`.
 */
export function paddingTable(
  { paddings = [] }: Pick<RunRecord, "paddings">,
): Record<string, string>[] {
  return paddings.map(({ padding, tokensPerSentence, epochSeconds }) => ({
    padding,
    "tokens per sentence": tokensPerSentence.toFixed(1),
    "seconds per epoch": epochSeconds.toFixed(1),
    "of the first": (epochSeconds / paddings[0]!.epochSeconds).toFixed(2),
  }));
}
