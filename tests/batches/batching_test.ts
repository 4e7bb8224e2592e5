import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { fineTune } from "bertbook/training/fine_tune.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { BATCHES_OF } from "bertbook/batches/packed_batches.ts";
import { lengthMultiple } from "bertbook/batches/batches.ts";
import {
  assertNoLeak,
  assertRelative,
  copyTask,
  newModel,
  TOY,
  TOY_WITHOUT_DROPOUT,
} from "../training/_support.ts";

const TRAIN = copyTask(30, 4), VALIDATION = copyTask(8, 2);

/** The losses of two epochs without dropout. */
async function losses(batching: "packed" | "padded"): Promise<number[]> {
  const model = newModel({ config: TOY_WITHOUT_DROPOUT });
  const found: number[] = [];
  const run = fineTune(model, { train: TRAIN, validation: VALIDATION }, {
    epochs: 2,
    batchSize: 8,
    learningRate: 1e-2,
    seed: 42,
    batching,
  });
  for await (const event of run) {
    if (event.kind === "step") found.push(event.loss);
    if (event.kind === "epoch") found.push(event.validationLoss);
  }
  disposeTree(model.params);
  return found;
}

for (const engine of ["cpu", "tensorflow"] as const) {
  Deno.test(`packed and padded training have the same losses on ${engine}`, async () => {
    if (engine === "cpu") await tf.setBackend("cpu");
    else await startEngine({ engine });
    await assertNoLeak(async () => {
      const [packed, padded] = [await losses("packed"), await losses("padded")];
      assert.equal(packed.length, 10); // two epochs of 4 steps and their ends
      assert.ok(packed.at(-1)! < packed[0]! - 0.02, `${packed}`);
      assertRelative(packed, padded, 1e-4);
    });
  });
}

Deno.test("packed batches have the examples of padded ones in fewer tokens", () => {
  const order = { batchSize: 30, order: [...TRAIN.keys()].reverse() };
  const config = { ...TOY, maxPositionEmbeddings: 48 };
  const packed = [...BATCHES_OF.packed(TRAIN, config, order)];
  const padded = [...BATCHES_OF.padded(TRAIN, config, order)];
  const numTokens = (batches: typeof packed): number =>
    batches.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
  // Packed ones may have them in another order.
  const sorted = (values: Iterable<number>): number[] => [...values].sort();
  assert.deepEqual(
    packed.map(({ indices }) => sorted(indices)),
    padded.map(({ indices }) => sorted(indices)),
  );
  for (const { indices, labels } of packed) {
    assert.deepEqual([...labels], indices.map((index) => TRAIN[index]!.label));
  }
  const real = TRAIN.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
  assert.ok(
    real <= numTokens(packed) && numTokens(packed) < numTokens(padded),
    `${real} ${numTokens(packed)} ${numTokens(padded)}`,
  );
});

Deno.test("lengthMultiple() never rounds beyond the longest length", () => {
  assert.equal(lengthMultiple(TOY), 4);
  assert.equal(lengthMultiple(TOY, 16), 16);
  assert.equal(lengthMultiple({ ...TOY, maxPositionEmbeddings: 9 }), 1);
});
