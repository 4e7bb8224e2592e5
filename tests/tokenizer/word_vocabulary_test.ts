import {
  buildVocabulary,
  unknownRate,
} from "bertbook/tokenizer/word_vocabulary.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";

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
