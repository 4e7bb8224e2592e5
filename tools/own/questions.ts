/** Extractive question answering on one's own texts. @module */

import { encodeQuestions } from "../../lib/batches/encode_questions.ts";
import type { HeadModel } from "../../lib/checkpoint/pretrained.ts";
import { quoted } from "../../lib/printable.ts";
import type { QuestionExample } from "../../lib/datasets/squad.ts";
import {
  answerScore,
  answerWords,
} from "../../lib/evaluation/answer_scores.ts";
import {
  answerQuestions,
  tuneNoAnswerThreshold,
} from "../../lib/inference/answer_questions.ts";
import type { FoundAnswer } from "../../lib/inference/answer_spans.ts";
import { fineTune } from "../../lib/training/fine_tune.ts";
import { firstTen } from "./report.ts";
import type { Outcome, OwnTask, Row } from "./task.ts";

/** A question, and the text that may answer it. */
export type QuestionInput = {
  readonly question: string;
  readonly context: string;
};

type AnswerModel = HeadModel<"question-answering">;

const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });

/** The task. */
export const QUESTIONS: OwnTask<QuestionExample, QuestionInput, FoundAnswer> = {
  name: "questions",
  purpose: "the part of a text that answers a question",
  unit: "questions",
  sample: { question: "Who?", context: "Ada Lovelace was born in London." },
  head: "question-answering",
  pipeline: "question-answering",
  metric: "f1",
  maxLength: 384,
  lengthOf: (tokenizer, { question, context }) =>
    tokenizer.encode(question, { pair: context }).inputIds.length,
  train: (model, data, { maxLength, ...options }) => {
    const encode = (examples: readonly QuestionExample[]) =>
      encodeQuestions(model.tokenizer, examples, { maxLength });
    return fineTune(model as AnswerModel, {
      train: encode(data.train),
      validation: encode(data.validation),
    }, { ...options, metricForBestModel: "f1" });
  },
  tune: async (model, validation) => {
    if (validation.every(({ answers }) => answers.length > 0)) return;
    const { maxLength } = model.inference!;
    const windows = encodeQuestions(model.tokenizer, validation, {
      maxLength: maxLength!,
    });
    await tuneNoAnswerThreshold(model as AnswerModel, windows);
  },
  inputOf: ({ question, context }) => ({ question, context }),
  parseInput: (given) => {
    const { question, context } = Object(given);
    for (const text of [question, context]) {
      if (typeof text === "string" && text.trim() !== "") continue;
      throw new TypeError(
        `Cannot predict: the input must be {"question": "…", "context": "…"}; ` +
          `found ${quoted(given)}`,
      );
    }
    return { question, context };
  },
  predict: (model, inputs) => answerQuestions(model as AnswerModel, inputs),
  relabel: (example) => example,
  outcome: ({ answer }, { answers }): Outcome => {
    const texts = answers.map(({ text }) => text);
    const { exactMatch, f1 } = answerScore(answer, texts);
    return [f1, exactMatch];
  },
  metrics: (outcomes) => {
    const mean = (i: number): number =>
      outcomes.reduce((sum, each) => sum + each[i]!, 0) / outcomes.length;
    return { f1: mean(0), exactMatch: mean(1) };
  },
  baselines: (_, test) => [{
    name: "giving no answer",
    predictions: test.map(() => partOf("", 0)),
  }, {
    name: "the most similar sentence",
    predictions: test.map(({ question, context }) => {
      const asked = new Set(answerWords(question));
      const sentences = [...SENTENCES.segment(context)].map((each) => ({
        ...each,
        overlap: answerWords(each.segment).filter((word) =>
          asked.has(word)
        ).length,
      }));
      const best = sentences.reduce((a, b) => b.overlap > a.overlap ? b : a);
      return partOf(best.segment, best.index);
    }),
  }],
  sections: ({ examples, predictions }) => {
    const errors = examples.flatMap(({ question, answers }, i): Row[] => {
      const { answer, probability } = predictions[i]!;
      const texts = answers.map(({ text }) => text);
      return answerScore(answer, texts).exactMatch === 1 ? [] : [{
        question,
        answer: texts[0] ?? "no answer",
        found: answer || "no answer",
        probability: probability.toFixed(2),
      }];
    });
    const unanswerable = examples.filter(({ answers }) => answers.length === 0);
    return Promise.resolve([{
      markdown:
        `## The answers\n\n${unanswerable.length} of ${examples.length} questions ` +
        `have no answer in their text. ${errors.length} are not answered exactly` +
        `${firstTen(errors)}.`,
      shown: errors.length > 0 ? [{ rows: errors.slice(0, 10) }] : [],
    }]);
  },
};

function partOf(answer: string, start: number): FoundAnswer {
  const end = start + answer.length;
  return { answer, start, end, score: 0, noAnswerScore: 0, probability: 1 };
}
