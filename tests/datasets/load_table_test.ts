import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  type Dataset,
  type Example,
  loadTable,
  type LoadTableOptions,
  readTableRows,
  type TableColumns,
  type TableDataset,
  type TargetsExample,
} from "bertbook";
import fc from "fast-check";
import pl from "nodejs-polars";
import golden from "../golden/tables.json" with { type: "json" };
import { assertAllLater } from "../_property.ts";
import { chooseColumns } from "bertbook/datasets/table_columns.ts";

import { parseTableRows } from "bertbook/datasets/table_rows.ts";

/** All rows are in train, in the order of the file. */
const WHOLE = { validation: 0, test: 0 } as const;

/** Writes files and reads them; they are gone afterwards. */
async function withFiles<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
    }
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Loads one file, whatever its task. */
function loadFile(
  name: string,
  content: string | Uint8Array,
  columns: TableColumns = {},
  options: LoadTableOptions = {},
): Promise<TableDataset> {
  return withFiles({ [name]: content }, (folder) => {
    const all = { task: "auto", ...WHOLE, ...options } as const;
    return loadTable(join(folder, name), columns, all);
  });
}

const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf16 = (text: string): Uint8Array =>
  new Uint8Array(
    Uint16Array.from(`\ufeff${text}`, (c) => c.charCodeAt(0)).buffer,
  );

const CSV = 'text,label\n"Good, ""really""\ngood",pos\nBad,neg\n';
const EXPECTED = [
  { text: 'Good, "really"\ngood', label: 1 },
  { text: "Bad", label: 0 },
];

Deno.test("loadTable() reads the same table in every format", async () => {
  const rows = [
    { text: 'Good, "really"\ngood', label: "pos" },
    { text: "Bad", label: "neg" },
  ];
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const frame = pl.DataFrame(rows);
  const files: Record<string, string | Uint8Array> = {
    "a.csv": CSV,
    "b.csv": CSV.replaceAll("\n", "\r\n").replace("\r\ngood", "\ngood"),
    "bom.csv": `\ufeff${CSV}`,
    "end.csv": CSV.slice(0, -1),
    "semicolon.csv": CSV.replace(",", ";").replace(",pos", ";pos")
      .replace(",neg", ";neg"),
    "tabs.csv": CSV.replace(",", "\t").replace(",pos", "\tpos")
      .replace(",neg", "\tneg"),
    "UPPER.TSV": CSV.replace(",", "\t").replace(",pos", "\tpos")
      .replace(",neg", "\tneg"),
    "utf16.csv": utf16(CSV),
    "a.csv.gz": gzipSync(CSV),
    "a.jsonl": lines,
    "a.ndjson": lines,
    "a.json": JSON.stringify(rows, null, 2),
    "lines.json": lines,
    "a.jsonl.gz": gzipSync(lines),
    "zstd.parquet": frame.writeParquet({ compression: "zstd" }) as Uint8Array,
    "snappy.parquet": frame.writeParquet({
      compression: "snappy",
    }) as Uint8Array,
    "a.parquet.gz": gzipSync(frame.writeParquet() as Uint8Array),
  };
  for (const [name, content] of Object.entries(files)) {
    const table = await loadFile(name, content);
    assert.deepEqual(table.train, EXPECTED, name);
    assert.deepEqual(table.labels, ["neg", "pos"], name);
    assert.equal(table.title, name);
  }
  for (const source of [rows, frame]) {
    const table = await loadTable(source, {}, WHOLE);
    assert.deepEqual(table.train, EXPECTED);
    assert.deepEqual([table.origin, table.folder], ["memory", ""]);
  }
});

Deno.test("loadTable() reads lines that end with CR alone", async () => {
  const table = await loadFile("a.csv", "text,label\rGood,1\rBad,0\r");
  assert.deepEqual(table.train, [
    { text: "Good", label: 1 },
    { text: "Bad", label: 0 },
  ]);
});

Deno.test("loadTable() reads other encodings only if they are named", async () => {
  const text = "text,label\ncaf\u00e9,1\nno,0\n";
  for (const encoding of ["iso-8859-1", "windows-1252"] as const) {
    const { train } = await loadFile("a.csv", latin1(text), {}, { encoding });
    assert.equal(train[0]!.text, "caf\u00e9");
  }
  // 0x80 is the euro sign of Windows, and a control of Latin-1.
  const euro = latin1("text,label\n5 \x80,1\nno,0\n");
  const options = { encoding: "windows-1252" } as const;
  assert.equal(
    (await loadFile("a.csv", euro, {}, options)).train[0]!.text,
    "5 €",
  );
  await assert.rejects(
    loadFile("a.csv", euro, {}, { encoding: "latin1" as "utf-8" }),
    { name: "RangeError", message: /Cannot use encoding: .*; found "latin1"$/ },
  );
});

