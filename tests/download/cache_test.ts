import assert from "node:assert/strict";
import { join } from "node:path";
import { cacheFolder, pause, withLock } from "bertbook/download/cache.ts";
import { TemporaryFolder } from "./_server.ts";

/** Runs `check` with these variables set, and the old ones afterwards. */
function withEnvironment(
  variables: Record<string, string | undefined>,
  check: () => void,
): void {
  const names = Object.keys(variables);
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  const apply = (name: string, value: string | undefined): void =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  for (const [name, value] of Object.entries(variables)) apply(name, value);
  try {
    check();
  } finally {
    for (const [name, value] of before) apply(name, value);
  }
}

Deno.test("cacheFolder() is BERTBOOK_HOME where that is set", () => {
  withEnvironment({ BERTBOOK_HOME: "somewhere" }, () => {
    assert.equal(cacheFolder(), "somewhere");
  });
});

Deno.test({
  name: "cacheFolder() follows the XDG specification on Linux",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const none = { BERTBOOK_HOME: undefined, XDG_CACHE_HOME: undefined };
    withEnvironment({ ...none, HOME: "home" }, () => {
      assert.equal(cacheFolder(), join("home", ".cache", "bertbook"));
    });
    withEnvironment({ ...none, XDG_CACHE_HOME: "cache" }, () => {
      assert.equal(cacheFolder(), join("cache", "bertbook"));
    });
    withEnvironment({ ...none, HOME: undefined }, () => {
      assert.throws(cacheFolder, {
        name: "RangeError",
        message: /HOME must be/,
      });
    });
  },
});

Deno.test("withLock() lets one at a time do its work", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "lock");
  let inside = 0, most = 0, waits = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await pause(20);
    inside--;
  };
  const onWait = (): void => void waits++;
  await Promise.all([1, 2, 3].map(() => withLock(path, work, { onWait })));
  assert.equal(most, 1);
  assert.equal(waits, 2, "Each that waits is told once");
});

Deno.test("withLock() frees the lock when the work fails", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "lock");
  const failure = new RangeError("no");
  await assert.rejects(withLock(path, () => Promise.reject(failure)), failure);
  assert.equal(await withLock(path, () => Promise.resolve("in")), "in");
});

Deno.test("withLock() gives up waiting when told to", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "lock");
  const controller = new AbortController();
  await withLock(path, async () => {
    const signal = controller.signal;
    const waiting = withLock(path, () => Promise.resolve(), {
      signal,
      onWait: () => controller.abort(),
    });
    await assert.rejects(waiting, { name: "AbortError" });
  });
});

Deno.test("withLock() inherits the lock of a process that was killed", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "lock");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(import.meta.dirname!, "_lock_child.ts"), path],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "held");
  let waited = false;
  await withLock(path, () => Promise.resolve(), {
    onWait: () => {
      waited = true;
      child.kill("SIGKILL");
    },
  });
  assert.ok(waited, "The lock was not held");
  await reader.cancel();
  assert.equal((await child.status).success, false);
});
