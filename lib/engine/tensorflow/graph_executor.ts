/**
 * Writes operations down as the nodes of a graph, instead of running them.
 *
 * @module
 */

import type { Attribute } from "./attributes.ts";
import { DataType, type Elements } from "./dtypes.ts";
import type { ResidentExecutor } from "./resident_executor.ts";
import type { Executor, TensorMetadata } from "./executor.ts";
import type { Graph, NodeOutput } from "./graph.ts";
import type { HostValues } from "./host_tensor.ts";

/** A tensor from outside that the traced function uses: an argument of it. */
export type Capture = {
  readonly id: number;
  readonly placeholder: NodeOutput;
};

/** Constants above this size, in bytes, stay outside the graph as arguments. */
const LARGEST_CONSTANT = 1 << 16;

/** The executor of a trace: {@linkcode Executor} over one graph. */
export class GraphExecutor implements Executor {
  /** Arguments in the order in which the function takes them. */
  readonly captures: Capture[] = [];
  /** Captured tensors that were made while tracing, and belong to the function. */
  readonly owned = new Set<number>();
  readonly #symbols = new Map<number, NodeOutput>();
  readonly #captured = new Map<number, NodeOutput>();
  readonly #made = new Map<number, Constant>();

  /**
   * @param eager Owns the tensors that have values.
   * @param graph Receives the nodes.
   * @param variable The present value of the variable under an id, if it is one.
   */
  constructor(
    readonly eager: ResidentExecutor,
    readonly graph: Graph,
    private readonly variable: (id: number) => NodeOutput | undefined,
  ) {}

  /** Makes a constant. It becomes a node only when an operation uses it. */
  create(shape: readonly number[], dtype: number, values: HostValues): number {
    const id = this.eager.create(shape, dtype, values);
    this.#made.set(id, { shape, dtype, values });
    return id;
  }

  delete(id: number): void {
    if (this.isSymbolic(id)) return; // a node costs nothing until the graph goes
    if (this.#made.has(id) && this.#captured.has(id)) this.owned.add(id);
    else this.eager.delete(id);
  }

  read(id: number): Elements | Uint8Array[] {
    if (!this.isSymbolic(id)) return this.eager.read(id);
    throw new TypeError(
      "Cannot read a tensor's values while a function is being traced, as they " +
        "must be known: the tensor is computed by the traced function; return " +
        "it, and read what the compiled function returns",
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
    return Array.from({ length: numOutputs }, (_, index) => {
      const output = { node, index };
      const { shape, dtype } = this.graph.describe(output);
      if (shape === undefined) {
        throw new RangeError(
          `Cannot trace "${name}" as the shape of its output must be known ` +
            `before it runs: it depends on values; compute it outside`,
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

  /** Whether the tensor is computed by the graph. */
  isSymbolic(id: number): boolean {
    return this.#symbols.has(id) && !this.#made.has(id);
  }

  /**
   * The output of a node that stands for a tensor. A tensor from outside the
   * trace becomes an argument.
   */
  output(id: number): NodeOutput {
    return this.#symbols.get(id) ?? this.#captured.get(id) ??
      this.#constant(id) ?? this.variable(id) ?? this.capture(id);
  }

  /** Makes a tensor from outside an argument of the function. */
  capture(id: number): NodeOutput {
    const known = this.#captured.get(id);
    if (known !== undefined) return known;
    const placeholder = this.argument(this.eager.metadata(id));
    this.captures.push({ id, placeholder });
    this.#captured.set(id, placeholder);
    return placeholder;
  }

  /** Adds a node for a value that the function is given. */
  argument({ shape, dtype }: Omit<TensorMetadata, "id">): NodeOutput {
    const attributes = [{ name: "dtype", type: 4, value: dtype }];
    const sized = { name: "shape", type: 5, value: shape };
    const node = dtype === DataType.resource
      ? this.graph.addNode("Placeholder", attributes, [])
      : this.graph.addNode("Placeholder", [...attributes, sized], []);
    return { node, index: 0 };
  }

  /** A small tensor that was made while tracing, as a node of the graph. */
  #constant(id: number): NodeOutput | undefined {
    const made = this.#made.get(id);
    if (made === undefined) return undefined;
    if (made.dtype === DataType.string || bytesOf(made) > LARGEST_CONSTANT) {
      return undefined;
    }
    const output = { node: this.graph.addConstant(made), index: 0 };
    this.#symbols.set(id, output);
    return output;
  }
}

/** Values that were put into a tensor while tracing. */
export type Constant = {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: HostValues;
};

function bytesOf({ values }: Constant): number {
  return ArrayBuffer.isView(values) ? values.byteLength : Infinity;
}
