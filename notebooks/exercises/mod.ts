/** `check` and `quiz`, for the last section of each page. @module */

import type { Exercise, QuizQuestion } from "./exercise.ts";
import { EXERCISES_01, QUIZ_01 } from "./page_01.ts";
import { EXERCISES_02, QUIZ_02 } from "./page_02.ts";
import { EXERCISES_03, QUIZ_03 } from "./page_03.ts";
import { EXERCISES_04, QUIZ_04 } from "./page_04.ts";
import { EXERCISES_05, QUIZ_05 } from "./page_05.ts";
import { EXERCISES_06, QUIZ_06 } from "./page_06.ts";
import { EXERCISES_07, QUIZ_07 } from "./page_07.ts";
import { EXERCISES_08, QUIZ_08 } from "./page_08.ts";
import { EXERCISES_09, QUIZ_09 } from "./page_09.ts";
import { EXERCISES_10, QUIZ_10 } from "./page_10.ts";
import { EXERCISES_11, QUIZ_11 } from "./page_11.ts";
import { EXERCISES_12, QUIZ_12 } from "./page_12.ts";
import { EXERCISES_13, QUIZ_13 } from "./page_13.ts";
import { EXERCISES_14, QUIZ_14 } from "./page_14.ts";
import { EXERCISES_15, QUIZ_15 } from "./page_15.ts";
import { EXERCISES_16, QUIZ_16 } from "./page_16.ts";
import { EXERCISES_17, QUIZ_17 } from "./page_17.ts";
import { EXERCISES_18, QUIZ_18 } from "./page_18.ts";
import { EXERCISES_19, QUIZ_19 } from "./page_19.ts";
import { EXERCISES_20, QUIZ_20 } from "./page_20.ts";
import { EXERCISES_21, QUIZ_21 } from "./page_21.ts";
import { EXERCISES_22, QUIZ_22 } from "./page_22.ts";
import { EXERCISES_23, QUIZ_23 } from "./page_23.ts";

/** All exercises, by page and number: "3.2" is the second of notebook 3. */
export const EXERCISES = Object.freeze({
  ...EXERCISES_01,
  ...EXERCISES_02,
  ...EXERCISES_03,
  ...EXERCISES_04,
  ...EXERCISES_05,
  ...EXERCISES_06,
  ...EXERCISES_07,
  ...EXERCISES_08,
  ...EXERCISES_09,
  ...EXERCISES_10,
  ...EXERCISES_11,
  ...EXERCISES_12,
  ...EXERCISES_13,
  ...EXERCISES_14,
  ...EXERCISES_15,
  ...EXERCISES_16,
  ...EXERCISES_17,
  ...EXERCISES_18,
  ...EXERCISES_19,
  ...EXERCISES_20,
  ...EXERCISES_21,
  ...EXERCISES_22,
  ...EXERCISES_23,
});

/** The quiz of each page, by its number. */
export const QUIZZES: Readonly<Record<number, readonly QuizQuestion[]>> = {
  1: QUIZ_01,
  2: QUIZ_02,
  3: QUIZ_03,
  4: QUIZ_04,
  5: QUIZ_05,
  6: QUIZ_06,
  7: QUIZ_07,
  8: QUIZ_08,
  9: QUIZ_09,
  10: QUIZ_10,
  11: QUIZ_11,
  12: QUIZ_12,
  13: QUIZ_13,
  14: QUIZ_14,
  15: QUIZ_15,
  16: QUIZ_16,
  17: QUIZ_17,
  18: QUIZ_18,
  19: QUIZ_19,
  20: QUIZ_20,
  21: QUIZ_21,
  22: QUIZ_22,
  23: QUIZ_23,
};

/** The number of an exercise, such as "3.2". */
export type ExerciseId = keyof typeof EXERCISES;

/** What the check of an exercise takes; undefined means that it is not answered yet. */
export type Answer<Id extends ExerciseId> =
  | (typeof EXERCISES[Id] extends Exercise<infer A> ? A : never)
  | undefined;

/** What became of the check of an answer. */
export type Result = {
  readonly id: string;
  readonly status: "open" | "right" | "wrong";
  readonly message: string;
};

const recorded: Result[] = [];

/**
 * What became of every check in this process, in order; a grader reads it.
 *
 * @returns A copy of the list: only {@link check} adds to it.
 */
export function results(): Result[] {
  return [...recorded];
}

