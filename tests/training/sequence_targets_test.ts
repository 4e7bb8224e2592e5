// Needs --allow-read: tests/golden/sequence_targets.json, written by sequence_targets.py.

import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import type { EncodedExample } from "bertbook/batches/batches.ts";
import { splitBatch } from "bertbook/batches/batch_tensors.ts";
import {
  encodeExamples,
  encodeTargets,
  type TextTargets,
} from "bertbook/batches/encode_examples.ts";
import type {
  EncodedTargets,
  TargetsBatch,
} from "bertbook/batches/head_batches.ts";
import {
  type ClassifierModel,
  loadModel,
} from "bertbook/checkpoint/pretrained.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import type { Example, TargetsExample } from "bertbook/datasets/dataset.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import {
  classify,
  classifyMultiLabel,
  regress,
} from "bertbook/inference/classify.ts";
import type { BertConfig, ProblemType } from "bertbook/model/config.ts";
import { initHead } from "bertbook/model/heads/heads.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import {
  parseVocabulary,
  SPECIAL_TOKENS,
} from "bertbook/tokenizer/vocabulary.ts";
import type { EvaluationEvent } from "bertbook/training/events.ts";
import {
  fineTune,
  type FineTuneData,
  type TargetsFineTuneOptions,
} from "bertbook/training/fine_tune.ts";
import {
  SEQUENCE_TARGETS,
  type TargetsMetrics,
} from "bertbook/training/tasks/sequence_targets.ts";
import { trainEpoch } from "bertbook/training/train_epoch.ts";
import golden from "../golden/sequence_targets.json" with { type: "json" };
import { temporaryFolder } from "../checkpoint/_support.ts";
import { formulaParams } from "./_golden.ts";
import {
  assertNoLeak,
  assertRelative,
  disposeTrainState,
  formulaBatch,
  planOf,
  TOY_WITHOUT_DROPOUT,
  trainStateOf,
} from "./_support.ts";

await startEngine({ engine: "tensorflow" });

type TargetsProblem = keyof typeof golden.runs;

/** The targets of a step in tests/golden/sequence_targets.py. */
function formulaTargets(
  step: number,
  sizes: { batchSize: number; numLabels: number },
  problem: ProblemType,
): Float32Array {
  const { batchSize, numLabels } = sizes, turn = step % 4;
  return Float32Array.from({ length: batchSize * numLabels }, (_, i) => {
    const row = Math.floor(i / numLabels), label = i % numLabels;
    return problem === "regression"
      ? 2 * Math.sin(row + 3 * label + turn)
      : ((row + 1) * (label + 2) + turn) % 3 % 2;
  });
}

for (const problemType of Object.keys(golden.runs) as TargetsProblem[]) {
  Deno.test(`twenty steps of ${problemType} have PyTorch's losses`, async () => {
    const { batchSize, length, learningRate, warmupSteps, runs } = golden;
    const { numLabels, losses, gradientNorms, classifierWeight } =
      runs[problemType];
    const config = { ...TOY_WITHOUT_DROPOUT, problemType };
    const task = SEQUENCE_TARGETS[problemType];
    const state = trainStateOf(formulaParams(config, numLabels));
    const schedule = { name: "linear", learningRate, warmupSteps } as const;
    const { config: _, ...options } = planOf({
      schedule: { ...schedule, totalSteps: losses.length },
    });
    const sizes = { batchSize, length, vocabSize: config.vocabSize, numLabels };
    const batches = losses.map((_, i) => ({
      ...formulaBatch(i + 1, sizes),
      targets: formulaTargets(i + 1, sizes, problemType),
    }));
    const found: { loss: number; gradientNorm: number }[] = [];
    const stepTask = {
      trainStep: task.trainStep,
      config,
      split: splitBatch<TargetsBatch>,
      tensorsOf: (batch: TargetsBatch) => task.tensorsOf(batch, config),
      weightOf: task.weightOf,
    };
    const start = { epoch: 1, stepsDone: 0 };
    for await (
      const step of trainEpoch(stepTask, state, batches, start, options)
    ) found.push(step);
    assertRelative(found.map(({ loss }) => loss), losses, 1e-4);
    const norms = found.map(({ gradientNorm }) => gradientNorm);
    assertRelative(norms, gradientNorms, 1e-3);
    tf.tidy(() => {
      const weight = state.params.classifier.kernel.transpose() // as PyTorch's
        .slice([0, 0], [numLabels, 4]);
      assertRelative(
        [...weight.dataSync()],
        classifierWeight.flat(),
        1e-3,
      );
    });
    disposeTrainState(state);
  });
}

