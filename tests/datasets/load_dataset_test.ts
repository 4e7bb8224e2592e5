import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { COLA } from "bertbook/datasets/cola.ts";
import { type DatasetSource, PARTS } from "bertbook/datasets/dataset.ts";
import { IMDB } from "bertbook/datasets/imdb.ts";
import { loadDataset } from "bertbook/datasets/load_dataset.ts";
import { TREC } from "bertbook/datasets/trec.ts";
import { zipOf } from "../download/_archives.ts";
import {
  factOf,
  fileAnswer,
  ScriptedServer,
  TemporaryFolder,
} from "../download/_server.ts";

const ROOT = join(import.meta.dirname!, "..", "..");
const NO_CACHE = join(ROOT, "no", "such", "cache");
const EMBEDDED_COLA = join(ROOT, "data", "acceptability");
const PUBLISHED_TREC = join(import.meta.dirname!, "published_trec");
const PUBLISHED_IMDB = join(import.meta.dirname!, "published_imdb");
const DATA = Deno.env.get("BERTBOOK_DATA");
const SOURCES: readonly DatasetSource[] = [COLA, TREC, IMDB];

/** Runs `check` as if `BERTBOOK_DATA` named this folder, or none. */
async function withData(
  folder: string | undefined,
  check: () => Promise<void>,
): Promise<void> {
  const set = (value: string | undefined): void =>
    value === undefined
      ? Deno.env.delete("BERTBOOK_DATA")
      : Deno.env.set("BERTBOOK_DATA", value);
  set(folder);
  try {
    await check();
  } finally {
    set(DATA);
  }
}

Deno.test("loadDataset() loads the embedded dataset on request and says so", async () => {
  for (const source of SOURCES) {
    const dataset = await loadDataset(source, { embeddedOnly: true });
    assert.equal(dataset.origin, "embedded");
    const { description, labels } = dataset;
    assert.match(description, /Not real .*: the embedded one was asked for$/);
    assert.ok(!description.includes(ROOT), "A machine's path on a page");
    for (const part of PARTS.filter((part) => dataset[part].length > 0)) {
      const found = new Set(dataset[part].map(({ label }) => label));
      assert.equal(found.size, labels.length);
    }
  }
});

Deno.test("the embedded datasets have their sizes", async () => {
  const sizes = await Promise.all(SOURCES.map(async (source) => {
    const { description } = await loadDataset(source, { embeddedOnly: true });
    return /generates: (.*)\. Not/.exec(description)?.[1];
  }));
  assert.deepEqual(sizes, [
    "4,000 train, 500 in-domain dev and 500 out-of-domain dev sentences",
    "1,500 train, 200 dev and 300 test questions",
    "900 train and 300 test reviews",
  ]);
});

Deno.test("the embedded reviews are divided with the verdicts in proportion", async () => {
  const { train, test } = await loadDataset(IMDB, { embeddedOnly: true });
  for (const part of [train, test]) {
    const positive = part.filter(({ label }) => label === 1);
    assert.equal(positive.length, part.length / 2);
  }
  const known = new Set(train.map(({ text }) => text));
  assert.ok(test.every(({ text }) => !known.has(text)));
});

Deno.test("the embedded sentences have a title for each source", async () => {
  const cola = await loadDataset(COLA, { embeddedOnly: true });
  for (const { source } of PARTS.flatMap((part) => cola[part])) {
    assert.ok(cola.legend[source], `No title for ${source}`);
  }
});

Deno.test("fault 55: loadDataset() offline falls back to the embedded dataset and says why", async () => {
  await withData(undefined, async () => {
    for (const source of SOURCES) {
      const provision = { home: NO_CACHE, offline: true };
      const dataset = await loadDataset(source, { provision });
      assert.equal(dataset.origin, "embedded");
      assert.match(
        dataset.description,
        /Not real .*: offline, and it was never downloaded$/,
      );
    }
  });
});

