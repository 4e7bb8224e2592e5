/**
 * Compiles functions of tensors: the many operations of a tfjs function become
 * one TensorFlow function that runs by a single call.
 *
 * It knows nothing of models or training: any tfjs function will do if what it
 * does follows from shapes and not from values. See {@linkcode compile}.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import {
  accelerator,
  type ConcreteFunction,
  type GraphOptions,
  type SignatureReport,
} from "./accelerator.ts";
import { flatten, type PyTree, unflatten } from "./py_tree.ts";
import { TracingCache } from "./tracing_cache.ts";
import { noteTrace } from "./tracing_report.ts";

/** How to compile. */
export type CompileOptions = GraphOptions & {
  /** Appears in messages and reports. */
  readonly name?: string;
  /** How many signatures are kept; default 32. */
  readonly maxSignatures?: number;
  /**
   * What happens at one more: `"refuse"`, the default, throws; `"forget"` frees the one
   * that was not called for longest.
   */
  readonly whenFull?: "refuse" | "forget";
};

/** A function that {@linkcode compile} made. */
export type Compiled<
  Args extends readonly PyTree[],
  Result extends PyTree | void,
> = {
  /** Calls the function. The caller disposes the tensors that it returns. */
  (...args: Args): Result;
  /**
   * How the last call ran: as a `"graph"`, or operation by operation, `"eager"`, if
   * the engine has no graphs, gradients were taken around the call, or
   * {@linkcode runFunctionsEagerly} is on.
   */
  readonly runs: "graph" | "eager" | "not yet";
  /** The signatures that are traced now. */
  readonly signatures: readonly SignatureReport[];
  /** Frees what was traced. A later call traces anew. */
  dispose(): void;
};

const DEFAULT_MAX_SIGNATURES = 32;

let isEager = false;

/**
 * Lets every compiled function run as it is, operation by operation: to look into
 * one while it runs, or to measure what compiling gains. As in Python
 * `tf.config.run_functions_eagerly`.
 *
 * @param eagerly `false` goes back to graphs.
 */
export function runFunctionsEagerly(eagerly: boolean): void {
  isEager = eagerly;
}

/**
 * The number of replicas: how many micro-batches a compiled function should compute side
 * by side, each on its own thread.
 *
 * One operation split among all threads ends when the slowest of them does, and the
 * next one begins with data in another core's cache. Replicas do not wait for each other
 * until their gradients are added up.
 *
 * @example WebAssembly has one replica
 * ```ts
 * import { numReplicas } from "bertbook/engine/compile.ts";
 * import { startEngine } from "bertbook/engine/engine.ts";
 * import assert from "node:assert/strict";
 *
 * await startEngine({ engine: "wasm" });
 * assert.equal(numReplicas(), 1);
 * ```
 *
 * @returns 1 if operations run one after the other: on a GPU, on engines without
 * graphs, and if compiled functions run operation by operation.
 */
export function numReplicas(): number {
  return isEager ? 1 : accelerator()?.numReplicas ?? 1;
}

/**
 * Makes a function that is traced at its first call, and runs as one operation
 * from then on.
 *
 * Tracing calls `run` once with symbols instead of tensors and writes down what
 * it does. So `run` sees shapes but no values; what it does besides tensors
 * happens once per signature, not per call. The signature is what a trace
 * depends on: the structure of the arguments, the shapes and element types of their
 * tensors, and their plain values. Every new signature is traced anew.
 *
 * - A tensor from outside that `run` uses is passed at each call. It must live.
 * - A `tf.Variable`, given or from outside, is read and assigned at each call,
 *   and changes in place: no buffer is copied.
 * - Gradients, `tf.tidy` and custom gradients work as always.
 *
 * On an engine without graphs the function runs as it is, with equal results; so
 * it does inside `tf.grads`, where every operation must be seen. `docs/compile.md`
 * has the rules, the errors and the ways out.
 *
 * @example Two operations become one
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { compile } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const affine = compile((x: tf.Tensor) => x.mul(2).add(1));
 * const y = affine(tf.tensor1d([1, 2]));
 * assert.deepEqual(y.arraySync(), [3, 5]);
 * ```
 *
 * @param run A synchronous function of tensors, in trees of objects and arrays,
 * and plain values. It returns a tree of tensors, or nothing.
 * @param options Name, limits and precision.
 * @returns The compiled function.
 * @throws {RangeError} If `maxSignatures` is no positive whole number or Infinity.
 */
export function compile<
  Args extends readonly PyTree[],
  Result extends PyTree | void,
>(
  run: (...args: Args) => Result,
  options: CompileOptions = {},
): Compiled<Args, Result> {
  const { name = run.name || "function" } = options;
  const cache = new TracingCache<ConcreteFunction<Result>>(name, {
    maxSignatures: options.maxSignatures ?? DEFAULT_MAX_SIGNATURES,
    whenFull: options.whenFull ?? "refuse",
  });
  let runs: "graph" | "eager" | "not yet" = "not yet";

  const call = (...args: Args): Result => {
    const engine = accelerator();
    // A traced function that calls another takes its operations in.
    if (engine?.isTracing()) return runTidied(run, args);
    // A gradient that is taken around the call must see every operation.
    const isSeen = isEager || tf.engine().state.gradientDepth > 0;
    if (engine === undefined || isSeen) {
      runs = "eager";
      return runTidied(run, args);
    }
    const { leaves, entry } = cache.find(args);
    runs = "graph";
    if (entry.value !== undefined) return entry.value.call(leaves);
    const start = performance.now();
    const traced = cache.add(entry, args, () => {
      const { treeDef } = flatten(args);
      return engine.trace({
        name,
        leaves,
        run: (symbols) => runTidied(run, unflatten(treeDef, symbols) as Args),
        options,
      });
    });
    const result = traced.firstCall(leaves);
    const { traceMs } = traced.report;
    noteTrace(name, { traceMs, firstCallMs: performance.now() - start });
    return result;
  };
  return Object.defineProperties(call, {
    runs: { get: () => runs },
    signatures: { get: () => cache.values.map(({ report }) => report) },
    dispose: { value: () => cache.clear() },
  }) as Compiled<Args, Result>;
}

/**
 * Runs a function in a `tf.tidy` that lets a tree of tensors out. As after a
 * graph, they are new ones: not the arguments, and each another.
 */
function runTidied<
  Args extends readonly PyTree[],
  Result extends PyTree | void,
>(run: (...args: Args) => Result, args: Args): Result {
  let result: Result | undefined;
  tf.tidy(() => {
    const returned = run(...args);
    if (returned === undefined) return [];
    if (returned instanceof Promise) throw refusePromise(returned);
    const { leaves, treeDef } = flatten(returned);
    const outputs = leaves.map((leaf) => leaf.clone());
    result = unflatten(treeDef, outputs) as Result;
    return outputs;
  });
  return result as Result;
}

function refusePromise(promise: Promise<unknown>): TypeError {
  promise.catch(() => {}); // it continues with disposed tensors
  return new TypeError(
    "Cannot compile an asynchronous function: all of it must run while it is " +
      "traced; found a Promise; await outside, before or after the call",
  );
}
