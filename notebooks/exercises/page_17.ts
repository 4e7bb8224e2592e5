/** Exercises and quiz of notebook 17. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

const isClose = (found: unknown, expected: number): boolean =>
  typeof found === "number" && Math.abs(found - expected) <= 1e-6;

type Row = { message: string; category: string };

/** Rows, and the messages among them that have two labels. */
const CONFLICTS: readonly [Row[], string[]][] = [
  [
    [
      { message: "Where is it?", category: "shipping" },
      { message: "Too dear.", category: "billing" },
      { message: "Where is it?", category: "technical" },
    ],
    ["Where is it?"],
  ],
  // The same label, with a capital or a space.
  [
    [
      { message: "Too dear.", category: "billing" },
      { message: "Too dear.", category: "Billing " },
    ],
    [],
  ],
  // Three labels, in the order of the table; a name that every object has.
  [
    [
      { message: "constructor", category: "technical" },
      { message: "Help.", category: "billing" },
      { message: "Help.", category: "shipping" },
      { message: "Help.", category: "technical" },
      { message: "constructor", category: "billing" },
    ],
    ["constructor", "Help."],
  ],
  [[], []],
];

type Found = { precision: number; recall: number; timesBetter: number };

type Suspect = { index: number; suggestion: number };

/** Probabilities in per cent, labels, and the suspects among them. */
const SUSPECTS: readonly [number[][], number[], Suspect[]][] = [
  [[[90, 10], [80, 20], [10, 90], [20, 80]], [0, 0, 0, 1], [
    { index: 2, suggestion: 1 },
  ]],
  // The last is rather 0 than 1, but less so than the texts that are labelled 0.
  [[[90, 10], [80, 20], [70, 30], [20, 80]], [0, 0, 1, 1], []],
  // Two classes reach their thresholds: the likelier one counts.
  [
    [[10, 50, 40], [80, 10, 10], [30, 40, 30], [50, 10, 40]],
    [0, 0, 1, 2],
    [{ index: 0, suggestion: 1 }, { index: 3, suggestion: 0 }],
  ],
];

/** Groups of rows, and the sizes of the folds that must come out. */
const GROUPS: readonly [string[], number, number[]][] = [
  [["a", "b", "a", "c", "b", "a"], 2, [3, 3]],
  [["a", "a", "a", "a", "b", "c", "d"], 2, [3, 4]],
  [["a", "b", "b", "c", "c", "d", "d", "d"], 3, [2, 3, 3]],
  [["toString", "b", "toString"], 2, [1, 2]],
];

/** Tickets that only one of two models has right, and the p-value. */
const TESTS: readonly [number, number, number][] = [
  [0, 5, 2 / 32],
  [5, 0, 2 / 32],
  // 2 · (1 + 10 + 45) / 1024
  [2, 8, 112 / 1024],
  [3, 3, 1],
  [4, 5, 1],
  [0, 0, 1],
  [0, 1, 1],
];

/** 2 · P(at most 400 heads in 900 tosses), by whole numbers. */
const LARGE = 0.0009564441369189461;

