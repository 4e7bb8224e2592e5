import assert from "node:assert/strict";
import { reportDataset } from "bertbook/datasets/report.ts";
import type { Dataset, Example } from "bertbook/datasets/dataset.ts";
import {
  dataSection,
  type OwnEpoch,
  ownReport,
  scoreSection,
  trainingSection,
  words,
} from "../../../tools/own/report.ts";
import type { Row, Shown } from "../../../tools/own/task.ts";
import { judge } from "../../../tools/own/verdict.ts";

/** The rows of the tables of a section, in order. */
const tablesOf = (shown: readonly Shown[]): (readonly Row[])[] =>
  shown.flatMap((each) => "rows" in each ? [each.rows] : []);

const EVIL = `<img src=x onerror=alert(1)> & "🎉"`;

Deno.test("a report escapes texts, keeps views as HTML, and fetches nothing", () => {
  const view = { svg: "<svg/>", html: "<b>coloured</b>", text: "coloured" };
  const page = ownReport(EVIL, [{ label: EVIL, value: "1" }], [
    { markdown: "## The errors", shown: [{ rows: [{ [EVIL]: EVIL }] }, view] },
  ]);
  assert.doesNotMatch(page, /<img src=x/);
  assert.match(page, /<td [^>]+>&lt;img src=x onerror=alert\(1\)&gt; &amp; /);
  assert.match(page, /<b>coloured<\/b>/);
  assert.doesNotMatch(page, /image\/svg/);
  assert.doesNotMatch(page, /(?:src|href)="https?:/);
  assert.match(page, /<a href="#[^"]+">Results<\/a><ol><li>.*The errors/);
});

/** Two classes, with what is odd about them. */
function dataset(
  train: readonly Example[],
  oddities: Dataset["oddities"] = [],
): Dataset {
  const parts = {
    train: [...train],
    validation: [{ text: "c", label: 1 }],
    test: [],
  };
  return {
    ...parts,
    title: "a.csv",
    origin: "folder",
    folder: "",
    description: "a_b.csv: <3 *rows*",
    labels: ["no", "yes, really"],
    legend: {},
    report: reportDataset(parts),
    oddities,
  };
}

Deno.test("the section of the data counts labels, and lists what is odd", async () => {
  const clean = await dataSection(
    dataset([{ text: "a", label: 0 }, { text: "b", label: 1 }]),
    [4, 9],
    8,
  );
  assert.match(
    clean.markdown,
    /a\\_b\.csv: \\<3 \\\*rows\\\*\.\n\nNo odd rows/,
  );
  assert.deepEqual(tablesOf(clean.shown), [
    [{ part: "train", rows: 2 }, { part: "validation", rows: 1 }],
    [
      { label: "no", train: 1, validation: 0 },
      { label: "yes, really", train: 1, validation: 1 },
    ],
  ]);
  assert.match(JSON.stringify(clean.shown.at(-1)), /1 of 2 are cut after 8/);
  const lines = Array.from({ length: 9 }, (_, i) => i + 2);
  const odd = await dataSection(
    dataset([{ text: "c", label: 0 }, { text: "c", label: 1 }], [{
      part: "train",
      what: "the text is blank",
      action: "left out",
      rows: lines,
    }]),
    [4, 4],
    8,
  );
  assert.doesNotMatch(odd.markdown, /No odd rows/);
  const found = tablesOf(odd.shown)[2]!;
  assert.deepEqual(found[0], {
    part: "train",
    what: "the text is blank",
    "what was done": "left out",
    rows: 9,
    where: "2, 3, 4, 5, 6, 7, 8, 9, …",
  });
  assert.deepEqual(
    found.slice(1).map(({ part, what, rows }) => [part, what, rows]),
    [
      ["train", "a text that occurred before", 1],
      ["train", "a text with different answers", 1],
      ["validation", "a text that is also in the training set", 1],
    ],
  );
});

Deno.test("the section of the training marks the last best epoch, and a time that was over", async () => {
  const steps = [1, 2, 3].map((step) => ({
    kind: "step" as const,
    step,
    totalSteps: 4,
    epoch: step,
    loss: 1 / step,
    gradientNorm: 1,
    learningRate: 1e-4,
    seconds: 1,
  }));
  const epochs = [true, true, false].map((best, i) => ({
    kind: "epoch",
    epoch: i + 1,
    trainingLoss: 1,
    validationLoss: 0.5,
    validationMacroF1: i / 4,
    trainingSeconds: 1.4,
    validationSeconds: 0.4,
    best,
    stopsEarly: false,
    warning: undefined,
  })) as unknown as OwnEpoch[];
  const { markdown, shown } = await trainingSection(
    { steps, epochs, totalSteps: 4 },
    { learningRate: 1e-4 },
  );
  assert.match(markdown, /The time was over after 3 of 4 steps\.$/);
  const [recipe, rows] = tablesOf(shown);
  assert.deepEqual(recipe, [{ "learning rate": 1e-4 }]);
  assert.deepEqual(rows!.map(({ best }) => best), ["", "✓", ""]);
  assert.deepEqual(rows![1], {
    epoch: 2,
    "training loss": "1.0000",
    "validation loss": "0.5000",
    "validation macro F1": "0.2500",
    seconds: 2,
    best: "✓",
  });
  const whole = await trainingSection({ steps, epochs, totalSteps: 3 }, {});
  assert.equal(whole.markdown, "## The training");
});

Deno.test("the section of the scores says so if the examples also chose the epoch", async () => {
  const outcomes = (right: number) =>
    Array.from({ length: 20 }, (_, i) => [i < right ? 1 : 0]);
  const verdict = judge("macro F1", outcomes(15), [
    { name: "a bag of words", outcomes: outcomes(5) },
  ], {
    metricOf: (some) =>
      some.reduce((sum, [right]) => sum + right!, 0) / some.length,
    unit: "test texts",
  });
  const both = await scoreSection(verdict, {
    validation: { macroF1: 0.5 },
    test: { macroF1: 0.75, mcc: 0 },
  });
  assert.match(
    both.markdown,
    /\*\*Macro F1 0\.750 .* better than a bag of words/,
  );
  assert.match(both.markdown, /drawing the test examples 1000 times/);
  assert.doesNotMatch(both.markdown, /There is no test set/);
  assert.deepEqual(tablesOf(both.shown), [[
    { part: "validation", "macro F1": "0.5000" },
    { part: "test", "macro F1": "0.7500", MCC: "0.0000" },
  ]]);
  const [chart] = both.shown;
  assert.match(
    JSON.stringify(chart),
    /this model 0\.750 \([^)]+\); a bag of words 0\.250 \(/,
  );
  const one = await scoreSection(verdict, { validation: { macroF1: 0.75 } });
  assert.match(
    one.markdown,
    /the validation examples .* There is no test set: /,
  );
});

Deno.test("words() writes names of metrics as people do", () => {
  const names = {
    macroF1: "macro F1",
    f1: "F1",
    mcc: "MCC",
    validationMcc: "validation MCC",
    exactMatch: "exact match",
    pearson: "Pearson",
    validationSpearman: "validation Spearman",
  };
  for (const [name, expected] of Object.entries(names)) {
    assert.equal(words(name), expected);
  }
});
