import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type Asset,
  ProvisionError,
  type ProvisionEvent,
  type Source,
} from "bertbook/download/asset.ts";
import { ensureAsset, findAsset } from "bertbook/download/ensure_asset.ts";
import { tarballOf, zipOf } from "./_archives.ts";
import {
  answer,
  content,
  factOf,
  fileAnswer,
  type Script,
  ScriptedServer,
  TemporaryFolder,
} from "./_server.ts";

const A = content(30_000), B = content(70).reverse();
const ZIP = zipOf({ "lib/a.bin": A, "lib/b.bin": B, other: content(9) });
const MEMBERS = { "a.bin": "lib/a.bin", "b.bin": "lib/b.bin" };
const SERVE_ZIP: Script = (asked) => fileAnswer(ZIP, asked, '"1"');

/** Two files, to come from these sources. */
function assetOf(...sources: Source[]): Asset {
  const files = { "a.bin": factOf(A), "b.bin": factOf(B) };
  return {
    name: "two files",
    folder: "x/two",
    files,
    sources,
    licence: "CC0-1.0",
  };
}

function zipSource(url: string): Source {
  const archive = factOf(ZIP);
  return { kind: "url", url: `${url}/two.zip`, archive, members: MEMBERS };
}

function assertGood(folder: string): void {
  assert.deepEqual(Deno.readFileSync(join(folder, "a.bin")), A);
  assert.deepEqual(Deno.readFileSync(join(folder, "b.bin")), B);
}

/** Names below a folder, sorted. */
function below(...parts: string[]): string[] {
  return [...Deno.readDirSync(join(...parts))].map(({ name }) => name).sort();
}

Deno.test("ensureAsset() fetches once, and finds afterwards", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = assetOf(zipSource(server.url));
  const options = { home: home.path };
  assert.equal(await findAsset(asset, options), undefined);
  const folder = await ensureAsset(asset, options);
  assertGood(folder);
  assert.deepEqual(below(folder), ["a.bin", "b.bin", "verified.json"]);
  assert.deepEqual(below(home.path, "x"), ["two", "two.lock"]);
  assert.deepEqual(below(home.path, "downloads"), []);
  assert.equal(await ensureAsset(asset, options), folder);
  assert.equal(await findAsset(asset, options), folder);
  assert.equal(server.asked.length, 1);
});

Deno.test("ensureAsset() tells each phase to its end", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = assetOf(zipSource(server.url));
  const events: ProvisionEvent[] = [];
  const onProgress = (event: ProvisionEvent): void => void events.push(event);
  await ensureAsset(asset, { home: home.path, onProgress });
  const last = new Map(events.map((event) => [event.phase, event]));
  assert.deepEqual([...last.keys()], ["download", "unpack", "ready"]);
  for (const { phase, loaded, total, source } of last.values()) {
    assert.equal(
      loaded,
      phase === "download" ? ZIP.length : A.length + B.length,
    );
    assert.equal(loaded, total);
    assert.equal(source, `${server.url}/two.zip`);
  }
});

Deno.test("ensureAsset() takes a tarball, plain files, or one file as well", async () => {
  const tarball = await tarballOf([
    { name: "lib/a.bin", bytes: A },
    { name: "lib/b.bin", bytes: B },
  ]);
  const script: Script = (asked) =>
    asked.path.endsWith(".tgz")
      ? fileAnswer(tarball, asked)
      : asked.path === "/lib/a.bin"
      ? fileAnswer(A, asked)
      : fileAnswer(B, asked);
  await using server = new ScriptedServer(script);
  const { url } = server;
  const kind = "url";
  const sources: Source[] = [
    { kind, url: `${url}/two.tgz`, maxArchiveBytes: 1e6, members: MEMBERS },
    { kind, url: `${url}/`, members: MEMBERS },
  ];
  for (const source of sources) {
    using home = new TemporaryFolder();
    assertGood(await ensureAsset(assetOf(source), { home: home.path }));
  }
  using home = new TemporaryFolder();
  const asset: Asset = {
    ...assetOf({ kind, url: `${url}/lib/a.bin`, file: "a.bin" }),
    files: { "a.bin": factOf(A) },
  };
  const folder = await ensureAsset(asset, { home: home.path });
  assert.deepEqual(Deno.readFileSync(join(folder, "a.bin")), A);
});

