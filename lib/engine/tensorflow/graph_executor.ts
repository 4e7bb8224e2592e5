/**
 * The graph executor: writes operations down as the nodes of a graph, instead of
 * running them.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { type Attribute, AttributeType, typeAttribute } from "./attributes.ts";
import { tensorOf } from "./backend.ts";
import { DataType, type Elements, layoutOf } from "./dtypes.ts";
import type {
  EagerExecutor,
  Executor,
  TensorMetadata,
} from "./eager_executor.ts";
import {
  type Constant,
  type Graph,
  type Node,
  type NodeOutput,
  outputOf,
} from "./graph.ts";
import type { HostValues } from "./host_tensor.ts";

/** A tensor from outside that the traced function uses: an argument of it. */
export type Capture = {
  readonly id: number;
  readonly placeholder: NodeOutput;
};

/** Constants above this size, in bytes, stay outside the graph as arguments. */
const LARGEST_CONSTANT = 1 << 16;

/** Equal constants up to this size, in bytes, share one node. */
const LARGEST_SHARED_CONSTANT = 64;

/** The executor of a trace: {@linkcode Executor} over one graph. */
export class GraphExecutor implements Executor {
  /** Arguments that no caller gives: tensors from outside. */
  readonly captures: Capture[] = [];
  /** Captured tensors that live for the function alone. */
  readonly owned = new Set<number>();
  /** Nodes that must run though nothing uses them. */
  readonly effects: Node[] = [];
  /** Buffers that variables hold, and that will change with them. */
  readonly changing = new Set<number>();
  readonly #symbols = new Map<number, NodeOutput>();
  readonly #pending = new Map<number, () => NodeOutput>();
  readonly #made = new Map<number, Constant>();
  readonly #outside = new Map<number, NodeOutput>();
  /** By the tensor's id; small ones also by type, shape and values. */
  readonly #constants = new Map<number | string, NodeOutput>();

  /**
   * @param eager Owns the tensors that have values.
   * @param graph Receives the nodes.
   */
  constructor(readonly eager: EagerExecutor, readonly graph: Graph) {}

  /**
   * Makes a constant. It becomes a node only when an operation uses it, and a small one
   * a tensor only if it outlives the trace: see {@linkcode keepConstants}.
   */
  create(shape: readonly number[], dtype: number, values: HostValues): number {
    const constant = copyIfSmall({ shape, dtype, values });
    const id = constant === undefined
      ? this.eager.create(shape, dtype, values)
      : this.eager.nextId();
    this.#made.set(id, constant ?? { shape, dtype, values });
    return id;
  }

