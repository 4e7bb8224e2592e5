/**
 * Compiles functions of tensors: the many operations of a tfjs function become
 * one TensorFlow function that runs by a single call.
 *
 * It knows nothing of models or training: any tfjs function will do, as long as
 * what it does follows from shapes and not from values. See {@linkcode compile}.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { flatten, type PyTree, rebuild } from "./py_tree.ts";
import { SignatureIndex } from "./signature_index.ts";
import { type Sample, sampleOf, tooManySignatures } from "./signature_limit.ts";
import {
  CompiledSignature,
  type GraphOptions,
  type SignatureReport,
} from "./tensorflow/compiled_signature.ts";
import { currentTrace } from "./tensorflow/trace.ts";
import { noteTrace } from "./tracing_report.ts";
import { tensorFlowBackend, tensorFlowBinding } from "./tensorflow/backend.ts";
import { withXlaFlags } from "./tensorflow/xla_flags.ts";

export type { SignatureReport } from "./tensorflow/compiled_signature.ts";

/** How to compile. */
export type CompileOptions = GraphOptions & {
  /** Stands in messages and reports. */
  readonly name?: string;
  /** How many signatures are kept; default 32. */
  readonly maxSignatures?: number;
  /**
   * What one more means: a mistake, `"refuse"`, which is the default; or that the one
   * that was not called for longest is freed, `"forget"`.
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
   * How the last call ran: as a `"graph"`, or operation by operation, `"eager"`,
   * where the engine has no graphs, gradients were taken around the call, or
   * {@linkcode runFunctionsEagerly} said so.
   */
  readonly runs: "graph" | "eager" | "not yet";
  /** The signatures traced so far, those forgotten left out. */
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

/** What {@linkcode runFunctionsEagerly} was told last. */
export function functionsRunEagerly(): boolean {
  return isEager;
}

/**
 * Makes a function that is traced at its first call, and runs as one operation
 * from then on.
 *
 * Tracing calls `run` once with symbols instead of tensors and writes down what
 * it does. So `run` sees shapes but no values; what it does besides tensors
 * happens once per signature, not per call. The signature is what a trace
 * depends on: the form of the arguments, the shapes and element types of their
 * tensors, and their plain values. Every new signature is traced anew.
 *
 * - A tensor from outside that `run` uses is passed at each call. It must live.
 * - A `tf.Variable`, given or from outside, is read and assigned at each call,
 *   and changes in place: no buffer is copied.
 * - Gradients, `tf.tidy` and custom gradients work as always.
 *
 * On an engine without graphs the function runs as it is, with equal results; so
 * it does inside `tf.grads`, where every operation must be seen. `COMPILE.md`
 * beside this file has the rules, the errors and the ways out.
 *
 * @example Two operations become one
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { compile } from "bertbook/engine/compile.ts";
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
  const { name = run.name || "function", whenFull = "refuse" } = options;
  const limit = options.maxSignatures ?? DEFAULT_MAX_SIGNATURES;
  checkLimit(name, limit);
  const index = new SignatureIndex<CompiledSignature<Result>>();
  /** Of what was traced; where signatures are forgotten, the last called last. */
  const places = new Set<{ value: CompiledSignature<Result> | undefined }>();
  let runs: "graph" | "eager" | "not yet" = "not yet";

  const signatures = (): CompiledSignature<Result>[] =>
    Array.from(places, ({ value }) => value!);
  const makeRoom = (sample: Sample): void => {
    if (places.size < limit) return;
    if (whenFull === "refuse") {
      const samples = signatures().map(({ sample }) => sample);
      throw tooManySignatures(name, [...samples, sample]);
    }
    const [oldest] = places;
    places.delete(oldest!);
    oldest!.value!.dispose();
    oldest!.value = undefined;
  };
  const trace = (
    backend: NodeJSKernelBackend,
    args: Args,
  ): CompiledSignature<Result> => {
    const { leaves, form } = flatten(args);
    const sample = sampleOf(form, leaves);
    makeRoom(sample);
    return new CompiledSignature(backend, {
      ...{ name, leaves, sample, options },
      run: (symbols) => runTidied(run, rebuild(form, symbols) as Args),
    });
  };
  const call = (...args: Args): Result => {
    const backend = tensorFlowBackend();
    // A traced function that calls another takes its operations in.
    if (currentTrace() !== undefined) return runTidied(run, args);
    // A gradient that is taken around the call must see every operation.
    const seen = isEager || tf.engine().state.gradientDepth > 0;
    if (backend === undefined || seen) {
      runs = "eager";
      return runTidied(run, args);
    }
    const { leaves, place } = index.find(args);
    runs = "graph";
    if (place.value !== undefined) {
      if (whenFull === "forget" && places.delete(place)) places.add(place);
      return place.value.call(leaves);
    }
    const start = performance.now();
    place.value = trace(backend, args);
    places.add(place);
    const { context } = tensorFlowBinding().eager;
    const signature = place.value;
    const result = withXlaFlags(
      context.version,
      () => signature.call(leaves),
    );
    context.kernelCache?.share();
    const { traceMs } = place.value.report;
    noteTrace(name, { traceMs, firstCallMs: performance.now() - start });
    return result;
  };
  return Object.defineProperties(call, {
    runs: { get: () => runs },
    signatures: { get: () => signatures().map(({ report }) => report) },
    dispose: {
      value: () => {
        for (const signature of signatures()) signature.dispose();
        places.clear();
        index.clear();
      },
    },
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
    const { leaves, form } = flatten(returned);
    const outputs = leaves.map((leaf) => leaf.clone());
    result = rebuild(form, outputs) as Result;
    return outputs;
  });
  return result as Result;
}

/** Refuses a limit that nothing could reach, or that forbids the first call. */
function checkLimit(name: string, limit: number): void {
  if (limit === Infinity || Number.isSafeInteger(limit) && limit >= 1) return;
  throw new RangeError(
    `Cannot compile "${name}" as maxSignatures must be a whole number of at ` +
      `least 1, or Infinity: current value is ${limit}`,
  );
}

function refusePromise(promise: Promise<unknown>): TypeError {
  promise.catch(() => {}); // it goes on with tensors that are gone
  return new TypeError(
    "Cannot compile an asynchronous function as all of it must run while it is " +
      "traced: it returned a Promise; await outside, before or after the call",
  );
}
