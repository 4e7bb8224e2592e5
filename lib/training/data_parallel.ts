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
import { type RowSpan, rowSpans } from "../batches/batch_tensors.ts";
import { namedLeaves, type TensorTree } from "../engine/tensor_tree.ts";
import type { ClusterLink } from "../engine/cluster.ts";
import type { Precision } from "../engine/precision.ts";
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
 * @param precision In which gradients are sent and summed up; the loss always is in
 * float32.
 * @returns Of the whole batch, the same bits on each worker; `found` without a cluster.
 */
export function sumOverWorkers(
  { loss, gradients }: LossAndGradients,
  precision: Precision = "float32",
): LossAndGradients {
  const cluster = currentCluster();
  if (cluster === undefined) return { loss, gradients };
  return tf.tidy(() => {
    // The last layers have their gradients first.
    const paths = Object.keys(gradients).reverse();
    const sizes = paths.map((path) => gradients[path]!.size);
    const sums: Record<string, tf.Tensor> = {};
    const buckets = bucketsOf(sizes);
    for (const [number, { start, end }] of buckets.entries()) {
      const own = paths.slice(start, end);
      const tensors = own.map((path) => gradients[path]!);
      const parts = sumTogether(cluster, tensors, number, precision);
      own.forEach((path, i) => sums[path] = parts[i]!);
    }
    const [lossSum] = sumTogether(cluster, [loss], buckets.length);
    const ordered = Object.keys(gradients).map((path) => [path, sums[path]!]);
    return {
      loss: lossSum as tf.Scalar,
      gradients: Object.fromEntries(ordered) as Record<string, tf.Tensor>,
    };
  });
}

/**
 * What is summed up in a step.
 *
 * @param params Parameters that are trained.
 * @returns Bytes of the gradients in each sum, in float32, the last layers first; and
 * bytes of those of the embeddings.
 */
export function sumBytes(
  params: TensorTree,
): { bucketBytes: number[]; embeddingBytes: number } {
  const leaves = namedLeaves(params).reverse();
  const bytesOf = (some: typeof leaves): number =>
    some.reduce((sum, [, { size }]) => sum + 4 * size, 0);
  const spans = bucketsOf(leaves.map(([, { size }]) => size));
  return {
    bucketBytes: spans.map(({ start, end }) =>
      bytesOf(leaves.slice(start, end))
    ),
    embeddingBytes: bytesOf(
      leaves.filter(([path]) => path.includes("embeddings.")),
    ),
  };
}

/**
 * Which gradients are summed up together.
 *
 * @param sizes Numbers of values, the last layers first.
 * @returns Spans of them, each the shortest that exceeds {@linkcode BUCKET_SIZE}; the
 * last may be smaller.
 */
export function bucketsOf(sizes: readonly number[]): RowSpan[] {
  const buckets: RowSpan[] = [];
  let [start, size] = [0, 0];
  for (const [i, each] of sizes.entries()) {
    size += each;
    if (size <= BUCKET_SIZE && i + 1 < sizes.length) continue;
    buckets.push({ start, end: i + 1 });
    [start, size] = [i + 1, 0];
  }
  return buckets;
}

function sumTogether(
  cluster: ClusterLink,
  tensors: readonly tf.Tensor[],
  number: number,
  precision?: Precision,
): tf.Tensor[] {
  const flat = tf.concat1d(tensors.map((tensor) => tensor.flatten()));
  // TensorFlow remembers the type of each key.
  const own = precision === "bfloat16" ? number + BROADCAST / 2 : number;
  const sum = cluster.allReduce(flat, sumKey(flat.size, own), precision);
  return tf.split(sum, tensors.map(({ size }) => size))
    .map((part, i) => part.reshape(tensors[i]!.shape));
}

/** The number of sums outside of steps; more than a step has buckets. */
export const BROADCAST = 1000;

/** The key of a sum: another one for each size and number. */
export function sumKey(size: number, number: number): number {
  return (size * 1024 + number) % (2 ** 31 - 1);
}
