/** Exercises and quiz of notebook 3. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

/** A linear schedule with warm-up. */
export type LinearSchedule = {
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
};

/** The constants of AdamW. */
export type AdamWConstants = {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
};

/** Says what is wrong with a number that an answer returned. */
function compare(
  found: unknown,
  expected: number,
  of: string,
  tolerance = 1e-9,
): Verdict {
  if (typeof found !== "number") {
    return `For ${of} it must return a number; found ${
      found === null ? "null" : typeof found
    }.`;
  }
  const isClose = Math.abs(found - expected) <=
    tolerance * Math.max(1, Math.abs(expected));
  return isClose
    ? undefined
    : `For ${of} expected ${Number(expected.toPrecision(6))}; found ${
      Number(found.toPrecision(6))
    }.`;
}

/** Says what is missing if an answer is not a function. */
function needsFunction(answer: unknown): Verdict {
  return typeof answer === "function"
    ? undefined
    : `The answer must be a function; found ${typeof answer}.`;
}

/** The first complaint, if there is one. */
function firstOf(verdicts: Iterable<() => Verdict>): Verdict {
  for (const verdict of verdicts) {
    const fault = verdict();
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function stepByAdamW(
  weight: number,
  gradients: readonly number[],
  { learningRate, beta1, beta2, epsilon, weightDecay }: AdamWConstants,
): number {
  let m = 0, v = 0;
  for (const [i, g] of gradients.entries()) {
    m += (1 - beta1) * (g - m);
    v += (1 - beta2) * (g * g - v);
    const mHat = m / (1 - beta1 ** (i + 1));
    const vHat = v / (1 - beta2 ** (i + 1));
    weight -= learningRate * weightDecay * weight +
      learningRate * mHat / (Math.sqrt(vHat) + epsilon);
  }
  return weight;
}

export const EXERCISES_03 = {
  "3.1": exercise<
    (sentences: number, batchSize: number, epochs: number) => number
  >({
    level: 1,
    minutes: 3,
    check: (answer) =>
      needsFunction(answer) ?? firstOf(
        ([[64, 32, 1, 2], [3_600, 32, 3, 339], [7_695, 32, 4, 964], [
          10,
          16,
          2,
          2,
        ], [33, 32, 3, 6]] as const).map((
          [sentences, batchSize, epochs, expected],
        ) =>
        () =>
          compare(
            answer(sentences, batchSize, epochs),
            expected,
            `${sentences} sentences, batches of ${batchSize} and ${epochs} epochs`,
          )
        ),
      ),
    hints: [
      "A step takes one batch. How many batches has one epoch?",
      "The last, smaller batch of an epoch is a batch, too.",
      "Round the quotient of sentences and batch size up, then multiply by the epochs.",
    ],
  }),
  "3.2": exercise<(logits: readonly number[], label: number) => number>({
    level: 2,
    minutes: 8,
    check: (answer) =>
      needsFunction(answer) ?? firstOf(
        ([
          [[0, 0], 1, Math.LN2, "two equal logits"],
          [[7, 7, 7], 0, Math.log(3), "three equal logits"],
          [
            [1, 3],
            1,
            Math.log1p(Math.exp(-2)),
            "the logits [1, 3] and label 1",
          ],
          [
            [1, 3],
            0,
            2 + Math.log1p(Math.exp(-2)),
            "the logits [1, 3] and label 0",
          ],
          [[1000, 0], 1, 1000, "the logits [1000, 0] and label 1"],
          [[-1000, -1000], 0, Math.LN2, "the logits [-1000, -1000]"],
        ] as const).map(([logits, label, expected, of]) => () =>
          compare(answer(logits, label), expected, of)
        ),
      ),
    hints: [
      "It is −ln p(label), and p is the softmax of the logits.",
      "The logarithm of a quotient is a difference: ln Σ eᶻ − z of the label.",
      "e¹⁰⁰⁰ overflows. Subtract the largest logit within the sum and add it outside.",
    ],
  }),
  "3.3": exercise<(step: number, schedule: LinearSchedule) => number>({
    level: 2,
    minutes: 8,
    check: (answer) =>
      needsFunction(answer) ?? firstOf(
        ([
          [1, 0, 100, 1],
          [51, 0, 100, 0.5],
          [100, 0, 100, 0.01],
          [1, 10, 100, 0],
          [6, 10, 100, 0.5],
          [11, 10, 100, 1],
          [56, 10, 100, 0.5],
        ] as const).map(([step, warmupSteps, totalSteps, share]) => () =>
          compare(
            answer(step, { learningRate: 2e-5, warmupSteps, totalSteps }) /
              2e-5,
            share,
            `step ${step} of ${totalSteps} with ${warmupSteps} warm-up steps, ` +
              "as a share of the learning rate,",
          )
        ),
      ),
    hints: [
      "Count the steps that are done: one less than the number of the step.",
      "In the warm-up the share of the rate is done / warmupSteps.",
      "Later it is (totalSteps − done) / (totalSteps − warmupSteps).",
    ],
  }),
  "3.4": exercise<
    (gradients: readonly (readonly number[])[], maxNorm: number) => number
  >({
    level: 2,
    minutes: 8,
    check: (answer) =>
      needsFunction(answer) ?? firstOf(
        ([
          [[[3, 4]], 1, 0.2],
          [[[3], [4]], 1, 0.2],
          [[[0.3], [0.4]], 1, 1],
          [[[0, 0]], 1, 1],
          [[[1, 2], [2, 4, 4, 8], [-8, 0]], 2, 2 / 13],
        ] as const).map(([gradients, maxNorm, expected]) => () =>
          compare(
            answer(gradients, maxNorm),
            expected,
            `the gradients ${JSON.stringify(gradients)} and norm ${maxNorm}`,
          )
        ),
      ),
    hints: [
      "The norm of a vector is the root of the sum of its squares.",
      "Take one norm over all numbers of all tensors together.",
      "The factor is maxNorm / norm, but 1 if the norm is not above maxNorm.",
    ],
  }),
  "3.5": exercise<
    (
      weight: number,
      gradients: readonly number[],
      constants: AdamWConstants,
    ) => number
  >({
    level: 3,
    minutes: 15,
    check: (answer) => {
      const usual = { learningRate: 0.1, beta1: 0.9, beta2: 0.999 };
      return needsFunction(answer) ?? firstOf(
        ([
          [1, [5], 1e-8, 0],
          [1, [5], 1e-8, 0.5],
          [1, [5, -1], 1e-8, 0],
          [-2, [0.1, 0.2, 0.3], 1e-8, 0.01],
          [1, [0, 0], 1e-8, 0],
          [1, [0.01], 0.01, 0],
        ] as const).map(([weight, gradients, epsilon, weightDecay]) => () => {
          const constants = { ...usual, epsilon, weightDecay };
          return compare(
            answer(weight, gradients, constants),
            stepByAdamW(weight, gradients, constants),
            `the weight ${weight}, the gradients ${
              JSON.stringify(gradients)
            }, ` +
              `weight decay ${weightDecay} and epsilon ${epsilon}`,
          );
        }),
      );
    },
    hints: [
      "Keep m and v from step to step; both start at 0.",
      "Divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ, where t is 1 in the first step.",
      "The weight loses learningRate · (m̂ / (√v̂ + ε) + weightDecay · weight).",
    ],
  }),
};

export const QUIZ_03: readonly QuizQuestion[] = [
  {
    question: "Why is the loss about ln 2 before training?",
    options: [
      {
        text: "Because half of the sentences are acceptable",
        reply:
          "The shares of the classes do not matter yet: about two thirds are acceptable, and it is still ln 2.",
      },
      {
        text:
          "Because the new head gives both classes about the same probability",
        reply: "−ln ½ = ln 2, whatever the label is.",
        isRight: true,
      },
      {
        text: "Because the weights were pretrained",
        reply: "Pretraining did not touch the head, which is random.",
      },
    ],
  },
  {
    question: "What does clipping the gradients do?",
    options: [
      {
        text: "It sets every gradient that is above 1 to 1",
        reply:
          "That would change the direction of the step. All gradients are multiplied by one factor.",
      },
      {
        text: "It limits the loss of a batch",
        reply: "The loss stays as it is; only the gradient is scaled.",
      },
      {
        text: "It scales the whole gradient down if its norm is too large",
        reply:
          "The direction stays, the length is limited, so that no single batch ruins the weights.",
        isRight: true,
      },
    ],
  },
  {
    question:
      "What happens if you evaluate a model with dropout still switched on?",
    options: [
      {
        text: "The scores get worse and differ from call to call",
        reply:
          "A random tenth of many activations is missing each time. In PyTorch that is a forgotten model.eval().",
        isRight: true,
      },
      {
        text: "The model continues to train",
        reply: "Only an update with gradients changes weights.",
      },
      {
        text: "Nothing: dropout only matters for the gradients",
        reply: "It changes the forward pass, and with it the logits.",
      },
    ],
  },
  {
    question:
      "The loss stays at 0.64 nats for a hundred steps; two thirds of the sentences are acceptable. What has the model learned?",
    options: [
      {
        text: "Nothing at all",
        reply: "Then the loss would be that of two equal classes, 0.69.",
      },
      {
        text: "How common the two classes are",
        reply:
          "The entropy of the shares is about 0.64 nats: it predicts the shares for every sentence.",
        isRight: true,
      },
      {
        text: "Two thirds of the sentences by heart",
        reply: "A memorized sentence has a loss near 0.",
      },
      {
        text: "It has over-fitted",
        reply: "Then the training loss would fall far below this level.",
      },
    ],
  },
  {
    question: "What is epsilon in AdamW for?",
    options: [
      {
        text: "It is the smallest learning rate",
        reply: "The learning rate is η, and its schedule ends at 0.",
      },
      {
        text: "It pulls the weights towards 0",
        reply: "That is the weight decay, λ.",
      },
      {
        text: "It keeps the division by √v̂ from being a division by 0",
        reply:
          "Where a weight has had no gradient, v̂ is 0; ε is small, so it changes little elsewhere.",
        isRight: true,
      },
    ],
  },
];
