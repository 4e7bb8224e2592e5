import {
  buildVocabulary,
  splitAsSst2,
  splitAtWhitespace,
  unknownRate,
  vectorize,
  wordsOfVectors,
} from "bertbook/tokenizer/word_vocabulary.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";
import { anyText } from "./_support.ts";

const texts = [["b", "a", "c", "b"], [], ["c", "b", "d", "[PAD]"]];

Deno.test("collectVocabulary() orders by frequency, then by the alphabet", () => {
  const { pieces, idOf } = buildVocabulary(texts);
  assert.deepEqual(pieces, ["[PAD]", "[UNK]", "b", "c", "a", "d"]);
  assert.equal(idOf.get("[PAD]"), 0);
  assert.equal(idOf.get("b"), 2);
});

Deno.test("collectVocabulary() leaves rare words out", () => {
  const { pieces } = buildVocabulary(texts, { minFrequency: 2 });
  assert.deepEqual(pieces, ["[PAD]", "[UNK]", "b", "c"]);
  for (const minFrequency of [0, 1.5, NaN]) {
    assert.throws(() => buildVocabulary(texts, { minFrequency }), {
      name: "RangeError",
      message: /minFrequency must be a positive whole number/,
    });
  }
});

const anyTexts = fc.array(fc.array(fc.constantFrom(..."abcdefgh")));

Deno.test("collectVocabulary() does not depend on the order of the texts", () => {
  assertAll(
    fc.property(anyTexts, fc.integer({ min: 1, max: 3 }), (texts, n) => {
      const { pieces, idOf } = buildVocabulary(texts, { minFrequency: n });
      const reversed = texts.toReversed().map((words) => words.toReversed());
      assert.deepEqual(
        buildVocabulary(reversed, { minFrequency: n }).pieces,
        pieces,
      );
      pieces.forEach((piece, id) => assert.equal(idOf.get(piece), id));
    }),
  );
});

Deno.test("unknownRate() counts words, not kinds of words", () => {
  const vocabulary = buildVocabulary(texts, { minFrequency: 2 });
  assert.equal(unknownRate([["b", "x"], ["x", "[UNK]"]], vocabulary), 3 / 4);
  assert.equal(unknownRate([], vocabulary), 0);
  assertAll(fc.property(anyTexts, (texts) => {
    assert.equal(unknownRate(texts, buildVocabulary(texts)), 0);
  }));
});

const vocabulary = buildVocabulary([["b", "a", "b"]]); // b 2, a 3

Deno.test("vectorize() pads to the longest text and counts real words", () => {
  const vectors = vectorize([["a"], [], ["b", "x", "a"]], vocabulary);
  assert.deepEqual([...vectors.inputIds], [3, 0, 0, 0, 0, 0, 2, 1, 3]);
  assert.deepEqual([...vectors.lengths], [1, 0, 3]);
  assert.deepEqual([vectors.size, vectors.length], [3, 3]);
  assert.deepEqual(vectorize([], vocabulary).size, 0);
});

Deno.test("fault 43: vectorize() cuts the end of long texts and counts it", () => {
  const { inputIds, lengths, numTruncated } = vectorize(
    [["a", "b", "b"], ["b"]],
    vocabulary,
    {
      maxLength: 2,
    },
  );
  assert.deepEqual([...inputIds], [3, 2, 2, 0]);
  assert.deepEqual([...lengths], [2, 1]);
  assert.equal(numTruncated, 1);
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

Deno.test("splitAtWhitespace() keeps everything but the white space", () => {
  assert.deepEqual(splitAtWhitespace(" What\t's \n new ?\u00A0"), [
    "What",
    "'s",
    "new",
    "?",
  ]);
  assert.deepEqual(splitAtWhitespace(""), []);
  assertAll(fc.property(anyText, (text) => {
    const words = splitAtWhitespace(text);
    assert.equal(words.join(""), text.replace(/\s+/g, ""));
    assert.ok(words.every((word) => word !== ""));
    assert.deepEqual(splitAtWhitespace(words.join(" ")), words);
  }));
});

Deno.test("splitAsSst2() splits every contraction, commas and exclamation marks", () => {
  const cases: [string, string][] = [
    ["It's", "it 's"],
    ["They've", "they 've"],
    ["doesn't", "does n't"],
    ["You're", "you 're"],
    ["she'd", "she 'd"],
    ["We'll", "we 'll"],
    ["No,no!", "no , no !"],
    ["I'd've", "i 'd 've"],
    ["(What?)", "(what?)"],
    ["'sword' 'dance'", "'sword' 'dance'"],
  ];
  for (const [text, words] of cases) {
    assert.equal(splitAsSst2(text).join(" "), words);
  }
});

Deno.test("splitAsSst2() keeps every character, in lower case", () => {
  const unit = fc.constantFrom(
    ...["'s", "'ve", "n't", "'re", "'d", "'ll"],
    "a",
  );
  const tricky = fc.array(fc.oneof(unit, fc.constantFrom(..." ,!'T")))
    .map((parts) => parts.join(""));
  assertAll(fc.property(fc.oneof(tricky, anyText), (text) => {
    const words = splitAsSst2(text);
    assert.equal(words.join(""), text.toLowerCase().replace(/\s+/g, ""));
    assert.deepEqual(splitAsSst2(words.join(" ")), words);
  }));
});
