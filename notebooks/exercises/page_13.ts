/** Exercises and quiz of notebook 13. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

/** What a pair of loss curves says about a training. */
export type Diagnosis =
  | "healthy"
  | "over-fitted"
  | "rate too low"
  | "wrong labels";

const DIAGNOSES: readonly unknown[] = [
  "healthy",
  "over-fitted",
  "rate too low",
  "wrong labels",
];

/** Losses after each epoch, and the loss of guessing by the classes' shares. */
export type Curves = {
  readonly training: readonly number[];
  readonly validation: readonly number[];
  readonly guessing: number;
};

/** What a set of predictions scores. */
export type Scores = { readonly loss: number; readonly accuracy: number };

/** Says what is missing if an answer is not a function. */
function needsFunction(answer: unknown): Verdict {
  return typeof answer === "function"
    ? undefined
    : `The answer must be a function; found ${typeof answer}.`;
}

/** Compares each number of a record with what it should be. */
function compareEach(
  found: unknown,
  expected: Readonly<Record<string, number>>,
  of: string,
): Verdict {
  if (typeof found !== "object" || found === null) {
    return `For ${of} it must return an object with ${
      Object.keys(expected).join(" and ")
    }; found ${found === null ? "null" : typeof found}.`;
  }
  for (const [name, value] of Object.entries(expected)) {
    const own = (found as Record<string, unknown>)[name];
    if (typeof own === "number" && Math.abs(own - value) <= 1e-9) continue;
    return `For ${of} expected ${name} ${Number(value.toPrecision(6))}; found ${
      typeof own === "number" ? Number(own.toPrecision(6)) : typeof own
    }.`;
  }
  return undefined;
}

