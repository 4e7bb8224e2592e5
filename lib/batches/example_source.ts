/** Sources of examples: arrays, and what is read only when it is needed. @module */

/** Examples by their index; an array is one. */
export type ExampleSource<E> = {
  readonly length: number;
  /** The example at an index from 0; undefined if there is none. */
  at(index: number): E | undefined;
};

/** Examples with their indices, not necessarily all; an array has all. */
export type NumberedExamples<E> = {
  readonly length: number;
  entries(): Iterable<[number, E]>;
};

/** Encoded examples that are not in memory, with the facts that a training needs of all. */
export type StreamedExamples<E> = ExampleSource<E> & {
  /** Of all that decides the examples. */
  readonly sha256: string;
  /** The token ids that occur, ascending; there may be a few more. */
  readonly tokenIds: readonly number[];
  /** The number of examples of each label. */
  readonly labelCounts: readonly number[];
  /**
   * A few examples that a model must be able to read to read all: the longest, and that
   * with the highest id, token type or label.
   */
  readonly extremes: NumberedExamples<E>;
};

/** Training examples: in memory, or streamed. */
export type TrainExamples<E> = readonly E[] | StreamedExamples<E>;

/**
 * Whether examples are read when they are needed.
 *
 * @param examples Any.
 */
export function areStreamed<E>(
  examples: TrainExamples<E>,
): examples is StreamedExamples<E> {
  return Object.hasOwn(Object(examples), "extremes");
}

/**
 * Changes each example: all at once if they are in memory, else when it is read.
 *
 * @param examples The examples.
 * @param change The function.
 */
export function mapExamples<A, B>(
  examples: ExampleSource<A>,
  change: (example: A) => B,
): ExampleSource<B> {
  if (Array.isArray(examples)) return (examples as A[]).map(change);
  return {
    length: examples.length,
    at(index): B | undefined {
      const example = examples.at(index);
      return example === undefined ? undefined : change(example);
    },
  };
}
