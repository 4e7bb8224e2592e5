import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";

await startEngine({ engine: "tensorflow" });

const rows = (count: number, start: number): tf.Tensor2D =>
  tf.range(start, start + 3 * count).as2D(count, 3);
const ids = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, "int32");

/** Runs a function compiled and as it is; both must agree. */
function assertSame(
  run: (...args: tf.Tensor[]) => tf.Tensor[],
  ...args: tf.Tensor[]
): ReadonlyMap<string, number> {
  const compiled = compile(run);
  const values = (tensors: tf.Tensor[]): unknown[] =>
    tensors.map((tensor) => tensor.arraySync());
  assert.deepEqual(values(compiled(...args)), values(run(...args)));
  const { operations } = compiled.signatures[0]!;
  compiled.dispose();
  return operations;
}

Deno.test("sums over segments that are added up are made as one", () => {
  tf.tidy(() => {
    const operations = assertSame(
      (a, b, c, first, second, third) => {
        const sum = (x: tf.Tensor, to: tf.Tensor): tf.Tensor =>
          tf.unsortedSegmentSum(x, to as tf.Tensor1D, 5);
        return [sum(a!, first!).add(sum(b!, second!)).add(sum(c!, third!))];
      },
      rows(2, 0),
      rows(3, 10),
      rows(1, 20),
      ids(4, 0),
      ids(0, 4, 2),
      ids(2),
    );
    assert.equal(operations.get("Add"), undefined);
  });
});

Deno.test("a sum over segments that has other uses keeps its value", () => {
  tf.tidy(() => {
    assertSame(
      (a, b, to) => {
        const one = tf.unsortedSegmentSum(a!, to as tf.Tensor1D, 4);
        const two = tf.unsortedSegmentSum(b!, to as tf.Tensor1D, 4);
        return [one.add(two), one, two.mul(2), one.add(one), one.add(1)];
      },
      rows(2, 0),
      rows(2, 10),
      ids(3, 3),
    );
  });
});

Deno.test("sums of other shapes are added as they are", () => {
  tf.tidy(() => {
    const operations = assertSame(
      (a, b, to) => [
        tf.unsortedSegmentSum(a!, to as tf.Tensor1D, 4)
          .add(tf.unsortedSegmentSum(b!, to as tf.Tensor1D, 1)),
      ],
      rows(2, 0),
      rows(2, 10),
      ids(0, 0),
    );
    assert.equal(operations.get("Add"), 1);
  });
});

Deno.test("the gradient of looking up twice is that of both", () => {
  tf.tidy(() => {
    assertSame(
      (table, first, second) => [
        tf.grad((table) =>
          tf.gather(table, first!).square().sum()
            .add(tf.gather(table, second!).sum())
        )(table!),
      ],
      rows(4, 1),
      ids(1, 1, 3),
      ids(0, 3),
    );
  });
});
