/** Report page of a training on one's own data: one HTML file that holds all it shows. @module */

import { existsSync } from "node:fs";
import { writeSynced } from "../../lib/checkpoint/atomic_write.ts";
import type { Dataset, PartReport } from "../../lib/datasets/dataset.ts";
import { PARTS } from "../../lib/datasets/dataset.ts";
import { words } from "../../lib/printable.ts";
import type { EpochEvent, Metrics } from "../../lib/training/events.ts";
import type { StepEvent } from "../../lib/training/train_epoch.ts";
import type { ClassScores } from "../../lib/evaluation/report.ts";
import {
  intervalChart,
  lengthHistogram,
} from "../../lib/views/charts/distributions.ts";
import {
  lossCurves,
  trainingLossChart,
} from "../../lib/views/charts/training.ts";
import type { VegaLiteSpec } from "../../lib/views/charts/chart.ts";
import { renderSvg } from "../../lib/views/picture.ts";
import { escapeHtml } from "../../lib/views/escape.ts";
import { table } from "../../lib/views/table.ts";
import type { Cell, MimeBundle } from "../jupyter/notebook.ts";
import { type KeyFigure, reportPage } from "../jupyter/page.ts";
import type { Row, Section, Shown } from "./task.ts";
import { format, ROUNDS, type Verdict } from "./verdict.ts";

/** What happened in a training. */
export type TrainingStory = {
  readonly steps: readonly StepEvent[];
  readonly epochs: readonly OwnEpoch[];
  /** As many as there are, unless the time was over. */
  readonly totalSteps: number;
};

/** The end of an epoch: every task has a loss. */
export type OwnEpoch = EpochEvent<Metrics> & {
  readonly validationLoss: number;
};

/**
 * A chart as it is shown in a report.
 *
 * @param spec The chart.
 * @param text What it shows, for those who cannot see it.
 */
export async function drawn(spec: VegaLiteSpec, text: string): Promise<Shown> {
  return { svg: await renderSvg(spec), text };
}

/**
 * Writes the report.
 *
 * @param title Its title.
 * @param figures The figures to show first.
 * @param sections Its parts, in order.
 * @returns A page that needs nothing else.
 */
export function ownReport(
  title: string,
  figures: KeyFigure[],
  sections: readonly Section[],
): string {
  const cells: Cell[] = sections.flatMap(({ markdown, shown }, i) => [
    { cell_type: "markdown", id: `text-${i}`, metadata: {}, source: markdown },
    {
      cell_type: "code",
      id: `shown-${i}`,
      metadata: { jupyter: { source_hidden: true } },
      source: "",
      execution_count: null,
      outputs: shown.map((each) => ({
        output_type: "display_data",
        data: bundleOf(each),
        metadata: {},
      })),
    },
  ]);
  const notebook = {
    cells,
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  } as const;
  return reportPage([{ name: "Results", notebook }], { title, figures });
}

/**
 * Adds a section to a report, or replaces it; nothing if there is no report, or another
 * page.
 *
 * @param file The report.
 * @param section Its id and title, a text, and what is below it.
 */
export async function addToReport(
  file: string,
  { id, title, text, html }: {
    readonly id: string;
    readonly title: string;
    readonly text: string;
    readonly html: string;
  },
): Promise<void> {
  if (!existsSync(file)) return;
  const [begin, end] = [`<!-- ${id} -->`, `<!-- end of ${id} -->`];
  const section = `${begin}<section id="${id}"><h2>${escapeHtml(title)}</h2>` +
    `<p>${escapeHtml(text)}</p>${html}</section>${end}`;
  const page = await Deno.readTextFile(file);
  const main = page.lastIndexOf("</main>");
  if (main < 0) return;
  const from = page.indexOf(begin), to = page.indexOf(end, from);
  const changed = from < 0 || to < 0
    ? page.slice(0, main) + section + "\n" + page.slice(main)
    : page.slice(0, from) + section + page.slice(to + end.length);
  await writeSynced(file, [new TextEncoder().encode(changed)]);
}

function bundleOf(shown: Shown): MimeBundle {
  if ("rows" in shown) {
    const { html, text } = table(shown.rows);
    return { "text/html": html, "text/plain": text };
  }
  const { text } = shown;
  return "html" in shown
    ? { "text/html": shown.html, "text/plain": text }
    : { "image/svg+xml": shown.svg, "text/plain": text };
}

/**
 * The data: its parts and labels, and what is odd about it.
 *
 * @param dataset The data.
 * @param lengths Tokens of each training text.
 * @param maxLength Where longer ones are cut.
 */
