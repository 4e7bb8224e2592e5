import {
  decodeSubwords,
  encodeSubwords,
  escapeToken,
  learnSubtokens,
  longestSubtokens,
  splitRuns,
} from "bertbook/tokenizer/subwords.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";

const TEXTS = ["the cat sat on the mat", "the rat sat", "a_b \\ the hat"];
const SUBTOKENS = learnSubtokens(TEXTS, { minCount: 3 });

Deno.test("splitRuns() drops a single space between words, and no other", () => {
  assert.deepEqual(splitRuns("a b"), ["a", "b"]);
  assert.deepEqual(splitRuns("a  b"), ["a", "  ", "b"]);
  assert.deepEqual(splitRuns(" a_1 b "), [" ", "a", "_", "1", "b", " "]);
  assert.deepEqual(splitRuns(" "), [" "]);
  assert.deepEqual(splitRuns(""), []);
});

Deno.test("escapeToken() spells out underscores, backslashes and strange characters", () => {
  const alphabet = new Set("abc\\u;0123456789");
  assert.equal(escapeToken("abc", alphabet), "abc_");
  assert.equal(escapeToken("_\\", alphabet), "\\u\\\\_");
  assert.equal(escapeToken("é🦜", alphabet), "\\233;\\129436;_");
});

Deno.test("longestSubtokens() takes the longest, and refuses a letter that no subtoken has", () => {
  const list = new Set(["a", "ab", "abc", "b", "c", "bcd"]);
  // The longest first, although "a" and "bcd" would be two as well.
  assert.throws(() => longestSubtokens("abcd", list), {
    name: "RangeError",
    message: /must have all its characters; found no "d"/,
  });
  assert.deepEqual(longestSubtokens("abcab", list), ["abc", "ab"]);
});

Deno.test("learnSubtokens() keeps the alphabet and what is frequent", () => {
  // "the_" occurs four times, "at_" six times, each "…at_" at most twice.
  assert.ok(SUBTOKENS.has("the_"));
  assert.ok(SUBTOKENS.has("at_"));
  assert.ok(!SUBTOKENS.has("sat_"));
  // Its beginnings are used only in "the_".
  assert.ok(!SUBTOKENS.has("th") && !SUBTOKENS.has("the"));
  for (const character of new Set(TEXTS.join("").replaceAll(" ", ""))) {
    assert.ok(SUBTOKENS.has(character), character);
  }
  for (const minCount of [0, 1.5, NaN]) {
    assert.throws(() => learnSubtokens(TEXTS, { minCount }), {
      name: "RangeError",
      message: /minCount must be a positive whole number/,
    });
  }
});

Deno.test("encodeSubwords() writes frequent words as one subtoken", () => {
  // "f" is not in the alphabet.
  const expected = ["the_", ..."\\102;", "at_", "b", "at_"];
  assert.deepEqual(encodeSubwords("the fat bat", SUBTOKENS), expected);
});

/** Texts with many escapes, spaces and characters of all kinds. */
const anyText = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."\\_u;0aA é \n🦜") }),
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
);

Deno.test("decodeSubwords() gives back every text exactly", () => {
  assertAll(
    fc.property(anyText, (text) => {
      const subtokens = encodeSubwords(text, SUBTOKENS);
      assert.equal(decodeSubwords(subtokens), text);
    }),
    { numRuns: 500 },
  );
});

Deno.test("any texts can be learned from, and come back", () => {
  assertAll(
    fc.property(fc.array(anyText), anyText, (texts, text) => {
      const subtokens = learnSubtokens(texts, { minCount: 2 });
      for (const each of [...texts, text]) {
        assert.equal(decodeSubwords(encodeSubwords(each, subtokens)), each);
      }
    }),
  );
});
