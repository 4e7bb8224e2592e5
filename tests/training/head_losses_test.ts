import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import {
  answerLoss,
  labelledCrossEntropy,
  pretrainingLoss,
  tokenLoss,
} from "bertbook/training/head_losses.ts";
import { IGNORE_INDEX } from "bertbook/batches/masked_batches.ts";
import { crossEntropy } from "bertbook/training/loss.ts";
import golden from "../golden/heads_formula.json" with { type: "json" };
import { assertGradient, assertNoLeak } from "../model/_support.ts";

await tf.setBackend("cpu");

const { labels, heads } = golden;

function assertLoss(loss: tf.Scalar, expected: number): void {
  const difference = Math.abs(loss.dataSync()[0]! - expected);
  assert.ok(difference < 1e-5, `${loss.dataSync()[0]} is not ${expected}`);
}

const list = (values: number[]): tf.Tensor1D => tf.tensor1d(values, "int32");

/** Python's logits of all tokens, as rows. */
function rows(output: unknown): tf.Tensor2D {
  const logits = tf.tensor3d(output as number[][][]);
  return logits.reshape([-1, logits.shape[2]]);
}

Deno.test("the loss of every head equals Python's", () => {
  tf.tidy(() => {
    const words = list(labels.words.flat());
    const nextSentenceLabels = list(labels.nextSentenceLabels);
    const pretraining = heads.pretraining;
    assertLoss(
      pretrainingLoss({
        wordLogits: rows(pretraining.outputs[0]),
        sentenceLogits: tf.tensor2d(pretraining.outputs[1] as number[][]),
      }, { words, nextSentenceLabels }),
      pretraining.loss,
    );
    const masked = heads["masked-lm"];
    assertLoss(
      labelledCrossEntropy(rows(masked.outputs[0]), words),
      masked.loss,
    );
    const pairs = heads["next-sentence"];
    assertLoss(
      crossEntropy(tf.tensor2d(pairs.outputs[0]!), nextSentenceLabels),
      pairs.loss,
    );
    const classes = heads["sequence-classification"];
    assertLoss(
      crossEntropy(tf.tensor2d(classes.outputs[0]!), list(labels.classes)),
      classes.loss,
    );
    const tags = heads["token-classification"];
    assertLoss(
      tokenLoss(
        tf.tensor3d(tags.outputs[0]!),
        tf.tensor2d(labels.tags, undefined, "int32"),
      ),
      tags.loss,
    );
    const answers = heads["question-answering"];
    assertLoss(
      answerLoss({
        startLogits: tf.tensor2d(answers.outputs[0]!),
        endLogits: tf.tensor2d(answers.outputs[1]!),
      }, { starts: list(labels.starts), ends: list(labels.ends) }),
      answers.loss,
    );
  });
});

Deno.test("labelledCrossEntropy() has the gradient of central differences", () => {
  const logits = tf.tensor2d([[1, -2, 0.5], [3, 0, 1], [0, 0.2, -1]]);
  const words = list([2, IGNORE_INDEX, 0]);
  const loss = (x: tf.Tensor): tf.Scalar =>
    labelledCrossEntropy(x as tf.Tensor2D, words).mul(3);
  assertGradient(loss, logits, 2e-3);
  assertNoLeak(() => tf.grad(loss)(logits).dispose());
  tf.dispose([logits, words]);
});

Deno.test("labelledCrossEntropy() is 0 and pulls nowhere where nothing is labelled", () => {
  tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad((x) =>
      labelledCrossEntropy(x as tf.Tensor2D, list([IGNORE_INDEX, IGNORE_INDEX]))
    )(tf.tensor2d([[1, 2], [3, 4]]));
    assert.equal(Math.abs(value.dataSync()[0]!), 0);
    assert.ok(grad.dataSync().every((x) => Math.abs(x) === 0));
  });
});
