import {
  MAX_INPUT_CHARS_PER_WORD,
  wordPiece,
} from "bertbook/tokenizer/wordpiece.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";
import { smallTokenizer, vocabularyOf } from "./_support.ts";

Deno.test("wordPiece() spells with the longest piece first", () => {
  const vocabulary = vocabularyOf("un", "unaff", "##aff", "##able", "##a");
  assert.deepEqual(wordPiece("unaffable", vocabulary), ["unaff", "##able"]);
  assert.deepEqual(wordPiece("una", vocabulary), ["un", "##a"]);
});

Deno.test("wordPiece() is greedy: it does not go back for a spelling that would fit", () => {
  // "ab ##cd" would do, but "abc" is longer, and then nothing spells "d".
  const vocabulary = vocabularyOf("ab", "abc", "##cd");
  assert.deepEqual(wordPiece("abcd", vocabulary), ["[UNK]"]);
});

Deno.test("wordPiece() takes ## pieces only inside a word", () => {
  const vocabulary = vocabularyOf("a", "##b");
  assert.deepEqual(wordPiece("b", vocabulary), ["[UNK]"]);
  assert.deepEqual(wordPiece("ab", vocabulary), ["a", "##b"]);
  assert.deepEqual(wordPiece("aa", vocabulary), ["[UNK]"]);
});

Deno.test("wordPiece() makes the whole word [UNK] if its end cannot be spelled", () => {
  assert.deepEqual(wordPiece("playing中", smallTokenizer().vocabulary), [
    "[UNK]",
  ]);
});

Deno.test("wordPiece() counts characters, not UTF-16 units, against its limit", () => {
  const vocabulary = vocabularyOf("\u{1d400}", "##\u{1d400}", "a", "##a");
  for (const letter of ["a", "\u{1d400}"]) {
    const longest = letter.repeat(MAX_INPUT_CHARS_PER_WORD);
    assert.equal(
      wordPiece(longest, vocabulary).length,
      MAX_INPUT_CHARS_PER_WORD,
    );
    assert.deepEqual(wordPiece(longest + letter, vocabulary), ["[UNK]"]);
  }
});

Deno.test("fault 43: wordPiece() is quick to give up on 100,000 characters", () => {
  const { vocabulary } = smallTokenizer();
  const start = performance.now();
  assert.deepEqual(wordPiece("ab".repeat(50_000), vocabulary), ["[UNK]"]);
  assert.ok(performance.now() - start < 5_000); // minutes if it were quadratic
});

Deno.test("wordPiece() spells what it does not give up on", () => {
  const { vocabulary } = smallTokenizer();
  const letters = fc.constantFrom(..."playingshe中".split(""));
  const word = fc.string({ unit: letters, minLength: 1, maxLength: 30 });
  assertAll(fc.property(word, (word) => {
    const pieces = wordPiece(word, vocabulary);
    assert.ok(pieces.every((piece) => vocabulary.idOf.has(piece)));
    if (pieces[0] === "[UNK]") {
      assert.ok(word.includes("中"));
      return;
    }
    assert.equal(
      pieces.map((piece) => piece.replace(/^##/, "")).join(""),
      word,
    );
  }));
});
