/** The corpus in data/entities and the program that writes it. */

import assert from "node:assert/strict";
import { parseConll } from "bertbook/datasets/conll.ts";
import { entityReport } from "bertbook/evaluation/entities.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { buildCorpus, fill } from "../../data/entities/corpus.ts";
import { FORMS, LEXICON } from "../../data/entities/names.ts";
import { HELD_OUT, KNOWN } from "../../data/entities/templates.ts";

const FOLDER = new URL("../../data/entities/", import.meta.url);
const read = (part: string): Uint8Array =>
  Deno.readFileSync(new URL(`${part}.conll`, FOLDER));
const parse = (part: string): ReturnType<typeof parseConll> =>
  parseConll(read(part), `${part}.conll`);
const files = {
  train: parse("train"),
  validation: parse("validation"),
  test: parse("test"),
};
const sentencesOf = (part: keyof typeof files): string[] =>
  files[part].sentences.map(({ words }) => words.join(" "));
const all = [
  ...sentencesOf("train"),
  ...sentencesOf("validation"),
  ...sentencesOf("test"),
];

Deno.test("the program writes the committed files, byte for byte", () => {
  for (const [file, text] of Object.entries(buildCorpus())) {
    const bytes = read(file.replace(".conll", ""));
    assert.ok(new TextDecoder().decode(bytes) === text, `${file} differs`);
  }
});

Deno.test("the parts have their sizes, every type in them all, and nothing odd", () => {
  const sizes = Object.values(files).map(({ sentences }) => sentences.length);
  assert.deepEqual(sizes, [1_100, 200, 200]);
  for (const { sentences, scheme, oddities } of Object.values(files)) {
    assert.equal(scheme, "IOB2");
    assert.deepEqual(oddities, []);
    const tags = sentences.flatMap(({ tags }) => tags);
    for (const type of ["PER", "LOC", "ORG", "PROD"]) {
      const count = tags.filter((tag) => tag === `B-${type}`).length;
      assert.ok(count > 0.25 * sentences.length, `${count} ${type}`);
    }
  }
});

Deno.test("no sentence stands twice, in one part or two", () => {
  const lower = all.map((text) => text.toLowerCase());
  assert.equal(new Set(lower).size, lower.length);
});

Deno.test("sentences have a capital, marks apart, and no gap or wrong article", () => {
  for (const text of all) {
    assert.match(text, /^(" )?[A-Z][^{}=]* [.?]$/);
    assert.doesNotMatch(
      text,
      /\b[Aa] [AEIOaeio]|\b[Aa]n [^AEIOUaeiou]|\b(?!Will)(\w+) \1\b/,
    );
  }
});

Deno.test("the names of the test are nowhere else, and half of its templates", () => {
  const wordsOf = (part: keyof typeof files): Set<string> =>
    new Set(sentencesOf(part).join(" ").toLowerCase().split(" "));
  const isIn = (part: keyof typeof files) => (name: string): boolean =>
    wordsOf(part).has(name.toLowerCase());
  for (const list of [LEXICON.any, LEXICON.first]) {
    assert.deepEqual(list.heldOut.filter(isIn("train")), []);
    assert.deepEqual(list.heldOut.filter(isIn("validation")), []);
    assert.deepEqual(list.known.filter(isIn("test")), []);
    assert.ok(list.heldOut.every(isIn("test")));
  }
  assert.deepEqual(HELD_OUT.filter((text) => KNOWN.includes(text)), []);
});

Deno.test("the tag that a word most often has is often wrong, and unknown in the test", () => {
  const counts = new Map<string, Map<string, number>>();
  for (const { words, tags } of files.train.sentences) {
    for (const [i, word] of words.entries()) {
      const ofWord = counts.get(word) ?? new Map<string, number>();
      counts.set(word, ofWord.set(tags[i]!, (ofWord.get(tags[i]!) ?? 0) + 1));
    }
  }
  const usualTag = (word: string): string =>
    [...counts.get(word) ?? [["O", 1]] as const]
      .toSorted(([, a], [, b]) => b - a)[0]![0];
  const score = (part: keyof typeof files): number => {
    const { sentences } = files[part];
    return entityReport(
      sentences.map(({ words }) => words.map(usualTag)),
      sentences.map(({ tags }) => tags),
    ).micro.fScore;
  };
  const [validation, test] = [score("validation"), score("test")];
  assert.ok(validation > 0.3 && validation < 0.5, `validation ${validation}`);
  assert.ok(test < 0.05, `test ${test}`);
});

Deno.test("every template can be filled, no name twice", () => {
  const gaps = [...KNOWN, ...HELD_OUT].flatMap((text) =>
    [...text.matchAll(/\{(\w+)/g)].map(([, gap]) => gap!)
  );
  const known = [...Object.keys(FORMS), ...Object.keys(LEXICON)];
  assert.deepEqual(gaps.filter((gap) => !known.includes(gap)), []);
  const template = Array(10).fill("{any}").join(" ");
  const words = fill(template, true, randomStream(1)).map(([word]) => word);
  assert.equal(new Set(words).size, 10);
});
