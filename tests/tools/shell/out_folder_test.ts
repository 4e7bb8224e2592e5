import assert from "node:assert/strict";
import { join } from "node:path";
import { lockResults, openOutFolder } from "../../../tools/shell/out_folder.ts";
import { UsageError } from "../../../tools/shell/option_values.ts";

async function inFolder(
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-out-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A run that writes a report and a model, and comes to its end if it may. */
async function run(
  folder: string,
  text: string,
  { ends = true } = {},
): Promise<void> {
  using out = await openOutFolder(folder);
  await Deno.writeTextFile(join(out.unfinished, "report.html"), text);
  await Deno.mkdir(join(out.unfinished, "model"));
  await Deno.writeTextFile(join(out.unfinished, "model", "weights"), text);
  await Deno.mkdir(join(out.unfinished, "checkpoints"), { recursive: true });
  await Deno.writeTextFile(join(out.unfinished, "checkpoints", text), "");
  if (ends) await out.finish();
}

const namesIn = (folder: string): string[] =>
  Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();

Deno.test("fault 65: a run that does not end leaves the results before it", async () => {
  await inFolder(async (home) => {
    const folder = join(home, "out");
    await run(folder, "first");
    await run(folder, "second", { ends: false });
    const weights = join(folder, "model", "weights");
    assert.equal(await Deno.readTextFile(weights), "first");
    assert.deepEqual(namesIn(folder), [
      ".bertbook",
      "checkpoints",
      "model",
      "report.html",
      "unfinished",
    ]);
    await run(folder, "third");
    assert.equal(await Deno.readTextFile(weights), "third");
    assert.ok(!namesIn(folder).includes("unfinished"));
    // Checkpoints of the run that did not end were there for the next one.
    assert.deepEqual(namesIn(join(folder, "checkpoints")), ["second", "third"]);
  });
});

Deno.test("fault 66: a folder with files of others is refused and stays as it is", async () => {
  await inFolder(async (folder) => {
    for (const name of ["report.html", "metrics.json", "thesis.txt", "a.txt"]) {
      await Deno.writeTextFile(join(folder, name), name);
    }
    await Deno.mkdir(join(folder, "model"));
    await assert.rejects(
      openOutFolder(folder),
      (error) =>
        error instanceof UsageError &&
        /it must be new, empty, or a folder of earlier results; found "a.txt", "metrics.json", "model", …; name another folder with --out/
          .test(error.message),
    );
    const names = ["a.txt", "metrics.json", "model", "report.html"];
    assert.deepEqual(namesIn(folder), [...names, "thesis.txt"]);
  });
});

Deno.test("fault 74: a second run in the same folder is refused, and names the first", async () => {
  await inFolder(async (home) => {
    const folder = join(home, "out");
    using _first = await openOutFolder(folder);
    await assert.rejects(
      openOutFolder(folder),
      new RegExp(
        `one run at a time may write there; found process ${Deno.pid},`,
      ),
    );
  });
});

Deno.test("results are locked while they are used, and a folder of no run is not", async () => {
  await inFolder(async (folder) => {
    assert.equal(await lockResults(folder), undefined);
    assert.deepEqual(namesIn(folder), []);
    await run(folder, "first");
    const refusal = new RegExp(`found process ${Deno.pid}, .*; wait for it`);
    {
      using _used = await lockResults(folder);
      await assert.rejects(openOutFolder(folder), refusal);
      await assert.rejects(lockResults(folder), refusal);
    }
    await run(folder, "second");
  });
});
