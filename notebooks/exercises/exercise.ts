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

/** Fixes the type of an exercise's answer. */
export function exercise<Answer>(it: Exercise<Answer>): Exercise<Answer> {
  return it;
}
