/** The corpus in data/questions and the program that writes it. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseRawTrec, parseTrec, TREC } from "bertbook/datasets/trec.ts";
import { bagLogits, fitBagOfWords } from "bertbook/evaluation/bag_of_words.ts";
import { accuracy } from "bertbook/evaluation/metrics.ts";
import { argMax } from "bertbook/evaluation/probabilities.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import {
  buildVocabulary,
  splitAsSst2,
} from "bertbook/tokenizer/word_vocabulary.ts";
import { idsOf } from "bertbook/tokenizer/vocabulary.ts";
import { buildCorpus, fill } from "../../data/questions/corpus.ts";
import { LEXICON, type Words } from "../../data/questions/lexicon.ts";
import { CLASSES } from "../../data/questions/templates/index.ts";

const FOLDER = new URL("../../data/questions/", import.meta.url);
const DATA = Deno.env.get("BERTBOOK_DATA");
const HAS_TREC = DATA !== undefined && existsSync(join(DATA, "trec"));

const read = (file: string): Uint8Array =>
  Deno.readFileSync(new URL(file, FOLDER));
const questionsOf = (file: string): string[] =>
  parseRawTrec(read(file), file).map(({ text }) => text);
const parts = {
  train: questionsOf("train.label"),
  dev: questionsOf("dev.label"),
  test: questionsOf("test.label"),
};

Deno.test("the program writes the committed files, byte for byte", () => {
  for (const [file, text] of Object.entries(buildCorpus())) {
    assert.ok(new TextDecoder().decode(read(file)) === text, `${file} differs`);
  }
});

Deno.test("the parts have their sizes, and every class in them all", () => {
  const sizes = Object.values(parts).map(({ length }) => length);
  assert.deepEqual(sizes, [1_500, 200, 300]);
  for (const file of ["train.label", "dev.label", "test.label"]) {
    const rows = parseRawTrec(read(file), file);
    const shares = TREC.labels.map((_, label) =>
      rows.filter((row) => row.label === label).length / rows.length
    );
    assert.ok(Math.min(...shares) === shares[2] && shares[2]! >= 0.04);
    assert.ok(Math.max(...shares) < 0.25, String(shares));
  }
});

Deno.test("no question stands twice, in one part or two", () => {
  const all = Object.values(parts).flat().map((text) => text.toLowerCase());
  assert.equal(new Set(all).size, all.length);
});

Deno.test("questions look like TREC's: a capital, marks apart, one at the end", () => {
  for (const question of Object.values(parts).flat()) {
    assert.match(question, /^[A-Z]\S*( ['A-Za-z.,-]+)+ [?.]$/);
    assert.doesNotMatch(question, /[{}]|\b[Aa] [aeio]|\b(\w+) \1\b/);
  }
});

Deno.test("a test question has a template or words of its own", () => {
  const heldOut = Object.values(LEXICON).flatMap((words: Words) =>
    words.heldOut
  );
  const known = new Set(
    Object.values(LEXICON).flatMap((words: Words) => words.known),
  );
  const isNew = (question: string): boolean =>
    heldOut.some((word) =>
      !known.has(word) && ` ${question.toLowerCase()} `.includes(
        ` ${word.toLowerCase()} `,
      )
    );
  const trained = [...parts.train, ...parts.dev];
  assert.deepEqual(trained.filter(isNew), []);
  const newWords = parts.test.filter(isNew).length;
  assert.ok(newWords >= 0.4 * parts.test.length, `${newWords} have new words`);
  const texts = (part: "known" | "heldOut"): string[] =>
    CLASSES.flatMap((each) => Object.values(each[part]).flat());
  const both = texts("known").filter((text) => texts("heldOut").includes(text));
  assert.deepEqual(both, []);
});

Deno.test("a bag of words learns dev by heart, and not the test", () => {
  const words = parts.train.map(splitAsSst2);
  const vocabulary = buildVocabulary(words);
  const labelsOf = (file: string): number[] =>
    parseRawTrec(read(file), file).map(({ label }) => label);
  const model = fitBagOfWords(
    words.map((each) => idsOf(each, vocabulary)),
    labelsOf("train.label"),
    {
      numWords: vocabulary.pieces.length,
      numClasses: TREC.labels.length,
      tolerance: 5e-3,
    },
  );
  const score = (part: "dev" | "test"): number =>
    accuracy(
      parts[part].map((question) =>
        argMax(bagLogits(idsOf(splitAsSst2(question), vocabulary), model))
      ),
      labelsOf(`${part}.label`),
    );
  assert.ok(score("dev") > 0.9, `dev ${score("dev")}`);
  assert.ok(score("test") > 0.6 && score("test") < 0.8, `${score("test")}`);
});

Deno.test("fill() puts no word into two gaps of one question", () => {
  const template = "{region} {region} {region}";
  for (let seed = 0; seed < 20; seed++) {
    const text = fill(template, true, randomStream(seed)).toLowerCase();
    for (const word of ["oceania", "eastern europe", "east africa"]) {
      assert.ok(text.split(word).length <= 2, text);
    }
  }
});

Deno.test({
  name: "no question stands in TREC",
  ignore: !HAS_TREC,
  fn: () => {
    const real = ["nodev", "dev", "test"].flatMap((part) => {
      const file = `trec.${part}.utf8`;
      const bytes = Deno.readFileSync(join(DATA!, "trec", file));
      return parseTrec(bytes, file);
    });
    const known = new Set(real.map(({ text }) => text.toLowerCase()));
    assert.deepEqual(
      Object.values(parts).flat()
        .filter((question) => known.has(question.toLowerCase())),
      [],
    );
  },
});
