/** A figure of data parallelism. @module */

import {
  arrow,
  box,
  compose,
  type Figure,
  MARGIN,
  note,
  type Tone,
  WIDTH,
} from "./drawing.ts";

type Variant = Parameters<typeof compose>[1];
const FULL = WIDTH - 2 * MARGIN, GAP = 24;
const EACH = (FULL - GAP) / 2;
const X = [MARGIN, MARGIN + EACH + GAP];
const CENTERS = X.map((left) => left + EACH / 2);
const HEIGHT = 34;

/**
 * A training step of two workers.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function dataParallel(variant?: Variant): Figure {
  const wide = (y: number, text: string, tone: Tone): string =>
    box({ x: MARGIN, y, width: FULL, height: HEIGHT }, text, tone);
  const both = (y: number, texts: readonly string[], tone: Tone): string =>
    X.map((x, i) =>
      box({ x, y, width: EACH, height: HEIGHT }, texts[i]!, tone, { size: 13 })
    ).join("");
  const downs = (from: number): string =>
    CENTERS.map((x) => arrow([[x, from], [x, from + 24]])).join("");
  return compose({
    title: "One step of two workers",
    height: 418,
    text:
      "A batch of 32 sentences is cut into two halves. Worker 0 computes the " +
      "gradients of the first 16 sentences, worker 1 those of the last 16. Their " +
      "gradients are summed up, each takes the same step of AdamW with the sum, and " +
      "so both have the same weights again.",
    content: [
      wide(46, "a batch of 32 sentences", "blue"),
      downs(80),
      both(108, ["worker 0: the first 16", "worker 1: the last 16"], "blue"),
      downs(142),
      both(
        170,
        ["its passes, its gradients", "its passes, its gradients"],
        "green",
      ),
      downs(204),
      wide(232, "all-reduce: the sum of the gradients", "orange"),
      downs(266),
      both(294, ["the same step of AdamW", "the same step of AdamW"], "green"),
      downs(328),
      both(356, ["the same weights", "the same weights"], "plain"),
      note(MARGIN, 408, "Only the orange part goes over the network."),
    ],
  }, variant);
}
