import assert from "node:assert/strict";
import { join } from "node:path";
import { RUNS_ALL } from "../../_tiers.ts";
import { findChromium } from "../../browser/_chromium.ts";
import { inFolder } from "../own/_commands.ts";
import { MAIN, permissionsOf } from "../_main.ts";

/** A substitute for Python: every sentence takes 41 ms in the first file, then 42, 43. */
const PYTHON = `#!/bin/sh
[ -f "$(echo "$2" | cut -d '"' -f 6)" ] || exit 1
echo {}
while read number; do echo "[4$((number + 1)), 4$((number + 1))]"; done
`;

/** Runs the smallest comparison and returns what it printed. */
async function bench(python: string, chromium: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", ...permissionsOf("bench"), MAIN],
      ...["bench", "--onnx", "--rounds=1"],
    ],
    env: {
      NO_COLOR: "1",
      BERTBOOK_MODEL: "tiny",
      BERTBOOK_PYTHON: python,
      BERTBOOK_CHROMIUM: chromium,
    },
  }).output();
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stderr));
  return text.decode(stdout);
}

Deno.test({
  name:
    "bench --onnx times each program in each precision, without those that lack",
  ignore: Deno.build.os === "windows", // without sh
  fn: () =>
    inFolder(async (folder) => {
      const python = join(folder, "python");
      await Deno.writeTextFile(python, PYTHON, { mode: 0o755 });
      const printed = await bench(python, "/nowhere/chromium");
      assert.match(printed, /^ms of one sentence +float32 +float16 +int8$/m);
      assert.match(printed, /^this engine +\d+(\.\d+)?$/m);
      const figures = "( +\\d+(\\.\\d+)?){3}$";
      assert.match(
        printed,
        new RegExp(`^transformers.js in Deno${figures}`, "m"),
      );
      assert.match(printed, /^onnxruntime in Python.* 41\.0 +42\.0 +43\.0$/m);
      assert.match(
        printed,
        /^transformers.js in Chromium is left out: .*"?\/nowhere\/chromium/m,
      );
      if (!RUNS_ALL || findChromium() === undefined) return;
      assert.match(await bench(python, "false"), /left out: false has ended/);
      const all = await bench("/nowhere/python", findChromium()!);
      assert.match(all, /^onnxruntime in Python.* is left out: .*python/m);
      assert.match(all, new RegExp(`^.* in Chromium${figures}`, "m"));
    }),
});
