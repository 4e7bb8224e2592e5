/** Exercises and quiz of notebook 7. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

/** A linear layer; `weight` is [outputs][inputs]. */
type Layer = { weight: number[][]; bias: number[] };

/** The scores of an epoch. */
type Scores = { accuracy: number; loss: number };

const HEADS: readonly [number, number[], number, number][] = [
  [384, [], 6, 2_310],
  [384, [128], 6, 128 * 385 + 6 * 129],
  [10, [4, 3], 2, 44 + 15 + 8],
];

const LOGITS: readonly [number[], number, number][] = [
  [[0, 0], 1, Math.LN2],
  [[2, 0, -1], 0, Math.log(1 + Math.exp(-2) + Math.exp(-3))],
  [[2, 0, -1], 2, 3 + Math.log(1 + Math.exp(-2) + Math.exp(-3))],
  [[1000, 0], 1, 1000],
  [[-1000, -1000], 0, Math.LN2],
];

const RUNS: readonly [Scores[], number, string][] = [
  [
    [{ accuracy: 0.8, loss: 0.9 }, { accuracy: 0.9, loss: 0.5 }, {
      accuracy: 0.85,
      loss: 0.4,
    }],
    2,
    "accuracy comes first",
  ],
  [
    [{ accuracy: 1, loss: 0.4 }, { accuracy: 1, loss: 0.3 }],
    2,
    "at equal accuracy the lower loss is better",
  ],
  [
    [{ accuracy: 1, loss: 0.3 }, { accuracy: 1, loss: 0.3 }],
    1,
    "if both are equal, the earlier epoch stays",
  ],
  [
    [{ accuracy: 0.9, loss: 0.2 }, { accuracy: 1, loss: 0.6 }, {
      accuracy: 0.9,
      loss: 0.1,
    }],
    2,
    "a lower loss does not make up for a lower accuracy",
  ],
];

const MATRIX = [[8, 2, 0], [1, 5, 0], [3, 0, 0]];

const F_SCORES: readonly [number, number, number][] = [
  [0, 1, 2 * 8 / (10 + 12)],
  [1, 1, 2 * 5 / (6 + 7)],
  [0, 2, 5 * 8 / (4 * 10 + 12)],
  [0, 0.5, 1.25 * 8 / (0.25 * 10 + 12)],
  [2, 1, 0],
];

const FIRST: Layer = { weight: [[1, 2], [0, -1], [3, 0.5]], bias: [1, 0, -2] };
const SECOND: Layer = { weight: [[2, 0, 1], [-1, 4, 0.5]], bias: [0.5, -3] };
const INPUTS: readonly number[][] = [[0, 0], [1, 0], [0, 1], [-2, 3.5]];

function apply({ weight, bias }: Layer, x: readonly number[]): number[] {
  return weight.map((row, o) =>
    row.reduce((sum, w, i) => sum + w * x[i]!, bias[o]!)
  );
}

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

const isClose = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6;

