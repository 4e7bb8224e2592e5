/**
 * A TensorFlow graph under construction, and the function that it becomes.
 *
 * @module
 */

import {
  type Attribute,
  type AttributeSetters,
  graphSetters,
  setAttribute,
  typeAttribute,
} from "./attributes.ts";
import { cString, type TensorFlowApi } from "./c_api.ts";
import type { TensorFlowContext } from "./context.ts";
import { type HostValues, toHostTensor } from "./host_tensor.ts";
import { type OpRegistry, opRegistryOf } from "./op_registry.ts";

const encoder = new TextEncoder();

/** A node of a graph, `TF_Operation`. */
export type Node = Deno.PointerObject;

/** One output of a node. */
export type NodeOutput = {
  readonly node: Node;
  /** The C API's `TF_Output`: the node's address and the output's number. */
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** Bytes of a `TF_Output`: an address, a number, padding. */
const OUTPUT_BYTES = 16;

/** The output of a node that has this number. */
export function outputOf(node: Node, index = 0): NodeOutput {
  const bytes = new Uint8Array(OUTPUT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, Deno.UnsafePointer.value(node), true);
  view.setInt32(8, index, true);
  return { node, bytes };
}

/** Outputs one after the other, as C's `TF_Output[]`. */
function packOutputs(
  outputs: readonly NodeOutput[],
): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(OUTPUT_BYTES * Math.max(outputs.length, 1));
  outputs.forEach(({ bytes }, i) => packed.set(bytes, i * OUTPUT_BYTES));
  return packed;
}

/** Nodes one after the other, as C's `TF_Operation*[]`. */
function packNodes(nodes: readonly Node[]): BigUint64Array<ArrayBuffer> {
  const addresses = new BigUint64Array(Math.max(nodes.length, 1));
  nodes.forEach((node, i) => addresses[i] = Deno.UnsafePointer.value(node));
  return addresses;
}

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
  readonly #api: TensorFlowApi;
  readonly #registry: OpRegistry;
  readonly #address: Deno.PointerValue;
  readonly #setters: AttributeSetters;
  readonly #dims = new BigInt64Array(MOST_AXES);
  #numNodes = 0;
  #operations = new Map<string, number>();

  /**
   * @param context The eager context in which the function will run.
   */
  constructor(readonly context: TensorFlowContext) {
    const { api } = context;
    this.#api = api;
    this.#registry = opRegistryOf(context);
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
    const { groups, implied } = this.#registry.group(
      name,
      attributes,
      inputs.length,
    );
    return this.#finish(name, (description) => {
      let next = 0;
      for (const length of groups) {
        if (length === undefined) {
          this.#api.TF_AddInput(description, inputs[next++]!.bytes);
        } else {
          const list = inputs.slice(next, next += length);
          this.#api.TF_AddInputList(description, packOutputs(list), length);
        }
      }
      for (const node of after) this.#api.TF_AddControlInput(description, node);
      for (const attribute of attributes) {
        if (!implied.has(attribute.name)) {
          setAttribute(this.#setters, description, attribute);
        }
      }
    });
  }

  /** Adds a node that gives elements another type. */
  cast(output: NodeOutput, dtype: number): NodeOutput {
    const from = typeAttribute("SrcT", this.describe(output).dtype);
    const to = typeAttribute("DstT", dtype);
    return outputOf(this.addNode("Cast", [from, to], [output]));
  }

  /** Adds a node that holds values. */
  addConstant({ shape, dtype, values }: Constant): Node {
    const { api, status } = this.context;
    const tensor = toHostTensor(api, shape, dtype, values);
    try {
      return this.#finish("Const", (description) => {
        const type = typeAttribute("dtype", dtype);
        setAttribute(this.#setters, description, type);
        this.#api.TF_SetAttrTensor(
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
    const description = this.#api.TF_NewOperation(
      this.#address,
      cString(name),
      unique,
    );
    let node: Deno.PointerValue = null;
    try {
      build(description);
    } finally {
      // Whatever happened: finishing is what frees a description.
      node = this.#api.TF_FinishOperation(description, status.address);
    }
    status.check(() => `trace "${name}"`);
    return node!;
  }

  /** Element type and shape of an output; no shape if it is not fully known. */
  describe({ bytes }: NodeOutput): {
    shape: number[] | undefined;
    dtype: number;
  } {
    const { address } = this.context.status;
    const dtype = this.#api.TF_OperationOutputType(bytes);
    const rank = this.#api.TF_GraphGetTensorNumDims(
      this.#address,
      bytes,
      address,
    );
    if (rank < 0) return { shape: undefined, dtype };
    const dims = this.#dims;
    this.#api.TF_GraphGetTensorShape(this.#address, bytes, dims, rank, address);
    this.context.status.check(() => "measure a node's output");
    const shape = Array.from(dims.subarray(0, rank), Number);
    return { shape: shape.some((n) => n < 0) ? undefined : shape, dtype };
  }

  /** Sets a shape that the graph cannot infer. */
  setShape(output: NodeOutput, shape: readonly number[]): void {
    const { status } = this.context;
    this.#api.TF_GraphSetTensorShape(
      this.#address,
      output.bytes,
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
    const made = this.#api.TF_GraphToFunctionWithControlOutputs(
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
    this.#api.TFE_ContextAddFunction(address, made, status.address);
    this.#api.TF_DeleteFunction(made);
    status.check(() => `register the function "${name}"`);
  }

  /** Frees the nodes. */
  dispose(): void {
    this.#api.TF_DeleteGraph(this.#address);
  }
}
