/** Exercises and quiz questions: what the pages ask, and how an answer is judged. @module */

/** What is wrong with an answer, in plain words; undefined if it is right. */
export type Verdict = string | undefined;

/** An exercise of a page. */
export type Exercise<Answer> = {
  /** 1: one thought or one line; 2: a few lines; 3: a small program. */
  readonly level: 1 | 2 | 3;
  /** How long it takes. */
  readonly minutes: number;
  /**
   * Judges an answer: first its kind and shape, then its values. May throw; the error
   * is then taken for one of the answer's own code.
   */
  readonly check: (answer: Answer) => Verdict | Promise<Verdict>;
  /** Given one after another; the last nearly tells the answer. */
  readonly hints: readonly [string, string, string];
  /** Whether an answer cannot be judged without TensorFlow and the page's variables. */
  readonly needsEngine?: boolean;
};

/** A question with answers to choose from. */
export type QuizQuestion = {
  readonly question: string;
  readonly options: readonly {
    readonly text: string;
    /** Why it is right, or wrong. */
    readonly reply: string;
    readonly isRight?: true;
  }[];
};

/**
 * An exercise, with the type of its answer: the editor shows it to the learner.
 *
 * @example Judges a number
 * ```ts
 * import { exercise } from "./exercise.ts";
 *
 * exercise<number>({
 *   level: 1,
 *   minutes: 2,
 *   check: (answer) => answer === 4 ? undefined : `It is not ${answer}.`,
 *   hints: ["Add.", "Add 2 and 2.", "It is one more than 3."],
 * });
 * ```
 *
 * @param it The exercise.
 * @returns The same, frozen, so that no cell can change how it is judged.
 */
export function exercise<Answer>(it: Exercise<Answer>): Exercise<Answer> {
  return Object.freeze(it);
}
