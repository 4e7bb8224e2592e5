import * as tf from "@tensorflow/tfjs";
import { dropoutMask } from "bertbook/engine/dropout_mask.ts";
import {
  attentionWeights,
  contextWithDropout,
  mergeHeads,
  projectHeads,
  splitHeads,
} from "bertbook/ops/attention.ts";
import { feedForward } from "bertbook/ops/feed_forward.ts";
import {
  activate,
  type Activation,
  ACTIVATIONS,
} from "bertbook/ops/activations.ts";
import { layerNorm, type LayerNormParams } from "bertbook/ops/layer_norm.ts";
import { linear, type LinearParams } from "bertbook/ops/linear.ts";
import { addNorm } from "bertbook/ops/add_norm.ts";
import assert from "node:assert/strict";
import { assertNoLeak, chirp, differenceOf } from "../model/_support.ts";

await tf.setBackend("cpu");

const B = 2, T = 3, H = 2, D = 4;

const affine = (): LinearParams => ({
  kernel: chirp<tf.Tensor2D>([D, D], 1),
  bias: chirp<tf.Tensor1D>([D], 2),
});
const rows = (): tf.Tensor2D => chirp<tf.Tensor2D>([B * T, D], 3);

/** Asserts that two functions have the same values and the same gradients. */
function assertEqual(
  actual: (...inputs: tf.Tensor[]) => tf.Tensor,
  composed: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
): void {
  const near = (a: tf.Tensor, b: tf.Tensor): void => {
    const difference = differenceOf(a, b.arraySync());
    assert.ok(difference < 1e-5, `Largest difference is ${difference}`);
  };
  const weighted =
    (f: typeof actual) => (...inputs: tf.Tensor[]): tf.Scalar => {
      const y = f(...inputs);
      return y.mul(chirp(y.shape, 5)).sum();
    };
  near(actual(...inputs), composed(...inputs));
  const expected = tf.grads(weighted(composed))(inputs);
  tf.grads(weighted(actual))(inputs).forEach((gradient, i) =>
    near(gradient, expected[i]!)
  );
}

for (const activation of Object.keys(ACTIVATIONS) as Activation[]) {
  Deno.test(`feedForward() is a linear layer, ${activation}, and a product`, () => {
    tf.tidy(() => {
      const { kernel, bias } = affine();
      type Inputs = [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D, tf.Tensor2D];
      assertEqual(
        (...inputs) => {
          const [kernel, bias, output, x] = inputs as Inputs;
          return feedForward({ kernel, bias }, output, x, activation);
        },
        (...inputs) => {
          const [kernel, bias, output, x] = inputs as Inputs;
          const wide = linear({ kernel, bias }, x);
          return tf.matMul(activate(activation, wide), output);
        },
        [kernel, bias, chirp([D, 3], 6), rows()],
      );
    });
  });
}

Deno.test("addNorm() is a bias, dropout, a sum, and a layer norm", () => {
  tf.tidy(() => {
    const { kernel, bias } = affine();
    const key = tf.tensor1d([5, 6], "int32");
    for (const dropoutKey of [undefined, { key, rate: 0.4 }]) {
      const inputs = [
        ...[kernel, bias, rows(), chirp([B * T, D], 7)],
        ...[chirp([D], 8).add(1), chirp([D], 9)],
      ];
      const named = (
        [kernel, bias, x, residual, weight, shift]: tf.Tensor[],
      ) => ({
        params: { kernel, bias } as LinearParams,
        x: x as tf.Tensor2D,
        residual: residual as tf.Tensor2D,
        norm: { weight, bias: shift } as LayerNormParams,
      });
      assertEqual(
        (...inputs) => {
          const { params, x, residual, norm } = named(inputs);
          const end = { residual, norm, dropoutKey, epsilon: 1e-6 };
          return addNorm(tf.matMul(x, params.kernel), params.bias, end);
        },
        (...inputs) => {
          const { params, x, residual, norm } = named(inputs);
          const y = linear(params, x);
          const left = dropoutKey === undefined
            ? y
            : y.mul<tf.Tensor2D>(dropoutMask(y.shape, dropoutKey));
          return layerNorm(norm, residual.add(left), 1e-6);
        },
        inputs,
      );
    }
  });
});

Deno.test("attentionWeights() is a masked softmax, droppedContext() what it mixes", () => {
  tf.tidy(() => {
    const dropoutKey = { key: tf.tensor1d([5, 6], "int32"), rate: 0.4 };
    const mask = tf.tensor4d([0, 0, -1e9, 0, -1e9, -1e9], [B, 1, 1, T]);
    const how = { mask, scale: 0.5 };
    const softmax = (scores: tf.Tensor): tf.Tensor =>
      tf.softmax(scores.mul(0.5).add(mask));
    const scores = chirp([B, H, T, T], 3);
    assertEqual(
      (scores) => attentionWeights(scores as tf.Tensor4D, how),
      softmax,
      [scores],
    );
    assertEqual(
      (...inputs) => {
        const [scores, value] = inputs as [tf.Tensor4D, tf.Tensor4D];
        return contextWithDropout(scores, value, how, dropoutKey);
      },
      (...[scores, value]) => {
        const factors = dropoutMask([B, H, T, T], dropoutKey);
        return tf.matMul(softmax(scores!).mul(factors), value!);
      },
      [scores, chirp([B, H, T, D / H], 8)],
    );
  });
});

Deno.test("projectHeads() and mergeHeads() have the gradients of what they are made of", () => {
  tf.tidy(() => {
    const { kernel, bias } = affine();
    assertEqual(
      (...[kernel, bias, x]) =>
        projectHeads(
          { kernel, bias } as LinearParams,
          x as tf.Tensor2D,
          [B, T, H],
        ),
      (...[kernel, bias, x]) =>
        splitHeads(
          linear({ kernel, bias } as LinearParams, x as tf.Tensor2D),
          [B, T, H],
        ),
      [kernel, bias, rows()],
    );
    assertEqual(
      (x) => mergeHeads(x as tf.Tensor4D),
      (x) => x.transpose([0, 2, 1, 3]).reshape([B * T, D]),
      [chirp([B, H, T, D / H], 4)],
    );
  });
});

Deno.test("the pieces of a layer leave only their outputs in memory", () => {
  const params = affine(), x = rows();
  const key = tf.tensor1d([1, 2], "int32");
  const norm = { weight: chirp<tf.Tensor1D>([D], 8), bias: params.bias };
  assertNoLeak(() => feedForward(params, params.kernel, x).dispose());
  const dropoutKey = { key, rate: 0.5 };
  const end = { residual: x, norm, dropoutKey, epsilon: 1e-6 };
  assertNoLeak(() => addNorm(x, params.bias, end).dispose());
  assertNoLeak(() => projectHeads(params, x, [B, T, H]).dispose());
  const scores = chirp<tf.Tensor4D>([B, H, T, T], 1);
  const mask: tf.Tensor4D = tf.zeros([B, 1, 1, T]);
  const how = { mask, scale: 1 };
  assertNoLeak(() => attentionWeights(scores, how).dispose());
  assertNoLeak(() =>
    contextWithDropout(scores, scores, how, dropoutKey).dispose()
  );
  assertNoLeak(() => mergeHeads(scores).dispose());
  tf.dispose([params, x, key, norm, scores, mask]);
});
