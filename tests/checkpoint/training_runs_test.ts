import assert from "node:assert/strict";
import { join } from "node:path";
import {
  CheckpointError,
  readCheckpoint,
  type TrainingCheckpoint,
  writeCheckpoint,
} from "bertbook/checkpoint/training_checkpoint.ts";
import {
  type CheckpointOptions,
  checkpointsIn,
  type OpenRun,
  type RunDescription,
} from "bertbook/checkpoint/training_runs.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { temporaryFolder } from "./_support.ts";

const DESCRIPTION: RunDescription = {
  task: "toy",
  options: { seed: 1, batchSize: 4, schedule: { learningRate: 0.1 } },
  data: { train: "abc" },
};

/** The state after a step; its values tell the step. */
function checkpointOf(step: number, isBest = false): TrainingCheckpoint {
  const values = Float32Array.of(step, -step, 0.1);
  return {
    step,
    totalSteps: 20,
    isBest,
    events: [{ kind: "step", step, loss: step === 3 ? NaN : 1 / 3 }],
    tensors: ["m.slope", "params.slope"].map((name) => ({
      name,
      shape: [3],
      values,
    })),
  };
}

const openRun = (
  folder: string,
  options: CheckpointOptions = {},
  description = DESCRIPTION,
): Promise<OpenRun> =>
  checkpointsIn(folder, options).open({ description }, { engine: "toy" });

/** Makes a run with checkpoints of these steps, and leaves it unfinished. */
async function leave(
  folder: string,
  checkpoints: readonly TrainingCheckpoint[],
  options: CheckpointOptions = {},
): Promise<void> {
  using run = await openRun(folder, options);
  for (const checkpoint of checkpoints) {
    run.record(checkpoint.step);
    await run.save(checkpoint);
  }
}

const namesIn = (folder: string): string[] =>
  Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => name.includes("checkpoint-"))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));

Deno.test("a checkpoint is read as it was written, with numbers that JSON lacks", async () => {
  await using home = await temporaryFolder();
  await leave(home.path, [checkpointOf(3)]);
  using run = await openRun(home.path);
  const { step, totalSteps, isBest, events, tensors, saved } = run.resumed!;
  assert.deepEqual(
    { step, totalSteps, isBest, events, tensors },
    checkpointOf(3),
  );
  assert.ok(Math.abs(Date.parse(saved!) - Date.now()) < 60_000);
  assert.equal(run.best, undefined);
});

Deno.test("fault 9: the newest checkpoints are kept, and the best and the first", async () => {
  await using home = await temporaryFolder();
  for (const limit of [1, 2, 3]) {
    const folder = join(home.path, `${limit}`);
    const steps = [0, 1, 2, 3, 4, 5, 6].map((step) =>
      checkpointOf(step, step === 2)
    );
    await leave(folder, steps, { saveTotalLimit: limit });
    const newest = [4, 5, 6].slice(3 - limit);
    const expected = [0, 2, ...newest].map((step) => `checkpoint-${step}`);
    assert.deepEqual(namesIn(join(folder, "run-1")), expected);
    using run = await openRun(folder);
    assert.deepEqual([run.resumed?.step, run.best?.step], [6, 2]);
  }
});

Deno.test("fault 5: a truncated checkpoint is not used, but the one before it", async () => {
  await using home = await temporaryFolder();
  const random = randomStream(5);
  await leave(home.path, [checkpointOf(1), checkpointOf(2)]);
  const path = join(home.path, "run-1", "checkpoint-2");
  for (const file of ["state.safetensors", "events.json", "manifest.json"]) {
    const whole = await Deno.readFile(join(path, file));
    for (let i = 0; i < 17; i++) {
      const length = random.integer(whole.length);
      await Deno.writeFile(join(path, file), whole.subarray(0, length));
      using run = await openRun(home.path);
      assert.equal(run.resumed?.step, 1, `${file} of ${length} bytes`);
      assert.match(run.notes.join(" "), /checkpoint-2 is damaged/);
    }
    await Deno.writeFile(join(path, file), whole);
  }
});

Deno.test("fault 6: one flipped bit is found wherever it is", async () => {
  await using home = await temporaryFolder();
  const random = randomStream(6);
  await leave(home.path, [checkpointOf(1), checkpointOf(2)]);
  const path = join(home.path, "run-1", "checkpoint-2");
  const flip = async (file: string): Promise<void> => {
    const bytes = await Deno.readFile(join(path, file));
    const place = random.integer(bytes.length);
    const flipped = bytes.slice();
    flipped[place]! ^= 1 << random.integer(8);
    await Deno.writeFile(join(path, file), flipped);
    const read = await readCheckpoint({ path });
    assert.equal(read, undefined, `${file}, byte ${place}`);
    await Deno.writeFile(join(path, file), bytes);
  };
  for (let i = 0; i < 100; i++) await flip("state.safetensors");
  for (let i = 0; i < 100; i++) await flip("events.json");
  using run = await openRun(home.path);
  assert.equal(run.resumed?.step, 2);
});

