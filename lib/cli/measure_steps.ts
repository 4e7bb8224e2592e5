/**
 * Prints how long a training step takes, and that memory stays flat.
 *
 *     deno run --allow-all lib/cli/measure_steps.ts [--rounds=5] [--steps=300]
 *
 * Batch 32, dropout 0.1, clipping, AdamW. The shapes take turns in every round,
 * so that whatever else the machine does falls on all of them alike.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import * as tf from "@tensorflow/tfjs";
import { parseArgs } from "node:util";
import type { Batch } from "../data/batches.ts";
import { randomStream } from "../random/stream.ts";
import { describeDevice, startEngine } from "../engine/engine.ts";
import { disposeTree } from "../engine/tensor_tree.ts";
import { BERT_TINY, type BertConfig, MINI_LM } from "../model/config.ts";
import { initClassifier } from "../model/initialize.ts";
import { ADAMW_DEFAULTS, initSlots } from "../training/adamw.ts";
import type { Learner } from "../training/step.ts";
import { train, type TrainPlan } from "../training/train.ts";
import { makeTrainable } from "../training/variables.ts";

const BATCH_SIZE = 32;
/** Steps of one shape in one round. */
const STEPS_PER_ROUND = 4;
const MODELS: readonly (readonly [string, BertConfig])[] = [
  ["tiny", BERT_TINY],
  ["minilm", MINI_LM],
];

/** One row of the table. */
type Course = {
  readonly model: string;
  readonly tokens: number;
  readonly learner: Learner;
  readonly plan: TrainPlan;
  readonly milliseconds: number[];
};

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    steps: { type: "string", default: "300" },
  },
});
console.log(describeDevice(await startEngine()));
const courses = MODELS.flatMap(([model, config]) => {
  const learner = newLearner(config);
  const plan = planOf(config);
  return [16, 64].map((tokens): Course => ({
    ...{ model, tokens, learner, plan },
    milliseconds: [],
  }));
});

const firstSteps = new Map<Course, number>();
for (const course of courses) {
  const [first] = await take(course, STEPS_PER_ROUND);
  firstSteps.set(course, first!);
}
for (let round = 0; round < Number(values.rounds); round++) {
  for (const course of courses) {
    course.milliseconds.push(...await take(course, STEPS_PER_ROUND));
  }
}
console.table(courses.map((course) => {
  const sorted = course.milliseconds.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.floor(share * (sorted.length - 1))]!;
  return {
    model: course.model,
    tokens: course.tokens,
    "first step ms": Math.round(firstSteps.get(course)!),
    "median ms": Number(at(0.5).toFixed(1)),
    "fastest ms": Number(at(0).toFixed(1)),
    "slowest ms": Number(at(1).toFixed(1)),
  };
}));
console.table(await watchMemory(courses[0]!, Number(values.steps)));
for (const { learner } of new Set(courses)) {
  disposeTree(learner.params);
  disposeTree(learner.slots);
}

/** Takes steps and returns the milliseconds of each. */
async function take(course: Course, count: number): Promise<number[]> {
  const { learner, plan, tokens } = course;
  const batches = Array.from({ length: count }, (_, i) => batchOf(tokens, i));
  const milliseconds: number[] = [];
  const position = { epoch: 1, stepsDone: 0 };
  for await (const step of train(learner, batches, position, plan)) {
    milliseconds.push(step.seconds * 1000);
  }
  return milliseconds;
}

/** Tensors and resident memory as the steps go by. */
async function watchMemory(
  course: Course,
  steps: number,
): Promise<Record<string, number>[]> {
  const rows: Record<string, number>[] = [];
  const every = Math.max(1, Math.floor(steps / 6));
  for (let done = 0; done <= steps; done += every) {
    rows.push({
      steps: done,
      tensors: tf.memory().numTensors,
      "resident MB": Math.round(Deno.memoryUsage().rss / 2 ** 20),
    });
    await take(course, every);
  }
  return rows;
}

/** Sentences of random words, the last of every four a little shorter. */
function batchOf(length: number, seed: number): Batch {
  const random = randomStream(seed);
  const size = BATCH_SIZE * length;
  const isToken = (i: number): boolean =>
    Math.floor(i / length) % 4 < 3 || i % length < length - 3;
  return {
    ids: Int32Array.from({ length: size }, () => 1000 + random.integer(29_000)),
    segments: new Int32Array(size),
    attentionMask: Float32Array.from(
      { length: size },
      (_, i) => isToken(i) ? 1 : 0,
    ),
    labels: Int32Array.from({ length: BATCH_SIZE }, (_, i) => i % 2),
    indices: Array.from({ length: BATCH_SIZE }, (_, i) => i),
    size: BATCH_SIZE,
    length,
  };
}

function newLearner(config: BertConfig): Learner {
  const params = initClassifier(config, 2, randomStream(1));
  makeTrainable(params);
  return { params, slots: initSlots(params) };
}

function planOf(config: BertConfig): TrainPlan {
  return {
    config,
    adamW: ADAMW_DEFAULTS,
    clipNorm: 1,
    schedule: {
      name: "constant",
      learningRate: 2e-5,
      warmupSteps: 0,
      totalSteps: 1,
    },
    seed: 42,
  };
}
