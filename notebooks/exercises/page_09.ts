/** Exercises and quiz of notebook 9. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** Ids for `[MASK]` and for the random token. */
const IDS = { maskId: 4, randomId: 99 };

const CORRUPTED: readonly [number[], number[], number[], number[]][] = [
  [[2, 10, 11, 12, 3], [1], [0.3], [2, 4, 11, 12, 3]],
  [[2, 10, 11, 12, 3], [1, 3], [0.85, 0.95], [2, 99, 11, 12, 3]],
  // The limits: 0.8 is a random token, 0.9 stays.
  [[2, 10, 11, 12, 3], [1, 2, 3], [0.8, 0.9, 0.79], [2, 99, 11, 4, 3]],
];

const WORD_POSITIONS: readonly [string[], number[][]][] = [
  [["[CLS]", "play", "##ing", ".", "[SEP]"], [[1, 2], [3]]],
  [
    ["[CLS]", "un", "##bel", "##ie", "a", "[SEP]", "b", "##c", "[SEP]"],
    [[1, 2, 3], [4], [6, 7]],
  ],
  [["[CLS]", "[SEP]"], []],
];

/** Many short documents, no sentence twice. */
const DOCUMENTS: readonly string[][] = Array.from(
  { length: 60 },
  (_, d) => Array.from({ length: 2 + d % 3 }, (_, s) => `Sentence ${d}.${s}`),
);

/** Numbers in [0, 1) that are the same for each call (Lehmer, 1951). */
function counted(): () => number {
  let state = 42;
  return () => (state = state * 48_271 % 2_147_483_647) / 2_147_483_647;
}

type Pair = { first: string; second: string; label: number };

/** What is wrong with pairs of {@linkcode DOCUMENTS}. */
function faultOfPairs(pairs: readonly Pair[]): Verdict {
  const firsts = DOCUMENTS.flatMap((sentences) => sentences.slice(0, -1));
  if (json(pairs.map(({ first }) => first)) !== json(firsts)) {
    return `There must be one pair for each of the ${firsts.length} sentences ` +
      `that have a next one, in order; there are ${pairs.length}.`;
  }
  for (const { first, second, label } of pairs) {
    const own = DOCUMENTS.find((sentences) => sentences.includes(first))!;
    const next = own[own.indexOf(first) + 1];
    if (label === 0 && second !== next) {
      return `With the label 0, "${first}" must be followed by "${next}"; it is ` +
        `followed by "${second}".`;
    }
    if (label === 1 && own.includes(second)) {
      return `With the label 1, B must be of another document; "${first}" has ` +
        `"${second}".`;
    }
    if (!DOCUMENTS.some((sentences) => sentences.includes(second))) {
      return `B must be a sentence of a document; it is ${json(second)}.`;
    }
  }
  const share = pairs.filter(({ label }) => label === 0).length / pairs.length;
  if (Math.abs(share - 0.5) > 0.15) {
    return `About half of the labels must be 0; ${
      (100 * share).toFixed(0)
    } % are.`;
  }
  const others = new Set(
    pairs.filter(({ label }) => label === 1).map(({ second }) => second),
  );
  return others.size > 10
    ? undefined
    : `The wrong B must be drawn at random; only ${others.size} of all ` +
      `sentences occur.`;
}

