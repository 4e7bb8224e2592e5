/** ONNX graph builder: layers of BERT as operations of ONNX, in one precision. @module */

import type { Activation } from "../ops/activations.ts";
import { ACTIVATIONS } from "../ops/activations.ts";
import {
  type AttributeValue,
  ELEMENT_TYPES,
  type ElementType,
  encodeModel,
  type OnnxConstant,
  type OnnxNode,
  type OnnxValue,
} from "./onnx_proto.ts";
import { MAX_FLOAT16, quantizeMatrix, toFloat16 } from "./quantize.ts";

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

/** The domain of onnxruntime's own operators. */
const CONTRIB = "com.microsoft";

/** A graph that grows: each method adds operations and returns the name of their result. */
export class OnnxGraph {
  readonly precision: OnnxPrecision;
  /** Whether attention, sums with norms, and GELU are one operation of onnxruntime's each. */
  readonly isFused: boolean;
  readonly #weights: ReadonlyMap<string, OnnxWeight>;
  readonly #nodes = new Map<string, OnnxNode>();
  readonly #constants = new Map<string, OnnxConstant>();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];

  /**
   * @param weights By their paths in the tree of parameters.
   * @param precision How to store them.
   * @param isFused Whether to use the operators of onnxruntime alone.
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

  /** Adds an operation; one of the same name is not added again. */
  node(
    opType: string,
    name: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = "",
  ): string {
    return this.#add(opType, name, input, [name], attributes, domain);
  }

