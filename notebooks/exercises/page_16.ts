/** Exercises and quiz of notebook 16. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

const SHAPES: Readonly<Record<string, number[]>> = {
  sequence: [8, 5],
  token: [8, 32, 5],
  start: [8, 32],
  masked: [256, 30_522],
};

type HeadSizes = { sequence: number; token: number; masked: number };

const LABELLED: readonly [string[], number[], number[]][] = [
  [["[CLS]", "emma", "ran", "[SEP]"], [1, 0], [-100, 1, 0, -100]],
  [
    ["[CLS]", "ou", "##aga", "##dou", "is", "far", "[SEP]", "[PAD]"],
    [2, 0, 0],
    [-100, 2, -100, -100, 0, 0, -100, -100],
  ],
];

type SpanCase = {
  start: number[];
  end: number[];
  first: number;
  longest: number;
  expected: [number, number];
};

const SPANS: readonly SpanCase[] = [
  {
    start: [0, 0, 0, 5, 1, 0],
    end: [0, 0, 0, 1, 4, 0],
    first: 2,
    longest: 3,
    expected: [3, 4],
  },
  // The best end comes before the best start.
  {
    start: [0, 0, 0, 1, 0, 5],
    end: [0, 0, 0, 6, 1, 2],
    first: 2,
    longest: 3,
    expected: [3, 3],
  },
  // The best start is in the question.
  {
    start: [9, 9, 0, 1, 0, 2],
    end: [9, 9, 0, 1, 3, 2],
    first: 2,
    longest: 3,
    expected: [3, 4],
  },
  // The best pair is too long.
  {
    start: [0, 0, 4, 0, 3, 0],
    end: [0, 0, 1, 0, 0, 4],
    first: 2,
    longest: 2,
    expected: [4, 5],
  },
  {
    start: [0, -3, -2, -4],
    end: [0, -3, -4, -2],
    first: 1,
    longest: 3,
    expected: [2, 3],
  },
];

type Entity = { text: string; tag: string };

const ENTITIES: readonly [string[], string[], Entity[]][] = [
  [
    ["Ada", "Lovelace", "lived", "in", "London"],
    ["person", "person", "other", "other", "place"],
    [{ text: "Ada Lovelace", tag: "person" }, { text: "London", tag: "place" }],
  ],
  [
    ["Emma", "London", "and", "Leo"],
    ["person", "place", "other", "person"],
    [
      { text: "Emma", tag: "person" },
      { text: "London", tag: "place" },
      { text: "Leo", tag: "person" },
    ],
  ],
  [["It", "rains"], ["other", "other"], []],
];

/** The exercises of notebook 16. */
export const EXERCISES_16 = {
  "16.1": exercise<
    { sequence: number[]; token: number[]; start: number[]; masked: number[] }
  >({
    level: 1,
    minutes: 5,
    check(answer): Verdict {
      for (const [name, expected] of Object.entries(SHAPES)) {
        const found = answer?.[name as "token"];
        if (!Array.isArray(found)) {
          return "The answer must be an object of four arrays, " +
            "{ sequence, token, start, masked }.";
        }
        if (json(found) !== json(expected)) {
          return `The shape of \`${name}\` is not ${json(found)}.`;
        }
      }
      return undefined;
    },
    hints: [
      "A class for each sequence: [B, C]; for each token: [B, T, C].",
      "A start is one score for each token of each sequence.",
      "For masked words the B · T tokens are rows of one matrix with V columns.",
    ],
  }),
  "16.2": exercise<(sizes: { D: number; V: number; C: number }) => HeadSizes>({
    level: 2,
    minutes: 10,
    check(headSizesOf): Verdict {
      if (typeof headSizesOf !== "function") {
        return "The answer must be a function.";
      }
      const cases: [{ D: number; V: number; C: number }, HeadSizes][] = [
        [{ D: 2, V: 10, C: 3 }, { sequence: 15, token: 9, masked: 20 }],
        [
          { D: 384, V: 30_522, C: 3 },
          { sequence: 148_995, token: 1_155, masked: 179_130 },
        ],
      ];
      for (const [sizes, expected] of cases) {
        const found = headSizesOf(sizes);
        for (const name of ["sequence", "token", "masked"] as const) {
          if (found?.[name] === expected[name]) continue;
          return `For ${json(sizes)}, \`${name}\` must be ${
            expected[name]
          }; it ` +
            `is ${json(found?.[name])}.`;
        }
      }
      return undefined;
    },
    hints: [
      "A linear layer from n to m has n · m + m parameters.",
      "The sequence classifier: the pooler D → D, then D → C.",
      "Masked words: D → D, twice D for LayerNorm, and V for the bias.",
    ],
  }),
  "16.3": exercise<
    (tokens: readonly string[], wordLabels: readonly number[]) => number[]
  >({
    level: 2,
    minutes: 15,
    check(labelTokens): Verdict {
      if (typeof labelTokens !== "function") {
        return "The answer must be a function.";
      }
      for (const [tokens, labels, expected] of LABELLED) {
        const found = labelTokens([...tokens], [...labels]);
        if (json(found) === json(expected)) continue;
        return `${tokens.join(" ")} with ${json(labels)} must give ${
          json(expected)
        }; it gives ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Count the words while you go through the tokens.",
      "A token begins a word unless it is special or begins with ##.",
      "Only such a token takes the next label: wordLabels[word++].",
    ],
  }),
  "16.4": exercise<
    (
      startLogits: readonly number[],
      endLogits: readonly number[],
      limits: { first: number; longest: number },
    ) => [number, number]
  >({
    level: 3,
    minutes: 20,
    check(bestSpan): Verdict {
      if (typeof bestSpan !== "function") {
        return "The answer must be a function.";
      }
      for (const { start, end, first, longest, expected } of SPANS) {
        const found = bestSpan([...start], [...end], { first, longest });
        if (json(found) === json(expected)) continue;
        return `Starts ${json(start)}, ends ${json(end)}, first ${first}, ` +
          `longest ${longest} must give ${json(expected)}; they give ${
            json(found)
          }.`;
      }
      return undefined;
    },
    hints: [
      "Two loops: start from first on, end from start on.",
      "end - start + 1 is the number of tokens.",
      "Begin with the largest sum -Infinity, as logits may be negative.",
    ],
  }),
  "16.5": exercise<
    (words: readonly string[], tags: readonly string[]) => Entity[]
  >({
    level: 2,
    minutes: 15,
    check(entitiesOf): Verdict {
      if (typeof entitiesOf !== "function") {
        return "The answer must be a function.";
      }
      for (const [words, tags, expected] of ENTITIES) {
        const found = entitiesOf([...words], [...tags]);
        if (!Array.isArray(found)) return "The function must return an array.";
        const plain = found.map((each) => ({ text: each.text, tag: each.tag }));
        if (json(plain) === json(expected)) continue;
        return `${words.join(" ")} with ${tags.join(" ")} must give ${
          json(expected)
        }; it gives ${json(plain)}.`;
      }
      return undefined;
    },
    hints: [
      'Skip the words with the tag "other".',
      "Compare each tag with the one before it: tags[i - 1].",
      "Equal: add the word to the last entity's text; otherwise push a new one.",
    ],
  }),
};

/** The quiz of notebook 16. */
export const QUIZ_16: readonly QuizQuestion[] = [
  {
    question: "What does a new task cost, once the encoder is there?",
    options: [
      {
        text: "A few tensors on top, and some training.",
        isRight: true,
        reply: "At most a few per cent of the parameters are new.",
      },
      {
        text: "Another pretraining.",
        reply: "The encoder is pretrained once; that is why it is shared.",
      },
      {
        text: "Another vocabulary.",
        reply: "The vocabulary belongs to the encoder and stays.",
      },
    ],
  },
  {
    question: "Which head reads only the state of `[CLS]`?",
    options: [
      {
        text: "Token classification",
        reply: "It reads the state of every token.",
      },
      {
        text: "Question answering",
        reply: "Every token may be a start or an end.",
      },
      {
        text: "Next-sentence prediction",
        isRight: true,
        reply: "One decision for the whole pair, from the pooled state.",
      },
    ],
  },
  {
    question: "Why do later pieces of a word get the label -100?",
    options: [
      {
        text: "The model cannot see them.",
        reply: "It sees them: only the loss ignores them.",
      },
      {
        text: "A word has one label, so only one of its pieces should count.",
        isRight: true,
        reply: "Otherwise long, rare words would weigh more than short ones.",
      },
      {
        text: "They are padding.",
        reply: "Padding is [PAD]; it is ignored, too, but for another reason.",
      },
    ],
  },
  {
    question: "Where is the matrix of the head for masked words?",
    options: [
      {
        text: "It is the table of word embeddings, transposed.",
        isRight: true,
        reply: "A word is likely if the state resembles its embedding.",
      },
      {
        text: "There is none: a bias is enough.",
        reply: "A bias alone would give the same words everywhere.",
      },
      {
        text: "In the pooler.",
        reply: "The pooler is a D × D layer for [CLS].",
      },
    ],
  },
  {
    question: "Why is GPT not one of the seven?",
    options: [
      {
        text: "It has no head.",
        reply: "It has one, for the next token.",
      },
      {
        text: "It is larger.",
        reply: "Size does not matter: a small GPT is none of the seven either.",
      },
      {
        text: "It needs labels.",
        reply: "It is trained on plain text, too.",
      },
      {
        text: "Its tokens attend to earlier ones only: it is another encoder.",
        isRight: true,
        reply: "Other hidden states need other training, not another head.",
      },
    ],
  },
];
