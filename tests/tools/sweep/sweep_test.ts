import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type SweepResult,
  type SweepRun,
  SweepStore,
} from "../../../tools/sweep/store.ts";
import {
  bestRun,
  describeBest,
  type SweepRow,
  sweepRows,
} from "../../../tools/sweep/summary.ts";
import { runAll, runsOf, shareMachine } from "../../../tools/sweep/sweep.ts";
import { colaWorkload, taskOf } from "../../../tools/sweep/cola.ts";
import { ownWorkload } from "../../../tools/sweep/own.ts";
import { type SweepPlan } from "../../../tools/sweep/store.ts";
import { weightsBytes } from "../../../tools/sweep/workload.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { RUNS_ALL } from "../../_tiers.ts";
import { MAIN, optionsOf, permissionsOf } from "../_main.ts";
import { inFolder, run, start, tickets } from "../own/_commands.ts";

/** Trains in a second, and needs no network. */
const SMALL = { BERTBOOK_MODEL: "tiny", BERTBOOK_DATA: "embedded" };

const planOf = (...args: string[]) => optionsOf<SweepPlan>("sweep", ...args);

/** A result with these validation scores, epoch by epoch; tests score the opposite. */
function resultOf(run: SweepRun, ...scores: number[]): SweepResult {
  return {
    run,
    task: {
      data: "CoLA",
      size: "9 sentences",
      model: "tiny",
      metric: "mcc",
      recipe: { weightDecay: 0, maxGradNorm: 1 },
      hashes: { train: "00" },
    },
    threads: 1,
    epochs: scores.map((score) => ({
      scores: { validation: score, inDomain: -score, outOfDomain: -score },
      trainingSeconds: 2,
    })),
  };
}

Deno.test("sweep has the paper's grid by default, and a small one if quick", async () => {
  const paper = await planOf();
  assert.deepEqual(paper.lr, [5e-5, 3e-5, 2e-5]);
  assert.deepEqual(paper.batch, [16, 32]);
  assert.deepEqual(paper.epochs, [2, 3, 4]);
  assert.equal(paper.sentences, Infinity);
  assert.equal(runsOf(paper).length, 3 * 2 * 3 * 3);
  assert.equal(runsOf({ ...paper, schedule: "constant" }).length, 3 * 2 * 3);
  const quick = await planOf("--quick", "--lr=1e-3", "--jobs=4");
  assert.deepEqual(quick.lr, [1e-3]);
  assert.deepEqual([quick.sentences, quick.jobs], [1000, 4]);
  const refusals: [string, RegExp][] = [
    ["--lr=5e-5,fast", /--lr .*found "fast"$/],
    ["--batch=0", /--batch .*found "0"$/],
    ["--seeds=-1", /--seeds .*found "-1"$/],
    ["--schedule=linaer", /--schedule .*did you mean "linear"\?$/],
  ];
  for (const [option, message] of refusals) {
    await assert.rejects(planOf(option), { name: "CommanderError", message });
  }
});

Deno.test("shareMachine() gives every core a training, as far as memory goes", () => {
  const machine = { cores: 8, available: 7e9 };
  const [jobsOf, bytes] = [shareMachine, 91e6];
  assert.deepEqual(jobsOf(undefined, bytes, machine), { jobs: 3, threads: 2 });
  assert.deepEqual(jobsOf(2, bytes, machine), { jobs: 2, threads: 4 });
  assert.deepEqual(jobsOf(16, bytes, machine), { jobs: 16, threads: 1 });
  // Three times the weights: 6 GB; random ones have no file.
  assert.deepEqual(jobsOf(undefined, 273e6, machine), { jobs: 1, threads: 8 });
  assert.deepEqual(jobsOf(undefined, 0, machine), { jobs: 3, threads: 2 });
  const small = { cores: 4, available: 1e9 };
  assert.deepEqual(jobsOf(undefined, bytes, small), { jobs: 1, threads: 4 });
});

