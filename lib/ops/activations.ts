/**
 * Activation functions, by Hugging Face's names: gelu, gelu_new, relu, silu, and their
 * synonyms. Each is its formula and, beside it, the formula of its gradient.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";

/** An activation function as `hidden_act` in `config.json` names it. */
export type Activation =
  | "gelu"
  | "gelu_new"
  | "relu"
  | "silu"
  | "gelu_python"
  | "gelu_fast"
  | "gelu_accurate"
  | "gelu_pytorch_tanh"
  | "gelu_python_tanh"
  | "swish";

/** An activation function and its derivative. */
type ActivationFormula = {
  /** Elementwise, any shape. */
  readonly value: (x: tf.Tensor) => tf.Tensor;
  /** ∂loss/∂x from ∂loss/∂value, any shape. */
  readonly gradient: (gradient: tf.Tensor, x: tf.Tensor) => tf.Tensor;
};

/** 1 / √(2π), the height of the normal density at 0. */
const DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI);

/** √(2/π) and the cubic coefficient of the tanh approximation of GELU. */
const TANH_SCALE = Math.sqrt(2 / Math.PI), TANH_CUBIC = 0.044715;

/** Φ(x), the cumulative distribution function of the normal distribution. */
function normalCdf(x: tf.Tensor): tf.Tensor {
  return x.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
}

/** tanh(√(2/π) (x + 0.044715 x³)), [-1, 1]: approximately 2 Φ(x) − 1. */
function tanhCdf(x: tf.Tensor): tf.Tensor {
  return x.square().mul(TANH_CUBIC).add(1).mul(x).mul(TANH_SCALE).tanh();
}

/** The formulas, each once. */
const FORMULAS = {
  gelu: {
    value: (x) => x.mul(normalCdf(x)),
    gradient: (gradient, x) => {
      const density = x.square().mul(-0.5).exp().mul(DENSITY_AT_ZERO); // φ(x)
      return gradient.mul(density.mul(x).add(normalCdf(x)));
    },
  },
  "gelu_new": {
    value: (x) => x.mul(tanhCdf(x).add(1).mul(0.5)),
    gradient: (gradient, x) => {
      const t = tanhCdf(x);
      const inner = x.square().mul(3 * TANH_CUBIC).add(1).mul(TANH_SCALE);
      const slope = t.square().neg().add(1).mul(inner); // dt/dx
      return gradient.mul(t.add(1).add(x.mul(slope)).mul(0.5));
    },
  },
  relu: {
    value: (x) => x.relu(),
    gradient: (gradient, x) => gradient.mul(x.greater(0).cast("float32")),
  },
  silu: {
    value: (x) => x.mul(x.sigmoid()),
    gradient: (gradient, x) => {
      const s = x.sigmoid();
      return gradient.mul(s.mul(x.mul(s.neg().add(1)).add(1)));
    },
  },
} satisfies Record<string, ActivationFormula>;

/** The formulas of all activation functions, by name. */
export const ACTIVATIONS: Readonly<Record<Activation, ActivationFormula>> = {
  ...FORMULAS,
  // Python's transformers computes these in another way, to the same end.
  "gelu_python": FORMULAS.gelu,
  "gelu_fast": FORMULAS.gelu_new,
  "gelu_accurate": FORMULAS.gelu_new,
  "gelu_pytorch_tanh": FORMULAS.gelu_new,
  "gelu_python_tanh": FORMULAS.gelu_new,
  "swish": FORMULAS.silu,
};

/**
 * Applies an activation function: one pass forward and one backward.
 *
 * @param name - `"gelu"`: x Φ(x), exact; Hendrycks and Gimpel (2016), section 2; BERT.
 * - `"gelu_new"`: its tanh approximation; GPT-2.
 * - `"relu"`: max(0, x); Vaswani et al. (2017).
 * - `"silu"`: x σ(x), also called swish; Ramachandran et al. (2017).
 * @param x Any shape.
 * @returns The same shape; the caller disposes it.
 */
export function activate<T extends tf.Tensor>(name: Activation, x: T): T {
  return withGradient<T>(
    [x],
    () => ({ value: fusedValue(x, name) as T, saved: [x] }),
    (gradient, [x]) => [fusedGradient(gradient, x!, name)],
  );
}

/**
 * The Gaussian error linear unit in its exact form, x Φ(x).
 *
 * @param x Any shape.
 * @returns The same shape; the caller disposes it.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return activate("gelu", x);
}

const fusedValue = fuse(
  "activation",
  (x: tf.Tensor, name: Activation) => ACTIVATIONS[name].value(x),
);

const fusedGradient = fuse(
  "activation gradient",
  (gradient: tf.Tensor, x: tf.Tensor, name: Activation) =>
    ACTIVATIONS[name].gradient(gradient, x),
);