/** The exercises of notebook 7. */
export const EXERCISES_07 = {
  "7.1": exercise<{ accuracy: number; macroF1: number }>({
    level: 1,
    minutes: 5,
    check(answer): Verdict {
      const { accuracy, macroF1 } = answer ?? {};
      if (typeof accuracy !== "number" || typeof macroF1 !== "number") {
        return "The answer must be an object of two numbers, " +
          "{ accuracy, macroF1 }.";
      }
      if (!isClose(accuracy, 0.5)) return `The accuracy is not ${accuracy}.`;
      return Math.abs(macroF1 - 2 / 9) < 0.001
        ? undefined
        : `The macro F1 is not ${macroF1}.`;
    },
    hints: [
      "All 50 questions of A are right, all others are wrong.",
      "Precision of A: 50 of 100. Recall of A: 50 of 50.",
      "F1 of A is 2/3; the macro mean divides the sum of three F1 by three.",
    ],
  }),
  "7.2": exercise<
    (
      pooledSize: number,
      hiddenSizes: readonly number[],
      numClasses: number,
    ) => number
  >({
    level: 1,
    minutes: 5,
    check(headSize): Verdict {
      if (typeof headSize !== "function") {
        return "The answer must be a function.";
      }
      for (const [pooled, hidden, classes, expected] of HEADS) {
        const found = headSize(pooled, hidden, classes);
        if (found === expected) continue;
        return `(${pooled}, ${json(hidden)}, ${classes}) must give ` +
          `${expected}; it gives ${found}.`;
      }
      return undefined;
    },
    hints: [
      "A layer has inputs × outputs weights, and one bias for each output.",
      "The widths in order are pooledSize, the hidden sizes, numClasses.",
      "Loop over [...hiddenSizes, numClasses] and remember the last width.",
    ],
  }),
  "7.3": exercise<(logits: readonly number[], label: number) => number>({
    level: 2,
    minutes: 10,
    check(nll): Verdict {
      if (typeof nll !== "function") return "The answer must be a function.";
      for (const [logits, label, expected] of LOGITS) {
        const found = nll(logits, label);
        if (typeof found === "number" && isClose(found, expected)) continue;
        return `For the logits ${json(logits)} and label ${label} it must be ` +
          `${expected.toFixed(4)}; it is ${found}.`;
      }
      return undefined;
    },
    hints: [
      "Adding a number to all logits changes no probability.",
      "Subtract the largest logit before you take exponentials.",
      "largest + ln Σ exp(z − largest) − z of the label.",
    ],
  }),
  "7.4": exercise<(epochs: readonly Scores[]) => number>({
    level: 2,
    minutes: 10,
    check(bestEpoch): Verdict {
      if (typeof bestEpoch !== "function") {
        return "The answer must be a function.";
      }
      for (const [epochs, expected, why] of RUNS) {
        const found = bestEpoch(epochs);
        if (found === expected) continue;
        return `${json(epochs)}: it must be epoch ${expected}, since ${why}; ` +
          `it is ${found}.`;
      }
      return undefined;
    },
    hints: [
      "Go through the epochs and keep the number of the best so far.",
      "Compare the losses only if the accuracies are equal.",
      "Use > and <, not >= and <=, so that the earlier of two equals stays.",
    ],
  }),
  "7.5": exercise<
    (counts: readonly number[][], c: number, beta: number) => number
  >({
    level: 2,
    minutes: 15,
    check(fBeta): Verdict {
      if (typeof fBeta !== "function") return "The answer must be a function.";
      for (const [c, beta, expected] of F_SCORES) {
        const found = fBeta(MATRIX, c, beta);
        if (typeof found === "number" && isClose(found, expected)) continue;
        return `For ${json(MATRIX)}, class ${c} and β = ${beta} it must be ` +
          `${expected.toFixed(4)}; it is ${found}.`;
      }
      return undefined;
    },
    hints: [
      "counts[c][c] are right; row c is what belongs to the class.",
      "Column c is what was predicted as the class.",
      "F = (1 + β²) · right / (β² · row sum + column sum).",
    ],
  }),
  "7.6": exercise<(first: Layer, second: Layer) => Layer>({
    level: 3,
    minutes: 20,
    check(merge): Verdict {
      if (typeof merge !== "function") return "The answer must be a function.";
      const layer = merge(FIRST, SECOND);
      if (!Array.isArray(layer?.weight) || !Array.isArray(layer.bias)) {
        return "It must return a layer, { weight, bias }.";
      }
      const shape = `${layer.weight.length} × ${layer.weight[0]?.length}`;
      if (shape !== "2 × 2" || layer.bias.length !== 2) {
        return `From 2 inputs by 3 to 2 outputs, the weight must be 2 × 2 with ` +
          `2 biases; it is ${shape} with ${layer.bias.length}.`;
      }
      for (const x of INPUTS) {
        const expected = apply(SECOND, apply(FIRST, x));
        const found = apply(layer, x);
        if (found.every((y, o) => isClose(y, expected[o]!))) continue;
        return `For the input ${json(x)} the two layers give ` +
          `${json(expected)}; yours gives ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Write the second layer's formula and put the first one's in for x.",
      "The new weight is the product of the matrices, second times first.",
      "The new bias is the second layer applied to the first one's bias.",
    ],
  }),
};

/** The quiz of notebook 7. */
export const QUIZ_07: readonly QuizQuestion[] = [
  {
    question:
      "Accuracy is 0.97, macro F1 is 0.80. What is the likeliest reason?",
    options: [
      {
        text: "A rare class is not recognized.",
        isRight: true,
        reply:
          "It moves accuracy little, but counts as much as the others in the " +
          "macro mean.",
      },
      {
        text: "A frequent class is not recognized.",
        reply: "Then accuracy would be low, too.",
      },
      {
        text: "The loss is too high.",
        reply: "Both scores look at the predicted classes alone.",
      },
    ],
  },
  {
    question: "Why is the weighted recall equal to accuracy?",
    options: [
      {
        text: "It is a coincidence of this data.",
        reply: "It holds for every confusion matrix with one label each.",
      },
      {
        text: "Because precision and recall are equal.",
        reply: "They are not, for a single class.",
      },
      {
        text: "A class's recall times its share is its share of right answers.",
        isRight: true,
        reply: "The sum over the classes is the share of all right answers.",
      },
    ],
  },
  {
    question:
      "What do two linear layers without a non-linear function between them add?",
    options: [
      {
        text: "They can separate classes that one layer cannot.",
        reply:
          "Their composition is linear, so a single layer can do the same.",
      },
      {
        text: "Nothing that one layer could not express.",
        isRight: true,
        reply: "B(Ax + a) + b is one linear map of x.",
      },
      {
        text: "They prevent over-fitting.",
        reply: "They have more parameters, not fewer.",
      },
    ],
  },
  {
    question:
      "Validation accuracy is 1.000 after epochs 2 and 3. Which is kept?",
    options: [
      {
        text: "Epoch 2, because it was first.",
        reply: "Only if the losses were equal, too.",
      },
      {
        text: "Epoch 3, because it is the last.",
        reply: "The order does not decide.",
      },
      {
        text: "The one with the lower validation loss.",
        isRight: true,
        reply: "At equal accuracy the loss decides.",
      },
    ],
  },
  {
    question:
      "The untrained loss on six classes is 5 nats. What does that tell?",
    options: [
      {
        text: "Six classes are hard.",
        reply: "Without any knowledge the loss is ln 6, about 1.79.",
      },
      {
        text: "Something is wrong, such as the numbers of the classes.",
        isRight: true,
        reply: "An untrained model should not be so sure of wrong answers.",
      },
      {
        text: "Training will take long.",
        reply: "The first loss says nothing about the time.",
      },
    ],
  },
];
