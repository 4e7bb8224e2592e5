/** Exercises and quiz of notebook 22. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";
import { judgeFunction, judgeNumbers } from "./numbers.ts";

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** Parameters, bits of each, and megabytes. */
const SIZES: readonly [
  numParameters: number,
  bits: number,
  expected: number,
][] = [
  [22_700_000, 32, 90.8],
  [110_000_000, 16, 220],
  [22_700_000, 8, 22.7],
  [1_000_000, 4, 0.5],
];

/** A column, its scale, and its whole numbers; undefined: any scale. */
const COLUMNS: readonly [
  column: number[],
  scale: number | undefined,
  values: number[],
][] = [
  [[1.27, -0.5, 0.01], 0.01, [127, -50, 1]],
  // The largest one is negative.
  [[-2.54, 1], 0.02, [-127, 50]],
  [[0.127, 0.0306, -0.0204], 0.001, [127, 31, -20]],
  [[0, 0, 0], undefined, [0, 0, 0]],
];

/** Logits, labels, and what a pipeline says, the best label first. */
const LOGITS: readonly [
  logits: number[],
  labels: string[],
  order: string[],
  scores: number[],
][] = [
  [[Math.log(3), 0], ["yes", "no"], ["yes", "no"], [0.75, 0.25]],
  [[0, Math.log(3)], ["yes", "no"], ["no", "yes"], [0.75, 0.25]],
  [
    [0, Math.log(2), Math.log(7)],
    ["LOC", "NUM", "HUM"],
    ["HUM", "NUM", "LOC"],
    [0.7, 0.2, 0.1],
  ],
  // e to the power of 1,000 is no finite number.
  [
    [1000, 1000 + Math.log(9)],
    ["a", "b"],
    ["b", "a"],
    [0.9, 0.1],
  ],
];

/** A matrix, and its largest errors with one scale and with one for each column. */
const MATRICES: readonly [matrix: number[][], one: number, each: number][] = [
  [[[12.7, 0.04], [3, -0.127]], 0.04, 0],
  [[[1.27, 6.35], [0.124, 0.02]], 0.024, 0.02],
  [[[-1.27], [0.503]], 0.003, 0.003],
];

/** Inputs, and what ONNX's DynamicQuantizeLinear makes of them. */
const INPUTS: readonly [
  x: number[],
  scale: number,
  zeroPoint: number,
  values: number[],
][] = [
  [[0, 2.55, 1], 0.01, 0, [0, 255, 100]],
  [[-1, 1.55, 0.3], 0.01, 100, [0, 255, 130]],
  // The range always has 0 in it.
  [[1, 2, 5.1], 0.02, 0, [50, 100, 255]],
  [[-5.1, -1], 0.02, 255, [0, 205]],
];

/** A policy, a directive, and what it allows. */
const POLICIES: readonly [
  policy: string,
  directive: string,
  expected: string[],
][] = [
  [
    "default-src 'none'; script-src 'sha256-abc=' 'wasm-unsafe-eval'",
    "script-src",
    ["'sha256-abc='", "'wasm-unsafe-eval'"],
  ],
  [
    "default-src 'none'; script-src 'sha256-abc='",
    "connect-src",
    ["'none'"],
  ],
  ["img-src data:", "connect-src", ["*"]],
  [
    "script-src-elem 'self'; script-src 'none'; default-src https:",
    "script-src",
    ["'none'"],
  ],
];

