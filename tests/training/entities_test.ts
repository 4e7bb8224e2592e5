import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { splitBatch } from "bertbook/batches/batch_tensors.ts";
import { IGNORE_INDEX } from "bertbook/batches/batches.ts";
import { encodeEntities } from "bertbook/batches/encode_entities.ts";
import type {
  TokenBatch,
  TokenExample,
} from "bertbook/batches/head_batches.ts";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { entityReport } from "bertbook/evaluation/entities.ts";
import { predictTags } from "bertbook/inference/find_entities.ts";
import { HEADS, initHead } from "bertbook/model/heads/heads.ts";
import { initOptimizerState } from "bertbook/training/adamw.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import type { EvaluationEvent } from "bertbook/training/events.ts";
import { noDecayPaths } from "bertbook/training/parameter_groups.ts";
import {
  tokenClassification,
  type TokenMetrics,
} from "bertbook/training/tasks/token_classification.ts";
import { trainEpoch } from "bertbook/training/train_epoch.ts";
import { makeTrainable } from "bertbook/training/train_step.ts";
import golden from "../golden/entity_training.json" with { type: "json" };
import { formulaHead } from "./_golden.ts";
import {
  assertNoLeak,
  assertRelative,
  formulaBatch,
  newModel,
  planOf,
  TOY_WITHOUT_DROPOUT as CONFIG,
} from "./_support.ts";

await startEngine({ engine: "tensorflow" });

const LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"];
const RECIPE = {
  epochs: 1,
  batchSize: 8,
  learningRate: 5e-3,
  seed: 42,
} as const;

/** The batch of a step in tests/golden/entity_training.py. */
function goldenBatch(step: number): TokenBatch {
  const { batchSize, length } = golden;
  const sizes = { batchSize, length, vocabSize: CONFIG.vocabSize };
  const batch = formulaBatch(step, sizes);
  const count = (row: number): number =>
    batch.attentionMask.slice(row * length, (row + 1) * length)
      .reduce((sum, value) => sum + value, 0);
  const tokenLabels = Int32Array.from(batch.inputIds, (_, i) => {
    const row = Math.floor(i / length), column = i % length;
    const isIgnored = column === 0 || column >= count(row) - 1 ||
      column % 4 === 3;
    return isIgnored ? IGNORE_INDEX : (row + 2 * column + step % 4) % 5;
  });
  return { ...batch, tokenLabels };
}

Deno.test("twenty steps of a token classifier equal PyTorch's", async () => {
  const { learningRate, warmupSteps } = golden;
  const head = "token-classification";
  const params = formulaHead(head, { config: CONFIG, numLabels: 5 });
  makeTrainable(params);
  const state = { params, optimizerState: initOptimizerState(params) };
  const { trainStep, tensorsOf, weightOf } = tokenClassification(LABELS);
  const options = {
    ...planOf({
      schedule: { name: "linear", learningRate, warmupSteps, totalSteps: 20 },
    }),
    noDecay: noDecayPaths(HEADS[head].parameters(CONFIG, 5)),
  };
  const task = {
    trainStep,
    config: CONFIG,
    split: splitBatch<TokenBatch>,
    tensorsOf: (batch: TokenBatch) => tensorsOf(batch, CONFIG),
    weightOf,
  };
  const batches = golden.losses.map((_, i) => goldenBatch(i + 1));
  const losses: number[] = [], gradientNorms: number[] = [];
  const start = { epoch: 1, stepsDone: 0 };
  for await (const step of trainEpoch(task, state, batches, start, options)) {
    losses.push(step.loss);
    gradientNorms.push(step.gradientNorm);
  }
  assertRelative(losses, golden.losses, 1e-4);
  assertRelative(gradientNorms, golden.gradientNorms, 1e-3);
  const weight = tf.tidy(() =>
    params.classifier.kernel.transpose().slice([0, 0], [5, 4])
      .flatten<tf.Tensor1D>().arraySync()
  );
  assertRelative(weight, golden.classifierWeight.flat(), 1e-3);
  disposeTree(state.params);
  disposeTree(state.optimizerState);
});

