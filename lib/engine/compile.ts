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
import { type CallTree, flatten, rebuild, signatureOf } from "./call_tree.ts";
import { CompiledSignature } from "./tensorflow/compiled_signature.ts";
import { currentTrace } from "./tensorflow/trace.ts";
import { tensorFlowBackend } from "./tensorflow/backend.ts";

/** How to compile. */
export type CompileOptions = {
  /** Stands in messages and reports. */
  readonly name?: string;
  /** How many signatures may be traced before that is taken for a mistake. */
  readonly maxSignatures?: number;
  /** Lets oneDNN multiply in bfloat16; weights, sums and results stay float32. */
  readonly bfloat16?: boolean;
  /** Hands the function to XLA. Its first call takes seconds. */
  readonly xla?: boolean;
};

/** What became of one signature. */
export type SignatureReport = {
  /** Shapes and element types of the arguments; variables by their number. */
  readonly signature: string;
  /** Time to run the function once over symbols, in milliseconds. */
  readonly traceMs: number;
  /** How often each operation occurs, before TensorFlow simplifies. */
  readonly operations: ReadonlyMap<string, number>;
};

/** A function that {@linkcode compile} made. */
export type Compiled<
  Args extends readonly CallTree[],
  Result extends CallTree | void,
> = {
  /** Calls the function. The caller disposes the tensors that it returns. */
  (...args: Args): Result;
  /** `"graph"`, or `"eager"` where the engine has no graphs; known after a call. */
  readonly runs: "graph" | "eager" | "not yet";
  /** The signatures traced so far. */
  readonly signatures: readonly SignatureReport[];
  /** Frees what was traced. A later call traces anew. */
  dispose(): void;
};

const DEFAULT_MAX_SIGNATURES = 32;

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
 * On an engine without graphs the function runs as it is, with equal results.
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
 */
export function compile<
  Args extends readonly CallTree[],
  Result extends CallTree | void,
>(
  run: (...args: Args) => Result,
  options: CompileOptions = {},
): Compiled<Args, Result> {
  const { name = run.name || "function", maxSignatures } = options;
  const limit = maxSignatures ?? DEFAULT_MAX_SIGNATURES;
  const known = new Map<string, CompiledSignature<Result>>();
  let runs: "graph" | "eager" | "not yet" = "not yet";

  const call = (...args: Args): Result => {
    const backend = tensorFlowBackend();
    // A traced function that calls another takes its operations in.
    if (backend === undefined || currentTrace() !== undefined) {
      if (backend === undefined) runs = "eager";
      return tidied(() => run(...args));
    }
    runs = "graph";
    const { leaves, form } = flatten(args);
    const signature = signatureOf(leaves, form);
    let compiled = known.get(signature);
    if (compiled === undefined) {
      if (known.size >= limit) {
        throw tooManySignatures(name, limit, [...known.keys()], signature);
      }
      compiled = new CompiledSignature(backend, {
        name,
        signature,
        leaves,
        run: (symbols) => tidied(() => run(...rebuild(form, symbols) as Args)),
        options,
      });
      known.set(signature, compiled);
    }
    return compiled.call(leaves);
  };
  return Object.defineProperties(call, {
    runs: { get: () => runs },
    signatures: {
      get: () => Array.from(known.values(), (each) => each.report),
    },
    dispose: {
      value: () => {
        for (const compiled of known.values()) compiled.dispose();
        known.clear();
      },
    },
  }) as Compiled<Args, Result>;
}

/** `tf.tidy` for a function whose result may be any tree, or nothing. */
function tidied<Result extends CallTree | void>(run: () => Result): Result {
  let result: Result;
  tf.tidy(() => {
    result = run();
    return result === undefined ? [] : flatten(result).leaves;
  });
  return result!;
}

function tooManySignatures(
  name: string,
  limit: number,
  known: readonly string[],
  next: string,
): RangeError {
  return new RangeError(
    `Cannot trace "${name}" once more as at most ${limit} signatures may be ` +
      `traced: ${varying(known, next)}; round it up so that few sizes occur, ` +
      `or raise maxSignatures`,
  );
}

/** Says which sizes differ between the signatures. */
function varying(known: readonly string[], next: string): string {
  const numbers = (text: string): string[] => text.match(/\d+|\D+/g) ?? [];
  const all = [...known, next].map(numbers);
  const parts = numbers(next);
  const differing = parts.flatMap((part, i) => {
    const values = new Set(all.map((signature) => signature[i]));
    return values.size > 1 && /^\d/.test(part) ? [[...values].slice(-5)] : [];
  });
  if (differing.length === 0) return `the latest is ${next}`;
  return differing.map((values) =>
    `a size takes the values ${values.join(", ")} …`
  )
    .join(" and ");
}
