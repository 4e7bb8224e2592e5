import { splitIntoWords } from "bertbook/tokenizer/words.ts";
import {
  splitAsSst2,
  splitAtWhitespace,
} from "bertbook/tokenizer/word_vocabulary.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";
import { anyText, smallTokenizer } from "./_support.ts";

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
