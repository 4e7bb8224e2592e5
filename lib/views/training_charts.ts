/**
 * Charts of a training run: the loss of each step and of each epoch.
 *
 * @module
 */

import {
  chart,
  type ChartPosition,
  COLORS,
  type VegaLiteSpec,
} from "./theme.ts";

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
 * @param options `window`: steps in the mean; a tenth of the run if not given.
 * @returns The chart.
 */
export function trainingLossChart(
  steps: readonly { step: number; loss: number }[],
  options: { title?: string; window?: number } = {},
): VegaLiteSpec {
  const { title = "Loss of each training step" } = options;
  const window = options.window ??
    Math.min(50, Math.max(3, Math.round(steps.length / 10)));
  const losses = steps.map(({ loss }) => loss);
  const means = trailingMean(losses, window);
  const eachStep = "each step";
  const meanOf = `mean of the last ${window} steps`;
  return chart({
    title,
    description: `${title}: ${steps.length} steps, from ` +
      `${nats(means.at(0))} to ${nats(means.at(-1))} nats (${meanOf}).`,
    data: {
      values: steps.map(({ step, loss }, i) => ({
        step,
        loss,
        mean: means[i],
      })),
    },
    encoding: {
      x: STEP_AXIS,
      color: {
        type: "nominal",
        legend: { orient: "top", title: null, symbolStrokeWidth: 3 },
        scale: {
          domain: [eachStep, meanOf],
          range: [COLORS.skyBlue, COLORS.blue],
        },
      },
    },
    layer: [
      {
        mark: { type: "line", opacity: 0.65, strokeWidth: 1, tooltip: true },
        encoding: { y: lossAxis("loss", losses), color: { datum: eachStep } },
      },
      {
        mark: { type: "line", strokeWidth: 2.5, tooltip: true },
        encoding: { y: lossAxis("mean", losses), color: { datum: meanOf } },
      },
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
      x: {
        field: "epoch",
        type: "quantitative",
        title: "Epoch",
        // Ticks only at whole epochs; with many, Vega chooses among them.
        axis: {
          format: "d",
          grid: false,
          tickMinStep: 1,
          ...(epochs.length <= 12 ? { values: epochs } : {}),
        },
        scale: { domain: [first - 0.25, last + 0.25], nice: false },
      },
      y: lossAxis(
        "loss",
        stats.flatMap((row) => [row.trainingLoss, row.validationLoss]),
      ),
      color: {
        field: "split",
        type: "nominal",
        legend: { orient: "top", title: null },
        scale: {
          domain: ["training", "validation"],
          range: [COLORS.blue, COLORS.vermilion],
        },
      },
      shape: {
        field: "split",
        type: "nominal",
        legend: { orient: "top", title: null },
        scale: {
          domain: ["training", "validation"],
          range: ["circle", "square"],
        },
      },
    },
  });
}

/** The axis of the steps of a training. */
export const STEP_AXIS = {
  field: "step",
  type: "quantitative",
  title: "Step (batches seen)",
  axis: { format: "d", tickMinStep: 1, grid: false },
  scale: { nice: false, zero: false },
} as const satisfies ChartPosition;

/** The loss axis: cross-entropy with natural logarithms is measured in nats. */
function lossAxis(field: string, losses: readonly number[]): ChartPosition {
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  // No loss is below 0, so no room is left there.
  const reachesDown = low < 0.2 * (high - low);
  return {
    field,
    type: "quantitative",
    title: "Loss (nats)",
    scale: {
      zero: false,
      nice: true,
      ...(reachesDown ? { domainMin: 0 } : { padding: 12 }),
    },
    axis: { tickCount: 6 },
  };
}

function nats(loss: number | undefined): string {
  return loss === undefined ? "nothing" : loss.toFixed(3);
}
