/**
 * One signature of a compiled function: its trace, and the call that runs it.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import type { CompileOptions, SignatureReport } from "../compile.ts";
import { type CallTree, flatten, type Form, rebuild } from "../call_tree.ts";
import { type Attribute, AttributeType } from "./attributes.ts";
import { TensorFlowBinding } from "./binding.ts";
import { Graph } from "./graph.ts";
import { graphTools } from "./graph_tools.ts";
import { type ArgumentSource, type Trace, Tracer } from "./trace.ts";
import { cString } from "./symbols.ts";
import { idOf, resourceOf, tensorOf, unshare } from "./variables.ts";

/** Numbers the TensorFlow functions of this process. */
let numFunctions = 0;

/** What a signature is made of. */
export type SignatureDefinition<Result> = {
  readonly name: string;
  readonly signature: string;
  readonly leaves: readonly tf.Tensor[];
  readonly run: (symbols: readonly tf.Tensor[]) => Result;
  readonly options: CompileOptions;
};

/** A traced function, ready to be called with other tensors of the same shapes. */
export class CompiledSignature<Result extends CallTree | void> {
  readonly report: SignatureReport;
  readonly #binding: TensorFlowBinding;
  readonly #function: string;
  readonly #attributes: readonly Attribute[];
  readonly #trace: Trace;
  #form: Form | undefined;

  /** Traces the function. */
  constructor(
    private readonly backend: NodeJSKernelBackend,
    private readonly definition: SignatureDefinition<Result>,
  ) {
    const start = performance.now();
    const { name, signature, leaves, run, options } = definition;
    const binding = bindingOf(backend);
    const { api, registry } = graphTools(binding.eager.context);
    const graph = new Graph(binding.eager.context, api, registry);
    this.#binding = binding;
    this.#function = `${name.replace(/\W/g, "_")}_${++numFunctions}`;
    this.#attributes = callAttributes(options);
    try {
      this.#trace = new Tracer(backend, binding, graph).trace(
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
    for (const source of written) {
      unshare(this.backend, eager, this.#variable(source, leaves));
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
        `Cannot call "${this.definition.name}" as the tensors that it uses ` +
          `from outside must be alive: one was disposed after it was traced; ` +
          `pass it as an argument, or dispose the compiled function first`,
      );
    }
    const tensor = source.kind === "leaf"
      ? leaves[source.index]!
      : source.variable;
    if (tensor.isDisposed) {
      throw new TypeError(
        `Cannot call "${this.definition.name}" as its arguments and variables ` +
          `must be alive: one of shape [${tensor.shape}] was disposed`,
      );
    }
    return tensor instanceof tf.Variable
      ? resourceOf(this.backend, eager, tensor)
      : idOf(this.backend, tensor);
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

/** A `ConfigProto` that turns on oneDNN's bfloat16 rewriting in Grappler. */
const BFLOAT16_CONFIG = Uint8Array.of(0x52, 5, 0x52, 3, 0xf8, 1, 1);

function callAttributes({ bfloat16, xla }: CompileOptions): Attribute[] {
  return [
    ...(bfloat16
      ? [{
        name: "config_proto",
        type: AttributeType.string,
        value: BFLOAT16_CONFIG,
      }]
      : []),
    ...(xla
      ? [{ name: "_XlaMustCompile", type: AttributeType.bool, value: true }]
      : []),
  ];
}