/** A toy of entities; the caller disposes its parameters. */
function newTagger(labels = LABELS): HeadModel<"token-classification"> {
  const { tokenizer, params: unused } = newModel();
  disposeTree(unused);
  const head = "token-classification", numLabels = labels.length;
  const params = initHead(head, { config: CONFIG, numLabels }, randomStream(7));
  return { head, config: CONFIG, params, tokenizer, labels, name: "toy" };
}

/** Words with tags that are not all possible to learn: class of a word, some noise. */
function sentences(
  count: number,
  seed: number,
): { words: string[]; tags: number[] }[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const numbers = Array.from(
      { length: 1 + random.integer(20) },
      () => random.integer(50),
    );
    return {
      words: numbers.map((number) => `word${number}`),
      tags: numbers.map((number) =>
        random.integer(4) === 0 ? random.integer(5) : number % 5
      ),
    };
  });
}

/** Trains, and collects the evaluations. */
async function evaluations(
  model: HeadModel<"token-classification">,
  data: { train: TokenExample[]; validation: TokenExample[] },
  options: Parameters<typeof fineTune>[2] = RECIPE,
): Promise<EvaluationEvent<TokenMetrics>[]> {
  const found: EvaluationEvent<TokenMetrics>[] = [];
  for await (const event of fineTune(model, data, options)) {
    if (event.kind === "evaluation") found.push(event);
  }
  return found;
}

Deno.test("the metrics of entities are those of whole sentences, windows put together", async () => {
  await assertNoLeak(async () => {
    const model = newTagger();
    const examples = sentences(24, 2);
    const options = { maxLength: 9, stride: 3 };
    const encode = (each: typeof examples): TokenExample[] =>
      encodeEntities(model.tokenizer, each, options);
    const validation = encode(examples);
    assert.ok(validation.length > 1.5 * examples.length);
    const data = { train: encode(sentences(40, 1)), validation };
    const recipe = { ...RECIPE, epochs: 3, evalSteps: 2, learningRate: 2e-2 };
    const found = await evaluations(model, data, recipe);
    // The model is that of the evaluation with the highest F1.
    const { metrics } = found.findLast(({ best }) => best)!;
    assert.equal(
      metrics.f1,
      Math.max(...found.map(({ metrics }) => metrics.f1!)),
    );
    assert.ok(new Set(found.map(({ metrics }) => metrics.f1)).size > 2);
    const words = examples.map((example) => example.words);
    const tags = (await predictTags(model, words, options))
      .map((each) => each.map(({ tag }) => tag));
    const actual = examples.map((example) =>
      example.tags.map((tag) => LABELS[tag]!)
    );
    const { micro } = entityReport(tags, actual);
    assert.ok(micro.fScore > 0.1 && micro.fScore < 1, `${micro.fScore}`);
    assert.equal(metrics.f1, micro.fScore);
    assert.equal(metrics.precision, micro.precision);
    assert.equal(metrics.recall, micro.recall);
    const flat = tags.flat();
    const right = actual.flat().filter((tag, i) => tag === flat[i]).length;
    assert.equal(metrics.accuracy, right / flat.length);
    disposeTree(model.params);
  });
});

Deno.test("without tags of entities accuracy decides, and there is no F1", async () => {
  const model = newTagger(["noun", "verb", "B-x", "I-x", "O!"]);
  const encode = (seed: number): TokenExample[] =>
    encodeEntities(model.tokenizer, sentences(16, seed), { maxLength: 16 });
  const data = { train: encode(1), validation: encode(2) };
  const [only] = await evaluations(model, data);
  assert.deepEqual(Object.keys(only!.metrics).sort(), ["accuracy", "loss"]);
  assert.throws(
    () => fineTune(model, data, { ...RECIPE, metricForBestModel: "f1" }),
    /metricForBestModel: it must be one of "accuracy", "loss"; found "f1"/,
  );
  disposeTree(model.params);
});

Deno.test("examples without any label are refused before training", () => {
  const model = newTagger();
  const [example] = encodeEntities(model.tokenizer, sentences(1, 1), {
    maxLength: 16,
  });
  const blank = example!.tokenLabels.map(() => IGNORE_INDEX);
  const validation = [{ ...example!, tokenLabels: blank }];
  assert.throws(
    () => fineTune(model, { train: [example!], validation }, RECIPE),
    {
      name: "RangeError",
      message: "Cannot use the examples for validation: a token must have a " +
        "label; found none",
    },
  );
  disposeTree(model.params);
});
