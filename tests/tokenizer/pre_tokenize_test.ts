import { preTokenize } from "bertbook/tokenizer/normalize.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";
import { anyText } from "./_support.ts";

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
