/** Solutions and wrong answers of the exercises, as cells that can be run. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  answerExercise,
  exerciseCells,
} from "../../tools/jupyter/exercises.ts";
import type { Notebook } from "../../tools/jupyter/notebook.ts";

/** An answer to an exercise, and what its check must say. */
export type Trial = {
  readonly id: string;
  /** Says in a failure which answer it is. */
  readonly name: string;
  /** The exercise cell with the answer. */
  readonly source: string;
  /** What the check must say of a wrong answer; undefined if it is the solution. */
  readonly says: RegExp | undefined;
};

type WrongAnswers = Record<
  string,
  readonly { readonly code: string; readonly says: RegExp }[]
>;

/** The solution and the wrong answers of each exercise of a page. */
export async function trialsOf(
  page: number,
  notebook: Notebook,
): Promise<Trial[]> {
  const wrong = await wrongAnswersOf(page);
  return exerciseCells(notebook).flatMap(({ id, cell, solution }) => {
    assert.ok(solution, `${id}: no solution is folded below the cell`);
    const answers = [
      { name: `${id}, solution`, code: solution, says: undefined },
      ...(wrong[id] ?? []).map((each, i) => ({
        name: `${id}, wrong answer ${i + 1}`,
        ...each,
      })),
    ];
    return answers.map(({ name, code, says }) => ({
      id,
      name,
      source: answerExercise(cell.source, code),
      says,
    }));
  });
}

/** The wrong answers of a page, by exercise; none if it has no file of them. */
export async function wrongAnswersOf(page: number): Promise<WrongAnswers> {
  const number = String(page).padStart(2, "0");
  const file = join(import.meta.dirname!, "answers", `page_${number}.ts`);
  if (!existsSync(file)) return {};
  return (await import(file))[`WRONG_${number}`];
}

/** What is wrong with the reply to an answer; undefined if it is as it must be. */
export function faultOf(
  { id, name, says }: Trial,
  reply: string,
): string | undefined {
  if (says === undefined) {
    const isRight = reply.includes(`**Exercise ${id}**: ✓ right.`);
    return isRight ? undefined : `${name} must be right:\n${reply}`;
  }
  const complaint = /✗ not yet\. ([^]*?)\n\nHint \d of 3: /.exec(reply)?.[1];
  if (complaint === undefined) return `${name} must be wrong:\n${reply}`;
  if (says.test(complaint)) return undefined;
  return `${name} must be told ${says}:\n${complaint}`;
}
