import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { Batch, EncodedExample } from "bertbook/batches/batches.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import type { ClassifierParams } from "bertbook/model/heads/sequence_classifier.ts";
import { BERT_TINY, type BertConfig } from "bertbook/model/config.ts";
import { HEADS, initHead } from "bertbook/model/heads/heads.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { SPECIAL_TOKENS } from "bertbook/tokenizer/vocabulary.ts";
import { ADAMW_DEFAULTS, initOptimizerState } from "bertbook/training/adamw.ts";
import { noDecayPaths } from "bertbook/training/parameter_groups.ts";
import {
  classificationLoss,
  sequenceClassification,
} from "bertbook/training/tasks/sequence_classification.ts";
import {
  type StepEvent,
  type StepOptions,
  trainEpoch,
  type TrainPosition,
} from "bertbook/training/train_epoch.ts";
import {
  makeTrainable,
  makeTrainStep,
  type TrainState,
} from "bertbook/training/train_step.ts";
import { splitBatch } from "bertbook/batches/batch_tensors.ts";
import type { ClassifierModel } from "bertbook/checkpoint/pretrained.ts";

tf.env().set("PROD", true); // no greeting on stderr

/** A BERT that trains in milliseconds, at the sizes of the golden program. */
export const TOY: BertConfig = {
  ...BERT_TINY,
  vocabSize: 64,
  hiddenSize: 16,
  intermediateSize: 32,
  maxPositionEmbeddings: 16,
};

/** The toy without chance: what golden numbers are made with. */
export const TOY_WITHOUT_DROPOUT: BertConfig = {
  ...TOY,
  hiddenDropout: 0,
  attentionDropout: 0,
};

/** sin(i² mod 1009 + phase), as in tests/golden/training_losses.py. */
export function formula(size: number, phase: number): Float32Array {
  return Float32Array.from(
    { length: size },
    (_, i) => Math.sin(i * i % 1009 + phase),
  );
}

/** The batch of a step in tests/golden/training_losses.py. */
export function formulaBatch(
  step: number,
  sizes: { batchSize: number; length: number; vocabSize: number },
): Batch {
  const { batchSize: B, length: T, vocabSize } = sizes;
  const turn = step % 4;
  const count = (row: number): number => T - (row + turn) % 4;
  const cell = <A>(value: (row: number, column: number) => A): A[] =>
    Array.from({ length: B * T }, (_, i) => value(Math.floor(i / T), i % T));
  return {
    inputIds: Int32Array.from(
      cell((b, t) =>
        t < count(b)
          ? 1 + ((b * T + t) * 7919 + turn * 31 + 13) % (vocabSize - 1)
          : 0
      ),
    ),
    tokenTypeIds: Int32Array.from(
      cell((b, t) => t >= Math.floor(count(b) / 2) && t < count(b) ? 1 : 0),
    ),
    attentionMask: Float32Array.from(cell((b, t) => t < count(b) ? 1 : 0)),
    labels: Int32Array.from({ length: B }, (_, b) => (b + turn) % 3),
    indices: Array.from({ length: B }, (_, b) => b),
    size: B,
    length: T,
  };
}

/** A classifier in training. */
export type ClassifierTrainState = TrainState<ClassifierParams>;

/** A training step of a classifier, run operation by operation. */
export const trainingStep = makeTrainStep(classificationLoss);

/** How a classifier is trained on batches of a test's own. */
export type ClassifierPlan = StepOptions & {
  readonly config: BertConfig;
  readonly classWeights?: readonly number[] | undefined;
};

/** Trains a classifier on the batches of one epoch. */
export function train(
  state: ClassifierTrainState,
  batches: Iterable<Batch>,
  position: TrainPosition,
  plan: ClassifierPlan,
): AsyncGenerator<StepEvent, void> {
  const { config, classWeights, ...options } = plan;
  const { trainStep, tensorsOf, weightOf } = sequenceClassification(
    classWeights,
  );
  const task = {
    trainStep,
    config,
    split: splitBatch<Batch>,
    tensorsOf: (batch: Batch) => tensorsOf(batch, config),
    weightOf,
  };
  return trainEpoch(task, state, batches, position, options);
}

/** A plan whose learning rate is constant. */
export function planOf(
  overrides: Partial<ClassifierPlan> = {},
): ClassifierPlan {
  return {
    config: TOY,
    adamW: ADAMW_DEFAULTS,
    noDecay: noDecayPaths(HEADS["sequence-classification"].parameters(TOY, 2)),
    maxGradNorm: 1,
    schedule: constantRate(1e-3),
    seed: 42,
    precision: "float32",
    ...overrides,
  };
}

export function constantRate(learningRate: number): ClassifierPlan["schedule"] {
  return { name: "constant", learningRate, warmupSteps: 0, totalSteps: 1000 };
}

/** A classifier with new weights; the caller disposes it with `disposeTrainState`. */
export function newTrainState(numLabels = 2): ClassifierTrainState {
  const params = initHead(
    "sequence-classification",
    { config: TOY, numLabels },
    randomStream(7),
  );
  return trainStateOf(params);
}

/** A toy model with new weights; the caller disposes `params` with `disposeTree`. */
export function newModel(
  overrides: Partial<ClassifierModel> = {},
): ClassifierModel {
  const words = Array.from({ length: 59 }, (_, i) => `word${i}`);
  const pieces = [...SPECIAL_TOKENS, ...words];
  return {
    head: "sequence-classification",
    config: TOY,
    params: initHead(
      "sequence-classification",
      { config: TOY, numLabels: 2 },
      randomStream(7),
    ),
    tokenizer: new BertTokenizer({
      pieces,
      idOf: new Map(pieces.map((piece, id) => [piece, id])),
    }),
    labels: ["no", "yes"],
    name: "toy",
    ...overrides,
  };
}

/** Moments for parameters that become variables. */
export function trainStateOf(params: ClassifierParams): ClassifierTrainState {
  makeTrainable(params);
  return { params, optimizerState: initOptimizerState(params) };
}

export function disposeTrainState(
  { params, optimizerState }: ClassifierTrainState,
): void {
  disposeTree(params);
  disposeTree(optimizerState);
}

/** Every number of a training state: parameters, then both moments. */
export function valuesOf(
  { params, optimizerState }: ClassifierTrainState,
): number[] {
  return [params, optimizerState.m, optimizerState.v].flatMap((tree) =>
    namedLeaves(tree).flatMap(([, leaf]) => [...leaf.dataSync()])
  );
}

/** Sentences `1 class+3 … 2` whose class can be copied from their first word. */
export function copyTask(count: number, seed: number): EncodedExample[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const label = random.integer(2);
    const rest = Array.from(
      { length: random.integer(5) },
      () => 5 + random.integer(59),
    );
    const inputIds = [1, label + 3, ...rest, 2];
    return { inputIds, tokenTypeIds: inputIds.map(() => 0), label };
  });
}

/** Asserts that each value is within a relative tolerance of the expected one. */
export function assertRelative(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) {
    const difference = Math.abs(value / expected[i]! - 1);
    assert.ok(
      difference <= tolerance,
      `value ${i} is ${value}, expected ${
        expected[i]
      }: relative difference ${difference}`,
    );
  }
}

/** Runs `body` and asserts that it leaves no tensor behind. */
export async function assertNoLeak(body: () => Promise<void>): Promise<void> {
  const before = tf.memory().numTensors;
  await body();
  assert.equal(tf.memory().numTensors - before, 0, "Tensors leaked");
}
