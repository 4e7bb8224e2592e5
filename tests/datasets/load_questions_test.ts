import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { loadQuestions } from "bertbook/datasets/load_questions.ts";
import { PARTS } from "bertbook/datasets/dataset.ts";

const FOLDER = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));

/** A JSON Lines file of questions about `numTexts` texts, three about each. */
async function write(
  name: string,
  numTexts: number,
  from = 0,
): Promise<string> {
  const lines = Array.from({ length: 3 * numTexts }, (_, i) => {
    const text = from + i % numTexts;
    return JSON.stringify({
      id: `q${text}.${Math.floor(i / numTexts)}`,
      question: `What is number ${i}?`,
      context: `Text ${text} is here.`,
      answers: i % 3 === 0
        ? { text: [], answer_start: [] }
        : { text: [`Text ${text}`], answer_start: [0] },
    });
  }).join("\n");
  const path = join(FOLDER, name);
  await Deno.writeFile(
    path,
    name.endsWith(".gz") ? gzipSync(lines) : new TextEncoder().encode(lines),
  );
  return path;
}

const contextsOf = (questions: readonly { context: string }[]): Set<string> =>
  new Set(questions.map(({ context }) => context));

Deno.test("loadQuestions() draws parts by context, the same ones for the same seed", async () => {
  const file = await write("all.jsonl.gz", 20);
  const dataset = await loadQuestions(file);
  const sizes = PARTS.map((part) => dataset[part].length);
  assert.deepEqual(sizes, [48, 6, 6]); // of 20 texts, 2 and 2
  const contexts = PARTS.map((part) => contextsOf(dataset[part]));
  assert.deepEqual(contexts.map(({ size }) => size), [16, 2, 2]);
  assert.equal(contexts.reduce((all, own) => all.union(own)).size, 20);
  const parts = ({ train, validation, test }: typeof dataset) => ({
    train,
    validation,
    test,
  });
  assert.deepEqual(
    parts(await loadQuestions(file, { seed: 42 })),
    parts(dataset),
  );
  assert.notDeepEqual(
    parts(await loadQuestions(file, { seed: 43 })),
    parts(dataset),
  );
  const other = await loadQuestions(file, { validation: 0.25, test: 0 });
  assert.deepEqual(PARTS.map((part) => other[part].length), [45, 15, 0]);
  const large = await loadQuestions(file, { validation: 0.4, test: 0.4 });
  assert.deepEqual(PARTS.map((part) => large[part].length), [12, 24, 24]);
  const few = await write("few.jsonl", 3); // a share of 0.4 is rounded up to 2 texts
  const each = await loadQuestions(few, { validation: 0.4, test: 0.4 });
  assert.deepEqual(PARTS.map((part) => each[part].length), [3, 3, 3]);
});

Deno.test("a file without a usable question is refused with the reason", async () => {
  const path = join(FOLDER, "lost.json");
  const row = { question: "Where?", context: "Ada lived in London." };
  const answers = { text: ["Paris"], "answer_start": [3] };
  await Deno.writeTextFile(path, JSON.stringify([{ ...row, answers }]));
  await assert.rejects(loadQuestions(path), {
    name: "SyntaxError",
    message: 'Cannot parse "lost.json": it must have questions that can be ' +
      "used; found none: an answer is not at its answer_start",
  });
});

Deno.test("a dataset of questions says what it holds", async () => {
  const dataset = await loadQuestions(await write("all.jsonl", 20));
  assert.deepEqual([dataset.title, dataset.origin, dataset.folder], [
    "all.jsonl",
    "folder",
    FOLDER,
  ]);
  assert.equal(
    dataset.description,
    "all.jsonl: 48 train, 6 validation and 6 test questions",
  );
  assert.deepEqual(dataset.labels, ["answerable", "unanswerable"]);
  const counts = PARTS.map((part) => dataset.report[part].labelCounts);
  assert.deepEqual(
    counts.reduce((a, b) => a.map((count, i) => count + b[i]!)),
    [40, 20],
  );
  assert.deepEqual(dataset.oddities, []);
});

Deno.test("loadQuestions() reads a file for each part, and reports texts that they share", async () => {
  const train = await write("train.jsonl", 10);
  const test = await write("test.jsonl", 2, 9);
  const dataset = await loadQuestions({ train, test }, { validation: 0.2 });
  assert.deepEqual(PARTS.map((part) => dataset[part].length), [24, 6, 6]);
  const inTrain = PARTS.map((part) => dataset.report[part].inTrain);
  assert.deepEqual(inTrain, [0, 0, 3]); // other questions about the same text
});

Deno.test("loadQuestions() refuses what it cannot load", async () => {
  const file = await write("one.jsonl", 1);
  const refused = async (
    files: string | { train: string },
    message: RegExp,
    options = {},
  ): Promise<void> => {
    await assert.rejects(loadQuestions(files, options), { message });
  };
  await refused(
    join(FOLDER, "no.json"),
    /^Cannot load ".*no.json": it must be a file; found none in the folder "/,
  );
  await refused(FOLDER, /it must be a plain file; found a folder/);
  await refused(
    file,
    /^Cannot split "one.jsonl": each part must have texts of its own; found 1 that can be drawn, for 3 parts; pass a file for each part, or { test: 0, validation: 0 }$/,
  );
  await refused(
    file,
    /^Cannot use test \+ validation: it must be a number in \[0, 1\); found 1.1$/,
    { test: 0.5, validation: 0.6 },
  );
  await refused(file, /validation.*\[0, 1\); found 1/, { validation: 1 });
  await refused(file, /did you mean "validation"/, { validaton: 0 });
  const empty = join(FOLDER, "empty.json");
  await Deno.writeTextFile(empty, "[]");
  await refused(
    empty,
    /Cannot parse "empty.json": it must have a question; found none/,
  );
});
