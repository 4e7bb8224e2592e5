/**
 * A contestant of `deno task bench`: takes training steps when asked to.
 *
 *     step.ts <compiled | eager | wasm> <model> <tokens> <precision>
 *             <all | none> <words>
 *
 * Random weights, one batch, dropout, clipping, AdamW with weight decay. A step
 * lasts from the plain arrays of the batch until its loss is read. "all" savings
 * stand for a word table of so many rows, and no rows but `[CLS]` in the last layer.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import {
  batchTensors,
  type LabelledInput,
} from "../../lib/batches/batch_tensors.ts";
import {
  classificationLoss,
  type ClassifierTrainState,
} from "../../lib/training/classification.ts";
import { cutBatch } from "../../lib/batches/cut_batch.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import { sideBySide } from "../../lib/engine/compile.ts";
import {
  tensorFlowBackend,
  tensorFlowBinding,
} from "../../lib/engine/tensorflow/backend.ts";
import {
  type ClassifierParams,
  classify,
} from "../../lib/model/heads/sequence_classifier.ts";
import type { BertConfig } from "../../lib/model/config.ts";
import type { Dropout } from "../../lib/ops/dropout.ts";
import { initHead } from "../../lib/model/heads/heads.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import {
  ADAMW_DEFAULTS,
  adamWRates,
  initOptimizerState,
} from "../../lib/training/adamw.ts";
import { compileStep } from "../../lib/training/compiled_step.ts";
import { crossEntropy } from "../../lib/training/loss.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import { inShards, sharesOf } from "../../lib/training/shards.ts";
import { stepOf } from "../../lib/training/step.ts";
import { makeTrainable } from "../../lib/training/variables.ts";
import { answerRequests, peakMegabytes } from "../trials/worker_process.ts";
import type { MemoryNow } from "./memory.ts";
import {
  BENCH_MODELS,
  benchBatch,
  type BenchModel,
  NUM_CLASSES,
  NUM_WORDS,
} from "./shapes.ts";

const SEED = 42;
const LEARNING_RATE = 2e-5;
const CLIP_NORM = 1;

const [contestant, model, tokens, precision, savings, occurring] = Deno.args;
const words = savings === "all" ? Number(occurring) : NUM_WORDS;
const isCompiled = contestant === "compiled";
await startEngine({
  ...(contestant === "wasm" ? { engine: "wasm" } : {}),
  // Operations that are called one by one have all threads to themselves.
  ...(isCompiled ? {} : { interOpThreads: 1 }),
});
const config = {
  ...BENCH_MODELS[model as BenchModel],
  vocabSize: words,
};
const params = initHead(
  "sequence-classification",
  { config, numLabels: NUM_CLASSES },
  randomStream(SEED),
);
makeTrainable(params);
const state: ClassifierTrainState = {
  params,
  optimizerState: initOptimizerState(params),
};
const settings = { config, adamW: ADAMW_DEFAULTS, maxGradNorm: CLIP_NORM };
const objective = savings === "all" ? classificationLoss : plainLoss;
const step = isCompiled
  ? compileStep(objective, "training step")[precision as Precision]
  : stepOf(inShards(objective));
const plain = benchBatch(Number(tokens), words);
const shards = cutBatch(plain, isCompiled ? sideBySide() : 1);
let stepsTaken = 0;

/** The loss that `classificationLoss()` computes, of all rows of all layers. */
function plainLoss(
  params: ClassifierParams,
  { input, labels }: LabelledInput,
  config: BertConfig,
  dropout: Dropout,
): tf.Scalar {
  const { logits } = classify(params, input, config, { dropout });
  return crossEntropy(logits, labels);
}

/** Takes one step and returns its milliseconds. */
async function take(): Promise<number> {
  const start = performance.now();
  stepsTaken++;
  const outcome = tf.tidy(() => {
    const batch = {
      shards: shards.map((shard) => batchTensors(shard, config)),
      shares: sharesOf(shards.map(({ size }) => size)),
    };
    const rates = adamWRates(stepsTaken, LEARNING_RATE, ADAMW_DEFAULTS);
    const seed = tf.tensor1d([SEED, stepsTaken], "int32");
    return step(state, batch, { rates, seed }, settings);
  });
  await outcome.loss.data();
  tf.dispose(outcome);
  return performance.now() - start;
}

await answerRequests({ firstMs: await take() }, async (count) => {
  if (count === 0) return memoryNow();
  const milliseconds: number[] = [];
  for (let i = 0; i < count; i++) milliseconds.push(await take());
  return { milliseconds, peakMb: peakMegabytes() };
});

/** What is held, and what of it is in use; garbage is collected in between. */
function memoryNow(): MemoryNow {
  const residentMb = megabytes(Deno.memoryUsage().rss);
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external } = Deno.memoryUsage();
  const { numTensors } = tf.memory();
  return {
    residentMb,
    scriptMb: megabytes(heapUsed + external),
    tensors: numTensors,
    handles: tensorFlowBackend() === undefined
      ? numTensors
      : tensorFlowBinding().getNumOfTensors(),
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
