import assert from "node:assert/strict";
import fc from "fast-check";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { textWords } from "bertbook/tokenizer/normalize.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import { assertAll } from "../_property.ts";

const LETTERS = [..."abcdefghijklmnopqrstuvwxyz0123456789éßσ>≯東京.,;:!?'-&#`"];
const VOCABULARY = parseVocabulary(
  ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    .concat(LETTERS, LETTERS.map((letter) => `##${letter}`)).join("\n"),
  "vocab.txt",
);

Deno.test("words keep case and accents, and their places in the text", () => {
  const text = " Élodie\tWei's\u00A0東京!  \u200B(e\u0301)\uFEFF x\uFEFFy";
  const words = textWords(text);
  assert.deepEqual(
    words.map((word) => word.text),
    [
      "Élodie",
      "Wei",
      "'",
      "s",
      "東",
      "京",
      "!",
      "(",
      "e\u0301",
      ")",
      "x\uFEFFy",
    ],
  );
  for (const { text: word, start, end } of words) {
    assert.equal(text.slice(start, end), word);
  }
  assert.deepEqual(textWords(" \u200B\n"), []);
  assert.deepEqual(textWords("🦦 ok").map(({ start }) => start), [0, 3]);
});

Deno.test("the words of a text have the same pieces one by one as the text", () => {
  const character = fc.constantFrom(
    ...LETTERS,
    ...["A", "É", "e\u0301", "\u0301", "\u200B", "\uFEFF", "\u00AD", "\u0000"],
    ...[" ", "\n", "\u00A0", "\u3000", "\u0085", "≯", "\u037E", "🦦", "İ"],
  );
  for (const lowerCase of [true, false]) {
    const tokenizer = new BertTokenizer(VOCABULARY, { lowerCase });
    assertAll(
      fc.property(fc.string({ unit: character, maxLength: 30 }), (text) => {
        const words = textWords(text);
        assert.deepEqual(
          words.flatMap((word) => tokenizer.tokenize(word.text)),
          tokenizer.tokenize(text),
        );
        for (const { text: word, start, end } of words) {
          assert.equal(text.slice(start, end), word);
        }
      }),
      { numRuns: 500 },
    );
  }
});
