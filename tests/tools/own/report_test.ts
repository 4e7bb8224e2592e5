import assert from "node:assert/strict";
import { reportDataset } from "bertbook/datasets/report.ts";
import type { Dataset, Example } from "bertbook/datasets/dataset.ts";
import { words } from "bertbook/printable.ts";
import {
  addToReport,
  dataSection,
  type OwnEpoch,
  ownReport,
  scoreSection,
  trainingSection,
} from "../../../tools/own/report.ts";
import { ENTITIES } from "../../../tools/own/entities.ts";
import { QUESTIONS } from "../../../tools/own/questions.ts";
import { MULTI_LABEL, REGRESSION } from "../../../tools/own/targets.ts";
import type { OwnModel, Row, Shown } from "../../../tools/own/task.ts";
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

Deno.test("a section is added to a report, replaced there, and leaves the rest as it is", async () => {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  const added = async (page: string, text: string): Promise<string> => {
    await Deno.writeTextFile(file, page);
    const section = { id: "onnx", title: "Files", text, html: "<b>…</b>" };
    await addToReport(file, section);
    return await Deno.readTextFile(file);
  };
  const section = (text: string): string =>
    `<!-- onnx --><section id="onnx"><h2>Files</h2><p>${text}</p><b>…</b>` +
    "</section><!-- end of onnx -->";
  const page = await added("<main>a</main>b</main>c", "old");
  assert.equal(page, `<main>a</main>b${section("old")}\n</main>c`);
  assert.equal(await added(page, "new"), page.replace("old", "new"));
  for (const strange of ["", "<p>a page of others</p>"]) {
    assert.equal(await added(strange, "new"), strange);
  }
  await Deno.remove(file);
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

const modelWith = (...labels: string[]): OwnModel =>
  ({ labels, inference: { thresholds: [0.5, 0.25] } }) as unknown as OwnModel;

Deno.test("the section of multi-label counts each label, and lists other labels", async () => {
  const labels = ["a, b", "c"];
  const [section] = await MULTI_LABEL.sections({
    model: modelWith(...labels),
    examples: [[1, 0], [1, 1], [0, 0]].map((targets) => ({
      text: "x".repeat(201),
      targets,
    })),
    predictions: [["a, b"], ["c"], []].map((labels) => ({
      labels,
      probabilities: {},
      numTruncated: 0,
    })),
  });
  assert.match(
    section!.markdown,
    /1 of 3 texts get other labels than they have\.$/,
  );
  const [counts, wrong] = tablesOf(section!.shown);
  const row = { precision: "1.0000", threshold: "0.5000" };
  assert.deepEqual(counts, [
    { ...row, label: "a, b", recall: "0.5000", F1: "0.6667", texts: 2 },
    {
      ...row,
      label: "c",
      threshold: "0.2500",
      recall: "1.0000",
      F1: "1.0000",
      texts: 1,
    },
  ]);
  const text = `${"x".repeat(199)}…`;
  assert.deepEqual(wrong, [{ text, labels: "a, b, c", predicted: "c" }]);
});

Deno.test("the section of regression lists the largest errors first", async () => {
  const actual = Array.from({ length: 11 }, (_, i) => 10 * i);
  const [section] = await REGRESSION.sections({
    model: modelWith("price"),
    examples: actual.map((value) => ({ text: `${value}`, targets: [value] })),
    predictions: actual.map((value, i) => ({
      values: { price: value + (i % 2 ? -i : i) },
      numTruncated: 0,
    })),
  });
  const [rows] = tablesOf(section!.shown);
  assert.equal(rows!.length, 10);
  assert.deepEqual(rows![0], { text: "100", actual: 100, predicted: 110 });
  assert.deepEqual(rows!.at(-1), { text: "10", actual: 10, predicted: 9 });
});

Deno.test("the section of entities names those that are missed or wrong", async () => {
  const sentence = ["Ada", "Byron", "saw", "Bath"];
  const predictionOf = (tags: readonly string[]) => ({
    entities: [],
    words: sentence.map((text, i) => ({
      text,
      start: 0,
      end: 0,
      tag: tags[i]!,
      probability: 1,
    })),
  });
  const labels = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"];
  const example = { words: sentence, tags: [3, 4, 0, 1] };
  const right = predictionOf(["B-PER", "I-PER", "O", "B-LOC"]);
  const short = predictionOf(["B-PER", "O", "O", "O"]);
  const [section] = await ENTITIES.sections({
    model: modelWith(...labels),
    examples: [example, example],
    predictions: [right, short],
  });
  assert.match(section!.markdown, /1 of 2 sentences have an error\.$/);
  assert.deepEqual(tablesOf(section!.shown)[1], [{
    sentence: "Ada Byron saw Bath",
    entities: "Ada Byron (PER), Bath (LOC)",
    predicted: "Ada (PER)",
  }]);
  const [outcome, other] = [right, short].map((each) =>
    ENTITIES.outcome(each, example, labels)
  );
  assert.deepEqual([outcome, other], [[2, 2, 2, 4, 4], [0, 1, 2, 2, 4]]);
  assert.deepEqual(ENTITIES.metrics([outcome!, other!], labels.length), {
    f1: 4 / 7,
    precision: 2 / 3,
    recall: 2 / 4,
    accuracy: 6 / 8,
  });
});

Deno.test("the section of questions has answers that are not exact, and missing ones", async () => {
  const foundOf = (answer: string) => ({
    answer,
    start: 0,
    end: answer.length,
    score: 0,
    noAnswerScore: 0,
    probability: 0.5,
  });
  const context = "Ada lived in London.";
  const example = (id: string, ...texts: string[]) => ({
    id,
    question: "Where?",
    context,
    answers: texts.map((text) => ({ text, start: context.indexOf(text) })),
  });
  const [section] = await QUESTIONS.sections({
    model: modelWith(),
    examples: [example("1", "London"), example("2"), example("3", "London")],
    predictions: ["the London", "", "in London"].map(foundOf),
  });
  assert.match(
    section!.markdown,
    /1 of 3 questions have no answer in their text/,
  );
  assert.match(section!.markdown, /1 are not answered exactly\.$/);
  assert.deepEqual(tablesOf(section!.shown), [[{
    question: "Where?",
    answer: "London",
    found: "in London",
    probability: "0.50",
  }]]);
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
