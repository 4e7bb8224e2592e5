import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { predict } from "bertbook/inference/predict.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { argMax, logLoss } from "bertbook/evaluation/probabilities.ts";
import { makeTrainable } from "bertbook/training/train_step.ts";
import { assertNoLeak, copyTask, newModel } from "../training/_support.ts";

await tf.setBackend("cpu");

const EXAMPLES = copyTask(11, 3);

function assertClose(
  actual: number[][],
  expected: number[][],
  tolerance: number,
): void {
  actual.flat().forEach((value, i) => {
    const difference = Math.abs(value - expected.flat()[i]!);
    assert.ok(difference <= tolerance, `logit ${i} differs by ${difference}`);
  });
}

Deno.test("predict() answers in the order of the examples, however they are batched", async () => {
  const model = newModel();
  const together = await predict(model, EXAMPLES);
  for (const batchSize of [1, 4]) {
    const { logits } = await predict(model, EXAMPLES, { batchSize });
    assertClose(logits, together.logits, 1e-6);
  }
  const backwards = await predict(model, EXAMPLES.toReversed());
  assertClose(backwards.logits.toReversed(), together.logits, 1e-6);
  // Lengths differ, so an answer in the wrong place would show.
  assert.ok(new Set(EXAMPLES.map(({ inputIds }) => inputIds.length)).size > 3);
  assert.ok(new Set(together.logits.map(([first]) => first)).size > 5);
  disposeTree(model.params);
});

Deno.test("predict() takes the largest logit and the loss of the labels", async () => {
  const model = newModel();
  const { logits, predictions, loss } = await predict(model, EXAMPLES);
  assert.deepEqual(predictions, logits.map(argMax));
  assert.equal(loss, logLoss(logits, EXAMPLES.map(({ label }) => label)));
  disposeTree(model.params);
});

Deno.test("predict() needs no labels, and then has no loss", async () => {
  const model = newModel();
  const { logits, predictions } = await predict(model, EXAMPLES);
  const texts = EXAMPLES.map(({ inputIds, tokenTypeIds }) => ({
    inputIds,
    tokenTypeIds,
  }));
  assert.deepEqual(await predict(model, texts), { logits, predictions });
  await assert.rejects(predict(model, [EXAMPLES[0]!, ...texts]), {
    name: "RangeError",
    message:
      /all texts or none must have a label; found 1 labels for 12 texts$/,
  });
  disposeTree(model.params);
});

Deno.test("predict() drops nothing and leaves nothing behind", async () => {
  await assertNoLeak(async () => {
    const model = newModel();
    const once = await predict(model, EXAMPLES);
    assert.deepEqual(await predict(model, EXAMPLES), once);
    makeTrainable(model.params);
    assert.deepEqual(await predict(model, EXAMPLES), once);
    disposeTree(model.params);
  });
});

Deno.test("fault 49: predict() refuses examples that the model cannot read, and names the example", async () => {
  const model = newModel();
  const [good] = EXAMPLES;
  const refused = async (
    examples: readonly (typeof EXAMPLES)[number][],
    message: RegExp,
  ): Promise<void> => {
    await assert.rejects(predict(model, examples), {
      name: "RangeError",
      message,
    });
  };
  const long = Array<number>(17).fill(5);
  await refused([], /at least one; found 0$/);
  await refused(
    [good!, { ...good!, label: 2 }],
    /example 1 .* \[0, 2\); found 2; .*"no", "yes"$/,
  );
  await refused([{ ...good!, label: 0.5 }], /found 0.5/);
  await refused(
    [{ inputIds: [64], tokenTypeIds: [0], label: 0 }],
    /example 0 .*found 64/,
  );
  await refused([{ inputIds: [5], tokenTypeIds: [2], label: 0 }], /found 2/);
  await refused([{ inputIds: [5], tokenTypeIds: [], label: 0 }], /example 0/);
  await refused([{ inputIds: [], tokenTypeIds: [], label: 0 }], /example 0/);
  await refused(
    [{ inputIds: long, tokenTypeIds: long.map(() => 0), label: 0 }],
    /example 0 .*between 1 and 16/,
  );
  await assert.rejects(predict(model, EXAMPLES, { batchSize: 0 }), /batchSize/);
  disposeTree(model.params);
});

Deno.test("predict() refuses logits that are not finite", async () => {
  for (const bias of [NaN, Infinity]) {
    const model = newModel();
    model.params.classifier.bias.dispose();
    model.params.classifier.bias = tf.tensor1d([bias, 0]);
    await assert.rejects(predict(model, EXAMPLES), {
      name: "RangeError",
      message: new RegExp(`class of example 0: .*found ${bias}, .*lower`),
    });
    disposeTree(model.params);
  }
});

Deno.test("predict() refuses texts, unknown options and a disposed model", async () => {
  const model = newModel();
  await assert.rejects(predict(model, ["hello"] as never), {
    name: "TypeError",
    message: /found the string "hello"; call classify\(model, texts\)/,
  });
  await assert.rejects(predict(model, "hello" as never), {
    name: "TypeError",
    message: /found the string "hello"/,
  });
  await assert.rejects(predict(model, EXAMPLES, { batchsize: 2 } as never), {
    name: "TypeError",
    message:
      /^Cannot predict: its options .*; found "batchsize"; did you mean "batchSize"\?$/,
  });
  disposeTree(model.params);
  await assert.rejects(predict(model, EXAMPLES), {
    name: "TypeError",
    message: /^Cannot predict: the model's parameters must be alive/,
  });
});
