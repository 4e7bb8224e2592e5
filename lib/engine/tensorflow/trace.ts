/**
 * Traces a function of tensors: runs it once with symbols in place of values,
 * and makes one TensorFlow function of all that it did.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import type { TensorFlowBinding } from "./binding.ts";
import type { Graph, NodeOutput } from "./graph.ts";
import { GraphExecutor } from "./graph_executor.ts";
import { TracedVariables } from "./traced_variables.ts";
import { idOf, tensorOf } from "./variables.ts";

/** Where a compiled function finds an argument at each call. */
export type ArgumentSource =
  /** The tensor, or variable, among the leaves of the arguments. */
  | { readonly kind: "leaf"; readonly index: number }
  /** A variable that the function uses without being given it. */
  | { readonly kind: "variable"; readonly variable: tf.Variable }
  /** A tensor that the function uses without being given it. */
  | { readonly kind: "tensor"; readonly id: number };

/** What tracing found. */
export type Trace = {
  readonly sources: readonly ArgumentSource[];
  /** The variables among the sources that the function writes. */
  readonly written: readonly ArgumentSource[];
  /** Tensors that were made while tracing and that the function needs. */
  readonly owned: ReadonlySet<number>;
  readonly numOutputs: number;
};

let current: Tracer | undefined;

/** The trace in progress, if a function is being traced. */
export function currentTrace(): Tracer | undefined {
  return current;
}

/** Follows one run of a function over symbols. */
export class Tracer {
  /** The variables that the function uses. */
  readonly variables: TracedVariables;
  readonly #executor: GraphExecutor;

  /**
   * @param backend tfjs's backend.
   * @param binding Its binding; the trace stands in for its executor.
   * @param graph Receives the nodes.
   */
  constructor(
    readonly backend: NodeJSKernelBackend,
    readonly binding: TensorFlowBinding,
    readonly graph: Graph,
  ) {
    this.#executor = new GraphExecutor(
      binding.eager,
      graph,
      (id) => this.variables.valueOf(id),
    );
    this.variables = new TracedVariables(backend, this.#executor);
  }

  /**
   * Runs the function over symbols and registers what it did.
   *
   * @param name The TensorFlow function's name, not yet taken.
   * @param leaves The tensors among the arguments.
   * @param run Calls the function with the symbols in the leaves' place and
   * returns the tensors of its result. Variables stand for themselves.
   */
  trace(
    name: string,
    leaves: readonly tf.Tensor[],
    run: (symbols: readonly tf.Tensor[]) => readonly tf.Tensor[],
  ): Trace {
    const { backend, binding } = this;
    const given = leaves.flatMap((leaf, index) => {
      if (leaf instanceof tf.Variable) return [];
      const metadata = binding.eager.metadata(idOf(backend, leaf));
      return [{ index, placeholder: this.#executor.argument(metadata) }];
    });
    const outputs = this.#record(() => {
      const symbols = [...leaves];
      for (const { index, placeholder } of given) {
        symbols[index] = this.#symbol(placeholder, leaves[index]!.shape);
      }
      return run(symbols).map((tensor) =>
        this.#executor.output(idOf(backend, tensor))
      );
    });
    const { captures, owned } = this.#executor;
    const inputs = [...given, ...captures];
    this.graph.toFunction(
      name,
      inputs.map(({ placeholder }) => placeholder),
      outputs,
      this.variables.effects,
    );
    return {
      sources: inputs.map((input) =>
        "index" in input
          ? { kind: "leaf", index: input.index }
          : this.#sourceOf(input.id, leaves)
      ),
      written: Array.from(
        this.variables.written,
        (variable) => variableSource(variable, leaves),
      ),
      owned,
      numOutputs: outputs.length,
    };
  }

  /** Runs `run` with this trace in the place of the engine. */
  #record<T>(run: () => T): T {
    const { binding, variables } = this;
    const previous = current;
    const restore = variables.hold();
    current = this;
    binding.executor = this.#executor;
    try {
      let result: T;
      // Every symbol ends with the trace, even if the function throws.
      tf.tidy(() => {
        result = run();
        variables.recordAssignments();
      });
      return result!;
    } finally {
      restore();
      current = previous;
      binding.executor = binding.eager;
    }
  }

  /** A tensor of tfjs that stands for a node's output. */
  #symbol(output: NodeOutput, shape: readonly number[]): tf.Tensor {
    const { dtype } = this.graph.describe(output);
    const id = this.#executor.bind(output);
    return tensorOf(this.backend, { id, shape: [...shape], dtype });
  }

  /** What a captured id is: a variable's resource, or a tensor. */
  #sourceOf(id: number, leaves: readonly tf.Tensor[]): ArgumentSource {
    const variable = this.variables.ofResource(id);
    return variable === undefined
      ? { kind: "tensor", id }
      : variableSource(variable, leaves);
  }
}

function variableSource(
  variable: tf.Variable,
  leaves: readonly tf.Tensor[],
): ArgumentSource {
  const index = leaves.indexOf(variable);
  return index < 0 ? { kind: "variable", variable } : { kind: "leaf", index };
}
