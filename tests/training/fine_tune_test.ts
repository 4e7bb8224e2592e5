import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import {
  fineTune,
  type FineTuneData,
  type FineTuneOptions,
} from "bertbook/training/fine_tune.ts";
import type {
  EpochEvent,
  EvaluationEvent,
  FitEvent,
} from "bertbook/training/events.ts";
import type { StepEvent } from "bertbook/training/train_epoch.ts";
import type { ClassificationMetrics } from "bertbook/evaluation/metrics.ts";
import { predict } from "bertbook/inference/predict.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import {
  type ClassifierModel,
  loadModel,
} from "bertbook/checkpoint/pretrained.ts";
import { checkpointsIn } from "bertbook/checkpoint/training_runs.ts";
import {
  assertNoLeak,
  copyTask,
  newModel,
  TOY,
  TOY_WITHOUT_DROPOUT,
} from "./_support.ts";

await tf.setBackend("cpu");

const DATA = {
  train: copyTask(40, 4),
  validation: copyTask(20, 2),
};
const RECIPE: FineTuneOptions = {
  epochs: 2,
  batchSize: 8,
  learningRate: 1e-2,
  schedule: "constant",
  seed: 42,
};

type Events = {
  steps: StepEvent[];
  evaluations: EvaluationEvent<ClassificationMetrics>[];
  epochs: EpochEvent<ClassificationMetrics>[];
  kinds: string;
};

/** The events by kind, and their order: step, evaluation (v), epoch. */
async function collect(
  events: AsyncIterable<FitEvent<ClassificationMetrics>>,
): Promise<Events> {
  const found: Events = { steps: [], evaluations: [], epochs: [], kinds: "" };
  for await (const event of events) {
    if (event.kind === "step") found.steps.push(event);
    else if (event.kind === "evaluation") found.evaluations.push(event);
    else if (event.kind === "epoch") found.epochs.push(event);
    found.kinds += event.kind.includes("v") ? "v" : event.kind[0];
  }
  return found;
}

function weightsOf(model: ClassifierModel): number[] {
  return namedLeaves(model.params).flatMap(([, leaf]) => [...leaf.dataSync()]);
}

/** A task that is unlearned the better it is learned: each epoch is worse. */
const CONTRARY: FineTuneData = {
  train: DATA.train,
  validation: DATA.validation
    .map((example) => ({ ...example, label: 1 - example.label })),
};

Deno.test("fineTune() learns, and evaluates every epoch on the validation set", async () => {
  await assertNoLeak(async () => {
    const model = newModel({ config: TOY_WITHOUT_DROPOUT });
    const run = fineTune(model, DATA, { ...RECIPE, epochs: 6 });
    const { steps, epochs, kinds } = await collect(run);
    assert.equal(kinds, "sssssve".repeat(6));
    assert.deepEqual(epochs.map(({ epoch }) => epoch), [1, 2, 3, 4, 5, 6]);
    const mean = steps.slice(0, 5).reduce((sum, { loss }) => sum + loss / 5, 0);
    assert.ok(Math.abs(epochs[0]!.trainingLoss - mean) < 1e-12);
    const last = epochs.at(-1)!;
    assert.equal(last.validationMcc, 1);
    assert.equal(last.validationAccuracy, 1);
    assert.ok(
      last.validationLoss < 0.1,
      `validation loss ${last.validationLoss}`,
    );
    assert.equal(last.warning, undefined);
    assert.ok(last.trainingSeconds > 0 && last.validationSeconds > 0);
    disposeTree(model.params);
  });
});

Deno.test("fineTune() evaluates with the engine, whatever the model predicts with", async () => {
  const evaluations: unknown[] = [];
  for (const run of [undefined, () => assert.fail("other weights")]) {
    const model = newModel({ config: TOY_WITHOUT_DROPOUT });
    if (run) model.run = run;
    const { epochs } = await collect(fineTune(model, DATA, RECIPE));
    evaluations.push(epochs.map(({ validationLoss }) => validationLoss));
    assert.equal(model.run, run);
    disposeTree(model.params);
  }
  assert.deepEqual(evaluations[1], evaluations[0]);
});

