/** Exercises and quiz of notebook 19. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";
import { judgeFunction, judgeNumbers } from "./numbers.ts";

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

type Span = [number, number];

/** Characters of tokens, an answer, and its first and last token. */
const PLACES: readonly [offsets: Span[], answer: Span, expected: Span][] = [
  [[[0, 3], [4, 9], [10, 14], [15, 18], [19, 22]], [4, 9], [1, 1]],
  [[[0, 3], [4, 9], [10, 14], [15, 18], [19, 22]], [15, 22], [3, 4]],
  // Tokens without spaces between them, such as $1,731
  [[[0, 1], [1, 2], [2, 3], [3, 6]], [1, 6], [1, 3]],
  // The answer ends, and begins, within a token
  [[[0, 2], [3, 8], [8, 9]], [3, 7], [1, 1]],
  [[[0, 4], [5, 13], [14, 20]], [7, 20], [1, 2]],
];

const NORMALIZED: readonly [answer: string, expected: string][] = [
  ["The Old Bridge.", "old bridge"],
  ["in   1873", "in 1873"],
  ["Another theatre", "another theatre"],
  ["a moth, an owl", "moth owl"],
  ["U.S.A.", "usa"],
  ["the", ""],
];

const F1_CASES: readonly [string, string, number][] = [
  ["old bridge", "old bridge", 1],
  ["old stone bridge", "old bridge", 0.8],
  ["1736", "mina tansy", 0],
  ["owl", "owl owl", 2 / 3],
  ["owl owl", "owl", 2 / 3],
  ["", "", 1],
  ["", "owl", 0],
];

const WINDOWS: readonly [
  numTokens: number,
  limits: { room: number; stride: number },
  expected: Span[],
][] = [
  [14, { room: 6, stride: 2 }, [[0, 6], [4, 10], [8, 14]]],
  [5, { room: 6, stride: 2 }, [[0, 5]]],
  [6, { room: 6, stride: 2 }, [[0, 6]]],
  [9, { room: 6, stride: 0 }, [[0, 6], [6, 9]]],
  [8, { room: 6, stride: 5 }, [[0, 6], [1, 7], [2, 8]]],
];

type Limits = { first: number; longest: number; threshold: number };

const SPANS: readonly {
  start: number[];
  end: number[];
  limits: Limits;
  expected: Span | null;
}[] = [
  {
    start: [1, 0, 0, 5, 1],
    end: [1, 0, 0, 1, 4],
    limits: { first: 2, longest: 3, threshold: 0 },
    expected: [3, 4],
  },
  {
    start: [6, 0, 0, 5, 1],
    end: [5, 0, 0, 1, 4],
    limits: { first: 2, longest: 3, threshold: 0 },
    expected: null,
  },
  {
    start: [6, 0, 0, 5, 1],
    end: [5, 0, 0, 1, 4],
    limits: { first: 2, longest: 3, threshold: 2 },
    expected: [3, 4],
  },
  // The best end comes before the best start.
  {
    start: [0, 0, 0, 1, 5],
    end: [0, 0, 0, 6, 2],
    limits: { first: 2, longest: 3, threshold: 0 },
    expected: [3, 3],
  },
  // The best pair is too long.
  {
    start: [0, 0, 4, 0, 3],
    end: [0, 0, 1, 0, 4],
    limits: { first: 2, longest: 2, threshold: 0 },
    expected: [4, 4],
  },
  // Every score is below 0.
  {
    start: [-9, -9, -2, -4],
    end: [-9, -9, -4, -3],
    limits: { first: 2, longest: 3, threshold: -1 },
    expected: [2, 3],
  },
];

