/**
 * Accelerators: what an engine can do beyond tfjs's operations.
 *
 * The code that computes asks for the {@linkcode accelerator} of the current engine
 * and does without where there is none. The code that binds an engine registers one.
 * So the first never imports the second, and runs wherever tfjs does.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { ClusterLink } from "./cluster.ts";
import type { PyTree } from "./py_tree.ts";

/** How a traced function is run. */
export type GraphOptions = {
  /**
   * Multiplies matrices in bfloat16 if the engine can: operands and products are
   * rounded, weights and sums stay float32.
   */
  readonly bfloat16?: boolean;
  /** Compiles the whole function with XLA. Its first call takes seconds. */
  readonly xla?: boolean;
  /**
   * Lets TensorFlow simplify the graph (Grappler) at the first call, which takes longer
   * than tracing. Default: only on a GPU. A processor gains by it if convolutions have
   * biases and activations, which become one operation.
   */
  readonly simplify?: boolean;
};

/** A function to trace for one signature. */
export type FunctionDefinition<Result> = {
  /** Appears in messages and profiles. */
  readonly name: string;
  /** The tensors among the arguments of the first call. */
  readonly leaves: readonly tf.Tensor[];
  /** Calls the function with symbols in place of the leaves. */
  readonly run: (symbols: readonly tf.Tensor[]) => Result;
  readonly options: GraphOptions;
};

/** What is known of one traced signature. */
export type SignatureReport = {
  /** Shapes and element types of the arguments; variables only by their number. */
  readonly signature: string;
  /** Time to run the function once over symbols, in milliseconds. */
  readonly traceMs: number;
  /** How often each operation occurs, before TensorFlow simplifies. */
  readonly operations: ReadonlyMap<string, number>;
};

/** A function traced for one signature, as Python's `ConcreteFunction`. */
export interface ConcreteFunction<Result> {
  readonly report: SignatureReport;
  /** The first call, at which the engine may compile. */
  firstCall(leaves: readonly tf.Tensor[]): Result;
  /** Runs the function on tensors of its signature. */
  call(leaves: readonly tf.Tensor[]): Result;
  /** Frees the function and the constants that it owns. */
  dispose(): void;
}

/** Whether a result is kept in bfloat16 only, or in float32 and bfloat16 also. */
export type Bfloat16Use = "only" | "also";

/** What a fused function does in a function that multiplies in bfloat16. */
export type FuseOptions = {
  /**
   * Results that are operands of matrix products: they are rounded to bfloat16 while
   * they are computed, which saves a pass over the memory later. `"only"` for those that
   * have no other use, `"also"` for those that have; by path (`product`, `[0]`), or for
   * all results.
   */
  readonly bfloat16?: Bfloat16Use | Readonly<Record<string, Bfloat16Use>>;
};

/** A fused function for one signature. It lives as long as the process. */
export interface FusedKernel {
  /** Adds a call to a trace; returns the function's result. */
  call(trace: FusingTrace, leaves: readonly tf.Tensor[]): PyTree;
}

/** A fused change of variables for one signature. It lives as long as the process. */
export interface FusedUpdate {
  /** Adds a call to a trace. */
  call(
    trace: FusingTrace,
    variables: readonly tf.Variable[],
    inputs: readonly tf.Tensor[],
  ): void;
}

/** A trace in progress that can have fused parts. */
export interface FusingTrace {
  /** How the trace keeps these tensors: their types, a part of a kernel's signature. */
  typesOf(tensors: readonly tf.Tensor[]): string;
}

/** Attributes of an operation: element types by name, and flags. */
export type OperationAttributes = Readonly<
  Record<string, tf.DataType | boolean>
>;

/** What an engine can do beyond tfjs's operations. */
export type Accelerator = {
  /** How many replicas a traced function runs side by side. */
  readonly numReplicas: number;
  /** The processes that train with this one; undefined without others. */
  readonly cluster: ClusterLink | undefined;
  /** Whether it multiplies bfloat16, and not by taking it apart first. */
  readonly multipliesBfloat16: boolean;
  /** Whether traced functions can have fused parts. */
  canFuse(): boolean;
  /** Whether a function is being traced. */
  isTracing(): boolean;
  /** The trace in progress, if it can have fused parts. */
  fusingTrace(): FusingTrace | undefined;
  /** Writes a function as one kernel, in a trace that can have fused parts. */
  fusedKernel(
    trace: FusingTrace,
    name: string,
    leaves: readonly tf.Tensor[],
    run: (symbols: readonly tf.Tensor[]) => PyTree,
    options: FuseOptions,
  ): FusedKernel;
  /** Writes a change of float32 variables as one kernel. */
  fusedUpdate(
    trace: FusingTrace,
    name: string,
    variables: readonly tf.Variable[],
    inputs: readonly tf.Tensor[],
    run: (values: tf.Tensor[], inputs: tf.Tensor[]) => tf.Tensor[],
  ): FusedUpdate;
  /** Traces a function. */
  trace<Result extends PyTree | void>(
    definition: FunctionDefinition<Result>,
  ): ConcreteFunction<Result>;
  /** Runs or traces an operation with one output, by TensorFlow's name for it. */
  execute(
    operation: string,
    attributes: OperationAttributes,
    inputs: readonly tf.Tensor[],
  ): tf.Tensor;
  /**
   * Runs or traces an operation, by TensorFlow's name for it, that changes the
   * variables which are its first inputs.
   */
  changeInPlace(
    operation: string,
    attributes: OperationAttributes,
    variables: readonly tf.Variable[],
    inputs: readonly tf.Tensor[],
  ): void;
};

const registered = new Map<string, Accelerator>();

/**
 * Registers what an engine can do.
 *
 * @param backendName The name of its backend in tfjs.
 * @param accelerator Serves whenever that backend is the current one.
 */
export function registerAccelerator(
  backendName: string,
  accelerator: Accelerator,
): void {
  registered.set(backendName, accelerator);
}

/** The accelerator of the current engine; undefined if it has none. */
export function accelerator(): Accelerator | undefined {
  return registered.get(tf.getBackend());
}
