import assert from "node:assert/strict";
import { quoted, visibleControls, words } from "bertbook/printable.ts";

Deno.test("visibleControls() keeps one line, in reading order", () => {
  assert.equal(
    visibleControls("a\nb\tc\u001b[2J\u202e"),
    "a\\nb\\tc\\u001b[2J\\u202e",
  );
});

Deno.test("quoted() is short JSON without a control", () => {
  assert.equal(quoted({ a: "\u009b2J\u202e" }), '{"a":"\\u009b2J\\u202e"}');
  assert.equal(quoted(undefined), "nothing");
  assert.equal(quoted("x".repeat(1e6)).length, 101);
});

Deno.test("words() keeps the names of persons and abbreviations", () => {
  assert.deepEqual(
    ["f1", "microF1", "mcc", "exactMatch", "validationSpearman", "batchSize"]
      .map(words),
    [
      "F1",
      "micro F1",
      "MCC",
      "exact match",
      "validation Spearman",
      "batch size",
    ],
  );
});