/** The exercises of notebook 9. */
export const EXERCISES_09 = {
  "9.1": exercise<
    { chosen: number; masked: number; replaced: number; kept: number }
  >({
    level: 1,
    minutes: 5,
    check(answer): Verdict {
      const expected = { chosen: 300, masked: 240, replaced: 30, kept: 30 };
      for (const [name, value] of Object.entries(expected)) {
        const found = answer?.[name as keyof typeof expected];
        if (typeof found !== "number") {
          return "The answer must be an object of four numbers, " +
            "{ chosen, masked, replaced, kept }.";
        }
        if (found !== value) return `\`${name}\` is not ${found}.`;
      }
      return undefined;
    },
    hints: [
      "First the chosen tokens, then what becomes of these.",
      "15 % of 2,000 are chosen.",
      "80 %, 10 % and 10 % of the chosen 300.",
    ],
  }),
  "9.2": exercise<(probabilities: readonly number[]) => number>({
    level: 1,
    minutes: 5,
    check(perplexityOf): Verdict {
      if (typeof perplexityOf !== "function") {
        return "The answer must be a function.";
      }
      const cases: [number[], number][] = [
        [[0.5, 0.5], 2],
        [[1, 1, 1], 1],
        [[0.5, 0.125], 4],
        [[0.1, 0.2, 0.5], 100 ** (1 / 3)],
      ];
      for (const [probabilities, expected] of cases) {
        const found = perplexityOf([...probabilities]);
        if (typeof found !== "number") {
          return `The function must return a number; it returns ${
            json(found)
          }.`;
        }
        if (Math.abs(found - expected) < 1e-6) continue;
        return `The perplexity of ${json(probabilities)} is ${
          expected.toFixed(3)
        }, not ${found.toFixed(3)}.`;
      }
      return undefined;
    },
    hints: [
      "The loss of a word is -ln p.",
      "Take the mean of the losses first.",
      "Math.exp of that mean.",
    ],
  }),
  "9.3": exercise<
    (
      ids: readonly number[],
      chosen: readonly number[],
      draws: readonly number[],
      special: { maskId: number; randomId: number },
    ) => number[]
  >({
    level: 2,
    minutes: 10,
    check(corrupt): Verdict {
      if (typeof corrupt !== "function") {
        return "The answer must be a function.";
      }
      for (const [ids, chosen, draws, expected] of CORRUPTED) {
        const given = [...ids];
        const found = corrupt(given, chosen, draws, IDS);
        if (json(found) !== json(expected)) {
          return `Ids ${json(ids)}, chosen ${json(chosen)}, draws ${
            json(draws)
          }, maskId 4, randomId 99 must give ${json(expected)}; they give ${
            json(found)
          }.`;
        }
        if (json(given) !== json(ids)) {
          return "The given array must stay as it is: it holds the labels.";
        }
      }
      return undefined;
    },
    hints: [
      "Copy the ids first: [...ids].",
      "draws[m] belongs to the position chosen[m].",
      "Below 0.8 maskId, else below 0.9 randomId, else nothing.",
    ],
  }),
  "9.4": exercise<(tokens: readonly string[]) => number[][]>({
    level: 2,
    minutes: 15,
    check(wordPositions): Verdict {
      if (typeof wordPositions !== "function") {
        return "The answer must be a function.";
      }
      for (const [tokens, expected] of WORD_POSITIONS) {
        const found = wordPositions([...tokens]);
        if (json(found) === json(expected)) continue;
        return `${tokens.join(" ")} must give ${json(expected)}; it gives ${
          json(found)
        }.`;
      }
      return undefined;
    },
    hints: [
      "Go through the tokens with their positions: tokens.entries().",
      "Skip [CLS] and [SEP]; a piece without ## begins a new list.",
      "A piece with ## is pushed to the last list: words.at(-1)!.push(position).",
    ],
  }),
  "9.5": exercise<
    (
      documents: readonly (readonly string[])[],
      random: () => number,
    ) => Pair[]
  >({
    level: 3,
    minutes: 20,
    check(makePairs): Verdict {
      if (typeof makePairs !== "function") {
        return "The answer must be a function.";
      }
      const pairs = makePairs(DOCUMENTS, counted());
      return Array.isArray(pairs)
        ? faultOfPairs(pairs)
        : `The function must return an array; it returns ${json(pairs)}.`;
    },
    hints: [
      "flatMap over the documents, with the number of each.",
      "sentences.slice(0, -1) are those that have a next one.",
      "For a wrong B: the sentences of all other documents in one list, and " +
      "Math.floor(random() * others.length).",
    ],
  }),
};

/** The quiz of notebook 9. */
export const QUIZ_09: readonly QuizQuestion[] = [
  {
    question: "Why do some chosen tokens stay as they are?",
    options: [
      {
        text: "So that the task becomes easier.",
        reply: "It does, but that is not why: an easier task teaches less.",
      },
      {
        text: "So that the states of real words are useful, too.",
        isRight: true,
        reply:
          "The model never knows which tokens it will be asked for, so it " +
          "needs a good state for each.",
      },
      {
        text: "Because 15 % is too much.",
        reply: "They count among the 15 %.",
      },
    ],
  },
  {
    question: "A model has perplexity 1 on masked words. What does that mean?",
    options: [
      {
        text: "It gives every masked word the probability 1.",
        isRight: true,
        reply: "The loss is 0, and exp(0) = 1: there is nothing to choose.",
      },
      {
        text: "It knows one word.",
        reply: "Then the others would have probability 0, and the perplexity " +
          "would be infinite.",
      },
      {
        text: "It is right in 1 % of the cases.",
        reply: "Perplexity counts equally likely words; it is no percentage.",
      },
    ],
  },
  {
    question: "Why may an untrained model be worse than the vocabulary's size?",
    options: [
      {
        text: "It has not read all words yet.",
        reply: "Words that it has not read cost no more than others.",
      },
      {
        text: "Its learning rate is too high.",
        reply: "It has not taken a step.",
      },
      {
        text: "Random weights prefer some words, and mostly wrong ones.",
        isRight: true,
        reply: "A uniform guess costs ln V; a confident wrong one costs more.",
      },
    ],
  },
  {
    question: "What did our model learn from next-sentence prediction?",
    options: [
      {
        text: "That the animal must be the same.",
        reply: "It accepted a wrong animal in the right setting.",
      },
      {
        text: "To compare the settings of both halves.",
        isRight: true,
        reply: "The setting gives most answers, so it is learned first.",
      },
      {
        text: "To write the next sentence.",
        reply: "It only says whether a given one follows.",
      },
    ],
  },
  {
    question: "MLM with MiniLM gave nonsense for [MASK]. Why?",
    options: [
      {
        text: "Its file has no trained head for masked words.",
        isRight: true,
        reply: "The head is new and random; the encoder is trained.",
      },
      {
        text: "Its encoder has never seen France.",
        reply: "The word is in its vocabulary, and its encoder was pretrained.",
      },
      {
        text: "Six layers are too few.",
        reply:
          "Models with six layers fill masks well if their head is trained.",
      },
      {
        text: "Its tokenizer has no [MASK].",
        reply: "It has: otherwise the cell would have failed.",
      },
    ],
  },
];
