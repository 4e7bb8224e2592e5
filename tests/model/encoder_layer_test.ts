import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { mapLeaves } from "bertbook/engine/tensor_tree.ts";
import { BERT_TINY, type NormOrder } from "bertbook/model/config.ts";
import { dropoutFrom, NO_DROPOUT } from "bertbook/ops/dropout.ts";
import {
  encoderLayer,
  type EncoderLayerConfig,
  type EncoderLayerParams,
} from "bertbook/model/encoder_layer.ts";
import { causalMask, paddingMask } from "bertbook/ops/attention.ts";
import { type Activation } from "bertbook/ops/activations.ts";
import golden from "../golden/transformer_layer.json" with { type: "json" };
import {
  assertClose,
  assertGradient,
  assertNoLeak,
  chirp,
  differenceOf,
} from "./_support.ts";

await tf.setBackend("cpu");

/** The sizes of tests/golden/transformer_layer.py. */
const B = 2, T = 5, D = 8, F = 16;
const CONFIG = {
  numHeads: 2,
  hiddenDropout: 0,
  attentionDropout: 0,
  layerNormEpsilon: 1e-5,
};
const ORDERS: NormOrder[] = ["post", "pre", "pre-replacing"];

/** The parameters of tests/golden/transformer_layer.py, a kernel as [In, Out]. */
function layerParams(): EncoderLayerParams {
  return tf.tidy(() => {
    // torch: [Out, In], with query, key and value in one piece.
    const kernel = (Out: number, In: number, p: number): tf.Tensor2D =>
      chirp<tf.Tensor2D>([Out, In], p).mul(0.4).transpose();
    const bias = (size: number, p: number): tf.Tensor1D =>
      chirp<tf.Tensor1D>([size], p).mul(0.2);
    const linear = (Out: number, In: number, p: number) => ({
      kernel: kernel(Out, In, p),
      bias: bias(Out, p + 1),
    });
    const norm = (p: number) => ({
      weight: chirp([D], p).mul(0.3).add<tf.Tensor1D>(1),
      bias: bias(D, p + 1),
    });
    const kernels = tf.split<tf.Tensor2D>(kernel(3 * D, D, 0), 3, 1);
    const biases = tf.split<tf.Tensor1D>(bias(3 * D, 1), 3);
    const projection = (i: number) => ({
      kernel: kernels[i]!,
      bias: biases[i]!,
    });
    const params: EncoderLayerParams = {
      attention: {
        query: projection(0),
        key: projection(1),
        value: projection(2),
        output: linear(D, D, 2),
      },
      intermediate: linear(F, D, 4),
      output: linear(D, F, 6),
      attentionNorm: norm(8),
      outputNorm: norm(10),
    };
    return params;
  });
}

/** Padding and future hidden, as in the golden program. */
function goldenMask(): tf.Tensor4D {
  return tf.tidy(() =>
    paddingMask(tf.tensor2d(golden.attentionMask)).add(causalMask(T))
  );
}

function run(
  config: Partial<EncoderLayerConfig> = {},
  hidden = chirp<tf.Tensor2D>([B * T, D], 50),
): ReturnType<typeof encoderLayer> {
  return encoderLayer(layerParams(), hidden, {
    ...CONFIG,
    normOrder: "pre",
    activation: "gelu",
    ...config,
  }, { mask: goldenMask(), dropout: NO_DROPOUT });
}

for (const { normOrder, activation, hidden } of golden.layers) {
  Deno.test(`transformerLayer() matches torch, ${normOrder} with ${activation}`, () => {
    tf.tidy(() => {
      const output = run({
        normOrder: normOrder as NormOrder,
        activation: activation as Activation,
      });
      assertClose(output.hidden.reshape([B, T, D]), hidden, 1e-5);
      assert.deepEqual(output.weights.shape, [B, 2, T, T]);
    });
  });
}

