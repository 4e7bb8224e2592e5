import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { splitBatch } from "bertbook/batches/batch_tensors.ts";
import {
  encodeQuestions,
  type QuestionWindow,
} from "bertbook/batches/encode_questions.ts";
import type {
  AnswerBatch,
  AnswerExample,
} from "bertbook/batches/head_batches.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { answerScores } from "bertbook/evaluation/answer_scores.ts";
import { answerQuestions } from "bertbook/inference/answer_questions.ts";
import { initOptimizerState } from "bertbook/training/adamw.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import {
  QUESTION_ANSWERING,
  type QuestionMetrics,
} from "bertbook/training/tasks/question_answering.ts";
import { trainEpoch } from "bertbook/training/train_epoch.ts";
import { makeTrainable } from "bertbook/training/train_step.ts";
import golden from "../golden/answer_losses.json" with { type: "json" };
import { formulaHead } from "./_golden.ts";
import { newAnswerModel, questionsOf, tokenizer } from "./_questions.ts";
import {
  assertNoLeak,
  assertRelative,
  formulaBatch,
  planOf,
  TOY_WITHOUT_DROPOUT,
} from "./_support.ts";

await startEngine({ engine: "tensorflow" });

/** The batch of a step in tests/golden/answer_losses.py. */
function answerBatch(step: number): AnswerBatch {
  const { batchSize, length } = golden;
  const turn = step % 4;
  const batch = formulaBatch(step, {
    batchSize,
    length,
    vocabSize: TOY_WITHOUT_DROPOUT.vocabSize,
  });
  const isAnswered = (row: number): number => row % 4 === turn ? 0 : 1;
  const startPositions = Int32Array.from(
    batch.indices,
    (row) => (row + turn) % 4 * isAnswered(row),
  );
  const endPositions = startPositions.map((start, row) =>
    start + row % 3 * isAnswered(row)
  );
  return { ...batch, startPositions, endPositions };
}

Deno.test("twenty steps of question answering equal PyTorch's", async () => {
  const config = TOY_WITHOUT_DROPOUT;
  const params = formulaHead("question-answering", { config, numLabels: 0 });
  makeTrainable(params);
  const state = { params, optimizerState: initOptimizerState(params) };
  const { trainStep, tensorsOf, weightOf } = QUESTION_ANSWERING;
  const { learningRate, warmupSteps } = golden;
  const plan = planOf({
    config,
    schedule: { name: "linear", learningRate, warmupSteps, totalSteps: 20 },
  });
  const task = {
    trainStep,
    config,
    split: splitBatch<AnswerBatch>,
    tensorsOf: (batch: AnswerBatch) => tensorsOf(batch, config),
    weightOf,
  };
  const batches = golden.losses.map((_, i) => answerBatch(i + 1));
  const losses: number[] = [], gradientNorms: number[] = [];
  for await (
    const step of trainEpoch(
      task,
      state,
      batches,
      { epoch: 1, stepsDone: 0 },
      plan,
    )
  ) {
    losses.push(step.loss);
    gradientNorms.push(step.gradientNorm);
  }
  assertRelative(losses, golden.losses, 1e-4);
  assertRelative(gradientNorms, golden.gradientNorms, 1e-3);
  const kernel = tf.tidy(() =>
    params.answer.kernel.transpose().slice([0, 0], [2, 8]).flatten<
      tf.Tensor1D
    >().arraySync()
  );
  assertRelative(kernel, golden.answerWeight.flat(), 1e-3);
  disposeTree(state);
});

const RECIPE = {
  epochs: 12,
  batchSize: 16,
  learningRate: 1e-2,
  seed: 42,
} as const;

