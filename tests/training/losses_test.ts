import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import {
  answerLoss,
  binaryCrossEntropy,
  labelledCrossEntropy,
  meanSquaredError,
  pretrainingLoss,
  tokenLoss,
} from "bertbook/training/losses.ts";
import { IGNORE_INDEX } from "bertbook/batches/batches.ts";
import { crossEntropy } from "bertbook/training/losses.ts";
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
    const nextSentenceLabels = list(labels.following);
    const pretraining = heads.pretraining;
    assertLoss(
      pretrainingLoss({
        wordLogits: rows(pretraining.outputs[0]),
        sentenceLogits: tf.tensor2d(pretraining.outputs[1] as number[][]),
      }, { maskedLabels: words, nextSentenceLabels }),
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
      }, {
        startPositions: list(labels.starts),
        endPositions: list(labels.ends),
      }),
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

Deno.test("crossEntropy() is the mean of -log of the right class's share", () => {
  tf.tidy(() => {
    // Shares 1/4, 3/4 and 1/2, 1/2: -(log(3/4) + log(1/2)) / 2 = log(8/3) / 2
    const logits = tf.tensor2d([[0, Math.log(3)], [5, 5]]);
    const loss = crossEntropy(logits, tf.tensor1d([1, 0], "int32"));
    assert.deepEqual(loss.shape, []);
    assert.ok(Math.abs(loss.dataSync()[0]! - Math.log(8 / 3) / 2) < 1e-6);
  });
});

Deno.test("crossEntropy() of a confident wrong answer is large and finite", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[300, 0, -300]]);
    assert.equal(
      crossEntropy(logits, tf.tensor1d([2], "int32")).dataSync()[0],
      600,
    );
  });
});

Deno.test("the gradient of crossEntropy() is (softmax − one-hot) / B", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[0, Math.log(3)], [5, 5]]);
    const labels = tf.tensor1d([1, 0], "int32");
    const gradient = tf.grad((x) => crossEntropy(x as tf.Tensor2D, labels))(
      logits,
    );
    const expected = [1 / 8, -1 / 8, -1 / 4, 1 / 4];
    gradient.dataSync().forEach((value: number, i: number) =>
      assert.ok(Math.abs(value - expected[i]!) < 1e-6, `${i}: ${value}`)
    );
  });
});

Deno.test("a class that counts three times has three times the gradient", () => {
  tf.tidy(() => {
    const labels = tf.tensor1d([0, 1], "int32");
    const logits = tf.tensor2d([[1, -1], [0.5, 0.25]]);
    const gradient = (sampleWeights?: number[]): number[][] =>
      tf.grad((x) =>
        crossEntropy(
          x as tf.Tensor2D,
          labels,
          sampleWeights && { sampleWeights: tf.tensor1d(sampleWeights) },
        )
      )(logits).arraySync() as number[][];
    // Row i: wᵢ / Σ w · (softmax − one-hot); without weights, 1 / 2 of it.
    const alike = gradient(), weighed = gradient([1, 3]);
    for (const column of [0, 1]) {
      const [first, second] = [0, 1].map((row) =>
        weighed[row]![column]! / alike[row]![column]!
      );
      assert.ok(Math.abs(first! - 2 / 4) < 1e-6, `first row: ${first}`);
      assert.ok(Math.abs(second! - 2 * 3 / 4) < 1e-6, `second row: ${second}`);
    }
  });
});