Deno.test("loadDataset() names the folder that a dataset without another source needs", async () => {
  const { asset: _asset, embedded: _embedded, ...source } = TREC;
  await withData(undefined, async () => {
    await assert.rejects(loadDataset(source), {
      name: "RangeError",
      message: /^Cannot load TREC: .* a folder "trec"; found none/,
    });
  });
  const { origin } = await loadDataset(source, { folder: PUBLISHED_TREC });
  assert.equal(origin, "folder");
});

Deno.test({
  name: "loadDataset() without permission to download falls back and says why",
  permissions: { read: true, env: true, net: false, write: false },
  fn: async () => {
    await withData(undefined, async () => {
      const provision = { home: NO_CACHE, offline: false };
      const dataset = await loadDataset(COLA, { provision });
      assert.equal(dataset.origin, "embedded");
      assert.match(dataset.description, /could not be stored \(NotCapable\)$/);
    });
  },
});

Deno.test("loadDataset() downloads the official files once, and then finds them", async () => {
  const { files } = COLA.layouts[0] as { files: Record<string, string> };
  const members = Object.fromEntries(
    Object.values(files).map((file) => [
      file,
      Deno.readFileSync(join(EMBEDDED_COLA, file)),
    ]),
  );
  const zip = zipOf(members);
  await using server = new ScriptedServer((asked) => fileAnswer(zip, asked));
  using home = new TemporaryFolder();
  const source = {
    ...COLA,
    asset: {
      ...COLA.asset!,
      files: Object.fromEntries(
        Object.entries(members).map(([file, bytes]) => [file, factOf(bytes)]),
      ),
      sources: [{
        kind: "url" as const,
        url: `${server.url}/cola.zip`,
        maxArchiveBytes: 1e6,
        members: Object.fromEntries(
          Object.keys(members).map((file) => [file, file]),
        ),
      }],
    },
  };
  await withData(undefined, async () => {
    for (let time = 0; time < 2; time++) {
      const provision = { home: home.path, offline: false };
      const dataset = await loadDataset(source, { provision });
      assert.equal(dataset.origin, "download");
      assert.match(dataset.description, /from its home page: 4,000 train/);
    }
  });
  assert.equal(server.asked.length, 1);
});

Deno.test("loadDataset() takes a folder that is named, and refuses an incomplete one", async () => {
  const cola = await loadDataset(COLA, { folder: EMBEDDED_COLA });
  assert.equal(cola.origin, "folder");
  assert.equal(cola.folder, EMBEDDED_COLA);
  assert.match(cola.description, /from a local folder: [\d,]+ train/);
  const wrong: [DatasetSource, RegExp][] = [
    [COLA, /"[^"]+" must hold in_domain_train.tsv, .*; found no such file$/],
    [TREC, /must hold train_5500.label, .*; or trec.nodev.utf8, .*; found no/],
    [IMDB, /must hold imdb_train.csv.gz, .*; or aclImdb_v1.tar.gz; or imdb_/],
  ];
  for (const [source, message] of wrong) {
    await assert.rejects(loadDataset(source, { folder: join(ROOT, "lib") }), {
      name: "RangeError",
      message,
    });
  }
  using folder = new TemporaryFolder();
  const file = "in_domain_train.tsv";
  Deno.copyFileSync(join(EMBEDDED_COLA, file), join(folder.path, file));
  await assert.rejects(loadDataset(COLA, { folder: folder.path }), {
    name: "RangeError",
    message: /; found no in_domain_dev.tsv, out_of_domain_dev.tsv$/,
  });
});

Deno.test("loadDataset() continues when BERTBOOK_DATA holds no such folder", async () => {
  await withData(join(ROOT, "lib"), async () => {
    const provision = { home: NO_CACHE, offline: true };
    const { origin } = await loadDataset(COLA, { provision });
    assert.equal(origin, "embedded");
  });
});

Deno.test("loadDataset() refuses a BERTBOOK_DATA that is not there", async () => {
  await withData(join(ROOT, "no", "such", "folder"), async () => {
    await assert.rejects(loadDataset(COLA), {
      name: "RangeError",
      message: /must be a folder or "embedded"; found ".*folder"$/,
    });
  });
});