Deno.test("sweepRows() puts the best by validation first, whatever the tests say", async () => {
  const grid = await planOf(
    "--lr=1e-4,1e-5",
    "--batch=8",
    "--epochs=2",
    "--seeds=1,2",
  );
  const scores: Record<number, number[]> = {
    1e-4: [0.1, 0.5],
    1e-5: [0.2, 0.2],
  };
  const results = runsOf(grid).map((run) =>
    resultOf(run, 0.9, scores[run.learningRate]![run.seed - 1]!)
  );
  const rows = sweepRows(grid, results);
  assert.deepEqual(rows.map(({ learningRate }) => learningRate), [1e-4, 1e-5]);
  assert.deepEqual(rows[0]!.scores["validation"], [0.1, 0.5]);
  assert.equal(rows[0]!.trainingSeconds, 4);
  assert.match(
    describeBest(rows, "mcc"),
    /MCC: learning rate 1e-4, batch 8, 2 epochs, 0\.300 ± 0\.283; in domain -0\.300 /,
  );
  assert.match(
    describeBest(rows, "mcc"),
    /best seed by validation MCC: 2, 0\.500\.$/,
  );
  assert.equal(bestRun(rows[0]!).seed, 2);
});

Deno.test("sweepRows() finds short trainings in long ones under a constant rate only", async () => {
  const grid = await planOf(
    "--lr=1e-4",
    "--batch=8",
    "--epochs=1,3",
    "--seeds=1",
  );
  const constant = { ...grid, schedule: "constant" as const };
  const [run] = runsOf(constant);
  const rows = sweepRows(constant, [resultOf(run!, 0.1, 0.2, 0.3)]);
  assert.deepEqual(
    rows.map(({ epochs, scores }) => [epochs, scores["validation"]]),
    [[3, [0.3]], [1, [0.1]]],
  );
  const long = runsOf(grid).find(({ epochs }) => epochs === 3)!;
  assert.deepEqual(
    sweepRows(grid, [resultOf(long, 0.1, 0.2, 0.3)]).map(({ epochs }) =>
      epochs
    ),
    [3],
  );
});

