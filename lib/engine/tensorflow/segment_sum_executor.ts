/**
 * Sparse gradients of embeddings: writes operations down, and adds the gradients of one
 * table before they become tables.
 *
 * The gradient of a gather is as large as the whole table, and mostly zeros. If several
 * gradients of one table are added, they are made as one, of all gathered rows, as
 * TensorFlow adds its `IndexedSlices`.
 *
 * @module
 */

import { type Attribute, typeAttribute } from "./attributes.ts";
import { DataType } from "./dtypes.ts";
import type { TensorMetadata } from "./eager_executor.ts";
import { type NodeOutput, outputOf } from "./graph.ts";
import { GraphExecutor } from "./graph_executor.ts";

/** What a sum over segments was made of. */
type SegmentSum = {
  readonly attributes: readonly Attribute[];
  /** What is summed up, and to which segment each part of it goes: equally many. */
  readonly data: readonly NodeOutput[];
  readonly segments: readonly NodeOutput[];
  readonly numSegments: NodeOutput;
  readonly result: TensorMetadata;
};

/** {@linkcode GraphExecutor} that makes one sum over segments of several. */
export class SegmentSumExecutor extends GraphExecutor {
  /** By the id of the result. */
  readonly #sums = new Map<number, SegmentSum>();

  override delete(id: number): void {
    this.#sums.delete(id);
    super.delete(id);
  }

  override execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    numOutputs: number,
  ): TensorMetadata[] {
    if (name === "Add") {
      const [a, b] = inputs.map((id) => this.#sums.get(id));
      if (a !== undefined && b !== undefined && areAlike(a, b)) {
        return [this.#together(a, b)];
      }
    }
    const results = super.execute(name, attributes, inputs, numOutputs);
    if (name === "UnsortedSegmentSum") {
      const [data, segments, numSegments] = inputs.map((id) => this.output(id));
      this.#sums.set(results[0]!.id, {
        attributes,
        data: [data!],
        segments: [segments!],
        numSegments: numSegments!,
        result: results[0]!,
      });
    }
    return results;
  }

  /** The sum of both. Nothing uses the two sums any more, and TensorFlow prunes them. */
  #together(a: SegmentSum, b: SegmentSum): TensorMetadata {
    const { attributes, numSegments } = a;
    const data = [...a.data, ...b.data],
      segments = [...a.segments, ...b.segments];
    const sum = outputOf(this.graph.addNode("UnsortedSegmentSum", attributes, [
      this.#concat(data),
      this.#concat(segments),
      numSegments,
    ]));
    const result = { ...a.result, id: this.bind(sum) };
    this.#sums.set(result.id, {
      attributes,
      data,
      segments,
      numSegments,
      result,
    });
    return result;
  }

  /** One below the other. */
  #concat(parts: readonly NodeOutput[]): NodeOutput {
    const axis = this.graph.addConstant({
      shape: [],
      dtype: DataType.int32,
      values: Int32Array.of(0),
    });
    return outputOf(this.graph.addNode("ConcatV2", [
      typeAttribute("T", this.graph.describe(parts[0]!).dtype),
      typeAttribute("Tidx", DataType.int32),
    ], [...parts, outputOf(axis)]));
  }
}

/** Whether both are sums of rows of one width, over segments of one list. */
function areAlike(
  { result: a }: SegmentSum,
  { result: b }: SegmentSum,
): boolean {
  return a.dtype === b.dtype && `${a.shape}` === `${b.shape}`;
}
