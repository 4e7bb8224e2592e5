import assert from "node:assert/strict";
import {
  count,
  countOrAll,
  listOf,
  number,
  oneOf,
  text,
} from "../../../tools/shell/option_values.ts";

Deno.test("listOf() keeps each item once, in their order", () => {
  assert.deepEqual(listOf(count(1, 99))("64, 16,64"), [64, 16]);
  assert.deepEqual(listOf(number(0, 1))("5e-5,1"), [5e-5, 1]);
  assert.deepEqual(listOf(oneOf(["a", "b"]))("b"), ["b"]);
  assert.equal(countOrAll("all"), Infinity);
  assert.equal(countOrAll("7"), 7);
});

Deno.test("parsers refuse values with what they must be and what was found", () => {
  const refusals: [() => unknown, RegExp][] = [
    [() => count(1, 9)("2.6"), /whole number from 1 to 9; found "2.6"$/],
    [() => count(1, 9)("0"), /whole number from 1 to 9; found "0"$/],
    [() => listOf(count(1, 9))("2,"), /found ""$/],
    [() => number(0, 1)("fast"), /number from 0 to 1; found "fast"$/],
    [() => number(0, 1)(""), /found ""$/],
    [
      () => oneOf(["linear", "constant"])("linaer"),
      /one of linear, constant; found "linaer"; did you mean "linear"\?$/,
    ],
    [() => oneOf(["linear"])("sqrt"), /found "sqrt"$/],
    [() => text(""), /must not be empty$/],
  ];
  for (const [parse, message] of refusals) assert.throws(parse, { message });
});
