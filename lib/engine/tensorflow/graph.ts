/**
 * A TensorFlow graph under construction, and the function that it becomes.
 *
 * @module
 */

import {
  type Attribute,
  type AttributeSetters,
  AttributeType,
  graphSetters,
  setAttribute,
} from "./attributes.ts";
import type { TensorFlowContext } from "./context.ts";
import type { GraphApi } from "./graph_symbols.ts";
import { type HostValues, toHostTensor } from "./host_tensor.ts";
import {
  type Node,
  type NodeOutput,
  outputOf,
  packNodes,
  packOutputs,
} from "./node_output.ts";
import type { OpRegistry } from "./op_registry.ts";
import { cString } from "./symbols.ts";

const encoder = new TextEncoder();

/** Axes that a tensor of TensorFlow may have at most. */
const MOST_AXES = 254;

/** Values that were put into a tensor while tracing. */
export type Constant = {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: HostValues;
};

/** Nodes, in the order in which they were added. */
export class Graph {
  readonly #address: Deno.PointerValue;
  readonly #setters: AttributeSetters;
  readonly #dims = new BigInt64Array(MOST_AXES);
  #numNodes = 0;
  #operations = new Map<string, number>();

  /**
   * @param context The eager context in which the function will run.
   * @param api The graph half of the C API.
   * @param registry Which inputs are lists.
   */
  constructor(
    readonly context: TensorFlowContext,
    readonly api: GraphApi,
    readonly registry: OpRegistry,
  ) {
    this.#address = api.TF_NewGraph();
    this.#setters = graphSetters(api);
  }

  /** How often each operation occurs. */
  get operations(): ReadonlyMap<string, number> {
    return this.#operations;
  }

  /**
   * Adds a node.
   *
   * @param name The operation.
   * @param attributes As tfjs's kernels give them.
   * @param inputs What it computes on.
   * @param after Nodes that must have run before it.
   * @throws {TensorFlowError} If TensorFlow refuses the node.
   */
  addNode(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly NodeOutput[],
    after: readonly Node[] = [],
  ): Node {
    const { groups, implied } = this.registry.group(
      name,
      attributes,
      inputs.length,
    );
    return this.#finish(name, (description) => {
      let next = 0;
      for (const length of groups) {
        if (length === undefined) {
          this.api.TF_AddInput(description, inputs[next++]!.place);
        } else {
          const list = inputs.slice(next, next += length);
          this.api.TF_AddInputList(description, packOutputs(list), length);
        }
      }
      for (const node of after) this.api.TF_AddControlInput(description, node);
      for (const attribute of attributes) {
        if (!implied.has(attribute.name)) {
          setAttribute(this.#setters, description, attribute);
        }
      }
    });
  }

  /** Adds a node that gives elements another type. */
  cast(output: NodeOutput, dtype: number): NodeOutput {
    const type = (name: string, value: number): Attribute => ({
      ...{ name, value },
      type: AttributeType.type,
    });
    const from = type("SrcT", this.describe(output).dtype);
    return outputOf(
      this.addNode("Cast", [from, type("DstT", dtype)], [output]),
    );
  }

  /** Adds a node that holds values. */
  addConstant({ shape, dtype, values }: Constant): Node {
    const { api, status } = this.context;
    const tensor = toHostTensor(api, shape, dtype, values);
    try {
      return this.#finish("Const", (description) => {
        const type = { name: "dtype", type: 4, value: dtype };
        setAttribute(this.#setters, description, type);
        this.api.TF_SetAttrTensor(
          description,
          cString("value"),
          tensor,
          status.address,
        );
        status.check(() => `put a constant [${shape}] into a graph`);
      });
    } finally {
      api.TF_DeleteTensor(tensor);
    }
  }

  #finish(
    name: string,
    build: (description: Deno.PointerValue) => void,
  ): Node {
    const { status } = this.context;
    this.#operations.set(name, (this.#operations.get(name) ?? 0) + 1);
    // A name must begin with a letter; some operations begin with "_".
    const unique = encoder.encode(`node${this.#numNodes++}_${name}\0`);
    const description = this.api.TF_NewOperation(
      this.#address,
      cString(name),
      unique,
    );
    let node: Deno.PointerValue = null;
    try {
      build(description);
    } finally {
      // Whatever happened: finishing is what frees a description.
      node = this.api.TF_FinishOperation(description, status.address);
    }
    status.check(() => `trace "${name}"`);
    return node!;
  }

  /** Element type and shape of an output; no shape if it is not fully known. */
  describe({ place }: NodeOutput): {
    shape: number[] | undefined;
    dtype: number;
  } {
    const { address } = this.context.status;
    const dtype = this.api.TF_OperationOutputType(place);
    const rank = this.api.TF_GraphGetTensorNumDims(
      this.#address,
      place,
      address,
    );
    if (rank < 0) return { shape: undefined, dtype };
    const dims = this.#dims;
    this.api.TF_GraphGetTensorShape(this.#address, place, dims, rank, address);
    this.context.status.check(() => "measure a node's output");
    const shape = Array.from(dims.subarray(0, rank), Number);
    return { shape: shape.some((n) => n < 0) ? undefined : shape, dtype };
  }

  /** Tells the graph a shape that it cannot infer. */
  setShape(output: NodeOutput, shape: readonly number[]): void {
    const { status } = this.context;
    this.api.TF_GraphSetTensorShape(
      this.#address,
      output.place,
      BigInt64Array.from(shape, BigInt),
      shape.length,
      status.address,
    );
    status.check(() => `set a shape of [${shape}]`);
  }

  /**
   * Makes a function of the graph and registers it with the eager context,
   * where its name is that of an operation. The graph is used up.
   *
   * @param name The function's name, not yet taken.
   * @param inputs Its arguments.
   * @param outputs Its results.
   * @param effects Nodes without results that must run as well.
   */
  toFunction(
    name: string,
    inputs: readonly NodeOutput[],
    outputs: readonly NodeOutput[],
    effects: readonly Node[],
  ): void {
    const { status, address } = this.context;
    const made = this.api.TF_GraphToFunctionWithControlOutputs(
      this.#address,
      cString(name),
      0,
      -1,
      null,
      inputs.length,
      packOutputs(inputs),
      outputs.length,
      packOutputs(outputs),
      null,
      effects.length,
      packNodes(effects),
      null,
      null,
      null,
      status.address,
    );
    status.check(() => `make a function of ${this.#numNodes} nodes`);
    this.api.TFE_ContextAddFunction(address, made, status.address);
    this.api.TF_DeleteFunction(made);
    status.check(() => `register the function "${name}"`);
  }

  /** Frees the nodes. */
  dispose(): void {
    this.api.TF_DeleteGraph(this.#address);
  }
}
