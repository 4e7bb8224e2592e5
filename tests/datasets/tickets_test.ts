/** The tables in data/tickets and the program that writes them. */

import assert from "node:assert/strict";
import { loadTable, readTableRows } from "bertbook/datasets/load_table.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { bagLogits, fitBagOfWords } from "bertbook/evaluation/bag_of_words.ts";
import { accuracy } from "bertbook/evaluation/metrics.ts";
import { argMax } from "bertbook/evaluation/probabilities.ts";
import { buildCorpus, fill } from "../../data/tickets/corpus.ts";
import {
  type Category,
  CONTEXTS,
  REQUESTS,
} from "../../data/tickets/templates.ts";
import { LEXICON, NAMES } from "../../data/tickets/words.ts";
import { TICKETS } from "../../notebooks/support/tickets.ts";

const FOLDER = new URL("../../data/tickets/", import.meta.url);
const CATEGORIES = ["billing", "shipping", "technical"];

type Row = { row: number; customer: string; message: string; category: string };

const rowsOf = async (file: string): Promise<Row[]> =>
  (await readTableRows(file)).records.map(({ row, values }) => (
    { row, ...values } as Row
  ));
const train = await rowsOf(TICKETS.train), test = await rowsOf(TICKETS.test);
const wrong = new Map(
  (await readTableRows(TICKETS.wrongLabels)).records.map((
    { values },
  ) => [Number(values["line"]), String(values["category"])]),
);

Deno.test("the program writes the committed files, byte for byte", () => {
  let size = 0;
  for (const [file, text] of Object.entries(buildCorpus())) {
    const committed = Deno.readTextFileSync(new URL(file, FOLDER));
    assert.ok(committed === text, `${file} differs`);
    size += text.length;
  }
  assert.ok(size < 200_000, `${size}`);
});

Deno.test("about 12 % of the training labels are wrong, and no other label is named", () => {
  assert.deepEqual([train.length, test.length, wrong.size], [514, 300, 62]);
  const byLine = new Map(train.map((row) => [row.row, row]));
  for (const [line, category] of wrong) {
    const given = byLine.get(line)!.category;
    assert.ok(CATEGORIES.includes(given) && given !== category, `${line}`);
  }
  for (const category of CATEGORIES) {
    const count = [...wrong.values()].filter((each) => each === category);
    assert.ok(count.length > 12, `${category}: ${count.length}`);
  }
});

Deno.test("the right labels are those of the templates", () => {
  const patterns = Object.entries(REQUESTS).flatMap(([category, parts]) =>
    [...parts.known, ...parts.heldOut].map((template) => ({
      category,
      pattern: new RegExp(
        template.replace(/[.?]/g, "\\$&").replace(/\{\w+\}/g, ".+"),
      ),
    }))
  );
  const requested = (message: string): string[] =>
    patterns.filter(({ pattern }) => pattern.test(message))
      .map(({ category }) => category);
  const labelled = train.filter(({ message, category }) => message && category)
    .map((row) => ({
      ...row,
      category: wrong.get(row.row) ?? row.category.toLowerCase(),
    }));
  for (const { row, message, category } of [...labelled, ...test]) {
    assert.deepEqual([...new Set(requested(message))], [category], `${row}`);
  }
});

Deno.test("the odd rows are found, with their lines", async () => {
  const { labels, oddities } = await loadTable(TICKETS.train, {}, {
    test: TICKETS.test,
  });
  assert.deepEqual(labels, ["Billing", ...CATEGORIES]);
  const linesOf = (what: RegExp): readonly number[] =>
    oddities!.filter((each) => what.test(each.what)).flatMap(({ rows }) =>
      rows
    );
  const odd = (holds: (row: Row) => boolean): number[] =>
    train.filter(holds).map(({ row }) => row);
  const [empty, none, capital] = [
    odd(({ message }) => message === ""),
    odd(({ category }) => category === ""),
    odd(({ category }) => category === "Billing"),
  ];
  assert.deepEqual(linesOf(/text is blank/), empty);
  assert.deepEqual(linesOf(/label is missing/), none);
  assert.deepEqual(linesOf(/only example of label "Billing"/), capital);
  for (const lines of [empty, none, capital]) assert.equal(lines.length, 1);
});

