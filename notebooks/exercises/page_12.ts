/** Exercises and quiz of notebook 12. @module */

import { exercise, type QuizQuestion } from "./exercise.ts";
import { judgeFunction, judgeNumbers } from "./numbers.ts";

const sumOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0);

const perplexityOf = (probabilities: readonly number[]): number =>
  Math.exp(-sumOf(probabilities.map(Math.log)) / probabilities.length);

const softmaxAt = (
  logits: readonly number[],
  temperature: number,
): number[] => {
  const largest = Math.max(...logits);
  const exponentials = logits.map((z) => Math.exp((z - largest) / temperature));
  return exponentials.map((each) => each / sumOf(exponentials));
};

const drawOf = (probabilities: readonly number[], u: number): number => {
  let sum = 0;
  return probabilities.findIndex((p) => (sum += p) > u);
};

/** What is added to each count, and how many words may follow. */
type Smoothing = { readonly added: number; readonly numWords: number };

const TEXTS = [
  ["the", "cat", "sat", "by", "the", "sea"],
  ["the", "cat", "ran", "to", "the", "sea"],
  ["a", "cat"],
];

const followOf = (
  texts: readonly (readonly string[])[],
  word: string,
  next: string,
  { added, numWords }: Smoothing,
): number => {
  const followers = texts.flatMap((text) =>
    text.slice(1).filter((_, i) => text[i] === word)
  );
  const count = followers.filter((each) => each === next).length;
  return (count + added) / (followers.length + added * numWords);
};

const nucleusOf = (probabilities: readonly number[], p: number): number[] => {
  const sorted = [...probabilities].sort((a, b) => b - a);
  const size = 1 +
    sorted.findIndex((_, i) => sumOf(sorted.slice(0, i + 1)) >= p);
  const least = sorted[size - 1]!, sum = sumOf(sorted.slice(0, size));
  return probabilities.map((each) => each >= least ? each / sum : 0);
};

