/**
 * Traces a function of tensors: runs it once with symbols in place of values,
 * and makes one TensorFlow function of all that it did.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { type Attribute, AttributeType } from "./attributes.ts";
import type { TensorFlowBinding } from "./binding.ts";
import type { Graph, Node, NodeOutput } from "./graph.ts";
import { GraphExecutor } from "./graph_executor.ts";
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

/** A variable that the traced function has touched. */
type Touched = {
  readonly resource: NodeOutput;
  /** Its latest value. */
  value: Node;
};

let current: Tracer | undefined;

/** The trace in progress, if a function is being traced. */
export function currentTrace(): Tracer | undefined {
  return current;
}

/** Follows one run of a function over symbols. */
export class Tracer {
  readonly #executor: GraphExecutor;
  /** Each variable by the id of its value, and the other way round. */
  readonly #variables = new Map<number, tf.Variable>();
  readonly #valueIds = new Map<tf.Variable, number>();
  readonly #touched = new Map<tf.Variable, Touched>();
  readonly #written = new Set<tf.Variable>();
  readonly #effects: Node[] = [];

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
    this.#executor = new GraphExecutor(binding.eager, graph, (id) => {
      const variable = this.#variables.get(id);
      if (variable === undefined) return undefined;
      return { node: this.#touch(variable).value, index: 0 };
    });
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
    const { binding, backend, graph } = this;
    const before = this.#holdVariables();
    const inputs = leaves.map((leaf) =>
      leaf instanceof tf.Variable
        ? undefined
        : this.#executor.argument(binding.eager.metadata(idOf(backend, leaf)))
    );
    const previous = current;
    current = this;
    binding.executor = this.#executor;
    const made: tf.Tensor[] = [];
    let outputs: NodeOutput[];
    try {
      const symbols = leaves.map((leaf, i) => {
        const input = inputs[i];
        if (input === undefined) return leaf;
        made.push(this.#symbol(input, leaf.shape));
        return made.at(-1)!;
      });
      const results = run(symbols);
      made.push(...results);
      outputs = results.map((tensor) =>
        this.#executor.output(idOf(backend, tensor))
      );
      for (const { variable, value } of before) {
        if (variable.dataId !== value.dataId) this.#assign(variable);
      }
    } finally {
      for (const { variable, value } of before) {
        if (variable.dataId !== value.dataId) variable.assign(value);
        value.dispose();
      }
      tf.dispose(made.filter((tensor) => !(tensor instanceof tf.Variable)));
      current = previous;
      binding.executor = binding.eager;
    }
    const { captures, owned } = this.#executor;
    const given = inputs.flatMap((input, index) =>
      input === undefined ? [] : [{ input, index }]
    );
    graph.toFunction(
      name,
      [
        ...given.map(({ input }) => input),
        ...captures.map(({ placeholder }) => placeholder),
      ],
      outputs,
      this.#effects,
    );
    const variableSource = (variable: tf.Variable): ArgumentSource => {
      const index = leaves.indexOf(variable);
      return index < 0
        ? { kind: "variable", variable }
        : { kind: "leaf", index };
    };
    const byResource = new Map(
      Array.from(this.#touched.keys(), (variable) => [
        binding.eager.residentAs(this.#valueIds.get(variable)!),
        variable,
      ]),
    );
    return {
      sources: [
        ...given.map(({ index }) => ({ kind: "leaf", index } as const)),
        ...captures.map(({ id }) => {
          const variable = byResource.get(id);
          return variable === undefined
            ? { kind: "tensor", id } as const
            : variableSource(variable);
        }),
      ],
      written: Array.from(this.#written, variableSource),
      owned,
      numOutputs: outputs.length,
    };
  }

  /**
   * Adds an operation that writes variables in place.
   *
   * @param name The operation, such as `ResourceApplyAdam`.
   * @param attributes Its attributes.
   * @param variables The variables whose resources are its first inputs.
   * @param inputs Its other inputs.
   */
  writeInPlace(
    name: string,
    attributes: readonly Attribute[],
    variables: readonly tf.Variable[],
    inputs: readonly tf.Tensor[],
  ): void {
    const touched = variables.map((variable) => this.#touch(variable));
    const node = this.graph.addNode(
      name,
      attributes,
      [
        ...touched.map(({ resource }) => resource),
        ...inputs.map((x) => this.#executor.output(idOf(this.backend, x))),
      ],
      touched.map(({ value }) => value),
    );
    this.#effects.push(node);
    for (const variable of variables) {
      this.#written.add(variable);
      const state = this.#touch(variable);
      state.value = this.#readNode(variable, state.resource, [node]);
    }
  }

  /** Keeps every variable's value alive while symbols are assigned to it. */
  #holdVariables(): { variable: tf.Variable; value: tf.Tensor }[] {
    const variables = Object.values(tf.engine().registeredVariables);
    return variables.map((variable) => {
      const id = idOf(this.backend, variable);
      this.#variables.set(id, variable);
      this.#valueIds.set(variable, id);
      return { variable, value: tf.keep(variable.clone()) };
    });
  }

  /** A tensor of tfjs that stands for a node's output. */
  #symbol(output: NodeOutput, shape: readonly number[]): tf.Tensor {
    const { dtype } = this.graph.describe(output);
    const id = this.#executor.bind(output);
    return tensorOf(this.backend, { id, shape: [...shape], dtype });
  }

  #touch(variable: tf.Variable): Touched {
    let touched = this.#touched.get(variable);
    if (touched === undefined) {
      const id = this.#valueIds.get(variable);
      if (id === undefined) {
        throw new TypeError(
          "Cannot trace a function that makes variables, as they must outlive " +
            "it: make them before and pass them in",
        );
      }
      const resource = this.#executor.capture(
        this.binding.eager.residentAs(id),
      );
      touched = { resource, value: this.#readNode(variable, resource, []) };
      this.#touched.set(variable, touched);
    }
    return touched;
  }

  #readNode(
    variable: tf.Variable,
    resource: NodeOutput,
    after: readonly Node[],
  ): Node {
    const type = this.#typeOf(variable);
    const node = this.graph.addNode(
      "ReadVariableOp",
      [type],
      [resource],
      after,
    );
    this.graph.setShape({ node, index: 0 }, variable.shape);
    return node;
  }

  /** Writes what the function has assigned to a variable. */
  #assign(variable: tf.Variable): void {
    const { resource, value } = this.#touch(variable);
    const next = this.#executor.output(idOf(this.backend, variable));
    const type = this.#typeOf(variable);
    this.#effects.push(
      this.graph.addNode("AssignVariableOp", [type], [resource, next], [value]),
    );
    this.#written.add(variable);
  }

  #typeOf({ dtype }: tf.Variable): Attribute {
    const value = this.backend.getDTypeInteger(dtype);
    return { name: "dtype", type: AttributeType.type, value };
  }
}
