/** Streamed tables: the same rows as in memory, from files of any form. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import pl from "nodejs-polars";
import {
  encodeExamples,
  encodeTargets,
} from "bertbook/batches/encode_examples.ts";
import type { ExampleSource } from "bertbook/batches/example_source.ts";
import { loadTable } from "bertbook/datasets/load_table.ts";
import { tableBlocks } from "bertbook/datasets/stream_rows.ts";
import {
  type StreamedTable,
  streamTable,
  type StreamTableOptions,
} from "bertbook/datasets/stream_table.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { SPECIAL_TOKENS } from "bertbook/tokenizer/vocabulary.ts";

const WORDS = Array.from({ length: 40 }, (_, i) => `word${i}`);
const PIECES = [...SPECIAL_TOKENS, ...WORDS];
const TOKENIZER = tokenizerOf(PIECES);
const LENGTH = { tokenizer: TOKENIZER, maxLength: 12 } as const;
const WHOLE = { validation: 0, test: 0 } as const;

function tokenizerOf(pieces: string[]): BertTokenizer {
  const idOf = new Map(pieces.map((piece, id) => [piece, id]));
  return new BertTokenizer({ pieces, idOf });
}

type Row = { text: string; label: string };

/** Row i: i + 1 words, every text another one. */
function rowsOf(count: number, start = 0): Row[] {
  return Array.from({ length: count }, (_, n) => {
    const i = start + n;
    const words = Array.from(
      { length: 1 + i % 9 },
      (_, w) => WORDS[(i * 7 + w * (1 + i)) % 40],
    );
    return { text: words.join(" "), label: ["no", "yes", "so"][i % 3]! };
  });
}

const linesOf = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const csvOf = (rows: readonly Row[]): string =>
  ["text,label", ...rows.map(({ text, label }) => `"${text}",${label}`)]
    .join("\r\n");

