import { splitAsSst2 } from "bertbook/tokenizer/word_vocabulary.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";
import { anyText } from "./_support.ts";

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
