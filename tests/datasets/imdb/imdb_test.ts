import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseImdb } from "bertbook/datasets/imdb/imdb.ts";

const DATA = Deno.env.get("BERTBOOK_DATA");
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): ReturnType<typeof parseImdb> =>
  parseImdb(encode(text), "x.csv");

const TEXT = 'text,label\n"One, ""two""\nthree <br />",1\nplain\'s,0\r\n';
const ROWS = [
  { review: 'One, "two"\nthree <br />', label: 1 },
  { review: "plain's", label: 0 },
];

Deno.test("parseImdb() reads quotes, commas and line breaks inside a review", () => {
  assert.deepEqual(parse(TEXT), ROWS);
});

Deno.test("parseImdb() reads both headers and both spellings", () => {
  assert.deepEqual(parse("review,sentiment\nGood,positive\nBad,negative"), [
    { review: "Good", label: 1 },
    { review: "Bad", label: 0 },
  ]);
});

Deno.test("parseImdb() reads a byte order mark and gzip", () => {
  assert.deepEqual(parse("\ufeff" + TEXT), ROWS);
  assert.deepEqual(parseImdb(gzipSync(encode(TEXT)), "x.csv.gz"), ROWS);
});

Deno.test("parseImdb() refuses another verdict with its line", () => {
  for (const verdict of ["", "2", "1.0", "Positive"]) {
    assert.throws(() => parse(`text,label\n"a\nb",1\nc,${verdict}\n`), {
      name: "SyntaxError",
      message: /"x.csv" as the record that ends in line 4 must have/,
    });
  }
  assert.throws(() => parse('text,label\n" ",1\n'), SyntaxError);
});

Deno.test("parseImdb() refuses other columns, torn quotes, torn gzip, bad UTF-8", () => {
  const wrong: [Uint8Array, RegExp][] = [
    [encode(""), /columns must be review,sentiment or text,label: found ""/],
    [encode("a,b\n1,2\n"), /found "a,b"/],
    [encode("text,label\n"), /"x.csv" .*at least one review: it has none/],
    [encode("text,label\na,1,2\n"), /equal columns: .*line 2/],
    [encode('text,label\n"a,1\n'), /equal columns: .*[Qq]uote/],
    [gzipSync(encode(TEXT)).subarray(0, 30), /must be whole gzip/],
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
      const rows = parseImdb(
        Deno.readFileSync(join(DATA!, "imdb", file)),
        file,
      );
      assert.equal(rows.length, size);
      assert.equal(rows.filter(({ label }) => label === 1).length, size / 2);
    }
  },
});
