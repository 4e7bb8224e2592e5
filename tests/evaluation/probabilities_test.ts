import {
  argMax,
  logLoss,
  logSoftmax,
  softmax,
} from "bertbook/evaluation/probabilities.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";

function assertNear(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
    `${actual} is not near ${expected}`,
  );
}

Deno.test("softmax() matches the closed form", () => {
  // exp(log 3) : exp(0) = 3 : 1
  const [first, second] = softmax([Math.log(3), 0]);
  assertNear(first!, 0.75);
  assertNear(second!, 0.25);
});

Deno.test("softmax() neither overflows nor underflows to NaN", () => {
  assert.deepEqual(softmax([1e4, 0, -1e4]), [1, 0, 0]);
  assert.deepEqual(logSoftmax([1e4, 0]), [0, -1e4]);
});

const logits = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), {
  minLength: 1,
  maxLength: 8,
});

Deno.test("softmax() sums to 1 and ignores a shift of all logits", () => {
  assertAll(fc.property(logits, (logits) => {
    const probabilities = softmax(logits);
    assertNear(probabilities.reduce((a, b) => a + b), 1);
    softmax(logits.map((x) => x + 100))
      .forEach((p, i) => assert.ok(Math.abs(p - probabilities[i]!) < 1e-10));
  }));
});

Deno.test("argMax() takes the first of equal values", () => {
  assert.equal(argMax([1, 3, 3, 2]), 1);
  assert.equal(argMax(new Float32Array([-Infinity, -Infinity])), 0);
});

Deno.test("argMax() refuses NaN and nothing", () => {
  assert.throws(() => argMax([1, NaN, 2]), {
    name: "RangeError",
    message: /found \[1,NaN,2\]/,
  });
  assert.throws(() => argMax([]), RangeError);
});

Deno.test("logLoss() is the mean of -log p(label)", () => {
  // p(1) = 1/4 and p(0) = 1/2: (log 4 + log 2) / 2 = 1.5 log 2
  const loss = logLoss([[Math.log(3), 0], [5, 5]], [1, 0]);
  assertNear(loss, 1.5 * Math.LN2);
});

Deno.test("logLoss() stays exact where the probability underflows", () => {
  assert.equal(logLoss([[2000, 0]], [1]), 2000);
});

Deno.test("logLoss() refuses unequal lengths, foreign labels and nothing", () => {
  assert.throws(() => logLoss([[1, 2]], []), {
    name: "RangeError",
    message: /1 predictions and 0 labels/,
  });
  assert.throws(() => logLoss([[1, 2]], [2]), {
    name: "RangeError",
    message: /example 0: .* 0 to 1; found 2/,
  });
  assert.throws(() => logLoss([], []), RangeError);
});
