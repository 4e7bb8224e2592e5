import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { EncodedExample } from "bertbook/batches/batches.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import {
  expectedCalibrationError,
  reliabilityBins,
} from "bertbook/evaluation/calibration.ts";
import { logLoss } from "bertbook/evaluation/probabilities.ts";
import { fitTemperature } from "bertbook/evaluation/temperature.ts";
import { calibrate } from "bertbook/inference/calibrate.ts";
import { classify } from "bertbook/inference/classify.ts";
import { predict } from "bertbook/inference/predict.ts";
import type { ClassifierModel } from "bertbook/checkpoint/pretrained.ts";
import { assertNoLeak, newModel, TOY } from "../training/_support.ts";

await tf.setBackend("cpu");

const TEXTS = Array.from(
  { length: 40 },
  (_, i) => `word${i} word${(7 * i) % 59} word${(i * i) % 59}`,
);

/** A model whose logits are thousands of times too large. */
function overconfident(): ClassifierModel {
  const model = newModel();
  const { classifier } = model.params;
  const kernel = classifier.kernel.mul<tf.Tensor2D>(3000);
  classifier.kernel.dispose();
  return {
    ...model,
    params: { ...model.params, classifier: { ...classifier, kernel } },
  };
}

/** Its texts, a quarter of which it gets wrong. */
async function examplesOf(model: ClassifierModel): Promise<{
  examples: EncodedExample[];
  labels: number[];
  logits: number[][];
  predictions: number[];
}> {
  const encoded = TEXTS.map((text) => model.tokenizer.encode(text));
  const { predictions, logits } = await predict(model, encoded);
  const labels = predictions.map((label, i) => i % 4 === 0 ? 1 - label : label);
  const examples = encoded.map(({ inputIds, tokenTypeIds }, i) => ({
    inputIds,
    tokenTypeIds,
    label: labels[i]!,
  }));
  return { examples, labels, logits, predictions };
}

Deno.test("calibrate() sets the fitted temperature, and classify() is then as sure as it is right", async () => {
  await assertNoLeak(async () => {
    const model = overconfident();
    model.inference = { maxLength: 9 };
    const { examples, labels, logits, predictions } = await examplesOf(model);
    const { temperature, before, after } = await calibrate(model, examples);
    assert.equal(temperature, fitTemperature(logits, labels));
    assert.deepEqual(model.inference, { maxLength: 9, temperature });
    assert.ok(temperature > 2, `temperature ${temperature}`);
    const scored = async (): Promise<typeof after> => {
      const answers = await classify(model, TEXTS);
      assert.deepEqual(
        answers.map(({ label }) => model.labels.indexOf(label)),
        predictions,
      );
      const probabilities = answers.map((each) =>
        Object.values(each.probabilities)
      );
      const bins = reliabilityBins(probabilities, labels);
      const logs = probabilities.map((row) => row.map(Math.log));
      return {
        loss: logLoss(logs, labels),
        calibrationError: expectedCalibrationError(bins),
      };
    };
    const assertNear = (actual: typeof after, expected: typeof after): void => {
      for (const name of ["loss", "calibrationError"] as const) {
        const difference = Math.abs(actual[name] - expected[name]);
        assert.ok(difference < 1e-4, `${name} ${actual[name]}`);
      }
    };
    assertNear(await scored(), after);
    model.inference = { maxLength: 9 };
    assertNear(await scored(), before);
    assert.ok(after.loss < before.loss);
    assert.ok(after.calibrationError < before.calibrationError);
    disposeTree(model.params);
  });
});

Deno.test("calibrate() leaves a model alone where no temperature is the best", async () => {
  const model = overconfident();
  model.inference = { temperature: 3 };
  const { examples, predictions } = await examplesOf(model);
  const right = examples.map((each, i) => ({
    ...each,
    label: predictions[i]!,
  }));
  await assert.rejects(calibrate(model, right), {
    name: "RangeError",
    message: /at least one prediction must be wrong/,
  });
  assert.deepEqual(model.inference, { temperature: 3 });
  const config = { ...TOY, problemType: "regression" } as const;
  await assert.rejects(calibrate({ ...model, config }, right), {
    name: "TypeError",
    message: /^Cannot predict classes: .* found "regression"; call regress/,
  });
  disposeTree(model.params);
});
