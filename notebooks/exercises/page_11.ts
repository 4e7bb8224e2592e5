/** Exercises and quiz of notebook 11. @module */

import { exercise, type QuizQuestion } from "./exercise.ts";
import { judgeFunction, judgeNumbers } from "./numbers.ts";

/** What a learning rate follows. */
type Warmup = {
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
};

/** A sublayer of a model with one number for each state. */
type Sublayer = {
  readonly norm: (x: number) => number;
  readonly f: (x: number) => number;
};

type Order = "pre" | "post" | "pre-replacing";

const rateOf = (
  step: number,
  { learningRate, warmupSteps, totalSteps }: Warmup,
): number =>
  step - 1 < warmupSteps
    ? learningRate * (step - 1) / warmupSteps
    : learningRate * (totalSteps - step + 1) / (totalSteps - warmupSteps);

/** No two orders give the same with these. */
const SUBLAYERS: readonly Sublayer[] = [
  { norm: (x) => x / 2, f: (x) => x + 3 },
  { norm: (x) => x - 1, f: (x) => 5 * x },
  { norm: (x) => 3 * x, f: (x) => x * x },
];

const stackOf = (
  x: number,
  sublayers: readonly Sublayer[],
  order: Order,
): number =>
  sublayers.reduce((state, { norm, f }) => {
    if (order === "post") return norm(state + f(state));
    const normed = norm(state);
    return (order === "pre" ? state : normed) + f(normed);
  }, x);

