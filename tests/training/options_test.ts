import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { ClassificationMetrics } from "bertbook/evaluation/metrics.ts";
import { balancedWeights } from "bertbook/training/tasks/sequence_classification.ts";
import {
  fineTune,
  type FineTuneData,
  type FineTuneOptions,
} from "bertbook/training/fine_tune.ts";
import type { EpochEvent } from "bertbook/training/events.ts";
import type { StepEvent } from "bertbook/training/train_epoch.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { initHead } from "bertbook/model/heads/heads.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import {
  assertNoLeak,
  assertRelative,
  copyTask,
  newModel,
  TOY_WITHOUT_DROPOUT,
} from "./_support.ts";

await startEngine({ engine: "tensorflow" });

const DATA = {
  train: copyTask(24, 4),
  validation: copyTask(20, 2),
};
const RECIPE: FineTuneOptions = {
  epochs: 1,
  batchSize: 24,
  learningRate: 1e-3,
  schedule: "constant",
  weightDecay: 0,
  seed: 42,
};

type Run = {
  steps: StepEvent[];
  epochs: EpochEvent<ClassificationMetrics>[];
  /** What each parameter was and is, by path. */
  moved: Map<string, { before: Float32Array; after: Float32Array }>;
};

async function run(
  options: Partial<FineTuneOptions>,
  data: FineTuneData = DATA,
  model = newModel({ config: TOY_WITHOUT_DROPOUT }),
): Promise<Run> {
  const values = (): [string, Float32Array][] =>
    namedLeaves(model.params).map(([path, leaf]) => [
      path,
      leaf.dataSync<"float32">().slice(),
    ]);
  const before = values();
  const steps: StepEvent[] = [],
    epochs: EpochEvent<ClassificationMetrics>[] = [];
  for await (const event of fineTune(model, data, { ...RECIPE, ...options })) {
    if (event.kind === "step") steps.push(event);
    else if (event.kind === "epoch") epochs.push(event);
  }
  const after = new Map(values());
  disposeTree(model.params);
  const moved = new Map(
    before.map((
      [path, was],
    ) => [path, { before: was, after: after.get(path)! }]),
  );
  return { steps, epochs, moved };
}

/** The length of the way that a parameter went. */
function wayOf({ moved }: Run, path: string): number {
  const { before, after } = moved.get(path)!;
  return Math.hypot(...after.map((value, i) => value - before[i]!));
}

Deno.test("layerwiseLrDecay: a layer's first step is shorter by its factor, the head's is not", async () => {
  await assertNoLeak(async () => {
    const plain = await run({}), decayed = await run({ layerwiseLrDecay: 0.5 });
    const factors = {
      "bert.embeddings.position": 1 / 8,
      "bert.embeddings.norm.weight": 1 / 8,
      "bert.layers.0.intermediate.kernel": 1 / 4,
      "bert.layers.1.attention.query.kernel": 1 / 2,
      "bert.layers.1.outputNorm.bias": 1 / 2,
      "bert.pooler.kernel": 1,
      "classifier.kernel": 1,
    };
    for (const [path, factor] of Object.entries(factors)) {
      const ratio = wayOf(decayed, path) / wayOf(plain, path);
      assert.ok(Math.abs(ratio / factor - 1) < 1e-3, `${path}: ${ratio}`);
    }
  });
});

Deno.test("layerwiseLrDecay holds for the weight decay too, also of words that do not occur", async () => {
  const rare = copyTask(24, 4)
    .map((example) => ({
      ...example,
      inputIds: example.inputIds.map((id) => Math.min(id, 40)),
    }));
  const options = {
    weightDecay: 0.5,
    layerwiseLrDecay: 0.5,
    learningRate: 1e-2,
  };
  const { moved } = await run(options, { ...DATA, train: rare });
  const { before, after } = moved.get("bert.embeddings.word")!;
  const first = 50 * TOY_WITHOUT_DROPOUT.hiddenSize; // a row that occurs nowhere
  assertRelative(
    [after[first]! / before[first]!],
    [1 - 1e-2 / 8 * 0.5],
    1e-6,
  );
});

/** A task that is unlearned the better it is learned: each epoch is worse. */
const CONTRARY: FineTuneData = {
  train: copyTask(40, 4),
  validation: copyTask(20, 2)
    .map((example) => ({ ...example, label: 1 - example.label })),
};