/** The exercises of notebook 17. */
export const EXERCISES_17 = {
  "17.1": exercise<(rows: readonly Row[]) => string[]>({
    level: 1,
    minutes: 8,
    check(conflictsOf): Verdict {
      if (typeof conflictsOf !== "function") {
        return "The answer must be a function.";
      }
      for (const [rows, expected] of CONFLICTS) {
        const found = conflictsOf(rows);
        if (json(found) === json(expected)) continue;
        return `${json(rows)} must give ${json(expected)}; it gives ${
          json(found)
        }.`;
      }
      return undefined;
    },
    hints: [
      "Collect the labels of each message in a Map from messages to Sets.",
      "Before you compare labels: .trim().toLowerCase().",
      "A message is in conflict if its Set has a size above 1.",
    ],
  }),
  "17.2": exercise<Found>({
    level: 1,
    minutes: 5,
    check(answer): Verdict {
      const expected = { precision: 0.7, recall: 0.875, timesBetter: 35 / 6 };
      for (const name of ["precision", "recall", "timesBetter"] as const) {
        const found = answer?.[name];
        if (typeof found !== "number") {
          return "The answer must be an object of three numbers, " +
            "{ precision, recall, timesBetter }.";
        }
        if (!isClose(found, expected[name])) {
          return `\`${name}\` is not ${found}.`;
        }
      }
      return undefined;
    },
    hints: [
      "Precision: of the rows that you read, which share is wrong?",
      "Recall: of the 48 wrong rows, which share did you read?",
      "Among rows at random, 48 of 400 would be wrong: divide the precision by that.",
    ],
  }),
  "17.3": exercise<
    (
      probabilities: readonly (readonly number[])[],
      labels: readonly number[],
    ) => Suspect[]
  >({
    level: 2,
    minutes: 15,
    check(suspectsOf): Verdict {
      if (typeof suspectsOf !== "function") {
        return "The answer must be a function.";
      }
      for (const [rows, labels, expected] of SUSPECTS) {
        const probabilities = rows.map((row) => row.map((each) => each / 100));
        const found = suspectsOf(probabilities, labels);
        if (json(found) === json(expected)) continue;
        return `Probabilities ${json(probabilities)}, labels ${
          json(labels)
        }: the suspects are ${json(expected)}; it gives ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "First one threshold for each class: a mean over the texts that are labelled so.",
      "For each text, take the classes that reach their threshold; there may be none.",
      "Of these, the one with the largest probability is the suggestion; if it is the label, the text is no suspect.",
    ],
  }),
  "17.4": exercise<(groups: readonly string[], folds: number) => number[]>({
    level: 2,
    minutes: 15,
    check(foldsOf): Verdict {
      if (typeof foldsOf !== "function") {
        return "The answer must be a function.";
      }
      for (const [groups, folds, sizes] of GROUPS) {
        const call = `foldsOf(${json(groups)}, ${folds})`;
        const found = foldsOf(groups, folds);
        const isList = Array.isArray(found) && found.length === groups.length &&
          found.every((fold) =>
            Number.isInteger(fold) && fold >= 0 && fold < folds
          );
        if (!isList) {
          return `${call} must give a fold from 0 to ${
            folds - 1
          } for each row; it gives ${json(found)}.`;
        }
        const torn = groups.find((group, i) =>
          found[i] !== found[groups.indexOf(group)]
        );
        if (torn !== undefined) {
          return `${call}: all rows of "${torn}" must be in one fold; it gives ${
            json(found)
          }.`;
        }
        const counts = Array.from(
          { length: folds },
          (_, fold) => found.filter((each) => each === fold).length,
        ).sort((a, b) => a - b);
        if (json(counts) !== json(sizes)) {
          return `${call}: folds of ${
            sizes.join(" and ")
          } rows are possible; ` +
            `it gives ${counts.join(" and ")}.`;
        }
      }
      return undefined;
    },
    hints: [
      "Map.groupBy(groups.keys(), (i) => groups[i]) has the rows of each group.",
      "Place the groups one by one, the largest first.",
      "Each goes to the fold that has the fewest rows so far.",
    ],
  }),
  "17.5": exercise<(onlyFirst: number, onlySecond: number) => number>({
    level: 3,
    minutes: 20,
    check(pValue): Verdict {
      if (typeof pValue !== "function") return "The answer must be a function.";
      for (const [first, second, expected] of TESTS) {
        const found = pValue(first, second);
        if (isClose(found, expected)) continue;
        return `pValue(${first}, ${second}) must be ${
          Number(expected.toFixed(6))
        }; it is ${json(found)}.`;
      }
      const large = pValue(400, 500);
      return isClose(large, LARGE)
        ? undefined
        : `pValue(400, 500) must be ${LARGE.toFixed(6)}; it is ${json(large)}.`;
    },
    hints: [
      "Tickets that both have right, or both wrong, say nothing. The others are n tosses of a coin.",
      "With k the smaller number, add the chances of 0 to k heads in n tosses and double the sum; p is 1 at most.",
      "Large binomial coefficients overflow: from one term to the next, multiply by (n − i) / (i + 1), beginning with 0.5 ** n.",
    ],
  }),
};

/** The quiz of notebook 17. */
export const QUIZ_17: readonly QuizQuestion[] = [
  {
    question:
      "Why must the probability of a text come from a model that was not trained on it?",
    options: [
      {
        text: "Otherwise the computation takes too long.",
        reply: "Cross-validation is what takes long: it trains several models.",
      },
      {
        text: "A model may have learned the wrong label by heart.",
        isRight: true,
        reply: "Then it agrees with the label, and the text looks fine.",
      },
      {
        text: "Probabilities of training texts do not sum to 1.",
        reply: "A softmax sums to 1 for any text.",
      },
    ],
  },
  {
    question:
      "A text is labelled `billing`; the model says `shipping` with 0.6. Is it a suspect?",
    options: [
      {
        text: "Yes: the prediction is not the label.",
        reply: "A model that is unsure of everything would suspect too much.",
      },
      {
        text: "No: 0.6 is too low.",
        reply: "It may be much, if the model is never surer of shipping.",
      },
      {
        text: "If 0.6 is at least the threshold of `shipping`.",
        isRight: true,
        reply:
          "The threshold is how sure the model is of that class where the label says so.",
      },
    ],
  },
  {
    question: "Which rows should a person correct?",
    options: [
      {
        text: "Those that the person has read and finds wrong.",
        isRight: true,
        reply: "The list of suspects only says where to look first.",
      },
      {
        text: "All suspects: the suggestion is the new label.",
        reply: "Some suspects are right; then the model is what is wrong.",
      },
      {
        text: "Those of the test set on which the model fails.",
        reply: "Then the test set would be made to fit the model.",
      },
    ],
  },
  {
    question:
      "The difference of two models is 0.02, its 95 % interval is −0.01 to 0.05. What follows?",
    options: [
      {
        text: "The second model is better by 0.02.",
        reply: "On these texts; on others it may be worse.",
      },
      {
        text: "The two models are equally good.",
        reply: "They may differ by 0.05: that it cannot be seen is no proof.",
      },
      {
        text: "These test texts cannot tell which is better.",
        isRight: true,
        reply:
          "0 is inside the interval. More test texts would make it narrower.",
      },
    ],
  },
  {
    question: "What does a temperature of 1.5 change?",
    options: [
      {
        text: "The probabilities, not the predictions.",
        isRight: true,
        reply: "All logits are divided by it, so their order stays.",
      },
      {
        text: "Some predictions, those that were unsure.",
        reply: "The largest logit stays the largest.",
      },
      {
        text: "The learning rate of the next training.",
        reply: "Training knows nothing of it.",
      },
    ],
  },
];