Deno.test("fineTune() ends with the weights of the best epoch", async () => {
  const model = newModel({ config: TOY_WITHOUT_DROPOUT });
  const options = { ...RECIPE, epochs: 4, metricForBestModel: "loss" } as const;
  const { epochs } = await collect(fineTune(model, CONTRARY, options));
  const losses = epochs.map(({ validationLoss }) => validationLoss);
  const records = losses.map((x, i) => losses.slice(0, i).every((y) => x < y));
  assert.deepEqual(epochs.map(({ best }) => best), records);
  const { loss } = await predict(model, CONTRARY.validation, { batchSize: 8 });
  assert.equal(loss, Math.min(...losses));
  assert.ok(loss < losses.at(-1)!, "the last epoch must not be the best");
  disposeTree(model.params);
});

Deno.test("fineTune() gives the best epoch's weights also where the loop is broken off", async () => {
  await assertNoLeak(async () => {
    const model = newModel({ config: TOY_WITHOUT_DROPOUT });
    const options = {
      ...RECIPE,
      epochs: 9,
      metricForBestModel: "loss",
    } as const;
    const losses: number[] = [];
    for await (const event of fineTune(model, CONTRARY, options)) {
      if (event.kind === "epoch") losses.push(event.validationLoss);
      else if (event.kind === "step" && event.step === 18) break;
    }
    assert.equal(losses.length, 3);
    const { loss } = await predict(model, CONTRARY.validation, {
      batchSize: 8,
    });
    assert.equal(loss, Math.min(...losses));
    disposeTree(model.params);
  });
});

Deno.test("fault 62: fineTune() with one seed gives the same bits twice, and others with another", async () => {
  for (const sampler of ["random", "length-grouped"] as const) {
    const runs = [];
    for (const seed of [1, 1, 2]) {
      const model = newModel();
      const options = { ...RECIPE, epochs: 1, seed, sampler };
      const { steps } = await collect(fineTune(model, DATA, options));
      const losses = steps.map(({ loss }) => loss);
      runs.push({ losses, weights: weightsOf(model) });
      disposeTree(model.params);
    }
    assert.deepEqual(runs[0], runs[1]);
    assert.notDeepEqual(runs[0]!.losses, runs[2]!.losses);
  }
});

Deno.test("fineTune() obeys every part of its recipe", async () => {
  const run = async (changed: Partial<FineTuneOptions>): Promise<number> => {
    const model = newModel();
    const options = { ...RECIPE, epochs: 1, ...changed };
    const { steps } = await collect(fineTune(model, DATA, options));
    disposeTree(model.params);
    return steps.at(-1)!.loss;
  };
  const changes: Partial<FineTuneOptions>[] = [
    {},
    { learningRate: 2e-2 },
    { beta1: 0.5 },
    { beta2: 0.9, epsilon: 1e-3 },
    { epsilon: 1e-3 },
    { labelSmoothing: 0.2 },
    { weightDecay: 1 },
    { warmupSteps: 3 },
    { schedule: "linear" },
    { schedule: "cosine" },
    { maxGradNorm: 1e-4, epsilon: 1e-3 },
    { sampler: "length-grouped" },
    { gradientAccumulationSteps: 2 },
  ];
  const losses = new Set<number>();
  for (const change of changes) losses.add(await run(change));
  assert.equal(losses.size, changes.length, "some option changes nothing");
});

Deno.test("fault 44: fineTune() says that a validation set of one class has no MCC", async () => {
  const model = newModel();
  const validation = DATA.validation.filter(({ label }) => label === 1);
  const run = fineTune(model, { ...DATA, validation }, {
    ...RECIPE,
    epochs: 1,
  });
  const { epochs } = await collect(run);
  assert.equal(epochs[0]!.validationMcc, 0);
  assert.match(
    epochs[0]!.warning!,
    /0 by definition, as all validation labels are of class 1/,
  );
  disposeTree(model.params);
});

