import * as tf from "@tensorflow/tfjs";
import {
  activate,
  type Activation,
  ACTIVATIONS,
  gelu,
} from "bertbook/ops/activations.ts";
import {
  assertClose,
  assertGradient,
  assertNoLeak,
  chirp,
} from "../model/_support.ts";

await tf.setBackend("cpu");

/** A scalar in which every value of `x` has a weight of its own. */
function weighted(x: tf.Tensor): tf.Scalar {
  return x.mul(chirp(x.shape, 5)).sum();
}

Deno.test("gelu() matches x Φ(x) at values of the normal table", () => {
  tf.tidy(() => {
    // Φ(1) = 0.841345, Φ(2) = 0.977250; the tanh form gives 0.841192 at 1.
    const expected = [-0.045500, -0.158655, 0, 0.841345, 1.954500];
    assertClose(gelu(tf.tensor1d([-2, -1, 0, 1, 2])), expected, 2e-6);
  });
});

Deno.test("gelu() has the gradient of tfjs's own composition", () => {
  tf.tidy(() => {
    const x = tf.linspace(-4, 4, 33);
    const composed = (x: tf.Tensor): tf.Tensor =>
      x.mul(x.div(Math.SQRT2).erf().add(1)).mul(0.5);
    const derived = tf.grad((x) => weighted(composed(x)))(x);
    const own = tf.grad((x) => weighted(gelu(x)))(x);
    assertClose(own, derived.arraySync(), 1e-5);
  });
});

Deno.test("gelu() has the gradient of central differences", () => {
  tf.tidy(() =>
    assertGradient((x) => weighted(gelu(x)), tf.linspace(-3, 3, 7), 1e-3)
  );
});

/** Values at -2, -1, 0.5 and 3, worked out by the formulas in float64. */
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const tanhGelu = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const silu = (x: number): number => x * sigmoid(x);
const FORMULAS: Record<
  Exclude<Activation, "gelu" | "gelu_python">,
  (x: number) => number
> = {
  "gelu_new": tanhGelu,
  "gelu_fast": tanhGelu,
  "gelu_accurate": tanhGelu,
  "gelu_pytorch_tanh": tanhGelu,
  "gelu_python_tanh": tanhGelu,
  relu: (x) => Math.max(0, x),
  silu,
  swish: silu,
};

for (const [name, formula] of Object.entries(FORMULAS)) {
  Deno.test(`activate() computes ${name} as its formula says`, () => {
    tf.tidy(() => {
      const x = [-2, -1, 0.5, 3];
      const y = activate(name as Activation, tf.tensor1d(x));
      assertClose(y, x.map(formula), 1e-6);
    });
  });
}

for (const name of Object.keys(ACTIVATIONS) as Activation[]) {
  Deno.test(`activate() has the gradient of ${name} by central differences`, () => {
    // No value near 0, where ReLU has a corner.
    const x = tf.tensor1d([-2.7, -1.1, -0.3, 0.4, 1.3, 2.9]);
    assertGradient((x) => weighted(activate(name, x)), x, 1e-3);
    assertNoLeak(() => activate(name, x).dispose());
    x.dispose();
  });
}