Deno.test("loadTable() reads a folder of texts for each class", async () => {
  const files = {
    "texts/pos/2.txt": "Great\n",
    "texts/pos/1.txt": "Good",
    "texts/neg/1.txt": "Bad",
    "texts/neg/2.txt": " ",
    "texts/neg/notes.md": "none of them",
    "texts/.DS_Store": "",
    "texts/README": "",
  };
  await withFiles(files, async (folder) => {
    const texts = await loadTable(join(folder, "texts"), {}, WHOLE);
    assert.deepEqual(texts.train, [
      { text: "Bad", label: 0 },
      { text: "Good", label: 1 },
      { text: "Great\n", label: 1 },
    ]);
    assert.deepEqual(texts.oddities, [
      {
        part: "train",
        what: "the file is not .txt",
        action: "left out",
        rows: [3],
      },
      {
        part: "train",
        what: "the text is blank",
        action: "left out",
        rows: [2],
      },
      {
        part: "train",
        what: 'the only example of label "neg"',
        action: "kept",
        rows: [1],
      },
    ]);
    await assert.rejects(loadTable(folder), {
      name: "RangeError",
      message:
        /must have a folder of \.txt files for each class; found "texts", "/,
    });
  });
});

Deno.test("the types of loadTable() follow from columns and task", async () => {
  const rows = [
    { text: "a", label: "x", toxic: 1, stars: 2.5 },
    { text: "b", label: "y", toxic: 0, stars: 1 },
  ];
  const one: Dataset<Example> = await loadTable(
    rows,
    { text: "text", label: "label" },
    WHOLE,
  );
  const several: Dataset<TargetsExample> = await loadTable(
    rows,
    { text: "text", label: ["toxic"] },
    WHOLE,
  );
  const tags: Dataset<TargetsExample> = await loadTable(
    rows,
    { text: "text", label: "label", separator: "|" },
    WHOLE,
  );
  const columns = { text: "text", label: "stars" };
  const number: Dataset<TargetsExample> = await loadTable(
    rows,
    columns,
    { ...WHOLE, task: "regression" },
  );
  const any = await loadTable(rows, columns, { ...WHOLE, task: "auto" });
  assert.ok(any.task === "regression");
  const targets: readonly number[] = any.train[0]!.targets;
  assert.deepEqual(targets, number.train[0]!.targets);
  assert.equal(one.train[0]!.label, 0);
  assert.deepEqual(several.train[0]!.targets, [1]);
  assert.deepEqual(tags.train[0]!.targets, [1, 0]);
});

Deno.test("loadTable() guesses columns and says so", async () => {
  const cases: [header: string, row: string, chosen: string][] = [
    [
      "review,sentiment",
      "a,b",
      'text "review" (guessed), label "sentiment" (guessed)',
    ],
    [
      "id,Text,date,Label",
      "1,a,x,b",
      'text "Text" (guessed), label "Label" (guessed)',
    ],
    [",post,class", "0,a,b", 'text "post" (guessed), label "class" (guessed)'],
    [
      "sentence,gold",
      "a,b",
      'text "sentence" (guessed), label "gold" (guessed)',
    ],
    [
      "hypothesis,premise,label",
      "a,b,c",
      'text "premise" (guessed), pair "hypothesis" (guessed), label "label" (guessed)',
    ],
    [
      "idx,question_1,question_2,label",
      "0,a,b,c",
      'text "question_1" (guessed), pair "question_2" (guessed), label "label" (guessed)',
    ],
  ];
  for (const [header, row, chosen] of cases) {
    const { description } = await loadFile("a.csv", `${header}\n${row}\n`);
    assert.equal(description.split("; ")[1], `columns: ${chosen}`);
  }
  // Only one column has numbers.
  const flats = "To let: two rooms,785.5\nOne room,\nHouse,1200\n";
  assert.match(
    (await loadFile("a.csv", `advertisement,rent\n${flats}`)).description,
    /text "advertisement" \(guessed\), label "rent" \(guessed\)/,
  );
  await assert.rejects(
    loadFile("a.csv", flats),
    /found "To let: two rooms" \("One room", "House"\), "785\.5" \("1200"\);/,
  );
  // Values recur in the labels' column only.
  const rows = "utterance no. 1,x\nanother,y\na third,x\na fourth,y\n";
  const { description } = await loadFile("a.csv", `said,meant\n${rows}`);
  assert.match(
    description,
    /text "said" \(guessed\), label "meant" \(guessed\)/,
  );
  const named = await loadFile("a.csv", `said,meant\n${rows}`, {
    text: "said",
    label: "meant",
  });
  assert.equal(
    named.description,
    'a.csv: 4 train examples; columns: text "said", label "meant"; ' +
      "task: single-label, as its labels are words; labels: x, y",
  );
});

