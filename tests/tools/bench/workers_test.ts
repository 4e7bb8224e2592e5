import assert from "node:assert/strict";
import { join } from "node:path";
import { provideLibrary } from "bertbook/engine/tensorflow/library.ts";
import { RUNS_ALL } from "../../_tiers.ts";
import type { WorkersRow } from "../../../tools/bench/workers.ts";
import { MAIN, permissionsOf } from "../_main.ts";

await provideLibrary();

const IS_LINUX = Deno.build.os === "linux";

/** Runs the smallest measurement of several workers. */
async function benchWorkers(
  ...options: readonly string[]
): Promise<{ output: string; rows: readonly WorkersRow[] }> {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-bench-" });
  try {
    const json = join(folder, "workers.json");
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", ...permissionsOf("bench"), MAIN, "bench"],
        ...["--model=tiny", "--tokens=8", "--words=600"],
        ...["--rounds=1", "--steps=2", `--json=${json}`, ...options],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    assert.equal(code, 0, text.decode(stderr));
    const { rows } = JSON.parse(await Deno.readTextFile(json));
    return { output: text.decode(stdout), rows };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "bench --workers measures one process and two, and predicts both",
  ignore: !IS_LINUX || !RUNS_ALL,
  async fn(): Promise<void> {
    const { output, rows } = await benchWorkers("--workers=1,2");
    assert.deepEqual(rows.map(({ workers }) => workers), [1, 2]);
    for (const row of rows) {
      const { stepSeconds, predictedSeconds, cost, gradientBytes } = row;
      assert.ok(stepSeconds > 0 && predictedSeconds > 0);
      assert.equal(row.network === undefined, row.workers === 1);
      // BERT-Tiny with a table of 600 words.
      const bytes = cost.bucketBytes.reduce((sum, each) => sum + each, 0);
      assert.equal(bytes, gradientBytes);
      assert.equal(gradientBytes / 4, 4_386_178 - (30_522 - 600) * 128);
    }
    const { network } = rows[1]!;
    assert.ok(network!.bytesPerSecond > 1e6 && network!.latencySeconds > 0);
    assert.match(output, /^tiny 8 +1 × \d+ .*\ntiny 8 +2 × \d+ +loopback /m);
  },
});

Deno.test({
  name: "bench --gbit limits what passes between namespaces, and removes them",
  ignore: !IS_LINUX || !RUNS_ALL || Deno.uid() !== 0,
  async fn(): Promise<void> {
    const { rows } = await benchWorkers("--workers=2", "--gbit=0.1");
    const { bytesPerSecond } = rows[0]!.network!;
    assert.ok(bytesPerSecond < 12.6e6, `${bytesPerSecond}`);
    const { stdout } = await new Deno.Command("ip", {
      args: ["-br", "link"],
    }).output();
    assert.doesNotMatch(new TextDecoder().decode(stdout), /^bb\d+/m);
  },
});
