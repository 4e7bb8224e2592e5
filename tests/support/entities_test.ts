import assert from "node:assert/strict";
import { encodeEntities } from "bertbook";
import {
  entityErrors,
  entityScores,
  labelledTokens,
  markWords,
  ordinaryWords,
  usualTags,
} from "../../notebooks/support/entities.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";

const split = (...sentences: string[]): string[][] =>
  sentences.map((sentence) => sentence.split(" "));

Deno.test("markWords() finds the entities of words in their text", () => {
  const words = ["Zoë", "Poe", "met", "Ada", "🙂", "in", "Oslo"];
  const tags = ["B-PER", "I-PER", "O", "B-PER", "O", "O", "B-LOC"];
  const { text, entities } = markWords(words, tags);
  assert.equal(text, "Zoë Poe met Ada 🙂 in Oslo");
  assert.deepEqual(
    entities.map(({ type, start, end }) => [type, text.slice(start, end)]),
    [["PER", "Zoë Poe"], ["PER", "Ada"], ["LOC", "Oslo"]],
  );
  assert.deepEqual(markWords([], []), { text: "", entities: [] });
  assert.equal(markWords(words, tags, "actual").note, "actual");
});

Deno.test("labelledTokens() names the tag of each first piece", () => {
  const pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nada\nby\n##ron";
  const tokenizer = new BertTokenizer(parseVocabulary(pieces, "vocab.txt"));
  const [example] = encodeEntities(
    tokenizer,
    [{ words: ["Ada", "Byron"], tags: [1, 2] }],
    { maxLength: 8 },
  );
  const labels = ["O", "B-PER", "I-PER"];
  const model = { tokenizer, labels };
  assert.deepEqual(labelledTokens(example!, model), [
    { token: "[CLS]", label: -100, tag: "ignored" },
    { token: "ada", label: 1, tag: "B-PER" },
    { token: "by", label: 2, tag: "I-PER" },
    { token: "##ron", label: -100, tag: "ignored" },
    { token: "[SEP]", label: -100, tag: "ignored" },
  ]);
});

Deno.test("usualTags() counts words as they are written", () => {
  const usualTag = usualTags({
    labels: ["O", "B-PER", "B-LOC"],
    train: [
      { words: ["Marlow", "left", "Marlow"], tags: [1, 0, 2] },
      { words: ["Marlow"], tags: [2] },
    ],
  });
  assert.deepEqual(
    ["Marlow", "left", "marlow", "toString"].map(usualTag),
    ["B-LOC", "O", "O", "O"],
  );
});

Deno.test("entityScores() counts words for accuracy, entities for the rest", () => {
  const actual = split("B-PER I-PER O O", "B-LOC O");
  assert.deepEqual(entityScores(split("B-PER O O O", "B-LOC O"), actual), {
    accuracy: 5 / 6,
    precision: 1 / 2,
    recall: 1 / 2,
    F1: 1 / 2,
  });
});

Deno.test("ordinaryWords() counts words that are in no name, new and known", () => {
  const train = [{ words: ["The", "cat", "saw", "Ada"], tags: [0, 0, 0, 1] }];
  const test = [{
    words: ["Ivo", "saw", "the", "dog", "Max"],
    tags: [1, 0, 0, 0, 1],
  }];
  assert.deepEqual(
    ordinaryWords({ train, test }, split("O O B-PER B-PER B-PER")),
    [
      { words: "new", number: 1, "taken for names": 1, percent: 100 },
      { words: "known", number: 2, "taken for names": 1, percent: 50 },
    ],
  );
});

Deno.test("entityErrors() tells wrong types, wrong ends, invented and missed", () => {
  const errors = entityErrors(
    split("B-PER O", "B-PER O B-ORG I-ORG B-LOC O B-LOC O O"),
    split("B-PER O", "B-PER O B-LOC I-LOC B-LOC I-LOC O O B-ORG"),
  );
  assert.deepEqual(
    errors.map(({ kind, sentence, predicted, actual }) => [
      kind,
      sentence,
      predicted?.start,
      actual?.type,
    ]),
    [
      ["wrong type", 1, 2, "LOC"],
      ["wrong ends", 1, 4, "LOC"],
      ["invented", 1, 6, undefined],
      ["missed", 1, undefined, "ORG"],
    ],
  );
});

Deno.test("entityErrors() counts each part of an entity that was cut in two", () => {
  const whole = split("B-ORG I-ORG");
  const cut = entityErrors(split("B-ORG I-PER"), whole);
  assert.deepEqual(cut.map(({ kind }) => kind), ["wrong ends", "wrong ends"]);
  assert.deepEqual(entityErrors(whole, whole), []);
});
