/** Exercises and quizzes of all pages, without a kernel. */

import assert from "node:assert/strict";
import type {
  Exercise,
  QuizQuestion,
} from "../../notebooks/exercises/exercise.ts";
import {
  type ExerciseId,
  EXERCISES,
  QUIZZES,
} from "../../notebooks/exercises/mod.ts";
import { runCell } from "../../tools/grade.ts";
import { exerciseCells, withImports } from "../../tools/jupyter/exercises.ts";
import { codeCells, hasTag } from "../../tools/jupyter/notebook.ts";
import { faultOf, trialsOf, wrongAnswersOf } from "./_exercises.ts";
import { PAGES } from "./_pages.ts";

const IDS = Object.keys(EXERCISES) as ExerciseId[];

const exerciseOf = (id: string): Exercise<unknown> =>
  EXERCISES[id as ExerciseId] as Exercise<unknown>;

Deno.test("an exercise is numbered after its page, 1, 2, 3, …", () => {
  for (const [page, ids] of Map.groupBy(IDS, (id: string) => parseInt(id))) {
    assert.deepEqual(ids, ids.map((_, i) => `${page}.${i + 1}`));
  }
});

Deno.test("an exercise has a level, minutes and three hints", () => {
  for (const id of IDS) {
    const { level, minutes, hints } = exerciseOf(id);
    assert.ok([1, 2, 3].includes(level), id);
    assert.ok(minutes >= 1 && minutes <= 60, id);
    assert.equal(hints.filter((hint) => hint.trim() !== "").length, 3, id);
    assert.equal(new Set(hints).size, 3, id);
  }
});

for (const { number, name, notebook } of PAGES) {
  const cells = exerciseCells(notebook);

  Deno.test(`${name} asks its exercises in order, each with a text and a tag`, () => {
    assert.deepEqual(
      cells.map(({ id }) => id),
      IDS.filter((id: string) => parseInt(id) === number),
    );
    const tagged = codeCells(notebook).filter((cell) =>
      hasTag(cell, "exercise")
    );
    assert.deepEqual(cells.map(({ cell }) => cell), tagged);
    for (const { id, cell } of cells) {
      const { level, minutes } = exerciseOf(id);
      const dots = "●".repeat(level) + "○".repeat(3 - level);
      const above = notebook.cells[notebook.cells.indexOf(cell) - 1]!;
      const title = `### Exercise ${id} ${dots} about ${minutes} minutes`;
      assert.ok(
        above.source.split("\n").includes(title),
        `${above.source}\n≠ ${title}`,
      );
    }
  });

  Deno.test(`${name} has three wrong answers to each exercise`, async () => {
    const wrong = await wrongAnswersOf(number);
    assert.deepEqual(Object.keys(wrong), cells.map(({ id }) => id));
    for (const [id, answers] of Object.entries(wrong)) {
      assert.ok(answers.length >= 3, `${id}: ${answers.length} wrong answers`);
    }
  });

  Deno.test(`${name}: solutions are right and wrong answers wrong, in the grader`, async () => {
    const trials = (await trialsOf(number, notebook))
      .filter(({ id }) => !exerciseOf(id).needsEngine);
    const faults: (string | undefined)[] = [];
    for (const trial of trials) {
      const source = withImports(trial.source, notebook);
      const outcome = await runCell(source, AbortSignal.timeout(60_000));
      const reply = typeof outcome === "string"
        ? outcome
        : outcome.error ?? outcome.results.at(-1)?.message ?? "no result";
      faults.push(faultOf(trial, reply));
    }
    assert.deepEqual(faults.filter(Boolean), []);
  });

  Deno.test(`${name} has a quiz of five questions with a reply to each option`, () => {
    assert.equal(QUIZZES[number]!.length, 5);
    for (const { question, options } of QUIZZES[number]!) {
      assert.ok(options.length >= 3 && options.length <= 4, question);
      assert.equal(rightOnes({ question, options }), 1, question);
      assert.ok(options.every(({ reply }) => reply.trim() !== ""), question);
      const texts = options.map(({ text }) => text);
      assert.equal(new Set(texts).size, texts.length, question);
    }
    const places = QUIZZES[number]!.map(({ options }) =>
      options.findIndex(({ isRight }) => isRight)
    );
    assert.ok(new Set(places).size > 1, "the right option is always the same");
    const shows = codeCells(notebook).filter(({ source }) =>
      source.includes(`quiz(${number})`)
    );
    assert.equal(shows.length, 1);
  });
}

function rightOnes({ options }: QuizQuestion): number {
  return options.filter(({ isRight }) => isRight).length;
}
