import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDelimited } from "bertbook/datasets/delimited.ts";
import { assertAll } from "../_property.ts";

const OPTIONS = { file: "x.tsv", columns: 2 };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): string[][] =>
  parseDelimited(encode(text), OPTIONS);

Deno.test("quotes are text, and rows are lines", () => {
  const sentences = ['"leading', 'inside "x" it', 'doubled ""', '"', "it's"];
  const text = sentences.map((sentence) => `a\t${sentence}\n`).join("");
  assert.deepEqual(parse(text), sentences.map((sentence) => ["a", sentence]));
});

Deno.test("the last line needs no end, and an end makes no line", () => {
  const rows = [["a", "b"], ["c", "d"]];
  assert.deepEqual(parse("a\tb\nc\td"), rows);
  assert.deepEqual(parse("a\tb\nc\td\n"), rows);
  assert.deepEqual(parse(""), []);
});

Deno.test("CRLF ends a line, and a byte order mark is dropped", () => {
  assert.deepEqual(parse("\ufeffa\tb\r\nc\td\r\n"), [["a", "b"], ["c", "d"]]);
});

Deno.test("a lone CR and the separators of Unicode are text", () => {
  const odd = "x\ry\u2028z\u2029\u0085\v\f\ufeff";
  assert.deepEqual(parse(`a\t${odd}\nc\td\n`), [["a", odd], ["c", "d"]]);
});

Deno.test("NUL is refused with its line", () => {
  assert.throws(() => parse("a\tb\nc\t\0\n"), {
    name: "SyntaxError",
    message: /"x.tsv" as text must hold no NUL: line 2 does; is it a UTF-16/,
  });
});

Deno.test("a wrong number of columns is refused with its line", () => {
  const wrong: [text: string, line: number, found: number][] = [
    ["a\tb\nc\n", 2, 1],
    ["a\tb\tc\n", 1, 3],
    ["a\tb\n\nc\td\n", 2, 1],
    ["a\tb\r\nc\td\r\n\t\t\t", 3, 4],
  ];
  for (const [text, line, found] of wrong) {
    assert.throws(() => parse(text), {
      name: "SyntaxError",
      message:
        `Cannot parse "x.tsv" as line ${line} must have 2 columns: found ${found}`,
    });
  }
});

Deno.test("invalid UTF-8 is refused with its line", () => {
  const invalid = [[0xff], [0xc3, 0x28], [0xe2, 0x82], [0xed, 0xa0, 0x80], [
    0xc0,
    0x80,
  ]];
  for (const bytes of invalid) {
    for (const tail of ["\tb\n", ""]) {
      const all = [...encode("a\tb\nc\td\n"), ...bytes, ...encode(tail)];
      assert.throws(() => parseDelimited(Uint8Array.from(all), OPTIONS), {
        name: "SyntaxError",
        message: /"x.tsv" as it must be UTF-8: line 3 is not/,
      });
    }
  }
});

Deno.test("a line of 10 MB is one row", () => {
  const long = "x".repeat(10_000_000);
  assert.equal(parse(`a\t${long}\n`)[0]![1]!.length, long.length);
});

Deno.test("parseDelimited() undoes any join of clean columns", () => {
  const clean = fc.string({ unit: "binary" })
    .map((text) => text.replace(/[\t\n\r\0\ufeff]/g, "").toWellFormed());
  const rows = fc.array(fc.tuple(clean, clean), { minLength: 1, maxLength: 5 });
  assertAll(fc.property(rows, fc.constantFrom("\n", "\r\n"), (rows, end) => {
    const text = rows.map((row) => row.join("\t") + end).join("");
    assert.deepEqual(parse(text), rows);
  }));
});