Deno.test("fineTune() scores windows by the answers that answerQuestions() gives", async () => {
  const model = newAnswerModel();
  const validation = questionsOf(40, 2);
  const options = { maxLength: 12, stride: 3 };
  const windows = {
    train: encodeQuestions(tokenizer, questionsOf(200, 1), options),
    validation: encodeQuestions(tokenizer, validation, options),
  };
  assert.ok(windows.validation.length > validation.length);
  const metrics: QuestionMetrics[] = [];
  for await (const event of fineTune(model, windows, RECIPE)) {
    if (event.kind === "evaluation") metrics.push(event.metrics);
  }
  assert.deepEqual(Object.keys(metrics[0]!), ["exactMatch", "f1", "loss"]);
  const best = metrics.reduce((a, b) => b.exactMatch > a.exactMatch ? b : a);
  assert.ok(best.exactMatch > 0.8, `${best.exactMatch}`);
  const found = await answerQuestions(model, validation, {
    ...options,
    noAnswerThreshold: 0,
  });
  const { exactMatch, f1 } = answerScores(
    found.map(({ answer }) => answer),
    validation.map(({ answers }) => answers.map(({ text }) => text)),
  );
  assert.deepEqual([exactMatch, f1], [best.exactMatch, best.f1]);
  disposeTree(model.params);
});

Deno.test("the loss of windows is that of their tokens, whatever the batches and the padding", async () => {
  await assertNoLeak(async () => {
    const model = newAnswerModel();
    // All as long as the batch, so that the loss of plain examples counts no padding.
    const questions = questionsOf(60, 3).filter(({ context }) =>
      tokenizer.tokenize(context).length === 8
    );
    const same = encodeQuestions(tokenizer, questions, {
      maxLength: 12,
      stride: 0,
    });
    const mixed = encodeQuestions(tokenizer, questionsOf(9, 4), {
      maxLength: 12,
      stride: 0,
    });
    assert.ok(
      same.length >= 3 && same.every(({ inputIds }) => inputIds.length === 12),
    );
    const lossOf = async (
      validation: readonly (QuestionWindow | AnswerExample)[],
      batchSize: number,
    ): Promise<number> => {
      const data = { train: same, validation };
      const recipe = { ...RECIPE, batchSize, epochs: 1, learningRate: 1e-30 };
      for await (const event of fineTune(model, data, recipe)) {
        if (event.kind === "evaluation") return event.metrics.loss;
      }
      throw new Error("no evaluation");
    };
    const plain = same.map(({ example: _, ...each }) => each);
    const near = (a: number, b: number): void =>
      assert.ok(Math.abs(a - b) < 1e-5, `${a} ${b}`);
    near(await lossOf(same, 4), await lossOf(plain, 4));
    near(await lossOf(mixed, 9), await lossOf(mixed, 2));
    disposeTree(model.params);
  });
});

Deno.test("if every question has an answer, one is always given", async () => {
  const model = newAnswerModel();
  const [answered, unanswered] = [true, false].map((isAnswered) =>
    questionsOf(90, 5).filter(({ answers }) =>
      answers.length > 0 === isAnswered
    )
  );
  const encode = (questions: typeof answered): QuestionWindow[] =>
    encodeQuestions(tokenizer, questions!, { maxLength: 24 });
  // A model that has learned that there is no answer, and is not asked whether.
  const data = { train: encode(unanswered), validation: encode(answered) };
  let f1 = 0;
  for await (const event of fineTune(model, data, RECIPE)) {
    if (event.kind === "evaluation" && event.best) f1 = event.metrics.f1;
  }
  const silent = await answerQuestions(model, answered!, {
    maxLength: 24,
    noAnswerThreshold: 0,
  });
  assert.ok(silent.some(({ answer }) => answer === ""));
  const found = await answerQuestions(model, answered!, { maxLength: 24 });
  assert.ok(found.every(({ answer }) => answer !== ""));
  const references = answered!.map(({ answers }) =>
    answers.map(({ text }) => text)
  );
  assert.equal(
    f1,
    answerScores(found.map(({ answer }) => answer), references).f1,
  );
  disposeTree(model.params);
});
