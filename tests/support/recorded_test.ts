import assert from "node:assert/strict";
import { hostname } from "node:os";
import { join } from "node:path";
import type { DatasetSource } from "bertbook/datasets/dataset.ts";
import {
  checksumTable,
  checksumVerdict,
} from "../../notebooks/support/checksums.ts";
import {
  cutVerdict,
  describeRecord,
  gridTable,
  gridVerdict,
  paddingTable,
  RECORD_NAMES,
  recorded,
  recordedEpochs,
  recordedEpochTable,
  type RecordedRun,
  type RecordedScore,
  recordedScores,
  recordedTable,
  RECORDS,
  type RunRecord,
  showRecord,
} from "../../notebooks/support/recorded.ts";

const score = (value: number): RecordedScore => ({
  value,
  low: value - 0.1,
  high: value + 0.1,
});

/** A run with this MCC out of domain; recordedScores() reads nothing else. */
const run = (label: string, seed: number, mcc: number): RecordedRun =>
  ({
    label,
    seed,
    epochs: [{ epoch: 1, trainingLoss: seed }],
    scores: {
      "in domain": { accuracy: score(0.5) },
      "out of domain": { mcc: score(mcc) },
    },
  }) as unknown as RecordedRun;

const RECORD = {
  runs: [
    run("a", 42, 0.3),
    run("b", 42, 0.2),
    run("a", 1, 0.5),
    run("a", 2, 0.4),
  ],
  published: [{
    set: "out of domain",
    metric: "mcc",
    value: 0.498,
    source: "somebody",
  }],
} as unknown as RunRecord;

Deno.test("recordedTable() has mean and spread over seeds, one run's interval, and the published number", () => {
  assert.deepEqual(recordedTable(RECORD, ["mcc"]), [{
    training: "a",
    examples: "out of domain",
    metric: "MCC",
    mean: "0.400",
    // Of 0.3, 0.5 and 0.4: the squares add up to 0.02, over 2 degrees of freedom.
    "standard deviation": "0.100",
    seeds: "3",
    "95 % interval of one run": "0.200 to 0.400",
    published: "0.498 (somebody)",
  }, {
    training: "b",
    examples: "out of domain",
    metric: "MCC",
    mean: "0.200",
    "standard deviation": "",
    seeds: "1",
    "95 % interval of one run": "0.100 to 0.300",
    published: "0.498 (somebody)",
  }]);
  const [accuracy] = recordedTable(RECORD, ["accuracy"]);
  assert.equal(accuracy!["examples"], "in domain");
  assert.equal(accuracy!["published"], "");
});

Deno.test("recordedScores() and recordedEpochs() choose by set, label and seed", () => {
  assert.deepEqual(
    recordedScores(RECORD, "mcc").map(({ label, values }) => [label, values]),
    [["a", [0.3, 0.5, 0.4]], ["b", [0.2]]],
  );
  assert.deepEqual(recordedScores(RECORD, "mcc", "in domain"), []);
  assert.equal(recordedEpochs(RECORD)[0]!.trainingLoss, 42);
  assert.equal(recordedEpochs(RECORD, { seed: 2 })[0]!.trainingLoss, 2);
  assert.throws(() => recordedEpochs(RECORD, { label: "c" }), {
    name: "RangeError",
    message: /found "c"; it has "a" \(seed 42\), /,
  });
});

