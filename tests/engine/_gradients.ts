/** The operations that BERT's training differentiates, each with its inputs. */

import * as tf from "@tensorflow/tfjs";
import { formula } from "./_support.ts";

/** One function of tensors; its gradient is compared between engines. */
export type Differentiated = {
  name: string;
  inputs: number[][];
  compute: (...inputs: tf.Tensor[]) => tf.Tensor;
};

const IDS = [3, 0, 3, 5, 1, 3];

/** Dimensions: B 2, T 3, D 4, H 2. */
export const GRADIENTS: Differentiated[] = [
  {
    name: "add, broadcast",
    inputs: [[6, 4], [4]],
    compute: (x, b) => tf.add(x!, b!),
  },
  {
    name: "sub, broadcast",
    inputs: [[6, 4], [6, 1]],
    compute: (x, m) => tf.sub(x!, m!),
  },
  {
    name: "mul, broadcast",
    inputs: [[6, 4], [4]],
    compute: (x, g) => tf.mul(x!, g!),
  },
  {
    name: "div",
    inputs: [[6, 4], [6, 1]],
    compute: (x, s) => tf.div(x!, s!.square().add(1)),
  },
  {
    name: "matMul",
    inputs: [[6, 4], [4, 5]],
    compute: (x, w) => tf.matMul(x!, w!),
  },
  {
    name: "matMul, second transposed, batched",
    inputs: [[2, 2, 3, 4], [2, 2, 3, 4]],
    compute: (q, k) => tf.matMul(q!, k!, false, true),
  },
  {
    name: "matMul, first transposed, batched",
    inputs: [[2, 2, 3, 4], [2, 2, 3, 5]],
    compute: (a, b) => tf.matMul(a!, b!, true, false),
  },
  {
    name: "gather",
    inputs: [[7, 4]],
    compute: (table) => tf.gather(table!, tf.tensor1d(IDS, "int32")),
  },
  {
    name: "unsortedSegmentSum",
    inputs: [[6, 4]],
    compute: (x) => tf.unsortedSegmentSum(x!, tf.tensor1d(IDS, "int32"), 7),
  },
  {
    name: "slice",
    inputs: [[2, 3, 4]],
    compute: (x) => tf.slice(x!, [0, 0, 1], [2, 1, 3]),
  },
  {
    name: "reshape",
    inputs: [[2, 3, 4]],
    compute: (x) => tf.reshape(x!, [6, 4]),
  },
  {
    name: "transpose",
    inputs: [[2, 3, 2, 2]],
    compute: (x) => tf.transpose(x!, [0, 2, 1, 3]),
  },
  {
    name: "concat",
    inputs: [[2, 4], [3, 4]],
    compute: (a, b) => tf.concat([a!, b!], 0),
  },
  {
    name: "stack",
    inputs: [[2, 4], [2, 4]],
    compute: (a, b) => tf.stack([a!, b!]),
  },
  { name: "softmax", inputs: [[2, 2, 3, 3]], compute: (x) => tf.softmax(x!) },
  { name: "logSoftmax", inputs: [[4, 3]], compute: (x) => tf.logSoftmax(x!) },
  { name: "sum of an axis", inputs: [[6, 4]], compute: (x) => tf.sum(x!, 0) },
  {
    name: "mean, kept axis",
    inputs: [[6, 4]],
    compute: (x) => tf.mean(x!, -1, true),
  },
  { name: "max", inputs: [[6, 4]], compute: (x) => tf.max(x!, -1) },
  { name: "square", inputs: [[6, 4]], compute: (x) => tf.square(x!) },
  {
    name: "sqrt",
    inputs: [[6, 4]],
    compute: (x) => tf.sqrt(x!.square().add(1)),
  },
  {
    name: "rsqrt",
    inputs: [[6, 4]],
    compute: (x) => tf.rsqrt(x!.square().add(1)),
  },
  { name: "erf", inputs: [[6, 4]], compute: (x) => tf.erf(x!) },
  { name: "tanh", inputs: [[6, 4]], compute: (x) => tf.tanh(x!) },
  { name: "sigmoid", inputs: [[6, 4]], compute: (x) => tf.sigmoid(x!) },
  { name: "exp", inputs: [[6, 4]], compute: (x) => tf.exp(x!) },
  { name: "log", inputs: [[6, 4]], compute: (x) => tf.log(x!.square().add(1)) },
  {
    name: "pow",
    inputs: [[6, 4]],
    compute: (x) => tf.pow(x!.square().add(1), 1.5),
  },
  { name: "neg, abs", inputs: [[6, 4]], compute: (x) => tf.abs(tf.neg(x!)) },
  {
    name: "clipByValue",
    inputs: [[6, 4]],
    compute: (x) => tf.clipByValue(x!, -0.5, 0.5),
  },
  {
    name: "where",
    inputs: [[3, 4]],
    compute: (x) =>
      tf.where(tf.tensor2d([1, 0, 1], [3, 1], "bool"), x!, tf.mul(x!, 2)),
  },
  {
    name: "maximum",
    inputs: [[6, 4], [6, 4]],
    compute: (a, b) => tf.maximum(a!, b!),
  },
  { name: "tile", inputs: [[2, 4]], compute: (x) => tf.tile(x!, [3, 1]) },
  {
    name: "expandDims, squeeze",
    inputs: [[6, 4]],
    compute: (x) => tf.squeeze(tf.expandDims(x!, 1)),
  },
  { name: "norm", inputs: [[6, 4]], compute: (x) => tf.norm(x!) },
  {
    name: "cast, one-hot loss",
    inputs: [[4, 3]],
    compute: (logits) => {
      const labels = tf.oneHot(tf.tensor1d([2, 0, 1, 1], "int32"), 3).toFloat();
      return tf.losses.softmaxCrossEntropy(labels, logits!);
    },
  },
];

/**
 * The value and all gradients of a function, weighted so that no two elements
 * of the output count alike.
 */
export async function valueAndGradients(
  { inputs, compute }: Differentiated,
): Promise<Float32Array[]> {
  const tensors = inputs.map((shape, i) => formula(shape, i + 0.3));
  const weighted = (...xs: tf.Tensor[]) => {
    const y = compute(...xs);
    return y.mul(formula(y.shape, 2)).sum<tf.Scalar>();
  };
  const { value, grads } = tf.tidy(() => tf.valueAndGrads(weighted)(tensors));
  const outputs = [value, ...grads];
  const values = await Promise.all(outputs.map((t) => t.data<"float32">()));
  tf.dispose([tensors, outputs]);
  return values;
}