export const EXERCISES_11 = {
  "11.1": exercise<(position: number, n: number) => number>({
    level: 1,
    minutes: 5,
    check: (answer) => {
      const fault = judgeFunction(answer, "(position, n) => …");
      if (fault !== undefined) return fault;
      for (const [position, n] of [[8, 8], [15, 8], [4, 3]] as const) {
        const call = `placeToLook(${position}, ${n})`;
        const wrong = judgeNumbers(call, answer(position, n), position - n);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
    hints: [
      "Write a sequence of three symbols on paper: a b c | a b c, with positions 0 to 6.",
      "The bar, at n, must write the symbol at 0; the next position that at 1.",
      "The distance is always the same: n.",
    ],
  }),
  "11.2": exercise<(step: number, schedule: Warmup) => number>({
    level: 2,
    minutes: 10,
    check: (answer) => {
      const fault = judgeFunction(answer, "(step, schedule) => …");
      if (fault !== undefined) return fault;
      const learningRate = 8;
      const schedules = [
        { learningRate, warmupSteps: 4, totalSteps: 12 },
        { learningRate, warmupSteps: 0, totalSteps: 10 },
      ];
      for (const schedule of schedules) {
        for (const step of [1, 2, 4, 5, 6, 10]) {
          const wrong = judgeNumbers(
            `rateAt(${step}, ${JSON.stringify(schedule)})`,
            answer(step, { ...schedule }),
            rateOf(step, schedule),
          );
          if (wrong !== undefined) return wrong;
        }
      }
      return undefined;
    },
    hints: [
      "Begin with the number of steps that are done: step − 1.",
      "During the warm-up, the rate is the share of the warm-up that is done.",
      "Afterwards it is learningRate * (totalSteps - done) / (totalSteps - warmupSteps).",
    ],
  }),
  "11.3": exercise<(gradient: number, learningRate: number) => number>({
    level: 2,
    minutes: 10,
    check: (answer) => {
      const fault = judgeFunction(answer, "(gradient, learningRate) => …");
      if (fault !== undefined) return fault;
      for (const [g, rate] of [[1, 8], [-20, 8], [1e-7, 8], [0, 8]] as const) {
        const right = -rate * g / (Math.abs(g) + 1e-8) + 0;
        const call = `firstStep(${g}, ${rate})`;
        const wrong = judgeNumbers(call, answer(g, rate), right);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
    hints: [
      "The factors 1 − β cancel: divide m and v by them again.",
      "The step is against the gradient: mind the sign.",
      "After the division, m is the gradient and √v its magnitude.",
    ],
  }),
  "11.4": exercise<
    (x: number, sublayers: readonly Sublayer[], order: Order) => number
  >({
    level: 3,
    minutes: 15,
    check: (answer) => {
      const fault = judgeFunction(answer, "(x, sublayers, order) => …");
      if (fault !== undefined) return fault;
      for (const order of ["post", "pre", "pre-replacing"] as const) {
        for (const count of [0, 1, 2, 3]) {
          const some = SUBLAYERS.slice(0, count);
          const wrong = judgeNumbers(
            `With ${count} sublayers, norm(x) = x / 2 and f(x) = x + 3 the first, ` +
              `stack(2, …, "${order}")`,
            answer(2, some, order),
            stackOf(2, some, order),
          );
          if (wrong !== undefined) return wrong;
        }
      }
      return undefined;
    },
    hints: [
      "The output of one sublayer is the input of the next: a loop, or reduce().",
      'With "post", the norm is applied to the sum; with the two others, to the input of f.',
      '"pre" adds f(norm(x)) to x, "pre-replacing" adds it to norm(x).',
    ],
  }),
};

export const QUIZ_11: readonly QuizQuestion[] = [
  {
    question:
      "Why is the loss of the untrained copy model near ln 13, not near ln 12?",
    options: [
      {
        text: "Because the bar is a symbol, too, and it does not know yet " +
          "that no bar is wanted.",
        reply: "13 symbols of equal probability have the loss ln 13.",
        isRight: true,
      },
      {
        text: "Because dropout is off.",
        reply: "Evaluation has no dropout in any case.",
      },
      {
        text: "Because one letter in 13 is copied by chance.",
        reply: "There are 12 letters; by chance, one in 12 would be right.",
      },
    ],
  },
  {
    question: "In which of these is there a path of sums around all norms?",
    options: [
      {
        text: "x ← norm(x + f(x))",
        reply: "Here every sum passes through the norm.",
      },
      {
        text: "x ← x + f(norm(x))",
        reply: "x itself is only added to; the gradient takes this path, too.",
        isRight: true,
      },
      {
        text: "n = norm(x), x ← n + f(n)",
        reply:
          "The sum starts from n, so the next norm acts on all that came before.",
      },
    ],
  },
  {
    question: "How far does Adam's first step move a weight?",
    options: [
      {
        text: "In proportion to its gradient.",
        reply: "That is gradient descent without Adam.",
      },
      {
        text: "By about the learning rate, whatever the size of its gradient.",
        reply: "Adam divides the gradient by its running size, here itself.",
        isRight: true,
      },
      {
        text: "Not at all, because the moments start at 0.",
        reply: "The bias correction makes up for the start at 0.",
      },
    ],
  },
  {
    question: "Why does fine-tuning a post-norm BERT need little warm-up?",
    options: [
      {
        text: "BERT is really a pre-norm model.",
        reply: "It normalizes after the sum: post-norm.",
      },
      {
        text:
          "It starts from trained parameters, and its learning rates are small.",
        reply:
          "The first steps of its pretraining, with a warm-up, are long past.",
        isRight: true,
      },
      {
        text: "Only the new head is trained.",
        reply: "Fine-tuning trains all parameters.",
      },
      {
        text: "A warm-up never helps in fine-tuning.",
        reply:
          "It makes fine-tuning more stable over seeds (Mosbach et al. 2021).",
      },
    ],
  },
  {
    question:
      "What shows that the head found the place by position, not by letter?",
    options: [
      {
        text: "The dot products of the learned positions with each other.",
        reply: "There each position is like itself alone.",
      },
      {
        text: "The product of queries and keys made of positions alone.",
        reply: "It has the diagonal, and no letter took part in it.",
        isRight: true,
      },
      {
        text: "The accuracy after training.",
        reply: "It shows that the model copies, not how.",
      },
    ],
  },
];
