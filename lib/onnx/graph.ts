/** ONNX graph builder: operations and constants by their names, in one precision. @module */

import {
  attributeMessage,
  type AttributeValue,
  ELEMENT_TYPES,
  type ElementType,
  encodeMessage,
  valueMessage,
} from "./onnx_proto.ts";
import { quantizeMatrix, toFloat16 } from "./quantize.ts";

/**
 * How the weights of a file are stored: as they are; as float16, in which it also
 * computes where a processor can; or as int8 with a scale for each channel, and the
 * inputs of matrix products then quantized anew for each batch.
 */
export type OnnxPrecision = "float32" | "float16" | "int8";

/** A weight: a kernel as [In, Out]. */
export type OnnxWeight = {
  readonly shape: readonly number[];
  readonly values: Float32Array;
};

/** The operators of ONNX 1.12: the first with LayerNormalization. */
const OPSET = 17;
/** The file format of the same version; onnxruntime 1.20 reads all up to 10. */
const IR_VERSION = 8;
/** The domain of onnxruntime's own operators. */
const CONTRIB = "com.microsoft";

/**
 * What 0 becomes in a quantized matrix. With unsigned numbers on both sides, onnxruntime
 * is exact on every processor: with signed ones those without VNNI add two products in 16
 * bits, which is too few.
 */
export const ZERO_POINT = 128;

/** A graph that grows: each method adds something and returns the name of its result. */
export class OnnxGraph {
  readonly precision: OnnxPrecision;
  /** Whether to use onnxruntime's own operators. */
  readonly isFused: boolean;
  readonly #weights: ReadonlyMap<string, OnnxWeight>;
  readonly #nodes = new Map<string, object>();
  readonly #constants = new Map<string, object>();
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];

  /**
   * @param weights By their paths in the tree of parameters.
   * @param precision How to store them.
   * @param isFused Whether to use onnxruntime's own operators.
   */
  constructor(
    weights: ReadonlyMap<string, OnnxWeight>,
    precision: OnnxPrecision,
    isFused: boolean,
  ) {
    this.#weights = weights;
    this.precision = precision;
    this.isFused = isFused;
  }

  /** The type in which the graph computes. */
  get floatType(): "float32" | "float16" {
    return this.precision === "float16" ? "float16" : "float32";
  }

  /** Adds an operation without attributes; one of the same name is not added again. */
  op(opType: string, name: string, ...input: readonly string[]): string {
    return this.node(opType, name, input);
  }

  /** Adds an operation; `output` names its results if there are several. */
  node(
    opType: string,
    name: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    { output = [name], domain = "" } = {},
  ): string {
    const attribute = Object.entries(attributes)
      .map(([name, value]) => attributeMessage(name, value));
    this.#nodes.set(name, { opType, name, input, output, attribute, domain });
    return name;
  }

  /** Adds an operation of onnxruntime's own. */
  fused(
    opType: string,
    name: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    return this.node(opType, name, input, attributes, { domain: CONTRIB });
  }

  /** Changes the type of elements. */
  cast(name: string, x: string, type: ElementType): string {
    return this.node("Cast", name, [x], { to: ELEMENT_TYPES[type] });
  }

  /** Declares an input of token ids or the like, [B, T]. */
  input(name: string): string {
    const shape = ["batch_size", "sequence_length"];
    this.#inputs.push(valueMessage(name, "int64", shape));
    return name;
  }

  /** Declares a result as an output; outputs are float32 at every precision. */
  output(
    name: string,
    value: string,
    shape: readonly (number | string)[],
  ): void {
    if (this.floatType === "float16") this.cast(name, value, "float32");
    else this.op("Identity", name, value);
    this.#outputs.push(valueMessage(name, "float32", shape));
  }

  /** A whole number or a list of them, such as a shape. */
  whole(
    value: number | readonly number[],
    name = `whole.${JSON.stringify(value)}`,
  ): string {
    const values = BigInt64Array.from([value].flat(), BigInt);
    const shape = typeof value === "number" ? [] : [values.length];
    return this.#constant(name, "int64", shape, () => values);
  }

  /** A number. */
  scalar(value: number): string {
    return this.#floats(`scalar.${value}`, [], Float32Array.of(value));
  }

  /** A weight, as it is or as float16. */
  weight(path: string): string {
    const { shape, values } = this.#weights.get(path)!;
    return this.#floats(path, shape, values);
  }

  /** Vectors end to end. */
  joined(name: string, paths: readonly string[]): string {
    const values = paths.flatMap((
      path,
    ) => [...this.#weights.get(path)!.values]);
    return this.#floats(name, [values.length], Float32Array.from(values));
  }

  /**
   * A matrix as whole numbers of 8 bits, and its scales: [Out] for columns, [V, 1] for
   * rows. 128 is added to each, see {@linkcode ZERO_POINT}.
   */
  quantized(
    path: string,
    channels: "rows" | "columns",
  ): [values: string, scales: string] {
    const { shape, values } = this.#weights.get(path)!;
    const [name, scale] = [`${path}.uint8`, `${path}.scale`];
    if (!this.#constants.has(name)) {
      const found = quantizeMatrix(values, shape[1]!, channels);
      const size = found.scales.length;
      const sizes = channels === "rows" ? [size, 1] : [size];
      this.#constant(
        name,
        "uint8",
        shape,
        () => Uint8Array.from(found.values, (value) => value + ZERO_POINT),
      );
      this.#constant(scale, "float32", sizes, () => found.scales);
    }
    return [name, scale];
  }

  /** The whole number that stands for 0. */
  zeroPoint(): string {
    return this.#constant("zero", "uint8", [], () => Uint8Array.of(ZERO_POINT));
  }

  /** The bytes of the file. */
  encode(): Promise<Uint8Array> {
    return encodeMessage("onnx.Model", {
      irVersion: IR_VERSION,
      producerName: "bertbook",
      opsetImport: [
        { domain: "", version: OPSET },
        ...this.isFused ? [{ domain: CONTRIB, version: 1 }] : [],
      ],
      graph: {
        name: "bertbook",
        node: [...this.#nodes.values()],
        initializer: [...this.#constants.values()],
        input: this.#inputs,
        output: this.#outputs,
      },
    });
  }

  #floats(
    name: string,
    shape: readonly number[],
    values: Float32Array,
  ): string {
    return this.#constant(
      name,
      this.floatType,
      shape,
      () => this.floatType === "float16" ? toFloat16(values) : values,
    );
  }

  #constant(
    name: string,
    type: ElementType,
    dims: readonly number[],
    valuesOf: () => ArrayBufferView,
  ): string {
    if (this.#constants.has(name)) return name;
    const { buffer, byteOffset, byteLength } = valuesOf();
    const rawData = new Uint8Array(buffer, byteOffset, byteLength);
    const dataType = ELEMENT_TYPES[type];
    this.#constants.set(name, { name, dims, dataType, rawData });
    return name;
  }
}
