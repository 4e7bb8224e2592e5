/** Custom gradients: operations with a derivative worked out by hand. @module */

import * as tf from "@tensorflow/tfjs";

/** The value of an operation, and what its gradient will need. */
export type Forward<T extends tf.Tensor> = {
  value: T;
  saved: tf.Tensor[];
};

/**
 * Runs an operation whose gradient is given instead of derived.
 *
 * Automatic differentiation keeps and replays every small operation inside; a
 * gradient worked out on paper needs fewer of both.
 *
 * @param inputs The tensors to differentiate by.
 * @param forward Computes the value; a constant such as token ids may be captured
 * here, and must be saved if the gradient needs it.
 * @param backward Turns the gradient of the value into one gradient for each input.
 * @returns The value; the caller disposes it.
 */
export function withGradient<T extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  forward: () => Forward<T>,
  backward: (gradient: T, saved: tf.Tensor[]) => tf.Tensor[],
): T {
  const operation = tf.customGrad<T>((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const { value, saved } = forward();
    save(saved);
    return { value, gradFunc: backward };
  });
  return operation(...inputs);
}
