import {
  cleanText,
  normalize,
  preTokenize,
  spaceIdeographs,
  stripAccents,
} from "bertbook/tokenizer/normalize.ts";
import { LATER } from "bertbook/tokenizer/unicode.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";
import { anyText } from "./_support.ts";

Deno.test("cleanText() removes what has no shape", () => {
  assert.equal(cleanText("a\u0000b\u0007c\ufffdd"), "abcd");
  assert.equal(cleanText("zero\u200bwidth\u200d\u2060\ufeff"), "zerowidth");
  assert.equal(cleanText("\u202eright to left\u202c"), "right to left");
  assert.equal(cleanText("\ue000private\u{f0000}"), "private");
  assert.equal(cleanText("lone\ud800 surro\udc00gates"), "lone surrogates");
  assert.equal(
    cleanText("next\u0085line\u000bvertical\u000c"),
    "nextlinevertical",
  );
});

Deno.test("cleanText() makes every white space a plain one", () => {
  assert.equal(cleanText("a\tb\nc\rd\u00a0e\u3000f\u2028g"), "a b c d e f g");
});

Deno.test("cleanText() keeps emoji, whole pairs and unassigned characters", () => {
  assert.equal(
    cleanText("\u{1f642}\u{20000}\u0378"),
    "\u{1f642}\u{20000}\u0378",
  );
});

Deno.test("spaceIdeographs() makes each Han character a word", () => {
  assert.equal(spaceIdeographs("a中文b"), "a 中  文 b");
  assert.equal(spaceIdeographs("ひらカナ한글"), "ひらカナ한글");
});

Deno.test("spaceIdeographs() ends exactly where the ranges of BERT end", () => {
  const isSpaced = (code: number): boolean => {
    const char = String.fromCharCode(code);
    return spaceIdeographs(char) === ` ${char} `;
  };
  for (
    const [first, last] of [[0x3400, 0x4dbf], [0x4e00, 0x9fff], [
      0xf900,
      0xfaff,
    ]] as const
  ) {
    assert.deepEqual(
      [first - 1, first, last, last + 1].map(isSpaced),
      [false, true, true, false],
    );
  }
});

Deno.test("stripAccents() treats one and two characters for é alike", () => {
  assert.equal(stripAccents("\u00e9 e\u0301"), "e e");
  assert.equal(stripAccents("a\u0300\u0301\u0302"), "a");
  assert.equal(stripAccents("ø ł đ"), "ø ł đ"); // letters, not accents
});

Deno.test("normalize() lower-cases only for an uncased model", () => {
  assert.equal(normalize("Déjà VU"), "deja vu");
  assert.equal(normalize("Déjà VU", { lowerCase: false }), "Déjà VU");
  assert.equal(normalize("İ"), "i");
  // JavaScript lower-cases a sigma at the end of a word to ς, Python's tokenizers to σ.
  assert.equal(normalize("ΟΔΟΣ"), "οδοσ");
});

/** As Unicode 8 had it. */
const NO_SHAPE_OR_WIDTH = new RegExp(
  `[[\\p{Mn}\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\ufffd]` +
    `--[${LATER.nonspacingMarks}${LATER.format}]]`,
  "v",
);

Deno.test("normalize() leaves no accent, no control and one kind of white space", () => {
  assertAll(
    fc.property(anyText, (text) => {
      const normalized = normalize(text);
      assert.doesNotMatch(
        normalized,
        NO_SHAPE_OR_WIDTH,
      );
      assert.deepEqual(normalized.match(/(?! )\s/g), null);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("normalize() is blind to how an accent is written", () => {
  const letters = fc.string({ unit: fc.constantFrom(..."aé ñÅçÑÉü中") });
  assertAll(fc.property(letters, (text) => {
    assert.equal(normalize(text.normalize("NFD")), normalize(text));
  }));
});

Deno.test("preTokenize() splits at white space and around punctuation", () => {
  assert.deepEqual(preTokenize(" don't stop... now "), [
    ...["don", "'", "t", "stop", ".", ".", ".", "now"],
  ]);
});

Deno.test("preTokenize() takes ASCII symbols for punctuation, others for letters", () => {
  assert.deepEqual(preTokenize("5$+3^2=`~"), [..."5$+3^2=`~"]);
  assert.deepEqual(preTokenize("5€×3²"), ["5€×3²"]);
  assert.deepEqual(preTokenize("a—b„c“，d"), [..."a—b„c“，d"]);
});

Deno.test("preTokenize() of nothing is nothing", () => {
  assert.deepEqual(preTokenize(""), []);
  assert.deepEqual(preTokenize(" \n\t "), []);
});

Deno.test("preTokenize() loses nothing but white space, and leaves none", () => {
  assertAll(
    fc.property(anyText, (text) => {
      const words = preTokenize(text);
      assert.equal(words.join(""), text.replace(/\s/g, ""));
      assert.ok(words.every((word) => word.length > 0));
    }),
    { numRuns: 2000 },
  );
});
