import assert from "node:assert/strict";
import fc from "fast-check";
import { type Split, split, stratifiedSplit } from "bertbook/datasets/split.ts";
import { assertAll } from "../_property.ts";

/** Every index exactly once, both parts ascending. */
function assertPartition({ train, validation }: Split, count: number): void {
  const ascending = (a: number, b: number): number => a - b;
  const all = [...train, ...validation].sort(ascending);
  assert.deepEqual(all, Array.from({ length: count }, (_, i) => i));
  for (const part of [train, validation]) {
    assert.deepEqual(part, [...part].sort(ascending));
  }
}

Deno.test("split() gives CoLA 7,695 sentences to train and 856 to validate", () => {
  const parts = split(8_551, { fraction: 0.1, seed: 42 });
  assert.equal(parts.train.length, 7_695);
  assert.equal(parts.validation.length, 856);
  assertPartition(parts, 8_551);
});

Deno.test("split() is chosen by its seed", () => {
  const options = { fraction: 0.1, seed: 42 };
  assert.deepEqual(split(1_000, options), split(1_000, options));
  const other = split(1_000, { ...options, seed: 43 });
  const same = split(1_000, options).validation
    .filter((index) => other.validation.includes(index)).length;
  // 100 of 1,000 twice: 10 in common on average, standard deviation 2.9.
  assert.ok(same < 25, `${same} of 100 in common`);
});

Deno.test("split() does not trip over rounding: 0.07 of 100 is 7", () => {
  // 100 * 0.07 is 7.000000000000001 in floating point.
  const cases = [[100, 0.07, 7], [10, 0.7, 7], [10, 0.1, 1], [10, 0.11, 2]];
  for (const [count, fraction, size] of cases) {
    const { validation } = split(count!, { fraction: fraction!, seed: 1 });
    assert.equal(validation.length, size);
  }
});

Deno.test("stratifiedSplit() keeps CoLA's share of acceptable sentences", () => {
  const labels = Array.from({ length: 8_551 }, (_, i) => i < 6_023 ? 1 : 0);
  const parts = stratifiedSplit(labels, { fraction: 0.1, seed: 42 });
  assertPartition(parts, 8_551);
  assert.equal(parts.validation.length, 856);
  // 856 · 6,023 / 8,551 = 602.9
  const acceptable = parts.validation.filter((index) => labels[index] === 1);
  assert.equal(acceptable.length, 603);
});

Deno.test("stratifiedSplit() is off by less than one example in every class", () => {
  const labels = fc.array(fc.integer({ min: 0, max: 4 }), {
    minLength: 2,
    maxLength: 200,
  });
  const fraction = fc.double({ min: 0.05, max: 0.5, noNaN: true });
  assertAll(
    fc.property(labels, fraction, fc.nat(), (labels, fraction, seed) => {
      const options = { fraction, seed };
      const parts = stratifiedSplit(labels, options);
      assertPartition(parts, labels.length);
      const size = parts.validation.length;
      assert.equal(size, split(labels.length, options).validation.length);
      for (const label of new Set(labels)) {
        const here = parts.validation.filter((index) =>
          labels[index] === label
        ).length;
        const all = labels.filter((other) => other === label).length;
        assert.ok(Math.abs(here - size * all / labels.length) < 1);
      }
    }),
  );
});

Deno.test("stratifiedSplit() takes a single class", () => {
  const parts = stratifiedSplit(new Array<number>(10).fill(1), {
    fraction: 0.2,
    seed: 1,
  });
  assert.equal(parts.validation.length, 2);
});

Deno.test("an empty part is refused", () => {
  for (
    const [count, fraction] of [
      [0, 0.1],
      [1, 0.5],
      [10, 0],
      [10, 1],
      [10, -1],
      [10, NaN],
    ]
  ) {
    const options = { fraction: fraction!, seed: 1 };
    assert.throws(() => split(count!, options), RangeError);
    const labels = new Array<number>(count!).fill(0);
    assert.throws(() => stratifiedSplit(labels, options), {
      name: "RangeError",
      message: /each part must have at least one; found count=/,
    });
  }
});
