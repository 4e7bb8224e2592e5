import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder, run, tickets } from "./_commands.ts";

const TRAIN = ["--model", "tiny", "--epochs", "2", "--lr", "1e-3"];

Deno.test("a table becomes a model, a report and a verdict, which further commands use", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "tickets.csv"), tickets(120));
    const trained = await run(
      folder,
      "train",
      "tickets.csv",
      "--text=message",
      "--label=team",
      "--out=found",
      "--json",
      ...TRAIN,
    );
    assert.equal(trained.code, 0, trained.err);
    const summary = JSON.parse(trained.out); // and nothing else
    assert.equal(summary.task, "single-label");
    assert.deepEqual(summary.labels, ["billing", "shipping"]);
    assert.match(summary.verdict.sentence, /on 12 test texts: /);
    const metrics = JSON.parse(
      await Deno.readTextFile(join(folder, "found/metrics.json")),
    );
    assert.deepEqual(metrics.metrics, summary.metrics);
    const report = await Deno.readTextFile(join(folder, "found/report.html"));
    assert.match(report, /Which words decided\?/);
    assert.doesNotMatch(report, /(?:src|href)="https?:/);
    const card = await Deno.readTextFile(join(folder, "found/model/README.md"));
    assert.match(card, /^---\nlibrary_name: transformers\n/);

    const predicted = await run(
      folder,
      "predict",
      "found",
      "Where is my parcel?",
    );
    const { label, probabilities } = JSON.parse(predicted.out);
    assert.deepEqual(Object.keys(probabilities), ["billing", "shipping"]);
    assert.ok(probabilities[label] >= 0.5);
    const lines = (await run(folder, "predict", "found", "tickets.csv")).out
      .trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.equal(lines.length, 120);
    assert.equal(lines[0].input.text, "Case 0: where is my invoice?");

    const evaluated = await run(
      folder,
      "evaluate",
      "found",
      "tickets.csv",
      "--json",
    );
    const { examples, metrics: found } = JSON.parse(evaluated.out);
    assert.equal(examples, 120);
    const right = lines.filter(({ label }, i) =>
      label === (i % 2 ? "shipping" : "billing")
    );
    assert.ok(Math.abs(found.accuracy.value - right.length / 120) < 1e-12);
  });
});

Deno.test("what cannot be trained on or predicted with gets one line", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "tickets.csv"), tickets(30));
    await Deno.mkdir(join(folder, "strange"));
    await Deno.writeTextFile(join(folder, "strange/mine.txt"), "mine");
    const refusals: [string[], RegExp][] = [
      [
        ["train", "tickets.csv", "--label", "taem"],
        /"taem" must be one of its columns; .*did you mean "team"\?\n$/,
      ],
      [
        ["train", "tickets.csv", "--out", "strange"],
        /must be new, empty, or a folder of earlier results; found "mine.txt"/,
      ],
      [["train", "none.csv"], /none\.csv/],
      [["predict", "strange", "a text"], /found no config\.json/],
    ];
    for (const [args, message] of refusals) {
      const { code, err } = await run(folder, ...args);
      assert.notEqual(code, 0, args.join(" "));
      assert.match(err, message);
      assert.doesNotMatch(err, /\n {4}at /, "a stack");
    }
  });
});