Deno.test("two messages stand twice, one of them with two labels; no other does", () => {
  const byMessage = Map.groupBy(train, ({ message }) => message);
  const twice = [...byMessage.values()].filter(({ length }) => length > 1);
  assert.deepEqual(twice.map(({ length }) => length), [2, 2]);
  const different = twice.filter(([one, other]) =>
    one!.category !== other!.category
  );
  assert.equal(different.length, 1);
  const tested = test.map(({ message }) => message);
  assert.equal(new Set(tested).size, test.length);
  assert.deepEqual(tested.filter((message) => byMessage.has(message)), []);
});

Deno.test("the customers of the test are others, and several write more than once", () => {
  const byCustomer = Map.groupBy(train, ({ customer }) => customer);
  assert.deepEqual(test.filter((row) => byCustomer.has(row.customer)), []);
  const sizes = [...byCustomer.values()].map(({ length }) => length);
  assert.ok(sizes.filter((size) => size > 1).length > 50, `${sizes}`);
  assert.ok(sizes.every((size) => size <= 8), `${sizes}`);
});

Deno.test("the words behind the bar are in no training ticket", () => {
  const all = train.map(({ message }) => message).join("\n");
  const hidden = [LEXICON.product, LEXICON.money, NAMES]
    .flatMap(({ heldOut }) => heldOut);
  const known = hidden.filter((word) => new RegExp(`\\b${word}\\b`).test(all));
  assert.deepEqual(known, []);
  const both = [...Object.values(REQUESTS), CONTEXTS].flatMap((
    { known, heldOut },
  ) => heldOut.filter((template) => known.includes(template)));
  assert.deepEqual(
    both.filter((template) => !CONTEXTS.known.includes(template)),
    [],
  );
});

Deno.test("messages are whole sentences without gaps or wrong articles", () => {
  for (const { message } of [...train, ...test]) {
    if (message === "") continue;
    assert.match(message, /^[A-Z][^{}]*([.?]| [A-Z]\w+)$/);
    assert.doesNotMatch(message, /\b[Aa] [aeio]|\b[Aa]n (?!hour)[^aeiou]| {2}/);
  }
});

Deno.test("a bag of words is better than chance on the test, and far from perfect", () => {
  const wordsOf = (message: string): string[] =>
    message.toLowerCase().match(/\w+/g) ?? [];
  const vocabulary = [
    ...new Set([...train, ...test].flatMap((row) => wordsOf(row.message))),
  ];
  const idsOf = ({ message }: Row): number[] =>
    wordsOf(message).map((word) => vocabulary.indexOf(word));
  const numberOf = (category: string): number =>
    CATEGORIES.indexOf(category.toLowerCase());
  const used = train.filter(({ message, category }) => message && category);
  const score = (labelOf: (row: Row) => string): number => {
    const labels = used.map((row) => numberOf(labelOf(row)));
    const bag = fitBagOfWords(used.map(idsOf), labels, {
      numWords: vocabulary.length,
      numClasses: CATEGORIES.length,
    });
    return accuracy(
      test.map((row) => argMax(bagLogits(idsOf(row), bag))),
      test.map(({ category }) => numberOf(category)),
    );
  };
  const given = score(({ category }) => category);
  const right = score(({ row, category }) => wrong.get(row) ?? category);
  assert.ok(given > 0.5 && given < right && right < 0.8, `${given} ${right}`);
});

Deno.test("every template can be filled, and two products differ", () => {
  const templates = [
    ...CONTEXTS.known,
    ...CONTEXTS.heldOut,
    ...(Object.keys(REQUESTS) as Category[])
      .flatMap((each) => [...REQUESTS[each].known, ...REQUESTS[each].heldOut]),
  ];
  const gaps = templates.flatMap((text) =>
    [...text.matchAll(/\{(\w+)\}/g)].map(([, gap]) => gap!)
  );
  assert.deepEqual(gaps.filter((gap) => !(gap in LEXICON)), []);
  const random = randomStream(1);
  for (let i = 0; i < 200; i++) {
    const [one, other, again] = fill(
      "{product}|{other}|{product}",
      "known",
      random,
    ).split("|");
    assert.ok(one !== other && one === again, `${one} ${other} ${again}`);
  }
});
