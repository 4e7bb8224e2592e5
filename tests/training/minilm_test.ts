import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { startEngine } from "bertbook/engine/engine.ts";
import { findAsset } from "bertbook/download/ensure_asset.ts";
import { ALL_MINI_LM, ensureModel } from "bertbook/checkpoint/catalogue.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import golden from "../golden/training_losses.json" with { type: "json" };
import {
  assertRelative,
  disposeTrainState,
  formula,
  formulaBatch,
  planOf,
  train,
  trainStateOf,
} from "./_support.ts";

const OFFLINE = { offline: true };

Deno.test({
  name: "twenty training steps of the pretrained MiniLM equal PyTorch's",
  // A test downloads nothing: the model must be in the cache already.
  ignore: await findAsset(ALL_MINI_LM.asset, OFFLINE) === undefined,
  async fn(): Promise<void> {
    await startEngine({ provision: OFFLINE });
    const { batchSize, length, learningRate, warmupSteps } = golden.miniLm;
    const folder = await ensureModel(ALL_MINI_LM.name, OFFLINE);
    const labels = ["a", "b", "c"];
    const { config, params } = await loadModel(folder, {
      head: "sequence-classification",
      labels,
      seed: 1,
    });
    const state = trainStateOf(params);
    tf.tidy(() => {
      const { kernel, bias } = params.classifier;
      const values = tf.tensor2d(formula(3 * 384, 0), [3, 384]).transpose();
      (kernel as tf.Variable).assign(values.mul(0.02));
      (bias as tf.Variable).assign(tf.zeros([3]));
    });
    const plan = planOf({
      config: { ...config, hiddenDropout: 0, attentionDropout: 0 },
      schedule: { name: "linear", learningRate, warmupSteps, totalSteps: 20 },
    });
    const sizes = { batchSize, length, vocabSize: config.vocabSize };
    const batches = golden.miniLm.losses
      .map((_, i) => formulaBatch(i + 1, sizes));
    const losses: number[] = [], gradientNorms: number[] = [];
    const position = { epoch: 1, stepsDone: 0 };
    for await (const step of train(state, batches, position, plan)) {
      losses.push(step.loss);
      gradientNorms.push(step.gradientNorm);
    }
    assertRelative(losses, golden.miniLm.losses, 1e-4);
    assertRelative(gradientNorms, golden.miniLm.gradientNorms, 1e-3);
    const kernel = tf.tidy(() =>
      params.classifier.kernel.transpose().slice([0, 0], [3, 4])
        .flatten<tf.Tensor1D>().arraySync()
    );
    for (
      const [i, expected] of golden.miniLm.classifierWeight.flat().entries()
    ) {
      assert.ok(Math.abs(kernel[i]! - expected) < 1e-6, `kernel value ${i}`);
    }
    disposeTrainState(state);
  },
});
