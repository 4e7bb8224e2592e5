// Needs --allow-read: tests/golden/targets_metrics.json, written by targets_metrics.py.
import {
  logLoss,
  predictedClass,
  softmax,
} from "bertbook/evaluation/probabilities.ts";
import { fitTemperature } from "bertbook/evaluation/temperature.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import golden from "../golden/targets_metrics.json" with { type: "json" };
import { assertAll } from "../_property.ts";

const scale = (logits: number[][], temperature: number): number[][] =>
  logits.map((row) => row.map((logit) => logit / temperature));

for (const { name, logits, labels, ...expected } of golden.temperatures) {
  Deno.test(`fitTemperature() finds SciPy's minimum: ${name}`, () => {
    const temperature = fitTemperature(logits, labels);
    const difference = Math.abs(temperature / expected.temperature - 1);
    assert.ok(difference < 1e-6, `${temperature}: ${difference}`);
    const loss = logLoss(scale(logits, temperature), labels);
    assert.ok(Math.abs(loss - expected.loss) < 1e-12, `loss ${loss}`);
  });
}

Deno.test("fitTemperature() of two classes is the odds that are right", () => {
  // Right k times of n at the logit z: σ(z / T) = k / n.
  for (const z of [1e-6, 0.5, 4, 80, 1e4]) {
    const logits = Array.from({ length: 10 }, () => [z, 0]);
    const labels = logits.map((_, i) => i < 7 ? 0 : 1);
    const expected = z / Math.log(7 / 3);
    const temperature = fitTemperature(logits, labels);
    assert.ok(Math.abs(temperature / expected - 1) < 1e-9, `${temperature}`);
  }
});

const examples = fc.array(
  fc.tuple(
    fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 }),
    fc.nat(2),
  ),
  { minLength: 1, maxLength: 20 },
);

Deno.test("a fitted temperature changes no prediction, and no other has a lower loss", () => {
  let fitted = 0;
  assertAll(fc.property(examples, (examples) => {
    const logits = examples.map(([row]) => row);
    const labels = examples.map(([, label]) => label);
    let temperature: number;
    try {
      temperature = fitTemperature(logits, labels);
    } catch (error) {
      assert.ok(error instanceof RangeError);
      return;
    }
    fitted++;
    const lossAt = (T: number): number => logLoss(scale(logits, T), labels);
    const least = lossAt(temperature);
    for (const factor of [0.1, 0.5, 0.9, 0.99, 1.01, 1.1, 2, 10]) {
      assert.ok(lossAt(temperature * factor) >= least - 1e-12, `${factor}`);
    }
    assert.deepEqual(
      scale(logits, temperature).map((row) => predictedClass(softmax(row))),
      logits.map(predictedClass),
    );
  }));
  assert.ok(fitted > 10, `only ${fitted} fits`);
});

Deno.test("fitTemperature() refuses where no temperature is the best", () => {
  assert.throws(() => fitTemperature([[2, 0], [0, 1]], [0, 1]), {
    name: "RangeError",
    message:
      /at least one prediction must be wrong, .* found all 2 right; use more/,
  });
  for (const labels of [[1, 1], [0, 1]]) { // all wrong; no better than chance
    assert.throws(() => fitTemperature([[2, 0], [2, 0]], labels), {
      name: "RangeError",
      message: /must be above the others on average/,
    });
  }
  assert.throws(() => fitTemperature([], []), RangeError);
  assert.throws(() => fitTemperature([[1, 2]], []), RangeError);
  assert.throws(() => fitTemperature([[1, 2]], [2]), {
    message: /among 0 to 1 and finite logits; found label 2, logits \[1, 2\]/,
  });
  assert.throws(() => fitTemperature([[1, NaN]], [0]), RangeError);
});