/** The first complaint, if there is one. */
function firstOf(verdicts: Iterable<() => Verdict>): Verdict {
  for (const verdict of verdicts) {
    const fault = verdict();
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const TABLE: Readonly<Record<"a" | "b" | "c" | "d", Diagnosis>> = {
  a: "rate too low",
  b: "over-fitted",
  c: "wrong labels",
  d: "healthy",
};

/** Curves of runs such as those of the page. */
const CURVES: readonly (Curves & { name: string; is: Diagnosis })[] = [
  {
    name: "five epochs that fall together",
    training: [1.66, 0.86, 0.32, 0.16, 0.11],
    validation: [1.28, 0.43, 0.18, 0.11, 0.1],
    guessing: 1.7,
    is: "healthy",
  },
  {
    name: "flat curves at the level of guessing",
    training: [1.79, 1.79, 1.78, 1.78],
    validation: [1.79, 1.78, 1.78, 1.78],
    guessing: 1.7,
    is: "rate too low",
  },
  {
    name: "a validation loss that falls, then rises",
    training: [0.6, 0.4, 0.15, 0.05],
    validation: [0.55, 0.48, 0.6, 0.85],
    guessing: 0.64,
    is: "over-fitted",
  },
  {
    name: "a validation loss that rises from the first epoch on",
    training: [1.7, 1.4, 0.9, 0.4],
    validation: [1.71, 1.75, 1.95, 2.4],
    guessing: 1.7,
    is: "wrong labels",
  },
  {
    name: "a validation loss that stays a little above a falling training loss",
    training: [0.55, 0.4, 0.32, 0.28],
    validation: [0.5, 0.43, 0.4, 0.4],
    guessing: 0.69,
    is: "healthy",
  },
  {
    name: "an over-fitted run that ends below guessing",
    training: [1.2, 0.5, 0.1, 0.02],
    validation: [0.9, 0.5, 0.7, 1.1],
    guessing: 1.7,
    is: "over-fitted",
  },
];

export const EXERCISES_13 = {
  "13.1": exercise<Readonly<Record<"a" | "b" | "c" | "d", Diagnosis>>>({
    level: 1,
    minutes: 5,
    check: (answer) => {
      if (typeof answer !== "object" || answer === null) {
        return `The answer must be an object; found ${typeof answer}.`;
      }
      for (const [training, right] of Object.entries(TABLE)) {
        const found: unknown = answer[training as "a"];
        if (!DIAGNOSES.includes(found)) {
          return `Training ${training} must have one of the four values; found ${
            JSON.stringify(found)
          }.`;
        }
        if (found !== right) {
          return `Training ${training} is not "${found}".`;
        }
      }
      return undefined;
    },
    hints: [
      "ln 2 is about 0.69: which curves ever leave that level, and downwards?",
      "Two of the validation losses rise. Only one of them was below 0.69 before.",
      "a never learns, c only memorizes, b learns and then memorizes.",
    ],
  }),
  "13.2": exercise<(counts: readonly number[]) => Scores>({
    level: 2,
    minutes: 8,
    check: (answer) =>
      needsFunction(answer) ?? firstOf(
        ([
          [[5, 5], Math.LN2, 0.5],
          [
            [25, 75],
            0.25 * Math.log(4) + 0.75 * Math.log(4 / 3),
            0.75,
          ],
          [[10, 10, 10, 10, 10, 10], Math.log(6), 1 / 6],
          [[8, 0], 0, 1],
        ] as const).map(([counts, loss, accuracy]) => () =>
          compareEach(
            answer(counts),
            { loss, accuracy },
            `the counts ${JSON.stringify(counts)}`,
          )
        ),
      ),
    hints: [
      "Divide the counts by their sum: these are the probabilities that it gives.",
      "The loss is the entropy, −Σ p ln p; the accuracy is the largest share.",
      "Leave out the shares that are 0: 0 · ln 0 is NaN in JavaScript.",
    ],
  }),
  "13.3": exercise<(probabilities: readonly number[]) => Scores>({
    level: 2,
    minutes: 8,
    check: (answer) =>
      needsFunction(answer) ?? firstOf(
        ([
          [0.9, 0.8],
          [0.9, 0.4],
          [0.9, 0.01],
          [0.51, 0.99, 0.3],
        ] as const).map((probabilities) => () => {
          const sum = probabilities.reduce((sum, p) => sum - Math.log(p), 0);
          const right = probabilities.filter((p) => p > 0.5).length;
          const loss = sum / probabilities.length;
          return compareEach(
            answer(probabilities),
            { loss, accuracy: right / probabilities.length },
            `the probabilities ${JSON.stringify(probabilities)}`,
          );
        }),
      ),
    hints: [
      "The loss is the mean of −ln p.",
      "With two classes, a prediction is right if its class has more than ½.",
      "Divide both the sum and the count by the number of examples.",
    ],
  }),
  "13.4": exercise<
    (
      losses: readonly number[],
      patience: number,
    ) => { readonly trained: number; readonly best: number }
  >({
    level: 2,
    minutes: 10,
    check: (answer) =>
      needsFunction(answer) ?? firstOf(
        ([
          [[0.6, 0.5, 0.4], 1, 3, 3],
          [[0.5, 0.6, 0.4], 1, 2, 1],
          [[0.5, 0.6, 0.4], 2, 3, 3],
          [[0.5, 0.4, 0.45, 0.44, 0.3], 2, 4, 2],
          [[0.5, 0.5, 0.5], 2, 3, 1],
        ] as const).map(([losses, patience, trained, best]) => () =>
          compareEach(
            answer(losses, patience),
            { trained, best },
            `the losses ${JSON.stringify(losses)} and patience ${patience}`,
          )
        ),
      ),
    hints: [
      "Remember the best epoch, and look how many epochs ago it was.",
      "An epoch is better only if its loss is below the best one so far.",
      "Go on while there are losses left and trained − best is below patience.",
    ],
  }),
  "13.5": exercise<(curves: Curves) => Diagnosis>({
    level: 3,
    minutes: 20,
    check: (answer) =>
      needsFunction(answer) ?? firstOf(
        CURVES.map(({ name, is, ...curves }) => () => {
          const found: unknown = answer(curves);
          if (!DIAGNOSES.includes(found)) {
            return `It must return one of the four values; found ${
              JSON.stringify(found)
            } for ${name}.`;
          }
          return found === is
            ? undefined
            : `For ${name} it says "${found}"; that is "${is}".`;
        }),
      ),
    hints: [
      "Ask first whether the validation loss was ever clearly below guessing.",
      "If it never was, the training loss tells memorizing from not learning.",
      "If it was, compare the last validation loss with the lowest one.",
    ],
  }),
};

export const QUIZ_13: readonly QuizQuestion[] = [
  {
    question:
      "Training loss 0.02, validation loss 1.9, validation accuracy as after the first epoch. What is it?",
    options: [
      {
        text: "Over-fitting: the model is surer, not better",
        reply:
          "It memorized its training set; a rising loss at equal accuracy means surer mistakes.",
        isRight: true,
      },
      {
        text: "The rate is too low",
        reply: "Then the training loss would not have fallen to 0.02.",
      },
      {
        text: "A healthy run: the training loss is what counts",
        reply: "What counts is how it does on sentences that it has not seen.",
      },
    ],
  },
  {
    question: "Why can the validation loss be below the training loss?",
    options: [
      {
        text: "Because the validation set is smaller",
        reply: "Both are means; the size only makes them noisier.",
      },
      {
        text:
          "Because training is measured with dropout, and over a whole epoch",
        reply:
          "The weights of the epoch's end, without dropout, do better than the mean of its steps.",
        isRight: true,
      },
      {
        text: "That means that validation sentences are in the training set",
        reply:
          "Worth checking, but at first it is normal: the training loss is a mean over the epoch, measured with dropout.",
      },
    ],
  },
  {
    question: "What is catastrophic forgetting?",
    options: [
      {
        text: "Large steps overwrite what pretraining has learned",
        reply:
          "The model must then learn the language from the few sentences of the task.",
        isRight: true,
      },
      {
        text: "The validation loss rises after the second epoch",
        reply: "That is over-fitting; it happens at small rates, too.",
      },
      {
        text: "The checkpoint was not saved",
        reply: "A nuisance, but not a matter of the learning rate.",
      },
    ],
  },
  {
    question:
      "The validation loss never falls below the entropy of the class shares, but the training loss falls to 0.1. What do you check first?",
    options: [
      {
        text: "Whether the learning rate is too low",
        reply: "A falling training loss says that the steps are large enough.",
      },
      {
        text: "Whether each text still has its own label",
        reply:
          "The model can only memorize: nothing in the texts predicts the labels.",
        isRight: true,
      },
      {
        text: "Whether dropout is on",
        reply: "Dropout changes the gap between the curves, not this level.",
      },
    ],
  },
  {
    question: "Why watch the loss rather than accuracy while training?",
    options: [
      {
        text: "Accuracy is not defined for more than two classes",
        reply: "It is: the share of correct predictions.",
      },
      {
        text: "The loss is what is reported in papers",
        reply: "Papers report accuracy, F1 or MCC.",
      },
      {
        text: "It moves with every probability, so it shows changes earlier",
        reply:
          "Accuracy changes only when a most likely class changes, in steps of one example.",
        isRight: true,
      },
    ],
  },
];
