import assert from "node:assert/strict";
import { join } from "node:path";
import { cacheFolder } from "bertbook/download/cache.ts";

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
