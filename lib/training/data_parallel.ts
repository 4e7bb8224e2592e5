/**
 * Data parallelism over several workers: each computes its micro-batches of every batch,
 * and the gradients are summed up within the step.
 *
 * Li et al. (2020), "PyTorch Distributed", section 3. Every worker holds all weights and
 * moments, and changes them by the same bits. As the micro-batches, their weights and
 * their dropout masks depend on their numbers in the whole batch alone, n workers of t
 * micro-batches each take the steps of one process with n · t.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { rowSpans } from "../batches/batch_tensors.ts";
import type { ClusterLink } from "../engine/cluster.ts";
import { currentCluster } from "../engine/shared_work.ts";

/** A loss and its gradients. */
export type LossAndGradients = {
  readonly loss: tf.Scalar;
  /** By the paths of the variables that the loss depends on. */
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
};

/** The part of a batch that this worker computes. */
export type OwnPart<Plain> = {
  readonly microBatches: readonly Plain[];
  /** The number of the first of them in the whole batch. */
  readonly first: number;
  /** What each counts in the mean; all 0 if the batch has no part for this worker. */
  readonly counts: readonly number[];
};

/**
 * The micro-batches of a batch that are this worker's: consecutive ones.
 *
 * @param all The micro-batches of the whole batch.
 * @param counts What each counts in the mean.
 * @returns All of them, without a cluster. A worker for which none is left computes the
 * first one for nothing, as its gradients have the shapes to take part in the sums.
 */
export function ownPart<Plain>(
  all: readonly Plain[],
  counts: readonly number[],
): OwnPart<Plain> {
  const cluster = currentCluster();
  if (cluster === undefined) return { microBatches: all, first: 0, counts };
  const { workers, index } = cluster;
  const span = rowSpans(all.length, workers.length)[index];
  if (span === undefined) {
    return { microBatches: all.slice(0, 1), first: 0, counts: [0] };
  }
  const { start, end } = span;
  return {
    microBatches: all.slice(start, end),
    first: start,
    counts: counts.slice(start, end),
  };
}

/**
 * Values that are summed up in one piece: about 10 MB. Many small sums wait for the
 * network, and one large sum for the last gradient.
 */
const BUCKET_SIZE = 2_500_000;

/**
 * Sums of loss and gradients over the workers, each of which has those of its part; in
 * a compiled step, each sum begins when its gradients are there.
 *
 * @param found Of this worker.
 * @returns Of the whole batch, the same bits on each worker; `found` without a cluster.
 */
export function sumOverWorkers(
  { loss, gradients }: LossAndGradients,
): LossAndGradients {
  const cluster = currentCluster();
  if (cluster === undefined) return { loss, gradients };
  return tf.tidy(() => {
    // The last layers have their gradients first.
    const entries: [string, tf.Tensor][] = [
      ...Object.entries(gradients).reverse(),
      ["", loss],
    ];
    const sums = bucketsOf(entries).flatMap((bucket, number) =>
      sumBucket(cluster, bucket, number)
    );
    const { "": lossSum, ...rest } = Object.fromEntries(sums);
    const ordered = Object.keys(gradients).map((path) => [path, rest[path]!]);
    return {
      loss: lossSum as tf.Scalar,
      gradients: Object.fromEntries(ordered) as Record<string, tf.Tensor>,
    };
  });
}

function bucketsOf(
  entries: readonly [string, tf.Tensor][],
): [string, tf.Tensor][][] {
  const buckets: [string, tf.Tensor][][] = [[]];
  let size = 0;
  for (const entry of entries) {
    if (size > BUCKET_SIZE) {
      buckets.push([]);
      size = 0;
    }
    buckets.at(-1)!.push(entry);
    size += entry[1].size;
  }
  return buckets;
}

function sumBucket(
  cluster: ClusterLink,
  bucket: readonly [string, tf.Tensor][],
  number: number,
): [string, tf.Tensor][] {
  const sizes = bucket.map(([, { size }]) => size);
  const flat = tf.concat1d(bucket.map(([, tensor]) => tensor.flatten()));
  const sum = cluster.allReduce(flat, sumKey(flat.size, number));
  return tf.split(sum, sizes)
    .map((part, i) => [bucket[i]![0], part.reshape(bucket[i]![1].shape)]);
}

/** The number of sums outside of steps; more than a step has buckets. */
export const BROADCAST = 1000;

/** The key of a sum: another one for each size and number. */
export function sumKey(size: number, number: number): number {
  return (size * 1024 + number) % (2 ** 31 - 1);
}