Deno.test("loadTable() guesses the task and says why", async () => {
  const many = Array.from({ length: 21 }, (_, i) => i);
  const cases: [
    labels: unknown[],
    task: string,
    reason: string,
    all: string[],
  ][] = [
    [["b", "a"], "single-label", "words", ["a", "b"]],
    [["True", "False"], "single-label", "true or false", ["False", "True"]],
    [[true, false], "single-label", "true or false", ["false", "true"]],
    [[10, 9, "8"], "single-label", "3 different whole numbers", [
      "8",
      "9",
      "10",
    ]],
    [["1.0", "0.0"], "single-label", "2 different whole numbers", [
      "0.0",
      "1.0",
    ]],
    [[1, 2, "n/a"], "single-label", "words", ["1", "2", "n/a"]],
    [[1, 2.5], "regression", "numbers such as 2.5", ["label"]],
    [many, "regression", "21 different whole numbers", ["label"]],
    [[["b", "a"], ["a"], []], "multi-label", "lists", ["a", "b"]],
    [
      ["b", "a", "", "b; a"],
      "multi-label",
      'words with ";" between several',
      ["a", "b"],
    ],
    // Neither do all cells have the comma, nor does it make fewer labels.
    [
      ["b, a", "b, c", "d, a", "d, c", "e, a", "e, c"],
      "single-label",
      "words",
      [
        "b, a",
        "b, c",
        "d, a",
        "d, c",
        "e, a",
        "e, c",
      ],
    ],
    [["x", "y, z"], "single-label", "words", ["x", "y, z"]],
    [["1,5", "5", "1"], "single-label", "words", ["1", "1,5", "5"]],
  ];
  for (const [labels, task, reason, all] of cases) {
    const rows = labels.map((label, index) => ({
      text: `text ${index}`,
      label,
    }));
    const table = await loadTable(rows, {}, { ...WHOLE, task: "auto" });
    assert.equal(table.task, task);
    assert.deepEqual(table.labels, all);
    assert.ok(
      table.description.includes(`task: ${task}, as its labels are ${reason}`),
      table.description,
    );
  }
  const commas = await loadFile("a.csv", 'text,label\na,"y, z"\nb,x\n');
  assert.match(commas.description, /labels: x, "y, z"$/);
  const rows = many.map((label) => ({ text: `text ${label}`, label }));
  const asked = await loadTable(rows, {}, { ...WHOLE, task: "single-label" });
  assert.equal(asked.train[20]!.label, 20);
});

Deno.test("several labels: columns of yes and no, cells with a separator, lists", async () => {
  const csv = "text,toxic,rude\na,1,No\nb,0.0,YES\nc,true,false\n";
  const columns = { text: "text", label: ["toxic", "rude"] };
  const flags = await loadFile("a.csv", csv, columns, { task: "multi-label" });
  assert.deepEqual(flags.labels, ["toxic", "rude"]);
  assert.deepEqual(flags.train, [
    { text: "a", targets: [1, 0] },
    { text: "b", targets: [0, 1] },
    { text: "c", targets: [1, 0] },
  ]);
  assert.deepEqual(flags.report.train.labelCounts, [2, 1]);
  const tags = await loadFile(
    "a.csv",
    "text,tags\na,y | x\nb,\nc,x|x\n",
    { separator: "|" },
  );
  assert.ok(tags.task === "multi-label");
  assert.deepEqual(tags.labels, ["x", "y"]);
  const targets = tags.train.map((example) => example.targets);
  assert.deepEqual(targets, [[1, 1], [0, 0], [1, 0]]);
  assert.deepEqual(tags.oddities![0], {
    part: "train",
    what: "the label is empty: no label holds",
    action: "kept",
    rows: [3],
  });
});