Deno.test("recorded() says how to make a record that is not there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(recorded("cola", folder), {
      name: "RangeError",
      message: /found "cola"; record it with "deno task record cola"$/,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The records of this project, by name. */
const NAMES = RECORD_NAMES.filter((name) =>
  Array.from(Deno.readDirSync(RECORDS)).some((file) =>
    file.name === `${name}.json`
  )
);

Deno.test("notebooks/recorded has records, and nothing else", () => {
  const files = Array.from(Deno.readDirSync(RECORDS), ({ name }) => name);
  assert.ok(NAMES.length > 0);
  const known = [...NAMES, "workers"].map((name) => `${name}.json`);
  assert.deepEqual(files.sort(), known.sort());
});

for (const name of NAMES) {
  Deno.test(`the record "${name}" is of the published corpus, in plausible ranges`, async () => {
    const record = await recorded(name);
    const { data, machine, versions, runs } = record;
    assert.equal(record.command, `deno task record ${name}`);
    assert.match(record.date, /^\d{4}-\d\d-\d\d$/);
    assert.match(
      describeRecord(record),
      /^Recorded on .*: (CoLA 1\.1|TREC|IMDB), /,
    );
    assert.ok(machine.threads >= 1 && machine.processor !== "");
    assert.equal(typeof record.quiet, "boolean");
    for (const version of Object.values(versions)) {
      assert.match(version, /^\d+\.\d+\.\d+/);
    }
    for (const hash of Object.values(data.sha256)) {
      assert.match(hash, /^[0-9a-f]{64}$/);
    }
    for (const { examples, classes } of Object.values(data.sets)) {
      assert.deepEqual(Object.keys(classes), data.labels);
      const counts = Object.values(classes);
      assert.equal(counts.reduce((sum, count) => sum + count), examples);
    }
    assert.ok(name === "time_by_length" || runs.length > 0);
    for (const run of runs) checkRun(run, record);
    const keys = runs.map(({ label, seed }) => `${label}, ${seed}`);
    assert.equal(new Set(keys).size, keys.length);
  });

  Deno.test(`the record "${name}" has no text of the corpus, and nothing of the machine`, async () => {
    const text = await Deno.readTextFile(join(RECORDS, `${name}.json`));
    assert.ok(!text.includes(hostname()), "the name of the machine");
    assert.doesNotMatch(
      text,
      /\/(home|root|tmp|work|Users|var|mnt)\/|[A-Z]:\\/,
    );
    // A sentence is a string of four or more words that ends as sentences do.
    const sentences = text.match(/"[^"]*(\s[^"\s]+){3}[.?!]"/g) ?? [];
    assert.ok(sentences.length <= 5, sentences.join("\n"));
    const longest = text.match(/"[^"]*"/g)!.map((each) => each.length);
    assert.ok(Math.max(...longest) < 100);
  });
}

/** Looks at the figures of one run. */
function checkRun(run: RecordedRun, { data, published }: RunRecord): void {
  const { options, epochs, scores, confusions, seconds } = run;
  assert.ok(Number.isSafeInteger(run.seed));
  assert.equal(epochs.length, options.epochs);
  for (const [i, epoch] of epochs.entries()) {
    assert.equal(epoch.epoch, i + 1);
    assert.ok(epoch.trainingLoss > 0 && epoch.trainingLoss < 2);
    assert.ok(epoch.validationLoss > 0 && epoch.validationLoss < 2);
    assert.ok(epoch.validationAccuracy > 0.2 && epoch.validationAccuracy <= 1);
    assert.ok(epoch.validationMcc >= -0.1 && epoch.validationMcc <= 1);
    assert.ok(epoch.trainingSeconds > 0 && epoch.validationSeconds > 0);
  }
  const first = epochs[0]!;
  assert.ok(
    epochs.at(-1)!.trainingLoss < first.trainingLoss || epochs.length === 1,
  );
  assert.ok(seconds > first.trainingSeconds);
  for (const [set, confusion] of Object.entries(confusions)) {
    const total = confusion.flat().reduce((sum, count) => sum + count, 0);
    assert.equal(total, data.sets[set]!.examples);
    const right = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
    assert.equal(scores[set]!.accuracy!.value, right / total);
    for (const { low, value, high } of Object.values(scores[set]!)) {
      assert.ok(-0.1 <= low && low <= value && value <= high && high <= 1);
      // If all predictions are of one class, every sample's MCC is 0.
      const isConstant = low === 0 && high === 0;
      assert.ok(
        isConstant || high > low && high - low < 0.3,
        `${low} to ${high}`,
      );
    }
  }
  for (const { set } of published) assert.ok(set in scores);
  for (const { epoch, perplexity, accuracy } of run.reading ?? []) {
    // Before the first epoch, the head may know less than nothing.
    const most = epoch === 0 ? Infinity : 30_522;
    assert.ok(perplexity > 1 && perplexity < most, `${perplexity}`);
    assert.ok(accuracy >= 0 && accuracy < 1);
  }
}

/** A grid: two rates and one batch size; one setting has three seeds. */
const gridRun = (
  learningRate: number,
  seed: number,
  validationMcc: number,
  test: number,
): RecordedRun =>
  ({
    label: `rate ${learningRate}`,
    seed,
    options: { batchSize: 32, learningRate, epochs: 2 },
    epochs: [
      { epoch: 1, trainingLoss: 0.5, validationMcc: 0.9 },
      { epoch: 2, trainingLoss: seed, validationMcc, validationAccuracy: 0.5 },
    ],
    scores: { "out of domain": { mcc: score(test) } },
  }) as unknown as RecordedRun;

const GRID = {
  runs: [
    gridRun(2e-5, 42, 0.2, 0.25),
    gridRun(5e-5, 42, 0.4, 0.3),
    gridRun(5e-5, 1, 0.3, 0.1),
    gridRun(5e-5, 2, 0.5, 0.2),
  ],
};

Deno.test("gridTable() goes from the best to the worst by the last epoch's validation MCC", () => {
  assert.deepEqual(gridTable(GRID), [{
    "batch size": 32,
    "learning rate": "5e-5",
    epochs: 2,
    "validation MCC": "0.400",
    "test MCC": "0.300",
    seeds: 3,
    "validation, mean ± SD": "0.400 ± 0.100",
    "test, mean ± SD": "0.200 ± 0.100",
  }, {
    "batch size": 32,
    "learning rate": "2e-5",
    epochs: 2,
    "validation MCC": "0.200",
    "test MCC": "0.250",
    seeds: 1,
    "validation, mean ± SD": "",
    "test, mean ± SD": "",
  }]);
});

Deno.test("gridVerdict() compares the rates with the seeds", () => {
  const ranges = "learning rates lie 0.200 apart, the batch sizes 0.000, the " +
    "numbers of epochs 0.000.";
  assert.ok(gridVerdict({ runs: GRID.runs.slice(0, 2) }).endsWith(ranges));
  // Twice a standard deviation of 0.1 is not below a range of 0.2.
  const said = gridVerdict(GRID);
  assert.match(said, /a standard deviation of up to 0\.100: the seed matters/);
  const wider = [gridRun(2e-5, 42, 0.1, 0.25), ...GRID.runs.slice(1)];
  assert.match(gridVerdict({ runs: wider }), /the rate matters more than/);
});

/** Trainings on reviews that are cut: at each length, the scores of head and head+tail. */
const cuts = (byLength: Record<number, [head: number, both: number]>) =>
  ({
    data: { title: "Reviews", sets: { test: { examples: 5000 } } },
    runs: Object.entries(byLength).flatMap(([maxLength, [head, both]]) =>
      Object.entries({ head, "head+tail": both }).map((
        [truncation, value],
      ) => ({
        label: `${truncation}, ${maxLength}`,
        options: { maxLength: Number(maxLength), truncation },
        scores: { test: { accuracy: score(value) } },
      }))
    ),
  }) as unknown as RunRecord;

Deno.test("cutVerdict() compares the lead with the interval of the difference, at each length", () => {
  // Half widths of 0.1 each: √0.02 = 0.141.
  assert.equal(
    cutVerdict(cuts({ 128: [0.4, 0.6], 256: [0.65, 0.6] })),
    "Recorded, on Reviews, 128 tokens: head+tail has 0.600 and head 0.400, a lead " +
      "of 0.200 for head+tail. With 5,000 other test examples it may differ by " +
      "0.141 (95 %): the lead is larger than that.\n" +
      "Recorded, on Reviews, 256 tokens: head has 0.650 and head+tail 0.600, a lead " +
      "of 0.050 for head. With 5,000 other test examples it may differ by " +
      "0.141 (95 %): the lead may be chance.",
  );
  const { data, runs } = cuts({ 128: [0.4, 0.6] });
  assert.equal(cutVerdict({ data, runs: runs.slice(1) }), "");
});

Deno.test("recordedEpochTable() has the mean over the seeds of each setting", () => {
  const [, second] = recordedEpochTable({ runs: GRID.runs.slice(1) });
  assert.deepEqual(second, {
    epoch: 2,
    "rate 0.00005: training loss": "15.000", // of 42, 1 and 2
    "rate 0.00005: validation accuracy": "0.500",
  });
  const known = GRID.runs.slice(1).map((run, i) => ({
    ...run,
    epochs: run.epochs.map((each) => ({ ...each, trainingAccuracy: i / 10 })),
  }));
  const [, withTraining] = recordedEpochTable({ runs: known });
  assert.equal(withTraining!["rate 0.00005: training accuracy"], "0.100");
});

Deno.test("paddingTable() compares with the first strategy", () => {
  const paddings = [
    { padding: "a", tokensPerSentence: 8, paddingShare: 0, epochSeconds: 4 },
    { padding: "b", tokensPerSentence: 6, paddingShare: 0, epochSeconds: 1 },
  ];
  const [, b] = paddingTable({ paddings });
  assert.deepEqual(b, {
    padding: "b",
    "tokens per sentence": "6.0",
    "seconds per epoch": "1.0",
    "of the first": "0.25",
  });
});

Deno.test("showRecord() shows the scores, or that there are none yet", async () => {
  const folder = await Deno.makeTempDir();
  const shown: string[] = [];
  const options = {
    folder,
    broadcast: (_: string, content: Record<string, unknown>) => {
      shown.push(
        String((content["data"] as Record<string, string>)["text/plain"]),
      );
      return Promise.resolve();
    },
  };
  try {
    await showRecord("cola", ["mcc"], options);
    assert.deepEqual(shown, ["cola: Not recorded yet."]);
    await Deno.copyFile(join(RECORDS, "cola.json"), join(folder, "cola.json"));
    await showRecord("cola", ["mcc"], options);
    assert.match(shown[1]!, /^CoLA, .*\. Recorded on .*: CoLA 1\.1, /);
    assert.match(shown[1]!, /out of domain +MCC/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("checksumTable() finds the published files, and only those", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "a.csv"), "abc");
    // The SHA-256 of "abc", FIPS 180-2, appendix B.1.
    const abc =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const source = { otherForms: { "a.csv": abc, "b.csv": abc, "c.csv": abc } };
    const data = { sha256: { "b.csv": abc, "c.csv": "ff" } };
    const rows = await checksumTable(
      source as unknown as DatasetSource,
      folder,
      { data } as unknown as RunRecord,
    );
    const digits = "ba7816bf8f01cfea";
    assert.deepEqual(rows.map((row) => Object.values(row)), [
      ["a.csv", digits, digits, "not used"],
      ["b.csv", digits, "no such file", "equal"],
      ["c.csv", digits, "no such file", "differs"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("checksumVerdict() says where the files are from, and counts the equal ones", () => {
  const url = "https://example.org/a.tar.gz";
  const asset = { sources: [{ kind: "url", url }] };
  const source = { title: "Mails", asset } as unknown as DatasetSource;
  const row = (yours: string): Record<string, string> => ({
    file: "a",
    "sha256, published": "ba78",
    "sha256, yours": yours,
  });
  const rows = ["ba78", "no such file", "ff"].map(row);
  const verdict = (origin: "embedded" | "folder", found = rows): string =>
    checksumVerdict(source, { origin, title: "Embedded mails" }, found);
  const start = `Mails is published at ${url}. `;
  assert.equal(
    verdict("embedded"),
    `${start}No file of it is in use here: the embedded mails takes its place.`,
  );
  assert.equal(
    verdict("folder"),
    `${start}Of 2 such files of yours, 1 is equal to the published.`,
  );
  assert.equal(
    verdict("folder", [row("ba78"), row("ba78")]),
    `${start}Of 2 such files of yours, 2 are equal to the published.`,
  );
});
