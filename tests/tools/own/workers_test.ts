import assert from "node:assert/strict";
import { join } from "node:path";
import { freeAddresses } from "bertbook/engine/tensorflow/free_addresses.ts";
import { type Ended, inFolder, run, start, tickets } from "./_commands.ts";

const IS_LINUX = Deno.build.os === "linux";

Deno.test({
  name:
    "workers are stopped as one command, and another number of them continues",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "tickets.csv"), tickets(240));
      const train = ["train", "tickets.csv", "--label=team", "--model=tiny"];
      const options = ["--epochs=4", "--lr=1e-3", "--out=found", "--json"];
      const stopped = start(folder, ...train, ...options, "--workers", "2");
      await stopped.says(/epoch 1: /);
      stopped.kill("SIGTERM");
      const { code, out, err } = await stopped.ended;
      assert.equal(code, 143, err);
      assert.equal(out, "");
      assert.match(err, /\nStopped\n$/); // and nothing of the other worker

      const resumed = await run(folder, ...train, ...options, "--workers=3");
      assert.equal(resumed.code, 0, resumed.err);
      assert.match(resumed.err, /Resumed at step (1[2-9]|[2-4]\d) of 48/);
      const { steps, metrics } = JSON.parse(resumed.out); // of one worker
      assert.equal(steps, 48);
      assert.ok(metrics.test.accuracy > 0.6, JSON.stringify(metrics));
    }),
});

Deno.test({
  name:
    "when the time is over worker 0 tests and saves, and the others end well",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "tickets.csv"), tickets(240));
      const train = ["train", "tickets.csv", "--label=team", "--model=tiny"];
      const options = ["--epochs=20", "--lr=1e-3", "--out=found", "--json"];
      const worker = freeAddresses(2);
      const workers = await Promise.all(worker.map(async (_, index) => {
        const list = { cluster: { worker }, task: { index } };
        const file = `${index}.json`;
        await Deno.writeTextFile(join(folder, file), JSON.stringify(list));
        const cluster = [`--cluster=${file}`, "--threads=1"];
        const limit = "--max-minutes=0.01";
        return run(folder, ...train, ...options, ...cluster, limit);
      }));
      const [first, second] = workers as [Ended, Ended];
      assert.equal(first.code, 0, first.err);
      assert.match(first.err, /The time is over after \d+ of 240 steps/);
      assert.equal(second.code, 0, second.err);
      assert.equal(second.out, "");
      assert.match(
        second.err,
        /^worker 0 \(127\.0\.0\.1:\d+\) has stopped: left at step \d+ of 240\n$/,
      );
      const before = JSON.parse(first.out);
      await Deno.stat(before.files.report);

      const both = ["--workers=2", "--threads=2", "--max-minutes=0.01"];
      const { code, out, err } = await run(
        folder,
        ...train,
        ...options,
        ...both,
      );
      assert.equal(code, 0, err);
      assert.match(err, /Resumed at step \d+ of 240/);
      const after = JSON.parse(out);
      assert.ok(before.steps < after.steps && after.steps < 240, out);
      await Deno.stat(join(after.files.model, "model.safetensors"));
    }),
});

Deno.test("a cluster that cannot be joined gets one line", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "tickets.csv"), tickets(30));
    const lists: [name: string, text: string | undefined, found: RegExp][] = [
      ["none.json", undefined, /--cluster must name a file .*none\.json/],
      ["half.json", "[", /must be a list of addresses .*in JSON; found/],
      ["host.json", '["host:2222"]', /IPv4 address and a port .*"host:2222"/],
      ["other.json", '["192.0.2.1:2222"]', /found 0 of 192\.0\.2\.1:2222/],
    ];
    for (const [name, text, found] of lists) {
      if (text) await Deno.writeTextFile(join(folder, name), text);
      const { code, err } = await run(
        folder,
        "train",
        "tickets.csv",
        `--cluster=${name}`,
      );
      assert.equal(code, 2);
      assert.match(err, found);
      assert.equal(err.trimEnd().split("\n").length, 1, err);
    }
  });
});