const WORDS = Array.from({ length: 40 }, (_, i) => `word${i}`);
const TOKENIZER = new BertTokenizer(
  parseVocabulary([...SPECIAL_TOKENS, ...WORDS].join("\n") + "\n", "vocab.txt"),
);
const CONFIG: BertConfig = {
  ...TOY_WITHOUT_DROPOUT,
  hiddenSize: 32,
  vocabSize: TOKENIZER.vocabulary.pieces.length,
};
const RECIPE = {
  epochs: 8,
  batchSize: 8,
  learningRate: 3e-3,
  seed: 42,
} as const;

/** A toy; the caller disposes its parameters. */
function newModel(
  labels: readonly string[],
  problemType?: ProblemType,
): ClassifierModel {
  const config = problemType ? { ...CONFIG, problemType } : CONFIG;
  const sizes = { config, numLabels: labels.length };
  return {
    head: "sequence-classification",
    config,
    params: initHead("sequence-classification", sizes, randomStream(7)),
    tokenizer: TOKENIZER,
    labels: [...labels],
    name: "toy",
  };
}

/** One to three words, from word20 on, and some of the words before. */
function textWith(
  random: ReturnType<typeof randomStream>,
  words: readonly string[],
): string {
  const rest = Array.from(
    { length: 1 + random.integer(3) },
    () => WORDS[20 + random.integer(8)]!,
  );
  return random.shuffle([...rest, ...words]).join(" ");
}

const TOPICS = ["animals", "food", "sports"];

/** A text has the topics whose words 0, 1 and 2 it contains: often several, or none. */
function topicTexts(count: number, seed: number): TargetsExample[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const targets = TOPICS.map(() => random.integer(2));
    const words = WORDS.filter((_, i) => targets[i] === 1);
    return { text: textWith(random, words), targets };
  });
}

/** The value is that of a word from 10 to 14 in the text; the pair has no such word. */
function ratedTexts(count: number, seed: number): TargetsExample[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const stars = random.integer(5);
    return {
      text: textWith(random, [WORDS[10 + stars]!]),
      pair: textWith(random, []),
      targets: [stars - 2],
    };
  });
}

const NLI = ["entailment", "contradiction"];

/** Pairs in the shape of MNLI: a contradiction has word9 in its second text. */
function pairTexts(count: number, seed: number): Example[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const [isInFirst, label] = [random.integer(2) === 1, random.integer(2)];
    return {
      text: textWith(random, isInFirst ? ["word9"] : []),
      pair: textWith(random, label === 1 ? ["word9"] : []),
      label,
    };
  });
}

const PROBLEMS = {
  multi_label_classification: {
    labels: TOPICS,
    texts: topicTexts,
    metrics: ["loss", "microF1", "macroF1", "subsetAccuracy"],
    best: "microF1",
  },
  regression: {
    labels: ["stars"],
    texts: ratedTexts,
    metrics: ["loss", "pearson", "spearman"],
    best: "pearson",
  },
} as const;

function encoded(examples: readonly TextTargets[]): EncodedTargets[] {
  return encodeTargets(TOKENIZER, examples, { maxLength: 16 });
}

function dataOf(problem: TargetsProblem): FineTuneData<EncodedTargets> {
  const { texts } = PROBLEMS[problem];
  return { train: encoded(texts(160, 1)), validation: encoded(texts(40, 2)) };
}

