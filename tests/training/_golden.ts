import * as tf from "@tensorflow/tfjs";
import type { ClassifierParams } from "bertbook/model/heads/sequence_classifier.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import {
  buildHead,
  type HeadName,
  type HeadParams,
  HEADS,
} from "bertbook/model/heads/heads.ts";
import golden from "../golden/training_losses.json" with { type: "json" };
import {
  assertRelative,
  disposeTrainState,
  formula,
  formulaBatch,
  planOf,
  TOY_WITHOUT_DROPOUT as CONFIG,
  train,
  trainStateOf,
} from "./_support.ts";

/** The classifier of tests/golden/training_losses.py, or of training_options.py. */
export function formulaParams(
  config: BertConfig,
  numLabels = 3,
): ClassifierParams {
  return formulaHead("sequence-classification", { config, numLabels });
}

/** A model with the parameters of tests/golden/training_losses.py. */
export function formulaHead<H extends HeadName>(
  head: H,
  { config, numLabels }: { config: BertConfig; numLabels: number },
): HeadParams[H] {
  const paths = HEADS[head].parameters(config, numLabels)
    .map(({ path }) => path);
  return buildHead(
    head,
    { config, numLabels },
    ({ path, role, shape }) =>
      tf.tidy(() => {
        const size = tf.util.sizeFromShape([...shape]);
        const values = tf.tensor(formula(size, paths.indexOf(path)), [
          ...shape,
        ]);
        if (role === "weight") return values.mul(0.1).add(1);
        if (role === "bias") return values.mul(0.1);
        return role === "kernel"
          ? values.mul(0.2).transpose()
          : values.mul(0.2);
      }),
  );
}

/** Trains as tests/golden/training_losses.py does, on the present engine. */
export async function assertGoldenSteps(): Promise<void> {
  const { batchSize, length, learningRate, warmupSteps } = golden.toy;
  const state = trainStateOf(formulaParams(CONFIG));
  const plan = planOf({
    config: CONFIG,
    schedule: { name: "linear", learningRate, warmupSteps, totalSteps: 20 },
  });
  const sizes = { batchSize, length, vocabSize: CONFIG.vocabSize };
  const batches = golden.toy.losses.map((_, i) => formulaBatch(i + 1, sizes));
  const losses: number[] = [], gradientNorms: number[] = [];
  for await (
    const step of train(state, batches, { epoch: 1, stepsDone: 0 }, plan)
  ) {
    losses.push(step.loss);
    gradientNorms.push(step.gradientNorm);
  }
  assertRelative(losses, golden.toy.losses, 1e-4);
  assertRelative(gradientNorms, golden.toy.gradientNorms, 1e-3);
  const kernel = tf.tidy(() =>
    state.params.classifier.kernel.transpose().slice([0, 0], [3, 4])
      .flatten<tf.Tensor1D>().arraySync()
  );
  assertRelative(kernel, golden.toy.classifierWeight.flat(), 1e-3);
  disposeTrainState(state);
}