Deno.test("a separator that is guessed is among the columns; without auto it is refused", async () => {
  const csv = "text,tags\na,x; y\nb,\nc,x\nd,y\n";
  const asked = await loadFile("a.csv", csv, {}, { task: "multi-label" });
  const auto = await loadFile("a.csv", csv);
  for (const { columns, train } of [asked, auto]) {
    assert.deepEqual(columns, { text: "text", label: "tags", separator: ";" });
    assert.deepEqual(train[0], { text: "a", targets: [1, 1] });
  }
  const single = await loadFile("a.csv", csv, {}, { task: "single-label" });
  assert.deepEqual(single.labels, ["x", "x; y", "y"]);
  await assert.rejects(
    withFiles({ "a.csv": csv }, (folder) => loadTable(join(folder, "a.csv"))),
    /found words with ";" between several; pass { task: "multi-label" }, or/,
  );
});

Deno.test("regression takes numbers of one column or of several", async () => {
  const rows = [{ text: "a", x: "1.5", y: -2 }, { text: "b", x: 3, y: 1e3 }];
  const label = ["x", "y"];
  const options = { ...WHOLE, task: "regression" } as const;
  const table = await loadTable(rows, { label }, options);
  assert.deepEqual(table.train.map(({ targets }) => targets), [[1.5, -2], [
    3,
    1000,
  ]]);
  assert.deepEqual(table.labels, label);
  assert.deepEqual(table.report.train.labelCounts, []);
});

Deno.test("loadTable() reads what pandas and pyarrow write", async () => {
  const { texts, labels, files } = golden;
  const options = { windows: { encoding: "windows-1252" } as const };
  const all = texts.map((text, index) => ({ text, label: labels[index] }));
  for (const [name, content] of Object.entries(files)) {
    const isWindows = name.startsWith("windows");
    const table = await loadFile(
      name,
      Uint8Array.fromBase64(content),
      {},
      isWindows ? options.windows : {},
    );
    assert.ok(table.task === "single-label");
    // The Hub's number of a hidden label is -1; Windows-1252 lacks the fourth text.
    const expected = name === "numbers.parquet"
      ? all.slice(0, 5)
      : isWindows
      ? all.toSpliced(3, 1).with(1, { text: "zwei €\nlines", label: "neg" })
      : all;
    const found = table.train.map(({ text, label }) => ({
      text,
      label: table.labels[label],
    }));
    assert.deepEqual(found, expected, name);
    const left = table.oddities!.filter(({ action }) => action === "left out");
    assert.deepEqual(
      left.map(({ what, rows }) => [what, rows]),
      name === "numbers.parquet" ? [["the label is missing", [6]]] : [],
    );
  }
});

Deno.test("rows without text or label are left out, with their numbers", async () => {
  const csv = [
    "text,label,other",
    "",
    '"first\nin two lines",pos,',
    ",pos,1",
    "second, ,2",
    "   ,,",
    "third,neg,",
    "second one,pos,",
    "third one,neg,",
    "",
    "",
  ].join("\n");
  const table = await loadFile("a.csv", csv);
  assert.deepEqual(table.train.map(({ text }) => text), [
    "first\nin two lines",
    "third",
    "second one",
    "third one",
  ]);
  assert.deepEqual(table.oddities, [
    {
      part: "train",
      what: "the line is blank",
      action: "left out",
      rows: [2, 11],
    },
    {
      part: "train",
      what: "the text is blank",
      action: "left out",
      rows: [5, 7],
    },
    {
      part: "train",
      what: "the label is missing",
      action: "left out",
      rows: [6],
    },
  ]);
  assert.match(table.description, /; rows left out: 5$/);
  const pairs = await loadFile(
    "b.jsonl",
    [
      '{"premise": "a", "hypothesis": "b", "label": 1}',
      '{"premise": "a", "hypothesis": null, "label": 0}',
      "",
      '{"premise": "c", "hypothesis": "d", "label": 0}',
    ].join("\n"),
  );
  assert.deepEqual(pairs.train, [
    { text: "a", pair: "b", label: 1 },
    { text: "c", pair: "d", label: 0 },
  ]);
  assert.deepEqual(
    pairs.oddities!.slice(0, 2).map(({ what, rows }) => [what, rows]),
    [
      ["the line is blank", [3]],
      ["the second text is blank", [2]],
    ],
  );
});

