import assert from "node:assert/strict";
import { join } from "node:path";
import { racePlan } from "../../../tools/race/options.ts";
import { RACE } from "../../../tools/race/race.ts";
import type { RaceRun } from "../../../tools/race/run.ts";
import { raceTable } from "../../../tools/race/table.ts";
import { readArguments } from "../../../tools/shell/command.ts";
import { MAIN } from "../_main.ts";

const planOf = (...args: string[]) => racePlan(readArguments(RACE, args));

Deno.test("racePlan() without options is what --help shows", () => {
  assert.deepEqual(planOf(), {
    racers: ["packed", "compiled", "torch"],
    seeds: [42],
    epochs: 4,
    sentences: Infinity,
    sampler: "random",
    precision: "float32",
    dropout: 0.1,
    json: "out/race.json",
  });
});

Deno.test("racePlan() reads lists and numbers, and refuses others", () => {
  const plan = planOf(
    ...["--who=torch,eager", "--seeds=1,2,1", "--sentences=2000"],
    ...["--dropout=0", "--sampler=length-grouped"],
  );
  assert.deepEqual(plan.racers, ["torch", "eager"]);
  assert.deepEqual(plan.seeds, [1, 2]);
  assert.deepEqual([plan.sentences, plan.dropout], [2000, 0]);
  assert.equal(plan.sampler, "length-grouped");
  const refusals: [string, RegExp][] = [
    ["--who=pytorch", /--who .*found "pytorch"; did you mean torch\?$/],
    ["--seeds=1,x", /--seeds .*found "x"; write it in digits$/],
    ["--epochs=0", /--epochs .*from 1 to 100: found "0"; did you mean 1\?$/],
    ["--dropout=1", /--dropout .*from 0 to 0.99: found "1"$/],
  ];
  for (const [option, message] of refusals) {
    assert.throws(() => planOf(option), { name: "UsageError", message });
  }
});

/** Stands for PyTorch: looks at the batches, and knows the right classes. */
const RIVAL = `
const [folder] = Deno.args;
const read = (name) =>
  Deno.readTextFileSync(folder + "/" + name + ".jsonl").trim().split("\\n")
    .map((line) => JSON.parse(line));
const classesOf = (part) => {
  const classes = [];
  for (const { indices, labels } of read(part)) {
    indices.forEach((index, i) => classes[index] = labels[i]);
  }
  return classes;
};
console.log("{}");
let epoch = 0;
for await (const _ of Deno.stdin.readable) {
  const batches = read("train-" + ++epoch);
  console.log(JSON.stringify({
    losses: batches.map(({ size }) => size),
    trainingSeconds: 3, validationSeconds: 1, peakMb: 7,
    validation: classesOf("validation"),
    inDomain: classesOf("inDomain"),
    outOfDomain: classesOf("outOfDomain"),
  }));
}
`;

Deno.test("without dropout, all of ours have the same losses in a race", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const json = join(folder, "deep", "race.json");
    const rival = join(folder, "rival.js");
    await Deno.writeTextFile(rival, RIVAL);
    const python = join(folder, "python");
    await Deno.writeTextFile(
      python,
      `#!/bin/sh\nif [ "$1" = "-c" ]; then echo 9.9.9; exit; fi\n` +
        `exec "${Deno.execPath()}" run --quiet --allow-read "${rival}" "$2"\n`,
      { mode: 0o755 },
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--allow-all", MAIN, "race"],
        ...[
          "--who=compiled,packed,eager,torch",
          "--epochs=2",
          "--sentences=70",
        ],
        ...["--dropout=0", `--json=${json}`],
      ],
      env: {
        NO_COLOR: "1",
        BERTBOOK_MODEL: "tiny",
        BERTBOOK_DATA: "embedded",
        BERTBOOK_PYTHON: python,
      },
    }).output();
    const text = new TextDecoder();
    assert.equal(code, 0, text.decode(stderr));
    const { runs, machine } = JSON.parse(await Deno.readTextFile(json));
    assert.equal(machine.torch, "9.9.9");
    const [compiled, packed, eager, torch] = runs as RaceRun[];
    assert.deepEqual(torch!.epochs.map(({ losses }) => losses), [
      [32, 32, 6],
      [32, 32, 6],
    ]);
    assert.deepEqual(torch!.mcc, {
      validation: 1,
      inDomain: 1,
      outOfDomain: 1,
    });
    assert.equal(torch!.trainingSeconds, 6);
    assert.equal(compiled!.epochs.length, 2);
    for (const [i, { losses }] of compiled!.epochs.entries()) {
      assert.equal(losses.length, 3);
      for (const [j, loss] of losses.entries()) {
        for (const { epochs } of [packed!, eager!]) {
          const other = epochs[i]!.losses[j]!;
          assert.ok(Math.abs(loss / other - 1) < 1e-5, `${loss}, ${other}`);
        }
      }
    }
    assert.match(text.decode(stdout), /\ntorch +42 +1 +0\.10 +0\.03 +1\.000 /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("raceTable() sums several seeds up", () => {
  const run = (seed: number, score: number): RaceRun => ({
    ...{ who: "compiled", seed, trainingSeconds: 60, validationSeconds: 6 },
    ...{ bestEpoch: 1, peakMb: 100, epochs: [] },
    mcc: { validation: score, inDomain: 0, outOfDomain: -score },
  });
  const lines = raceTable([run(1, 0.1), run(2, 0.3)]).split("\n");
  assert.equal(lines.length, 4);
  // mean 0.2; √((0.1² + 0.1²) / 1) = 0.141
  assert.match(
    lines[3]!,
    /^compiled +mean ± sd +1\.00 ± 0\.00 .* 0\.200 ± 0\.141/,
  );
  assert.match(lines[3]!, /-0\.200 ± 0\.141/);
  assert.equal(raceTable([run(1, 0.1)]).split("\n").length, 2);
});
