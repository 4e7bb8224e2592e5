import assert from "node:assert/strict";
import fc from "fast-check";
import golden from "../golden/mutations.json" with { type: "json" };
import { compareWithPython, mutations, outcomeOf } from "../_mutations.ts";
import { assertAll, freshSeed } from "../_property.ts";
import { parseStrictJson } from "bertbook/checkpoint/strict_json.ts";

Deno.test("parseStrictJson() reads whatever JSON.stringify() writes", () => {
  assertAll(fc.property(fc.jsonValue(), fc.nat(2), (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    const read = parseStrictJson(text, 64);
    assert.equal(JSON.stringify(read), JSON.stringify(value));
  }));
});

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A value as tests/golden/mutations.py spells it. */
function spell(value: unknown): string {
  if (typeof value === "number") {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return new Uint8Array(view.buffer).toHex();
  }
  if (typeof value === "string") {
    const units = Array.from(
      { length: value.length },
      (_, i) => value.charCodeAt(i).toString(16).padStart(4, "0"),
    );
    return `'${units.join("")}`;
  }
  if (Array.isArray(value)) return `[${value.map(spell).join(",")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value)
    .map(([name, each]) => `${spell(name)}:${spell(each)}`);
  return `{${members.sort().join(",")}}`;
}

Deno.test("parseStrictJson() reads 5,000 mutations as Python's json does, bit by bit", () => {
  const read = (file: Uint8Array): string =>
    spell(parseStrictJson(utf8.decode(file), 64));
  const counts = compareWithPython("json", golden.json, read);
  assert.deepEqual(counts, { equal: 5000 });
});

Deno.test("parseStrictJson() accepts of mutations what JSON.parse() does, new ones in test --all", () => {
  const { seed, count } = freshSeed(8260, 500);
  for (const file of mutations("json", seed, count)) {
    const text = new TextDecoder().decode(file);
    const outcome = outcomeOf(
      () => JSON.stringify(parseStrictJson(text, 64)),
      file,
    );
    const theirs = outcomeOf(() => JSON.stringify(JSON.parse(text)), file);
    const isTwice = "refusal" in outcome && / twice$/.test(outcome.refusal);
    assert.ok(
      isTwice || Object.keys(outcome)[0] === Object.keys(theirs)[0],
      `seed ${seed}: ${text}`,
    );
  }
});

Deno.test("parseStrictJson() refuses what is no JSON, and says where", () => {
  const broken = [
    ...["", " ", "{", "[1", "[1,]", '{"a"}', '{"a":}', '{"a":1,}', "{a:1}"],
    ...["01", "1.", ".5", "-", "+1", "1e", "tru", "nul", "NaN", "[1 2]", "1 2"],
    ...[
      '"',
      '"\\x"',
      '"\\u12g4"',
      '"a\nb"',
      "'a'",
      "[]]",
      "\u00a01",
      "\ufeff1",
    ],
  ];
  for (const text of broken) {
    assert.throws(() => JSON.parse(text), SyntaxError);
    assert.throws(() => parseStrictJson(text, 8), {
      name: "SyntaxError",
      message: /^JSON; found ("|its end).* at character \d+$/,
    });
  }
});

Deno.test("parseStrictJson() keeps __proto__ a name like any other", () => {
  const value = parseStrictJson('{"__proto__":{"a":1}}', 8) as object;
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.deepEqual(Object.keys(value), ["__proto__"]);
});

Deno.test("fault 85: a name with an escape keeps its spelling, whatever was parsed before", () => {
  // V8 15.0 then reads the second object's name as the first one's.
  JSON.parse('{"x":1,"\\\\":1}');
  const value = parseStrictJson('{"x":1,"\\u00e9":1}', 8) as object;
  assert.deepEqual(Object.keys(value), ["x", "é"]);
});

Deno.test("fault 91: nesting without end is refused before the stack is full", () => {
  for (const text of ["[".repeat(1e6), '{"a":'.repeat(1e6)]) {
    assert.throws(() => parseStrictJson(text, 32), {
      name: "SyntaxError",
      message: "nested at most 32 deep",
    });
  }
});

Deno.test("fault 81: values without end are refused as they come", () => {
  const text = "[" + "0,".repeat(1e6) + "oops";
  assert.throws(() => parseStrictJson(text, 32), {
    name: "SyntaxError",
    message: "of at most 1000000 values",
  });
});