Deno.test("label smoothing gives every class ε / C, as PyTorch's CrossEntropyLoss", () => {
  tf.tidy(() => {
    // Shares 1/4, 3/4 and 1/2, 1/2; targets 0.1, 0.9 and 0.9, 0.1 with ε = 0.2.
    const logits = tf.tensor2d([[0, Math.log(3)], [5, 5]]);
    const first = -(0.1 * Math.log(1 / 4) + 0.9 * Math.log(3 / 4));
    const expected = (first + Math.LN2) / 2;
    const labels = list([1, 0]);
    assertLoss(crossEntropy(logits, labels, { labelSmoothing: 0.2 }), expected);
    assertLoss(labelledCrossEntropy(logits, labels, 0.2), expected);
    const ignored = list([1, IGNORE_INDEX]);
    assertLoss(labelledCrossEntropy(logits, ignored, 0.2), first);
    const sampleWeights = tf.tensor1d([3, 1]);
    assertLoss(
      crossEntropy(logits, labels, { sampleWeights, labelSmoothing: 0.2 }),
      (3 * first + Math.LN2) / 4,
    );
  });
});

Deno.test("the smoothed loss is (1 − ε) of the plain one and ε of the mean over all classes", () => {
  tf.tidy(() => {
    // torch.nn.CrossEntropyLoss: (1 − ε) · nll + ε · mean of −log p.
    const logits = tf.tensor2d([[1, -2, 0.5], [3, 0, 1]]);
    const labels = list([2, 0]);
    const plain = crossEntropy(logits, labels).dataSync()[0]!;
    const uniform = -tf.logSoftmax(logits).mean().dataSync()[0]!;
    for (const labelSmoothing of [0, 0.1, 0.5]) {
      const expected = (1 - labelSmoothing) * plain + labelSmoothing * uniform;
      assertLoss(crossEntropy(logits, labels, { labelSmoothing }), expected);
      assertLoss(
        labelledCrossEntropy(logits, labels, labelSmoothing),
        expected,
      );
    }
  });
});

Deno.test("labelledCrossEntropy() with label smoothing has the gradient of central differences", () => {
  const logits = tf.tensor2d([[1, -2, 0.5], [3, 0, 1], [0, 0.2, -1]]);
  const labels = list([2, IGNORE_INDEX, 0]);
  const loss = (x: tf.Tensor): tf.Scalar =>
    labelledCrossEntropy(x as tf.Tensor2D, labels, 0.3).mul(3);
  assertGradient(loss, logits, 2e-3);
  tf.dispose([logits, labels]);
});

Deno.test("binaryCrossEntropy() is the mean of -log of the probability of what holds", () => {
  tf.tidy(() => {
    // Probabilities 3/4 and 1/2 that hold, 1/5 that does not: -log of 3/4, 1/2, 4/5.
    const logits = tf.tensor2d([[Math.log(3), 0, Math.log(1 / 4)]]);
    const loss = binaryCrossEntropy(logits, tf.tensor2d([[1, 1, 0]]));
    assert.deepEqual(loss.shape, []);
    assertLoss(loss, -Math.log(3 / 4 * 1 / 2 * 4 / 5) / 3);
    // No logarithm of 0, and no infinite power.
    const sure = tf.tensor2d([[300, -300], [300, -300]]);
    const wrong = tf.tensor2d([[0, 1], [1, 0]]);
    assertLoss(binaryCrossEntropy(sure, wrong), 150);
  });
});

Deno.test("meanSquaredError() is the mean over all values", () => {
  tf.tidy(() => {
    const values = tf.tensor2d([[1, 2], [3, 4]]);
    const targets = tf.tensor2d([[1, 0], [0, 8]]);
    assertLoss(meanSquaredError(values, targets), (0 + 4 + 9 + 16) / 4);
  });
});

Deno.test("losses of targets have the gradients of central differences, and leave no tensor", () => {
  const logits = tf.tensor2d([[1, -2, 0], [3, 0.5, 1]]); // one of them 0
  const targets = tf.tensor2d([[1, 0, 1], [0, 1, 0]]);
  for (const loss of [binaryCrossEntropy, meanSquaredError]) {
    const of = (x: tf.Tensor): tf.Scalar =>
      loss(x as tf.Tensor2D, targets).mul(6);
    assertGradient(of, logits, 5e-3);
    assertNoLeak(() => tf.grad(of)(logits).dispose());
    assertNoLeak(() => loss(logits, targets).dispose());
  }
  tf.dispose([logits, targets]);
});