  delete(id: number): void {
    this.#pending.delete(id);
    if (this.#symbols.delete(id)) return; // its node goes with the graph
    const isMade = this.#made.delete(id);
    // A constant that became an argument lives as long as the function.
    if (isMade && this.#outside.has(id)) this.owned.add(id);
    else if (this.eager.has(id)) this.eager.delete(id);
  }

  /** Makes tensors of the constants that were not deleted, at the end of the trace. */
  keepConstants(): void {
    for (const [id, { shape, dtype, values }] of this.#made) {
      if (!this.eager.has(id)) this.eager.createAs(id, shape, dtype, values);
    }
  }

  read(id: number): Elements | Uint8Array[] {
    const made = this.#made.get(id);
    if (made !== undefined && !this.eager.has(id)) return elementsOf(made);
    if (!this.isSymbolic(id)) return this.eager.read(id);
    throw new TypeError(
      "Cannot read a tensor's values while a function is being traced: they must " +
        "be known; found that the traced function computes the tensor; return it, " +
        "and read what the compiled function returns",
    );
  }

  execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    numOutputs: number,
  ): TensorMetadata[] {
    const node = this.graph.addNode(
      name,
      attributes,
      inputs.map((id) => this.output(id)),
    );
    if (numOutputs === 0) this.effects.push(node);
    return Array.from({ length: numOutputs }, (_, index) => {
      const output = outputOf(node, index);
      const { shape, dtype } = this.graph.describe(output);
      if (shape === undefined) {
        throw new RangeError(
          `Cannot trace "${name}": the shape of its output must be known before it ` +
            `runs; found that it depends on values; compute it outside`,
        );
      }
      return { id: this.bind(output), shape, dtype };
    });
  }

  /** Gives a node's output an id, so that tfjs can use it as a tensor. */
  bind(output: NodeOutput): number {
    const id = this.eager.nextId();
    this.#symbols.set(id, output);
    return id;
  }

  /** A symbol: a tensor of tfjs for a node's output. */
  tensor(
    backend: NodeJSKernelBackend,
    output: NodeOutput,
    shape: readonly number[],
  ): tf.Tensor {
    const { dtype } = this.graph.describe(output);
    return tensorOf(backend, {
      id: this.bind(output),
      shape: [...shape],
      dtype,
    });
  }

  /** Gives an id to an output whose node is made only if something uses it. */
  bindLater(make: () => NodeOutput): number {
    const id = this.eager.nextId();
    this.#pending.set(id, make);
    return id;
  }

  /** Whether the tensor is computed by the graph. */
  isSymbolic(id: number): boolean {
    return this.#symbols.has(id) || this.#pending.has(id);
  }

  /** Ids of symbols that are alive; after the trace, those that got out of it. */
  get symbols(): readonly number[] {
    return [...this.#symbols.keys(), ...this.#pending.keys()];
  }

  /**
   * The output of the node for a tensor. A tensor from outside the
   * trace becomes an argument.
   */
  output(id: number): NodeOutput {
    return this.#symbols.get(id) ?? this.realize(id) ?? this.#outside.get(id) ??
      this.#constant(id) ?? this.capture(id);
  }

  /** Makes the node of an output that {@linkcode bindLater} postponed, if it still is. */
  realize(id: number): NodeOutput | undefined {
    const make = this.#pending.get(id);
    if (make === undefined) return undefined;
    this.#pending.delete(id);
    const output = make();
    this.#symbols.set(id, output);
    return output;
  }

  /** Adds a node for a value that the function is given. */
  argument({ shape, dtype }: Omit<TensorMetadata, "id">): NodeOutput {
    const attributes: Attribute[] = [typeAttribute("dtype", dtype)];
    if (dtype !== DataType.resource) {
      attributes.push({
        name: "shape",
        type: AttributeType.shape,
        value: shape,
      });
    }
    return outputOf(this.graph.addNode("Placeholder", attributes, []));
  }

  /** Makes a tensor from outside an argument of the function. */
  protected capture(id: number): NodeOutput {
    const placeholder = this.argument(this.eager.metadata(id));
    this.#outside.set(id, placeholder);
    if (this.changing.has(id)) {
      // A clone of a variable shares its buffer, but not its future.
      const copy = this.eager.copy(id).id;
      this.owned.add(copy);
      this.captures.push({ id: copy, placeholder });
    } else {
      this.captures.push({ id, placeholder });
    }
    return placeholder;
  }

  /** A small tensor that was made while tracing, as a node of the graph. */
  #constant(id: number): NodeOutput | undefined {
    // Its array may hold other values by now.
    const known = this.#constants.get(id);
    if (known !== undefined) return known;
    const made = this.#made.get(id);
    if (made === undefined || this.eager.has(id)) return undefined;
    const bytes = bytesOf(made);
    const key = bytes.length > LARGEST_SHARED_CONSTANT
      ? id
      : `${made.dtype} [${made.shape}] ${bytes}`;
    const output = this.#constants.get(key) ??
      outputOf(this.graph.addConstant(made));
    for (const name of [id, key]) this.#constants.set(name, output);
    return output;
  }
}

/** A constant for the graph: its maker may put other values into its array. */
function copyIfSmall(constant: Constant): Constant | undefined {
  const bytes = bytesOf(constant);
  const isSmall = constant.dtype !== DataType.string &&
    bytes.length <= LARGEST_CONSTANT;
  return isSmall ? { ...constant, values: bytes.slice() } : undefined;
}

function bytesOf({ values }: Constant): Uint8Array<ArrayBuffer> {
  if (!ArrayBuffer.isView(values)) return new Uint8Array();
  const { buffer, byteOffset, byteLength } = values;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function elementsOf(constant: Constant): Elements {
  return layoutOf(constant.dtype).view(bytesOf(constant).slice().buffer);
}
