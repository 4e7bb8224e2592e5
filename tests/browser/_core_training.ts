/** Ten training steps by the core alone: what is bundled for a browser. */

import { batchesOf } from "bertbook/batches/batches.ts";
import { randomOrder } from "bertbook/batches/sampler.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { startEngine } from "bertbook/engine/start_engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import "bertbook/engine/wasm.ts";
import { BERT_TINY } from "bertbook/model/config.ts";
import { initHead } from "bertbook/model/heads/heads.ts";
import { initOptimizerState } from "bertbook/training/adamw.ts";
import { train } from "bertbook/training/train.ts";
import { planTraining } from "bertbook/training/train_options.ts";
import { makeTrainable } from "bertbook/training/variables.ts";

/**
 * Trains a small BERT on the wasm engine, with dropout, clipping and weight decay.
 *
 * @param wasmFolder Where a browser finds the engine's binary files.
 * @returns The ten losses.
 */
export async function tenLosses(wasmFolder?: string): Promise<number[]> {
  await startEngine({
    engine: "wasm",
    ...(wasmFolder === undefined ? {} : { wasmFolder }),
  });
  const config = {
    ...BERT_TINY,
    vocabSize: 101,
    hiddenSize: 32,
    intermediateSize: 64,
    maxPositionEmbeddings: 16,
  };
  const examples = Array.from({ length: 40 }, (_, i) => {
    const length = 6 + i % 9;
    return {
      inputIds: Array.from({ length }, (_, t) => 1 + (i * 31 + t * 17) % 100),
      tokenTypeIds: Array.from({ length }, () => 0),
      label: i % 2,
    };
  });
  const params = initHead(
    "sequence-classification",
    { config, numLabels: 2 },
    randomStream(42),
  );
  makeTrainable(params);
  const state = { params, optimizerState: initOptimizerState(params) };
  const plan = planTraining(examples.length, {
    epochs: 2,
    batchSize: 8,
    learningRate: 1e-3,
    seed: 42,
  });
  const losses: number[] = [];
  for (let epoch = 1; epoch <= 2; epoch++) {
    const batches = batchesOf(examples, {
      batchSize: 8,
      order: randomOrder(examples.length, { seed: 42, epoch }),
      length: "longest",
    });
    const position = { epoch, stepsDone: (epoch - 1) * plan.stepsPerEpoch };
    const steps = train(state, batches, position, { ...plan, config });
    for await (const { loss } of steps) losses.push(loss);
  }
  disposeTree(state);
  return losses;
}
