import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { loadEntities } from "bertbook/datasets/load_entities.ts";
import { TemporaryFolder } from "../download/_server.ts";

/** Twenty sentences, each with one entity of its own. */
const TWENTY = Array.from(
  { length: 20 },
  (_, i) => `Name${i} B-${i % 2 === 0 ? "PER" : "LOC"}\nsleeps O\n`,
).join("\n");

Deno.test("loadEntities() without files is the embedded corpus", async () => {
  const dataset = await loadEntities();
  assert.equal(dataset.origin, "embedded");
  assert.deepEqual(dataset.labels, [
    ..."O B-LOC I-LOC B-ORG I-ORG B-PER I-PER B-PROD I-PROD".split(" "),
  ]);
  assert.equal(
    dataset.description,
    "Embedded entity corpus, sentences that this project generates: 1,100 train, " +
      "200 validation and 200 test sentences with entities of the types LOC, ORG, " +
      "PER, PROD",
  );
  assert.deepEqual(Object.keys(dataset.legend).sort(), [
    "LOC",
    "ORG",
    "PER",
    "PROD",
  ]);
  assert.deepEqual(dataset.oddities, []);
  const { rows, labelCounts, duplicates, conflicting } = dataset.report.train;
  assert.deepEqual([rows, duplicates, conflicting], [1_100, 0, []]);
  const words = dataset.train.reduce((sum, { words }) => sum + words.length, 0);
  assert.equal(labelCounts.reduce((a, b) => a + b), words);
  assert.equal(dataset.report.test.inTrain, 0);
});

Deno.test("one file is split by fractions and seed, and every sentence is kept", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "own.conll.gz");
  await writeFile(path, gzipSync(TWENTY));
  const sizesOf = (
    dataset: Awaited<ReturnType<typeof loadEntities>>,
  ): number[] =>
    [dataset.train, dataset.validation, dataset.test].map(({ length }) =>
      length
    );
  const dataset = await loadEntities(path);
  assert.deepEqual(sizesOf(dataset), [16, 2, 2]);
  assert.deepEqual(dataset, await loadEntities(path, { seed: 42 }));
  assert.notDeepEqual(
    dataset.test,
    (await loadEntities(path, { seed: 1 })).test,
  );
  const all = [...dataset.train, ...dataset.validation, ...dataset.test];
  assert.equal(new Set(all.map(({ words }) => words[0])).size, 20);
  for (const { words, tags } of all) {
    const isPerson = Number(words[0]!.slice(4)) % 2 === 0;
    const tag = dataset.labels[tags[0]!];
    assert.equal(tag, isPerson ? "B-PER" : "B-LOC");
  }
  assert.equal(dataset.title, "own.conll.gz");
  assert.ok(!dataset.description.includes(folder.path));
  const shares = { validation: 0.25, test: 0.5 };
  assert.deepEqual(sizesOf(await loadEntities(path, shares)), [5, 5, 10]);
  const none = { validation: 0, test: 0 };
  assert.deepEqual(sizesOf(await loadEntities(path, none)), [20, 0, 0]);
});

Deno.test("a file for each part: labels of all, schemes converted, oddities by part", async () => {
  using folder = new TemporaryFolder();
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder.path, name);
    await writeFile(path, text);
    return path;
  };
  const dataset = await loadEntities({
    train: await write("a", "Ada I-PER\nByron I-PER\nBoole B-PER\n"),
    validation: await write("b", "Ada B-PER\n\nBath I-LOC\nx O\n"),
    test: await write("c", "Bath S-ZOO\n\nAda B-PER\nByron E-PER\n"),
  });
  const { labels } = dataset;
  assert.deepEqual(labels, "O B-LOC I-LOC B-PER I-PER B-ZOO I-ZOO".split(" "));
  const tagsOf = (part: "train" | "validation" | "test"): string[][] =>
    dataset[part].map(({ tags }) => tags.map((tag) => labels[tag]!));
  assert.deepEqual(tagsOf("train"), [["B-PER", "I-PER", "B-PER"]]);
  assert.deepEqual(tagsOf("validation"), [["B-PER"], ["I-LOC", "O"]]);
  assert.deepEqual(tagsOf("test"), [["B-ZOO"], ["B-PER", "I-PER"]]);
  assert.deepEqual(dataset.oddities, [{
    part: "validation",
    what: "the tag continues no entity",
    action: "kept",
    rows: [3],
  }]);
  assert.equal(
    dataset.description,
    "a: 1 train, 2 validation and 2 test " +
      "sentences with entities of the types LOC, PER, ZOO; the tags of train were " +
      "IOB1 and are now IOB2; the tags of test were BIOES and are now IOB2",
  );
});

Deno.test("loadEntities() refuses files and options that cannot be used", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "own.conll");
  await assert.rejects(loadEntities(path), {
    name: "RangeError",
    message:
      `Cannot load "${path}": it must be a file; found none in the folder ` +
      `"${folder.path}"`,
  });
  await writeFile(path, "a O\nb O\n\n");
  await assert.rejects(
    loadEntities({ train: path, validation: path, test: path }),
    /must tag at least one; found only the tag O/,
  );
  await assert.rejects(loadEntities(path, { test: 0 }), {
    name: "RangeError",
    message:
      'Cannot split "own.conll": each part must have sentences of its own; found ' +
      "1 that can be drawn, for 2 parts; pass a file for each part, or " +
      "{ validation: 0 }",
  });
  await assert.rejects(loadEntities(folder.path), /it must be a plain file/);
  await assert.rejects(
    loadEntities({ test: path } as never),
    { name: "TypeError", message: /must be a file for train/ },
  );
  await assert.rejects(
    loadEntities({ train: path, dev: path } as never),
    /among train, validation, test; found "dev"/,
  );
  await assert.rejects(loadEntities(path, { test: 1 }), /test/);
  await assert.rejects(loadEntities(path, { sead: 1 } as never), /"seed"\?/);
  await writeFile(path, "a O\nb\n");
  await assert.rejects(loadEntities(path), {
    name: "SyntaxError",
    message: 'Cannot parse "own.conll": line 2 must have 2 columns; found 1',
  });
});
