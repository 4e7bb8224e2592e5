/** Pipelines of transformers.js: one list of cases for Deno, Node.js and Chromium. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { answerQuestions } from "bertbook/inference/answer_questions.ts";
import { classify, classifyMultiLabel } from "bertbook/inference/classify.ts";
import { embed } from "bertbook/inference/embed.ts";
import { fillMask } from "bertbook/inference/fill_mask.ts";
import { predictTags } from "bertbook/inference/find_entities.ts";
import type { HeadName } from "bertbook/model/heads/heads.ts";
import type { InputArrays } from "bertbook/model/input.ts";
import { exportOnnx } from "bertbook/onnx/export_onnx.ts";
import type { OnnxPrecision } from "bertbook/onnx/graph.ts";
import { DTYPES } from "../../tools/own/onnx_file.ts";
import { temporaryFolder } from "../checkpoint/_support.ts";
import { TOY } from "../checkpoint/_toy.ts";
import {
  type FileOutput,
  formulaModel,
  outputsOf,
  TOLERANCES,
  toyInput,
  worstOf,
} from "./_files.ts";

/** How far probabilities and numbers of normalized vectors may be off. */
export const SCORE_TOLERANCES: Readonly<Record<OnnxPrecision, number>> = {
  float32: 1e-6,
  float16: 2e-3,
  int8: 0.05,
};

/** What a model is asked: see `ask` in `_ask.mjs`. */
export type Question = {
  readonly name: string;
  readonly task: string;
  readonly calls: readonly (readonly unknown[])[];
  readonly input: InputArrays;
};

/** `ask` of `_ask.mjs` with the transformers.js of a platform. */
export type Ask = (
  folder: string,
  questions: readonly Question[],
  dtypes: readonly string[],
) => Promise<string>;

/** What `ask` answers: by the name of the model and the dtype. */
type Found = Record<
  string,
  Record<string, {
    readonly answers: unknown[];
    readonly outputs: Record<string, FileOutput>;
  }>
>;

/** A model, the calls of its pipeline, and the answers of both sides in one form. */
type Case = Omit<Question, "input"> & {
  readonly model: HeadModel<HeadName>;
  readonly ours: () => Promise<unknown>;
  readonly theirs: (answers: unknown[]) => unknown;
};

const TEXTS = ["The dogs barked.", "he it.", "The cafe dog barked 10"];
const WORDS = ["the", "dog", "bark", "cafe", "."];
const ASKED = [
  { question: "he bark", context: "the dog . cafe it" },
  { question: "it", context: "cafe the bark he . dog" },
];
const MASKED = "the [MASK] bark .";

type Scored = { readonly label: string; readonly score: number };
type Tagged = {
  readonly word: string;
  readonly entity: string;
  readonly score: number;
};
type Filled = { readonly "token_str": string; readonly score: number };

