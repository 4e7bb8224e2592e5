/** Figures of a run, named and rounded for readers. @module */

import { type Results, tracingOf } from "../notebooks/support/results.ts";
import { duration } from "./shell/terminal.ts";

/** One figure with its name; `note` explains it. */
export type Figure = { label: string; value: string; note?: string };

/**
 * Names and rounds the figures of a run of the tutorial.
 *
 * @param results The content of `metrics.json`; missing figures are left out.
 * @returns The figures in the order in which they are shown.
 */
export function figuresOf(results: Results): Figure[] {
  const number = (name: string): number | undefined =>
    typeof results[name] === "number" ? results[name] : undefined;
  const text = (name: string): string | undefined =>
    typeof results[name] === "string" ? results[name] : undefined;
  const score = (name: string): string | undefined => number(name)?.toFixed(3);
  const time = (name: string): string | undefined => {
    const seconds = number(name);
    return seconds === undefined ? undefined : duration(seconds);
  };
  const interval = results["mccInterval"];
  const tracing = tracingOf(results);
  type Row = [
    label: string,
    value: string | undefined,
    note?: string | undefined,
  ];
  const figures: Row[] = [
    [
      "MCC, out of domain",
      score("mcc"),
      Array.isArray(interval)
        ? `95 % interval ${
          interval.map((x) => Number(x).toFixed(3)).join(" to ")
        }`
        : undefined,
    ],
    ["Accuracy, out of domain", score("accuracy")],
    ["MCC, in domain", score("inDomainMcc")],
    ["Data", text("data")],
    [
      "Model",
      text("model"),
      number("trainingSentences") === undefined
        ? undefined
        : `${number("trainingSentences")} training sentences, ${
          text("mode")
        } mode`,
    ],
    ["Engine", text("engine"), text("device")],
    ["Training time", time("trainingSeconds")],
    [
      "Tracing time",
      tracing && `${tracing.seconds.toFixed(1)} s`,
      tracing && `${tracing.signatures} compiled functions`,
    ],
    ["Whole run", time("seconds")],
  ];
  return figures.flatMap(([label, value, note]) =>
    value === undefined
      ? []
      : [{ label, value, ...(note === undefined ? {} : { note }) }]
  );
}
