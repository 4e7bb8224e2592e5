/**
 * Tracing: runs a function of tensors once with symbols in place of values, and makes
 * one TensorFlow function of all that it did.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import type { FusingTrace } from "../accelerator.ts";
import type { Attribute } from "./attributes.ts";
import { idOf, type TensorFlowBinding, tensorOf } from "./backend.ts";
import type { Graph, NodeOutput } from "./graph.ts";
import type { GraphExecutor } from "./graph_executor.ts";
import { type CallOutput, RoundingExecutor } from "./rounding_executor.ts";
import { TracedVariables } from "./traced_variables.ts";

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
  /** Tensors outside the graph that belong to the function. */
  readonly owned: ReadonlySet<number>;
  readonly numOutputs: number;
};

let current: Tracer | undefined;

/** The trace in progress, if a function is being traced. */
export function currentTrace(): Tracer | undefined {
  return current;
}

/** Follows one run of a function over symbols. */
export class Tracer implements FusingTrace {
  /** The variables that the function uses. */
  readonly variables: TracedVariables;
  readonly #executor: RoundingExecutor;

  /**
   * @param backend tfjs's backend.
   * @param binding Its binding, whose executor the trace replaces.
   * @param graph Receives the nodes.
   * @param bfloat16 Whether matrices are multiplied in it.
   */
  constructor(
    readonly backend: NodeJSKernelBackend,
    readonly binding: TensorFlowBinding,
    readonly graph: Graph,
    readonly bfloat16 = false,
  ) {
    this.#executor = new RoundingExecutor(binding.eager, graph, bfloat16);
    this.variables = new TracedVariables(backend, this.#executor);
  }

  /**
   * Runs the function over symbols and registers what it did. If the function
   * throws, everything is as before.
   *
   * @param name The TensorFlow function's name, not yet taken.
   * @param leaves The tensors among the arguments.
   * @param run Calls the function with the symbols in the leaves' place and
   * returns the tensors of its result. Variables are given as they are.
   */
  trace(
    name: string,
    leaves: readonly tf.Tensor[],
    run: (symbols: readonly tf.Tensor[]) => readonly tf.Tensor[],
  ): Trace {
    const { owned } = this.#executor;
    try {
      return this.#trace(name, leaves, run);
    } catch (error) {
      for (const id of owned) this.binding.eager.delete(id);
      throw error;
    }
  }

  #trace(
    name: string,
    leaves: readonly tf.Tensor[],
    run: (symbols: readonly tf.Tensor[]) => readonly tf.Tensor[],
  ): Trace {
    const { backend, binding, variables } = this;
    const given = leaves.flatMap((leaf, index) => {
      if (leaf instanceof tf.Variable) return [];
      const metadata = binding.eager.metadata(idOf(backend, leaf));
      return [{ index, placeholder: this.#executor.argument(metadata) }];
    });
    const outputs = this.#record(() => {
      const symbols = [...leaves];
      for (const { index, placeholder } of given) {
        symbols[index] = this.#executor.tensor(
          backend,
          placeholder,
          leaves[index]!.shape,
        );
      }
      return run(symbols).map((tensor) =>
        this.#executor.output(idOf(backend, tensor))
      );
    });
    const { captures, effects, owned } = this.#executor;
    const { used, written } = variables;
    const sourceOf = (variable: tf.Variable): ArgumentSource => {
      const index = leaves.indexOf(variable);
      return index < 0
        ? { kind: "variable", variable }
        : { kind: "leaf", index };
    };
    this.graph.toFunction(
      name,
      [...given, ...used, ...captures].map(({ placeholder }) => placeholder),
      outputs,
      effects,
    );
    return {
      sources: [
        ...given.map(({ index }) => ({ kind: "leaf", index } as const)),
        ...used.map(({ variable }) => sourceOf(variable)),
        ...captures.map(({ id }) => ({ kind: "tensor", id } as const)),
      ],
      written: written.map(sourceOf),
      owned,
      numOutputs: outputs.length,
    };
  }

  /** Runs `run` with this trace in the place of the engine. */
  #record<T>(run: () => T): T {
    const { binding, variables } = this;
    const restore = variables.hold();
    const { random } = Math;
    const { activeTape } = tf.engine().state;
    current = this;
    binding.executor = this.#executor;
    Math.random = refuseRandom;
    try {
      let result: T;
      // Every symbol ends with the trace, even if the function throws.
      tf.tidy(() => {
        result = run();
        variables.recordAssignments();
      });
      return result!;
    } finally {
      if (tf.engine().state.activeTape !== activeTape) clearTape();
      restore();
      current = undefined;
      binding.executor = binding.eager;
      this.#executor.keepConstants();
      Math.random = random;
      binding.eager.refuse(this.#executor.symbols);
    }
  }

  /** Whether operations go into another graph now: see {@linkcode detour}. */
  get detoured(): boolean {
    return this.binding.executor !== this.#executor;
  }

  /** Runs `run` with its operations, and its symbols, going to another graph. */
  detour<T>(executor: GraphExecutor, run: () => T): T {
    this.binding.executor = executor;
    try {
      let result: T;
      tf.tidy(() => {
        result = run();
      });
      return result!;
    } finally {
      this.binding.executor = this.#executor;
      executor.keepConstants();
    }
  }

  /** A tensor's values in its own type. */
  valueOf(tensor: tf.Tensor): NodeOutput {
    return this.#executor.output(idOf(this.backend, tensor));
  }

  /** A tensor's values as a kernel should read them: bfloat16 if there is no other form. */
  sourceOf(tensor: tf.Tensor): NodeOutput {
    return this.#executor.source(idOf(this.backend, tensor));
  }

  /** The types in which the trace has tensors, and multiplies matrices. */
  typesOf(tensors: readonly tf.Tensor[]): string {
    const types = tensors.map((tensor) =>
      this.graph.describe(this.sourceOf(tensor)).dtype
    );
    return `${types} ${this.bfloat16}`;
  }

  /**
   * Adds a node that calls a registered function.
   *
   * @param attributes Of the node, an operation `PartitionedCall`.
   * @param inputs Tensors of this trace.
   * @param outputs What the function returns, which a bare call does not say.
   */
  addCall(
    attributes: readonly Attribute[],
    inputs: readonly tf.Tensor[],
    outputs: readonly CallOutput[],
  ): tf.Tensor[] {
    const ids = inputs.map((input) => idOf(this.backend, input));
    return this.#executor.call(attributes, ids, outputs)
      .map((metadata) => tensorOf(this.backend, metadata));
  }
}

/** A gradient that throws leaves tfjs's tape with all tensors that it kept. */
function clearTape(): void {
  const { state } = tf.engine();
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
  state.activeTape = [];
}

/** Replaces `Math.random`, from which tfjs draws random tensors without a seed. */
function refuseRandom(): never {
  throw new TypeError(
    "Cannot draw random numbers while a function is being traced: they must " +
      "differ from call to call; found Math.random(), of which one draw would " +
      "stay for good; use counterUniform() with a seed that is an argument, or " +
      "draw outside and pass the numbers in",
  );
}
