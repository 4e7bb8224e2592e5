/** Report page of a training on one's own data: one HTML file that holds all it shows. @module */

import type { Dataset, PartReport } from "../../lib/datasets/dataset.ts";
import { PARTS } from "../../lib/datasets/dataset.ts";
import type { EpochEvent, Metrics } from "../../lib/training/events.ts";
import type { StepEvent } from "../../lib/training/train_epoch.ts";
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
import { table } from "../../lib/views/table.ts";
import type { Cell, MimeBundle } from "../jupyter/notebook.ts";
import { type KeyFigure, reportPage } from "../jupyter/page.ts";
import type { Row, Section, Shown } from "./task.ts";
import { format, type Verdict } from "./verdict.ts";

/** What happened in a training. */
export type TrainingStory = {
  readonly steps: readonly StepEvent[];
  readonly epochs: readonly OwnEpoch[];
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
  return reportPage([{ name: "report", notebook }], { title, figures });
}

function bundleOf(shown: Shown): MimeBundle {
  if ("rows" in shown) {
    const { html, text } = table(shown.rows);
    return { "text/html": html, "text/plain": text };
  }
  const { text } = shown;
  return "svg" in shown
    ? { "image/svg+xml": shown.svg, "text/plain": text }
    : { "text/html": shown.html, "text/plain": text };
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
  const rows: Row[] = labels.length === 0 ? [] : labels.map((label, id) => ({
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
  return {
    markdown: `# ${dataset.title}\n\n${dataset.description}.\n\n## The data` +
      (odd.length === 0
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
  { steps, epochs }: TrainingStory,
  recipe: Row,
): Promise<Section> {
  const epochEnds = epochs.map(({ epoch }) =>
    steps.findLast((step) => step.epoch === epoch)?.step ?? 0
  );
  return {
    markdown: "## The training",
    shown: [
      { rows: [recipe] },
      await drawn(
        trainingLossChart(steps, { epochEnds }),
        `The loss of ${steps.length} steps`,
      ),
      ...epochs.length > 0
        ? [
          await drawn(
            lossCurves(epochs),
            "Training and validation loss after each epoch",
          ),
          { rows: epochs.map(rowOfEpoch) },
        ]
        : [],
    ],
  };
}

function rowOfEpoch(event: OwnEpoch): Row {
  const { epoch, best, trainingLoss, trainingSeconds } = event;
  const scores = Object.entries(event)
    .filter(([name, value]) =>
      name.startsWith("validation") && typeof value === "number"
    )
    .map(([name, value]) => [words(name), value]);
  return {
    epoch,
    "training loss": trainingLoss,
    ...Object.fromEntries(scores),
    "training seconds": Math.round(trainingSeconds),
    best: best ? "best so far" : "",
  };
}

/** `validation macro F1` of `validationMacroF1`. */
export function words(name: string): string {
  return name.replace(
    /(?<=[a-z])([A-Z])/g,
    (letter) => ` ${letter.toLowerCase()}`,
  )
    .replace(/\bf1\b/, "F1");
}

/** The scores on the test examples, beside the baselines'. */
export async function scoreSection(
  { metric, score, comparisons, sentence }: Verdict,
  scores: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Promise<Section> {
  const intervals = [
    { label: "this model", ...score },
    ...comparisons.map(({ baseline, score }) => ({
      label: baseline,
      ...score,
    })),
  ];
  return {
    markdown:
      `## The scores\n\n**${sentence}.** In brackets: 95 % intervals, from ` +
      `drawing the test examples 1,000 times with replacement.`,
    shown: [
      await drawn(
        intervalChart(intervals, {
          title: `${metric} on the test set`,
          valueTitle: metric,
        }),
        intervals.map((each) => `${each.label} ${format(each)}`).join("; "),
      ),
      {
        rows: Object.entries(scores).map(([part, metrics]) => ({
          part,
          ...Object.fromEntries(
            Object.entries(metrics).map((
              [name, value],
            ) => [words(name), value]),
          ),
        })),
      },
    ],
  };
}