Deno.test("loadTable() reports one label only, single examples, labels without training, duplicates and leaks", async () => {
  const train = [
    { text: "a", label: "x" },
    { text: "a", label: "x" },
    { text: "b", label: "x" },
    { text: "b", label: "y" },
    { text: "c", label: "only" },
    { text: "d", label: "y" },
  ];
  const test = [
    { text: "a", label: "x" },
    { text: "e", label: "new" },
    { text: "f", label: "new" },
  ];
  const table = await loadTable(train, {}, { validation: 0, test });
  assert.deepEqual(table.labels, ["new", "only", "x", "y"]);
  assert.deepEqual(table.oddities, [
    {
      part: "train",
      what: 'the only example of label "only"',
      action: "kept",
      rows: [5],
    },
    {
      part: "test",
      what: 'label "new" is not in train',
      action: "kept",
      rows: [2, 3],
    },
  ]);
  assert.equal(table.report.train.duplicates, 2);
  assert.deepEqual(table.report.train.conflicting, ["b"]);
  assert.equal(table.report.test.inTrain, 1);
  const same = await loadTable(train.slice(0, 3), {}, WHOLE);
  assert.deepEqual(same.oddities, [{
    part: "train",
    what: "all examples have the same label",
    action: "kept",
    rows: [1, 2, 3],
  }]);
});

Deno.test("NaN and null are no labels, and no texts", async () => {
  const rows = [
    { text: "a", label: 1 },
    { text: "b", label: NaN },
    { text: null, label: 0 },
    { text: "c", label: 0n },
    { label: 0 },
  ];
  const { train, oddities } = await loadTable(rows, {}, WHOLE);
  assert.deepEqual(train, [{ text: "a", label: 1 }, { text: "c", label: 0 }]);
  assert.deepEqual(
    oddities!.slice(0, 2).map(({ what, rows }) => [what, rows]),
    [
      ["the label is missing", [2]],
      ["the text is blank", [3, 5]],
    ],
  );
});

Deno.test("a quote that joins lines of a TSV file is reported", async () => {
  const tsv = 'text\tlabel\n"So she said\t1\nand left"\t0\n';
  const joined = await loadFile("a.tsv", tsv);
  assert.deepEqual(joined.train, [{
    text: "So she said\t1\nand left",
    label: 0,
  }]);
  assert.deepEqual(joined.oddities![0], {
    part: "train",
    what: "a quoted cell has several lines",
    action: "kept",
    rows: [3],
  });
  const text = await loadFile("a.tsv", tsv, {}, { quotes: false });
  assert.deepEqual(text.train, [
    { text: '"So she said', label: 1 },
    { text: 'and left"', label: 0 },
  ]);
});

Deno.test("the names of columns may be given", async () => {
  const header = ["label", "text"];
  const { train } = await loadFile("a.csv", "1,a\n0,b\n", {}, { header });
  assert.deepEqual(train, [{ text: "a", label: 1 }, { text: "b", label: 0 }]);
});

const hundred = Array.from({ length: 100 }, (_, index) => ({
  text: `text ${index}`,
  label: index % 10 === 0 ? "rare" : "common",
  author: `author ${Math.floor(index / 4)}`,
}));

Deno.test("loadTable() draws parts with the classes in proportion, by its seed", async () => {
  const columns = { text: "text", label: "label" };
  const table = await loadTable(hundred, columns);
  const { train, validation, test, report } = table;
  assert.deepEqual([train.length, validation.length, test.length], [
    80,
    10,
    10,
  ]);
  const all = [...train, ...validation, ...test].map(({ text }) => text).sort();
  assert.deepEqual(all, hundred.map(({ text }) => text).sort());
  const counts = [report.train, report.validation, report.test]
    .map(({ labelCounts }) => labelCounts);
  assert.deepEqual(counts, [[72, 8], [9, 1], [9, 1]]);
  assert.deepEqual(await loadTable(hundred, columns), table);
  const other = await loadTable(hundred, columns, { seed: 43 });
  assert.notDeepEqual(other.test, test);
  const shares = { validation: 0.25, test: 0 };
  const parts = await loadTable(hundred, columns, shares);
  assert.deepEqual(
    [parts.train.length, parts.validation.length, parts.test.length],
    [75, 25, 0],
  );
});

Deno.test("each part has a row if there are as many rows as parts, whatever the shares", async () => {
  const columns = { text: "text", label: "label" };
  const shares = [[0.4, 0.4], [0.9, 0.05], [0.05, 0.9], [0.1, 0.1]] as const;
  for (const [validation, test] of shares) {
    for (const count of [3, 4, 5, 6, 7]) {
      const rows = hundred.slice(0, count);
      const parts = await loadTable(rows, columns, { validation, test });
      const sizes = [parts.train, parts.validation, parts.test]
        .map(({ length }) => length);
      assert.ok(Math.min(...sizes) >= 1, `${count} rows: ${sizes}`);
      const texts = [...parts.train, ...parts.validation, ...parts.test]
        .map(({ text }) => text).sort();
      assert.deepEqual(texts, rows.map(({ text }) => text).sort());
    }
  }
});

