import * as tf from "@tensorflow/tfjs";
import { gatherRows } from "bertbook/ops/embedding.ts";
import { assertClose, chirp } from "../model/_support.ts";

await tf.setBackend("cpu");

Deno.test("gatherRows() sums the gradients of a row that is used twice", () => {
  tf.tidy(() => {
    const table = chirp<tf.Tensor2D>([4, 2], 0);
    const inputIds = tf.tensor1d([3, 1, 3], "int32");
    assertClose(
      gatherRows(table, inputIds),
      [3, 1, 3].map((row) => table.slice([row, 0], [1, 2]).arraySync()[0]!),
      0,
    );
    const upstream = tf.tensor2d([[1, 2], [4, 8], [16, 32]]);
    const gradient = tf.grad((table) =>
      gatherRows(table as tf.Tensor2D, inputIds).mul(upstream).sum()
    )(table);
    assertClose(gradient, [[0, 0], [4, 8], [0, 0], [17, 34]], 0);
  });
});
