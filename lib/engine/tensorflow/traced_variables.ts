/**
 * Control dependencies of variables: which ones a traced function reads, assigns and
 * changes in place, and the order in which its operations must therefore run.
 *
 * While a function is traced, every variable holds a symbol: "what the resource
 * holds now". A read becomes a node only if something uses it, and every write
 * waits for the reads before it. After a write the variable holds another
 * symbol, so that a clone of the old one still means the old value.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { type Attribute, typeAttribute } from "./attributes.ts";
import { idOf, tensorOf } from "./backend.ts";
import { DataType } from "./dtypes.ts";
import { type Node, type NodeOutput, outputOf } from "./graph.ts";
import type { GraphExecutor } from "./graph_executor.ts";

/** One variable during the trace. */
type State = {
  /** The argument that is its resource, once something uses it. */
  resource: NodeOutput | undefined;
  /** The id of the symbol for what the resource holds now. */
  present: number;
  /** Nodes that the next write must wait for. */
  before: Node[];
  /** The last node that wrote it. */
  written: Node | undefined;
};

/** All variables of tfjs, and what becomes of them during one trace. */
export class TracedVariables {
  readonly #states = new Map<tf.Variable, State>();

  /**
   * @param backend tfjs's backend.
   * @param executor Records the operations.
   */
  constructor(
    private readonly backend: NodeJSKernelBackend,
    private readonly executor: GraphExecutor,
  ) {}

  /** The variables that the function uses, with the arguments for their resources. */
  get used(): { variable: tf.Variable; placeholder: NodeOutput }[] {
    return Array.from(this.#states).flatMap(([variable, { resource }]) =>
      resource === undefined ? [] : [{ variable, placeholder: resource }]
    );
  }

  /** The variables that the function writes. */
  get written(): tf.Variable[] {
    return Array.from(this.#states).flatMap(([variable, { written }]) =>
      written === undefined ? [] : [variable]
    );
  }

  /**
   * Puts symbols into all variables.
   *
   * @returns Gives the variables their values back, and removes those that were
   * made meanwhile.
   */
  hold(): () => void {
    const held = registered().map((variable) => {
      const value = tf.keep(variable.clone());
      this.executor.changing.add(idOf(this.backend, variable));
      return { variable, value };
    });
    for (const { variable } of held) {
      const state: State = {
        resource: undefined,
        present: 0,
        before: [],
        written: undefined,
      };
      this.#states.set(variable, state);
      this.#renew(variable, state);
    }
    return () => {
      for (const { variable, value } of held) {
        if (!variable.isDisposed) variable.assign(value);
        value.dispose();
      }
      for (const variable of this.#made()) variable.dispose();
    };
  }

  /**
   * Adds a node for every variable that holds something else than its resource.
   *
   * @throws {TypeError} If the function has made a variable.
   */
  recordAssignments(): void {
    const [made] = this.#made();
    if (made !== undefined) {
      throw new TypeError(
        `Cannot trace a function that makes variables: they must outlive it; ` +
          `found "${made.name}" [${made.shape}]; make it before and pass it in ` +
          `(an optimizer makes its own in its first step)`,
      );
    }
    const assigned = Array.from(this.#states).flatMap(([variable, state]) => {
      if (variable.isDisposed) return [];
      const id = idOf(this.backend, variable);
      if (id === state.present) return [];
      // All values first: some may be what other variables held before.
      return [{ variable, state, value: this.executor.output(id) }];
    });
    for (const { variable, state, value } of assigned) {
      this.#assign(variable, state, value);
    }
  }

  /**
   * Adds an operation that changes variables in place.
   *
   * @param name The operation, such as `ResourceApplyAdam`.
   * @param attributes Its attributes.
   * @param variables The variables whose resources are its first inputs.
   * @param values Its other inputs.
   */
  changeInPlace(
    name: string,
    attributes: readonly Attribute[],
    variables: readonly tf.Variable[],
    values: readonly NodeOutput[],
  ): void {
    const states = variables.map((variable) => this.#upToDate(variable));
    const node = this.#write(states, name, attributes, [
      ...variables.map((variable, i) => this.#resource(variable, states[i]!)),
      ...values,
    ]);
    variables.forEach((variable, i) => {
      states[i]!.written = node;
      this.#renew(variable, states[i]!);
    });
  }

  /** A variable whose resource holds what the variable holds. */
  #upToDate(variable: tf.Variable): State {
    const state = this.#states.get(variable);
    if (state === undefined) {
      throw new TypeError(
        `Cannot change a variable in place: it must outlive the traced function; ` +
          `found that the function made "${variable.name}"; make it before`,
      );
    }
    const id = idOf(this.backend, variable);
    // Another tensor shares the value that is about to go: read it now.
    const assigned = id !== state.present;
    if (assigned || this.backend.refCount(variable.dataId) > 1) {
      this.executor.realize(state.present);
    }
    if (assigned) this.#assign(variable, state, this.executor.output(id));
    return state;
  }

  #assign(variable: tf.Variable, state: State, value: NodeOutput): void {
    state.written = this.#write(
      [state],
      "AssignVariableOp",
      [this.#typeOf(variable)],
      [this.#resource(variable, state), value],
    );
  }

  /** Adds a node that writes, after all that read or wrote before. */
  #write(
    states: readonly State[],
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly NodeOutput[],
  ): Node {
    const before = new Set(states.flatMap((state) => state.before));
    const { graph, effects } = this.executor;
    const node = graph.addNode(name, attributes, inputs, [...before]);
    effects.push(node);
    for (const state of states) state.before = [node];
    return node;
  }

  /** Gives the variable a symbol for what its resource holds from now on. */
  #renew(variable: tf.Variable, state: State): void {
    const { shape, dtype } = variable;
    const id = this.executor.bindLater(() => this.#read(variable, state));
    const symbol = tensorOf(this.backend, {
      id,
      shape: [...shape],
      dtype: this.backend.getDTypeInteger(dtype),
    });
    variable.assign(symbol);
    symbol.dispose();
    state.present = id;
  }

  #read(variable: tf.Variable, state: State): NodeOutput {
    const { graph } = this.executor;
    const node = graph.addNode(
      "ReadVariableOp",
      [this.#typeOf(variable)],
      [this.#resource(variable, state)],
      state.written === undefined ? [] : [state.written],
    );
    state.before.push(node);
    const output = outputOf(node);
    graph.setShape(output, variable.shape); // a bare handle does not have it
    return output;
  }

  #resource(variable: tf.Variable, state: State): NodeOutput {
    const { shape } = variable;
    return state.resource ??= this.executor.argument({
      shape,
      dtype: DataType.resource,
    });
  }

  #typeOf({ dtype }: tf.Variable): Attribute {
    return typeAttribute("dtype", this.backend.getDTypeInteger(dtype));
  }

  /** Variables that did not exist when the trace began. */
  #made(): tf.Variable[] {
    return registered().filter((variable) => !this.#states.has(variable));
  }
}

/** Every variable of tfjs that was not disposed. */
function registered(): tf.Variable[] {
  return Object.values(tf.engine().registeredVariables);
}
