import assert from "node:assert/strict";
import fc from "fast-check";
import { compareWithPython, mutations, outcomeOf } from "../_mutations.ts";
import { assertAll, freshSeed } from "../_property.ts";
import golden from "../golden/mutations.json" with { type: "json" };
import {
  isBlank,
  readTable,
  sortedLabels,
  type TableOptions,
} from "bertbook/datasets/read_table.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const cellsOf = (
  bytes: Uint8Array,
  options: TableOptions,
): readonly (readonly string[])[] =>
  readTable(bytes, options).map(({ cells }) => cells);

const TSV = { file: "x.tsv", format: "tsv", columns: 2 } as const;
const LABELLED = { file: "x.txt", format: "label-prefixed" } as const;
const CSV = { file: "x.csv", format: "csv" } as const;
const tsv = (text: string) => cellsOf(encode(text), TSV);
const labelled = (text: string) => cellsOf(encode(text), LABELLED);
const csv = (text: string) => cellsOf(encode(text), CSV);

Deno.test("fault 38: quotes are text, and rows are lines", () => {
  const sentences = ['"leading', 'inside "x" it', 'doubled ""', '"', "it's"];
  const text = sentences.map((sentence) => `a\t${sentence}\n`).join("");
  assert.deepEqual(tsv(text), sentences.map((sentence) => ["a", sentence]));
});

Deno.test("fault 39: one empty line at the end is passed over, in every format", () => {
  for (const end of ["\n", "\r\n"]) {
    const rows = [["a", "b"]];
    assert.deepEqual(tsv(`a\tb${end}${end}`), rows);
    assert.deepEqual(csv(`a,b${end}${end}`), rows);
    assert.deepEqual(labelled(`a b${end}${end}`), rows);
    const texts = [`a\tb${end}`, `a,b${end}`, `a b${end}`];
    for (const [i, read] of [tsv, csv, labelled].entries()) {
      assert.throws(() => read(texts[i] + end + end), SyntaxError);
    }
  }
  assert.deepEqual(csv('a,"b\n\n"\n'), [["a", "b\n\n"]]);
});

Deno.test("fault 39: the last line needs no end, and an end makes no line", () => {
  const rows = [["a", "b"], ["c", "d"]];
  assert.deepEqual(tsv("a\tb\nc\td"), rows);
  assert.deepEqual(tsv("a\tb\nc\td\n"), rows);
});

Deno.test("fault 39: CRLF ends a line, and a byte order mark is dropped", () => {
  assert.deepEqual(tsv("\ufeffa\tb\r\nc\td\r\n"), [["a", "b"], ["c", "d"]]);
});

Deno.test("fault 39: a lone CR and the separators of Unicode are text", () => {
  const odd = "x\ry\u2028z\u2029\u0085\v\f\ufeff";
  assert.deepEqual(tsv(`a\t${odd}\nc\td\n`), [["a", odd], ["c", "d"]]);
});

Deno.test("fault 45: a file without a line is refused in every format", () => {
  for (const text of ["", "\ufeff"]) {
    for (const options of [TSV, LABELLED, CSV]) {
      assert.throws(() => readTable(encode(text), options), {
        name: "SyntaxError",
        message: /": it must have a line; found an empty file$/,
      });
    }
  }
});

Deno.test("fault 39: NUL is refused with its line", () => {
  assert.throws(() => tsv("a\tb\nc\t\0\n"), {
    name: "SyntaxError",
    message:
      /"x.tsv": text must hold no NUL; found one in line 2; is it a UTF-16/,
  });
});

Deno.test("fault 40: a wrong number of columns is refused with its line", () => {
  const wrong: [text: string, line: number, found: number][] = [
    ["a\tb\nc\n", 2, 1],
    ["a\tb\tc\n", 1, 3],
    ["a\tb\n\nc\td\n", 2, 1],
    ["a\tb\r\nc\td\r\n\t\t\t", 3, 4],
  ];
  for (const [text, line, found] of wrong) {
    assert.throws(() => tsv(text), {
      name: "SyntaxError",
      message:
        `Cannot parse "x.tsv": line ${line} must have 2 columns; found ${found}`,
    });
  }
});

Deno.test("fault 42: invalid UTF-8 is refused with its line", () => {
  const invalid = [
    [0xff],
    [0xc3, 0x28],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xc0, 0x80],
  ];
  for (const bytes of invalid) {
    for (const tail of ["\tb\n", ""]) {
      const all = [...encode("a\tb\nc\td\n"), ...bytes, ...encode(tail)];
      assert.throws(() => readTable(Uint8Array.from(all), TSV), {
        name: "SyntaxError",
        message: /"x.tsv": it must be UTF-8; found other bytes in line 3; save/,
      });
    }
  }
});