Deno.test("patience: no step is taken after so many epochs without a better one", async () => {
  const recipe = { epochs: 9, batchSize: 8, learningRate: 1e-2 };
  const options = { ...recipe, metricForBestModel: "loss" } as const;
  const patient = await run(options, CONTRARY);
  const best = patient.epochs.findLast((epoch) => epoch.best)!.epoch;
  assert.ok(best <= 4, `epoch ${best} is the best`);
  assert.equal(patient.epochs.length, 9);
  assert.ok(patient.epochs.every(({ stopsEarly }) => !stopsEarly));
  const hasty = await run({ ...options, patience: 3 }, CONTRARY);
  assert.equal(hasty.epochs.length, best + 3);
  assert.equal(hasty.steps.length, 5 * (best + 3));
  assert.deepEqual(
    hasty.epochs.map(({ stopsEarly }) => stopsEarly),
    hasty.epochs.map(({ epoch }) => epoch === best + 3),
  );
  // Where the last epoch ends the training anyway, patience has no word.
  const ended = { ...options, epochs: best + 3, patience: 3 };
  const { epochs } = await run(ended, CONTRARY);
  assert.ok(epochs.every(({ stopsEarly }) => !stopsEarly));
  // The weights are those of the best epoch in either case.
  assert.deepEqual(hasty.moved, patient.moved);
});

Deno.test("classWeights: the loss is PyTorch's weighted mean, whole and accumulated", async () => {
  const numbers = [1, 3] as const;
  // The first step's loss, of a batch that holds all examples of some classes.
  const lossOf = async (
    labels: readonly number[],
    options: Partial<FineTuneOptions> = {},
  ): Promise<number> => {
    const train = DATA.train.filter(({ label }) => labels.includes(label));
    const { steps } = await run(options, { ...DATA, train });
    return steps[0]!.loss;
  };
  const counts = [0, 1].map((each) =>
    DATA.train.filter(({ label }) => label === each).length
  );
  const [zeros, ones] = [await lossOf([0]), await lossOf([1])];
  const [n0, n1] = [counts[0]! * numbers[0], counts[1]! * numbers[1]];
  const expected = (n0 * zeros + n1 * ones) / (n0 + n1);
  const whole = await lossOf([0, 1], { classWeights: numbers });
  assertRelative([whole], [expected], 1e-5);
  assert.notEqual(whole, await lossOf([0, 1]));
  const accumulated = {
    batchSize: 5,
    gradientAccumulationSteps: 5,
    classWeights: numbers,
  };
  assertRelative([await lossOf([0, 1], accumulated)], [expected], 1e-5);
  assertRelative([await lossOf([0], { classWeights: numbers })], [zeros], 1e-6);
});

Deno.test('classWeights: "balanced" stands for the numbers of balancedWeights()', async () => {
  const train = DATA.train.filter(({ label }, i) => label === 1 || i % 3 === 0);
  const labels = train.map(({ label }) => label);
  const classWeights = balancedWeights(labels, 2);
  const data = { ...DATA, train };
  const balanced = await run({ classWeights: "balanced" }, data);
  const explicit = await run({ classWeights }, data);
  assert.deepEqual(balanced.moved, explicit.moved);
  assert.notDeepEqual(balanced.moved, (await run({}, data)).moved);
});

Deno.test("hidden layers are trained with the rest; without a pooler, it stays", async () => {
  const classifier = { pooling: "cls", hiddenSizes: [12] } as const;
  const config = { ...TOY_WITHOUT_DROPOUT, classifier };
  const params = initHead(
    "sequence-classification",
    { config, numLabels: 2 },
    randomStream(7),
  );
  const model = newModel({ config, params });
  const shaped = await run(
    { epochs: 2, gradientAccumulationSteps: 2 },
    DATA,
    model,
  );
  assert.ok(wayOf(shaped, "hidden.0.kernel") > 0);
  assert.ok(wayOf(shaped, "classifier.kernel") > 0);
  assert.ok(wayOf(shaped, "bert.layers.0.intermediate.kernel") > 0);
  assert.equal(wayOf(shaped, "bert.pooler.kernel"), 0);
});

Deno.test("fineTune() refuses options that make no sense, and says what does", () => {
  const model = newModel();
  const refused = (
    options: Partial<FineTuneOptions>,
    message: RegExp,
  ): void => {
    assert.throws(
      () => fineTune(model, DATA, { ...RECIPE, ...options }),
      { name: "RangeError", message },
    );
  };
  for (const layerwiseLrDecay of [0, 1.1, NaN]) {
    refused(
      { layerwiseLrDecay },
      /^Cannot use layerwiseLrDecay: it must be a number in \(0, 1\]; /,
    );
  }
  refused(
    { patience: 0 },
    /patience.* at least 1, or Infinity; found 0$/,
  );
  refused(
    { classWeights: [1] },
    /each; found \[1\], the classes are "no", "yes"$/,
  );
  refused(
    { classWeights: [1, 0] },
    /classWeights\[1\].* above 0; found 0$/,
  );
  refused({ classWeights: "equal" as "balanced" }, /found "equal"/);
  tf.dispose(namedLeaves(model.params).map(([, leaf]) => leaf));
});
