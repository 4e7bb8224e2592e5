/** Baselines, means with intervals, and verdicts on tickets. */

import assert from "node:assert/strict";
import {
  correctRows,
  customersInBoth,
  estimateMean,
  isRight,
  rightByBaselines,
  rightLabelsOf,
  suspectRows,
  verdict,
} from "../../notebooks/support/tickets.ts";

const example = (label: number, ...inputIds: number[]) => (
  { inputIds, tokenTypeIds: inputIds.map(() => 0), label }
);

Deno.test("rightByBaselines() counts classes, and reads which pieces a text has", () => {
  const train = [
    example(2, 1, 5),
    example(2, 1, 5, 6),
    example(2, 5),
    example(0, 1, 3),
    example(0, 3, 4),
  ];
  // A bag of words says 0, 2, 0.
  const test = [example(0, 3), example(2, 5), example(2, 4, 3)];
  assert.deepEqual(rightByBaselines(train, test, 7), {
    "the commonest class": [0, 1, 1],
    "a bag of words": [1, 1, 0],
  });
});

Deno.test("a piece that occurs often in a text counts once", () => {
  const train = [
    example(0, 2),
    example(0, 2),
    example(0, 2),
    example(1, 3),
    example(1, 4),
  ];
  const [one, many] = [[2, 3], [2, 3, 3, 3, 3, 3]].map((ids) =>
    rightByBaselines(train, [example(0, ...ids)], 5)["a bag of words"]
  );
  assert.deepEqual([one, many], [[1], [1]]);
});

Deno.test("isRight() is 1 where a prediction is the label", () => {
  assert.deepEqual(isRight([1, 0], [example(1, 2), example(1, 2)]), [1, 0]);
});

const ROWS = [
  { row: 2, customer: "A", message: "Too dear.", category: "shipping" },
  { row: 4, customer: "B", message: "Where is it?", category: "shipping" },
  { row: 5, customer: "A", message: "It crashes.", category: "billing" },
];

Deno.test("suspectRows() has the line, the label and the suggestion", () => {
  const issue = { index: 2, label: 0, suggestion: 2, probability: 0.25 };
  const labels = ["billing", "shipping", "technical"];
  assert.deepEqual(suspectRows([issue], ROWS, labels), [{
    line: 5,
    label: "billing",
    suggested: "technical",
    probability: 0.25,
    message: "It crashes.",
  }]);
});

Deno.test("correctRows() changes lines that were read, and no others", () => {
  const corrections = { billing: "2", technical: "4 5" };
  const corrected = correctRows(ROWS, corrections, new Set([2, 5]));
  assert.deepEqual(
    corrected.map(({ category }) => category),
    ["billing", "shipping", "technical"],
  );
  assert.equal(corrected[1], ROWS[1]);
  assert.equal(ROWS[0]!.category, "shipping");
});

Deno.test("rightLabelsOf() is a label for each wrong line", async () => {
  const labels = await rightLabelsOf();
  assert.equal(labels.size, 62);
  assert.equal(labels.get(4), "shipping");
});

Deno.test("customersInBoth() counts customers, not tickets", () => {
  const [one, two, three] = ROWS.map(({ message }) => (
    { text: message, label: 0 }
  ));
  const count = (train: typeof one[], validation: typeof one[]): number =>
    customersInBoth({ train: train as [], validation: validation as [] }, ROWS);
  assert.equal(count([one, two], [three]), 1);
  assert.equal(count([one, three], [two]), 0);
  assert.equal(count([one, two], [three, two]), 2);
});

Deno.test("estimateMean() has the interval of a mean", () => {
  const values = Array.from({ length: 400 }, (_, i) => Number(i % 4 === 0));
  const { value, low, high } = estimateMean(values, 7);
  assert.equal(value, 0.25);
  // 1.96 · √(0.25 · 0.75 / 400) = 0.0424
  assert.ok(Math.abs(low - 0.2076) < 0.01, `${low}`);
  assert.ok(Math.abs(high - 0.2924) < 0.01, `${high}`);
  assert.deepEqual(estimateMean(values, 7), { value, low, high });
  assert.deepEqual(estimateMean([1, 1], 7), { value: 1, low: 1, high: 1 });
});

Deno.test("verdict() says better or worse only if 0 is outside the interval", () => {
  const say = (low: number, value: number, high: number): string =>
    verdict("this model", "chance", { value, low, high });
  assert.equal(
    say(0.01, 0.05, 0.09),
    "This model is better than chance by 0.050 (95 % interval 0.010 to 0.090).",
  );
  assert.equal(
    say(-0.09, -0.05, -0.01),
    "This model is worse than chance by 0.050 (95 % interval 0.010 to 0.090).",
  );
  for (const [low, high] of [[0, 0.02], [-0.02, 0], [-0.01, 0.03]] as const) {
    assert.match(
      say(low, (low + high) / 2, high),
      /^These tickets cannot tell whether this model is better than chance: the difference is -?0\.01/,
    );
  }
});