Deno.test("fault 45: fineTune() takes fewer examples than a batch, and a last batch of one", async () => {
  const model = newModel();
  const few = { ...DATA, train: DATA.train.slice(0, 3) };
  const one = { ...DATA, train: DATA.train.slice(0, 9) };
  const options = { ...RECIPE, epochs: 1 };
  assert.equal((await collect(fineTune(model, few, options))).kinds, "sve");
  assert.equal((await collect(fineTune(model, one, options))).kinds, "ssve");
  disposeTree(model.params);
});

Deno.test("fineTune() refuses wrong options and examples at once, before any step", () => {
  const model = newModel();
  const refused = (
    options: Partial<FineTuneOptions>,
    message: RegExp,
    data: Partial<FineTuneData> = {},
  ): void => {
    assert.throws(
      () => fineTune(model, { ...DATA, ...data }, { ...RECIPE, ...options }),
      { name: "RangeError", message },
    );
  };
  refused(
    { epochs: 0 },
    /^Cannot use epochs: it must be a whole number of at least 1; found 0$/,
  );
  refused({ epochs: 1.5 }, /epochs/);
  refused({ batchSize: 0 }, /batchSize/);
  refused({ gradientAccumulationSteps: 0 }, /gradientAccumulationSteps/);
  refused({ learningRate: 0 }, /learningRate/);
  refused({ learningRate: NaN }, /learningRate/);
  refused({ epsilon: -1 }, /epsilon/);
  refused({ weightDecay: -0.1 }, /weightDecay/);
  refused({ maxGradNorm: 0 }, /maxGradNorm/);
  refused({ seed: -1 }, /seed/);
  refused({ seed: 2 ** 31 }, /seed/);
  refused({ warmupSteps: -1 }, /warmupSteps/);
  refused({ warmupSteps: 11 }, /found warmupSteps=11, steps=10$/);
  refused(
    { schedule: "polynomial" as "linear" },
    /"linear", "cosine", "constant"; found "polynomial"$/,
  );
  refused({ sampler: "sorted" as "random" }, /sampler/);
  refused({ metricForBestModel: "f1" as "mcc" }, /metricForBestModel/);
  refused({}, /training: there must be at least one/, { train: [] });
  refused({}, /validation: there must be at least one/, { validation: [] });
  const wrong = [{ inputIds: [1], tokenTypeIds: [0], label: 2 }];
  refused({}, /example 0 for training/, { train: wrong });
  refused({}, /example 0 for validation/, { validation: wrong });
  disposeTree(model.params);
});

/** Makes a bias of the classifier infinite, or NaN. */
function breakModel({ params }: ClassifierModel, value: number): void {
  tf.tidy(() => {
    const { bias } = params.classifier;
    (bias as tf.Variable).assign(tf.fill(bias.shape, value));
  });
}