type Run = { losses: number[]; evaluations: EvaluationEvent<TargetsMetrics>[] };

async function follow(
  model: ClassifierModel,
  data: FineTuneData<EncodedTargets>,
  options: Partial<TargetsFineTuneOptions> = {},
): Promise<Run> {
  const run: Run = { losses: [], evaluations: [] };
  for await (const event of fineTune(model, data, { ...RECIPE, ...options })) {
    if (event.kind === "step") run.losses.push(event.loss);
    if (event.kind === "evaluation") run.evaluations.push(event);
  }
  return run;
}

for (const problemType of Object.keys(PROBLEMS) as TargetsProblem[]) {
  const { labels, metrics, best, texts } = PROBLEMS[problemType];

  Deno.test(`fineTune() learns ${problemType}, the same bits twice`, async () => {
    await assertNoLeak(async () => {
      const runs: Run[] = [];
      const values: number[][] = [];
      for (let run = 0; run < 2; run++) {
        const model = newModel(labels, problemType);
        runs.push(await follow(model, dataOf(problemType)));
        values.push(
          namedLeaves(model.params).flatMap(([, leaf]) => [...leaf.dataSync()]),
        );
        disposeTree(model.params);
      }
      const [{ losses, evaluations }] = runs as [Run];
      assert.deepEqual(Object.keys(evaluations[0]!.metrics), metrics);
      const last = evaluations.at(-1)!.metrics;
      assert.ok(last[best]! > 0.8, `${best} ${last[best]}`);
      assert.ok(last.loss < 0.6 * losses[0]!, `loss ${last.loss}`);
      // The best evaluation is the one with the greatest default metric.
      let greatest = -Infinity;
      for (const { best: isBest, metrics } of evaluations) {
        const value = metrics[best]!;
        if (value !== greatest) assert.equal(isBest, value > greatest);
        greatest = Math.max(greatest, value);
      }
      assert.deepEqual(runs[0]!.losses, runs[1]!.losses);
      assert.deepEqual(values[0], values[1]);
    });
  });

  Deno.test(`packed batches and micro-batches do not change the steps of ${problemType}`, async () => {
    const losses: number[][] = [];
    for (
      const options of [
        { batching: "padded", numMicroBatches: 1 },
        { batching: "padded", numMicroBatches: 3 },
        { batching: "packed", numMicroBatches: 1 },
        { batching: "packed", numMicroBatches: 2 },
        {
          batching: "packed",
          batchSize: 4,
          gradientAccumulationSteps: 2,
          numMicroBatches: 2,
        },
      ] as const
    ) {
      const model = newModel(labels, problemType);
      const recipe = { ...options, epochs: 1, learningRate: 1e-3 };
      const run = await follow(model, dataOf(problemType), recipe);
      losses.push(run.losses);
      disposeTree(model.params);
    }
    for (const each of losses) assertRelative(each, losses[0]!, 1e-4);
  });

  Deno.test(`a saved model of ${problemType} makes its own predictions when it is loaded`, async () => {
    await using folder = await temporaryFolder();
    const model = newModel(labels, problemType);
    await follow(model, dataOf(problemType), { epochs: 1 });
    model.inference = problemType === "regression"
      ? { maxLength: 12 }
      : { maxLength: 12, thresholds: [0, 0.5, 1] };
    const predict = (model: ClassifierModel): Promise<unknown[]> => {
      const each = texts(8, 3)
        .map(({ text, pair = "" }) => ({ text, pair }));
      return problemType === "regression"
        ? regress(model, each)
        : classifyMultiLabel(model, each);
    };
    const path = join(folder.path, "model");
    await saveModel(model, path);
    const json = JSON.parse(
      await Deno.readTextFile(join(path, "config.json")),
    );
    assert.equal(json["problem_type"], problemType);
    const loaded = await loadModel(path);
    assert.deepEqual(loaded.labels, labels);
    assert.deepEqual(loaded.config, model.config);
    assert.deepEqual(loaded.inference, model.inference);
    assert.deepEqual(await predict(loaded), await predict(model));
    for (const { params } of [model, loaded]) disposeTree(params);
  });
}

