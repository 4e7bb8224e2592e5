/**
 * Charts of a training run: losses, learning rates, and what more data would bring.
 *
 * @module
 */

import {
  chart,
  type ChartLayer,
  type ChartPosition,
  levelLine,
  quantitative,
  TOP_LEGEND,
  type VegaLiteSpec,
} from "./chart.ts";
import { COLORS } from "../theme.ts";

/**
 * Smooths a series by a trailing mean over at most `window` values.
 *
 * @param values The series.
 * @param window How many values a mean takes in, at least 1.
 * @returns As many means as values; the first ones average what there is.
 */
export function trailingMean(
  values: readonly number[],
  window: number,
): number[] {
  return values.map((_, i) => {
    const recent = values.slice(Math.max(0, i + 1 - window), i + 1);
    return recent.reduce((sum, value) => sum + value, 0) / recent.length;
  });
}

/**
 * Draws the loss of each training step, with its trailing mean.
 *
 * @param steps One entry a step, as the training loop yields them.
 * @param options `window`: steps in the mean; a tenth of the run if not given. `lines`:
 *   level lines to compare with, each with its name, such as the loss of saying the
 *   classes' shares. `epochEnds`: the last step of each epoch, drawn as upright lines.
 * @returns The chart.
 */
export function trainingLossChart(
  steps: readonly { step: number; loss: number }[],
  options: {
    title?: string;
    window?: number;
    lines?: readonly { label: string; value: number }[];
    epochEnds?: readonly number[];
  } = {},
): VegaLiteSpec {
  const { title = "Loss of each training step", lines = [], epochEnds = [] } =
    options;
  const window = options.window ??
    Math.min(50, Math.max(3, Math.round(steps.length / 10)));
  const losses = steps.map(({ loss }) => loss);
  const means = trailingMean(losses, window);
  const named = lines.map(({ label, value }) => ({
    label: `${label}: ${nats(value)}`,
    value,
  }));
  const heights = [...losses, ...lines.map(({ value }) => value)];
  const eachStep = "each step";
  const meanOf = `mean of the last ${window} steps`;
  const color = {
    type: "nominal",
    legend: { ...TOP_LEGEND, symbolStrokeWidth: 3 },
    scale: {
      domain: [eachStep, meanOf],
      range: [COLORS.skyBlue, COLORS.blue],
    },
  } as const;
  return chart({
    title,
    description: `${title}: ${steps.length} steps, from ` +
      `${nats(means.at(0))} to ${nats(means.at(-1))} nats (${meanOf}).` +
      named.map(({ label }) => ` ${label}.`).join(""),
    data: {
      values: steps.map(({ step, loss }, i) => ({
        step,
        loss,
        mean: means[i],
      })),
    },
    layer: [
      ...epochEnds.map((step): ChartLayer => ({
        data: { values: [{ step }] },
        mark: { type: "rule", color: COLORS.grey, strokeDash: [2, 3] },
        encoding: { x: STEP_AXIS },
      })),
      {
        mark: { type: "line", opacity: 0.65, strokeWidth: 1, tooltip: true },
        encoding: {
          x: STEP_AXIS,
          y: lossAxis("loss", heights),
          color: { ...color, datum: eachStep },
        },
      },
      {
        mark: { type: "line", strokeWidth: 2.5, tooltip: true },
        encoding: {
          x: STEP_AXIS,
          y: lossAxis("mean", heights),
          color: { ...color, datum: meanOf },
        },
      },
      ...named.flatMap((line) =>
        levelLine(line, {
          x: steps.at(-1)?.step ?? 1,
          isBelow: line.value < (means.at(-1) ?? 0),
        })
      ),
    ],
  });
}

/**
 * Draws training and validation loss after each epoch.
 *
 * Where the two part, the model begins to learn its training texts by heart.
 *
 * @param stats One entry an epoch, epochs counted from 1.
 * @param options `title`.
 * @returns The chart.
 */
export function lossCurves(
  stats: readonly {
    epoch: number;
    trainingLoss: number;
    validationLoss: number;
  }[],
  options: { title?: string } = {},
): VegaLiteSpec {
  const { title = "Training and validation loss" } = options;
  const epochs = stats.map(({ epoch }) => epoch);
  const first = epochs.at(0) ?? 1;
  const last = epochs.at(-1) ?? 1;
  return chart({
    title,
    description: `${title}. ` +
      stats.map((row) =>
        `Epoch ${row.epoch}: training ${nats(row.trainingLoss)}, ` +
        `validation ${nats(row.validationLoss)} nats.`
      ).join(" "),
    data: {
      values: stats.flatMap(({ epoch, trainingLoss, validationLoss }) => [
        { epoch, split: "training", loss: trainingLoss },
        { epoch, split: "validation", loss: validationLoss },
      ]),
    },
    mark: {
      type: "line",
      point: { size: 80, filled: true, opacity: 1 },
      tooltip: true,
    },
    encoding: {
      x: quantitative("epoch", "Epoch", {
        // Ticks only at whole epochs; with many, Vega chooses among them.
        axis: {
          format: "d",
          grid: false,
          tickMinStep: 1,
          ...(epochs.length <= 12 ? { values: epochs } : {}),
        },
        scale: { domain: [first - 0.25, last + 0.25], nice: false },
      }),
      y: lossAxis(
        "loss",
        stats.flatMap((row) => [row.trainingLoss, row.validationLoss]),
      ),
      color: {
        field: "split",
        type: "nominal",
        legend: TOP_LEGEND,
        scale: {
          domain: ["training", "validation"],
          range: [COLORS.blue, COLORS.vermilion],
        },
      },
      shape: {
        field: "split",
        type: "nominal",
        legend: TOP_LEGEND,
        scale: {
          domain: ["training", "validation"],
          range: ["circle", "square"],
        },
      },
    },
  });
}