/** The exercises of notebook 22. */
export const EXERCISES_22 = {
  "22.1": exercise<(numParameters: number, bits: number) => number>({
    level: 1,
    minutes: 4,
    check(megabytes): Verdict {
      const fault = judgeFunction(megabytes, "(numParameters, bits) => …");
      if (fault !== undefined) return fault;
      for (const [numParameters, bits, expected] of SIZES) {
        const found = megabytes(numParameters, bits);
        const what = `megabytes(${numParameters}, ${bits})`;
        const fault = judgeNumbers(what, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "A byte has 8 bits.",
      "A megabyte is a million bytes, as on this page.",
      "numParameters times bits, divided by 8 and by a million.",
    ],
  }),
  "22.2": exercise<
    (column: readonly number[]) => { scale: number; values: number[] }
  >({
    level: 2,
    minutes: 10,
    check(quantize): Verdict {
      const fault = judgeFunction(quantize, "(column) => …");
      if (fault !== undefined) return fault;
      for (const [column, scale, values] of COLUMNS) {
        const found = quantize([...column]);
        const what = `quantize(${json(column)})`;
        const fault = (scale === undefined
          ? undefined
          : judgeNumbers(`The scale of ${what}`, found?.scale, scale)) ??
          judgeNumbers(`The values of ${what}`, found?.values, values);
        if (fault !== undefined) {
          return fault;
        }
      }
      return undefined;
    },
    hints: [
      "The weight that is farthest from 0 becomes 127 or −127.",
      "The scale is the largest absolute value, divided by 127.",
      "If all weights are 0, the scale must be something else than 0: values are divided by it.",
    ],
  }),
  "22.3": exercise<
    (
      logits: readonly number[],
      labels: readonly string[],
    ) => { label: string; score: number }[]
  >({
    level: 2,
    minutes: 8,
    check(answer): Verdict {
      const fault = judgeFunction(answer, "(logits, labels) => …");
      if (fault !== undefined) return fault;
      for (const [logits, labels, order, scores] of LOGITS) {
        const found = answer([...logits], [...labels]);
        const what = `For the logits ${json(logits)} and the labels ${
          json(labels)
        }`;
        if (!Array.isArray(found)) return `${what} it must be a list of rows.`;
        const given = found.map((row) => row?.label);
        if (json(given) !== json(order)) {
          return `${what} the labels must be ${json(order)}; found ${
            json(given)
          }.`;
        }
        const fault = judgeNumbers(
          `${what} the scores`,
          found.map((row) => row?.score),
          scores,
        );
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "The softmax: e to the power of each logit, divided by the sum of all these powers.",
      "Subtract the largest logit from all first: the softmax stays the same, and no power is infinite.",
      "Make a row { label: labels[c], score } of each class c, and sort by b.score - a.score.",
    ],
  }),
  "22.4": exercise<
    (
      matrix: readonly (readonly number[])[],
    ) => { one: number; each: number }
  >({
    level: 2,
    minutes: 12,
    check(largestErrors): Verdict {
      const fault = judgeFunction(largestErrors, "(matrix) => …");
      if (fault !== undefined) return fault;
      for (const [matrix, one, each] of MATRICES) {
        const found = largestErrors(structuredClone(matrix));
        for (const [name, expected] of Object.entries({ one, each })) {
          const what = `\`${name}\` of largestErrors(${json(matrix)})`;
          const value = found?.[name as "one" | "each"];
          const fault = judgeNumbers(what, value, expected);
          if (fault !== undefined) return fault;
        }
      }
      return undefined;
    },
    hints: [
      "The error of a weight w is |w − scale · round(w / scale)|.",
      "For `one` the scale comes from all weights, for `each` from those of the column.",
      "matrix.map((row) => row[column]) is a column.",
    ],
  }),
  "22.5": exercise<
    (policy: string, directive: string) => string[]
  >({
    level: 2,
    minutes: 10,
    check(allowed): Verdict {
      const fault = judgeFunction(allowed, "(policy, directive) => …");
      if (fault !== undefined) return fault;
      for (const [policy, directive, expected] of POLICIES) {
        const found = allowed(policy, directive);
        if (json(found) === json(expected)) continue;
        return `allowed(${json(policy)}, ${json(directive)}) must be ${
          json(expected)
        }; found ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Cut the policy at each semicolon, and each part at its spaces.",
      "The first word is the directive, the others are its sources. Compare whole words.",
      'Without the directive take "default-src", as for all that a page loads; without that, ["*"].',
    ],
  }),
  "22.6": exercise<
    (
      x: readonly number[],
    ) => { scale: number; zeroPoint: number; values: number[] }
  >({
    level: 3,
    minutes: 20,
    check(quantizeInputs): Verdict {
      const fault = judgeFunction(quantizeInputs, "(x) => …");
      if (fault !== undefined) return fault;
      for (const [x, scale, zeroPoint, values] of INPUTS) {
        const found = quantizeInputs([...x]);
        const what = `quantizeInputs(${json(x)})`;
        const fault =
          judgeNumbers(`The scale of ${what}`, found?.scale, scale) ??
            judgeNumbers(
              `The zero point of ${what}`,
              found?.zeroPoint,
              zeroPoint,
            ) ??
            judgeNumbers(`The values of ${what}`, found?.values, values);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "The range goes from the least of the inputs and 0 to the greatest of the inputs and 0.",
      "The scale is the range divided by 255; the zero point is what 0 becomes.",
      "zeroPoint = round(−low / scale), and each value is round(x / scale) + zeroPoint.",
    ],
  }),
};

/** The quiz of notebook 22. */
export const QUIZ_22: readonly QuizQuestion[] = [
  {
    question: "What is in an ONNX file?",
    options: [
      {
        text: "The program that trained the model.",
        reply: "Nothing of the training is in it, neither code nor optimizer.",
      },
      {
        text: "Named operations, how they are connected, and the weights.",
        isRight: true,
        reply: "Any program that knows these operators can compute it.",
      },
      {
        text: "The weights alone, as in `model.safetensors`.",
        reply: "Then another program would not know what to do with them.",
      },
    ],
  },
  {
    question: "Which file must lie beside it so that a pipeline can read text?",
    options: [
      {
        text: "The training data.",
        reply: "They are not needed any more.",
      },
      {
        text: "None: an ONNX file of BERT takes text.",
        reply: "Its inputs are ids.",
      },
      {
        text: "The tokenizer's.",
        isRight: true,
        reply: "The file takes ids; the tokenizer makes them of the text.",
      },
    ],
  },
  {
    question: "A column's largest weight is 0.254. How far can int8 be off?",
    options: [
      {
        text: "By at most 0.001.",
        isRight: true,
        reply: "The scale is 0.254 / 127 = 0.002, and rounding errs by half.",
      },
      {
        text: "By at most 0.002.",
        reply: "That is the scale: the distance of two neighbours.",
      },
      {
        text: "By at most 0.254.",
        reply: "That would be a weight that is lost as a whole.",
      },
    ],
  },
  {
    question: "Why does each column have a scale of its own?",
    options: [
      {
        text: "So that the file is smaller.",
        reply: "It is larger by the scales.",
      },
      {
        text:
          "Otherwise one large weight would make the steps of all others coarse.",
        isRight: true,
        reply: "Now it only makes those of its own column coarse.",
      },
      {
        text: "So that the columns are computed one after another.",
        reply: "A product of matrices still computes them all at once.",
      },
    ],
  },
  {
    question: "Why can a page with this policy send no text to anyone?",
    options: [
      {
        text: "Because its script is minified.",
        reply: "A short script can connect as well as a long one.",
      },
      {
        text:
          "Because connections, images and forms are forbidden, and all scripts but one.",
        isRight: true,
        reply:
          "`connect-src` stops `fetch`, `default-src` images, and `form-action` forms.",
      },
      {
        text: "Because the weights are in the page.",
        reply: "That makes connections needless, not impossible.",
      },
    ],
  },
];