Deno.test("fineTune() learns pairs of texts, and classify() reads them", async () => {
  const model = newModel(NLI);
  const encode = (examples: readonly Example[]): EncodedExample[] =>
    encodeExamples(TOKENIZER, examples, { maxLength: 16 });
  const data = {
    train: encode(pairTexts(192, 1)),
    validation: encode(pairTexts(40, 2)),
  };
  let accuracy = 0;
  for await (const event of fineTune(model, data, RECIPE)) {
    if (event.kind === "evaluation") ({ accuracy } = event.metrics);
  }
  assert.ok(accuracy > 0.95, `accuracy ${accuracy}`);
  const fresh = pairTexts(40, 3);
  const pairs = fresh.map(({ text, pair = "" }) => ({ text, pair }));
  const found = await classify(model, pairs);
  const right = found.filter(({ label }, i) => label === NLI[fresh[i]!.label]);
  assert.ok(right.length >= 38, `${right.length} of 40`);
  // The word counts in the second text alone.
  const marked = { text: "word9 word20", pair: "word21" };
  const [first, second] = await classify(model, [
    marked,
    { text: marked.pair, pair: marked.text },
  ]);
  assert.deepEqual([first!.label, second!.label], NLI);
  disposeTree(model.params);
});

Deno.test("training forgets the temperature and the thresholds of other weights", async () => {
  const model = newModel(TOPICS, "multi_label_classification");
  model.inference = { maxLength: 9, temperature: 2, thresholds: [0, 0, 1] };
  await follow(model, dataOf("multi_label_classification"), { epochs: 1 });
  assert.deepEqual(model.inference, { maxLength: 9 });
  disposeTree(model.params);
});

Deno.test("fineTune() refuses targets that do not fit the problem, and says what does", () => {
  const inputs = { inputIds: [2, 5, 3], tokenTypeIds: [0, 0, 0] };
  const refused = (
    model: ClassifierModel,
    fields: object,
    name: string,
    message: RegExp,
    options: object = {},
  ): void => {
    const examples = [{ ...inputs, ...fields }] as EncodedTargets[];
    const data = { train: examples, validation: examples };
    const recipe = { ...RECIPE, ...options };
    assert.throws(() => fineTune(model, data, recipe), { name, message });
  };
  const multi = newModel(TOPICS, "multi_label_classification");
  const single = newModel(NLI), value = newModel(["stars"], "regression");
  const tests: [ClassifierModel, object, string, RegExp, object?][] = [
    [
      multi,
      { targets: [1, 0] },
      "RangeError",
      /^Cannot use example 0 for training: its targets must be 3, each 0 or 1; found \[1,0\]; the labels are "animals", "food", "sports"$/,
    ],
    [multi, { targets: [1, 0, 0.5] }, "RangeError", /found \[1,0,0.5\]/],
    [
      multi,
      { label: 1 },
      "TypeError",
      /must have targets, as the model's problemType is "multi_label_classification"; found undefined; encode with encodeTargets$/,
    ],
    [value, { targets: [NaN] }, "RangeError", /must be 1, each finite; found/],
    [
      single,
      { targets: [1, 0] },
      "TypeError",
      /must have a label, as the model predicts one class; found targets; load the model with the option problemType$/,
    ],
    [
      value,
      { targets: [1] },
      "RangeError",
      /^Cannot use labelSmoothing: it must be 0 if the model's problemType is "regression"; found 0.1$/,
      { labelSmoothing: 0.1 },
    ],
    [
      value,
      { targets: [1] },
      "TypeError",
      /found "classWeights"/,
      { classWeights: [1] },
    ],
    [
      value,
      { targets: [1] },
      "RangeError",
      /metricForBestModel: it must be one of "pearson", "spearman", "loss"/,
      { metricForBestModel: "microF1" },
    ],
  ];
  for (const each of tests) refused(...each);
  for (const { params } of [multi, single, value]) disposeTree(params);
});