/** Every pipeline over a toy model, and the function of ours that does the same. */
function cases(): Case[] {
  const single = formulaModel("sequence-classification", TOY);
  single.inference = { temperature: 0.5 }; // the file has it in its weights
  const multiple = formulaModel("sequence-classification", {
    ...TOY,
    problemType: "multi_label_classification",
  });
  const tagger = formulaModel("token-classification", TOY);
  const reader = formulaModel("question-answering", TOY);
  const filler = formulaModel("masked-lm", TOY);
  const encoder = formulaModel("base", TOY);
  const classifying = {
    task: "text-classification",
    calls: TEXTS.map((text) => [text, { "top_k": null }]),
    theirs: (answers: unknown[]) =>
      (answers as Scored[][]).map((scores) =>
        Object.fromEntries(scores.map(({ label, score }) => [label, score]))
      ),
  };
  return [
    {
      ...classifying,
      name: "single-label",
      model: single,
      ours: async () =>
        (await classify(single, TEXTS)).map((each) => each.probabilities),
    },
    {
      ...classifying,
      name: "multi-label",
      model: multiple,
      ours: async () =>
        (await classifyMultiLabel(multiple, TEXTS))
          .map((each) => each.probabilities),
    },
    {
      name: "tagger",
      task: "token-classification",
      model: tagger,
      calls: [[WORDS.join(" "), { "ignore_labels": [] }]],
      ours: async () =>
        (await predictTags(tagger, [WORDS]))[0]!
          .map(({ tag, probability }, i) => [WORDS[i], tag, probability]),
      theirs: ([tokens]) =>
        (tokens as Tagged[])
          .map(({ word, entity, score }) => [word, entity, score]),
    },
    {
      name: "reader",
      task: "question-answering",
      model: reader,
      calls: ASKED.map(({ question, context }) => [question, context]),
      ours: async () =>
        (await answerQuestions(reader, ASKED)).map(({ answer }) => answer),
      // It joins the decoded tokens; we cut the answer out of the text.
      theirs: (answers) =>
        (answers as { answer: string }[])
          .map(({ answer }) => answer.replace(/ ?\. ?/, " . ").trim()),
    },
    {
      name: "filler",
      task: "fill-mask",
      model: filler,
      calls: [[MASKED, { "top_k": TOY.vocabSize }]],
      ours: async () =>
        Object.fromEntries(
          (await fillMask(filler, MASKED, { top: TOY.vocabSize }))[0]!
            .map((
              { word, probability },
            ) => [word.replace("##", ""), probability]),
        ),
      theirs: ([tokens]) =>
        Object.fromEntries(
          (tokens as Filled[])
            .map(({ score, ...token }) => [
              token["token_str"].replace("##", ""),
              score,
            ]),
        ),
    },
    {
      name: "encoder",
      task: "feature-extraction",
      model: encoder,
      calls: [[TEXTS, { pooling: "mean", normalize: true }]],
      ours: async () =>
        (await embed(encoder, TEXTS)).map((vector) => [...vector]),
      theirs: ([vectors]) => vectors,
    },
  ];
}

/** Checks that numbers are near, and everything else the same. */
function assertNear(
  actual: unknown,
  expected: unknown,
  tolerance: number,
  path: string,
): void {
  if (typeof actual === "number" && typeof expected === "number") {
    const difference = Math.abs(actual - expected);
    assert.ok(difference <= tolerance, `${path}: ${actual}, not ${expected}`);
  } else if (expected !== null && typeof expected === "object") {
    const [own, others] = [actual, expected] as Record<string, unknown>[];
    const names = (each: object): string[] => Object.keys(each).sort();
    assert.deepEqual(names(own!), names(others!), path);
    for (const name of names(others!)) {
      assertNear(own![name], others![name], tolerance, `${path} ${name}`);
    }
  } else assert.equal(actual, expected, path);
}

/** Exports models, and asks each platform. */
export async function askModels(
  platforms: readonly Ask[],
  questions: readonly (Question & { readonly model: HeadModel<HeadName> })[],
): Promise<Found[]> {
  await using folder = await temporaryFolder();
  for (const { name, model } of questions) {
    await exportOnnx(model, join(folder.path, name));
  }
  const asked = questions.map(({ name, task, calls, input }) => (
    { name, task, calls, input }
  ));
  const dtypes = Object.values(DTYPES);
  const found: Found[] = [];
  for (const ask of platforms) {
    found.push(JSON.parse(await ask(`${folder.path}/`, asked, dtypes)));
  }
  return found;
}

/** Checks every case on a platform: the pipeline's answers, and the model's outputs. */
export async function assertOurAnswers(ask: Ask): Promise<void> {
  const all = cases().map((each) => ({ ...each, input: toyInput(each.model) }));
  const [found] = await askModels([ask], all);
  for (const { name, model, input, ours, theirs } of all) {
    const expected = await ours();
    for (const [key, dtype] of Object.entries(DTYPES)) {
      const precision = key as OnnxPrecision;
      const { answers, outputs } = found![name]![dtype]!;
      const title = `${name} ${precision}`;
      const near = SCORE_TOLERANCES[precision];
      assertNear(theirs(answers), expected, near, title);
      const { share } = worstOf(outputs, outputsOf(model, input));
      assert.ok(share <= TOLERANCES[precision], `${title}: ${share}`);
    }
    disposeTree(model.params);
  }
}
