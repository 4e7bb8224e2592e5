import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureAsset, findAsset } from "bertbook/download/ensure_asset.ts";
import { checkTrusted } from "bertbook/download/trusted_path.ts";
import { content, factOf, fileAnswer, ScriptedServer } from "./_server.ts";
import { TemporaryFolder } from "./_server.ts";

const ignore = Deno.build.os === "windows"; // it has neither modes nor owners
const A = content(1_000);

/** One file, to come from a server. */
function assetOf(url: string): Parameters<typeof ensureAsset>[0] {
  return {
    name: "one file",
    folder: "x/one",
    files: { "a.bin": factOf(A) },
    sources: [{ kind: "url", url: `${url}/a.bin`, file: "a.bin" }],
    licence: "CC0-1.0",
    validFor: 60_000,
  };
}

/** Lays that file into a cache; returns the parts of its path, the cache first. */
function fill(cache: string): string[] {
  const folder = join(cache, "x", "one");
  Deno.mkdirSync(folder, { recursive: true, mode: 0o755 });
  const path = join(folder, "a.bin");
  Deno.writeFileSync(path, A, { mode: 0o644 });
  return [cache, join(cache, "x"), folder, path];
}

function modeOf(path: string): string {
  return (Deno.statSync(path).mode! & 0o777).toString(8);
}

Deno.test({
  name: "fault 68: a cache that others can write is refused, wherever they can",
  ignore,
  fn: async () => {
    using home = new TemporaryFolder();
    const asset = assetOf("http://127.0.0.1:1");
    const options = { home: home.path, offline: true };
    const parts = fill(home.path);
    assert.ok(await findAsset(asset, options));
    parts.push(join(home.path, "x", "one", "verified.json"));
    for (const part of parts) {
      const before = Deno.statSync(part).mode!;
      for (const mode of [0o777, 0o775, 0o1777]) {
        Deno.chmodSync(part, mode);
        for (const provide of [findAsset, ensureAsset]) {
          await assert.rejects(provide(asset, options), {
            name: "RangeError",
            message:
              `Cannot trust the cache: nobody else may write to "${part}"; ` +
              `found mode ${
                mode.toString(8)
              }; run chmod -R go-w "${part}", or set ` +
              `BERTBOOK_HOME to another folder`,
          });
        }
      }
      Deno.chmodSync(part, before);
    }
    assert.ok(await findAsset(asset, options));
  },
});

Deno.test({
  name: "fault 68: a cache of another user is refused, one of root is not",
  ignore,
  fn: () => {
    using home = new TemporaryFolder();
    const path = fill(home.path).at(-1)!;
    const user = Deno.uid()!;
    checkTrusted(path, home.path);
    checkTrusted(path, home.path, null);
    const check = (): void => checkTrusted(path, home.path, user + 1);
    if (user === 0) return check();
    assert.throws(check, {
      name: "RangeError",
      message: new RegExp(`must belong to user ${user + 1} .* user ${user};`),
    });
  },
});

Deno.test({
  name: "fault 68: root refuses what another user owns, links too",
  ignore: ignore || Deno.uid() !== 0,
  fn: () => {
    using home = new TemporaryFolder();
    const parts = fill(home.path);
    const path = parts.at(-1)!;
    const refuses = (part: string): void =>
      assert.throws(() => checkTrusted(path, home.path), {
        name: "RangeError",
        message:
          `Cannot trust the cache: "${part}" must belong to user 0 or to ` +
          `root; found user 1234; set BERTBOOK_HOME to another folder`,
      });
    for (const part of parts) {
      Deno.chownSync(part, 1234, 1234);
      refuses(part);
      Deno.chownSync(part, 0, 0);
    }
    Deno.renameSync(path, `${path}.real`);
    Deno.symlinkSync(`${path}.real`, path);
    checkTrusted(path, home.path);
    Deno.chownSync(`${path}.real`, 1234, 1234);
    refuses(path);
  },
});

Deno.test({
  name:
    "fault 68: what a link in the cache leads to is checked, not its own mode",
  ignore,
  fn: () => {
    using home = new TemporaryFolder();
    using elsewhere = new TemporaryFolder();
    fill(elsewhere.path);
    const cache = join(home.path, "cache");
    Deno.symlinkSync(elsewhere.path, cache);
    const path = join(cache, "x", "one", "a.bin");
    checkTrusted(path, cache);
    Deno.chmodSync(elsewhere.path, 0o777);
    assert.throws(() => checkTrusted(path, cache), /nobody else may write/);
  },
});

Deno.test({
  name:
    "fault 68: folders above the cache, and what is not there yet, do not matter",
  ignore,
  fn: () => {
    using home = new TemporaryFolder();
    Deno.chmodSync(home.path, 0o1777);
    const cache = join(home.path, "cache");
    checkTrusted(join(cache, "x", "y"), cache);
    Deno.mkdirSync(cache, { mode: 0o755 });
    checkTrusted(join(cache, "x", "y"), cache);
  },
});

Deno.test({
  name:
    "fault 68: what is downloaded is the user's to write, whatever the umask",
  ignore,
  fn: async () => {
    await using server = new ScriptedServer((asked) => fileAnswer(A, asked));
    using home = new TemporaryFolder();
    const before = Deno.umask(0o000);
    try {
      const options = { home: join(home.path, "a", "cache") };
      const folder = await ensureAsset(assetOf(server.url), options);
      assert.equal(modeOf(join(options.home, "x", "one.lock")), "644");
      assert.equal(modeOf(join(options.home, "downloads")), "755");
      for (const name of ["a.bin", "verified.json"]) {
        assert.equal(modeOf(join(folder, name)), "644");
      }
      assert.equal(await findAsset(assetOf(server.url), options), folder);
    } finally {
      Deno.umask(before);
    }
  },
});
