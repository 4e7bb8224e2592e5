/**
 * A concrete function: one traced signature of a compiled function, and the call that
 * runs it.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import {
  accelerator,
  type ConcreteFunction,
  FunctionDefinition,
  GraphOptions,
  SignatureReport,
} from "../accelerator.ts";
import { flatten, type PyTree, type TreeDef, unflatten } from "../py_tree.ts";
import { type Attribute, AttributeType } from "./attributes.ts";
import {
  idOf,
  type TensorFlowBinding,
  tensorFlowBinding,
  tensorOf,
  unshare,
} from "./backend.ts";
import { cString } from "./c_api.ts";
import { encodeAsItIs } from "./config.ts";
import { Graph } from "./graph.ts";
import { type ArgumentSource, type Trace, Tracer } from "./trace.ts";
import { withXlaFlags } from "./xla_flags.ts";

/** Numbers the TensorFlow functions of this process. */
let numFunctions = 0;

/** {@linkcode ConcreteFunction} as a function of TensorFlow's. */
export class TensorFlowFunction<Result extends PyTree | void>
  implements ConcreteFunction<Result> {
  readonly report: SignatureReport;
  readonly #name: string;
  readonly #binding: TensorFlowBinding;
  readonly #function: string;
  readonly #attributes: readonly Attribute[];
  readonly #trace: Trace;
  /** Variables that the function writes or reads without being given them. */
  readonly #captured: ReadonlySet<tf.Tensor>;
  #treeDef: TreeDef | undefined;

  /** Traces the function. */
  constructor(
    private readonly backend: NodeJSKernelBackend,
    definition: FunctionDefinition<Result>,
  ) {
    const start = performance.now();
    const { name, leaves, run, options } = definition;
    this.#name = name;
    for (const leaf of leaves) this.#checkAlive(leaf);
    const binding = tensorFlowBinding();
    const graph = new Graph(binding.eager.context);
    this.#binding = binding;
    this.#function = `compiled_${name.replace(/\W/g, "_")}_${++numFunctions}`;
    this.#attributes = callAttributes({
      simplify: binding.isUsingGpuDevice(),
      ...options,
    });
    try {
      const bfloat16 = options.bfloat16 === true &&
        accelerator()!.multipliesBfloat16;
      this.#trace = new Tracer(backend, binding, graph, bfloat16).trace(
        this.#function,
        leaves,
        (symbols) => {
          const result = run(symbols);
          if (result === undefined) return [];
          const flat = flatten(result);
          this.#treeDef = flat.treeDef;
          return flat.leaves;
        },
      );
      this.#captured = new Set(
        this.#trace.sources.flatMap((source) =>
          source.kind === "variable" ? [source.variable] : []
        ),
      );
      this.report = {
        signature: summaryOf(leaves),
        traceMs: performance.now() - start,
        operations: graph.operations,
      };
    } finally {
      graph.dispose();
    }
  }

  /** Runs the function on tensors of its signature. */
  call(leaves: readonly tf.Tensor[]): Result {
    const { written, sources, numOutputs } = this.#trace;
    const { eager } = this.#binding;
    this.#checkCaptured(leaves);
    for (const source of written) {
      const variable = this.#variable(source, leaves);
      this.#checkAlive(variable);
      unshare(this.backend, eager, variable);
    }
    const outputs = eager.execute(
      this.#function,
      this.#attributes,
      sources.map((source) => this.#idAt(source, leaves)),
      numOutputs,
    );
    const tensors = outputs.map((output) => tensorOf(this.backend, output));
    const treeDef = this.#treeDef;
    if (treeDef === undefined) return undefined as Result;
    return unflatten(treeDef, tensors) as Result;
  }

  /**
   * The first call, at which TensorFlow prepares the graph and XLA compiles. If XLA
   * fails over its cache, it does without and the function is called again; but not a
   * function that changes variables, as some may be changed already.
   */
  firstCall(leaves: readonly tf.Tensor[]): Result {
    const { version, kernelCache } = this.#binding.eager.context;
    const call = (): Result => withXlaFlags(version, () => this.call(leaves));
    kernelCache?.ensureWritable();
    let result: Result;
    try {
      result = call();
    } catch (error) {
      const isPure = this.#trace.written.length === 0;
      if (!kernelCache?.leaveIfCauseOf(error) || !isPure) throw error;
      result = call();
    }
    kernelCache?.share();
    return result;
  }

  /** Frees the function and the constants that it owns. */
  dispose(): void {
    const { context } = this.#binding.eager;
    for (const id of this.#trace.owned) this.#binding.eager.delete(id);
    context.api.TFE_ContextRemoveFunction(
      context.address,
      cString(this.#function),
      context.status.address,
    );
    context.status.check(() => `remove the function "${this.#function}"`);
  }

  #idAt(source: ArgumentSource, leaves: readonly tf.Tensor[]): number {
    const { eager } = this.#binding;
    if (source.kind === "tensor") {
      if (eager.has(source.id)) return source.id;
      throw new TypeError(
        `Cannot call "${this.#name}": the tensors that it uses from outside must ` +
          `be alive; found one that was disposed after the trace; pass it as an ` +
          `argument, or dispose the compiled function first`,
      );
    }
    const tensor = source.kind === "leaf"
      ? leaves[source.index]!
      : source.variable;
    this.#checkAlive(tensor);
    const id = idOf(this.backend, tensor);
    return tensor instanceof tf.Variable ? eager.residentAs(id) : id;
  }

  #checkAlive(tensor: tf.Tensor): void {
    if (!tensor.isDisposed) return;
    throw new TypeError(
      `Cannot call "${this.#name}": its arguments and variables must be alive; ` +
        `found one of ${tensor.dtype} [${tensor.shape}] that was disposed`,
    );
  }

  /** Under two names at once, the order of reads and writes would be lost. */
  #checkCaptured(leaves: readonly tf.Tensor[]): void {
    if (this.#captured.size === 0 || this.#trace.written.length === 0) return;
    const twice = leaves.find((leaf) => this.#captured.has(leaf));
    if (twice === undefined) return;
    throw new TypeError(
      `Cannot call "${this.#name}": a variable must be either given or captured; ` +
        `found one of ${twice.dtype} [${twice.shape}] that is both; always pass it ` +
        `as an argument`,
    );
  }

  #variable(
    source: ArgumentSource,
    leaves: readonly tf.Tensor[],
  ): tf.Variable {
    if (source.kind === "variable") return source.variable;
    return leaves[(source as { index: number }).index] as tf.Variable;
  }
}

/** Shapes and element types in few words: variables only by their number. */
function summaryOf(leaves: readonly tf.Tensor[]): string {
  const given = leaves.filter((leaf) => !(leaf instanceof tf.Variable))
    .map(({ dtype, shape }) => `${dtype} [${shape}]`);
  const numVariables = leaves.length - given.length;
  if (numVariables > 0) given.push(`${numVariables} variables`);
  return given.join(", ");
}

function callAttributes({ simplify, xla }: GraphOptions): Attribute[] {
  return [
    ...(simplify ? [] : [{
      name: "config_proto",
      type: AttributeType.string,
      value: encodeAsItIs(),
    }]),
    ...(xla
      ? [{ name: "_XlaMustCompile", type: AttributeType.bool, value: true }]
      : []),
  ];
}