Deno.test("loadDataset() takes the embedded dataset if BERTBOOK_DATA asks for it", async () => {
  await withData("embedded", async () => {
    assert.equal((await loadDataset(COLA)).origin, "embedded");
    const { embedded: _, ...published } = COLA;
    const provision = { home: NO_CACHE, offline: true };
    await assert.rejects(
      loadDataset(published, { embeddedOnly: false, provision }),
      /no embedded dataset \(offline, and it was never downloaded\)/,
    );
  });
});

Deno.test("loadDataset() holds questions out of the published files, class by class", async () => {
  const trec = await loadDataset(TREC, { folder: PUBLISHED_TREC });
  const { train, validation, test } = trec;
  assert.deepEqual([train.length, validation.length, test.length], [33, 3, 6]);
  const questions = [...train, ...validation].map(({ text }) => text);
  assert.equal(new Set(questions).size, 36);
  assert.equal(new Set(validation.map(({ label }) => label)).size, 3);
});

Deno.test("loadDataset() reads IMDB's archive, without its unjudged reviews", async () => {
  const imdb = await loadDataset(IMDB, { folder: PUBLISHED_IMDB });
  assert.match(imdb.description, /2 train and 2 test reviews/);
  const byVerdict = (part: typeof imdb.train): string[] =>
    part.toSorted((a, b) => a.label - b.label).map(({ text }) => text);
  assert.deepEqual(byVerdict(imdb.train), ["train neg \né", "train pos"]);
  assert.deepEqual(byVerdict(imdb.test), ["test neg", "test pos"]);
});

Deno.test("loadDataset() refuses another file under the name of IMDB's archive", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "aclImdb_v1.tar.gz");
  const wrong: [Uint8Array, RegExp][] = [
    [new TextEncoder().encode("text"), /must be a whole tgz file; found /],
    [gzipSync(new Uint8Array(1024)), /must hold examples; found none/],
    [gzipSync(new Uint8Array(1 << 24)), /must not grow more than 200 times/],
  ];
  for (const [bytes, message] of wrong) {
    Deno.writeFileSync(path, bytes);
    await assert.rejects(
      loadDataset(IMDB, { folder: folder.path }),
      (error) => {
        assert.ok(error instanceof SyntaxError, `${error}`);
        assert.match(error.message, message);
        return true;
      },
    );
  }
});

Deno.test("fault 82: loadDataset() reads gzip within bounds, and refuses torn gzip", async () => {
  using folder = new TemporaryFolder();
  const text = "text,label\nGood,1\nBad,0\n";
  const zipped = gzipSync(text);
  const write = (part: string, bytes: Uint8Array): void =>
    Deno.writeFileSync(join(folder.path, `imdb_${part}.csv.gz`), bytes);
  write("train", zipped);
  write("test", new TextEncoder().encode(text));
  const { train, test } = await loadDataset(IMDB, { folder: folder.path });
  assert.deepEqual(train, [{ text: "Good", label: 1 }, {
    text: "Bad",
    label: 0,
  }]);
  assert.deepEqual(test, train);
  for (const bytes of [zipped.subarray(0, 30), gzipSync(new Uint8Array(1e7))]) {
    write("test", bytes);
    await assert.rejects(loadDataset(IMDB, { folder: folder.path }), {
      name: "SyntaxError",
      message: /"imdb_test.csv.gz": it must be a whole gzip file of at most/,
    });
  }
});

Deno.test("every asset has facts for each of its files", () => {
  for (const { asset } of SOURCES) {
    for (const source of asset!.sources) {
      const files = source.kind === "url" && source.file
        ? [source.file]
        : Object.keys(source.members ?? {});
      assert.deepEqual(files, Object.keys(asset!.files));
    }
  }
});

const SIZES = {
  cola: /8,551 train, 527 in-domain dev and 516 out-of-domain dev sentences$/,
  trec: /5,000 train, 452 dev and 500 test questions$/,
  imdb: /25,000 train and 25,000 test reviews$/,
};
for (const source of SOURCES) {
  const folder = join(DATA ?? "", source.name);
  Deno.test({
    name: `loadDataset() reads real ${source.title}`,
    ignore: !existsSync(folder),
    fn: async () => {
      const dataset = await loadDataset(source, { folder });
      assert.equal(dataset.origin, "folder");
      assert.equal(dataset.title, source.title);
      const size = SIZES[source.name as keyof typeof SIZES];
      assert.match(dataset.description, size);
    },
  });
}

