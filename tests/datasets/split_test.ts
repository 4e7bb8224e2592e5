import assert from "node:assert/strict";
import fc from "fast-check";
import {
  kFolds,
  placeGroups,
  type Split,
  split,
  stratifiedSplit,
} from "bertbook/datasets/split.ts";
import golden from "../golden/tables.json" with { type: "json" };
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

/** How many examples of each class a part has. */
function countsOf(
  labels: readonly number[],
  part: readonly number[],
): number[] {
  const counts = new Array<number>(Math.max(...labels) + 1).fill(0);
  for (const index of part) counts[labels[index]!]!++;
  return counts;
}

Deno.test("kFolds() gives each fold as many of each class as scikit-learn does", () => {
  const { classes } = golden;
  for (const [folds, expected] of Object.entries(golden.folds)) {
    const splits = kFolds(classes, { folds: Number(folds), seed: 7 });
    for (const each of splits) assertPartition(each, classes.length);
    const counts = splits.map(({ validation }) =>
      countsOf(classes, validation)
    );
    assert.deepEqual(counts, expected);
  }
});

Deno.test("kFolds() has each example in one fold, in even classes and sizes, by its seed", () => {
  const labels = fc.array(fc.integer({ min: 0, max: 4 }), {
    minLength: 5,
    maxLength: 100,
  });
  const isEven = (counts: number[]): boolean =>
    Math.max(...counts) - Math.min(...counts) <= 1;
  const numFolds = fc.integer({ min: 2, max: 5 });
  assertAll(fc.property(labels, numFolds, (labels, folds) => {
    const splits = kFolds(labels, { folds, seed: 1 });
    const parts = splits.map(({ validation }) => validation);
    const all = parts.flat().sort((a, b) => a - b);
    assert.deepEqual(all, [...labels.keys()]);
    assert.ok(isEven(parts.map(({ length }) => length)));
    const counts = parts.map((part) => countsOf(labels, part));
    for (const label of new Set(labels)) {
      assert.ok(isEven(counts.map((each) => each[label]!)));
    }
  }));
  const [first] = kFolds(100, { folds: 5 });
  assert.equal(first!.validation.length, 20);
  assert.deepEqual(kFolds(100, { folds: 5, seed: 42 })[0], first);
  assert.notDeepEqual(kFolds(100, { folds: 5, seed: 43 })[0], first);
});

Deno.test("kFolds() has no group in two folds, and even classes", () => {
  // 40 groups of 1 to 5 examples; every third group is of class 1.
  const groups = Array.from(
    { length: 40 },
    (_, group) => new Array<number>(1 + group % 5).fill(group),
  ).flat();
  const labels = groups.map((group) => Number(group % 3 === 0));
  const [zeros, ones] = countsOf(labels, [...labels.keys()]);
  for (const { train, validation } of kFolds(labels, { folds: 4, groups })) {
    assertPartition({ train, validation }, labels.length);
    const trained = new Set(train.map((index) => groups[index]));
    assert.ok(validation.every((index) => !trained.has(groups[index])));
    const [zerosHere, onesHere] = countsOf(labels, validation);
    assert.ok(Math.abs(zerosHere! - zeros! / 4) <= 2, `${zerosHere}`);
    assert.ok(Math.abs(onesHere! - ones! / 4) <= 2, `${onesHere}`);
  }
});

Deno.test("placeGroups() leaves no part empty, however large a group is", () => {
  const groups = [...new Array<string>(98).fill("a"), "b", "c"];
  const labels = new Array<number>(100).fill(0);
  const parts = placeGroups(groups, [0.8, 0.1, 0.1], labels, 1);
  assert.equal(parts[0], 0);
  assert.deepEqual([parts[98]!, parts[99]!].sort(), [1, 2]);
  const even = placeGroups(["a", "b", "c"], [0.8, 0.1, 0.1], [0, 0, 0], 1);
  assert.deepEqual(even.sort(), [0, 1, 2]);
});

Deno.test("kFolds() refuses fewer examples or groups than folds", () => {
  for (const folds of [1, 0, 2.5, NaN, 11]) {
    assert.throws(() => kFolds(10, { folds }), {
      name: "RangeError",
      message:
        "Cannot cut examples into folds: there must be 2, 3 or more folds, an " +
        "example or group for each, and a group for each example; found " +
        `folds=${folds}, examples=10`,
    });
  }
  const groups = ["a", "a", "b"];
  assert.throws(() => kFolds([0, 1, 0], { folds: 3, groups }), {
    name: "RangeError",
    message: /found folds=3, examples=3, groups=2 for 3 examples$/,
  });
  assert.throws(() => kFolds(4, { folds: 3, groups: ["a", "b", "c"] }), {
    name: "RangeError",
    message: /found folds=3, examples=4, groups=3 for 3 examples$/,
  });
});