Deno.test("a validation table leaves the test part empty, a test table draws the validation part", async () => {
  const columns = { text: "text", label: "label" };
  const held = hundred.slice(0, 20), rest = hundred.slice(20);
  const sizes = async (options: LoadTableOptions<"single-label">) => {
    const parts = await loadTable(rest, columns, options);
    return [parts.train.length, parts.validation.length, parts.test.length];
  };
  assert.deepEqual(await sizes({ validation: held }), [80, 20, 0]);
  assert.deepEqual(await sizes({ test: held }), [72, 8, 20]);
  assert.deepEqual(await sizes({ validation: held, test: 0.1 }), [72, 20, 8]);
});

Deno.test("no group is in two parts", async () => {
  const columns = { text: "text", label: "label" };
  for (const seed of [1, 2, 3]) {
    const options = { groupBy: "author", seed };
    const parts = await loadTable(hundred, columns, options);
    const authors = [parts.train, parts.validation, parts.test].map((part) =>
      new Set(
        part.map(({ text }) =>
          hundred.find((row) => row.text === text)!.author
        ),
      )
    );
    for (const { size } of authors.slice(1)) {
      assert.ok(size === 2 || size === 3);
    }
    assert.equal(new Set(authors.flatMap((each) => [...each])).size, 25);
    for (
      const { labelCounts } of [parts.report.validation, parts.report.test]
    ) {
      assert.ok(labelCounts[1]! >= 1, "the rare label is in each part");
    }
  }
  const test = hundred.slice(0, 2), rest = hundred.slice(2);
  const options = { groupBy: "author", validation: 0, test };
  const parts = await loadTable(rest, columns, options);
  assert.deepEqual(parts.oddities, [{
    part: "test",
    what: "its group is also in train",
    action: "kept",
    rows: [1, 2],
  }]);
});

