/** The corpus in data/answers and the program that writes it. */

import assert from "node:assert/strict";
import { PARTS } from "bertbook/datasets/dataset.ts";
import { loadQuestions } from "bertbook/datasets/load_questions.ts";
import type { QuestionExample } from "bertbook/datasets/squad.ts";
import {
  answerScores,
  answerWords,
} from "bertbook/evaluation/answer_scores.ts";
import { buildCorpus } from "../../data/answers/corpus.ts";
import type { Fact } from "../../data/answers/entries/entry.ts";
import { INVENTIONS } from "../../data/answers/entries/inventions.ts";
import { PEOPLE } from "../../data/answers/entries/people.ts";
import { PLACES } from "../../data/answers/entries/places.ts";

const FOLDER = new URL("../../data/answers/", import.meta.url);
const dataset = await loadQuestions();
const all = PARTS.flatMap((part) => dataset[part]);
const answerable = all.filter(({ answers }) => answers.length > 0);

/** The sentences of a context, and the one that holds a character. */
function sentencesOf(context: string): string[] {
  return context.split(/(?<=\.) /);
}
function sentenceAt({ context }: QuestionExample, character: number): number {
  return sentencesOf(context.slice(0, character + 1)).length - 1;
}

Deno.test("the program writes the committed files, byte for byte", async () => {
  for (const [file, text] of Object.entries(buildCorpus())) {
    assert.ok(
      await Deno.readTextFile(new URL(file, FOLDER)) === text,
      `${file} differs`,
    );
  }
});

Deno.test("there are about a thousand questions, a third of them unanswerable", () => {
  assert.deepEqual(PARTS.map((part) => dataset[part].length), [736, 134, 202]);
  assert.equal(dataset.origin, "embedded");
  for (const part of PARTS) {
    const { labelCounts: [yes, no], duplicates, conflicting } =
      dataset.report[part];
    assert.ok(no! / (yes! + no!) > 0.3 && no! / (yes! + no!) < 0.36);
    assert.deepEqual([duplicates, conflicting], [0, []]);
  }
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  assert.deepEqual(dataset.oddities, []); // every answer is where it should be
});

Deno.test("no text of validation and test is in another part, nor one about the same thing", () => {
  const titles = PARTS.map((part) =>
    new Set(dataset[part].map(({ context }) => sentencesOf(context)[0]!))
  );
  assert.ok(titles[0]!.isDisjointFrom(titles[1]!.union(titles[2]!)));
  const words = (part: "train" | "test"): Set<string> =>
    new Set(
      dataset[part].flatMap(({ answers }) => answers.map(({ text }) => text))
        .filter((text) => /^\p{Lu}\p{Ll}+( \p{Lu}\p{Ll}+)*$/u.test(text)),
    );
  assert.ok(words("test").size > 40);
  assert.ok(
    words("train").isDisjointFrom(words("test")),
    "a name of the test is in train",
  );
});

Deno.test("texts and questions are filled, and read as sentences", () => {
  for (const { question, context } of all) {
    assert.match(question, /^[A-Z][^{}]*\?$/);
    assert.match(context, /^[A-Z0-9"][^{}]*\.$/);
    assert.equal(sentencesOf(context).length, 6);
    assert.doesNotMatch(
      `${question} ${context}`,
      /\b[Aa] [aeio]| {2}|\b(\w+) \1\b/,
    );
  }
});

Deno.test("every gap that is asked for is in every way to say its fact", () => {
  const facts: Fact[] = [PLACES, PEOPLE, INVENTIONS].flatMap((
    { facts },
  ) => [...facts]);
  for (const { says, asks, other } of facts) {
    for (const text of [...says.known, ...says.heldOut]) {
      const gaps = [...text.matchAll(/\{(?:\w+:)?(\w+)\}/g)].map(([, gap]) =>
        gap!
      );
      assert.equal(new Set(gaps).size, gaps.length, text);
      const missing = [...Object.keys(asks), ...other ? [other] : []]
        .filter((gap) => !gaps.includes(gap));
      assert.deepEqual(missing, [], text);
    }
    for (const { known, heldOut } of [says, ...Object.values(asks)]) {
      assert.ok(known.length >= 2 && heldOut.length >= 1);
    }
  }
});

Deno.test("the place in the text gives no answer away", () => {
  const counts = [0, 0, 0, 0, 0, 0];
  for (const example of answerable) {
    counts[sentenceAt(example, example.answers[0]!.start)]!++;
  }
  for (const count of counts) {
    assert.ok(
      count / answerable.length > 0.1 && count / answerable.length < 0.25,
      `${counts}`,
    );
  }
  const atItsStart = answerable.filter(({ context, answers: [answer] }) =>
    answer!.start === 0 || context.slice(0, answer!.start).endsWith(". ")
  );
  assert.ok(atItsStart.length / answerable.length < 0.2);
});

Deno.test("words that question and sentence share are not enough", () => {
  const overlap = ({ question, context }: QuestionExample): string => {
    const asked = new Set(answerWords(question));
    const shared = (sentence: string): number =>
      new Set(answerWords(sentence)).intersection(asked).size;
    return sentencesOf(context).reduce((best, each) =>
      shared(each) > shared(best) ? each : best
    );
  };
  const right = answerable.filter((example) => {
    const sentence = sentencesOf(example.context).indexOf(overlap(example));
    return sentence === sentenceAt(example, example.answers[0]!.start);
  });
  assert.ok(
    right.length / answerable.length < 0.6,
    `${right.length / answerable.length}`,
  );
  const { exactMatch, f1 } = answerScores(
    all.map(overlap),
    all.map(({ answers }) => answers.map(({ text }) => text)),
  );
  assert.ok(exactMatch < 0.01 && f1 < 0.2, `${exactMatch} ${f1}`);
});
