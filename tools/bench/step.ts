/**
 * Bertbook as a worker of `bench`: takes training steps when asked to.
 *
 *     step.ts <StepWorkload as JSON>
 *
 * Random weights, one batch, dropout, clipping, AdamW with weight decay. A step
 * lasts from the plain arrays of the batch until its loss is read.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import {
  batchTensors,
  type LabelledInput,
  splitBatch,
} from "../../lib/batches/batch_tensors.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import { numReplicas } from "../../lib/engine/compile.ts";
import {
  tensorFlowBackend,
  tensorFlowBinding,
} from "../../lib/engine/tensorflow/backend.ts";
import {
  type ClassifierParams,
  classifySequences,
} from "../../lib/model/heads/sequence_classifier.ts";
import type { BertConfig } from "../../lib/model/config.ts";
import type { Dropout } from "../../lib/ops/dropout.ts";
import { HEADS, initHead } from "../../lib/model/heads/heads.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import {
  ADAMW_DEFAULTS,
  adamWRates,
  initOptimizerState,
} from "../../lib/training/adamw.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import { crossEntropy } from "../../lib/training/losses.ts";
import { noDecayPaths } from "../../lib/training/parameter_groups.ts";
import { classificationLoss } from "../../lib/training/tasks/sequence_classification.ts";
import {
  compileTrainStep,
  makeTrainable,
  makeTrainStep,
  microBatchLoss,
  microBatchWeights,
  type TrainState,
} from "../../lib/training/train_step.ts";
import { answerRequests, peakMegabytes } from "./worker_process.ts";
import {
  BENCH_MODELS,
  benchBatch,
  type BenchModel,
  LEARNING_RATE,
  MAX_GRAD_NORM,
  NUM_CLASSES,
  NUM_WORDS,
  type Savings,
} from "./shapes.ts";

/** What is trained, and by which engine. */
export type StepWorkload = {
  readonly engine: "compiled" | "eager" | "wasm";
  readonly model: BenchModel;
  /** T. */
  readonly tokens: number;
  readonly precision: Precision;
  readonly savings: Savings;
  /** Rows of the word embedding table with `"all"` savings. */
  readonly words: number;
};

/** The memory of the process at one time. */
export type MemoryNow = {
  /** Tensors of tfjs. */
  readonly tensors: number;
  /** Tensors and variables on TensorFlow's side. */
  readonly handles: number;
  /** The whole process, garbage included, in MB of 10⁶ bytes. */
  readonly residentMb: number;
  /** JavaScript's objects and arrays that are still in use, in MB. */
  readonly scriptMb: number;
};

const SEED = 42;

const workload = JSON.parse(Deno.args[0]!) as StepWorkload;
const { engine, model, tokens, precision, savings } = workload;
const words = savings === "all" ? workload.words : NUM_WORDS;
const isCompiled = engine === "compiled";
await startEngine({
  ...(engine === "wasm" ? { engine } : {}),
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
const state: TrainState<ClassifierParams> = {
  params,
  optimizerState: initOptimizerState(params),
};
const settings = {
  config,
  adamW: ADAMW_DEFAULTS,
  maxGradNorm: MAX_GRAD_NORM,
  noDecay: noDecayPaths(
    HEADS["sequence-classification"].parameters(config, NUM_CLASSES),
  ),
};
const lossFunction = savings === "all" ? classificationLoss : plainLoss;
const step = isCompiled
  ? compileTrainStep(lossFunction, "training step")[precision]
  : makeTrainStep(microBatchLoss(lossFunction));
const plain = benchBatch(tokens, words);
const microBatches = splitBatch(plain, isCompiled ? numReplicas() : 1);
let stepsTaken = 0;

/** The loss of `classificationLoss()`, computed from all rows of all layers. */
function plainLoss(
  params: ClassifierParams,
  { input, labels }: LabelledInput,
  config: BertConfig,
  dropout: Dropout,
): tf.Scalar {
  const { logits } = classifySequences(params, input, config, { dropout });
  return crossEntropy(logits, labels);
}

/** Takes one step and returns its milliseconds. */
async function take(): Promise<number> {
  const start = performance.now();
  stepsTaken++;
  const outcome = tf.tidy(() => {
    const batch = {
      microBatches: microBatches.map((each) => batchTensors(each, config)),
      weights: microBatchWeights(microBatches.map(({ size }) => size)),
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

/** Memory before garbage is collected, and what of it is in use after. */
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