/**
 * Checks an answer and says what is wrong with it; each further wrong answer gets the
 * next of three hints.
 *
 * @example An exercise that waits for its answer
 * ```ts ignore
 * const answer: Answer<"4.1"> = undefined; // write it here
 * await check("4.1", answer);
 * ```
 *
 * @param id The number of the exercise.
 * @param answer The answer; undefined prints that it is not answered yet.
 * @throws {RangeError} If there is no such exercise.
 */
export async function check<Id extends ExerciseId>(
  id: Id,
  answer: Answer<Id>,
): Promise<void> {
  // The kernel checks no types.
  if (!Object.hasOwn(EXERCISES, id)) {
    throw new RangeError(
      `Cannot check an answer: its number must be that of an exercise; found ${
        JSON.stringify(id)
      }`,
    );
  }
  const numWrong =
    recorded.filter((each) => each.id === id && each.status === "wrong").length;
  const exercise = EXERCISES[id] as Exercise<Answer<Id>>;
  const result = await judge(id, exercise, answer, numWrong);
  recorded.push(Object.freeze(result));
  await display(result.message);
}

/**
 * Judges an answer.
 *
 * @param id The number of the exercise.
 * @param exercise The exercise.
 * @param answer The answer; undefined if there is none yet.
 * @param numWrong How many wrong answers came before: which hint to give.
 * @returns Whether it is right, and what to tell the learner.
 */
export async function judge<A>(
  id: string,
  { level, minutes, check, hints }: Exercise<A>,
  answer: A | undefined,
  numWrong = 0,
): Promise<Result> {
  if (answer === undefined) {
    const dots = "●".repeat(level) + "○".repeat(3 - level);
    const message =
      `**Exercise ${id}** ${dots}, about ${minutes} min: not answered yet.`;
    return { id, status: "open", message };
  }
  let fault: string | undefined;
  try {
    fault = await check(answer);
  } catch (error) {
    fault = error instanceof Error
      ? `Your code throws ${error.name}: ${error.message}`
      : `Your code throws ${Deno.inspect(error)}`;
  }
  if (fault === undefined) {
    return { id, status: "right", message: `**Exercise ${id}**: ✓ right.` };
  }
  const hint = Math.min(numWrong, hints.length - 1);
  const message = `**Exercise ${id}**: ✗ not yet. ${fault}\n\n` +
    `Hint ${hint + 1} of ${hints.length}: ${hints[hint]}`;
  return { id, status: "wrong", message };
}

/**
 * Shows the questions of a page; a click on an option opens the reply to it.
 *
 * @param page The number of the page.
 * @throws {RangeError} If the page has no quiz.
 */
export async function quiz(page: number): Promise<void> {
  const questions = QUIZZES[page] ?? [];
  if (questions.length === 0) {
    throw new RangeError(
      `Cannot show a quiz: the page must have one; found none for page ${page}`,
    );
  }
  await display(quizText(questions));
}

/**
 * The Markdown of a quiz: each option is folded over the reply to it.
 *
 * @param questions The questions.
 * @returns The Markdown.
 */
export function quizText(questions: readonly QuizQuestion[]): string {
  return questions.map(({ question, options }, i) => {
    const folded = options.map(({ text, reply, isRight }) =>
      `<details><summary>${inlineHtml(text)}</summary>\n\n` +
      `${isRight ? "**Right.**" : "**No.**"} ${reply}\n\n</details>`
    );
    return `**${i + 1}. ${question}**\n\n${folded.join("\n")}`;
  }).join("\n\n");
}

/** Text with `code` as HTML, as Markdown is not read within a summary. */
function inlineHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replace(/`([^`]+)`/g, "<code>$1</code>");
}

/**
 * Shows Markdown below the cell, or prints it where there is no kernel.
 *
 * It imports no view: a grader runs exercises without the permissions of those.
 */
async function display(text: string): Promise<void> {
  // Deno throws if its kernel is asked for where there is none.
  if (!inKernel()) {
    // deno-lint-ignore no-console -- there is no kernel to show it
    console.log(text);
    return;
  }
  await Deno.jupyter.broadcast("display_data", {
    data: { "text/markdown": text, "text/plain": text },
    metadata: {},
    transient: {},
  });
  // The kernel may publish an output up to 2 ms after it reports that the cell is done.
  await new Promise((resolve) => setTimeout(resolve, 20));
}

function inKernel(): boolean {
  try {
    return Deno.jupyter !== undefined;
  } catch {
    return false;
  }
}
