import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type Asset,
  formatProgress,
  ProvisionError,
  type ProvisionEvent,
  type Source,
} from "bertbook/download/asset.ts";
import { pause, withLock } from "bertbook/download/cache.ts";
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
  assert.deepEqual(below(folder), ["a.bin", "b.bin"]);
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
      /in the cache when offline; found no "a.bin", no "b.bin"; .* copy a.bin, b.bin/,
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

Deno.test("disk full: what the disk cannot hold is not begun, and says what it needs", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = assetOf(zipSource(server.url));
  asset.files["a.bin"] = { ...factOf(A), bytes: 2e15 };
  const folder = join(home.path, "x");
  await assert.rejects(ensureAsset(asset, { home: home.path }), {
    name: "ProvisionError",
    message: new RegExp(
      `"${folder}" must have room for 2000000000 MB; found \\d+ MB; free some`,
    ),
  });
  assert.equal(server.asked.length, 0);
});

Deno.test("fault 88: who waits for another process that downloads is told so", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  Deno.mkdirSync(join(home.path, "x"));
  const lines: string[] = [];
  const asset = assetOf(zipSource(server.url));
  let work: Promise<string> | undefined;
  await withLock(join(home.path, "x", "two.lock"), async () => {
    const onProgress = (event: ProvisionEvent): void =>
      void lines.push(formatProgress(event));
    work = ensureAsset(asset, { home: home.path, onProgress });
    for (let i = 0; i < 100 && lines.length === 0; i++) await pause(20);
  });
  assertGood(await work!);
  assert.equal(
    lines[0],
    "two files: waiting for another process that fetches it",
  );
  assert.match(lines.at(-1)!, /^two files: ready/);
});

Deno.test("fault 75: ensureAsset() notices a changed file and fetches again", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = assetOf(zipSource(server.url));
  const folder = await ensureAsset(asset, { home: home.path });
  const path = join(folder, "a.bin");
  Deno.writeFileSync(path, A.with(5, A[5]! ^ 1));
  assertGood(await ensureAsset(asset, { home: home.path }));
  assert.equal(server.asked.length, 2);
});

/** Changes one bit of a file; all that tells is its time, which is put back. */
function rot(path: string): void {
  const { atime, mtime } = Deno.statSync(path);
  const bytes = Deno.readFileSync(path);
  Deno.writeFileSync(path, bytes.with(5, bytes[5]! ^ 1));
  Deno.utimeSync(path, atime!, mtime!);
}

/** Notes the present times of a file as those of its verification. */
function vouchFor(folder: string, name: string): void {
  const path = join(folder, "verified.json");
  const stamp = JSON.parse(Deno.readTextFileSync(path));
  const { ctime } = Deno.statSync(join(folder, name));
  stamp.files[name].changed = Number(ctime);
  Deno.writeTextFileSync(path, JSON.stringify(stamp));
}

Deno.test("fault 75: bit rot is noticed at the next use, and mended", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = assetOf(zipSource(server.url));
  const folder = await ensureAsset(asset, { home: home.path });
  rot(join(folder, "a.bin"));
  assertGood(await ensureAsset(asset, { home: home.path }));
  assert.equal(server.asked.length, 2);
});

Deno.test("fault 75: a file that is hashed once a day is hashed then, or as soon as it looks changed", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = { ...assetOf(zipSource(server.url)), validFor: 60_000 };
  const options = { home: home.path };
  const folder = await ensureAsset(asset, options);
  const isFound = async (asset: Asset, more = {}): Promise<boolean> =>
    await findAsset(asset, { ...options, ...more }) === folder;
  const path = join(folder, "a.bin");
  const { ctime } = Deno.statSync(path);
  rot(path);
  // The system may count this time in seconds.
  const isSeen = Number(Deno.statSync(path).ctime) !== Number(ctime);
  if (isSeen) assert.ok(!await isFound(asset), "The file looks changed");
  vouchFor(folder, "a.bin");
  assert.ok(await isFound(asset), "It was hashed just now, as it seems");
  assert.ok(!await isFound({ ...asset, validFor: 1 }), "It is due");
  assert.ok(!await isFound(asset, { recheck: true }), "It was asked for");
  Deno.writeTextFileSync(join(folder, "verified.json"), "{ torn");
  assert.ok(!await isFound(asset), "Nothing tells that it was hashed");
  assertGood(await ensureAsset(asset, options));
  assert.equal(server.asked.length, 2);
});

Deno.test("fault 75: a note of a verification that was changed later is not believed", async () => {
  await using server = new ScriptedServer(SERVE_ZIP);
  using home = new TemporaryFolder();
  const asset = { ...assetOf(zipSource(server.url)), validFor: 86_400_000 };
  const folder = await ensureAsset(asset, { home: home.path });
  rot(join(folder, "a.bin"));
  vouchFor(folder, "a.bin");
  const path = join(folder, "verified.json");
  const stamp = JSON.parse(Deno.readTextFileSync(path));
  for (const minutes of [2, -2]) {
    const verified = stamp.verified - minutes * 60_000;
    Deno.writeTextFileSync(path, JSON.stringify({ ...stamp, verified }));
    assert.equal(await findAsset(asset, { home: home.path }), undefined);
  }
});

Deno.test("fault 75: without a network the file that differs is named, and what of it", async () => {
  await using bad = new ScriptedServer(() =>
    answer(404, { "content-length": "0" })
  );
  using home = new TemporaryFolder();
  const folder = join(home.path, "x", "two");
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeFileSync(join(folder, "a.bin"), A.subarray(1));
  Deno.writeFileSync(join(folder, "b.bin"), B.with(0, 7));
  const found = [
    `"a.bin": its size must be 30000 bytes; found 29999`,
    `"b.bin": its sha256 must be ${factOf(B).sha256}; found ${
      factOf(B.with(0, 7)).sha256
    }`,
  ];
  const asset = assetOf(zipSource(bad.url));
  await assert.rejects(ensureAsset(asset, { home: home.path, offline: true }), {
    name: "ProvisionError",
    message:
      `Cannot provide "two files": its files must be in the cache when ` +
      `offline; found ${found.join(", ")}; connect once without ` +
      `BERTBOOK_OFFLINE, or copy a.bin, b.bin from another machine`,
  });
  await assert.rejects(ensureAsset(asset, { home: home.path }), (error) => {
    assert.ok(error instanceof ProvisionError);
    assert.match(
      error.message,
      /must deliver it; found the cache: "a.bin": its/,
    );
    assert.match(error.message, /404/);
    return true;
  });
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