export const EXERCISES_12 = {
  "12.1": exercise<(probabilities: number[]) => number>({
    level: 1,
    minutes: 5,
    check: (answer) => {
      const fault = judgeFunction(answer, "(probabilities) => …");
      if (fault !== undefined) return fault;
      for (
        const given of [[0.25, 0.25, 0.25], [1, 1], [0.5, 0.125], [
          0.1,
          0.9,
          0.4,
        ]]
      ) {
        const call = `perplexityOf(${JSON.stringify(given)})`;
        const wrong = judgeNumbers(
          call,
          answer([...given]),
          perplexityOf(given),
        );
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
    hints: [
      "Perplexity is e to the loss, and the loss is a mean over the words.",
      "The loss of one word is −ln p, with the natural logarithm.",
      "Math.exp(sum of −Math.log(p), divided by the number of words)",
    ],
  }),
  "12.2": exercise<(logits: number[], temperature: number) => number[]>({
    level: 2,
    minutes: 10,
    check: (answer) => {
      const fault = judgeFunction(answer, "(logits, temperature) => …");
      if (fault !== undefined) return fault;
      for (
        const [logits, T] of [
          [[1, 2, 3], 1],
          [[1, 2, 3], 0.5],
          [[1, 2, 3], 2],
          [
            [2000, 1999],
            1,
          ],
        ] as [number[], number][]
      ) {
        const call = `atTemperature(${JSON.stringify(logits)}, ${T})`;
        const actual = answer([...logits], T);
        const wrong = judgeNumbers(call, actual, softmaxAt(logits, T));
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
    hints: [
      "Divide the logits by the temperature, then take the softmax.",
      "The probabilities must sum to 1 at every temperature.",
      "Large logits overflow: subtract the largest before Math.exp.",
    ],
  }),
  "12.3": exercise<(probabilities: number[], u: number) => number>({
    level: 2,
    minutes: 10,
    check: (answer) => {
      const fault = judgeFunction(answer, "(probabilities, u) => …");
      if (fault !== undefined) return fault;
      const given = [0.25, 0, 0.5, 0.25];
      for (const u of [0, 0.2, 0.25, 0.6, 0.75, 0.99]) {
        const call = `drawWord(${JSON.stringify(given)}, ${u})`;
        const wrong = judgeNumbers(
          call,
          answer([...given], u),
          drawOf(given, u),
        );
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
    hints: [
      "Go through the words and add up their probabilities.",
      "A word of probability 0 must never be drawn: compare with >, not >=.",
      "let sum = 0; probabilities.findIndex((p) => (sum += p) > u)",
    ],
  }),
  "12.4": exercise<
    (
      texts: string[][],
      word: string,
      next: string,
      smoothing: Smoothing,
    ) => number
  >({
    level: 2,
    minutes: 10,
    check: (answer) => {
      const fault = judgeFunction(
        answer,
        "(texts, word, next, smoothing) => …",
      );
      if (fault !== undefined) return fault;
      for (const added of [0, 0.5]) {
        for (
          const [word, next] of [
            ["the", "cat"],
            ["cat", "sat"],
            ["by", "the"],
            ["cat", "sea"],
          ] as const
        ) {
          const smoothing = { added, numWords: 8 };
          const wrong = judgeNumbers(
            `In "the cat sat by the sea", "the cat ran to the sea" and "a cat", with ` +
              `${added} added for 8 words, the probability of "${next}" after "${word}"`,
            answer(structuredClone(TEXTS), word, next, smoothing),
            followOf(TEXTS, word, next, smoothing),
          );
          if (wrong !== undefined) return wrong;
        }
      }
      return undefined;
    },
    hints: [
      "Collect all words that follow `word` in a text; the last word of a text has none.",
      "The probability is a count divided by the number of followers.",
      "(count + added) / (followers.length + added * numWords)",
    ],
  }),
  "12.5": exercise<(probabilities: number[], p: number) => number[]>({
    level: 3,
    minutes: 15,
    check: (answer) => {
      const fault = judgeFunction(answer, "(probabilities, p) => …");
      if (fault !== undefined) return fault;
      const given = [0.125, 0.5, 0.0625, 0.3125];
      for (const p of [0.4, 0.5, 0.75, 0.8125, 0.9, 1]) {
        const call = `nucleus(${JSON.stringify(given)}, ${p})`;
        const actual = answer([...given], p);
        const wrong = judgeNumbers(call, actual, nucleusOf(given, p));
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
    hints: [
      "Sort a copy, or the indices: the order of the words must not change.",
      "Take words until their sum is at least p; the one that reaches p is in.",
      "Divide by the sum of those that stay, so that they sum to 1.",
    ],
  }),
};

export const QUIZ_12: readonly QuizQuestion[] = [
  {
    question: "What does a perplexity of 3 say?",
    options: [
      {
        text: "The model is wrong in one of three places.",
        reply: "Perplexity does not count errors; accuracy does.",
      },
      {
        text: "It is as unsure as among three equally likely words.",
        reply: "e to the loss: with three equal words, the loss is ln 3.",
        isRight: true,
      },
      {
        text: "The loss is 3 nats.",
        reply: "The loss is ln 3, about 1.1 nats.",
      },
    ],
  },
  {
    question:
      "Why can no model be expected to get below the grammar's perplexity?",
    options: [
      {
        text: "Because the grammar itself chooses at random.",
        reply:
          "What is left is the randomness of the language. Even who knows the " +
          "grammar cannot foresee its choices.",
        isRight: true,
      },
      {
        text: "Because 500 rhymes are too few.",
        reply: "That explains the gap to the floor, not the floor.",
      },
      {
        text: "Because the model has only two layers.",
        reply: "A larger one has the same floor.",
      },
    ],
  },
  {
    question: "What happens at a temperature near 0?",
    options: [
      {
        text: "All words become equally likely.",
        reply: "That is a very high temperature.",
      },
      {
        text: "The likeliest word is nearly always drawn.",
        reply: "The differences of the logits become very large.",
        isRight: true,
      },
      {
        text: "The model stops early.",
        reply: "It ends when it draws the full stop, at any temperature.",
      },
    ],
  },
  {
    question: "Why does BERT not learn by predicting the next word?",
    options: [
      {
        text: "It reads both ways, so it would see that word.",
        reply: "Hence it predicts words that are masked in its input.",
        isRight: true,
      },
      {
        text: "It has no vocabulary for output.",
        reply: "Its masked-language-modelling head scores all word pieces.",
      },
      {
        text: "Predicting the next word teaches no grammar.",
        reply: "It does: GPT learns that way.",
      },
    ],
  },
  {
    question:
      "A one-way model puts a [CLS] token at the beginning of a text. What has its state read?",
    options: [
      {
        text: "The whole text.",
        reply: "Only if it reads both ways, as BERT does.",
      },
      {
        text: "Only itself.",
        reply:
          "It sees nothing after itself. That is why GPT reads the class from the " +
          "last token.",
        isRight: true,
      },
      {
        text: "The first half of the text.",
        reply: "A causal mask hides everything after a token.",
      },
    ],
  },
];