Deno.test("transformerLayer() normalizing after with GELU is BERT's encoderLayer()", () => {
  tf.tidy(() => {
    const bert = encoderLayer(
      layerParams(),
      chirp<tf.Tensor2D>([B * T, D], 50),
      { ...BERT_TINY, ...CONFIG },
      { mask: goldenMask(), dropout: NO_DROPOUT },
    );
    const ours = run({ normOrder: "post" });
    assertClose(ours.hidden, bert.hidden.arraySync(), 0);
    assertClose(ours.weights, bert.weights.arraySync(), 0);
  });
});

Deno.test("with sublayers that give 0, each order leaves what its formula says", () => {
  tf.tidy(() => {
    const zero = mapLeaves(layerParams(), (leaf, path) => {
      if (path.endsWith("weight")) return tf.onesLike(leaf);
      return tf.zerosLike(leaf);
    });
    const x = tf.tensor2d([[3, 7], [5, 5]]).tile<tf.Tensor2D>([5, D / 2]);
    const [after, before, replacing] = ORDERS.map((normOrder) =>
      encoderLayer(zero, x, { ...CONFIG, normOrder, activation: "relu" }, {
        mask: goldenMask(),
        dropout: NO_DROPOUT,
      }).hidden.slice([0, 0], [2, 2])
    );
    // f = 0: norm(x) twice is norm(x); x + 0 + 0 is x; and n stands for x.
    assertClose(after!, [[-1, 1], [0, 0]], 1e-4);
    assertClose(before!, [[3, 7], [5, 5]], 0);
    assertClose(replacing!, [[-1, 1], [0, 0]], 1e-4);
  });
});

Deno.test("what stands after a token or in padding does not reach it", () => {
  for (const normOrder of ORDERS) {
    tf.tidy(() => {
      const x = chirp<tf.Tensor3D>([B, T, D], 50);
      const other = chirp<tf.Tensor3D>([B, T - 2, D], 3);
      const changed = x.slice([0, 0, 0], [B, 2, D]).concat(other, 1);
      const [one, two] = [x, changed].map((x) =>
        run({ normOrder }, x.reshape([B * T, D])).hidden.reshape([B, T, D])
      );
      const early = (y: tf.Tensor) => y.slice([0, 0, 0], [B, 2, D]);
      assertClose(early(one!), early(two!).arraySync() as number[][][], 0);
      assert.ok(differenceOf(one!, two!.arraySync() as number[][][]) > 0.1);
    });
  }
});

Deno.test("transformerLayer() has the gradients of central differences", () => {
  for (const normOrder of ORDERS) {
    const slope = chirp([B * T, D], 4);
    const loss = (x: tf.Tensor) =>
      run({ normOrder }, x as tf.Tensor2D).hidden.mul(slope).sum<tf.Scalar>();
    assertGradient(loss, chirp([B * T, D], 50), 2e-2);
    slope.dispose();
  }
});

Deno.test("transformerLayer() drops in the attention and after both sublayers", () => {
  tf.tidy(() => {
    const rates: number[] = [];
    const dropout = dropoutFrom(tf.tensor1d([42, 1], "int32"));
    encoderLayer(
      layerParams(),
      chirp<tf.Tensor2D>([B * T, D], 50),
      {
        ...CONFIG,
        hiddenDropout: 0.2,
        attentionDropout: 0.1,
        normOrder: "pre",
        activation: "gelu",
      },
      {
        mask: goldenMask(),
        dropout: Object.assign(
          <T extends tf.Tensor>(x: T, rate: number): T => {
            rates.push(rate);
            return dropout(x, rate);
          },
          { key: (rate: number) => (rates.push(rate), dropout.key(rate)) },
        ),
      },
    );
    assert.deepEqual(rates, [0.1, 0.2, 0.2]);
  });
});

Deno.test("transformerLayer() leaves only its outputs in memory", () => {
  const params = layerParams(), mask = goldenMask();
  const x = chirp<tf.Tensor2D>([B * T, D], 50);
  assertNoLeak(() => {
    const config = {
      ...CONFIG,
      normOrder: "pre",
      activation: "gelu",
    } as const;
    const how = { mask, dropout: NO_DROPOUT };
    tf.dispose(encoderLayer(params, x, config, how));
  });
});