Deno.test("a sweep's store keeps whole results of the same task only", async () => {
  const out = await Deno.makeTempDir();
  try {
    const [run] = runsOf(await planOf("--epochs=2"));
    const result = resultOf(run!, 0.1, 0.2);
    const store = new SweepStore(out, result.task);
    assert.equal(await store.read(run!), undefined);
    await store.write(result);
    assert.deepEqual(await store.read(run!), result);
    assert.equal(await store.read({ ...run!, seed: 9 }), undefined);
    const hashes = { train: "01" };
    const recipe = { weightDecay: 0, maxGradNorm: 2 };
    for (const change of [{ metric: "f1" }, { recipe }, { hashes }]) {
      const other = new SweepStore(out, { ...result.task, ...change });
      assert.equal(await other.read(run!), undefined);
    }
    const [folder] = [...Deno.readDirSync(out)];
    const files = [...Deno.readDirSync(join(out, folder!.name))];
    assert.equal(files.length, 1);
    const file = join(out, folder!.name, files[0]!.name);
    const text = await Deno.readTextFile(file);
    for (
      const half of [text.slice(0, -20), "", "null", "{}", '{"epochs":[]}']
    ) {
      await Deno.writeTextFile(file, half);
      assert.equal(await store.read(run!), undefined, half);
    }
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("fault 71: a sweep takes no results of another model, other data or other code", async () => {
  const folders = await Deno.makeTempDir();
  const model = async (parent: string, weights: string): Promise<string> => {
    const folder = join(folders, parent, "model");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(join(folder, "config.json"), "{}");
    await Deno.writeTextFile(join(folder, "model.safetensors"), weights);
    return folder;
  };
  const example = (label: number) => [{
    inputIds: [101, 102],
    tokenTypeIds: [0, 0],
    label,
  }];
  const cola = {
    title: "CoLA",
    train: example(0),
    validation: example(0),
    inDomain: example(0),
    outOfDomain: example(0),
  };
  try {
    const folder = await model("a", "weights");
    assert.equal(await weightsBytes(folder), "weights".length);
    const task = await taskOf(folder, cola, Infinity);
    assert.match(task.hashes["library"]!, /^[0-9a-f]{64}$/);
    const same = await taskOf(await model("b", "weights"), cola, Infinity);
    assert.deepEqual(same, task);
    const flipped = { ...cola, outOfDomain: example(1) };
    const store = new SweepStore(folders, task);
    const [run] = runsOf(await planOf("--epochs=1"));
    await store.write({ ...resultOf(run!, 0.1), task });
    for (
      const other of [
        await taskOf(await model("c", "other weights"), cola, Infinity),
        await taskOf(folder, flipped, Infinity),
        { ...task, hashes: { ...task.hashes, library: "other code" } },
      ]
    ) {
      const others = new SweepStore(folders, other);
      assert.equal(await others.read(run!), undefined);
      await others.write({ ...resultOf(run!, 0.9), task: other });
    }
    assert.equal(
      (await store.read(run!))!.epochs[0]!.scores["validation"],
      0.1,
    );
  } finally {
    await Deno.remove(folders, { recursive: true });
  }
});

/** Runs a function with the small model and data, and a new folder. */
async function withSmall(use: (out: string) => Promise<void>): Promise<void> {
  const before = Deno.env.toObject();
  const out = await Deno.makeTempDir({ prefix: "bertbook-sweep-" });
  for (const [name, value] of Object.entries(SMALL)) Deno.env.set(name, value);
  try {
    await use(out);
  } finally {
    await Deno.remove(out, { recursive: true });
    for (const name of Object.keys(SMALL)) {
      if (before[name] === undefined) Deno.env.delete(name);
      else Deno.env.set(name, before[name]);
    }
  }
}

Deno.test("a training that fails ends the others, and is named", async () => {
  const [run] = runsOf(await planOf("--epochs=50", "--batch=32"));
  const { signal } = new AbortController();
  await withSmall(async (out) => {
    await assert.rejects(
      runAll([{ ...run!, learningRate: -1 }, run!], await colaWorkload(32), {
        folderOf: (run) => join(out, `${run.learningRate}`),
        jobs: 2,
        threads: 1,
        signal,
        onProgress: () => {},
        onDone: () => assert.fail("it must be ended"),
      }),
      { name: "TypeError", message: /"learningRate":-1.*above 0/s },
    );
  });
});

Deno.test({
  name: "a training that is killed names --jobs as the way out",
  ignore: Deno.build.os === "windows", // it has no signals
  fn: () =>
    withSmall(async (out) => {
      const [run] = runsOf(await planOf("--epochs=50", "--batch=4"));
      const { signal } = new AbortController();
      const data = join(out, "tickets.csv");
      await Deno.writeTextFile(data, tickets(90));
      const workloads = {
        cola: await colaWorkload(32),
        own: await ownWorkload(data, { model: "tiny" }),
      };
      for (const [name, workload] of Object.entries(workloads)) {
        const folder = join(out, name);
        const kill = (): void => {
          const args = ["-P", `${Deno.pid}`, "-f", folder];
          const { stdout } = new Deno.Command("pgrep", { args }).outputSync();
          const pid = new TextDecoder().decode(stdout).trim();
          if (pid !== "") Deno.kill(Number(pid), "SIGKILL");
        };
        const how = { folder, threads: 1, signal, onProgress: kill };
        await assert.rejects(workload.train(run!, how), {
          name: "TypeError",
          message: /exit code 137 .*; if memory was short, lower --jobs$/s,
        });
      }
    }),
});

/** Starts a sweep of two short trainings, one at a time. */
function startSweep(out: string, ...options: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      ...permissionsOf("sweep"),
      MAIN,
      "sweep",
      "--lr=1e-3,1e-4",
      "--batch=32",
      "--epochs=1",
      "--seeds=42",
      "--sentences=32",
      "--jobs=1",
      `--out=${out}`,
      ...options,
    ],
    env: { NO_COLOR: "1", ...SMALL },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

Deno.test("a sweep that Ctrl-C stopped resumes", async () => {
  const out = await Deno.makeTempDir();
  try {
    const stopped = startSweep(out);
    let said = "";
    for await (
      const text of stopped.stdout.pipeThrough(new TextDecoderStream())
    ) {
      const before = said.includes("validation MCC");
      said += text;
      if (!before && said.includes("validation MCC")) stopped.kill("SIGINT");
    }
    assert.equal((await stopped.status).code, 130);
    assert.match(said, /Stopped: 1 of 2 /);
    const [folder] = [...Deno.readDirSync(out)].filter((each) =>
      each.isDirectory
    );
    const filesNow = (): string[] =>
      [...Deno.readDirSync(join(out, folder!.name))]
        .filter((each) => each.isFile).map(({ name }) => name).sort();
    assert.equal(filesNow().length, 1);
    assert.ok(filesNow().every((name) => name.endsWith("_seed42.json")));

    const again = await startSweep(out).output();
    const text = new TextDecoder().decode(again.stdout);
    assert.equal(again.code, 0);
    assert.match(text, /2 trainings, 1 of them done before/);
    assert.equal(filesNow().length, 2);
    assert.match(text, /learning rate +batch .*\n(.* 32 +1 +1 .*\n){2}/);
    const png = await Deno.readFile(join(out, "sweep.png"));
    assert.equal(new TextDecoder().decode(png.subarray(1, 4)), "PNG");
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test({
  name: "a sweep over one's own data resumes, and keeps each model",
  ignore: !RUNS_ALL || Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "tickets.csv"), tickets(90));
      const args = [
        ...["sweep", "tickets.csv", "--model=tiny", "--lr=1e-3,1e-4"],
        ...["--batch=4", "--epochs=5", "--seeds=1", "--jobs=1", "--json"],
      ];
      const first = start(folder, ...args);
      await first.says(/validation macro F1 [^]*, step \d+ of /); // of the second
      first.kill("SIGTERM");
      const { code, out, err } = await first.ended;
      assert.deepEqual([code, out], [143, ""], err);
      assert.match(err, /Stopped: 1 of 2 /);
      const again = await run(folder, ...args);
      assert.match(again.err, /2 trainings, 1 of them done before/);
      const { settings, best, files } = JSON.parse(again.out);
      assert.deepEqual(
        settings.map((each: SweepRow) => Object.keys(each.scores)),
        [["validation", "test"], ["validation", "test"]],
      );
      assert.equal(best.learningRate, settings[0].learningRate);
      const used = await run(folder, "predict", files.model, "Where is it?");
      assert.match(JSON.parse(used.out).label, /^(billing|shipping)$/);
    }),
});

/** All results in the folder of a sweep, without what a clock measured. */
async function resultsIn(out: string): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const folder of Deno.readDirSync(out)) {
    if (!folder.isDirectory) continue;
    for (const { name, isFile } of Deno.readDirSync(join(out, folder.name))) {
      if (!isFile) continue; // of a training killed once its result was stored
      const text = await Deno.readTextFile(join(out, folder.name, name));
      results.push(
        JSON.parse(text, (key, value) => /Seconds$/.test(key) ? 0 : value),
      );
    }
  }
  return results.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

Deno.test({
  name:
    "fault 16: a sweep killed twenty times has the same results to the last bit",
  ignore: !RUNS_ALL || Deno.build.os === "windows",
  async fn(): Promise<void> {
    const home = await Deno.makeTempDir({ prefix: "bertbook-sweep-" });
    const longer = ["--sentences=640", "--epochs=6", "--batch=16"];
    const random = randomStream(20);
    try {
      const whole = join(home, "whole");
      assert.equal((await startSweep(whole, ...longer).output()).code, 0);
      const expected = await resultsIn(whole);
      assert.equal(expected.length, 2);
      for (let numKilled = 0, sweep = 0; numKilled < 20; sweep++) {
        const out = join(home, `${sweep}`);
        for (let code = 1; code !== 0;) {
          const child = startSweep(out, ...longer);
          const milliseconds = 3_000 + random.integer(10_000);
          const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
          const result = await child.output();
          clearTimeout(timer);
          numKilled += result.signal === "SIGKILL" ? 1 : 0;
          code = result.code;
        }
        assert.deepEqual(await resultsIn(out), expected);
      }
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});
