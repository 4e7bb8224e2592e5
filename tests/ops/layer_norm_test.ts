import * as tf from "@tensorflow/tfjs";
import { gelu } from "bertbook/ops/activations.ts";
import { layerNorm, type LayerNormParams } from "bertbook/ops/layer_norm.ts";
import { linear } from "bertbook/ops/linear.ts";
import { gatherRows } from "bertbook/ops/embedding.ts";
import {
  assertClose,
  assertGradient,
  assertNoLeak,
  chirp,
} from "../model/_support.ts";

await tf.setBackend("cpu");

const EPSILON = 1e-12;

/** A norm of four columns whose gains and biases all differ. */
function normParams(): LayerNormParams {
  return { weight: chirp<tf.Tensor1D>([4], 1).add(1), bias: chirp([4], 2) };
}

/** The norm composed of tfjs's own operations, for its derived gradient. */
function composedNorm(params: LayerNormParams, x: tf.Tensor2D): tf.Tensor2D {
  const { mean, variance } = tf.moments(x, -1, true);
  return x.sub(mean).div(variance.add(EPSILON).sqrt())
    .mul(params.weight).add(params.bias);
}

/** A scalar in which every value of `x` has a weight of its own. */
function weighted(x: tf.Tensor): tf.Scalar {
  return x.mul(chirp(x.shape, 5)).sum();
}

Deno.test("linear() multiplies by the kernel and adds the bias", () => {
  tf.tidy(() => {
    const kernel = tf.tensor2d([[1, 2, 3], [4, 5, 6]]);
    const bias = tf.tensor1d([10, 20, 30]);
    // [1, -1] W = [1 - 4, 2 - 5, 3 - 6]
    const x = tf.tensor2d([[1, -1], [0, 2]]);
    assertClose(linear({ kernel, bias }, x), [[7, 17, 27], [18, 30, 42]], 0);
  });
});

Deno.test("layerNorm() matches the closed form of a row", () => {
  tf.tidy(() => {
    const params = {
      weight: tf.tensor1d([1, 2, 3, 4]),
      bias: tf.tensor1d([0, 0, 0, 1]),
    };
    // Mean 4, variance (9 + 1 + 1 + 9) / 4 = 5.
    const s = Math.sqrt(5);
    const expected = [[-3 / s, -2 / s, 3 / s, 12 / s + 1]];
    const x = tf.tensor2d([[1, 3, 5, 7]]);
    assertClose(layerNorm(params, x, EPSILON), expected, 1e-6);
  });
});

Deno.test("layerNorm() turns a constant row into its bias", () => {
  tf.tidy(() => {
    const params = normParams();
    const y = layerNorm(params, tf.fill([2, 4], 3), EPSILON);
    const bias = params.bias.arraySync();
    assertClose(y, [bias, bias], 1e-6);
  });
});

Deno.test("layerNorm() has the gradients of tfjs's own composition", () => {
  tf.tidy(() => {
    const { weight, bias } = normParams();
    const inputs = [chirp([3, 4], 0), weight, bias];
    const gradients = [layerNorm, composedNorm].map((norm) =>
      tf.grads((x, weight, bias) =>
        weighted(norm(
          { weight: weight as tf.Tensor1D, bias: bias as tf.Tensor1D },
          x as tf.Tensor2D,
          EPSILON,
        ))
      )(inputs)
    );
    const [own, derived] = gradients as [tf.Tensor[], tf.Tensor[]];
    own.forEach((gradient, i) =>
      assertClose(gradient, derived[i]!.arraySync(), 1e-5)
    );
  });
});

Deno.test("layerNorm() has the gradient of central differences", () => {
  tf.tidy(() => {
    const params = normParams();
    assertGradient(
      (x) => weighted(layerNorm(params, x as tf.Tensor2D, EPSILON)),
      chirp([2, 4], 0),
      2e-3,
    );
  });
});

Deno.test("layers leave only their outputs and gradients in memory", () => {
  const x = chirp<tf.Tensor2D>([3, 4], 0);
  const params = normParams();
  const inputIds = tf.tensor1d([0, 2], "int32");
  assertNoLeak(() => layerNorm(params, x, EPSILON).dispose());
  assertNoLeak(() => gelu(x).dispose());
  assertNoLeak(() => gatherRows(x, inputIds).dispose());
  assertNoLeak(() =>
    tf.grad((x) => {
      const rows = gatherRows(gelu(x) as tf.Tensor2D, inputIds);
      return layerNorm(params, rows, EPSILON).sum();
    })(x).dispose()
  );
  tf.dispose([x, params, inputIds]);
});