  #add(
    opType: string,
    name: string,
    input: readonly string[],
    output: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
    domain: string,
  ): string {
    this.#nodes.set(name, { opType, name, input, output, attributes, domain });
    return name;
  }

  /** Declares an input of token ids or the like, [B, T]. */
  input(name: string): string {
    const shape = ["batch_size", "sequence_length"];
    this.#inputs.push({ name, type: "int64", shape });
    return name;
  }

  /** Declares a result as an output; outputs are float32 at every precision. */
  output(name: string, value: string, shape: OnnxValue["shape"]): void {
    if (this.precision === "float16") this.#cast(name, value, "float32");
    else this.node("Identity", name, [value]);
    this.#outputs.push({ name, type: "float32", shape });
  }

  /** A constant of whole numbers: a shape, or places of a slice. */
  whole(values: readonly number[]): string {
    const name = `whole.${values.join(".")}`;
    return this.#constant(
      name,
      "int64",
      [values.length],
      () => BigInt64Array.from(values, BigInt),
    );
  }

  /** Positions from `first` to the one before `end`, [end − first]. */
  range(first: number, end: number): string {
    const values = Array.from(
      { length: end - first },
      (_, i) => BigInt(first + i),
    );
    return this.#constant(
      `range.${first}.${end}`,
      "int64",
      [values.length],
      () => BigInt64Array.from(values),
    );
  }

  /** One position, such as that of a column. */
  position(value: number): string {
    return this.#constant(
      `position.${value}`,
      "int64",
      [],
      () => BigInt64Array.of(BigInt(value)),
    );
  }

  /** A number. */
  scalar(value: number): string {
    return this.#floats(`scalar.${value}`, [], Float32Array.of(value));
  }

  /** A weight, as it is or as float16. */
  weight(path: string): string {
    const { shape, values } = this.#weightAt(path);
    return this.#floats(path, shape, values);
  }

  /** Several weights in a row. */
  joined(name: string, paths: readonly string[]): string {
    const values = paths.flatMap((path) => [...this.#weightAt(path).values]);
    return this.#floats(name, [values.length], Float32Array.from(values));
  }

  /** x W + b; `isExact` keeps a small kernel from int8. */
  linear(path: string, x: string, isExact = false): string {
    const product = this.product(path, x, isExact);
    return this.node("Add", path, [product, this.weight(`${path}.bias`)]);
  }

  /** x W without the bias. */
  product(path: string, x: string, isExact = false): string {
    const name = `${path}.product`, kernel = `${path}.kernel`;
    if (this.precision !== "int8" || isExact) {
      return this.node("MatMul", name, [x, this.weight(kernel)]);
    }
    return this.#wholeProduct(name, x, ...this.#quantized(kernel, "columns"));
  }

  /** x Eᵀ for a table E of rows, [V, D]. */
  scores(name: string, x: string, table: string): string {
    const transposed = `${table}.transposed`, perm = [1, 0];
    if (this.precision !== "int8") {
      const rows = this.weight(table);
      return this.node("MatMul", name, [
        x,
        this.node("Transpose", transposed, [rows], { perm }),
      ]);
    }
    // A row of the table is a column now, and keeps its scale.
    const [rows, scales] = this.#quantized(table, "rows");
    const columns = this.node("Transpose", transposed, [rows], { perm });
    const flat = this.node("Reshape", `${scales}.flat`, [
      scales,
      this.whole([-1]),
    ]);
    return this.#wholeProduct(name, x, columns, flat);
  }

  /** The rows of a table at some ids, [...ids, D]. */
  lookup(name: string, table: string, ids: string): string {
    if (this.precision !== "int8") {
      return this.node("Gather", name, [this.weight(table), ids]);
    }
    const [rows, scales] = this.#quantized(table, "rows");
    const whole = this.node("Gather", `${name}.whole`, [rows, ids]);
    return this.node("Mul", name, [
      this.#cast(`${name}.cast`, whole, "float32"),
      this.node("Gather", `${name}.scale`, [scales, ids]),
    ]);
  }

  /** Layer normalization of the last axis. */
  layerNorm(path: string, x: string, epsilon: number): string {
    const inputs = [
      x,
      this.weight(`${path}.weight`),
      this.weight(`${path}.bias`),
    ];
    const attributes = { axis: -1, epsilon: { f: epsilon } };
    return this.node("LayerNormalization", path, inputs, attributes);
  }

  /** norm(product + bias + residual). */
  addNorm(
    path: string,
    product: string,
    bias: string,
    residual: string,
    epsilon: number,
  ): string {
    const b = this.weight(bias);
    if (this.isFused) {
      const norm = [`${path}.weight`, `${path}.bias`].map((each) =>
        this.weight(each)
      );
      const attributes = { epsilon: { f: epsilon } };
      const inputs = [product, residual, ...norm, b];
      return this.node(
        "SkipLayerNormalization",
        path,
        inputs,
        attributes,
        CONTRIB,
      );
    }
    const sum = this.node("Add", `${path}.biased`, [product, b]);
    const whole = this.node("Add", `${path}.sum`, [sum, residual]);
    return this.layerNorm(path, whole, epsilon);
  }

  /** An activation function; the formulas are those of `lib/ops/activations.ts`. */
  activation(name: string, activation: Activation, x: string): string {
    const is = (base: Activation): boolean =>
      ACTIVATIONS[activation] === ACTIVATIONS[base];
    const step = (op: string, part: string, ...inputs: string[]): string =>
      this.node(op, part === "" ? name : `${name}.${part}`, inputs);
    if (is("relu")) return step("Relu", "", x);
    if (is("silu")) return step("Mul", "", x, step("Sigmoid", "sigmoid", x));
    if (this.isFused) {
      return this.node(
        is("gelu") ? "Gelu" : "FastGelu",
        name,
        [x],
        {},
        CONTRIB,
      );
    }
    const odd = is("gelu")
      ? step("Erf", "erf", step("Div", "scaled", x, this.scalar(Math.SQRT2)))
      : step(
        "Tanh",
        "tanh",
        step(
          "Mul",
          "scaled",
          this.scalar(Math.sqrt(2 / Math.PI)),
          step(
            "Add",
            "inner",
            x,
            step(
              "Mul",
              "cubic",
              this.scalar(0.044715),
              step("Mul", "cube", x, step("Mul", "square", x, x)),
            ),
          ),
        ),
      );
    const twice = step("Add", "cdf", odd, this.scalar(1));
    return step("Mul", "", step("Mul", "twice", x, twice), this.scalar(0.5));
  }

  /** The additive mask, [B, 1, 1, T], of an attention mask, [B, T]. */
  mask(attentionMask: string): string {
    const axes = this.whole([1, 2]);
    const wide = this.node("Unsqueeze", "mask.wide", [attentionMask, axes]);
    const kept = this.#cast(
      "mask.kept",
      wide,
      this.precision === "float16" ? "float16" : "float32",
    );
    const hidden = this.node("Sub", "mask.hidden", [this.scalar(1), kept]);
    const lowest = this.precision === "float16" ? -MAX_FLOAT16 : -1e9;
    return this.node("Mul", "mask", [hidden, this.scalar(lowest)]);
  }

  /** softmax(Q Kᵀ / √K + mask) V for all heads in one operation. */
  fusedAttention(
    name: string,
    [query, key, value]: readonly [string, string, string],
    how: { bias: string; attentionMask: string; numHeads: number },
  ): string {
    const isKept = this.#cast("mask.whole", how.attentionMask, "int32");
    const inputs = [query, key, value, how.bias, isKept];
    const attributes = {
      "num_heads": how.numHeads,
      "mask_filter_value": { f: -1e9 },
    };
    return this.node("MultiHeadAttention", name, inputs, attributes, CONTRIB);
  }

  /** The bytes of the file. */
  encode(): Promise<Uint8Array> {
    return encodeModel({
      nodes: [...this.#nodes.values()],
      constants: [...this.#constants.values()],
      inputs: this.#inputs,
      outputs: this.#outputs,
    });
  }

  #weightAt(path: string): OnnxWeight {
    return this.#weights.get(path)!;
  }

  #cast(name: string, x: string, type: ElementType): string {
    return this.node("Cast", name, [x], { to: ELEMENT_TYPES[type] });
  }

  #floats(
    name: string,
    shape: readonly number[],
    values: Float32Array,
  ): string {
    return this.precision === "float16"
      ? this.#constant(name, "float16", shape, () => toFloat16(values))
      : this.#constant(name, "float32", shape, () => values);
  }

  #constant(
    name: string,
    type: ElementType,
    shape: readonly number[],
    values: () => ArrayBufferView,
  ): string {
    if (!this.#constants.has(name)) {
      this.#constants.set(name, { name, type, shape, values: values() });
    }
    return name;
  }

  /** A matrix as int8, and its scales: [Out] for columns, [V, 1] for rows. */
  #quantized(
    path: string,
    channels: "rows" | "columns",
  ): [values: string, scales: string] {
    const { shape, values } = this.#weightAt(path);
    const [name, scale] = [`${path}.int8`, `${path}.scale`];
    if (!this.#constants.has(name)) {
      const found = quantizeMatrix(values, shape[1]!, channels);
      const size = found.scales.length;
      const sizes = channels === "rows" ? [size, 1] : [size];
      this.#constant(name, "int8", shape, () => found.values);
      this.#constant(scale, "float32", sizes, () => found.scales);
    }
    return [name, scale];
  }

  /** x W with whole numbers: x is quantized with one scale for all of it. */
  #wholeProduct(
    name: string,
    x: string,
    kernel: string,
    scales: string,
  ): string {
    const parts = [`${x}.uint8`, `${x}.scale`, `${x}.zero`] as const;
    this.#add("DynamicQuantizeLinear", parts[0], [x], parts, {}, "");
    const sum = this.node("MatMulInteger", `${name}.whole`, [
      parts[0],
      kernel,
      parts[2],
    ]);
    return this.node("Mul", name, [
      this.#cast(`${name}.cast`, sum, "float32"),
      this.node("Mul", `${name}.scale`, [parts[1], scales]),
    ]);
  }
}
