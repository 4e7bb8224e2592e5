/** Tracing report: what compiling has cost this process so far. @module */

/** What became of one compiled function. */
export type FunctionReport = {
  readonly name: string;
  /** How many signatures it was traced for. */
  readonly signatures: number;
  /** Time to run it over symbols, over all signatures. */
  readonly seconds: number;
  /** Time of the first calls: tracing, TensorFlow's preparations, and one run each. */
  readonly firstCallSeconds: number;
};

/** What became of all compiled functions. */
export type TracingReport = {
  readonly signatures: number;
  /** Time spent tracing. */
  readonly seconds: number;
  /** Time of all first calls. */
  readonly firstCallSeconds: number;
  /** From the costliest to the cheapest. */
  readonly functions: readonly FunctionReport[];
};

const traced = new Map<string, FunctionReport>();

/**
 * Notes that a function was traced.
 *
 * @param name The function's name; functions of one name are counted together.
 * @param cost How long tracing took, and the whole first call.
 */
export function noteTrace(
  name: string,
  cost: { traceMs: number; firstCallMs: number },
): void {
  const { signatures = 0, seconds = 0, firstCallSeconds = 0 } =
    traced.get(name) ?? {};
  traced.set(name, {
    name,
    signatures: signatures + 1,
    seconds: seconds + cost.traceMs / 1000,
    firstCallSeconds: firstCallSeconds + cost.firstCallMs / 1000,
  });
}

/**
 * Counts the functions that were traced since the process began, those among them
 * that have been disposed.
 *
 * @example One function, two shapes
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { compile } from "bertbook";
 * import { startEngine } from "bertbook/engine/engine.ts";
 * import { tracingReport } from "bertbook/engine/tracing_report.ts";
 * import assert from "node:assert/strict";
 *
 * await startEngine({ engine: "tensorflow" });
 * const double = compile((x: tf.Tensor) => x.mul(2), { name: "double" });
 * for (const size of [1, 2, 2]) tf.tidy(() => double(tf.zeros([size])));
 * const { functions } = tracingReport();
 * assert.equal(functions.find(({ name }) => name === "double")!.signatures, 2);
 * ```
 *
 * @returns Counts and times; nothing where the engine has no graphs.
 */
export function tracingReport(): TracingReport {
  const functions = [...traced.values()].sort((a, b) => b.seconds - a.seconds);
  const total = (field: Exclude<keyof FunctionReport, "name">): number =>
    functions.reduce((sum, each) => sum + each[field], 0);
  return {
    signatures: total("signatures"),
    seconds: total("seconds"),
    firstCallSeconds: total("firstCallSeconds"),
    functions,
  };
}
