import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { batchTensors } from "bertbook/batches/batch_tensors.ts";
import { classificationLoss } from "bertbook/training/tasks/sequence_classification.ts";
import type { Batch } from "bertbook/batches/batches.ts";
import { splitBatch } from "bertbook/batches/batch_tensors.ts";
import { runFunctionsEagerly } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { numReplicas } from "bertbook/engine/compile.ts";
import { NO_DROPOUT } from "bertbook/ops/dropout.ts";
import { BATCHES_OF, type Batching } from "bertbook/batches/packed_batches.ts";
import {
  microBatchLoss,
  microBatchWeights,
} from "bertbook/training/train_step.ts";
import { gradientsOf } from "bertbook/training/train_step.ts";
import {
  assertNoLeak,
  assertRelative,
  copyTask,
  disposeTrainState,
  newTrainState,
  planOf,
  TOY_WITHOUT_DROPOUT,
  train,
  valuesOf,
} from "./_support.ts";

await startEngine({ engine: "tensorflow", threads: 2 });

const TRAIN = copyTask(30, 3);
const CLASS_WEIGHTS = [1, 3];
const ORDER = { batchSize: 10, order: [...TRAIN.keys()] };

/** Batches of ten, packed for two threads. */
function batches(batching: Batching): Batch[] {
  return [...BATCHES_OF[batching](TRAIN, TOY_WITHOUT_DROPOUT, ORDER)];
}

/** Loss and gradients of a batch in micro-batches. */
function lossAndGradients(batch: Batch, count: number): number[][] {
  const state = newTrainState();
  const numbers = tf.tidy(() => {
    const microBatches = splitBatch(batch, count);
    assert.equal(microBatches.length, count);
    const weights = microBatches.map(({ labels }) =>
      labels.reduce((sum, label) => sum + CLASS_WEIGHTS[label]!, 0)
    );
    const input = {
      microBatches: microBatches.map((microBatch) =>
        batchTensors(microBatch, TOY_WITHOUT_DROPOUT, CLASS_WEIGHTS)
      ),
      weights: microBatchWeights(weights),
    };
    const { loss, gradients } = gradientsOf(
      state.params,
      () =>
        microBatchLoss(classificationLoss)(
          state.params,
          input,
          TOY_WITHOUT_DROPOUT,
          NO_DROPOUT,
        ),
    );
    return [loss, ...Object.values(gradients)]
      .map((tensor) => [...tensor.dataSync()]);
  });
  disposeTrainState(state);
  return numbers;
}

for (const batching of ["padded", "packed"] as const) {
  Deno.test(`micro-batches of a ${batching} batch have its loss and its gradients`, () => {
    const [batch] = batches(batching);
    const [loss, ...gradients] = lossAndGradients(batch!, 1);
    const counts = batching === "padded" ? [2, 3] : [2]; // packed for two threads
    for (const count of counts) {
      const [sum, ...sums] = lossAndGradients(batch!, count);
      assertRelative(sum!, loss!, 1e-6);
      for (const [i, gradient] of gradients.entries()) {
        const largest = Math.max(...gradient.map(Math.abs));
        for (const [j, value] of gradient.entries()) {
          assert.ok(Math.abs(sums[i]![j]! - value) <= 1e-6 + 1e-5 * largest);
        }
      }
    }
  });

  Deno.test(`compiled steps on micro-batches of ${batching} batches are those of whole ones`, async () => {
    const plan = planOf({ config: TOY_WITHOUT_DROPOUT });
    const follow = async (): Promise<number[][]> => {
      const state = newTrainState();
      const losses: number[] = [];
      const position = { epoch: 1, stepsDone: 0 };
      for await (
        const step of train(state, batches(batching), position, plan)
      ) {
        losses.push(step.loss);
      }
      const values = valuesOf(state);
      disposeTrainState(state);
      return [losses, values];
    };
    await assertNoLeak(async () => {
      assert.equal(numReplicas(), 2);
      const [losses, values] = await follow();
      assert.deepEqual(await follow(), [losses, values]);
      runFunctionsEagerly(true); // then batches stay whole
      try {
        assert.equal(numReplicas(), 1);
        const [expected, weights] = await follow();
        assertRelative(losses!, expected!, 1e-5);
        const worst = Math.max(
          ...values!.map((x, i) => Math.abs(x - weights![i]!)),
        );
        assert.ok(worst < 1e-5, `${worst}`);
      } finally {
        runFunctionsEagerly(false);
      }
    });
  });
}

Deno.test("microBatchWeights() gives each micro-batch its part of one", () => {
  const shares = microBatchWeights([2, 6]);
  assert.deepEqual([...shares.dataSync()], [0.25, 0.75]);
  shares.dispose();
});
