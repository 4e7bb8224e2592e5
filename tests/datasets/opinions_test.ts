/** The corpus in data/opinions and the program that writes it. */

import assert from "node:assert/strict";
import { loadTable } from "bertbook";
import { buildCorpus } from "../../data/opinions/corpus.ts";
import { FILM_PARTS } from "../../data/opinions/parts.ts";
import { opinionFiles, wordClassifier } from "../../notebooks/support/mod.ts";

const FOLDER = new URL("../../data/opinions/", import.meta.url);

const { train, ...parts } = opinionFiles("reviews");
const { train: trainPairs, ...pairParts } = opinionFiles("pairs");
const labels = await loadTable(
  train,
  { text: "review", label: "parts", separator: ";" },
  parts,
);
const stars = await loadTable(train, { text: "review", label: "stars" }, {
  ...parts,
  task: "regression",
});
const pairs = await loadTable(
  trainPairs,
  { text: "premise", pair: "hypothesis", label: "label" },
  pairParts,
);

const PARTS = ["train", "validation", "test"] as const;

type NamedPart = typeof FILM_PARTS[number];

/** Whether a clause such as "the lead is not wooden" praises. */
function praises(clause: string, { praise, blame }: NamedPart): boolean {
  const words = clause.includes(" is not ") ? blame : praise;
  return words.some((word) => clause.endsWith(` ${word}`));
}

/** The part of a film that a clause is about. */
function partOf(clause: string): NamedPart | undefined {
  return FILM_PARTS.find(({ subjects }) =>
    subjects.some((each) => clause.toLowerCase().includes(`${each} is`))
  );
}

Deno.test("the program writes the committed files, byte for byte", () => {
  const files = buildCorpus();
  assert.equal(Object.keys(files).length, 6);
  for (const [name, text] of Object.entries(files)) {
    const bytes = Deno.readFileSync(new URL(name, FOLDER));
    assert.ok(new TextDecoder().decode(bytes) === text, `${name} differs`);
    assert.ok(bytes.length < 100_000, `${name} has ${bytes.length} bytes`);
  }
});

Deno.test("the parts have their sizes, and nothing is odd or twice", () => {
  const sizesOf = (dataset: Record<typeof PARTS[number], unknown[]>) =>
    PARTS.map((part) => dataset[part].length);
  assert.deepEqual(sizesOf(labels), [800, 160, 240]);
  assert.deepEqual(sizesOf(pairs), [1_000, 150, 240]);
  for (const { oddities } of [labels, stars, pairs]) {
    assert.deepEqual(oddities, []);
  }
  const reviews = PARTS.flatMap((part) => labels[part].map(({ text }) => text));
  assert.equal(new Set(reviews).size, reviews.length);
});

Deno.test("a review has a label for each part that it names, and no other", () => {
  for (const { text, targets } of PARTS.flatMap((part) => labels[part])) {
    const clauses = text.split(/[.,] ?/).map((each) => partOf(each)?.name);
    const named = labels.labels.map((label) => Number(clauses.includes(label)));
    assert.deepEqual(named, targets, text);
  }
});

Deno.test("some labels are frequent, and one is rare", () => {
  for (const part of PARTS) {
    const shares = labels.labels.map((_, c) =>
      labels[part].filter(({ targets }) => targets[c] === 1).length /
      labels[part].length
    );
    const [least, most] = [Math.min(...shares), Math.max(...shares)];
    assert.ok(least > 0.05 && least < 0.15, `${part}: ${least}`);
    assert.ok(most > 0.55, `${part}: ${most}`);
  }
});

Deno.test("the stars of a review with one opinion are those of its words", () => {
  let numChecked = 0;
  for (const part of PARTS) {
    for (const [i, { text, targets }] of stars[part].entries()) {
      assert.ok(
        targets[0]! >= 1 && targets[0]! <= 5 && targets[0]! % 0.5 === 0,
      );
      const isOne = labels[part][i]!.targets.filter(Boolean).length === 1;
      if (!isOne) continue;
      const clause = text.slice(0, -1);
      const worth = /is (?:rather|not) /.test(text)
        ? 0.5
        : text.includes("is really ")
        ? 1.5
        : 1;
      const sign = praises(clause, partOf(clause)!) ? 1 : -1;
      assert.equal(3 + sign * worth, targets[0], text);
      numChecked++;
    }
  }
  assert.ok(numChecked > 200, `${numChecked}`);
});

Deno.test("a hypothesis fits what its premise says of the part", () => {
  for (const { text, pair, label } of PARTS.flatMap((part) => pairs[part])) {
    const part = partOf(pair!)!;
    const clause = text.split(/[.,] ?/).find((each) => partOf(each) === part);
    const expected = clause === undefined
      ? "neutral"
      : praises(clause, part)
      ? "entailment"
      : "contradiction";
    assert.equal(pairs.labels[label], expected, `${text} ${pair}`);
  }
});

Deno.test("a hypothesis alone says a little of the relation", () => {
  const relation = wordClassifier(
    pairs.train.map(({ pair }) => pair!),
    pairs.train.map(({ label }) => label),
    pairs.labels.length,
  );
  const right = pairs.test.filter(({ pair, label }) => {
    const found = relation(pair!);
    return found.indexOf(Math.max(...found)) === label;
  }).length / pairs.test.length;
  assert.ok(right > 0.38 && right < 0.55, `${right}`);
});

Deno.test("validation and test have words that training has not", () => {
  const wordsOf = (part: typeof PARTS[number]): Set<string> =>
    new Set(
      labels[part].flatMap(({ text }) => text.toLowerCase().match(/\p{L}+/gu)!),
    );
  const known = wordsOf("train");
  for (const part of ["validation", "test"] as const) {
    const unknown = wordsOf(part).difference(known).size;
    assert.ok(unknown > 20, `${part}: ${unknown}`);
  }
});