Deno.test("fault 7: a manifest of a later version is refused, a missing one not guessed", async () => {
  await using home = await temporaryFolder();
  await leave(home.path, [checkpointOf(1)]);
  const path = join(home.path, "run-1", "checkpoint-1", "manifest.json");
  const manifest = await Deno.readTextFile(path);
  await Deno.writeTextFile(
    path,
    manifest.replace('"version":1', '"version":2'),
  );
  await assert.rejects(
    openRun(home.path),
    (error) =>
      error instanceof CheckpointError &&
      /its version must be 1; found 2; use the version of/.test(error.message),
  );
  await Deno.remove(path);
  await assert.rejects(
    openRun(home.path),
    /found only damaged ones: checkpoint-1/,
  );
});

Deno.test("fault 8: what a killed process left half done is cleared, and never used", async () => {
  await using home = await temporaryFolder();
  await leave(home.path, [checkpointOf(1), checkpointOf(2)]);
  const run1 = join(home.path, "run-1");
  for (const name of [".checkpoint-9.new", "checkpoint-8.old"]) {
    await Deno.rename(join(run1, "checkpoint-2"), join(run1, name));
    using run = await openRun(home.path);
    assert.equal(run.resumed?.step, 1);
    assert.deepEqual(namesIn(run1), ["checkpoint-1"]);
    await run.save(checkpointOf(2));
  }
});

Deno.test("fault 17: the newest checkpoint is that of the latest step, whatever the clock says", async () => {
  await using home = await temporaryFolder();
  await leave(home.path, [checkpointOf(2)]);
  await leave(home.path, [checkpointOf(10)]);
  const past = new Date(2001, 1, 1);
  const newest = join(home.path, "run-1", "checkpoint-10");
  for (const { name } of [...Deno.readDirSync(newest)]) {
    await Deno.utime(join(newest, name), past, past);
  }
  await Deno.utime(newest, past, past);
  using run = await openRun(home.path);
  assert.equal(run.resumed?.step, 10);
});

Deno.test("fault 12: another run begins beside an unfinished one, and says why", async () => {
  await using home = await temporaryFolder();
  await leave(home.path, [checkpointOf(4)]);
  const other = {
    ...DESCRIPTION,
    options: { seed: 1, batchSize: 8, patience: 2 },
    data: { train: "other", validation: "ghi" },
    startingWeights: "weights",
  };
  {
    using run = await openRun(home.path, {}, other);
    assert.equal(run.name, "run-2");
    assert.equal(run.resumed, undefined);
    assert.deepEqual(run.notes, [
      "A new run, run-2, begins beside run-1: the option batchSize was 4 and is 8; " +
      'the option schedule was {"learningRate":0.1} and is not set; the option ' +
      "patience was not set and is 2; the train examples differ; there were no " +
      "validation examples; there were no starting weights.",
    ]);
  }
  {
    using run = await checkpointsIn(home.path).open({
      description: {
        ...other,
        data: { train: "more" },
        startingWeights: "new",
      },
      data: { train: [{}, {}] },
    }, { engine: "toy" });
    assert.deepEqual(run.notes, [
      "A new run, run-3, begins beside run-2: the train examples differ; there are no " +
      "validation examples; the starting weights differ.",
    ]);
  }
  {
    using run = await checkpointsIn(home.path).open({
      description: {
        ...other,
        data: { train: "fewer" },
        startingWeights: "new",
      },
      data: { train: [{}] },
    }, { engine: "toy" });
    assert.deepEqual(run.notes, [
      "A new run, run-4, begins beside run-3: the train examples differ (2 before, 1 now).",
    ]);
  }
  using run = await openRun(home.path);
  assert.equal(run.name, "run-1");
  assert.equal(run.resumed?.step, 4);
});

Deno.test("fault 12: a resume that must be one lists the differences, and forces only safe ones", async () => {
  await using home = await temporaryFolder();
  await assert.rejects(
    openRun(home.path, { resume: "required" }),
    /Cannot resume: there must be an unfinished run .*; found none; leave out/,
  );
  await leave(home.path, [checkpointOf(4)]);
  const withOptions = (options: object) => ({
    ...DESCRIPTION,
    options: { ...DESCRIPTION["options"] as object, ...options },
  });
  const slower = withOptions({ schedule: { learningRate: 0.01 } });
  await assert.rejects(
    openRun(home.path, { resume: "required" }, slower),
    /found run-1, but the option schedule.learningRate was 0.1 and is 0.01; to continue it nevertheless, set resume to "forced"/,
  );
  {
    using run = await openRun(home.path, { resume: "forced" }, slower);
    assert.equal(run.resumed?.step, 4);
    assert.match(
      run.notes.join(" "),
      /run-1 continues, though the option schedule/,
    );
  }
  await assert.rejects(
    openRun(home.path, { resume: "forced" }, withOptions({ batchSize: 8 })),
    /the option batchSize was 4 and is 8.*; leave out the option resume/,
  );
});