Deno.test("fault 58: fineTune() stops before an update that is not finite, and the last checkpoint stands", async () => {
  const folder = await Deno.makeTempDir();
  const options = {
    ...RECIPE,
    checkpoints: checkpointsIn(folder, { saveSteps: 3 }),
  };
  for (const value of [NaN, Infinity]) {
    await assertNoLeak(async () => {
      const model = newModel();
      const events = fineTune(model, DATA, options);
      let before: number[] = [];
      const train = async (): Promise<void> => {
        for await (const event of events) {
          if (event.kind !== "step" || event.step !== 4) continue;
          before = weightsOf(model);
          breakModel(model, value);
        }
      };
      await assert.rejects(train(), {
        name: "TrainingDivergedError",
        message:
          /found loss NaN, gradient norm NaN at step 5 \(epoch 1, examples \d/,
      });
      // The first leaf is the word table, which stands still within an epoch.
      const rest = (weights: number[]): number[] =>
        weights.slice(TOY.vocabSize * TOY.hiddenSize, -2);
      assert.deepEqual(rest(weightsOf(model)), rest(before));
      disposeTree(model.params);
    });
  }
  const model = newModel();
  const events = fineTune(model, DATA, options);
  const { value: start } = await events.next();
  assert.match(
    `${start?.kind === "start" && start.notes}`,
    /^Resumed at step 3/,
  );
  assert.equal((await collect(events)).steps.length, 10);
  assert.ok(weightsOf(model).every(Number.isFinite));
  disposeTree(model.params);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("fault 83: a diverged model holds what the error says: the best evaluation's weights", async () => {
  await assertNoLeak(async () => {
    const model = newModel();
    let best: number[] = [];
    const train = async (): Promise<void> => {
      for await (const event of fineTune(model, DATA, RECIPE)) {
        if (event.kind === "evaluation") best = weightsOf(model);
        if (event.kind === "step" && event.step === 7) breakModel(model, NaN);
      }
    };
    await assert.rejects(train(), {
      message:
        /at step 8 .* after an evaluation, the model has the weights of the best one$/,
    });
    assert.deepEqual(weightsOf(model), best);
    disposeTree(model.params);
  });
});

Deno.test("fault 83: what the error says of the weights is true after an epoch, too", async () => {
  const model = newModel();
  const options = { ...RECIPE, metricForBestModel: "loss" } as const;
  let best: number[] = [];
  const training = async (): Promise<void> => {
    for await (const event of fineTune(model, CONTRARY, options)) {
      if (event.kind === "epoch") best = weightsOf(model);
      if (event.kind !== "step" || event.step !== 7) continue;
      assert.notDeepEqual(weightsOf(model), best);
      const { bias } = model.params.classifier;
      tf.tidy(() => (bias as tf.Variable).assign(bias.mul(Infinity)));
    }
  };
  await assert.rejects(training(), {
    name: "TrainingDivergedError",
    message: /step 8 .* changed no weight; .* the weights of the best one$/,
  });
  assert.deepEqual(weightsOf(model), best);
  disposeTree(model.params);
});

Deno.test("fault 15: fineTune() ends between two steps once its signal is aborted", async () => {
  await assertNoLeak(async () => {
    const model = newModel();
    const controller = new AbortController();
    const events = fineTune(model, DATA, {
      ...RECIPE,
      signal: controller.signal,
    });
    await events.next();
    controller.abort();
    await assert.rejects(events.next(), { name: "AbortError" });
    disposeTree(model.params);
  });
});

Deno.test("the model can be saved whenever an evaluation is the best", async () => {
  const folder = await Deno.makeTempDir();
  const model = newModel({ config: TOY_WITHOUT_DROPOUT });
  const recipe = { ...RECIPE, epochs: 4, metricForBestModel: "loss" } as const;
  const losses: number[] = [];
  for await (const event of fineTune(model, CONTRARY, recipe)) {
    if (event.kind !== "evaluation") continue;
    losses.push(event.metrics.loss);
    if (event.best) await saveModel(model, folder);
  }
  const saved = await loadModel(folder);
  for (const each of [model, saved]) {
    const { loss } = await predict(each, CONTRARY.validation, { batchSize: 8 });
    assert.equal(loss, Math.min(...losses));
    assert.ok(loss < losses.at(-1)!, "the last epoch must not be the best");
    disposeTree(each.params);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("fineTune() refuses texts, labels that are strings, unknown options and a disposed model", () => {
  const model = newModel();
  const refused = (
    change: { data?: unknown; options?: object },
    message: RegExp,
  ): void => {
    const data = { ...DATA, ...change.data as Partial<FineTuneData> };
    const options = { ...RECIPE, ...change.options };
    assert.throws(() => fineTune(model, data, options), {
      name: "TypeError",
      message,
    });
  };
  refused(
    { data: { train: ["It rains."] } },
    /example 0 for training: it must have inputIds .* found "It rains\."; encode/,
  );
  refused(
    { data: { train: "It rains." } },
    /must be an array; found "It rains/,
  );
  const example = { ...DATA.train[0]!, label: "yes" };
  refused(
    { data: { validation: [example] } },
    /example 0 for validation: .* found "yes"; the classes are "no", "yes"; give/,
  );
  refused(
    { options: { weigthDecay: 0.1 } },
    /found "weigthDecay"; did you mean "weightDecay"\?$/,
  );
  disposeTree(model.params);
  refused({}, /must be alive; found disposed tensors; load the model again$/);
});
