import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import {
  answerLogits,
  answerQuestions,
} from "bertbook/inference/answer_questions.ts";
import {
  classify,
  classifyMultiLabel,
  regress,
} from "bertbook/inference/classify.ts";
import {
  findEntities,
  logitsOfTokens,
} from "bertbook/inference/find_entities.ts";
import { logitsOf } from "bertbook/inference/predict.ts";
import { wordOcclusions } from "bertbook/interpretation/occlusion.ts";
import type { HeadName } from "bertbook/model/heads/heads.ts";
import { wordSpans } from "bertbook/tokenizer/words.ts";
import {
  answer,
  type PageAnswer,
  type PageModel,
  type Sequence,
  wordEffects,
} from "bertbook/page/client/answers.ts";
import { toyHead } from "../checkpoint/_heads.ts";
import { TOY, toyModel } from "../checkpoint/_toy.ts";
import { chirpHead } from "../model/_support.ts";

/** What the page of a model knows of it. */
function pageModel(
  { tokenizer, labels, inference }: HeadModel<HeadName>,
  task: PageModel["task"],
): PageModel {
  const { temperature: _, ...settings } = inference ?? {};
  const sizes = { addedTokens: [], numLayers: 2, numHeads: 2 };
  return { ...sizes, task, labels, tokenizer, maxLength: 16, ...settings };
}

const numbers = ({ rows }: PageAnswer): Record<string, number> =>
  Object.fromEntries(rows.map(({ label, value }) => [label, value]));

Deno.test("the page's answers about texts and pairs are the library's", async () => {
  await tf.setBackend("cpu");
  const model = toyModel();
  const compute = async (sequence: Sequence) =>
    (await logitsOf(model, [sequence as never], {}))[0]!;
  const long = "The dog barked. ".repeat(9);
  const inputs = [["The dogs bark", ""], ["it", "He barked."], [long, "he"]];
  for (const [text, pair] of inputs as [string, string][]) {
    const given = pair === "" ? text : { text, pair };

    const [single] = await classify(model, [given]);
    const own = await answer(
      pageModel(model, "single-label"),
      [text, pair],
      compute,
    );
    assert.deepEqual(numbers(own), single!.probabilities);
    assert.deepEqual(
      own.rows.filter(({ isGiven }) => isGiven).map(({ label }) => label),
      [single!.label],
    );
    assert.equal(own.rows[0]!.label, single!.label);
    const [cut] = [/the last (\d+) were cut/.exec(own.notes.join())?.[1]];
    assert.equal(Number(cut ?? 0), single!.numTruncated);

    const several = {
      ...model,
      config: { ...TOY, problemType: "multi_label_classification" as const },
      inference: { thresholds: [0.2, 0.9, 0.5] },
    };
    const [multi] = await classifyMultiLabel(several, [given]);
    const labels = await answer(
      pageModel(several, "multi-label"),
      [text, pair],
      compute,
    );
    assert.deepEqual(numbers(labels), multi!.probabilities);
    assert.deepEqual(
      labels.rows.filter(({ isGiven }) => isGiven).map(({ label }) => label)
        .sort(),
      multi!.labels.toSorted(),
    );

    const regression = {
      ...model,
      config: { ...TOY, problemType: "regression" as const },
    };
    const [value] = await regress(regression, [given]);
    const values = await answer(
      pageModel(regression, "regression"),
      [text, pair],
      compute,
    );
    assert.deepEqual(numbers(values), value!.values);
  }
  disposeTree(model.params);
});

Deno.test("the page finds the library's entities, also in windows, and marks them", async () => {
  await tf.setBackend("cpu");
  const model = toyHead("token-classification");
  model.labels = ["O", "B-DOG", "I-DOG"];
  model.inference = { maxLength: 9, stride: 2 };
  const compute = async (sequence: Sequence) => {
    const all = [...sequence.inputIds.keys()];
    return (await logitsOfTokens(model, [sequence as never], [all], {}))[0]!;
  };
  for (
    const text of ["The dogs  bark.", "He barked, the dog it 10 cafe he bark."]
  ) {
    const [found] = await findEntities(model, [text]);
    const own = await answer(
      pageModel(model, "entities"),
      [text],
      compute,
    );
    assert.ok(found!.entities.length > 1);
    assert.deepEqual(own.marked!.marks, found!.entities);
    assert.deepEqual(
      own.rows.map(({ value }) => value),
      found!.entities.map(({ probability }) => probability),
    );
    assert.equal(own.notes.length, text.length > 20 ? 1 : 0);
  }
  disposeTree(model.params);
});

Deno.test("the page gives the library's answers to questions, and none below the threshold", async () => {
  await tf.setBackend("cpu");
  const model = toyHead("question-answering");
  const compute = async (sequence: Sequence) => {
    const [logits] = await answerLogits(model, [sequence as never]);
    return [logits!.startLogits, logits!.endLogits];
  };
  const question = "He bark", answers = new Set<string>();
  for (const noAnswerThreshold of [undefined, 1e3, -1e3]) {
    model.inference = {
      maxLength: 12,
      stride: 2,
      ...noAnswerThreshold !== undefined && { noAnswerThreshold },
    };
    for (
      const context of ["The dog barked.", "it 10 cafe the dogs bark. He it"]
    ) {
      const [found] = await answerQuestions(model, [{ question, context }]);
      const own = await answer(
        pageModel(model, "questions"),
        [question, context],
        compute,
      );
      assert.equal(own.rows[0]!.value, found!.probability);
      const { answer: part, start, end } = found!;
      answers.add(part);
      assert.deepEqual(
        own.marked!.marks,
        part === "" ? [] : [{ start, end, type: "answer" }],
      );
      // The decision is about the very tokens of the answer.
      const [decision] = own.decisions;
      const logOdds = decision!.valueOf(await compute(own.sequence));
      assert.ok(Number.isFinite(logOdds), `${logOdds}`);
    }
  }
  assert.ok(answers.has("") && answers.size > 2, [...answers].join());
  disposeTree(model.params);
});

Deno.test("of two classes, a word's effect is its occlusion in the library", async () => {
  await tf.setBackend("cpu");
  const model = {
    ...toyModel(),
    labels: ["no", "yes"],
    params: chirpHead("sequence-classification", { config: TOY, numLabels: 2 }),
  };
  const compute = async (sequence: Sequence) =>
    (await logitsOf(model, [sequence as never], {}))[0]!;
  const page = pageModel(model, "single-label");
  const { sequence, decisions } = await answer(
    page,
    ["The dogs barked", "he it"],
    compute,
  );
  const { pieces } = model.tokenizer.vocabulary;
  const words = wordSpans(sequence.inputIds.map((id) => pieces[id]!));
  for (const decision of decisions) {
    const target = model.labels.indexOf(decision.name);
    const found = await Array.fromAsync(
      wordEffects(page.tokenizer.vocabulary, sequence, decision, compute),
    );
    const expected = await wordOcclusions(
      model,
      { ...sequence, label: 0 } as never,
      words,
      target,
    );
    assert.deepEqual(found.map(({ text }) => text), [
      ...["the", "dogs", "barked", "he", "it"],
    ]);
    for (const [i, { effect }] of found.entries()) {
      assert.ok(Math.abs(effect - expected[i]!) < 1e-5);
      assert.ok(Math.abs(effect) > 1e-4, "an effect to see");
    }
  }
  disposeTree(model.params);
});
