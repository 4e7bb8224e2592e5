/**
 * Egress: whether a program connects to anything outside this machine.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { RUNS_ALL } from "../_tiers.ts";
import { EmptyFolder, PROJECT, works } from "./_support.ts";

const hasTracer = works("strace", "-qq", "-e", "trace=connect", "true");
const mayIsolate = works("unshare", "-rn", "true");

const PROGRAMS = {
  doctor: ["task", "doctor"],
  "a training": [
    ...["run", "-A", "--quiet", "--config", join(PROJECT, "deno.json")],
    join(PROJECT, "examples/fine_tune.ts"),
  ],
};

for (const [name, args] of Object.entries(PROGRAMS)) {
  Deno.test({
    name: `fault 55: with all in the cache, ${name} connects to nothing`,
    ignore: !RUNS_ALL || !hasTracer && !mayIsolate,
    fn: async () => {
      await using folder = await EmptyFolder.make();
      const log = join(folder.path, "connections");
      const watch = hasTracer
        ? ["strace", "-f", "-qq", "-e", "trace=connect", "-o", log]
        : ["unshare", "-rn"];
      const [command, ...rest] = [...watch, Deno.execPath(), ...args];
      const { success, stderr } = await new Deno.Command(command!, {
        args: rest,
        cwd: name === "doctor" ? PROJECT : folder.path,
        env: { DENO_NO_UPDATE_CHECK: "1", BERTBOOK_DATA: "embedded" },
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      if (!hasTracer) return;
      const calls = (await Deno.readTextFile(log)).split("\n");
      assert.deepEqual(calls.filter((call) => /AF_INET/.test(call)), []);
    },
  });
}