Deno.test("fault 43: a line of 10 MB is one row", () => {
  const long = "x".repeat(10_000_000);
  assert.equal(tsv(`a\t${long}\n`)[0]![1]!.length, long.length);
  assert.equal(csv(`a,"${long}"\n`)[0]![1]!.length, long.length);
});

Deno.test("readTable() undoes any join of clean columns", () => {
  // fast-check's own unit of any characters takes seconds to set up.
  const unit = fc.nat(0x10ffff).map((point) => String.fromCodePoint(point));
  const clean = fc.string({ unit })
    .map((text) => text.replace(/[\t\n\r\0\ufeff]/g, "").toWellFormed());
  const rows = fc.array(fc.tuple(clean, clean), { minLength: 1, maxLength: 5 });
  assertAll(fc.property(rows, fc.constantFrom("\n", "\r\n"), (rows, end) => {
    const text = rows.map((row) => row.join("\t") + end).join("");
    assert.deepEqual(tsv(text), rows);
  }));
});

Deno.test("a label is the first word of its line, and nothing else", () => {
  assert.deepEqual(labelled("b two  spaces \na \tb\n"), [
    ["b", "two  spaces "],
    ["a", "\tb"],
  ]);
});

Deno.test("readTable() reads back label-prefixed lines", () => {
  const label = fc.stringMatching(/^[A-Za-z0-9:]+$/);
  const text = fc.stringMatching(/^[a-z ?]*[a-z][a-z ?]*$/);
  const examples = fc.array(fc.tuple(label, text), { minLength: 1 });
  assertAll(fc.property(examples, (examples) => {
    const lines = examples.map(([label, text]) => `${label} ${text}\n`);
    assert.deepEqual(labelled(lines.join("")), examples);
  }));
});

Deno.test("ISO-8859-1 is read byte by byte", () => {
  const bytes = Uint8Array.from("a caf\u00E9 \u0085\n", (c) => c.charCodeAt(0));
  const options = { ...LABELLED, encoding: "iso-8859-1" } as const;
  assert.deepEqual(cellsOf(bytes, options), [["a", "caf\u00E9 \u0085"]]);
  assert.throws(() => readTable(bytes, LABELLED), {
    name: "SyntaxError",
    message: /must be UTF-8; found other bytes in line 1/,
  });
});

Deno.test("lines without label or text are refused", () => {
  for (const line of ["", "a", "a ", " text", "a\ttext"]) {
    assert.throws(() => labelled(`b text\n${line}\nb text\n`), {
      name: "SyntaxError",
      message: /"x.txt": line 2 must be a label, a space and a text; found "/,
    });
  }
});

Deno.test("sortedLabels() does not depend on the order of the rows", () => {
  assert.deepEqual(sortedLabels(["b", "a", "b"]), ["a", "b"]);
  assert.deepEqual(sortedLabels(["a", "b"]), ["a", "b"]);
  assert.deepEqual(sortedLabels([]), []);
});

Deno.test("CSV cells may hold quotes, commas and line breaks", () => {
  const text = 'a,b\n"One, ""two""\nthree",\r\n"",plain\'s\r\n';
  assert.deepEqual(csv(text), [
    ["a", "b"],
    ['One, "two"\nthree', ""],
    ["", "plain's"],
  ]);
  const lines = readTable(encode(text), CSV).map(({ line }) => line);
  assert.deepEqual(lines, [1, 3, 4]);
});

Deno.test("CSV with torn quotes or other columns is refused with its line", () => {
  const wrong: [string, RegExp][] = [
    ["a,b\na,1,2\n", /line 2 must have 2 columns; found 3/],
    ["a,b\n\nc,d\n", /line 2 must have 2 columns; found 1/],
    [
      'a,b\n"a,1\n',
      /a quote must open and close .*; found one in line 2 that never closes$/,
    ],
    ['a,b\nc,d"e\n', /found another one in line 2/],
    ['a,b\nc,"d"e\n', /found another one in line 2$/],
    [
      'a,b\nc,"d\n\ne"f\n',
      /found another one in line 4 of the cell from line 2$/,
    ],
  ];
  for (const [text, message] of wrong) {
    assert.throws(() => csv(text), { name: "SyntaxError", message });
  }
});

Deno.test("readTable() reads back CSV, whatever its cells hold", () => {
  const cell = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a") });
  const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 });
  assertAll(fc.property(rows, fc.constantFrom("\n", "\r\n"), (rows, end) => {
    const text = rows.map((row) => row.map(quoted).join(",") + end).join("");
    assert.deepEqual(csv(text), rows);
  }));
});

