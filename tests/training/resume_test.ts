/** Resume: a training that was stopped anywhere ends in the same bits. */

import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type CheckpointOptions,
  checkpointsIn,
} from "bertbook/checkpoint/training_runs.ts";
import { loadModel, reloadModel } from "bertbook/checkpoint/pretrained.ts";
import { readReceipt } from "bertbook/checkpoint/receipt.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { runFunctionsEagerly } from "bertbook/engine/compile.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { fineTune, type FineTuneOptions } from "bertbook/training/fine_tune.ts";
import type { FitEvent } from "bertbook/training/events.ts";
import type { ClassificationMetrics } from "bertbook/evaluation/metrics.ts";
import { hashWeights } from "bertbook/training/run_description.ts";
import { RUNS_ALL } from "../_tiers.ts";
import { assertNoLeak, copyTask, newModel } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

type Event = FitEvent<ClassificationMetrics>;

const DATA = { train: copyTask(38, 4), validation: copyTask(20, 2) };

/** 20 steps: 4 epochs of 5, the last batch of each smaller; dropout is on. */
const RECIPE: FineTuneOptions = {
  epochs: 4,
  batchSize: 8,
  learningRate: 1e-2,
  warmupSteps: 3,
  seed: 42,
  evalSteps: 3,
};

type Outcome = {
  /** Every event but its seconds. */
  readonly events: readonly unknown[];
  /** All parameters of the model, which are those of its best evaluation. */
  readonly weights: readonly number[];
  /** Parameters and moments after the last step, as they were saved. */
  readonly state: Uint8Array;
  readonly notes: readonly string[];
};

/** Trains a new model; leaves the loop after `stopAt` steps of this process. */
async function train(
  folder: string,
  { stopAt = Infinity, ...overrides }: Partial<FineTuneOptions> & {
    stopAt?: number;
  } = {},
  options: CheckpointOptions = {},
): Promise<Outcome> {
  const model = newModel();
  const events: unknown[] = [], notes: string[] = [];
  const checkpoints = checkpointsIn(folder, { saveSteps: 4, ...options });
  const run = fineTune(model, DATA, { ...RECIPE, checkpoints, ...overrides });
  for await (const event of run) {
    if (event.kind === "start") notes.push(...event.notes);
    else events.push(withoutSeconds(event));
    if (event.kind === "step" && event.step === stopAt) break;
  }
  const weights = namedLeaves(model.params)
    .flatMap(([, leaf]) => [...leaf.dataSync()]);
  disposeTree(model.params);
  const last = newestIn(newestIn(folder, "run"), "checkpoint");
  const state = await Deno.readFile(join(last, "state.safetensors"));
  return { events, weights, state, notes };
}

/** The path of the run or the checkpoint with the highest number in a folder. */
function newestIn(folder: string, kind: string): string {
  const numbers = Array.from(
    Deno.readDirSync(folder),
    ({ name }) => Number(name.split(`${kind}-`)[1] ?? NaN),
  ).filter((number) => !Number.isNaN(number));
  return join(folder, `${kind}-${Math.max(...numbers)}`);
}

function withoutSeconds(event: Event): unknown {
  return Object.fromEntries(
    Object.entries(event).filter(([name, value]) =>
      !/[sS]econds$/.test(name) && name !== "replayed" && value !== undefined
    ),
  );
}

