/**
 * Layers of BERT as operations of ONNX: what `lib/ops` computes, at each precision.
 *
 * Each function adds operations to a graph and returns the name of their result; a path
 * is that of the layer's parameters in the tree.
 *
 * @module
 */

import { type Activation, ACTIVATIONS } from "../ops/activations.ts";
import { type OnnxGraph, ZERO_POINT } from "./graph.ts";
import { MAX_FLOAT16 } from "./quantize.ts";

/**
 * x W + b.
 *
 * @param graph The graph.
 * @param path The layer.
 * @param x [..., In].
 * @param options `isExact`: whether the kernel, a small one, stays out of int8; `name`:
 * of the result, if the layer has another input, too.
 * @returns [..., Out].
 */
export function linear(
  graph: OnnxGraph,
  path: string,
  x: string,
  options: { readonly isExact?: boolean; readonly name?: string } = {},
): string {
  const { name = path } = options;
  const product = kernelProduct(graph, path, x, options);
  return graph.op("Add", name, product, graph.weight(`${path}.bias`));
}

/** x W, without the bias. */
export function kernelProduct(
  graph: OnnxGraph,
  path: string,
  x: string,
  { isExact = false, name = path }: Parameters<typeof linear>[3] = {},
): string {
  const product = `${name}.product`, kernel = `${path}.kernel`;
  return graph.precision === "int8" && !isExact
    ? wholeProduct(graph, product, x, graph.quantized(kernel, "columns"))
    : graph.op("MatMul", product, x, graph.weight(kernel));
}

/** x Eᵀ for a table E, [V, D]: the score of each row. */
export function rowScores(
  graph: OnnxGraph,
  name: string,
  x: string,
  table: string,
): string {
  const columnsOf = (rows: string): string =>
    graph.node("Transpose", `${table}.transposed`, [rows], { perm: [1, 0] });
  if (graph.precision !== "int8") {
    return graph.op("MatMul", name, x, columnsOf(graph.weight(table)));
  }
  // A row of the table is a column now, and keeps its scale.
  const [rows, scales] = graph.quantized(table, "rows");
  const flat = graph.op("Reshape", `${scales}.flat`, scales, graph.whole([-1]));
  return wholeProduct(graph, name, x, [columnsOf(rows), flat]);
}

/** x W with whole numbers: x gets one scale for all of it. */
function wholeProduct(
  graph: OnnxGraph,
  name: string,
  x: string,
  [kernel, scales]: readonly [kernel: string, scales: string],
): string {
  const [whole, scale, zero] = [`${x}.uint8`, `${x}.scale`, `${x}.zero`];
  const output = [whole, scale, zero];
  graph.node("DynamicQuantizeLinear", whole, [x], {}, { output });
  const zeros = [zero, graph.zeroPoint()];
  const sum = graph.op(
    "MatMulInteger",
    `${name}.whole`,
    whole,
    kernel,
    ...zeros,
  );
  const floats = graph.cast(`${name}.cast`, sum, "float32");
  const both = graph.op("Mul", `${name}.scale`, scale, scales);
  return graph.op("Mul", name, floats, both);
}

/** The rows of a table at some ids, [...ids, D]. */
export function lookup(
  graph: OnnxGraph,
  table: string,
  ids: string,
): string {
  const name = `${table}.rows`;
  if (graph.precision !== "int8") {
    return graph.op("Gather", name, graph.weight(table), ids);
  }
  const [rows, scales] = graph.quantized(table, "rows");
  const whole = graph.op("Gather", `${name}.whole`, rows, ids);
  const cast = graph.cast(`${name}.cast`, whole, "float32");
  const floats = graph.op(
    "Sub",
    `${name}.signed`,
    cast,
    graph.scalar(ZERO_POINT),
  );
  return graph.op(
    "Mul",
    name,
    floats,
    graph.op("Gather", `${name}.scale`, scales, ids),
  );
}