Deno.test("fault 39: a torn CRLF leaves no CR in the last cell", () => {
  assert.deepEqual(tsv("a\tb\r\nc\td\r"), [["a", "b"], ["c", "d"]]);
  assert.deepEqual(csv("a,b\r\nc,d\r"), [["a", "b"], ["c", "d"]]);
  assert.deepEqual(csv('a,b\r\nc,"d"\r'), [["a", "b"], ["c", "d"]]);
  assert.deepEqual(labelled("x a b\r\ny c\r"), [["x", "a b"], ["y", "c"]]);
  assert.throws(() => tsv("\r"), /must have a line; found an empty file/);
});

Deno.test("fault 39: NUL is refused in every format, with its line", () => {
  for (
    const [read, text] of [
      [tsv, "a\tb\n\0\tc"],
      [csv, 'a,b\n"c\0",d'],
      [labelled, "a b\nc \0d"],
    ] as const
  ) {
    assert.throws(() => read(text), {
      name: "SyntaxError",
      message: /text must hold no NUL; found one in line 2; is it a UTF-16/,
    });
  }
});

Deno.test("fault 43: a text that has nothing to see is blank", () => {
  const invisible = [
    "\u200b",
    "\u00ad",
    "\u2060",
    "\ufeff\u200d",
    "\ufffd",
    "\ue000",
  ];
  for (
    const text of ["", " \u00a0", ...invisible, ` ${invisible.join(" ")} `]
  ) {
    assert.ok(isBlank(text), JSON.stringify(text));
    assert.throws(() => labelled(`x ${text}`), {
      name: "SyntaxError",
      message: /line 1 must be a label, a space and a text/,
    });
  }
  for (const text of [".", "é", "👍", "中", "\u200bא"]) {
    assert.ok(!isBlank(text));
  }
});

Deno.test("fault 82: rows without end are refused in every format", () => {
  const text = "a b\n".repeat(1e6);
  for (const options of [LABELLED, CSV]) {
    assert.throws(() => readTable(encode(`${text}a b`), options), {
      name: "SyntaxError",
      message:
        /must have at most 1000000 rows; found more; take a part of it, or stream it$/,
    });
  }
});

Deno.test("readTable() reads 5,000 mutations of CSV as Python's csv does, but for known differences", () => {
  const read = (file: Uint8Array): string =>
    JSON.stringify(readTable(file, CSV).map(({ cells }) => cells));
  const counts = compareWithPython("csv", golden.csv, read, {
    refused: {
      "a quote within a cell": /a quote must open and close a whole CSV cell/,
      "a lone CR, which is text": /must have \d+ columns/,
      "a NUL": /text must hold no NUL/,
    },
    read: { "a lone CR, which is text": /\r(?!\n)/ },
  });
  assert.deepEqual(counts, {
    equal: 4713,
    "a quote within a cell": 210,
    "a NUL": 41,
    "a lone CR, which is text": 36,
  });
});

/** A reader of tab-separated lines in the shortest form. */
function readSimply(bytes: Uint8Array): string {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    .replace(/\r$/, ""); // half of a line's end
  const lines = text.split("\n");
  const rest = lines.pop()!; // of a file that does not end with its line
  const whole = lines.map((line) => line.replace(/\r$/, ""));
  if (whole.length > 1 && rest === "" && whole.at(-1) === "") whole.pop();
  const rows = [...whole, ...rest === "" ? [] : [rest]]
    .map((line) => line.split("\t"));
  const isSound = text !== "" && !text.includes("\0") &&
    rows.every((row) => row.length === 2);
  if (!isSound) throw new SyntaxError("no table");
  return JSON.stringify(rows);
}

Deno.test("readTable() reads mutations of TSV as a simple reader does, new ones in test --all", () => {
  const { seed, count } = freshSeed(4181, 500);
  let accepted = 0;
  for (const file of mutations("csv", seed, count)) {
    const bytes = file.map((byte) => byte === 0x2c ? 0x09 : byte);
    const found = outcomeOf(
      (file) => JSON.stringify(cellsOf(file, TSV)),
      bytes,
    );
    const simply = outcomeOf(readSimply, bytes);
    if ("refusal" in found) {
      assert.match(found.refusal, /^Cannot parse "x.tsv": .*; found /);
    } else accepted++;
    assert.deepEqual(
      "text" in found && found.text,
      "text" in simply && simply.text,
      `seed ${seed}: ${new TextDecoder().decode(bytes)}`,
    );
  }
  assert.ok(accepted > count / 20, `${accepted} of ${count} accepted`);
});
