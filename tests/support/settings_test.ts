import assert from "node:assert/strict";
import { join } from "node:path";
import { settings } from "../../notebooks/support/settings.ts";

/** Settings of an environment that holds these variables only. */
const settingsOf = (variables: Record<string, string>) =>
  settings((name) => variables[name]);

Deno.test("settings() has defaults for an empty environment", () => {
  const { mode, seed, outFolder } = settingsOf({});
  assert.equal(mode, "quick");
  assert.equal(seed, 42);
  assert.match(outFolder, /out$/);
});

Deno.test("settings() reads mode, seed and folder", () => {
  const given = settingsOf({
    BERTBOOK_MODE: "full",
    BERTBOOK_SEED: "7",
    BERTBOOK_OUT: "/elsewhere",
  });
  assert.deepEqual(given, {
    mode: "full",
    seed: 7,
    outFolder: "/elsewhere",
    stopFile: join("/elsewhere", "stop"),
  });
  const { stopFile } = settingsOf({ BERTBOOK_STOP_FILE: "/kernel/stop" });
  assert.equal(stopFile, "/kernel/stop");
});

Deno.test("settings() names the nearest mode", () => {
  assert.throws(() => settingsOf({ BERTBOOK_MODE: "fulll" }), {
    name: "RangeError",
    message: /found "fulll"; did you mean "full"\?/,
  });
});

Deno.test("settings() refuses a seed that is no whole number", () => {
  for (const seed of ["-1", "1.5", "4e3", "many", "2147483648"]) {
    assert.throws(() => settingsOf({ BERTBOOK_SEED: seed }), RangeError);
  }
});
