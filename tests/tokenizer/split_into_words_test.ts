import { splitIntoWords } from "bertbook/tokenizer/split_into_words.ts";
import { splitAsSst2 } from "bertbook/tokenizer/sst2.ts";
import { tokenize } from "bertbook/tokenizer/tokenizer.ts";
import { splitAtWhitespace } from "bertbook/tokenizer/whitespace.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";
import { anyText, smallTokenizer } from "./_support.ts";

const tokenizer = smallTokenizer();

Deno.test("spellWords() reads <unk> as [UNK], which tokenize() takes to pieces", () => {
  assert.deepEqual(splitIntoWords(["the", "<unk>", "plays"], tokenizer), [
    "the",
    "[UNK]",
    "play",
    "##s",
  ]);
  assert.ok(tokenize("<unk>", tokenizer).length > 1);
  assert.deepEqual(splitIntoWords([], tokenizer), []);
});

Deno.test("spellWords() over whitespace is BERT's own tokenizer", () => {
  // These three are white space to JavaScript, and nothing at all to BERT.
  const texts = anyText.map((text) => text.replace(/[\v\f\uFEFF]/g, ""));
  assertAll(fc.property(texts, (text) => {
    assert.deepEqual(
      splitIntoWords(splitAtWhitespace(text), tokenizer),
      tokenize(text, tokenizer),
    );
  }));
});

Deno.test("spellWords() over SST-2's words cuts contractions elsewhere", () => {
  assert.deepEqual(tokenize("doesn't", tokenizer).slice(-3), ["##n", "'", "t"]);
  const words = splitIntoWords(splitAsSst2("doesn't"), tokenizer);
  assert.deepEqual(words.slice(-3), ["n", "'", "t"]);
});
