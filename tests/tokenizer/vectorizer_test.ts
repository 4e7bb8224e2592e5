import {
  buildVocabulary,
  vectorize,
  wordsOfVectors,
} from "bertbook/tokenizer/word_vocabulary.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";

const vocabulary = buildVocabulary([["b", "a", "b"]]); // b 2, a 3

Deno.test("vectorize() pads to the longest text and counts real words", () => {
  const vectors = vectorize([["a"], [], ["b", "x", "a"]], vocabulary);
  assert.deepEqual([...vectors.inputIds], [3, 0, 0, 0, 0, 0, 2, 1, 3]);
  assert.deepEqual([...vectors.lengths], [1, 0, 3]);
  assert.deepEqual([vectors.size, vectors.length], [3, 3]);
  assert.deepEqual(vectorize([], vocabulary).size, 0);
});

Deno.test("vectorize() cuts the end of long texts", () => {
  const { inputIds, lengths } = vectorize(
    [["a", "b", "b"], ["b"]],
    vocabulary,
    {
      maxLength: 2,
    },
  );
  assert.deepEqual([...inputIds], [3, 2, 2, 0]);
  assert.deepEqual([...lengths], [2, 1]);
  for (const maxLength of [0, -1, 1.5, NaN]) {
    assert.throws(() => vectorize([], vocabulary, { maxLength }), {
      name: "RangeError",
      message: /maxLength must be a positive whole number/,
    });
  }
});

Deno.test("wordsOfVectors() gives back every word that the vocabulary has", () => {
  const texts = fc.array(
    fc.array(fc.constantFrom(..."abcd", "[PAD]", "[UNK]")),
  );
  assertAll(fc.property(texts, (texts) => {
    const vocabulary = buildVocabulary(texts);
    assert.deepEqual(
      wordsOfVectors(vectorize(texts, vocabulary), vocabulary),
      texts,
    );
  }));
  assert.deepEqual(
    wordsOfVectors(vectorize([["a", "x"]], vocabulary), vocabulary),
    [["a", "[UNK]"]],
  );
});
