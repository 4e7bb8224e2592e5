/** Embedding lookup: the rows of a table by their numbers. @module */

import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom_gradient.ts";

/**
 * Rows of a table by their numbers.
 *
 * The gradient sums, for each row of the table, what its uses received. tfjs's own
 * gradient of `gather` also transposes the whole table twice.
 *
 * @param table One row for each id, [V, D].
 * @param ids Row numbers, [N], int32, each under V: a GPU reads junk beyond it.
 * @returns Rows, [N, D]; the caller disposes them.
 */
export function gatherRows(table: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D {
  const [V] = table.shape;
  return withGradient<tf.Tensor2D>(
    [table],
    () => ({ value: tf.gather(table, ids), saved: [ids] }),
    (gradient, [ids]) => [
      tf.unsortedSegmentSum(gradient, ids as tf.Tensor1D, V),
    ],
  );
}
