import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { fineTune } from "bertbook/training/fine_tune.ts";
import { activeVocabulary } from "bertbook/training/active_vocabulary.ts";
import { batchesOf } from "bertbook/batches/batches.ts";
import { randomOrder } from "bertbook/batches/sampler.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { ADAMW_DEFAULTS } from "bertbook/training/adamw.ts";
import {
  assertNoLeak,
  constantRate,
  copyTask,
  disposeTrainState,
  newModel,
  planOf,
  TOY,
  train,
  trainStateOf,
} from "./_support.ts";

await tf.setBackend("cpu");

// Ids up to 40 of 64: the other rows occur nowhere.
const EXAMPLES = copyTask(24, 4).map((example) => ({
  ...example,
  inputIds: example.inputIds.map((id) => Math.min(id, 40)),
}));

for (const weightDecay of [0, 0.5]) {
  Deno.test(`training the rows that occur equals dense AdamW with decay ${weightDecay}`, async () => {
    const adamW = { ...ADAMW_DEFAULTS, weightDecay };
    const dense = newModel();
    const state = trainStateOf(dense.params);
    const before = dense.params.bert.embeddings.word.arraySync();
    const order = randomOrder(EXAMPLES.length, { seed: 42, epoch: 1 });
    const batches = batchesOf(EXAMPLES, { batchSize: 8, order, multipleOf: 8 });
    const plan = planOf({ adamW, schedule: constantRate(1e-2) });
    const losses: number[] = [];
    const start = { epoch: 1, stepsDone: 0 };
    for await (const step of train(state, batches, start, plan)) {
      losses.push(step.loss);
    }

    const model = newModel();
    const run = fineTune(model, { train: EXAMPLES, validation: EXAMPLES }, {
      epochs: 1,
      batchSize: 8,
      learningRate: 1e-2,
      weightDecay,
      schedule: "constant",
      batching: "padded",
      seed: 42,
    });
    const found: number[] = [];
    for await (const event of run) {
      if (event.kind === "step") found.push(event.loss);
    }
    assert.deepEqual(found, losses);
    const expected = new Map(namedLeaves(dense.params));
    for (const [path, leaf] of namedLeaves(model.params)) {
      const worst = tf.tidy(() =>
        leaf.sub(expected.get(path)!).abs().max().dataSync()[0]!
      );
      assert.ok(worst <= 1e-7, `${path} differs by ${worst}`);
    }
    const after = model.params.bert.embeddings.word.arraySync();
    // Row 50 occurs nowhere: three steps have shrunk it, if there is decay at all.
    const shrunk = before[50]![0]! * (1 - 1e-2 * weightDecay) ** 3;
    assert.ok(Math.abs(after[50]![0]! - shrunk) < 1e-8);
    assert.notEqual(after[20]![0]!, before[20]![0]!);
    disposeTrainState(state);
    disposeTree(model.params);
  });
}

Deno.test("activeVocabulary() numbers padding 0, shares all else, and leaks nothing", async () => {
  await assertNoLeak(() => {
    const { params, optimizerState } = trainStateOf(newModel().params);
    const words = activeVocabulary(params, TOY, [
      { inputIds: [9, 7, 9], tokenTypeIds: [0, 0, 0], label: 1 },
    ]);
    assert.deepEqual(words.examples[0]!.inputIds, [2, 1, 2]);
    assert.equal(words.params.classifier, params.classifier);
    const { word } = words.params.bert.embeddings;
    tf.tidy(() => (word as tf.Variable).assign(word.mul(0)));
    words.writeBack(1);
    const rows = params.bert.embeddings.word.arraySync();
    assert.deepEqual([0, 7, 9].map((row) => rows[row]![3]), [0, 0, 0]);
    assert.notEqual(rows[8]![3], 0);
    words.dispose();
    disposeTrainState({ params, optimizerState });
    return Promise.resolve();
  });
});
