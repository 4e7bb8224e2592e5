import {
  splitIntoWords,
  sumByWord,
  wordSpans,
} from "bertbook/tokenizer/words.ts";
import assert from "node:assert/strict";
import {
  splitAsSst2,
  splitAtWhitespace,
} from "bertbook/tokenizer/word_vocabulary.ts";
import fc from "fast-check";
import { assertAll } from "../_property.ts";
import { anyText, smallTokenizer } from "./_support.ts";

Deno.test("wordSpans() joins pieces, and leaves special tokens out", () => {
  const tokens = ["[CLS]", "un", "##believ", "##able", "[UNK]", "!", "[SEP]"];
  assert.deepEqual(wordSpans([...tokens, "a", "[SEP]", "[PAD]"]), [
    { text: "unbelievable", start: 1, end: 4 },
    { text: "[UNK]", start: 4, end: 5 },
    { text: "!", start: 5, end: 6 },
    { text: "a", start: 7, end: 8 },
  ]);
});

Deno.test("wordSpans() lets a torn piece stand alone behind a special token", () => {
  const words = wordSpans(["[CLS]", "##able", "##s", "[SEP]", "##x"]);
  assert.deepEqual(words.map(({ text }) => text), ["##ables", "##x"]);
});

Deno.test("sumByWord() adds up the pieces of each word and nothing else", () => {
  const words = wordSpans(["[CLS]", "play", "##ing", ".", "[SEP]"]);
  assert.deepEqual(sumByWord([100, 1, 2, 4, 100], words), [3, 4]);
});

const tokenizer = smallTokenizer();

Deno.test("splitIntoWords() reads <unk> as [UNK], which tokenize() takes to pieces", () => {
  assert.deepEqual(splitIntoWords(["the", "<unk>", "plays"], tokenizer), [
    "the",
    "[UNK]",
    "play",
    "##s",
  ]);
  assert.ok(tokenizer.tokenize("<unk>").length > 1);
  assert.deepEqual(splitIntoWords([], tokenizer), []);
});

Deno.test("splitIntoWords() over whitespace is BERT's own tokenizer", () => {
  // These three are white space to JavaScript, and nothing at all to BERT.
  const texts = anyText.map((text) => text.replace(/[\v\f\uFEFF]/g, ""));
  assertAll(fc.property(texts, (text) => {
    assert.deepEqual(
      splitIntoWords(splitAtWhitespace(text), tokenizer),
      tokenizer.tokenize(text),
    );
  }));
});

Deno.test("splitIntoWords() over SST-2's words cuts contractions elsewhere", () => {
  assert.deepEqual(tokenizer.tokenize("doesn't").slice(-3), ["##n", "'", "t"]);
  const words = splitIntoWords(splitAsSst2("doesn't"), tokenizer);
  assert.deepEqual(words.slice(-3), ["n", "'", "t"]);
});