/** The exercises of notebook 19. */
export const EXERCISES_19 = {
  "19.1": exercise<
    (
      offsets: readonly (readonly [number, number])[],
      answer: readonly [number, number],
    ) => Span
  >({
    level: 2,
    minutes: 10,
    check(tokensOf): Verdict {
      const fault = judgeFunction(tokensOf, "(offsets, answer) => …");
      if (fault !== undefined) return fault;
      for (const [offsets, answer, expected] of PLACES) {
        const found = tokensOf(structuredClone(offsets), [...answer]);
        const what = `tokensOf(${json(offsets)}, ${json(answer)})`;
        const fault = judgeNumbers(what, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "Two searches: from the left for the first token, from the right for the last.",
      "The first token is the first that ends after the answer's start.",
      "offsets.findLastIndex(([from]) => from < end) is the last one.",
    ],
  }),
  "19.2": exercise<(answer: string) => string>({
    level: 1,
    minutes: 10,
    check(normalize): Verdict {
      const fault = judgeFunction(normalize, "(answer) => …");
      if (fault !== undefined) return fault;
      for (const [answer, expected] of NORMALIZED) {
        const found = normalize(answer);
        if (found === expected) continue;
        return `${json(answer)} must become ${json(expected)}; it becomes ${
          json(found)
        }.`;
      }
      return undefined;
    },
    hints: [
      "toLowerCase, then replace punctuation by nothing, articles by a space.",
      "An article is a whole word: \\b on both sides of (a|an|the).",
      'Split at white space, drop empty words, join with " ".',
    ],
  }),
  "19.3": exercise<
    (found: readonly string[], right: readonly string[]) => number
  >({
    level: 2,
    minutes: 15,
    check(f1OfWords): Verdict {
      const fault = judgeFunction(f1OfWords, "(found, right) => …");
      if (fault !== undefined) return fault;
      const wordsOf = (text: string): string[] =>
        text === "" ? [] : text.split(" ");
      for (const [found, right, expected] of F1_CASES) {
        const score = f1OfWords(wordsOf(found), wordsOf(right));
        const what = `f1OfWords(${json(wordsOf(found))}, ${
          json(wordsOf(right))
        })`;
        const fault = judgeNumbers(what, score, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "If a list is empty, the score is 1 if both are, else 0.",
      "A word counts as often as it is in both lists: take it out once found.",
      "F1 is 2 · common / (found.length + right.length).",
    ],
  }),
  "19.4": exercise<
    (numTokens: number, limits: { room: number; stride: number }) => Span[]
  >({
    level: 2,
    minutes: 15,
    check(windowsOf): Verdict {
      const fault = judgeFunction(
        windowsOf,
        "(numTokens, { room, stride }) => …",
      );
      if (fault !== undefined) return fault;
      for (const [numTokens, limits, expected] of WINDOWS) {
        const found = windowsOf(numTokens, { ...limits });
        const what = `windowsOf(${numTokens}, ${json(limits)})`;
        const fault = judgeNumbers(what, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "A window moves on by room - stride tokens.",
      "The last window is the first that reaches the end of the text.",
      "Its end is Math.min(start + room, numTokens).",
    ],
  }),
  "19.5": exercise<
    (
      startLogits: readonly number[],
      endLogits: readonly number[],
      limits: Limits,
    ) => Span | null
  >({
    level: 3,
    minutes: 20,
    check(answerOf): Verdict {
      const fault = judgeFunction(
        answerOf,
        "(startLogits, endLogits, { first, longest, threshold }) => …",
      );
      if (fault !== undefined) return fault;
      for (const { start, end, limits, expected } of SPANS) {
        const found = answerOf([...start], [...end], { ...limits });
        if (json(found) === json(expected)) continue;
        return `Starts ${json(start)}, ends ${json(end)}, limits ` +
          `${json(limits)} must give ${json(expected)}; they give ${
            json(found)
          }.`;
      }
      return undefined;
    },
    hints: [
      "Search the best pair in two loops: start from first on, end from start on.",
      "The score of no answer is startLogits[0] + endLogits[0].",
      "Return null if it is greater than the best sum by more than threshold.",
    ],
  }),
};

/** The quiz of notebook 19. */
export const QUIZ_19: readonly QuizQuestion[] = [
  {
    question: "Why does the answer keep its capitals, although the model is " +
      "uncased?",
    options: [
      {
        text: "The tokenizer remembers them in the ids.",
        reply: "The ids of `Ada` and `ada` are equal.",
      },
      {
        text: "It is cut from the text, at the offsets of its tokens.",
        isRight: true,
        reply: "Offsets lead from each token back to its characters.",
      },
      {
        text: "The model generates it letter by letter.",
        reply: "It generates nothing: it points at two tokens.",
      },
    ],
  },
  {
    question: "How many parameters does the head have, with hidden size 384?",
    options: [
      {
        text: "2 · 384 + 2",
        isRight: true,
        reply: "Two vectors and two biases, whatever the length of the text.",
      },
      {
        text: "384 · T",
        reply: "The same two vectors score every token, so T plays no part.",
      },
      {
        text: "30,522 · 384",
        reply: "That is the table of word embeddings.",
      },
    ],
  },
  {
    question: "An answer is cut in two at the end of a window. What is the " +
      "window trained to say?",
    options: [
      {
        text: "The half that it has.",
        reply: "Half an answer is no answer.",
      },
      {
        text: "Nothing: the window is left out.",
        reply: "It teaches what is no answer, as others without one do.",
      },
      {
        text: "No answer here: start and end are `[CLS]`.",
        isRight: true,
        reply: "A window that shares enough tokens with it has the whole.",
      },
    ],
  },
  {
    question:
      "The right answer is “old bridge”, the prediction is “the bridge”. " +
      "What are exact match and F1?",
    options: [
      {
        text: "0 and 1/2",
        reply: "The article is dropped: of one word, one is right.",
      },
      {
        text: "0 and 2/3",
        isRight: true,
        reply: "Without the article: precision 1, recall 1/2.",
      },
      {
        text: "1 and 1",
        reply: "“old” is missing, and it is no article.",
      },
    ],
  },
  {
    question: "What happens if `noAnswerThreshold` grows?",
    options: [
      {
        text: "More questions are answered, some of them that have no answer.",
        isRight: true,
        reply: "No answer must then be better by more to be chosen.",
      },
      {
        text: "Fewer questions are answered.",
        reply: "The threshold is what no answer must be better by.",
      },
      {
        text: "The answers become longer.",
        reply: "The threshold chooses between the best span and none; the " +
          "span stays.",
      },
    ],
  },
];
