/**
 * Mixed precision: writes operations down and rounds the operands of matrix products to
 * bfloat16.
 *
 * A tensor can then exist in two forms, and each is made only if something reads it:
 * a product gives bfloat16, which the next product or a fused kernel takes as it is.
 *
 * @module
 */

import { type Attribute, typeAttribute } from "./attributes.ts";
import { DataType } from "./dtypes.ts";
import type { EagerExecutor, TensorMetadata } from "./eager_executor.ts";
import { type Graph, type NodeOutput, outputOf } from "./graph.ts";
import { SegmentSumExecutor } from "./segment_sum_executor.ts";

/** A float32 tensor in bfloat16. */
type Rounded = {
  readonly output: NodeOutput;
  /** Whether this is all that there is: the float32 form is made from it. */
  readonly isWhole: boolean;
};

/** What a registered function returns. */
export type CallOutput = {
  readonly shape: readonly number[];
  /** As the tensor of tfjs has it. */
  readonly dtype: number;
  /** Whether it is one output, in its type or in bfloat16, or two. */
  readonly forms: "own" | "bfloat16" | "both";
};

/** {@linkcode SegmentSumExecutor} of a function that may multiply in bfloat16. */
export class RoundingExecutor extends SegmentSumExecutor {
  /** By the tensor's id. */
  readonly #rounded = new Map<number, Rounded>();

  /**
   * @param eager Owns the tensors that have values.
   * @param graph Receives the nodes.
   * @param bfloat16 Whether matrices are multiplied in it.
   */
  constructor(
    eager: EagerExecutor,
    graph: Graph,
    private readonly bfloat16: boolean,
  ) {
    super(eager, graph);
  }

  override delete(id: number): void {
    this.#rounded.delete(id);
    super.delete(id);
  }

  override execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    numOutputs: number,
  ): TensorMetadata[] {
    return this.bfloat16 && isProduct(name, attributes)
      ? [this.#multiply(name, attributes, inputs)]
      : super.execute(name, attributes, inputs, numOutputs);
  }

  /** Adds a call of a registered function; see `Tracer.addCall()`. */
  call(
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: readonly CallOutput[],
  ): TensorMetadata[] {
    const sources = inputs.map((id) => this.source(id));
    const node = this.graph.addNode("PartitionedCall", attributes, sources);
    let count = 0;
    const next = (shape: readonly number[]): NodeOutput => {
      const output = outputOf(node, count++);
      this.graph.setShape(output, shape);
      return output;
    };
    return outputs.map(({ shape, dtype, forms }) => {
      const first = next(shape);
      const isRounded = forms === "bfloat16";
      const id = isRounded ? this.#bindRounded(first) : this.bind(first);
      if (forms === "both") this.#roundedIs(id, next(shape));
      return { id, shape: [...shape], dtype };
    });
  }

  /** Notes the bfloat16 form of a tensor that exists in float32 too. */
  #roundedIs(id: number, output: NodeOutput): void {
    this.#rounded.set(id, { output, isWhole: false });
  }

  /** Gives an id to a float32 tensor that exists in bfloat16 alone. */
  #bindRounded(output: NodeOutput): number {
    const id = this.bindLater(() => this.graph.cast(output, DataType.float32));
    this.#rounded.set(id, { output, isWhole: true });
    return id;
  }

  /** All that is known of a tensor, in the form that takes least memory to read. */
  source(id: number): NodeOutput {
    const known = this.#rounded.get(id);
    return known?.isWhole ? known.output : this.output(id);
  }

  /** A product of matrices in bfloat16; TensorFlow sums it up in float32. */
  #multiply(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
  ): TensorMetadata {
    const others = attributes.filter((attribute) => attribute.name !== "T");
    const product = outputOf(this.graph.addNode(
      name,
      [...others, typeAttribute("T", DataType.bfloat16)],
      inputs.map((id) => this.#roundedAt(id)),
    ));
    const shape = this.graph.describe(product).shape!;
    return { id: this.#bindRounded(product), shape, dtype: DataType.float32 };
  }

  /** The bfloat16 form, made once however many products there are. */
  #roundedAt(id: number): NodeOutput {
    const known = this.#rounded.get(id);
    if (known !== undefined) return known.output;
    const output = this.graph.cast(this.output(id), DataType.bfloat16);
    this.#roundedIs(id, output);
    return output;
  }
}

/** Whether an operation multiplies float32 matrices. */
function isProduct(name: string, attributes: readonly Attribute[]): boolean {
  return name === "BatchMatMulV2" &&
    attributes.some(({ name, value }) =>
      name === "T" && value === DataType.float32
    );
}