export async function dataSection<E>(
  dataset: Dataset<E>,
  lengths: readonly number[],
  maxLength: number,
): Promise<Section> {
  const { labels, report, oddities = [] } = dataset;
  const parts = PARTS.filter((part) => report[part].rows > 0);
  const areCounted = report.train.labelCounts.length > 0;
  const rows: Row[] = !areCounted ? [] : labels.map((label, id) => ({
    label,
    ...Object.fromEntries(
      parts.map((part) => [part, report[part].labelCounts[id] ?? 0]),
    ),
  }));
  const odd: Row[] = [
    ...oddities.map(({ part, what, action, rows }) => ({
      part,
      what,
      "what was done": action,
      rows: rows.length,
      where: `${rows.slice(0, 8).join(", ")}${rows.length > 8 ? ", …" : ""}`,
    })),
    ...parts.flatMap((part) => warningsOf(part, report[part])),
  ];
  const isSample = lengths.length < report.train.rows;
  return {
    markdown: `## The data\n\n${escapeMarkdown(dataset.description)}.` +
      (isSample
        ? ` Lengths, duplicates and the baselines are those of ${lengths.length} ` +
          `training texts, drawn at random.`
        : "") +
      (odd.length === 0 && !isSample
        ? "\n\nNo odd rows, no duplicates, and no text of the training set in " +
          "another part."
        : ""),
    shown: [
      { rows: parts.map((part) => ({ part, rows: report[part].rows })) },
      ...rows.length > 0 ? [{ rows }] : [],
      ...odd.length > 0 ? [{ rows: odd }] : [],
      await drawn(
        lengthHistogram(lengths, { maxLengths: [maxLength] }),
        `Lengths of the training texts in tokens; ${
          lengths.filter((length) => length > maxLength).length
        } of ${lengths.length} are cut after ${maxLength}`,
      ),
    ],
  };
}

function warningsOf(part: string, report: PartReport): Row[] {
  const { duplicates, conflicting, inTrain } = report;
  const found: [string, number][] = [
    ["a text that occurred before", duplicates],
    ["a text with different answers", conflicting.length],
    ["a text that is also in the training set", inTrain],
  ];
  return found.filter(([, rows]) => rows > 0).map(([what, rows]) => ({
    part,
    what,
    "what was done": "kept",
    rows,
  }));
}

/** The training: its losses, and the scores after each epoch. */
export async function trainingSection(
  { steps, epochs, totalSteps }: TrainingStory,
  recipe: Row,
): Promise<Section> {
  const epochEnds = epochs.map(({ epoch }) =>
    steps.findLast((step) => step.epoch === epoch)?.step ?? 0
  );
  return {
    markdown: "## The training" +
      (steps.length < totalSteps
        ? `\n\nThe time was over after ${steps.length} of ${totalSteps} steps.`
        : ""),
    shown: [
      { rows: [named(recipe)] },
      await drawn(
        trainingLossChart(steps, { epochEnds }),
        `The loss of ${steps.length} steps`,
      ),
      ...epochs.length > 1
        ? [
          await drawn(
            lossCurves(epochs),
            "Training and validation loss after each epoch",
          ),
        ]
        : [],
      ...epochs.length > 0
        ? [{ rows: epochs.map((each) => rowOfEpoch(each, epochs)) }]
        : [],
    ],
  };
}

function rowOfEpoch(event: OwnEpoch, all: readonly OwnEpoch[]): Row {
  const { epoch, trainingLoss, trainingSeconds, validationSeconds } = event;
  const scores = Object.entries(event).filter(([name, value]) =>
    name.startsWith("validation") && typeof value === "number" &&
    name !== "validationSeconds"
  );
  return {
    epoch,
    ...scoreRow({ trainingLoss, ...Object.fromEntries(scores) }),
    seconds: Math.round(trainingSeconds + validationSeconds),
    best: event === all.findLast(({ best }) => best) ? "✓" : "",
  };
}

function capitalized(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

/** A row with its names in words. */
function named(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [words(name), value]),
  );
}

/** Scores as a row: a round one has as many decimals as the others. */
export function scoreRow(scores: Readonly<Record<string, unknown>>): Row {
  const texts = Object.entries(scores).map(([name, value]) =>
    [name, typeof value === "number" ? value.toFixed(4) : value] as const
  );
  return named(Object.fromEntries(texts));
}

/** The scores of a class as a row, and how many there are of it. */
export function classRow(
  { precision, recall, fScore, support }: ClassScores,
  unit: string,
): Row {
  return {
    ...scoreRow({ precision, recall, f1: fScore }),
    [unit]: support,
  };
}

/** What is said of a list of which ten rows are shown. */
export function firstTen(rows: readonly Row[]): string {
  return rows.length > 10 ? "; here are ten" : "";
}

/** A text that has nothing to say in Markdown, such as the name of a file. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>#|~]/g, "\\$&");
}

/**
 * The scores, beside those of the baselines.
 *
 * @param verdict What the scores say.
 * @param scores The metrics of each part; the last part is what the verdict is about.
 */
export async function scoreSection(
  { metric, score, comparisons, sentence }: Verdict,
  scores: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Promise<Section> {
  const part = Object.keys(scores).at(-1)!;
  const intervals = [
    { label: "this model", ...score },
    ...comparisons.map(({ baseline, score }) => ({
      label: baseline,
      ...score,
    })),
  ];
  return {
    markdown: "## The scores\n\n" +
      `**${
        capitalized(sentence)
      }.** In brackets: 95 % intervals, from drawing the ` +
      `${part} examples ${ROUNDS} times with replacement.` +
      (part === "test"
        ? ""
        : " There is no test set: the best epoch was chosen " +
          "by these examples, so new ones will score lower."),
    shown: [
      await drawn(
        intervalChart(intervals, {
          title: `${capitalized(metric)} on the ${part} set`,
          valueTitle: metric,
        }),
        intervals.map((each) => `${each.label} ${format(each)}`).join("; "),
      ),
      {
        rows: Object.entries(scores).map(([part, metrics]) => ({
          part,
          ...scoreRow(metrics),
        })),
      },
    ],
  };
}
