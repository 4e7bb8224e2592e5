import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseImdb } from "bertbook/datasets/imdb.ts";

const DATA = Deno.env.get("BERTBOOK_DATA");
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): ReturnType<typeof parseImdb> =>
  parseImdb(encode(text), "x.csv");

const TEXT = 'text,label\n"One, ""two""\nthree <br />",1\nplain\'s,0\r\n';
const ROWS = [
  { text: 'One, "two"\nthree \n', label: 1 },
  { text: "plain's", label: 0 },
];

Deno.test("fault 38: parseImdb() reads quotes, commas and line breaks inside a review", () => {
  assert.deepEqual(parse(TEXT), ROWS);
});

Deno.test("parseImdb() reads both headers and both spellings", () => {
  assert.deepEqual(parse("review,sentiment\nGood,positive\nBad,negative"), [
    { text: "Good", label: 1 },
    { text: "Bad", label: 0 },
  ]);
});

Deno.test("parseImdb() reads a byte order mark", () => {
  assert.deepEqual(parse("\ufeff" + TEXT), ROWS);
});

Deno.test("fault 41: parseImdb() refuses another verdict with its line", () => {
  for (const verdict of ["", "2", "1.0", "Positive"]) {
    assert.throws(() => parse(`text,label\n"a\nb",1\nc,${verdict}\n`), {
      name: "SyntaxError",
      message:
        /"x.csv": line 4 must have the label one of negative, positive, 0, 1; found/,
    });
  }
  assert.throws(() => parse('text,label\n" ",1\n'), SyntaxError);
});

Deno.test("parseImdb() refuses other columns, torn quotes, bad UTF-8", () => {
  const wrong: [Uint8Array, RegExp][] = [
    [encode(""), /found an empty file/],
    [encode("\n"), /columns must be review,sentiment or text,label; found ""/],
    [encode("a,b\n1,2\n"), /text,label; found "a,b"/],
    [encode("text,label\n"), /"x.csv": .*at least one review; found none/],
    [encode("text,label\na,1,2\n"), /line 2 must have 2 columns; found 3/],
    [
      encode('text,label\n"a,1\n'),
      /a quote must open and close a whole CSV cell/,
    ],
    [Uint8Array.of(...encode("text,label\n"), 0xff), /must be UTF-8/],
  ];
  for (const [bytes, message] of wrong) {
    assert.throws(() => parseImdb(bytes, "x.csv"), {
      name: "SyntaxError",
      message,
    });
  }
});

Deno.test({
  name: "parseImdb() reads real IMDB, which is balanced",
  ignore: !existsSync(join(DATA ?? "", "imdb")),
  fn: () => {
    const sizes = {
      "imdb_reviews_2500.csv": 2_500,
      "imdb_test.csv.gz": 25_000,
    };
    for (const [file, size] of Object.entries(sizes)) {
      const bytes = Deno.readFileSync(join(DATA!, "imdb", file));
      const isZipped = file.endsWith(".gz");
      const rows = parseImdb(isZipped ? gunzipSync(bytes) : bytes, file);
      assert.equal(rows.length, size);
      assert.equal(rows.filter(({ label }) => label === 1).length, size / 2);
    }
  },
});
