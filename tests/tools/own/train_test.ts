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

    const rows = tickets(4).trimEnd().split("\n").map((row, i) =>
      `${i},${row}`
    );
    const gaps = [...rows.slice(0, 3), "8,,billing", ...rows.slice(3), "9, ,a"];
    await Deno.writeTextFile(join(folder, "gaps.csv"), gaps.join("\n"));
    const some = await run(folder, "predict", "found", "gaps.csv");
    const answers = some.out.trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.deepEqual(
      answers.map(({ input, label, error }) => label ? input.text : error),
      [
        ...lines.slice(0, 2).map(({ input }) => input.text),
        'Cannot predict: "message" must be a text; found "" in line 4 of "gaps.csv"',
        ...lines.slice(2, 4).map(({ input }) => input.text),
        'Cannot predict: "message" must be a text; found " " in line 7 of "gaps.csv"',
      ],
    );
    assert.deepEqual(answers[2].input, {
      0: "8",
      message: "",
      team: "billing",
    });
    assert.equal(some.code, 1);
    assert.match(
      some.err,
      /Cannot predict for 2 of 6 inputs: .*found none in line 4 of "gaps.csv", line 7 of "gaps.csv"; their lines have "error"\n$/,
    );
    await Deno.writeTextFile(join(folder, "none.csv"), "message,a\n,1\n,2\n");
    const none = await run(folder, "predict", "found", "none.csv");
    assert.deepEqual([none.code, none.out], [1, ""]);
    assert.match(none.err, /found "" in line 2 of "none.csv"\n$/);

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
