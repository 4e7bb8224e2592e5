/** Copies for learners, and the stick for laptops without a network. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Cell } from "../../tools/jupyter/notebook.ts";
import { exerciseCells, withImports } from "../../tools/jupyter/exercises.ts";
import { readNotebook } from "../../tools/jupyter/notebook_file.ts";
import { NOTEBOOKS, PROJECT } from "../../tools/shell/project.ts";
import { PLATFORMS, stick } from "../../tools/stick.ts";
import { forLearners, workshop } from "../../tools/workshop.ts";
import { RUNS_ALL } from "../_tiers.ts";

const sources = (cells: readonly Cell[]): string =>
  cells.map(({ source }) => source).join("\n");

Deno.test("a copy for learners has open exercises, no solution and no clean-up", async () => {
  const page = await readNotebook(join(NOTEBOOKS, "01_load.ipynb"));
  const { cells } = forLearners(page, "../../notebooks", true);
  assert.match(sources(page.cells), /<summary>Solution/);
  assert.doesNotMatch(sources(cells), /<summary>Solution/);
  assert.match(sources(cells), /await check\("1\.1"/);
  assert.match(sources(cells), /"\.\.\/\.\.\/notebooks\/exercises\/mod\.ts"/);
  assert.doesNotMatch(sources(cells), /"\.\/[a-z]+\/mod\.ts"/);
  assert.ok(cells.every((cell) => cell.cell_type !== "raw"));
  assert.ok(
    cells.every((cell) => !("outputs" in cell) || cell.outputs.length === 0),
  );
  const [first] = exerciseCells({ ...page, cells });
  assert.match(
    withImports(first!.cell.source, { ...page, cells }),
    /from "\.\/exercises\/mod\.ts"/,
    "the grader runs it beside the pages",
  );
  const shown = forLearners(page, "..", false).cells;
  assert.ok(shown.some((cell) => "outputs" in cell && cell.outputs.length > 0));
});

Deno.test("copies for learners must be inside the project, beside the pages", async () => {
  for (const folder of ["/", PROJECT, join(PROJECT, "..", "x"), NOTEBOOKS]) {
    await assert.rejects(workshop(folder, {}), { name: "UsageError" });
  }
});

Deno.test("a stick is not made in a folder with other files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "photo.jpg"), "");
    await assert.rejects(stick(folder, { platform: ["linux-x64"] }), {
      name: "UsageError",
      message: /must be new, empty, or filled by .* found "photo\.jpg"/,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "a laptop without a network runs a notebook from the stick",
  ignore: !RUNS_ALL || Deno.build.os !== "linux",
  async fn(): Promise<void> {
    const folder = await Deno.makeTempDir();
    try {
      const name = Deno.build.arch === "x86_64" ? "linux-x64" : "linux-arm64";
      assert.ok(name in PLATFORMS);
      assert.equal(await stick(join(folder, "usb"), {}), 0);
      const script = join(folder, "usb", "start-linux.sh");
      const { success, stdout, stderr } = await new Deno.Command("unshare", {
        args: ["-rn", "sh", "-c", `ip link set lo up; sh ${script} notebook 2`],
        env: { HOME: folder, PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
        clearEnv: true,
      }).output();
      const decoder = new TextDecoder();
      assert.ok(success, decoder.decode(stderr));
      assert.match(decoder.decode(stdout), /02_tokenize {2}done/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
