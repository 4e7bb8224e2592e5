import fc from "fast-check";
import assert from "node:assert/strict";
import { smallTokenizer, withoutSpace } from "./_support.ts";

const TOKENIZER = smallTokenizer();
const { vocabulary } = TOKENIZER;

Deno.test("decode() joins pieces and closes the gaps before marks", () => {
  const { inputIds: ids } = TOKENIZER.encode("He plays, he isn't playing!");
  assert.equal(
    TOKENIZER.decode(ids, { skipSpecialTokens: true }),
    "he plays, he isn't playing!",
  );
});

Deno.test("decode() shows special tokens unless told to skip them", () => {
  const { inputIds: ids } = TOKENIZER.encode("he \u20ac", { padTo: 5 });
  assert.equal(TOKENIZER.decode(ids), "[CLS] he [UNK] [SEP] [PAD]");
  assert.equal(TOKENIZER.decode(ids, { skipSpecialTokens: true }), "he");
});

Deno.test("decode() reads [UNK] for an id outside the vocabulary", () => {
  assert.equal(TOKENIZER.decode([-1, 1_000_000]), "[UNK] [UNK]");
  assert.equal(TOKENIZER.decode([]), "");
});

const text = fc.string({
  unit: fc.constantFrom(..."playing the s ,.!'\u4e2d\u00e9 "),
  maxLength: 60,
});

Deno.test("decode(encode(text)) is the normalized text, but for white space", () => {
  fc.assert(
    fc.property(text, (text) => {
      const { inputIds: ids } = TOKENIZER.encode(text);
      const decoded = TOKENIZER.decode(ids, { skipSpecialTokens: true });
      assert.equal(withoutSpace(decoded), withoutSpace(text));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("encode(decode(ids)) gives back the ids of spelled text", () => {
  fc.assert(
    fc.property(text, (text) => {
      // Closing the gap in "a ' s" glues nothing: marks split words anyway.
      const { inputIds: ids } = TOKENIZER.encode(text);
      const decoded = TOKENIZER.decode(ids, { skipSpecialTokens: true });
      assert.deepEqual(TOKENIZER.encode(decoded).inputIds, ids);
    }),
    { numRuns: 1000 },
  );
});