Deno.test("fault 13: another engine continues the run, and it is said", async () => {
  await using home = await temporaryFolder();
  await leave(home.path, [checkpointOf(4)]);
  using run = await checkpointsIn(home.path)
    .open({ description: DESCRIPTION }, { engine: "other" });
  assert.equal(run.resumed?.step, 4);
  assert.match(
    run.notes.join(" "),
    /engine was "toy" and is "other": the losses may differ in their last digits/,
  );
});

Deno.test("fault 14: a second process is refused, and a lock of a dead one is not", async () => {
  await using home = await temporaryFolder();
  const program = `
    import { checkpointsIn } from ${
    JSON.stringify(
      import.meta.resolve("../../lib/checkpoint/training_runs.ts"),
    )
  };
    await checkpointsIn(${JSON.stringify(home.path)}).open(${
    JSON.stringify({ description: DESCRIPTION })
  }, {});
    console.log("open");
    await new Promise((resolve) => setTimeout(resolve, 60_000));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", program],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.match(new TextDecoder().decode((await reader.read()).value), /open/);
  await assert.rejects(
    openRun(home.path),
    new RegExp(
      `one process at a time may write there; found process ${child.pid}`,
    ),
  );
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  using run = await openRun(home.path);
  assert.equal(run.name, "run-1"); // the dead one had saved no checkpoint
});

Deno.test("a later training of the same process takes the folder over", async () => {
  await using home = await temporaryFolder();
  using earlier = await openRun(home.path);
  using later = await openRun(home.path);
  assert.equal(later.name, earlier.name);
  await assert.rejects(
    earlier.save(checkpointOf(1)),
    /must not be in use by a later training/,
  );
  await later.save(checkpointOf(1));
});

Deno.test("a finished run is not continued, and earlier finished ones are removed", async () => {
  await using home = await temporaryFolder();
  for (let i = 1; i <= 3; i++) {
    using run = await openRun(home.path);
    assert.equal(run.name, `run-${i}`);
    assert.equal(run.resumed, undefined);
    await run.save(checkpointOf(20));
    await run.finish();
  }
  const runs = Array.from(Deno.readDirSync(home.path), ({ name }) => name);
  assert.deepEqual(runs.filter((name) => name.startsWith("run-")), ["run-3"]);
});

Deno.test("a resumed run says where it stopped", async () => {
  await using home = await temporaryFolder();
  {
    using run = await openRun(home.path);
    await run.save(checkpointOf(12));
    run.record(15);
  }
  using run = await openRun(home.path);
  assert.match(
    run.notes[0]!,
    /^Resumed at step 12 of 20, saved 0 s before the stop at step 15\.$/,
  );
});

Deno.test("fault 3: a step that cannot be noted down does not end the training", async () => {
  await using home = await temporaryFolder();
  using run = await openRun(home.path);
  await Deno.mkdir(join(home.path, "run-1", "last_step.json"));
  run.record(1);
  await run.save(checkpointOf(1));
});

Deno.test("fault 4: a folder that cannot be written is refused before the first step", async () => {
  await using home = await temporaryFolder();
  const file = join(home.path, "a file");
  await Deno.writeTextFile(file, "thesis");
  await assert.rejects(
    openRun(file),
    (error) =>
      error instanceof CheckpointError &&
      /Cannot keep checkpoints in ".*a file": it must be a folder/.test(
        error.message,
      ),
  );
  assert.equal(await Deno.readTextFile(file), "thesis");
});

Deno.test("fault 3: a checkpoint that cannot be written leaves the one before it", async () => {
  await using home = await temporaryFolder();
  await leave(home.path, [checkpointOf(1)]);
  const run1 = join(home.path, "run-1");
  const broken: TrainingCheckpoint = {
    ...checkpointOf(2),
    tensors: [{ name: "params.slope", shape: [4], values: Float32Array.of(1) }],
  };
  await assert.rejects(
    writeCheckpoint(run1, broken),
    (error) =>
      error instanceof CheckpointError &&
      /Cannot save the checkpoint of step 2.*the checkpoints before it/
        .test(error.message),
  );
  assert.deepEqual(namesIn(run1), ["checkpoint-1"]);
});
