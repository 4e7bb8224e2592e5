// Needs --allow-read: tests/golden/tokenizer.json, written by tokenizer.py beside it.
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { truncatedLengths } from "bertbook/tokenizer/encoding.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import assert from "node:assert/strict";

type Golden = {
  vocabulary: string[];
  texts: { text: string; uncased: number[]; cased: number[] }[];
  different: { text: string; uncased: number[] }[];
  padded: {
    pair: [string, string];
    maxLength: number;
    ids: number[];
    segments: number[];
    attentionMask: number[];
  }[];
  kept: [number, number, number, number, number][];
  decoded: { ids: number[]; text: string; plain: string }[];
};

const file = new URL("../golden/tokenizer.json", import.meta.url);
const golden: Golden = JSON.parse(await Deno.readTextFile(file));
const vocabulary = parseVocabulary(golden.vocabulary.join("\n"), "golden");
const uncased = new BertTokenizer(vocabulary);
const cased = new BertTokenizer(vocabulary, { lowerCase: false });

Deno.test("fault 48: encode() equals Python's transformers, uncased and cased", () => {
  for (const expected of golden.texts) {
    assert.deepEqual(uncased.encode(expected.text).inputIds, expected.uncased);
    assert.deepEqual(cased.encode(expected.text).inputIds, expected.cased);
  }
});

Deno.test("fault 48: encode() equals Python's where Transformers.js differs", () => {
  // A final sigma, Han above U+FFFF, and punctuation newer than Python's tables.
  for (const { text, uncased: ids } of golden.different) {
    assert.deepEqual(uncased.encode(text).inputIds, ids);
  }
});

Deno.test("encode() cuts and pads pairs as Python's transformers", () => {
  for (const { pair, maxLength, ...expected } of golden.padded) {
    const [text, second] = pair;
    const { inputIds, tokenTypeIds, attentionMask } = uncased.encode(text, {
      pair: second,
      maxLength,
      padTo: maxLength,
    });
    assert.deepEqual(
      { ids: inputIds, segments: tokenTypeIds, attentionMask },
      expected,
    );
  }
});

Deno.test("truncatedLengths() keeps of each sentence what Python's keeps", () => {
  for (const [first, second, maxLength, ...kept] of golden.kept) {
    assert.deepEqual(truncatedLengths(first, second, maxLength - 3), kept);
  }
});

Deno.test("decode() equals Python's transformers", () => {
  for (const { ids, text, plain } of golden.decoded) {
    assert.equal(uncased.decode(ids), text);
    assert.equal(
      uncased.decode(ids, { skipSpecialTokens: true }),
      plain,
    );
  }
});