Deno.test("fault 43: sentences and reviews that have nothing to see are refused", async () => {
  using folder = new TemporaryFolder();
  for (const file of ["in_domain_dev.tsv", "out_of_domain_dev.tsv"]) {
    Deno.copyFileSync(join(EMBEDDED_COLA, file), join(folder.path, file));
  }
  const path = join(folder.path, "in_domain_train.tsv");
  for (const text of ["", "\u00a0", "\u200b", "\u00ad\u2060"]) {
    Deno.writeTextFileSync(path, `x\t1\t\tFine.\nx\t1\t\t${text}\n`);
    await assert.rejects(loadDataset(COLA, { folder: folder.path }), {
      name: "SyntaxError",
      message: /"in_domain_train\.tsv": line 2 must have a text; found "/,
    });
  }
  const csv = join(folder.path, "imdb_reviews_2500.csv");
  Deno.writeTextFileSync(csv, "review,sentiment\n\u200b,positive\n");
  await assert.rejects(loadDataset(IMDB, { folder: folder.path }), {
    name: "SyntaxError",
    message: /line 2 must have a text/,
  });
});

Deno.test("fault 80: only the published files bear the dataset's title", async () => {
  using folder = new TemporaryFolder();
  const { files } = COLA.layouts[0] as { files: Record<string, string> };
  const published = Object.values(files).map((file) => {
    const bytes = Deno.readFileSync(join(EMBEDDED_COLA, file));
    Deno.writeFileSync(join(folder.path, file), bytes);
    return [file, bytes] as const;
  });
  const source = {
    ...COLA,
    asset: {
      ...COLA.asset!,
      files: Object.fromEntries(
        published.map(([file, bytes]) => [file, factOf(bytes)]),
      ),
    },
  };
  const load = () => loadDataset(source, { folder: folder.path });
  const right = await load();
  assert.equal(right.title, "CoLA 1.1");
  assert.match(
    right.description,
    /^CoLA 1\.1 \(Warstadt, .*from a local folder/,
  );
  for (const [file, bytes] of published) {
    const altered = new TextDecoder().decode(bytes).replace("\t1\t", "\t0\t");
    Deno.writeTextFileSync(join(folder.path, file), altered);
    const own = await load();
    assert.equal(own.title, "Your own sentences");
    assert.match(
      own.description,
      /^Your own sentences in the form of CoLA 1\.1, from a local folder: 4,000/,
    );
    Deno.writeFileSync(join(folder.path, file), bytes);
  }
});

Deno.test("fault 82: a bomb or a giant of a table is refused", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "imdb_reviews_2500.csv");
  Deno.writeFileSync(path, gzipSync("a,1\n".repeat(2e6)));
  await assert.rejects(loadDataset(IMDB, { folder: folder.path }), {
    name: "SyntaxError",
    message: /must be a whole gzip file of at most \d+ bytes/,
  });
  Deno.writeFileSync(path, new Uint8Array());
  Deno.truncateSync(path, 3e9); // a hole, which takes no space
  await assert.rejects(loadDataset(IMDB, { folder: folder.path }), {
    name: "SyntaxError",
    message: /must have at most 268435456 bytes; found 3000000000; take a part/,
  });
});

Deno.test({
  name: "fault 82: a pipe in a dataset's place is refused, not waited for",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    for (const file of ["imdb_reviews_2500.csv", "aclImdb_v1.tar.gz"]) {
      using folder = new TemporaryFolder();
      const args = [join(folder.path, file)];
      await new Deno.Command("mkfifo", { args }).output();
      await assert.rejects(loadDataset(IMDB, { folder: folder.path }), {
        name: "SyntaxError",
        message: /it must be a plain file; found a folder, pipe or device$/,
      });
    }
  },
});
