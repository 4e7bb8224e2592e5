/** `deno task train` on a pattern of tables, and on a folder. */

import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { cacheFolder } from "bertbook/download/cache.ts";
import { openData } from "../../../tools/own/tasks.ts";
import { inFolder, run, tickets } from "./_commands.ts";

const TRAIN = ["--model", "tiny", "--epochs", "1", "--lr", "1e-3"];

Deno.test("several tables train without being in memory, and their validation set is found again", async () => {
  await inFolder(async (folder) => {
    // The name is that of the cache, too, which is removed below.
    const name = `tickets-${basename(folder)}`;
    await Deno.mkdir(join(folder, name));
    const [header, ...lines] = tickets(120).trimEnd().split("\n");
    for (const part of [0, 1, 2]) {
      await Deno.writeTextFile(
        join(folder, name, `${name}-${part}.csv`),
        [header, ...lines.slice(40 * part, 40 * (part + 1))].join("\n"),
      );
    }
    try {
      const trained = await run(
        folder,
        "train",
        `${name}/${name}-?.csv`,
        "--text=message",
        "--label=team",
        "--out=found",
        "--json",
        ...TRAIN,
      );
      assert.equal(trained.code, 0, trained.err);
      const { data, verdict, steps, labels } = JSON.parse(trained.out);
      assert.match(
        data,
        /^tickets-.*-\?\.csv: 96 train, 12 validation and 12 test examples, streamed from 3 files; /,
      );
      assert.deepEqual(labels, ["billing", "shipping"]);
      assert.equal(steps, Math.ceil(96 / 16));
      assert.match(verdict.sentence, /on 12 test texts: /);
      const metrics = JSON.parse(
        await Deno.readTextFile(join(folder, "found/metrics.json")),
      );
      assert.equal(metrics.source.streamedLength, 256);
      // The bag of words learns from the texts that were sampled.
      assert.equal(verdict.comparisons[1].score.value, 1);
      const verified = await run(folder, "verify", "found/model");
      assert.match(
        verified.out,
        /unchecked {2}all steps: the training data were streamed/,
      );
      const exported = await run(
        folder,
        "export",
        "found",
        "--precision=float32",
      );
      assert.match(exported.out, /validation/, exported.err);
      const refused = await run(
        folder,
        "train",
        name,
        "--group=message",
        ...TRAIN,
      );
      assert.equal(refused.code, 2);
      assert.match(
        refused.err,
        /Cannot stream "tickets-.*without groups; found the group message/,
      );
    } finally {
      const tables = join(cacheFolder(), "tables");
      for await (const { name: cache } of Deno.readDir(tables)) {
        if (cache.startsWith(name)) {
          await Deno.remove(join(tables, cache), { recursive: true });
        }
      }
    }
  });
});

Deno.test("a command that does not stream names no way to do so", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "large.csv");
    await Deno.writeTextFile(path, "text,label\n");
    await Deno.truncate(path, 2 ** 28 + 1);
    await assert.rejects(
      openData(path, { task: "single-label", seed: 1 }, () => assert.fail()),
      { message: /; take a part of it$/ },
    );
  });
});
