import { splitAtWhitespace } from "bertbook/tokenizer/word_vocabulary.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";
import { anyText } from "./_support.ts";

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
