import type { QuestionText } from "bertbook/batches/encode_questions.ts";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { initHead } from "bertbook/model/heads/heads.ts";
import { smallTokenizer } from "../tokenizer/_support.ts";
import { TOY_WITHOUT_DROPOUT } from "./_support.ts";

export const tokenizer = smallTokenizer();

/** A toy that reads 24 tokens; the caller disposes its parameters. */
export function newAnswerModel(): HeadModel<"question-answering"> {
  const config = {
    ...TOY_WITHOUT_DROPOUT,
    hiddenSize: 32,
    vocabSize: tokenizer.vocabulary.pieces.length,
    maxPositionEmbeddings: 24,
  };
  const head = "question-answering";
  const params = initHead(head, { config, numLabels: 0 }, randomStream(7));
  return { head, config, params, tokenizer, labels: [], name: "toy" };
}

/** The answer is what is between two commas; a fifth of the texts have no commas. */
export function questionsOf(
  count: number,
  seed: number,
): (QuestionText & Required<Pick<QuestionText, "answers">>)[] {
  const random = randomStream(seed);
  const letters = (most: number): string =>
    Array.from(
      { length: 1 + random.integer(most) },
      () => "bcdfgk"[random.integer(6)],
    ).join(" ");
  return Array.from({ length: count }, () => {
    const before = `${letters(4).toUpperCase()} `;
    const text = letters(3);
    if (random.integer(5) === 0) {
      const context = before + letters(5);
      return { question: "the", context, answers: [] };
    }
    const context = `${before}, ${text} , ${letters(4)}`;
    const answers = [{ text, start: before.length + 2 }];
    return { question: "the", context, answers };
  });
}
