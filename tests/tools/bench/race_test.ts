import { RUNS_ALL } from "../../_tiers.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type RacePlan,
  type RaceRun,
  raceTable,
} from "../../../tools/bench/race.ts";
import { MAIN, optionsOf, permissionsOf } from "../_main.ts";

const planOf = (...args: string[]) => optionsOf<RacePlan>("race", ...args);

Deno.test("race has the defaults that --help shows", async () => {
  assert.deepEqual(await planOf(), {
    who: ["packed", "compiled", "torch"],
    seeds: [42],
    epochs: 4,
    sentences: Infinity,
    sampler: "random",
    precision: "float32",
    dropout: 0.1,
    json: "out/race.json",
  });
});

Deno.test("race reads lists and numbers, and refuses others", async () => {
  const plan = await planOf(
    "--who=torch,eager",
    "--seeds=1,2,1",
    "--sentences=2000",
    "--dropout=0",
    "--sampler=length-grouped",
  );
  assert.deepEqual(plan.who, ["torch", "eager"]);
  assert.deepEqual(plan.seeds, [1, 2]);
  assert.deepEqual([plan.sentences, plan.dropout], [2000, 0]);
  assert.equal(plan.sampler, "length-grouped");
  const refusals: [string, RegExp][] = [
    ["--who=pytorch", /--who .*found "pytorch"; did you mean "torch"\?$/],
    ["--seeds=1,x", /--seeds .*found "x"$/],
    ["--epochs=0", /--epochs .*from 1 to 100; found "0"$/],
    ["--dropout=1", /--dropout .*from 0 to 0.99; found "1"$/],
  ];
  for (const [option, message] of refusals) {
    await assert.rejects(planOf(option), { name: "CommanderError", message });
  }
});

/**
 * A substitute for PyTorch: reads the batches, and knows the correct classes. Its
 * fused eager way is the fastest; it cannot compile.
 */
const TORCH = `
const [way, workload] = Deno.args;
const { folder } = JSON.parse(workload);
if (way.endsWith("compile")) throw new TypeError("no compiler");
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
for await (const line of Deno.stdin.readable) {
  if (new TextDecoder().decode(line).trim() === "0") {
    const milliseconds = [way === "fused eager" ? 4 : 8];
    console.log(JSON.stringify({ milliseconds }));
    continue;
  }
  const batches = read("train-" + ++epoch);
  console.log(JSON.stringify({
    losses: batches.map(({ size }) => size),
    trainingSeconds: 3, validationSeconds: 1, peakMb: 7,
    predictions: {
      validation: classesOf("validation"),
      inDomain: classesOf("inDomain"),
      outOfDomain: classesOf("outOfDomain"),
    },
  }));
}
`;

Deno.test({
  name:
    "without dropout, all engines of Bertbook have the same losses in a race",
  ignore: !RUNS_ALL,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const json = join(folder, "deep", "race.json");
      const torchProgram = join(folder, "torch.js");
      await Deno.writeTextFile(torchProgram, TORCH);
      const python = join(folder, "python");
      await Deno.writeTextFile(
        python,
        `#!/bin/sh\nif [ "$1" = "-c" ]; then echo 9.9.9; exit; fi\n` +
          `exec "${Deno.execPath()}" run --quiet --allow-read "${torchProgram}" "$2" "$3"\n`,
        { mode: 0o755 },
      );
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-check",
          ...permissionsOf("race"),
          MAIN,
          "race",
          "--who=compiled,packed,eager,torch",
          "--epochs=2",
          "--sentences=70",
          "--dropout=0",
          `--json=${json}`,
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
      const output = text.decode(stdout);
      assert.match(output, /\ntorch +42 +1 +0\.10 +0\.03 +1\.000 /);
      assert.equal(torch!.way, "fused eager");
      assert.equal(
        output.match(/needs a C\+\+ compiler.*no compiler$/gm)?.length,
        1,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("raceTable() summarizes several seeds", () => {
  const run = (seed: number, score: number): RaceRun => ({
    who: "compiled",
    seed,
    trainingSeconds: 60,
    validationSeconds: 6,
    bestEpoch: 1,
    peakMb: 100,
    epochs: [],
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
