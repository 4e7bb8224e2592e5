import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { encodeQuestions } from "bertbook/batches/encode_questions.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { answerScores } from "bertbook/evaluation/answer_scores.ts";
import {
  answerLogits,
  answerQuestions,
  tuneNoAnswerThreshold,
} from "bertbook/inference/answer_questions.ts";
import { bestAnswers } from "bertbook/inference/answer_spans.ts";
import {
  newAnswerModel,
  questionsOf,
  tokenizer,
} from "../training/_questions.ts";
import { assertNoLeak } from "../training/_support.ts";

await tf.setBackend("cpu");

const QUESTIONS = questionsOf(12, 1);

Deno.test("answerQuestions() gives a part of each text in order, whatever the batches", async () => {
  await assertNoLeak(async () => {
    const model = newAnswerModel();
    const one = await answerQuestions(model, QUESTIONS, { batchSize: 1 });
    const all = await answerQuestions(model, QUESTIONS, { batchSize: 5 });
    assert.equal(one.length, QUESTIONS.length);
    assert.ok(new Set(one.map(({ score }) => score)).size > 6);
    for (
      const [i, { answer, start, end, score, noAnswerScore, probability }]
        of one.entries()
    ) {
      assert.equal(answer, QUESTIONS[i]!.context.slice(start, end));
      assert.deepEqual([all[i]!.start, all[i]!.end], [start, end]);
      assert.ok(Math.abs(all[i]!.score - score) < 1e-5);
      assert.ok(Math.abs(all[i]!.noAnswerScore - noAnswerScore) < 1e-5);
      assert.ok(probability > 0 && probability <= 1);
    }
    disposeTree(model.params);
  });
});

Deno.test("the scores of tokens are those of each window alone: padding does not count", async () => {
  const model = newAnswerModel();
  const windows = encodeQuestions(tokenizer, QUESTIONS, {
    maxLength: 12,
    stride: 3,
  });
  const together = await answerLogits(model, windows);
  for (const [i, window] of windows.entries()) {
    const [alone] = await answerLogits(model, [window]);
    for (const name of ["startLogits", "endLogits"] as const) {
      assert.equal(alone![name].length, window.inputIds.length);
      alone![name].forEach((value, t) =>
        assert.ok(Math.abs(value - together[i]![name][t]!) < 1e-5)
      );
    }
    assert.notDeepEqual(alone!.startLogits, alone!.endLogits);
  }
  disposeTree(model.params);
});

Deno.test("the settings of the model are the defaults, and are saved with it", async () => {
  const folder = await Deno.makeTempDir();
  const model = newAnswerModel();
  const windows = { maxLength: 11, stride: 2 };
  const margins = (await answerQuestions(model, QUESTIONS, windows))
    .map(({ score, noAnswerScore }) => noAnswerScore - score);
  const noAnswerThreshold = margins.toSorted((a, b) => a - b)[6]!; // about half have no answer
  const given = { ...windows, noAnswerThreshold };
  model.inference = given;
  const expected = await answerQuestions(newAnswerModel(), QUESTIONS, given);
  const silent = expected.filter(({ answer }) => answer === "").length;
  assert.ok(silent > 0 && silent < expected.length, `${silent}`);
  assert.deepEqual(await answerQuestions(model, QUESTIONS), expected);
  await saveModel(model, folder);
  const loaded = await loadModel(folder, { head: "question-answering" });
  assert.deepEqual(loaded.inference, model.inference);
  const again = await answerQuestions(loaded, QUESTIONS);
  assert.deepEqual(
    again.map(({ answer }) => answer),
    expected.map(({ answer }) => answer),
  );
  const other = await answerQuestions(model, QUESTIONS, {
    noAnswerThreshold: Infinity,
  });
  assert.ok(other.every(({ answer }) => answer !== ""));
  disposeTree(model.params);
  disposeTree(loaded.params);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("tuneNoAnswerThreshold() finds the best of all thresholds, and keeps it", async () => {
  const model = newAnswerModel();
  model.inference = { maxLength: 12, stride: 3 };
  const questions = questionsOf(60, 3);
  const windows = encodeQuestions(tokenizer, questions, {
    maxLength: 12,
    stride: 3,
  });
  const { noAnswerThreshold, exactMatch, f1 } = await tuneNoAnswerThreshold(
    model,
    windows,
  );
  assert.deepEqual(model.inference, {
    maxLength: 12,
    stride: 3,
    noAnswerThreshold,
  });
  const references = questions.map(({ answers }) =>
    answers.map(({ text }) => text)
  );
  const found = await answerQuestions(model, questions);
  const scores = answerScores(found.map(({ answer }) => answer), references);
  assert.deepEqual([exactMatch, f1], [scores.exactMatch, scores.f1]);
  // Every threshold that makes a difference.
  const logits = await answerLogits(model, windows);
  const all = [
    -Infinity,
    ...bestAnswers(windows, logits).map(({ score, noAnswerScore }) =>
      noAnswerScore - score
    ),
  ]
    .map((noAnswerThreshold) => {
      const given = bestAnswers(windows, logits, { noAnswerThreshold });
      return answerScores(given.map(({ answer }) => answer), references).f1;
    });
  assert.ok(
    Math.abs(f1 - Math.max(...all)) < 1e-12,
    `${f1} ${Math.max(...all)}`,
  );
  assert.ok(f1 > all[0]! && f1 > Math.min(...all));
  disposeTree(model.params);
});

Deno.test("answering refuses what it cannot read, and tuning what has no unanswerable question", async () => {
  const model = newAnswerModel();
  const refused = async (
    options: object,
    message: RegExp,
    questions: unknown = QUESTIONS,
  ): Promise<void> => {
    await assert.rejects(
      answerQuestions(model, questions as typeof QUESTIONS, options),
      { message },
    );
  };
  await refused(
    { noAnswerTreshold: 0 },
    /Cannot answer questions.*did you mean "noAnswerThreshold"/,
  );
  await refused({ maxAnswerLength: 0 }, /maxAnswerLength.*found 0/);
  await refused({ maxLength: 99 }, /the model must be able to read it/, [{
    question: "the",
    context: "a ".repeat(99),
  }]);
  await refused({}, /at least one; found 0/, []);
  await refused({}, /question 0: its context must be a string; found nothing/, [
    { question: "the" },
  ]);
  const answered = encodeQuestions(
    tokenizer,
    QUESTIONS.filter(({ answers }) => answers.length > 0),
    { maxLength: 24 },
  );
  await assert.rejects(tuneNoAnswerThreshold(model, answered), {
    name: "RangeError",
    message:
      /^Cannot tune noAnswerThreshold: some questions must be unanswerable; found 0 of \d+; /,
  });
  assert.equal(model.inference, undefined);
  disposeTree(model.params);
  await refused({}, /parameters must be alive/);
});
