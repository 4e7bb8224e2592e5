import { confusionMatrix } from "bertbook/evaluation/confusion.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";

Deno.test("confusionMatrix() has actual classes as rows", () => {
  assert.deepEqual(confusionMatrix([2, 2, 0], [0, 0, 1], 3), [
    [0, 0, 2],
    [1, 0, 0],
    [0, 0, 0],
  ]);
});

Deno.test("confusionMatrix() reads typed arrays and no examples", () => {
  const ones = new Int32Array([1, 1]);
  assert.deepEqual(confusionMatrix(ones, ones, 2), [[0, 0], [0, 2]]);
  assert.deepEqual(confusionMatrix([], [], 2), [[0, 0], [0, 0]]);
});

Deno.test("confusionMatrix() of swapped arguments is the transpose", () => {
  const pairs = fc.array(fc.tuple(fc.nat(2), fc.nat(2)));
  assertAll(fc.property(pairs, (pairs) => {
    const a = pairs.map(([x]) => x);
    const b = pairs.map(([, y]) => y);
    const matrix = confusionMatrix(a, b, 3);
    assert.equal(matrix.flat().reduce((x, y) => x + y), pairs.length);
    const transposed = [0, 1, 2].map((c) => matrix.map((row) => row[c]));
    assert.deepEqual(confusionMatrix(b, a, 3), transposed);
  }));
});

Deno.test("confusionMatrix() refuses unequal lengths and foreign classes", () => {
  assert.throws(() => confusionMatrix([1], [1, 0], 2), {
    name: "RangeError",
    message: /1 predictions and 2 labels/,
  });
  for (const [prediction, label] of [[2, 0], [0, 2], [-1, 0], [0.5, 0]]) {
    assert.throws(() => confusionMatrix([prediction!], [label!], 2), {
      name: "RangeError",
      message: `Cannot count example 0: its classes must be among 0 to 1; ` +
        `found prediction ${prediction}, label ${label}`,
    });
  }
});