Deno.test("ensureAsset() goes on to the next source, and reports all when none is left", async () => {
  await using bad = new ScriptedServer(() =>
    answer(404, { "content-length": "0" })
  );
  await using good = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const options = { home: home.path };
  const hopeless = assetOf(zipSource(bad.url), zipSource(bad.url));
  await assert.rejects(ensureAsset(hopeless, options), (error) => {
    assert.ok(error instanceof ProvisionError);
    assert.equal(error.reasons.length, 2);
    assert.match(
      error.message,
      /one of its sources must deliver it; found .*404.*404/,
    );
    return true;
  });
  assert.deepEqual(below(home.path, "x"), ["two.lock"]);
  const asset = assetOf(zipSource(bad.url), zipSource(good.url));
  assertGood(await ensureAsset(asset, options));
});

Deno.test("fault 50: a right archive with a wrong member leaves nothing", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = assetOf(zipSource(server.url));
  asset.files["a.bin"] = { ...factOf(A), sha256: factOf(B).sha256 };
  await assert.rejects(ensureAsset(asset, { home: home.path }), {
    name: "ProvisionError",
    message: /"a.bin": its sha256 must be/,
  });
  assert.deepEqual(below(home.path, "x"), ["two.lock"]);
});

Deno.test("fault 55: offline with a warm cache works, with a cold one explains", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = assetOf(zipSource(server.url));
  const offline = { home: home.path, offline: true };
  await assert.rejects(ensureAsset(asset, offline), {
    name: "ProvisionError",
    message:
      /must be in the cache when offline; found none; .* copy a.bin, b.bin/,
  });
  assert.equal(server.asked.length, 0);
  assert.deepEqual(home.names(), []);
  await ensureAsset(asset, { home: home.path });
  assertGood(await ensureAsset(asset, offline));
});

Deno.test("files that the user copied there are checked and taken", async () => {
  using home = new TemporaryFolder();
  const folder = join(home.path, "x", "two");
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeFileSync(join(folder, "a.bin"), A);
  Deno.writeFileSync(join(folder, "b.bin"), B.with(0, B[0]! ^ 1));
  const offline = { home: home.path, offline: true };
  assert.equal(await findAsset(assetOf(), offline), undefined);
  Deno.writeFileSync(join(folder, "b.bin"), B);
  assert.equal(await ensureAsset(assetOf(), offline), folder);
});

Deno.test("fault 55: two processes at once leave one good copy from one download", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = assetOf(zipSource(server.url));
  const script = join(import.meta.dirname!, "_ensure_child.ts");
  const args = ["run", "-A", script, JSON.stringify(asset), home.path];
  const child = new Deno.Command(Deno.execPath(), { args, stderr: "piped" });
  for (
    const { success, stderr } of await Promise.all([
      child.output(),
      child.output(),
    ])
  ) {
    assert.ok(success, new TextDecoder().decode(stderr));
  }
  assertGood(join(home.path, "x", "two"));
  assert.deepEqual(below(home.path, "x"), ["two", "two.lock"]);
  assert.equal(server.asked.length, 1);
});

Deno.test("fault 75: ensureAsset() notices a changed file and fetches again", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = assetOf(zipSource(server.url));
  const folder = await ensureAsset(asset, { home: home.path });
  const path = join(folder, "a.bin");
  // Same size, other content; only the time of change gives it away.
  Deno.writeFileSync(path, A.with(5, A[5]! ^ 1));
  Deno.utimeSync(path, new Date(), new Date(Date.now() + 5_000));
  assertGood(await ensureAsset(asset, { home: home.path }));
  assert.equal(server.asked.length, 2);
});

Deno.test("ensureAsset() does not fetch again for a new time of change alone", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = assetOf(zipSource(server.url));
  const folder = await ensureAsset(asset, { home: home.path });
  Deno.utimeSync(join(folder, "a.bin"), 1, 1);
  Deno.writeTextFileSync(join(folder, "verified.json"), "{ torn");
  await ensureAsset(asset, { home: home.path });
  assert.equal(server.asked.length, 1);
  assert.match(
    Deno.readTextFileSync(join(folder, "verified.json")),
    /"modified": 1000/,
  );
});

Deno.test("ensureAsset() clears what a killed process left behind", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  for (const name of ["two.new", "two.scratch"]) {
    Deno.mkdirSync(join(home.path, "x", name), { recursive: true });
    Deno.writeTextFileSync(join(home.path, "x", name, "a.bin"), "half");
  }
  assertGood(
    await ensureAsset(assetOf(zipSource(server.url)), { home: home.path }),
  );
  assert.deepEqual(below(home.path, "x"), ["two", "two.lock"]);
});

Deno.test("ensureAsset() stops at an abort instead of trying the next source", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const controller = new AbortController();
  const source = zipSource(server.url);
  const stopped = ensureAsset(assetOf(source, source), {
    home: home.path,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await assert.rejects(stopped, { name: "AbortError" });
  assert.equal(server.asked.length, 1);
  assert.deepEqual(below(home.path, "x"), ["two.lock"]);
});
