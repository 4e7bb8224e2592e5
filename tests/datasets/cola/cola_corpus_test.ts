import assert from "node:assert/strict";
import { join } from "node:path";
import { COLA_ASSET } from "bertbook/datasets/cola/cola_asset.ts";
import { loadCola } from "bertbook/datasets/cola/cola_corpus.ts";

const ROOT = join(import.meta.dirname!, "..", "..", "..");
const EMBEDDED = join(ROOT, "data", "acceptability");
const DATA = Deno.env.get("BERTBOOK_DATA");

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

Deno.test("loadCola() loads the embedded corpus on request and says so", async () => {
  const corpus = await loadCola({ embeddedOnly: true });
  assert.equal(corpus.origin, "embedded");
  assert.match(
    corpus.description,
    /Not real CoLA: the embedded one was asked for$/,
  );
  assert.ok(!corpus.description.includes(ROOT), "A machine's path on a page");
  const all = [
    ...corpus.train,
    ...corpus.inDomainDev,
    ...corpus.outOfDomainDev,
  ];
  for (const { source } of all) {
    assert.ok(corpus.sourceTitles[source], `No title for ${source}`);
  }
});

Deno.test("loadCola() offline falls back to the embedded corpus and says why", async () => {
  await withData(undefined, async () => {
    const provision = {
      home: join(ROOT, "no", "such", "cache"),
      offline: true,
    };
    const corpus = await loadCola({ provision });
    assert.equal(corpus.origin, "embedded");
    assert.match(
      corpus.description,
      /Not real CoLA: offline, and it was never downloaded$/,
    );
  });
});

Deno.test({
  name: "loadCola() without permission to download falls back and says why",
  permissions: { read: true, env: true, net: false, write: false },
  fn: async () => {
    await withData(undefined, async () => {
      const provision = {
        home: join(ROOT, "no", "such", "cache"),
        offline: false,
      };
      const corpus = await loadCola({ provision });
      assert.equal(corpus.origin, "embedded");
      assert.match(corpus.description, /could not be stored \(NotCapable\)$/);
    });
  },
});

Deno.test("loadCola() takes a folder that is named, and refuses an incomplete one", async () => {
  const corpus = await loadCola({ folder: EMBEDDED });
  assert.equal(corpus.origin, "folder");
  assert.match(corpus.description, /from a local folder: [\d,]+ train/);
  await assert.rejects(loadCola({ folder: join(ROOT, "lib") }), {
    name: "RangeError",
    message:
      /must hold in_domain_train.tsv, .*: in_domain_train.tsv is missing/,
  });
});

Deno.test("loadCola() looks on when BERTBOOK_DATA holds no cola folder", async () => {
  await withData(join(ROOT, "lib"), async () => {
    const provision = {
      home: join(ROOT, "no", "such", "cache"),
      offline: true,
    };
    assert.equal((await loadCola({ provision })).origin, "embedded");
  });
});

Deno.test("loadCola() refuses a BERTBOOK_DATA that is not there", async () => {
  await withData(join(ROOT, "no", "such", "folder"), async () => {
    await assert.rejects(loadCola(), {
      name: "RangeError",
      message: /must name a folder, or be "embedded": found ".*folder"/,
    });
  });
});

Deno.test("loadCola() takes the project's own corpus where it is asked for", async () => {
  await withData("embedded", async () => {
    assert.equal((await loadCola()).origin, "embedded");
  });
});

Deno.test("CoLA's asset has facts for every member", () => {
  for (const source of COLA_ASSET.sources) {
    assert.deepEqual(
      Object.keys(source.kind === "url" ? source.members ?? {} : {}),
      Object.keys(COLA_ASSET.files),
    );
  }
});