async function inFolder(
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-resume-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Trains whole, then stopped after each of some steps, and compares every bit. */
async function assertExact(
  stops: readonly number[],
  overrides: Partial<FineTuneOptions>,
): Promise<void> {
  await inFolder(async (folder) => {
    const whole = await train(join(folder, "whole"), overrides);
    assert.deepEqual(whole.notes, []);
    for (const stopAt of stops) {
      const part = join(folder, `${stopAt}`);
      await train(part, { ...overrides, stopAt });
      const { notes, ...resumed } = await train(part, overrides);
      assert.match(notes.join(), new RegExp(`^Resumed at step ${stopAt} of`));
      const { notes: _, ...expected } = whole;
      assert.deepEqual(resumed, expected, `stopped at step ${stopAt}`);
    }
  });
}

const EVERY_STEP = Array.from({ length: 19 }, (_, i) => i + 1);
/** After the first, before and after an evaluation, at the end of an epoch, the last. */
const SOME_STEPS = [1, 2, 3, 5, 19];

Deno.test("fault 10: a training stopped after any of 20 steps ends in the same bits", async () => {
  await assertExact(RUNS_ALL ? EVERY_STEP : SOME_STEPS, {});
});

const WAYS: Readonly<Record<string, Partial<FineTuneOptions>>> = {
  padded: { batching: "padded" },
  "length-grouped": { sampler: "length-grouped" },
  "index-shuffle": { sampler: "index-shuffle" },
  "one micro-batch": { numMicroBatches: 1 },
  "frozen embeddings": { freeze: ["embeddings"] },
  "layer-wise rates, label smoothing, class weights": {
    layerwiseLrDecay: 0.9,
    labelSmoothing: 0.1,
    classWeights: "balanced",
  },
  "early stopping": { patience: 2 },
};
for (const [way, overrides] of Object.entries(WAYS)) {
  Deno.test(`fault 10: a resumed training is exact: ${way}`, async () => {
    await assertExact(RUNS_ALL ? EVERY_STEP : [4, 5], overrides);
  });
}

Deno.test("fault 11: a training stopped between accumulated steps is exact", async () => {
  // 3 steps an epoch, of 2 batches each but the last.
  await assertExact([1, 2, 3, 11], { gradientAccumulationSteps: 2 });
});

Deno.test("fault 10: a resumed training is exact operation by operation", async () => {
  runFunctionsEagerly(true);
  try {
    await assertExact([2, 5], {});
  } finally {
    runFunctionsEagerly(false);
  }
});

Deno.test("fault 11: a finished training is not continued, and its run is replaced by the next", async () => {
  await inFolder(async (folder) => {
    const whole = await train(folder);
    const again = await train(folder, {}, { resume: "never" });
    assert.deepEqual(again.events, whole.events);
    assert.deepEqual(
      Array.from(Deno.readDirSync(folder), ({ name }) => name).sort(),
      ["run-2", "run.lock"],
    );
  });
});

Deno.test("fault 15: a training is aborted between two steps, with a checkpoint of the last", async () => {
  await inFolder(async (folder) => {
    const whole = await train(join(folder, "whole"));
    const part = join(folder, "part");
    const controller = new AbortController();
    const model = newModel();
    const run = fineTune(model, DATA, {
      ...RECIPE,
      checkpoints: checkpointsIn(part),
      signal: controller.signal,
    });
    await assert.rejects(async () => {
      for await (const event of run) {
        if (event.kind === "step" && event.step === 7) controller.abort();
      }
    }, { name: "AbortError" });
    disposeTree(model.params);
    const { notes, ...resumed } = await train(part);
    assert.deepEqual(notes, ["Resumed at step 7 of 20."]);
    assert.deepEqual(resumed.weights, whole.weights);
  });
});

Deno.test("other data or options begin another run, which leaves the first alone", async () => {
  await inFolder(async (folder) => {
    const whole = await train(join(folder, "whole"));
    const part = join(folder, "part");
    await train(part, { stopAt: 4 });
    const model = newModel();
    const run = fineTune(model, DATA, {
      ...RECIPE,
      learningRate: 1e-3,
      checkpoints: checkpointsIn(part),
    });
    const first = await run.next();
    assert.deepEqual(first.value, {
      kind: "start",
      step: 0,
      totalSteps: 20,
      run: "run-2",
      notes: [
        "A new run, run-2, begins beside run-1: the option " +
        "schedule.learningRate was 0.01 and is 0.001.",
      ],
    });
    await run.next();
    await run.return();
    disposeTree(model.params);
    assert.deepEqual((await train(part)).weights, whole.weights);
  });
});

Deno.test("trainings with checkpoints leak no tensor, finished or stopped", async () => {
  await inFolder(async (folder) => {
    await assertNoLeak(async () => {
      await train(folder, { stopAt: 4 });
      await train(folder);
    });
  });
});

Deno.test("the model of a stopped training goes on when the same call is made again", async () => {
  await inFolder(async (folder) => {
    const { weights } = await train(join(folder, "whole"));
    const model = newModel();
    const stopFile = join(folder, "stop");
    const notesOf = async (
      stopAt: number,
      learningRate: number,
    ): Promise<string> => {
      const checkpoints = checkpointsIn(join(folder, "runs"), { stopFile });
      const options = { ...RECIPE, learningRate, checkpoints };
      let notes = "";
      try {
        for await (const event of fineTune(model, DATA, options)) {
          if (event.kind === "start") notes = event.notes.join();
          if (event.kind === "step" && event.step === stopAt) {
            await Deno.writeTextFile(stopFile, "");
          }
        }
      } catch (error) {
        assert.equal((error as Error).name, "TrainingStoppedError");
      }
      return notes;
    };
    const { learningRate } = RECIPE;
    assert.equal(await notesOf(7, learningRate), "");
    assert.match(await notesOf(9, learningRate), /^Resumed at step 7/);
    // Other options begin anew, with the weights that there are.
    assert.match(
      await notesOf(3, 2 * learningRate),
      /learningRate was .* the starting weights differ/,
    );
    disposeTree(model.params);
    const other = newModel();
    Object.assign(model, { params: other.params, training: undefined });
    assert.match(await notesOf(Infinity, learningRate), /^Resumed at step 9/);
    assert.deepEqual(
      namedLeaves(model.params).flatMap(([, leaf]) => [...leaf.dataSync()]),
      weights,
    );
    disposeTree(model.params);
  });
});

Deno.test("a model whose training was stopped is not saved, unless it is asked for", async () => {
  await inFolder(async (folder) => {
    const model = newModel();
    const place = join(folder, "model");
    await saveModel(model, place); // not trained at all
    const before = await Deno.readFile(join(place, "model.safetensors"));
    const controller = new AbortController();
    const { signal } = controller;
    const run = fineTune(model, DATA, { ...RECIPE, signal });
    for (let step = 1; step <= 2; step++) await run.next();
    // As when a cell was stopped: the loop is never left.
    await assert.rejects(saveModel(model, place), {
      name: "RangeError",
      message: /its training must have ended; found .* stopped at step 2 of 20/,
    });
    controller.abort();
    await assert.rejects(run.next(), { name: "AbortError" });
    await assert.rejects(saveModel(model, place), /stopped at step 2 of 20/);
    assert.deepEqual(
      await Deno.readFile(join(place, "model.safetensors")),
      before,
    );
    await saveModel(model, place, { unfinished: true });
    const again = fineTune(model, DATA, RECIPE);
    for await (const event of again) {
      // The weights of an evaluation may be saved while the training goes on.
      if (event.kind === "evaluation") await saveModel(model, place);
    }
    await saveModel(model, place);
    const receipt = await readReceipt(place);
    assert.deepEqual([receipt.step, receipt.totalSteps], [20, 20]);
    assert.equal(receipt.lossHashes.length, 1);
    assert.equal(receipt.circumstances["engine"], "tensorflow");
    assert.match(receipt.code["library"]!, /^[0-9a-f]{64}$/);
    disposeTree(model.params);
  });
});

Deno.test("reloadModel() gives a model the weights that it was loaded with", async () => {
  await inFolder(async (folder) => {
    const start = newModel();
    await saveModel(start, join(folder, "start"));
    disposeTree(start.params);
    const model = await loadModel(join(folder, "start"));
    const weights = await hashWeights(model.params);
    for await (const _ of fineTune(model, DATA, RECIPE));
    assert.notEqual(await hashWeights(model.params), weights);
    await reloadModel(model);
    assert.equal(await hashWeights(model.params), weights);
    disposeTree(model.params);
    const made = newModel();
    await assert.rejects(reloadModel(made), {
      name: "TypeError",
      message: /it must come from loadModel\(\)/,
    });
    disposeTree(made.params);
  });
});

Deno.test("fault 15: a stop file ends a training after its step, which then continues", async () => {
  await inFolder(async (folder) => {
    const whole = await train(join(folder, "whole"));
    const part = join(folder, "part");
    const stopFile = join(folder, "stop");
    const model = newModel();
    const checkpoints = checkpointsIn(part, { stopFile });
    const run = fineTune(model, DATA, { ...RECIPE, checkpoints });
    await assert.rejects(async () => {
      for await (const event of run) {
        if (event.kind === "step" && event.step === 9) {
          await Deno.writeTextFile(stopFile, "");
        }
      }
    }, {
      name: "TrainingStoppedError",
      message: /Training stopped at step 9 of 20, as it was asked to/,
    });
    disposeTree(model.params);
    await assert.rejects(Deno.stat(stopFile), Deno.errors.NotFound);
    assert.deepEqual((await train(part)).weights, whole.weights);
  });
});
