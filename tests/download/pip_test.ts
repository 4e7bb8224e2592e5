import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureAsset } from "bertbook/download/ensure_asset.ts";
import { type Source } from "bertbook/download/asset.ts";
import { downloadWheel, PackageError } from "bertbook/download/pip.ts";
import { zipOf } from "./_archives.ts";
import { content, factOf, TemporaryFolder } from "./_server.ts";

// The stand-ins are shell scripts, which Windows does not run.
const ignore = Deno.build.os === "windows";
const A = content(5_000);
const FILES = { "a.bin": factOf(A) };

/** Puts stand-ins for package clients on the path, and nothing else. */
class Clients extends TemporaryFolder {
  readonly #path = Deno.env.get("PATH") ?? "";

  constructor(scripts: Record<string, string>) {
    super();
    for (const [name, script] of Object.entries(scripts)) {
      const text = `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`;
      Deno.writeTextFileSync(join(this.path, name), text, { mode: 0o755 });
    }
    Deno.env.set("PATH", this.path);
  }

  override [Symbol.dispose](): void {
    Deno.env.set("PATH", this.#path);
    super[Symbol.dispose]();
  }
}

/** Copies `archive` to the folder in which the client was started. */
const deliver = (archive: string, name: string): string =>
  `printf '%s\\n' "$@" > "$(dirname "$0")/arguments"\ncp "${archive}" ${name}`;

Deno.test({
  name: "a wheel comes by the first pip that works",
  ignore,
  fn: async () => {
    using home = new TemporaryFolder();
    const wheel = zipOf({ "lib/a": A });
    const archive = join(home.path, "wheel");
    Deno.writeFileSync(archive, wheel);
    using clients = new Clients({
      python3: "echo 'No module named pip' >&2; exit 1",
      pip3: deliver(archive, "it-1.0-py3-none-any.whl"),
    });
    const source: Source = {
      kind: "pip",
      requirement: "it==1.0",
      pythonVersion: "3.11",
      platform: "any",
      archive: factOf(wheel),
      members: { "a.bin": "lib/a" },
    };
    const asset = {
      name: "it",
      folder: "it",
      files: FILES,
      sources: [source],
      licence: "MIT",
    };
    const folder = await ensureAsset(asset, { home: home.path });
    assert.deepEqual(Deno.readFileSync(join(folder, "a.bin")), A);
    const asked = Deno.readTextFileSync(join(clients.path, "arguments")).split(
      "\n",
    );
    for (const flag of ["--no-deps", "--only-binary", ":all:", "it==1.0"]) {
      assert.ok(asked.includes(flag), `pip was not given ${flag}`);
    }
    assert.deepEqual(home.names(), ["downloads", "it", "it.lock", "wheel"]);
  },
});

Deno.test({
  name: "an archive of another sha256 is not opened",
  ignore,
  fn: async () => {
    using home = new TemporaryFolder();
    const archive = join(home.path, "wheel");
    Deno.writeFileSync(archive, zipOf({ "lib/a": A, more: A }));
    using _ = new Clients({ pip: deliver(archive, "it-1.0-py3-none-any.whl") });
    const expected = factOf(zipOf({ "lib/a": A }));
    const source: Source = {
      kind: "pip",
      requirement: "it==1.0",
      pythonVersion: "3.11",
      archive: expected,
      members: { "a.bin": "lib/a" },
    };
    const asset = {
      name: "it",
      folder: "it",
      files: FILES,
      sources: [source],
      licence: "MIT",
    };
    await assert.rejects(ensureAsset(asset, { home: home.path }), {
      name: "ProvisionError",
      message: new RegExp(`size must be ${expected.bytes} bytes`),
    });
  },
});

Deno.test({
  name: "downloadWheel() repeats why the client failed, and asks no other",
  ignore,
  fn: async () => {
    using folder = new TemporaryFolder();
    using _ = new Clients({
      python3: "echo 'error code E404' >&2; " +
        "echo 'ERROR: No matching distribution found' >&2; echo bye >&2; exit 1",
      pip: "touch it-1.0-py3-none-any.whl",
    });
    const request = { requirement: "it==1.0", pythonVersion: "3.11" };
    await assert.rejects(downloadWheel(request, folder.path), {
      name: "PackageError",
      message:
        "Cannot fetch it==1.0: python3 -m pip must deliver it; found ERROR: No matching distribution found",
    });
  },
});

Deno.test({
  name: "downloadWheel() names the clients where none is there",
  ignore,
  fn: async () => {
    using folder = new TemporaryFolder();
    using _ = new Clients({});
    const request = { requirement: "it==1.0", pythonVersion: "3.11" };
    await assert.rejects(downloadWheel(request, folder.path), (error) => {
      assert.ok(error instanceof PackageError);
      assert.match(
        error.message,
        /pip must be installed; found none of python3 -m pip, .*, uv tool run pip$/,
      );
      return true;
    });
  },
});

Deno.test({
  name: "downloadWheel() ends the client when told to",
  ignore,
  fn: async () => {
    using folder = new TemporaryFolder();
    using _ = new Clients({ python3: "exec sleep 30" });
    const request = { requirement: "it==1.0", pythonVersion: "3.11" };
    const options = { signal: AbortSignal.timeout(100) };
    const start = performance.now();
    await assert.rejects(downloadWheel(request, folder.path, options), {
      name: "TimeoutError",
    });
    assert.ok(performance.now() - start < 5_000);
  },
});

Deno.test({
  name: "fault 90: downloadWheel() gives up on a client that does not end",
  ignore,
  fn: async () => {
    using clients = new Clients({ python3: "exec sleep 20" });
    const request = { requirement: "it==1.0", pythonVersion: "3.11" };
    const start = performance.now();
    await assert.rejects(
      downloadWheel(request, clients.path, { timeout: 50 }),
      { name: "PackageError", message: /found no end after 0.05 s$/ },
    );
    assert.ok(performance.now() - start < 10_000, "It was waited for");
  },
});

Deno.test({
  name:
    "downloadWheel() says that there is no connection, not that there is no version",
  ignore,
  fn: async () => {
    using clients = new Clients({
      python3:
        `echo "WARNING: Retrying after connection broken by 'E('<p>: Failed to ` +
        `establish a new connection: [Errno -3] Temporary failure')': /it/" >&2; ` +
        `echo "ERROR: Could not find a version that satisfies it" >&2; exit 1`,
    });
    const request = { requirement: "it==1.0", pythonVersion: "3.11" };
    await assert.rejects(
      downloadWheel(request, clients.path),
      {
        name: "PackageError",
        message: /found no connection: \[Errno -3\] Temporary failure$/,
      },
    );
  },
});

Deno.test({
  name: "disk full: a pip that finds no room is answered with what it needs",
  ignore,
  fn: async () => {
    using home = new TemporaryFolder();
    using _clients = new Clients({
      python3: "echo 'ERROR: [Errno 28] No space left on device' >&2; exit 1",
    });
    const source: Source = {
      kind: "pip",
      requirement: "it==1.0",
      pythonVersion: "3.11",
      archive: { sha256: "", bytes: 95_000 + 1_900_000 },
      members: { "a.bin": "lib/a" },
    };
    const asset = {
      name: "it",
      folder: "it",
      files: FILES,
      sources: [source],
      licence: "CC0-1.0",
    };
    await assert.rejects(ensureAsset(asset, { home: home.path }), {
      name: "ProvisionError",
      message:
        `Cannot provide "it": one of its sources must deliver it; found pip ` +
        `it==1.0: "${home.path}" must have room for 2 MB; found 0 MB; free some, or ` +
        `set BERTBOOK_HOME to a folder elsewhere`,
    });
  },
});