/** Curves by name, in colour or in another look, with their legend. */
function series(field: string, names: readonly string[]): {
  field: string;
  type: "nominal";
  scale: { domain: string[] };
  legend: typeof TOP_LEGEND;
} {
  // Without a domain Vega-Lite 5 draws a legend for each look.
  const scale = { domain: [...new Set(names)] };
  return { field, type: "nominal", scale, legend: TOP_LEGEND };
}

/** The axis of the steps of a training. */
const STEP_AXIS = quantitative("step", "Step (batches seen)", {
  axis: { format: "d", tickMinStep: 1, grid: false },
  scale: { nice: false, zero: false },
});

/** The loss axis: cross-entropy with natural logarithms is measured in nats. */
function lossAxis(field: string, losses: readonly number[]): ChartPosition {
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  // No loss is below 0, so no room is left there.
  const reachesDown = low < 0.2 * (high - low);
  return quantitative(field, "Loss (nats)", {
    scale: {
      zero: false,
      nice: true,
      ...(reachesDown ? { domainMin: 0 } : { padding: 12 }),
    },
    axis: { tickCount: 6 },
  });
}

function nats(loss: number | undefined): string {
  return loss === undefined ? "nothing" : loss.toFixed(3);
}

/**
 * Draws the learning rate of each step, for one schedule or several.
 *
 * @param schedules The rates by the schedule's name, step 1 first.
 * @param options `title`.
 * @returns The chart.
 */
export function learningRateChart(
  schedules: Readonly<Record<string, readonly number[]>>,
  options: { title?: string } = {},
): VegaLiteSpec {
  const { title = "Learning rate of each step" } = options;
  const names = Object.keys(schedules);
  const schedule = series("schedule", names);
  const say = (rate: number | undefined): string =>
    rate === undefined ? "nothing" : rate.toExponential(1);
  return chart({
    title,
    description: `${title}. ` + Object.entries(schedules).map(
      ([name, rates]) =>
        `${name}: ${rates.length} steps, highest ${
          say(rates.length > 0 ? Math.max(...rates) : undefined)
        }, last ${say(rates.at(-1))}.`,
    ).join(" "),
    data: {
      values: Object.entries(schedules).flatMap(([schedule, rates]) =>
        rates.map((rate, index) => ({ schedule, step: index + 1, rate }))
      ),
    },
    mark: { type: "line", tooltip: true },
    encoding: {
      x: STEP_AXIS,
      y: quantitative("rate", "Learning rate", {
        axis: {
          tickCount: 5,
          labelExpr: "datum.value === 0 ? '0' : format(datum.value, '.1~e')",
        },
      }),
      color: schedule,
      strokeDash: schedule,
    },
  });
}

/**
 * Draws a score against the number of training examples, each doubling of which
 * takes the same space.
 *
 * @param points One entry for each training; `series` names what else differs. `low`
 * and `high`, if given, are the ends of an interval around the score.
 * @param options Titles; `chance`: what guessing would score, a dashed line.
 * @returns The chart.
 */
export function learningCurve(
  points: readonly {
    examples: number;
    score: number;
    series: string;
    low?: number;
    high?: number;
  }[],
  options: { title: string; xTitle: string; yTitle: string; chance: number },
): VegaLiteSpec {
  const { title, xTitle, yTitle, chance } = options;
  const sizes = [...new Set(points.map(({ examples }) => examples))];
  const intervals = points.filter(({ low }) => low !== undefined);
  const lowest = Math.min(
    chance,
    ...points.map(({ score, low = score }) => low),
  );
  const scale = { domain: [lowest - 0.05, 1], nice: false, zero: false };
  const color = series("series", points.map(({ series }) => series));
  const x = quantitative("examples", xTitle, {
    scale: { type: "log", base: 2, nice: false, padding: 24 },
    axis: { values: sizes, format: "d", grid: false },
  });
  return chart({
    title: {
      text: title,
      subtitle: `dashed: guessing, ${chance.toFixed(2)}`,
    },
    description: `${title}. ` +
      points.map(({ examples, score, series }) =>
        `${series}, ${examples} examples: ${score.toFixed(3)}.`
      ).join(" "),
    data: { values: [...points] },
    layer: [
      {
        data: { values: [{ chance }] },
        mark: { type: "rule", strokeDash: [6, 4], strokeWidth: 1.5 },
        encoding: { y: { field: "chance", type: "quantitative", scale } },
      },
      ...(intervals.length === 0 ? [] : [{
        data: { values: intervals },
        mark: { type: "rule" as const, strokeWidth: 2, opacity: 0.6 },
        encoding: {
          x,
          y: { field: "low", type: "quantitative" as const, scale },
          y2: { field: "high" },
          color,
        },
      }]),
      {
        mark: {
          type: "line",
          point: { size: 90, filled: true, opacity: 1 },
          tooltip: true,
        },
        encoding: {
          x,
          y: quantitative("score", yTitle, {
            scale,
            axis: { format: ".1f", tickCount: 6 },
          }),
          color,
          shape: color,
        },
      },
    ],
  });
}
