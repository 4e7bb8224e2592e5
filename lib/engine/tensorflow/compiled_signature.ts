/**
 * One signature of a compiled function: its trace, and the call that runs it.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { flatten, type Form, type PyTree, rebuild } from "../py_tree.ts";
import { type Attribute, AttributeType } from "./attributes.ts";
import { TensorFlowBinding } from "./binding.ts";
import { encodeAsItIs } from "./config.ts";
import { instructionSets, multipliesBfloat16 } from "../processor.ts";
import type { Sample } from "../signature_limit.ts";
import { Graph } from "./graph.ts";
import { graphTools } from "./graph_tools.ts";
import { type ArgumentSource, type Trace, Tracer } from "./trace.ts";
import { cString } from "./symbols.ts";
import { idOf, resourceOf, tensorOf, unshare } from "./variables.ts";

/** How TensorFlow runs a graph. */
export type GraphOptions = {
  /**
   * Multiplies matrices in bfloat16, where the processor can: factors and products are
   * rounded, weights and sums stay float32.
   */
  readonly bfloat16?: boolean;
  /** Hands the function to XLA. Its first call takes seconds. */
  readonly xla?: boolean;
  /**
   * Lets TensorFlow look for a simpler graph (Grappler) at the first call, which takes
   * longer than tracing. Default: on a GPU alone. A processor gains by it where
   * convolutions have biases and activations, which it makes one operation.
   */
  readonly simplify?: boolean;
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

/** Numbers the TensorFlow functions of this process. */
let numFunctions = 0;

/** What a signature is made of. */
export type SignatureDefinition<Result> = {
  readonly name: string;
  readonly leaves: readonly tf.Tensor[];
  /** What the arguments were, for messages. */
  readonly sample: Sample;
  readonly run: (symbols: readonly tf.Tensor[]) => Result;
  readonly options: GraphOptions;
};

/** A traced function, ready to be called with other tensors of the same shapes. */
export class CompiledSignature<Result extends PyTree | void> {
  readonly report: SignatureReport;
  /** What the arguments were at the first call. */
  readonly sample: Sample;
  readonly #name: string;
  readonly #binding: TensorFlowBinding;
  readonly #function: string;
  readonly #attributes: readonly Attribute[];
  readonly #trace: Trace;
  /** Variables that the function writes or reads without being given them. */
  readonly #captured: ReadonlySet<tf.Tensor>;
  #form: Form | undefined;

  /** Traces the function. */
  constructor(
    private readonly backend: NodeJSKernelBackend,
    definition: SignatureDefinition<Result>,
  ) {
    const start = performance.now();
    const { name, leaves, run, options, sample } = definition;
    this.#name = name;
    this.sample = sample;
    for (const leaf of leaves) this.#checkAlive(leaf);
    const binding = bindingOf(backend);
    const { api, registry } = graphTools(binding.eager.context);
    const graph = new Graph(binding.eager.context, api, registry);
    this.#binding = binding;
    this.#function = `compiled_${name.replace(/\W/g, "_")}_${++numFunctions}`;
    this.#attributes = callAttributes({
      ...{ simplify: binding.isUsingGpuDevice(), ...options },
    });
    try {
      const bfloat16 = options.bfloat16 === true && multipliesHere(binding);
      this.#trace = new Tracer(backend, binding, graph, bfloat16).trace(
        this.#function,
        leaves,
        (symbols) => {
          const result = run(symbols);
          if (result === undefined) return [];
          const flat = flatten(result);
          this.#form = flat.form;
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
    const form = this.#form;
    return (form === undefined ? undefined : rebuild(form, tensors)) as Result;
  }

  /** Frees the function and the constants that it owns. */
  dispose(): void {
    const { context } = this.#binding.eager;
    const { api } = graphTools(context);
    for (const id of this.#trace.owned) this.#binding.eager.delete(id);
    api.TFE_ContextRemoveFunction(
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
        `Cannot call "${this.#name}" as the tensors that it uses ` +
          `from outside must be alive: one was disposed after it was traced; ` +
          `pass it as an argument, or dispose the compiled function first`,
      );
    }
    const tensor = source.kind === "leaf"
      ? leaves[source.index]!
      : source.variable;
    this.#checkAlive(tensor);
    return tensor instanceof tf.Variable
      ? resourceOf(this.backend, eager, tensor)
      : idOf(this.backend, tensor);
  }

  #checkAlive(tensor: tf.Tensor): void {
    if (!tensor.isDisposed) return;
    throw new TypeError(
      `Cannot call "${this.#name}" as its arguments and variables ` +
        `must be alive: one of ${tensor.dtype} [${tensor.shape}] was disposed`,
    );
  }

  /** Under two names at once, the order of reads and writes would be lost. */
  #checkCaptured(leaves: readonly tf.Tensor[]): void {
    if (this.#captured.size === 0 || this.#trace.written.length === 0) return;
    const twice = leaves.find((leaf) => this.#captured.has(leaf));
    if (twice === undefined) return;
    throw new TypeError(
      `Cannot call "${this.#name}" as a variable must be either given ` +
        `or captured: one of ${twice.dtype} [${twice.shape}] is both; always ` +
        `pass it as an argument`,
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

function bindingOf(backend: NodeJSKernelBackend): TensorFlowBinding {
  if (backend.binding instanceof TensorFlowBinding) return backend.binding;
  throw new TypeError(
    "Cannot compile as the engine must be started by startEngine(): " +
      "found another binding of TensorFlow",
  );
}

/** Whether it is this processor that multiplies, and in bfloat16 without detours. */
function multipliesHere(binding: TensorFlowBinding): boolean {
  return !binding.isUsingGpuDevice() &&
    multipliesBfloat16(instructionSets()) !== false;
}

function callAttributes({ simplify, xla }: GraphOptions): Attribute[] {
  return [
    ...(simplify ? [] : [{
      ...{ name: "config_proto", type: AttributeType.string },
      value: encodeAsItIs(),
    }]),
    ...(xla
      ? [{ name: "_XlaMustCompile", type: AttributeType.bool, value: true }]
      : []),
  ];
}
