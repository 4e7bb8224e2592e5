import { confusionMatrix } from "bertbook/evaluation/confusion.ts";
import { ConfusionMatrix } from "bertbook/evaluation/confusion_matrix.ts";
import { accuracy } from "bertbook/evaluation/metrics.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";

const NAMES = ["a", "b", "c"];

Deno.test("batches add up to the matrix of all examples, however they are cut", () => {
  const pairs = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 1 });
  assertAll(fc.property(pairs, fc.nat(5), (pairs, cut) => {
    const predictions = pairs.map(([x]) => x);
    const labels = pairs.map(([, y]) => y);
    const matrix = new ConfusionMatrix(NAMES);
    matrix.addBatch(predictions.slice(0, cut), labels.slice(0, cut));
    predictions.slice(cut).forEach((prediction, i) =>
      matrix.add(prediction, labels[cut + i]!)
    );
    const all = confusionMatrix(predictions, labels, 3);
    assert.deepEqual(matrix.counts, all);
    assert.equal(matrix.total, pairs.length);
    assert.equal(matrix.accuracy(), accuracy(predictions, labels));
    // Every error is a false positive of one class and a false negative of another.
    assert.ok(
      Math.abs(matrix.recall("weighted") - matrix.accuracy()) < 1e-12,
    );
  }));
});

Deno.test("reset() forgets, and a failed batch adds nothing", () => {
  const matrix = new ConfusionMatrix(NAMES);
  matrix.add(0, 1);
  assert.throws(() => matrix.addBatch([0, 3], [0, 0]), RangeError);
  assert.throws(() => matrix.addBatch([0], []), RangeError);
  assert.equal(matrix.total, 1);
  matrix.reset();
  assert.deepEqual(matrix.counts, [[0, 0, 0], [0, 0, 0], [0, 0, 0]]);
  matrix.counts[0]![0] = 7; // a copy
  assert.equal(matrix.total, 0);
});

Deno.test("without examples there is no accuracy, and the other scores are 0", () => {
  const matrix = new ConfusionMatrix(["no", "yes"]);
  assert.throws(() => matrix.accuracy(), {
    name: "RangeError",
    message: /at least one/,
  });
  for (const average of ["macro", "weighted", "two-class"] as const) {
    assert.equal(matrix.precision(average), 0);
    assert.equal(matrix.fScore(average), 0);
    assert.equal(matrix.support(average), 0);
  }
});

Deno.test("metrics() has a row for each class and each mean", () => {
  const matrix = new ConfusionMatrix(NAMES);
  matrix.addBatch([0, 0, 1, 2], [0, 1, 1, 2]);
  const rows = matrix.metrics(2);
  assert.deepEqual(rows.map(({ of }) => of), [...NAMES, "macro", "weighted"]);
  for (const { of, ...scores } of rows) {
    const average = of === "macro" || of === "weighted" ? of : { class: of };
    assert.deepEqual(scores, {
      precision: matrix.precision(average),
      recall: matrix.recall(average),
      fScore: matrix.fScore(average, 2),
      support: matrix.support(average),
    });
  }
  const two = new ConfusionMatrix(["no", "yes"]);
  two.addBatch([1, 1, 0], [1, 0, 0]);
  const { of, ...positive } = two.metrics()[2]!;
  assert.equal(of, "two-class");
  assert.deepEqual(positive, {
    precision: 1 / 2,
    recall: 1,
    fScore: 2 / 3,
    support: 1,
  });
});

Deno.test("toString() and rows() show actual classes going down", () => {
  const matrix = new ConfusionMatrix(["no", "maybe"]);
  matrix.addBatch([1, 1, 0], [0, 0, 0]);
  assert.equal(
    `${matrix}`,
    "       no  maybe\nno      1      2\nmaybe   0      0",
  );
  assert.deepEqual(matrix.rows(), [
    { "actual \\ predicted": "no", no: 1, maybe: 2 },
    { "actual \\ predicted": "maybe", no: 0, maybe: 0 },
  ]);
});

Deno.test("rows() keeps the name column first where classes are numbers", () => {
  const [row] = new ConfusionMatrix(["0", "1"]).rows();
  assert.deepEqual(Object.keys(row!), [
    "actual \\ predicted",
    "class 0",
    "class 1",
  ]);
});

Deno.test("names must differ and be known, and two-class needs two", () => {
  for (const names of [[], ["a", "a"]]) {
    assert.throws(() => new ConfusionMatrix(names), {
      name: "RangeError",
      message: /must have its own name/,
    });
  }
  const matrix = new ConfusionMatrix(NAMES);
  assert.throws(() => matrix.recall({ class: "d" }), {
    name: "RangeError",
    message:
      `Cannot score "d": it must be one of the classes "a", "b", "c"; found no such name`,
  });
  assert.throws(() => matrix.recall("two-class"), {
    name: "RangeError",
    message: /must be two classes; found 3/,
  });
});

Deno.test("toCsv() quotes the names", () => {
  const matrix = new ConfusionMatrix(["no", 'a "yes", really']);
  matrix.addBatch([0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 1, 1]);
  assert.equal(
    matrix.toCsv(),
    'actual,"no","a ""yes"", really"\n"no",3,1\n"a ""yes"", really",0,2\n',
  );
});
