/** Samplers: the order in which an epoch visits the examples. @module */

import { indexShuffle } from "../engine/random/index_shuffle.ts";
import { randomStream } from "../engine/random/stream.ts";

/** Positions of examples in the order of an epoch; an array is one. */
export type Order = {
  readonly length: number;
  /** The positions from place `start` up to, but not including, `end`. */
  slice(start: number, end: number): number[];
};

/** Batches that are sorted together; more make less padding and less randomness. */
const MEGABATCH = 50;
/** The number of this random stream among those of the same seed and epoch. */
const INDEX_STREAM = 2;

/**
 * 0, 1, 2, …: for evaluation, where order must not matter.
 *
 * @param count Number of examples.
 * @returns Every index once.
 */
export function sequentialOrder(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/**
 * A new random order in each epoch: for training.
 *
 * @param count Number of examples.
 * @param options The run's seed and the epoch, from 1.
 * @returns Every index once.
 */
export function randomOrder(
  count: number,
  options: { seed: number; epoch: number },
): number[] {
  const { seed, epoch } = options;
  return randomStream(seed, epoch).shuffle(sequentialOrder(count));
}

/**
 * Likewise, but computed place by place: an order of any number of examples takes no
 * memory, and may begin anywhere.
 *
 * @param count Number of examples.
 * @param options The run's seed and the epoch, from 1.
 * @returns Every index once.
 */
export function indexShuffleOrder(
  count: number,
  options: { seed: number; epoch: number },
): Order {
  const shuffled = indexShuffle(
    count,
    options.seed,
    options.epoch,
    INDEX_STREAM,
  );
  return {
    length: count,
    slice: (start, end) =>
      Array.from(
        { length: Math.max(0, Math.min(end, count) - start) },
        (_, i) => shuffled(start + i),
      ),
  };
}

/** How the examples of an epoch are ordered; `"length-grouped"` pads less. */
export type SamplerName = "random" | "length-grouped" | "index-shuffle";

/** The names of the samplers. */
export const SAMPLERS: readonly SamplerName[] = [
  "random",
  "length-grouped",
  "index-shuffle",
];

/**
 * The order of one epoch of training.
 *
 * @param order Its kind.
 * @param lengths Length of each example, in tokens; only `"length-grouped"` needs more
 * than their number.
 * @param options The run's seed, the epoch from 1, and the batch size.
 * @returns Every index once.
 */
export function sampleOrder(
  order: SamplerName,
  lengths: ArrayLike<number>,
  options: { seed: number; epoch: number; batchSize: number },
): Order {
  switch (order) {
    case "random":
      return randomOrder(lengths.length, options);
    case "index-shuffle":
      return indexShuffleOrder(lengths.length, options);
    case "length-grouped":
      return lengthGroupedOrder(Array.from(lengths), options);
  }
}

/**
 * A random order in which examples of one batch are about equally long, so that
 * little is padded.
 *
 * Shuffled examples are cut into megabatches of 50 batches, each is sorted by
 * length, and the batches are then shuffled: as in fairseq's and Hugging Face's
 * samplers, but the visit of long and short batches is random. The batch with the
 * longest example comes first, so that a lack of memory shows at once; the
 * partial batch comes last, where `batchesOf` cuts it.
 *
 * @param lengths Length of each example, in tokens.
 * @param options The run's seed, the epoch from 1, and the batch size.
 * @returns Every index once.
 */
export function lengthGroupedOrder(
  lengths: readonly number[],
  options: { seed: number; epoch: number; batchSize: number },
): number[] {
  const { seed, epoch, batchSize } = options;
  const shuffled = randomOrder(lengths.length, { seed, epoch });
  const sorted = chunks(shuffled, batchSize * MEGABATCH)
    .flatMap((mega) => mega.sort((a, b) => lengths[b]! - lengths[a]!));
  const batches = chunks(sorted, batchSize);
  const partial = batches.at(-1)?.length === batchSize
    ? []
    : batches.splice(-1);
  const order = randomStream(seed, epoch, 1).shuffle(batches);
  // Each batch is sorted, so its first example is its longest.
  const longest = order
    .reduce(
      (best, batch) => lengths[batch[0]!]! > lengths[best[0]!]! ? batch : best,
      order[0] ?? [],
    );
  const rest = order.filter((batch) => batch !== longest);
  return [longest, ...rest, ...partial].flat();
}

/** Consecutive pieces of `size`; the last may be shorter. */
function chunks(items: readonly number[], size: number): number[][] {
  const count = Math.ceil(items.length / size);
  return Array.from(
    { length: count },
    (_, index) => items.slice(index * size, (index + 1) * size),
  );
}
