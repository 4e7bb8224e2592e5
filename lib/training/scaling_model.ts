/**
 * A model of data-parallel training: how long a step takes on a number of workers, from
 * what a step costs one of them and what their network carries.
 *
 * Nothing in it is random: workers that differ, or a network that others use, are slower.
 *
 * @module
 */

import { checkChoice, checkOption, RULES } from "../options.ts";

/** What a training step costs a worker that trains alone. */
export type StepCost = {
  /** Forward and backward pass, for each example. */
  readonly secondsPerExample: number;
  /** Of both passes, whatever the number of examples is. */
  readonly fixedSeconds: number;
  /** Clipping and AdamW. */
  readonly updateSeconds: number;
  /** Of the gradients that are summed up together, in float32, the last layers first. */
  readonly bucketBytes: readonly number[];
  /** Of these, those of the embeddings, which come last and take no time; default 0. */
  readonly embeddingBytes?: number;
};

/** A network, as the workers' sums see it. */
export type Network = {
  /** Of each worker, or each machine of several, as many in each direction at once. */
  readonly bytesPerSecond: number;
  /** Until an empty message has arrived and is dealt with; default 0. */
  readonly latencySeconds?: number;
  /** For which sending and receiving a byte keeps a worker from computing; default 0. */
  readonly processorSecondsPerByte?: number;
};

/** Workers, and how they share a step. */
export type Parallelism = {
  readonly workers: number;
  /** Examples of a step, of all workers together. */
  readonly batchSize: number;
  readonly network: Network;
  /**
   * How gradients are summed up: by a `"ring"`, the default, as Bertbook does; or by a
   * double binary `"tree"`.
   */
  readonly collective?: Collective;
  /**
   * Workers of one machine and the network between these: they sum up first, and only
   * then do the machines. Default: one worker on each machine.
   */
  readonly machine?: { readonly workers: number; readonly network: Network };
  /** Bytes sent for each byte of a gradient; 0.5 for bfloat16. Default 1. */
  readonly compression?: number;
  /** Whether each worker updates its part of the weights, and sends it to all. */
  readonly shardOptimizer?: boolean;
};

/** See {@linkcode Parallelism}. */
export type Collective = "ring" | "tree";

/** What a step takes, in seconds. */
export type StepPrediction = {
  /** The whole step. */
  readonly seconds: number;
  /** Forward and backward pass, with what sums take from the processor. */
  readonly computeSeconds: number;
  /** The sums, of which some run beside the backward pass. */
  readonly sumSeconds: number;
  /** That of the sums for which the step waits. */
  readonly waitSeconds: number;
  /** The update, and sending the updated weights if these are shared out. */
  readonly updateSeconds: number;
};

/** The backward pass has twice the products of the forward pass. */
const FORWARD = 1 / 3;

/**
 * Predicts how long a training step takes.
 *
 * Each worker computes its examples. A bucket of gradients is ready when the backward pass
 * has come as far as its share of all bytes, embeddings apart; sums run one after the
 * other, beside the passes, as in Li et al. (2020), "PyTorch Distributed", section 3.2.
 * With n workers, α seconds for a message and β bytes a second, a sum of b bytes takes
 *
 *     ring   2 (n − 1) (α + b / (n β))      Patarasuk & Yuan (2009)
 *     tree   2 ⌈log₂ n⌉ α + 2 b / β         Sanders, Speck & Träff (2009)
 *
 * the second if messages are cut into many pieces, so that both trees are always busy.
 * With a ring it takes half of it to give each worker the part that it updates, and the
 * other half to send the weights around (Rajbhandari et al., 2020, "ZeRO"); the same is
 * assumed of trees.
 *
 * @example Two workers halve the passes, and wait for the last sum
 * ```ts
 * import { predictStep } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const cost = {
 *   secondsPerExample: 0.02,
 *   fixedSeconds: 0,
 *   updateSeconds: 0.04,
 *   bucketBytes: [10e6, 10e6],
 * };
 * const network = { bytesPerSecond: 125e6 }; // 1 Gbit/s
 * const { seconds } = predictStep(cost, { workers: 2, batchSize: 32, network });
 * assert.equal(seconds.toFixed(2), "0.44"); // 0.32 + 0.08 + 0.04
 * ```
 *
 * @param cost Of one worker alone.
 * @param how Workers, batch and network.
 * @returns Its parts, in seconds.
 * @throws {RangeError} If an option is out of its range, or `workers` is no multiple of
 * the workers of a machine.
 */
export function predictStep(cost: StepCost, how: Parallelism): StepPrediction {
  const { workers, batchSize, network, compression = 1 } = how;
  const { collective = "ring", shardOptimizer = false } = how;
  checkOption("workers", workers, RULES.count);
  checkOption("batchSize", batchSize, RULES.count);
  checkOption("compression", compression, RULES.share);
  checkOption("bytesPerSecond", network.bytesPerSecond, RULES.limit);
  checkChoice("collective", collective, ["ring", "tree"]);
  const half = shardOptimizer ? 0.5 : 1;
  const sizes = cost.bucketBytes.map((bytes) => bytes * compression);
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  const sumOf = (bytes: number): number => half * sumSeconds(bytes, how);
  // The last sum begins after the passes, so it takes no time from them.
  const beside = total - (sizes.at(-1) ?? 0);
  const carried = half * 2 * (workers - 1) / workers * beside;
  const computeSeconds = cost.fixedSeconds +
    cost.secondsPerExample * Math.ceil(batchSize / workers) +
    carried * (network.processorSecondsPerByte ?? 0);
  const ofLayers = total - compression * (cost.embeddingBytes ?? 0);
  let [end, known] = [0, 0];
  for (const bytes of sizes) {
    known += bytes;
    const share = Math.min(1, known / ofLayers);
    const ready = computeSeconds * (FORWARD + (1 - FORWARD) * share);
    end = Math.max(end, ready) + sumOf(bytes);
  }
  const waitSeconds = Math.max(0, end - computeSeconds);
  // Weights are sent in float32.
  const updateSeconds = shardOptimizer
    ? cost.updateSeconds / workers + sumOf(total / compression)
    : cost.updateSeconds;
  return {
    seconds: computeSeconds + waitSeconds + updateSeconds,
    computeSeconds,
    sumSeconds: sizes.reduce((sum, bytes) => sum + sumOf(bytes), 0),
    waitSeconds,
    updateSeconds,
  };
}

function sumSeconds(
  bytes: number,
  { workers, network, collective = "ring", machine }: Parallelism,
): number {
  if (machine === undefined) {
    return SECONDS[collective](bytes, workers, network);
  }
  const machines = workers / machine.workers;
  if (!Number.isInteger(machines)) {
    throw new RangeError(
      `Cannot share a step out: workers must be a multiple of machine.workers; found ` +
        `workers=${workers}, machine.workers=${machine.workers}; change one of them`,
    );
  }
  return SECONDS.ring(bytes, machine.workers, machine.network) +
    SECONDS[collective](bytes, machines, network);
}

const SECONDS: Readonly<
  Record<Collective, (bytes: number, n: number, network: Network) => number>
> = {
  ring: (bytes, n, { bytesPerSecond, latencySeconds = 0 }) =>
    2 * (n - 1) * (latencySeconds + bytes / n / bytesPerSecond),
  tree: (bytes, n, { bytesPerSecond, latencySeconds = 0 }) =>
    n === 1 ? 0 : 2 * (levelsOf(n) * latencySeconds + bytes / bytesPerSecond),
};

/** ⌈log₂ n⌉. */
function levelsOf(n: number): number {
  return 32 - Math.clz32(n - 1);
}
