import assert from "node:assert/strict";
import { quoted, visibleControls } from "bertbook/printable.ts";

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