async function inFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-stream-" });
  try {
    await Deno.mkdir(join(folder, "rows"));
    for (const [name, content] of Object.entries(files)) {
      await write(join(folder, "rows", name), content);
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function write(
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  await Deno.writeFile(
    path,
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  );
}

/** Streams the files of a folder, with a cache in it. */
function stream<
  T extends "single-label" | "multi-label" | "regression" = "single-label",
>(
  folder: string,
  options: Partial<StreamTableOptions<T>> = {},
  columns: Parameters<typeof streamTable>[1] = {},
): Promise<StreamedTable<T>> {
  const cacheFolder = join(folder, "cache");
  const all = { ...LENGTH, cacheFolder, ...options };
  const table = streamTable<T>(join(folder, "rows"), columns, all);
  return table as Promise<StreamedTable<T>>;
}

const allOf = <E>(examples: ExampleSource<E>): E[] =>
  Array.from({ length: examples.length }, (_, i) => examples.at(i)!);

Deno.test("streamTable() reads several files of every form as one table in memory", async () => {
  const rows = rowsOf(60);
  const frame = (from: number, to: number) =>
    pl.DataFrame(rows.slice(from, to));
  const files = {
    "1.jsonl": linesOf(rows.slice(0, 10)),
    "2.jsonl.gz": gzipSync(linesOf(rows.slice(10, 20))),
    // Several gzip members in a row are one file.
    "3.csv.gz": Uint8Array.from([
      ...gzipSync(csvOf(rows.slice(20, 25)) + "\n"),
      ...gzipSync(
        rows.slice(25, 30).map((r) => `${r.text},${r.label}\n`).join(""),
      ),
    ]),
    "4.tsv": [
      "text\tlabel",
      ...rows.slice(30, 35).map((r) => `${r.text}\t${r.label}`),
    ].join("\n"),
    "5.parquet": frame(35, 45).writeParquet() as Uint8Array,
    "6.parquet.gz": gzipSync(frame(45, 50).writeParquet() as Uint8Array),
    "7.json": JSON.stringify(rows.slice(50, 60)),
    "notes.txt": "no table",
  };
  await inFolder(files, async (folder) => {
    using table = await stream(folder, WHOLE);
    const memory = await loadTable(rows, {}, WHOLE);
    assert.deepEqual(table.labels, memory.labels);
    assert.equal(table.train.length, 60);
    const expected = encodeExamples(TOKENIZER, memory.train, LENGTH)
      .map(({ numTruncated: _, ...example }) => example);
    assert.deepEqual(allOf(table.train), expected);
    assert.deepEqual(table.train.labelCounts, memory.report.train.labelCounts);
    const ids = new Set(expected.flatMap(({ inputIds }) => inputIds));
    assert.deepEqual(table.train.tokenIds, [...ids].sort((a, b) => a - b));
    assert.equal(table.train.at(60), undefined);
    assert.equal(
      table.description,
      'rows: 60 train examples, streamed from 7 files; columns: text "text" ' +
        '(guessed), label "label" (guessed); task: single-label, as asked; ' +
        "labels: no, so, yes",
    );
  });
});

Deno.test("streamTable() cuts long texts, and keeps pairs, several labels and numbers", async () => {
  const rows = rowsOf(30).map(({ text }, i) => ({
    premise: text,
    hypothesis: `word${i} word1`,
    topics: ["a|b", "c", "", "b"][i % 4],
    stars: i / 4 - 3,
  }));
  const pairs = { text: "premise", pair: "hypothesis" };
  const cases = {
    "multi-label": { label: "topics", separator: "|" },
    regression: { label: "stars" },
  } as const;
  await inFolder({ "a.jsonl": linesOf(rows) }, async (folder) => {
    for (const [name, label] of Object.entries(cases)) {
      const task = name as keyof typeof cases;
      const columns = { ...pairs, ...label };
      const options = { ...WHOLE, task, maxLength: 7 };
      using table = await stream(folder, options, columns);
      const memory = await loadTable(rows, columns, { ...WHOLE, task });
      assert.deepEqual(table.labels, memory.labels);
      const expected = encodeTargets(TOKENIZER, memory.train, { maxLength: 7 })
        .map(({ numTruncated: _, ...example }) => example);
      assert.deepEqual(allOf(table.train), expected);
    }
  });
});

Deno.test("streamTable() draws the parts of loadTable(), and each row is in exactly one", async () => {
  const files = {
    "a.jsonl": linesOf(rowsOf(70)),
    "b.jsonl": linesOf(rowsOf(50, 70)),
  };
  await inFolder(files, async (folder) => {
    const hashes: string[] = [];
    for (const seed of [1, 2]) {
      const parts = { validation: 0.2, test: 0.1, seed };
      using table = await stream(folder, parts);
      assert.deepEqual(table.notes, []);
      const memory = await loadTable(rowsOf(120), {}, parts);
      assert.deepEqual(table.validation, memory.validation);
      assert.deepEqual(table.test, memory.test);
      assert.deepEqual(table.sample, memory.train);
      const expected = encodeExamples(TOKENIZER, memory.train, LENGTH)
        .map(({ numTruncated: _, ...example }) => example);
      assert.deepEqual(allOf(table.train), expected);
      assert.deepEqual(table.report, memory.report);
      assert.deepEqual(
        table.train.labelCounts,
        memory.report.train.labelCounts,
      );
      hashes.push(table.train.sha256);
    }
    assert.notEqual(hashes[0], hashes[1]);
  });
});

Deno.test("streamTable() reads validation from a file of its own", async () => {
  const files = { "a.jsonl": linesOf(rowsOf(20)) };
  await inFolder(files, async (folder) => {
    const validation = join(folder, "validation.csv");
    await write(validation, csvOf([{ text: "word3", label: "maybe" }]));
    using table = await stream(folder, { validation });
    assert.deepEqual(table.labels, ["maybe", "no", "so", "yes"]);
    assert.deepEqual(table.validation, [{ text: "word3", label: 0 }]);
    assert.deepEqual([table.train.length, table.test.length], [20, 0]);
    assert.deepEqual(table.train.labelCounts, [0, 7, 6, 7]);
    assert.equal(table.train.at(0)!.label, 1);
  });
});

Deno.test("streamTable() tokenizes once, again after a change, and only what is new behind it", async () => {
  const files = {
    "a.jsonl": linesOf(rowsOf(20)),
    "b.jsonl": linesOf(rowsOf(20, 20)),
  };
  await inFolder(files, async (folder) => {
    const rowsRead = async (
      options: Partial<StreamTableOptions<"single-label">> = {},
    ): Promise<
      { read: number[]; notes: readonly string[]; length: number }
    > => {
      const read: number[] = [];
      using table = await stream(folder, {
        ...WHOLE,
        onProgress: ({ file }) => void read.push(file),
        ...options,
      });
      const { notes, train: { length } } = table;
      return { read, notes, length };
    };
    assert.deepEqual(await rowsRead(), { read: [1, 2], notes: [], length: 40 });
    assert.deepEqual(await rowsRead(), { read: [], notes: [], length: 40 });
    // The same content at another time is the same file.
    const b = join(folder, "rows", "b.jsonl");
    await Deno.utime(b, 1, 1);
    assert.deepEqual(await rowsRead(), { read: [], notes: [], length: 40 });
    // And it is not hashed again at each start: its new look is kept.
    const [cache] = Deno.readDirSync(join(folder, "cache"));
    const state = join(folder, "cache", cache!.name, "state.json");
    await delay(1010);
    assert.deepEqual(await rowsRead(), { read: [], notes: [], length: 40 });
    const { files: looks } = JSON.parse(await Deno.readTextFile(state));
    assert.equal(looks[1].modified, 1000);
    await delay(1010);
    await write(join(folder, "rows", "c.jsonl"), linesOf(rowsOf(5, 40)));
    assert.deepEqual(await rowsRead(), { read: [3], notes: [], length: 45 });
    // As long as before, and with the time of before: one letter is another one.
    await write(b, files["b.jsonl"].replace("word", "worm"));
    await Deno.utime(b, 1, 1);
    assert.deepEqual(await rowsRead(), {
      read: [1, 2, 3],
      notes: ['All files were tokenized again: "b.jsonl" has changed.'],
      length: 45,
    });
    await Deno.remove(b);
    assert.deepEqual(await rowsRead(), {
      read: [1, 2],
      notes: [
        'All files were tokenized again: file 2 was "b.jsonl" and is "c.jsonl".',
      ],
      length: 25,
    });
    const tokenizer = tokenizerOf([...PIECES, "another"]);
    assert.deepEqual((await rowsRead({ tokenizer })).read, [1, 2]);
    assert.deepEqual((await rowsRead({ maxLength: 5 })).read, [1, 2]);
    assert.deepEqual((await rowsRead()).read, []);
  });
});

Deno.test("fault 10: tokenizing goes on after the last whole file if it was stopped", async () => {
  const files = {
    "a.jsonl": linesOf(rowsOf(20)),
    "b.jsonl": linesOf(rowsOf(20, 20)),
  };
  await inFolder(files, async (folder) => {
    const stop = { ...WHOLE, onProgress: stopAtSecond };
    await assert.rejects(stream(folder, stop), { message: "stopped" });
    const read: number[] = [];
    using table = await stream(folder, {
      ...WHOLE,
      onProgress: ({ file }) => void read.push(file),
    });
    assert.deepEqual(read, [2]);
    const whole = join(folder, "whole");
    using other = await stream(folder, { ...WHOLE, cacheFolder: whole });
    assert.deepEqual(allOf(table.train), allOf(other.train));
    assert.equal(table.train.sha256, other.train.sha256);
    assert.deepEqual(table.sample, other.sample);
  });
});

Deno.test("fault 3: tokens that cannot be written are refused with a reason, and what is complete stays", async () => {
  await inFolder({ "a.jsonl": linesOf(rowsOf(20)) }, async (folder) => {
    using before = await stream(folder, WHOLE);
    await write(join(folder, "rows", "b.jsonl"), linesOf(rowsOf(5, 20)));
    const [cache] = [...Deno.readDirSync(join(folder, "cache"))];
    const inTheWay = join(folder, "cache", cache!.name, "state.json.new");
    await Deno.mkdir(inTheWay);
    await assert.rejects(stream(folder, WHOLE), {
      name: "RangeError",
      message:
        /^Cannot cache tokens: the folder must take more than 0 MB; found ".*directory.*" in ".*"; free some space, or choose another folder$/,
    });
    assert.deepEqual(allOf(before.train).length, 20); // also while others write
    await Deno.remove(inTheWay);
    const read: number[] = [];
    using table = await stream(folder, {
      ...WHOLE,
      onProgress: ({ file }) => void read.push(file),
    });
    assert.deepEqual([read, table.train.length], [[2], 25]);
    assert.deepEqual(allOf(table.train).slice(0, 20), allOf(before.train));
  });
});

function stopAtSecond({ file }: { file: number }): void {
  if (file === 2) throw new Error("stopped");
}

Deno.test("streamTable() names the file and the row of what is broken, and counts what is odd", async () => {
  const good = linesOf(rowsOf(10));
  const broken: Record<string, [string, string | Uint8Array, RegExp]> = {
    json: [
      "b.jsonl",
      `${good}\n{"text": oops\n`,
      /"b\.jsonl": line 12 must be a JSON object/,
    ],
    csv: [
      "b.csv",
      `text,label\nword1,no\nword2\n`,
      /"b\.csv": line 3 must have 2 columns/,
    ],
    columns: [
      "b.csv",
      `words,label\nword1,no\n`,
      /Cannot load "b\.csv": "text" must be one of its columns/,
    ],
    cell: [
      "b.jsonl",
      `${good}{"text": "word1", "label": ["no"]}\n`,
      /"b\.jsonl": line 11 must have one label in column "label"/,
    ],
    gzip: [
      "b.jsonl.gz",
      gzipSync(good).subarray(0, 60),
      /"b\.jsonl\.gz": it must be a whole gzip file/,
    ],
    utf8: [
      "b.jsonl",
      Uint8Array.of(...new TextEncoder().encode(good), 0x22, 0xff, 0x0a),
      /"b\.jsonl": it must be UTF-8; found other bytes in line 11/,
    ],
    parquet: [
      "b.parquet",
      "PAR1 and no more than that PAR1",
      /"b\.parquet": it must be a Parquet file/,
    ],
  };
  for (const [what, [name, content, message]] of Object.entries(broken)) {
    const files = { "a.jsonl": good, [name]: content };
    await inFolder(files, async (folder) => {
      await assert.rejects(stream(folder, WHOLE), { message }, what);
    });
  }
  const odd = `${good}{"text": " ", "label": "no"}\n\n{"text": "word1"}\n`;
  await inFolder({ "a.jsonl": good, "b.jsonl": odd }, async (folder) => {
    using table = await stream(folder, WHOLE);
    assert.equal(table.train.length, 20);
    assert.match(table.description, /; rows left out: 3$/);
    assert.deepEqual(
      table.oddities!.map(({ what, rows }) => [what, rows]),
      [
        ['the line is blank: 1 in "b.jsonl"', [12]],
        ['the text is blank: 1 in "b.jsonl"', [11]],
        ['the label is missing: 1 in "b.jsonl"', [13]],
      ],
    );
  });
});

Deno.test("streamTable() finds files by pattern, and says what is not there", async () => {
  const files = {
    "b-2.jsonl": linesOf(rowsOf(5, 5)),
    "b-1.jsonl": linesOf(rowsOf(5)),
    "other.jsonl": linesOf(rowsOf(5)),
  };
  await inFolder(files, async (folder) => {
    const options = { ...LENGTH, ...WHOLE, cacheFolder: join(folder, "cache") };
    using table = await streamTable(
      join(folder, "rows", "b-?.json*"),
      {},
      options,
    );
    assert.equal(table.title, "b-?.json*");
    assert.deepEqual(
      allOf(table.train).map(({ inputIds }) => inputIds),
      encodeExamples(
        TOKENIZER,
        rowsOf(10).map((row) => ({ ...row, label: 0 })),
        LENGTH,
      )
        .map(({ inputIds }) => inputIds),
    );
    for (
      const source of [join(folder, "rows", "c-*"), [], join(folder, "no")]
    ) {
      await assert.rejects(streamTable(source, {}, options), {
        name: "RangeError",
        message:
          /^Cannot stream .*: it must be a table, a folder of tables, or a pattern such as "rows-\*\.jsonl"; found no table there; name one that is there$/,
      });
    }
    await assert.rejects(
      streamTable(join(folder, "rows"), {}, { ...options, maxLength: 0 }),
      /maxLength/,
    );
  });
});

/** Rows of a file, and how many blocks it had. */
async function blocksOf(
  path: string,
  name: string,
): Promise<{ blocks: number; rows: { row: number; values: object }[] }> {
  const all = await Array.fromAsync(tableBlocks(path, name));
  return {
    blocks: all.length,
    rows: all.flatMap(({ records }) => [...records]),
  };
}

Deno.test("a large CSV file is cut behind rows, also where cells have line breaks and quotes", async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => ({
    text: `row ${i}, "quoted"${"\nx".repeat(20)}${"y".repeat(i % 400)}`,
    label: `${i % 2}`,
  }));
  const csv = ["text,label"].concat(
    rows.map(({ text, label }) => `"${text.replaceAll('"', '""')}",${label}`),
  ).join("\n");
  await inFolder({ "a.csv": csv }, async (folder) => {
    const found = await blocksOf(join(folder, "rows", "a.csv"), "a.csv");
    assert.ok(found.blocks >= 2, `${found.blocks} blocks`);
    assert.deepEqual(found.rows.map(({ values }) => values), rows);
    // 21 lines each, behind the header; the number is that of the last line.
    assert.deepEqual(
      found.rows.map(({ row }) => row),
      rows.map((_, i) => 1 + 21 * (i + 1)),
    );
  });
});

Deno.test("Parquet is read one row group at a time", async () => {
  const rows = rowsOf(1000);
  const path = (folder: string): string => join(folder, "rows", "a.parquet");
  await inFolder({}, async (folder) => {
    pl.DataFrame(rows).lazy().sinkParquet(path(folder), { rowGroupSize: 300 })
      .collectSync();
    const found = await blocksOf(path(folder), "a.parquet");
    assert.equal(found.blocks, 4);
    assert.deepEqual(found.rows.map(({ values }) => values), rows);
    assert.deepEqual(
      found.rows.map(({ row }) => row),
      rows.map((_, i) => i + 1),
    );
  });
});
