import assert from "node:assert/strict";
import { specialToken } from "bertbook/tokenizer/added_tokens.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import {
  parseVocabulary,
  SPECIAL_TOKENS,
} from "bertbook/tokenizer/vocabulary.ts";
import fc from "fast-check";
import { assertAll } from "../_property.ts";
import golden from "../golden/questions.json" with { type: "json" };
import { anyText, smallTokenizer, vocabularyOf } from "./_support.ts";

const vocabulary = parseVocabulary(golden.vocabulary.join("\n"), "golden");
const uncased = new BertTokenizer(vocabulary);
const cased = new BertTokenizer(vocabulary, { lowerCase: false });

Deno.test("offsets equal those of Python's fast tokenizers, uncased and cased", () => {
  for (const { text, ...expected } of golden.offsets) {
    assert.deepEqual(uncased.tokenizeWithOffsets(text), expected.uncased, text);
    assert.deepEqual(cased.tokenizeWithOffsets(text), expected.cased, text);
  }
});

Deno.test("tokenizeWithOffsets() gives the tokens of tokenize(), in order, each with its characters", () => {
  const tokenizer = smallTokenizer();
  assertAll(fc.property(anyText, (text) => {
    const { tokens, offsets } = tokenizer.tokenizeWithOffsets(text);
    assert.deepEqual(tokens, tokenizer.tokenize(text));
    assert.equal(offsets.length, tokens.length);
    let last = 0;
    for (const [start, end] of offsets) {
      assert.ok(last <= start && start < end && end <= text.length);
      last = start;
    }
  }));
});

Deno.test("tokenizeWithOffsets() finds what was composed, and added tokens, whatever the steps", () => {
  const word = {
    ...specialToken("Café"),
    special: false,
    normalized: true,
    lstrip: true,
  };
  const composing = new BertTokenizer(vocabularyOf("é", "##é", "각", "fi"), {
    normalizers: [{ type: "NFKC" }, { type: "Lowercase" }],
    preTokenizers: ["WhitespaceSplit", "Punctuation"],
    addedTokens: [...SPECIAL_TOKENS.map(specialToken), word],
  });
  const text = "e\u0301e\u0301 \u1100\u1161\u11a8 \ufb01  CAFE\u0301[MASK]";
  const { tokens, offsets } = composing.tokenizeWithOffsets(text);
  assert.deepEqual(
    tokens.map((token, i) => [token, text.slice(...offsets[i]!)]),
    [
      ["é", "e\u0301"],
      ["##é", "e\u0301"],
      ["각", "\u1100\u1161\u11a8"],
      ["fi", "\ufb01"],
      ["Café", "  CAFE\u0301"],
      ["[MASK]", "[MASK]"],
    ],
  );
  assertAll(fc.property(anyText, (text) => {
    const { tokens } = composing.tokenizeWithOffsets(text);
    assert.deepEqual(tokens, composing.tokenize(text));
  }));
});

Deno.test("the characters of a token give the token again", () => {
  const tokenizer = smallTokenizer();
  const text = "He PLAY\u200bs, th\u00e9 \u00abplayings\u00bb\u4e2d";
  const { tokens, offsets } = tokenizer.tokenizeWithOffsets(text);
  const written = offsets.map((offset) => text.slice(...offset));
  assert.deepEqual(written.slice(0, 3), ["He", "PLAY", "s"]);
  for (const [i, part] of written.entries()) {
    if (tokens[i] === "[UNK]") continue;
    assert.equal(
      tokenizer.tokenize(part).join("").replaceAll("##", ""),
      tokens[i]!.replaceAll("##", ""),
    );
  }
});