Deno.test("parts of several labels share the rare ones, parts of numbers their range", async () => {
  const rows = hundred.map(({ text }, index) => ({
    text,
    tags: index < 10 ? ["rare", "common"] : ["common"],
    score: index + 0.5,
  }));
  const tags = await loadTable(rows, { label: "tags" }, {
    task: "multi-label",
  });
  const counts = [tags.report.train, tags.report.validation, tags.report.test]
    .map(({ labelCounts }) => labelCounts);
  assert.deepEqual(counts, [[80, 8], [10, 1], [10, 1]]);
  const scores = await loadTable(rows, { label: "score" }, {
    task: "regression",
  });
  const tenths = scores.test.map(({ targets: [score] }) =>
    Math.floor(score! / 10)
  );
  assert.deepEqual(tenths.sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("readTableRows() gives all columns, and chooseColumns() those of texts without labels", async () => {
  const csv = 'id,question,note\n7,"What\nis it?",\n\n8,Who?,x\n';
  await withFiles({ "a.csv": csv }, async (folder) => {
    const table = await readTableRows(join(folder, "a.csv"));
    assert.deepEqual(table, {
      name: "a.csv",
      unit: "line",
      columns: ["id", "question", "note"],
      records: [
        { row: 3, values: { id: "7", question: "What\nis it?", note: "" } },
        { row: 5, values: { id: "8", question: "Who?", note: "x" } },
      ],
      oddities: [{ what: "the line is blank", action: "left out", rows: [4] }],
    });
    assert.deepEqual(chooseColumns(table, {}, false), {
      text: "question",
      pair: undefined,
      labels: [],
      guessed: ["question"],
    });
  });
  await withFiles({ "one.csv": "text\na\n\nb\n" }, async (folder) => {
    const { records } = await readTableRows(join(folder, "one.csv"));
    assert.deepEqual(records.map(({ row }) => row), [2, 3, 4]);
  });
  await assert.rejects(readTableRows(5 as unknown as string), {
    name: "TypeError",
    message:
      "Cannot read a table: it must be a path, an array of objects or a data frame; found 5",
  });
  await assert.rejects(readTableRows("no_such.csv"), {
    name: "RangeError",
    message:
      'Cannot read "no_such.csv": there must be such a file or folder; found ENOENT',
  });
});

Deno.test("loadTable() reads back any cells, with each delimiter", async () => {
  const cell = fc.string({
    unit: fc.constantFrom('"', ",", ";", "\t", "\n", "\r", "a", " "),
  }).map((text) => `x${text}`);
  const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 });
  const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  const kinds = { "a.csv": ";", "b.csv": "\t", "a.tsv": "\t" };
  for (const [name, delimiter] of Object.entries(kinds)) {
    await assertAllLater(
      fc.asyncProperty(rows, async (rows) => {
        const lines = [["a;b", "c"], ...rows]
          .map((row) => row.map(quote).join(delimiter));
        const bytes = new TextEncoder().encode(lines.join("\n"));
        const { records } = await parseTableRows(bytes, name);
        assert.deepEqual(
          records.map(({ values }) => [values["a;b"], values["c"]]),
          rows,
        );
      }),
      50,
    );
  }
});

/** A table that is refused, and the message. */
type BrokenTable = readonly [
  what: string,
  file: string,
  content: string | Uint8Array,
  message: string,
  columns?: TableColumns,
  options?: LoadTableOptions,
];

const NAMED = { text: "text", label: "label" };
const BROKEN: readonly BrokenTable[] = [
  [
    "no content",
    "a.csv",
    "",
    'Cannot parse "a.csv": it must have rows; found an empty file',
  ],
  [
    "a header alone",
    "a.csv",
    "text,label\n",
    'Cannot parse "a.csv": it must have a row with text and label; found none in 0 rows',
  ],
  [
    "a row too long",
    "a.csv",
    "text,label\nGood, very good,pos\n",
    'Cannot parse "a.csv": line 2 must have 2 columns, as the header; found 3',
  ],
  [
    "a row too short",
    "a.csv",
    "text,label\nGood,pos\nBad\n",
    'Cannot parse "a.csv": line 3 must have 2 columns, as the header; found 1',
  ],
  [
    "a quote that stays open",
    "a.csv",
    'text,label\n"Good,pos\nBad,neg\n',
    'Cannot parse "a.csv": a quote must open and close a whole CSV cell; found one in line 2 that never closes; write "" in a quoted cell, or pass { quotes: false } if quotes are text',
  ],
  [
    "a quote within a cell",
    "a.tsv",
    'text\tlabel\nThe "good" one\tpos\n',
    'Cannot parse "a.tsv": a quote must open and close a whole CSV cell; found another one in line 2; write "" in a quoted cell, or pass { quotes: false } if quotes are text',
  ],
  [
    "two columns of one name",
    "a.csv",
    "text,label,text\na,b,c\n",
    'Cannot parse "a.csv": its columns must have different names; found "text" twice; rename one',
  ],
  [
    "Latin-1",
    "a.csv",
    latin1("text,label\ncaf\u00e9,pos\n"),
    'Cannot parse "a.csv": it must be UTF-8; found other bytes in line 2; save it as UTF-8, or pass its encoding',
  ],
  [
    "UTF-16 without its mark",
    "a.csv",
    utf16("text,label\n").slice(2),
    'Cannot parse "a.csv": text must hold no NUL; found one in line 1; is it a UTF-16 or a binary file?',
  ],
  [
    "torn gzip",
    "a.csv.gz",
    gzipSync("text,label\nGood,pos\n").subarray(0, 20),
    'Cannot parse "a.csv.gz": it must be a whole gzip file of at most 1048576 bytes; found unexpected end of file',
  ],
  [
    "another format",
    "a.xlsx",
    "PK",
    'Cannot read "a.xlsx": its name must end in .csv, .tsv, .jsonl, .ndjson, .json or .parquet, and perhaps .gz; found another ending; rename or convert it',
  ],
  [
    "a name that lies",
    "a.parquet",
    "text,label\nGood,pos\n",
    'Cannot parse "a.parquet": it must be a Parquet file; found parquet file invalid (footer != PAR1)',
  ],
  [
    "a line that is no JSON",
    "a.jsonl",
    '{"text": "Good", "label": 1}\n{"text": "Bad", "label": NaN}\n',
    'Cannot parse "a.jsonl": line 2 must be a JSON object; found other text (Unexpected token \'N\', ..." "label": NaN}" is not valid JSON)',
  ],
  [
    "a row that is no object",
    "a.json",
    '[{"text": "Good", "label": 1}, ["Bad", 0]]',
    'Cannot parse "a.json": row 2 must be an object; found ["Bad",0]',
  ],
  [
    "a misspelled column",
    "a.csv",
    "review,sentiment\nGood,pos\nBad,neg\n",
    'Cannot load "a.csv": "sentimnt" must be one of its columns; found "review" ("Good", "Bad"), "sentiment" ("pos", "neg"); did you mean "sentiment"?',
    { text: "review", label: "sentimnt" },
  ],
  [
    "two columns that may be the text",
    "a.csv",
    "title,review,comment,stars\nA,Good,Yes,5\nB,Bad,No,1\n",
    'Cannot choose the text column of "a.csv": exactly one must have a known name, such as text or review; found "title" ("A", "B"), "review" ("Good", "Bad"), "comment" ("Yes", "No"), "stars" ("5", "1"); name it with { text: … }, or all columns with { header: … } if the first line is an example',
  ],
  [
    "a text beside a pair",
    "a.csv",
    "sentence,sentence1,sentence2,label\na,b,c,d\n",
    'Cannot choose the text column of "a.csv": exactly one must have a known name, such as text or review; found "sentence" ("a"), "sentence1" ("b"), "sentence2" ("c"), "label" ("d"); name it with { text: … }, or all columns with { header: … } if the first line is an example',
  ],
  [
    "no header",
    "a.csv",
    "I loved it,1\nI hated it,0\nBest of all,1\nNever again,0\nGood,1\n",
    'Cannot choose the label column of "a.csv": exactly one must have a known name, such as label or category; found "I loved it" ("I hated it", "Best of all"), "1" ("0", "1"); name it with { label: … }, or all columns with { header: … } if the first line is an example',
  ],
  [
    "no labels",
    "a.csv",
    "text,label\nGood,\nBad,\n",
    'Cannot parse "a.csv": it must have a row with text and label; found none in 2 rows',
  ],
  [
    "numbers instead of classes",
    "a.csv",
    "text,label\nGood,4.5\nBad,1.25\n",
    'Cannot load "a.csv" with one label for each text: column "label" must have words or at most 20 whole numbers; found numbers such as 4.5; pass { task: "regression" }, or { task: "single-label" } if they are classes',
    NAMED,
  ],
  [
    "a word among numbers",
    "a.csv",
    "text,label\nGood,4.5\nBad,low\n",
    'Cannot parse "a.csv": line 3 must have a number such as 2.5 in column "label"; found "low"',
    NAMED,
    { task: "regression" },
  ],
  [
    "a flag that is none",
    "a.csv",
    "text,toxic,rude\nGood,0,0\nBad,1,maybe\n",
    'Cannot parse "a.csv": line 3 must have 0 or 1, true or false, or yes or no in column "rude"; found "maybe"',
    { text: "text", label: ["toxic", "rude"] },
  ],
  [
    "several labels without separator",
    "a.csv",
    "text,tags\nGood,a/b\nBad,c\n",
    'Cannot parse "a.csv": line 2 must have a list of labels in column "tags"; found "a/b"; pass a separator, or several columns as label',
    {},
    { task: "multi-label" },
  ],
  [
    "a list as text",
    "a.jsonl",
    '{"text": ["Good"], "label": 1}\n',
    'Cannot parse "a.jsonl": line 1 must have a text in column "text"; found a list or an object',
  ],
  [
    "too few rows",
    "a.csv",
    "text,label\nGood,pos\nBad,neg\n",
    'Cannot split "a.csv": each part must have examples; found 2 for 3 parts; pass a table for each part, or { test: 0, validation: 0 }',
  ],
  [
    "too few groups",
    "a.csv",
    "text,label,author\nGood,pos,A\nBad,neg,A\nSo so,pos,B\n",
    'Cannot split "a.csv": each part must have groups; found 2 for 3 parts; pass a table for each part, or { test: 0, validation: 0 }',
    {},
    { groupBy: "author" },
  ],
  [
    "shares that leave nothing",
    "a.csv",
    "text,label\nGood,pos\nBad,neg\n",
    "Cannot use test + validation: it must be a number in [0, 1); found 1",
    {},
    { validation: 0.5, test: 0.5 },
  ],
  [
    "an option that is unknown",
    "a.csv",
    "text,label\n",
    'Cannot load a table: its options must be among encoding, quotes, header, task, validation, test, seed, groupBy, title; found "groupby"; did you mean "groupBy"?',
    {},
    { groupby: "x" } as LoadTableOptions,
  ],
  [
    "one column for text and label",
    "a.csv",
    "text,label\nGood,pos\n",
    'Cannot load "a.csv": text, pair and label must be different columns; found "text", "text"',
    {
      text: "text",
      label: "text",
    },
  ],
  [
    "an empty separator",
    "a.csv",
    "text,label\nGood,pos\n",
    'Cannot load "a.csv": separator must not be empty; found ""',
    {
      separator: "",
    },
  ],
];

for (const [what, file, content, message, columns, options] of BROKEN) {
  Deno.test(`a table with ${what} is refused`, async () => {
    await withFiles({ [file]: content }, async (folder) => {
      const loaded = loadTable(
        join(folder, file),
        columns,
        options as { task: "auto" },
      );
      await assert.rejects(loaded, { message });
    });
  });
}
