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
import type { Batch } from "../../lib/batches/batches.ts";
import { runFunctionsEagerly } from "../../lib/engine/compile.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import type { Threads } from "../../lib/engine/start_engine.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import {
  tensorFlowBackend,
  tensorFlowBinding,
} from "../../lib/engine/tensorflow/backend.ts";
import type { BertConfig } from "../../lib/model/config.ts";
import { HEADS, initHead } from "../../lib/model/heads/heads.ts";
import {
  type ClassifierParams,
  classifySequences,
} from "../../lib/model/heads/sequence_classifier.ts";
import type { Dropout } from "../../lib/ops/dropout.ts";
import {
  ADAMW_DEFAULTS,
  initOptimizerState,
} from "../../lib/training/adamw.ts";
import { crossEntropy } from "../../lib/training/losses.ts";
import { noDecayPaths } from "../../lib/training/parameter_groups.ts";
import { classificationStep } from "../../lib/training/tasks/sequence_classification.ts";
import { trainEpoch } from "../../lib/training/train_epoch.ts";
import {
  compileTrainStep,
  makeTrainable,
} from "../../lib/training/train_step.ts";
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
import { answerRequests, peakMegabytes } from "./worker_process.ts";

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
  /** Default: those of this machine. */
  readonly scale?: Threads;
};

/** What it answers after some steps. */
export type StepsTaken = {
  readonly milliseconds: number[];
  /** The peak memory so far, in MB of 10⁶ bytes. */
  readonly peakMb: number;
};

/** The memory of the process at one time, its answer to 0. */
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

/** The step whose loss is computed from all rows of all layers. */
const plainStep = compileTrainStep((
  params: ClassifierParams,
  { input, labels }: LabelledInput,
  config: BertConfig,
  dropout: Dropout,
) => {
  const { logits } = classifySequences(params, input, config, { dropout });
  return crossEntropy(logits, labels);
}, "training step");

/**
 * Prepares timed training steps of a classifier.
 *
 * @param params The classifier. It becomes trainable, and changes with each step.
 * @param config Its sizes.
 * @param options `savings` default `"all"`; both precisions default `"float32"`.
 * @returns A function that takes a step on each batch and returns their milliseconds.
 */
export function stepTimer(
  params: ClassifierParams,
  config: BertConfig,
  options: {
    savings?: Savings;
    precision?: Precision;
    reducePrecision?: Precision;
  } = {},
): (batches: Iterable<Batch>) => Promise<number[]> {
  const { savings = "all", precision = "float32", reducePrecision } = options;
  makeTrainable(params);
  const state = { params, optimizerState: initOptimizerState(params) };
  const task = {
    trainStep: savings === "all" ? classificationStep : plainStep,
    config,
    split: splitBatch<Batch>,
    tensorsOf: (batch: Batch) => batchTensors(batch, config),
  };
  const settings = {
    schedule: {
      name: "constant",
      learningRate: LEARNING_RATE,
      warmupSteps: 0,
      totalSteps: Infinity,
    },
    adamW: ADAMW_DEFAULTS,
    maxGradNorm: MAX_GRAD_NORM,
    noDecay: noDecayPaths(
      HEADS["sequence-classification"].parameters(config, NUM_CLASSES),
    ),
    precision,
    reducePrecision,
    seed: SEED,
  } as const;
  let stepsDone = 0;
  return async (batches) => {
    const milliseconds: number[] = [];
    const position = { epoch: 1, stepsDone };
    const steps = trainEpoch(task, state, batches, position, settings);
    for await (const { seconds } of steps) milliseconds.push(1000 * seconds);
    stepsDone += milliseconds.length;
    return milliseconds;
  };
}

if (import.meta.main) await serve(JSON.parse(Deno.args[0]!));

/** Takes as many steps as it is asked for; asked for none, it reads the memory. */
async function serve(workload: StepWorkload): Promise<void> {
  const { engine, model, tokens, precision, savings, scale } = workload;
  const words = savings === "all" ? workload.words : NUM_WORDS;
  await startEngine({
    ...(engine === "wasm" ? { engine } : {}),
    // Operations that are called one by one have all threads to themselves.
    ...(engine === "compiled" ? scale : { interOpThreads: 1 }),
  });
  runFunctionsEagerly(engine === "eager");
  const config = { ...BENCH_MODELS[model], vocabSize: words };
  const params = initHead(
    "sequence-classification",
    { config, numLabels: NUM_CLASSES },
    randomStream(SEED),
  );
  const take = stepTimer(params, config, { savings, precision });
  const batch = benchBatch(tokens, words);
  const [firstMs] = await take([batch]);
  await answerRequests(
    { firstMs },
    async (count) =>
      count === 0 ? memoryNow() : {
        milliseconds: await take(Array<Batch>(count).fill(batch)),
        peakMb: peakMegabytes(),
      },
  );
}

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
