/**
 * The variables that a traced function reads, assigns and changes in place.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { type Attribute, AttributeType } from "./attributes.ts";
import type { Node, NodeOutput } from "./graph.ts";
import type { GraphExecutor } from "./graph_executor.ts";
import { idOf } from "./variables.ts";

/** A variable that the function has touched. */
type Touched = {
  readonly resource: NodeOutput;
  /** The id of the resource's handle. */
  readonly resourceId: number;
  /** Reads its latest value. */
  value: Node;
};

/** All variables of tfjs, and what became of them during one trace. */
export class TracedVariables {
  /** Variables that the function writes. */
  readonly written = new Set<tf.Variable>();
  /** Nodes that write variables, and must run though nothing uses them. */
  readonly effects: Node[] = [];
  /** Each variable by the id of its value, and the other way round. */
  readonly #byId = new Map<number, tf.Variable>();
  readonly #ids = new Map<tf.Variable, number>();
  readonly #touched = new Map<tf.Variable, Touched>();

  /**
   * @param backend tfjs's backend.
   * @param executor Records the operations.
   */
  constructor(
    private readonly backend: NodeJSKernelBackend,
    private readonly executor: GraphExecutor,
  ) {}

  /**
   * Keeps every variable's value alive while symbols are assigned to it.
   *
   * @returns Gives the variables their values back.
   */
  hold(): () => void {
    const held = Object.values(tf.engine().registeredVariables).map(
      (variable) => {
        const id = idOf(this.backend, variable);
        this.#byId.set(id, variable);
        this.#ids.set(variable, id);
        return { variable, value: tf.keep(variable.clone()) };
      },
    );
    return () => {
      for (const { variable, value } of held) {
        if (variable.dataId !== value.dataId) variable.assign(value);
        value.dispose();
      }
    };
  }

  /** The latest value of the variable whose value has this id, if there is one. */
  valueOf(id: number): NodeOutput | undefined {
    const variable = this.#byId.get(id);
    if (variable === undefined) return undefined;
    return { node: this.#touch(variable).value, index: 0 };
  }

  /** The variable that a resource holds, if it holds one. */
  ofResource(id: number): tf.Variable | undefined {
    for (const [variable, { resourceId }] of this.#touched) {
      if (resourceId === id) return variable;
    }
    return undefined;
  }

  /** Adds a node for every variable that the function has assigned. */
  recordAssignments(): void {
    for (const [variable, id] of this.#ids) {
      const present = idOf(this.backend, variable);
      if (present === id) continue;
      const { resource, value } = this.#touch(variable);
      this.#write([variable], "AssignVariableOp", [this.#typeOf(variable)], [
        resource,
        this.executor.output(present),
      ], [value]);
    }
  }

  /**
   * Adds an operation that changes variables in place.
   *
   * @param name The operation, such as `ResourceApplyAdam`.
   * @param attributes Its attributes.
   * @param variables The variables whose resources are its first inputs.
   * @param inputs Its other inputs.
   */
  changeInPlace(
    name: string,
    attributes: readonly Attribute[],
    variables: readonly tf.Variable[],
    inputs: readonly tf.Tensor[],
  ): void {
    const touched = variables.map((variable) => this.#touch(variable));
    const node = this.#write(variables, name, attributes, [
      ...touched.map(({ resource }) => resource),
      ...inputs.map((input) => this.executor.output(idOf(this.backend, input))),
    ], touched.map(({ value }) => value));
    variables.forEach((variable, i) => {
      touched[i]!.value = this.#read(variable, touched[i]!.resource, [node]);
    });
  }

  #write(
    variables: readonly tf.Variable[],
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly NodeOutput[],
    after: readonly Node[],
  ): Node {
    const node = this.executor.graph.addNode(name, attributes, inputs, after);
    this.effects.push(node);
    for (const variable of variables) this.written.add(variable);
    return node;
  }

  #touch(variable: tf.Variable): Touched {
    const known = this.#touched.get(variable);
    if (known !== undefined) return known;
    const id = this.#ids.get(variable);
    if (id === undefined) {
      throw new TypeError(
        "Cannot trace a function that makes variables, as they must outlive " +
          "it: make them before and pass them in",
      );
    }
    const resourceId = this.executor.eager.residentAs(id);
    const resource = this.executor.capture(resourceId);
    const value = this.#read(variable, resource, []);
    const touched = { resource, resourceId, value };
    this.#touched.set(variable, touched);
    return touched;
  }

  #read(
    variable: tf.Variable,
    resource: NodeOutput,
    after: readonly Node[],
  ): Node {
    const { graph } = this.executor;
    const type = this.#typeOf(variable);
    const node = graph.addNode("ReadVariableOp", [type], [resource], after);
    graph.setShape({ node, index: 0 }, variable.shape);
    return node;
  }

  #typeOf({ dtype }: tf.Variable): Attribute {
    const value = this.backend.getDTypeInteger(dtype);
    return { name: "dtype", type: AttributeType.type, value };
  }
}