/** Layer normalization of the last axis. */
export function layerNorm(
  graph: OnnxGraph,
  path: string,
  x: string,
  epsilon: number,
): string {
  const inputs = [x, ...normWeights(graph, path)];
  const attributes = { axis: -1, epsilon: { f: epsilon } };
  return graph.node("LayerNormalization", path, inputs, attributes);
}

function normWeights(graph: OnnxGraph, path: string): string[] {
  return [graph.weight(`${path}.weight`), graph.weight(`${path}.bias`)];
}

/**
 * norm(x W + b + residual).
 *
 * @param graph The graph.
 * @param path The norm.
 * @param inner The linear layer W, b, and its input.
 * @param residual What goes around it.
 * @param epsilon Of the norm.
 */
export function addNorm(
  graph: OnnxGraph,
  path: string,
  inner: { readonly path: string; readonly x: string },
  residual: string,
  epsilon: number,
): string {
  if (!graph.isFused) {
    const output = linear(graph, inner.path, inner.x);
    const sum = graph.op("Add", `${path}.sum`, output, residual);
    return layerNorm(graph, path, sum, epsilon);
  }
  const product = kernelProduct(graph, inner.path, inner.x);
  const weights = [
    ...normWeights(graph, path),
    graph.weight(`${inner.path}.bias`),
  ];
  return graph.fused("SkipLayerNormalization", path, [
    product,
    residual,
    ...weights,
  ], { epsilon: { f: epsilon } });
}

/** An activation function; the formulas are those of `lib/ops/activations.ts`. */
export function activate(
  graph: OnnxGraph,
  name: string,
  activation: Activation,
  x: string,
): string {
  const is = (base: Activation): boolean =>
    ACTIVATIONS[activation] === ACTIVATIONS[base];
  const step = (opType: string, part: string, ...inputs: string[]): string =>
    graph.op(opType, `${name}.${part}`, ...inputs);
  if (is("relu")) return graph.op("Relu", name, x);
  if (is("silu")) {
    return graph.op("Mul", name, x, step("Sigmoid", "sigmoid", x));
  }
  if (graph.isFused) {
    return graph.fused(is("gelu") ? "Gelu" : "FastGelu", name, [x]);
  }
  const half = graph.scalar(0.5), one = graph.scalar(1);
  const twice = step("Mul", "twice", x, step("Add", "cdf", odd(), one));
  return graph.op("Mul", name, twice, half);

  /** erf(x / √2), or tanh(√(2/π) (x + 0.044715 x³)). */
  function odd(): string {
    if (is("gelu")) {
      const scaled = step("Div", "scaled", x, graph.scalar(Math.SQRT2));
      return step("Erf", "erf", scaled);
    }
    const cube = step("Mul", "cube", x, step("Mul", "square", x, x));
    const cubic = step("Mul", "cubic", graph.scalar(0.044715), cube);
    const inner = step("Add", "inner", x, cubic);
    const scale = graph.scalar(Math.sqrt(2 / Math.PI));
    return step("Tanh", "tanh", step("Mul", "scaled", scale, inner));
  }
}

/** The additive mask, [B, 1, 1, T], of an attention mask, [B, T]. */
export function additiveMask(graph: OnnxGraph, attentionMask: string): string {
  const axes = graph.whole([1, 2]);
  const wide = graph.op("Unsqueeze", "mask.wide", attentionMask, axes);
  const kept = graph.cast("mask.kept", wide, graph.floatType);
  const hidden = graph.op("Sub", "mask.hidden", graph.scalar(1), kept);
  const lowest = graph.floatType === "float16" ? -MAX_FLOAT16 : -1e9;
  return graph.op("Mul", "mask", hidden, graph.scalar(lowest));
}

/** The states of the first tokens, [B, T, D] → [B, 1, D]. */
export function firstToken(
  graph: OnnxGraph,
  name: string,
  hidden: string,
): string {
  const [start, end, axis] = [[0], [1], [1]].map((each) => graph.whole(each));
  return graph.op("Slice", name, hidden, start!, end!, axis!);
}
