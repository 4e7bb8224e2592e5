import { RUNS_ALL } from "../_tiers.ts";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type {
  RecordedOptions,
  RecordedRun,
  RunRecord,
} from "../../notebooks/support/recorded.ts";
import { RECORD_PLANS } from "../../tools/record_plans.ts";
import { MAIN, permissionsOf } from "./_main.ts";

/** Lines of this project's own corpus, in the files that CoLA has. */
const SIZES: readonly (readonly [string, number])[] = [
  ["in_domain_train", 250],
  ["in_domain_dev", 40],
  ["out_of_domain_dev", 40],
];

async function writeCorpus(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  for (const [name, size] of SIZES) {
    const own = new URL(
      `../../data/acceptability/${name}.tsv`,
      import.meta.url,
    );
    const lines = (await Deno.readTextFile(own)).split("\n").slice(0, size);
    await Deno.writeTextFile(
      join(folder, `${name}.tsv`),
      lines.join("\n") + "\n",
    );
  }
}

function startRecord(
  home: string,
  name: string,
  data = join(home, "data"),
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      ...permissionsOf("record"),
      MAIN,
      "record",
      name,
      `--records=${join(home, "recorded")}`,
      `--out=${join(home, "out")}`,
    ],
    env: { NO_COLOR: "1", BERTBOOK_MODEL: "tiny", BERTBOOK_DATA: data },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test({
  name:
    "record keeps each training, continues an interrupted one, and repeats none",
  ignore: !RUNS_ALL,
  async fn(): Promise<void> {
    const home = await Deno.makeTempDir();
    const read = async (name: string): Promise<RunRecord> =>
      JSON.parse(
        await Deno.readTextFile(join(home, "recorded", `${name}.json`)),
      );
    try {
      await Deno.mkdir(join(home, "data"));
      await writeCorpus(join(home, "data", "cola"));
      const stopped = startRecord(home, "cola");
      let said = "";
      for await (
        const text of stopped.stdout.pipeThrough(new TextDecoderStream())
      ) {
        if (said === "") stopped.kill("SIGINT"); // after the first step
        said += text;
      }
      assert.match(said, /^full recipe, seed 42: epoch 1, step 1\n/);
      assert.equal((await stopped.status).code, 130);
      await stopped.stderr.cancel();
      assert.ok(!existsSync(join(home, "recorded", "cola.json")));

      const again = await startRecord(home, "cola").output();
      const lines = new TextDecoder().decode(again.stdout);
      assert.equal(again.code, 0, new TextDecoder().decode(again.stderr));
      assert.match(
        lines,
        /^full recipe, seed 42: continues after step [1-9]\d*\n/,
      );
      assert.match(lines, /\ncola: 3 of 3 trainings are recorded\n$/);
      const record = await read("cola");
      const { runs, data } = record;
      assert.deepEqual(runs.map(({ seed }) => seed), [42, 1, 2]);
      assert.equal(data.title, "Your own sentences");
      assert.equal(data.sets["train"]!.examples, 225);
      assert.equal(data.sets["out of domain"]!.examples, 40);
      assert.equal(Object.keys(data.sha256).length, 3);
      assert.equal(record.quiet, false);
      for (const { epochs, scores, confusions } of runs) {
        assert.equal(epochs.length, 4);
        const [[a, b], [c, d]] = confusions["out of domain"] as number[][] as [
          [number, number],
          [number, number],
        ];
        assert.equal(a + b + c + d, 40);
        const { accuracy } = scores["out of domain"]!;
        assert.equal(accuracy!.value, (a + d) / 40);
        assert.ok(accuracy!.low <= accuracy!.value);
        assert.ok(accuracy!.value <= accuracy!.high);
      }
      assert.deepEqual([...Deno.readDirSync(join(home, "out", "cola"))], []);

      // "As it comes" is the same training as that of the record before.
      const other = await startRecord(home, "pretraining").output();
      assert.equal(other.code, 0, new TextDecoder().decode(other.stderr));
      const pretraining = (await read("pretraining")).runs;
      assert.deepEqual(
        pretraining.slice(0, 3),
        runs.map((run) => ({ ...run, label: "as it comes" })),
      );
      const reading = pretraining[3]!.reading!;
      assert.deepEqual(reading.map(({ epoch }) => epoch), [0, 1, 2, 3, 4, 5]);
      assert.ok(reading.at(-1)!.perplexity < reading[0]!.perplexity);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test({
  name: "record of TREC predicts the training questions after each epoch",
  ignore: !RUNS_ALL,
  async fn(): Promise<void> {
    const home = await Deno.makeTempDir();
    try {
      const folder = join(home, "data", "trec");
      await Deno.mkdir(folder, { recursive: true });
      const questions = Array.from(
        { length: 24 },
        (_, i) => `${i % 2} ${i % 2 ? "Which fruit" : "What is rust"} ${i} ?\n`,
      );
      const files = {
        nodev: questions,
        dev: questions.slice(4),
        test: questions,
      };
      for (const [part, lines] of Object.entries(files)) {
        const file = join(folder, `trec.${part}.utf8`);
        await Deno.writeTextFile(file, lines.join(""));
      }
      const { code, stderr } = await startRecord(home, "trec").output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      const record: RunRecord = JSON.parse(
        await Deno.readTextFile(join(home, "recorded", "trec.json")),
      );
      assert.equal(record.runs.length, 6);
      for (const { epochs, scores } of record.runs) {
        assert.equal(epochs.length, 12);
        const [first, last] = [epochs[0]!, epochs.at(-1)!]
          .map((each) => each.trainingAccuracy!);
        assert.ok(first! <= last!, `${first} and ${last}`);
        for (const { trainingAccuracy } of epochs) { // of 24 questions, not of 5
          const right = 24 * trainingAccuracy!;
          assert.ok(Math.abs(right - Math.round(right)) < 1e-9);
        }
        // The test questions are the training questions: the best epoch's score is theirs.
        const best = Math.max(...epochs.map((each) => each.validationAccuracy));
        const ofBest = epochs
          .find(({ validationAccuracy }) => validationAccuracy === best)!;
        assert.equal(
          scores["test"]!.accuracy!.value,
          ofBest.trainingAccuracy,
        );
      }
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test("record refuses the embedded corpus", async () => {
  const home = await Deno.makeTempDir();
  try {
    for (const data of ["embedded", home]) {
      const { code, stderr } = await startRecord(home, "cola", data).output();
      assert.equal(code, 1);
      assert.match(
        new TextDecoder().decode(stderr),
        /^RangeError: Cannot record "cola": BERTBOOK_DATA must have CoLA 1\.1 in a folder "cola"; found /,
      );
    }
    assert.deepEqual([...Deno.readDirSync(home)], []);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("the grid has the paper's 18 settings, then five seeds of the best and of the paper's", () => {
  const finish = (validationMcc: (options: RecordedOptions) => number) => {
    const done = RECORD_PLANS.grid.runsOf([]).map((run) => ({
      ...run,
      epochs: [{ validationMcc: validationMcc(run.options) }],
    }));
    return RECORD_PLANS.grid.runsOf(done as unknown as RecordedRun[]);
  };
  const grid = RECORD_PLANS.grid.runsOf([]);
  assert.equal(new Set(grid.map(({ label }) => label)).size, 18);
  assert.ok(
    grid.every(({ seed, options }) =>
      seed === 42 && options.schedule === "linear" && options.keeps === "last"
    ),
  );
  const isBest = ({ batchSize, learningRate, epochs }: RecordedOptions) =>
    batchSize === 16 && learningRate === 3e-5 && epochs === 3;
  const all = finish((options) => isBest(options) ? 0.5 : 0.4);
  assert.equal(all.length, 18 + 4 + 4);
  assert.equal(all.filter(({ options }) => isBest(options)).length, 5);
  const paper = all.filter(({ label }) =>
    label === "batch 32, rate 2e-5, 4 epochs"
  );
  assert.deepEqual(paper.map(({ seed }) => seed), [42, 1, 2, 3, 4]);
  // The paper's own setting is the best one: it is not trained twice.
  const paperOptions = paper[0]!.options;
  assert.equal(
    finish((options) => options === paperOptions ? 1 : 0).length,
    26,
  );
});
