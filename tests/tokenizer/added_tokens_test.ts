import {
  type AddedToken,
  specialToken,
  tokenFinder,
} from "bertbook/tokenizer/added_tokens.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { SPECIAL_TOKENS } from "bertbook/tokenizer/vocabulary.ts";
import assert from "node:assert/strict";
import { vocabularyOf } from "./_support.ts";

/** The sections of a text, added tokens in angle brackets. */
function sections(tokens: readonly AddedToken[], text: string): string[] {
  return tokenFinder(tokens)(text).map((section) =>
    typeof section === "string" ? section : `<${section.token.content}>`
  );
}

Deno.test("tokenFinder() takes the longest of tokens that begin together", () => {
  const tokens = ["a", "a+", "a+b", "]"].map(specialToken);
  assert.deepEqual(sections(tokens, "xa+ba+]."), [
    "x",
    "<a+b>",
    "<a+>",
    "<]>",
    ".",
  ]);
});

Deno.test("tokenFinder() of nothing, or in nothing, finds nothing", () => {
  assert.deepEqual(sections([], "[MASK]"), ["[MASK]"]);
  assert.deepEqual(sections([], ""), []);
  assert.deepEqual(sections([specialToken("a")], ""), []);
});

Deno.test("a token that must be a word is none beside a letter, a digit or a mark", () => {
  const tokens = [{ ...specialToken("cat"), singleWord: true }];
  assert.deepEqual(sections(tokens, "cat, cats"), ["<cat>", ", cats"]);
  for (
    const text of ["cat1", "_cat", "cat\u0301", "\u{18437}cat", "cat\u{18437}"]
  ) {
    assert.deepEqual(sections(tokens, text), [text]);
  }
});

Deno.test("a token takes the white space before or after it", () => {
  const [l, r] = [specialToken("l"), specialToken("r")];
  const tokens = [{ ...l, lstrip: true }, { ...r, rstrip: true }];
  assert.deepEqual(sections(tokens, "a  l  r  l b"), [
    ...["a", "<l>", "  ", "<r>", "<l>", " b"],
  ]);
});

Deno.test("added tokens get the ids after the vocabulary; words are not spelled with them", () => {
  const special = SPECIAL_TOKENS.map(specialToken);
  const subject = specialToken("[SUBJ]");
  const word = { ...specialToken("Catty"), normalized: true, special: false };
  const lone = { ...specialToken("cat"), singleWord: true };
  const vocabulary = vocabularyOf("the", "##s");
  const addedTokens = [...special, subject, word, lone];
  const tokenizer = new BertTokenizer(vocabulary, { addedTokens });
  const { tokens, inputIds } = tokenizer.encode("the [SUBJ]CATTY cats");
  assert.deepEqual(tokens.slice(1, -1), ["the", "[SUBJ]", "Catty", "[UNK]"]);
  assert.deepEqual(inputIds, [2, 5, 7, 8, 1, 3]);
  assert.equal(
    tokenizer.decode(inputIds),
    "[CLS] the [SUBJ] Catty [UNK] [SEP]",
  );
  const skipSpecialTokens = true;
  assert.equal(tokenizer.decode(inputIds, { skipSpecialTokens }), "the Catty");
});
