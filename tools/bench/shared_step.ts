/**
 * A worker of `bench --workers`: takes its share of training steps when asked to.
 *
 *     shared_step.ts <SharedStep as JSON>
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { cpuUsage } from "node:process";
import type { Cluster, ClusterLink } from "../../lib/engine/cluster.ts";
import { compile } from "../../lib/engine/compile.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import { currentCluster } from "../../lib/engine/shared_work.ts";
import type { Threads } from "../../lib/engine/start_engine.ts";
import { disposeTree, type TensorTree } from "../../lib/engine/tensor_tree.ts";
import { initHead } from "../../lib/model/heads/heads.ts";
import {
  ADAMW_DEFAULTS,
  adamWRates,
  initOptimizerState,
  zerosByPath,
} from "../../lib/training/adamw.ts";
import {
  BROADCAST,
  sumBytes,
  sumKey,
} from "../../lib/training/data_parallel.ts";
import type { Network } from "../../lib/training/scaling_model.ts";
import { update } from "../../lib/training/train_step.ts";
import {
  BENCH_MODELS,
  benchBatch,
  type BenchModel,
  LEARNING_RATE,
  MAX_GRAD_NORM,
  NUM_CLASSES,
} from "./shapes.ts";
import { spreadOf } from "./statistics.ts";
import { stepTimer } from "./step.ts";
import { answerRequests } from "./worker_process.ts";

/** What is trained, and with whom. */
export type SharedStep = {
  readonly model: BenchModel;
  /** T. */
  readonly tokens: number;
  /** Rows of the word embedding table. */
  readonly words: number;
  /** Sentences of a step, of all workers together; one size after the other. */
  readonly batchSizes: readonly number[];
  readonly threads: Threads;
  /** The workers; undefined for one that trains alone. */
  readonly cluster?: Cluster;
  /** Of the sums. */
  readonly reducePrecision?: Precision;
};

/** What it knows before the first step. */
export type SharedHello = {
  readonly bucketBytes: readonly number[];
  readonly embeddingBytes: number;
  /** Clipping and AdamW, if it trains alone. */
  readonly updateSeconds?: number;
  /** What sums take while nothing else is computed, on one core, if it does not. */
  readonly network?: Required<Network>;
};

/** Milliseconds of steps with each of the batch sizes. */
export type SharedTimes = readonly (readonly number[])[];

const SEED = 42, ROUNDS = 7;

if (import.meta.main) await serve(JSON.parse(Deno.args[0]!));

async function serve(workload: SharedStep): Promise<void> {
  const { model, tokens, words, batchSizes, threads, cluster } = workload;
  const { reducePrecision } = workload;
  await startEngine({ ...threads, ...cluster && { cluster } });
  const link = currentCluster();
  const config = { ...BENCH_MODELS[model], vocabSize: words };
  const params = initHead(
    "sequence-classification",
    { config, numLabels: NUM_CLASSES },
    randomStream(SEED),
  );
  const take = stepTimer(params, config, workload);
  const batches = batchSizes.map((size) => benchBatch(tokens, words, size));
  await take(batches);
  const sums = sumBytes(params);
  const hello: SharedHello = {
    ...sums,
    ...link === undefined
      ? { updateSeconds: await timeUpdate(params) }
      : { network: await timeSums(link, sums.bucketBytes, reducePrecision) },
  };
  await answerRequests(hello, async (count): Promise<SharedTimes> => {
    const times: number[][] = [];
    for (const batch of batches) {
      times.push(await take(Array<typeof batch>(count).fill(batch)));
    }
    return times;
  });
}

/** Seconds of an update, without the passes before it. */
async function timeUpdate(params: TensorTree): Promise<number> {
  const state = { params, optimizerState: initOptimizerState(params) };
  const gradients = zerosByPath(params);
  const loss = tf.variable(tf.scalar(1), false);
  const rates = adamWRates(1, LEARNING_RATE, ADAMW_DEFAULTS);
  const settings = { adamW: ADAMW_DEFAULTS, maxGradNorm: MAX_GRAD_NORM };
  const step = compile(
    (given: typeof state, found: Record<string, tf.Variable>) =>
      update(given, { loss: loss.clone(), gradients: found }, rates, settings),
    { name: "update" },
  );
  const seconds: number[] = [];
  for (let i = 0; i <= ROUNDS; i++) {
    const start = performance.now();
    const outcome = step(state, gradients);
    await outcome.gradientNorm.data();
    seconds.push((performance.now() - start) / 1000);
    tf.dispose([outcome.loss, outcome.gradientNorm]);
  }
  disposeTree([state.optimizerState, gradients, loss, rates]);
  return spreadOf(seconds.slice(1)).median; // the first one traces
}

/**
 * What sums say of the network: one of a single number, and those of a step.
 *
 * @param link The other workers, who do the same.
 * @param bucketBytes Of the step, in float32.
 * @param precision Of the sums; rounding is part of what they take.
 */
async function timeSums(
  link: ClusterLink,
  bucketBytes: readonly number[],
  precision: Precision | undefined,
): Promise<Required<Network>> {
  const n = link.workers.length;
  const time = async (sizes: readonly number[]) => {
    const values = sizes.map((size) => tf.zeros([size]));
    const sums = compile(
      (values: readonly tf.Tensor[]) =>
        tf.addN(
          values.map((x, i) =>
            link.allReduce(x, sumKey(x.size, BROADCAST + i), precision).slice(
              [0],
              [1],
            )
          ),
        ),
      { name: "sums" },
    );
    const rounds: { seconds: number; processor: number }[] = [];
    for (let i = 0; i <= ROUNDS; i++) {
      const [start, before] = [performance.now(), cpuUsage()];
      const first = sums(values);
      await first.data();
      const seconds = (performance.now() - start) / 1000;
      const { user, system } = cpuUsage(before);
      first.dispose();
      rounds.push({ seconds, processor: (user + system) / 1e6 });
    }
    tf.dispose(values);
    const last = rounds.slice(1); // the first one traces
    return {
      seconds: spreadOf(last.map(({ seconds }) => seconds)).median,
      processor: spreadOf(last.map(({ processor }) => processor)).median,
    };
  };
  const one = await time([1]);
  const all = await time(bucketBytes.map((bytes) => bytes / 4));
  const messages = 2 * (n - 1);
  const sent = messages / n * bucketBytes.reduce((sum, each) => sum + each, 0);
  return {
    latencySeconds: one.seconds / messages,
    bytesPerSecond: sent / Math.max(1e-9, all.seconds - one.seconds),
    processorSecondsPerByte: Math.max(0, all.processor - one.processor) / sent,
  };
}
