/** Exercises and quiz of notebook 2. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

const PIECES: ReadonlySet<string> = new Set([
  ..."a b e l n o p s u y".split(" "),
  ..."play player un dog be".split(" "),
  ..."##s ##ed ##er ##ing ##bel ##ie ##va ##bly ##play ##l".split(" "),
]);

const WORDS: readonly [string, string[]][] = [
  ["dog", ["dog"]],
  ["plays", ["play", "##s"]],
  // The longest first: "player", not "play".
  ["players", ["player", "##s"]],
  ["unbelievably", ["un", "##bel", "##ie", "##va", "##bly"]],
  ["unplayed", ["un", "##play", "##ed"]],
  // "##cat" is no piece, so the whole word is unknown.
  ["playcat", ["[UNK]"]],
  ["中", ["[UNK]"]],
];

const MASKS: readonly [number[], number[][]][] = [
  [[2, 4], [[1, 1, 0, 0], [1, 1, 1, 1]]],
  [[3], [[1, 1, 1]]],
  [[3, 1, 2], [[1, 1, 1], [1, 0, 0], [1, 1, 0]]],
];

const PACKED: readonly [number[], number, number[][]][] = [
  [[3, 5, 2], 10, [[5, 3, 2]]],
  [[6, 5, 5, 4], 10, [[6, 4], [5, 5]]],
  // In the order given, 4 and 5 would share a row and a third would be needed.
  [[4, 5, 6, 5], 10, [[6, 4], [5, 5]]],
  [[9, 9, 1, 1], 10, [[9, 1], [9, 1]]],
];

/** Numbers without end. */
function* countUp(): Generator<number> {
  for (let i = 0;; i++) {
    if (i > 1000) throw new RangeError("more than one batch was read");
    yield i;
  }
}

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** The exercises of notebook 2. */
export const EXERCISES_02 = {
  "2.1": exercise<{ positions: number; percent: number }>({
    level: 1,
    minutes: 5,
    check(answer): Verdict {
      const { positions, percent } = answer ?? {};
      if (typeof positions !== "number" || typeof percent !== "number") {
        return "The answer must be an object of two numbers, " +
          "{ positions, percent }.";
      }
      if (positions !== 48) {
        return `The number of positions is not ${positions}.`;
      }
      return Math.abs(percent - 100 * 8 / 48) < 0.06
        ? undefined
        : `The percentage of padding is not ${percent}.`;
    },
    hints: [
      "All rows of a batch have the same length.",
      "The longest sentence has 12 tokens, and there are four rows.",
      "Of 48 positions 9 + 12 + 7 + 12 hold a token; divide the rest by 48.",
    ],
  }),
  "2.2": exercise<(lengths: readonly number[]) => number[][]>({
    level: 1,
    minutes: 5,
    check(masksOf): Verdict {
      if (typeof masksOf !== "function") {
        return "The answer must be a function.";
      }
      for (const [lengths, expected] of MASKS) {
        const found = masksOf(lengths);
        if (json(found) === json(expected)) continue;
        return `For the lengths ${json(lengths)} the masks must be ` +
          `${json(expected)}; they are ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Every row is as long as the longest sentence.",
      "Math.max(...lengths) is that length.",
      "Position i of a row is 1 if i < length, otherwise 0.",
    ],
  }),
  "2.3": exercise<(word: string, pieces: ReadonlySet<string>) => string[]>({
    level: 2,
    minutes: 15,
    check(wordPieces): Verdict {
      if (typeof wordPieces !== "function") {
        return "The answer must be a function.";
      }
      for (const [word, expected] of WORDS) {
        const found = wordPieces(word, PIECES);
        if (json(found) === json(expected)) continue;
        return `"${word}" must become ${json(expected)}; it becomes ` +
          `${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Keep the place where the rest begins; put ## before every later piece.",
      "Try the whole rest first, then one letter less, until a piece fits.",
      'If no letter is left to try, return ["[UNK]"] for the whole word.',
    ],
  }),
  "2.4": exercise<
    (order: Iterable<number>, batchSize: number) => Iterable<number[]>
  >({
    level: 2,
    minutes: 10,
    check(lazyBatches): Verdict {
      if (typeof lazyBatches !== "function") {
        return "The answer must be a generator function.";
      }
      const few = [5, 3, 8, 1, 9];
      const found = [...lazyBatches(few, 2)].map((batch) => [...batch]);
      if (json(found) !== "[[5,3],[8,1],[9]]") {
        return `${json(few)} in batches of 2 must give [[5,3],[8,1],[9]]; it ` +
          `gives ${json(found)}.`;
      }
      const even = [...lazyBatches([1, 2, 3, 4], 2)];
      if (even.length !== 2) {
        return `[1,2,3,4] in batches of 2 must give 2 batches; it gives ` +
          `${even.length}.`;
      }
      for (const batch of lazyBatches(countUp(), 3)) {
        return json(batch) === "[0,1,2]"
          ? undefined
          : `The first batch of 0, 1, 2, … must be [0,1,2]; it is ${
            json(batch)
          }.`;
      }
      return "A list without end must give a first batch; it gives none.";
    },
    hints: [
      "Collect members in a list, and yield it when it is full.",
      "After yielding, start a new list; do not empty the old one.",
      "After the loop, yield the last list unless it is empty.",
    ],
  }),
  "2.5": exercise<
    (lengths: readonly number[], rowLength: number) => number[][]
  >({
    level: 3,
    minutes: 20,
    check(pack): Verdict {
      if (typeof pack !== "function") return "The answer must be a function.";
      for (const [lengths, rowLength, expected] of PACKED) {
        const found = pack([...lengths], rowLength);
        if (json(found) === json(expected)) continue;
        return `${json(lengths)} in rows of ${rowLength} must give ` +
          `${json(expected)}; it gives ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Sort the lengths from large to small first, in a copy.",
      "For each length look for the first row whose sum leaves enough room.",
      "rows.find gives that row; if it is undefined, push a new row.",
    ],
  }),
};

/** The quiz of notebook 2. */
export const QUIZ_02: readonly QuizQuestion[] = [
  {
    question: "Why can a model not use the tokenizer of another model?",
    options: [
      {
        text: "It would be too slow.",
        reply: "Speed does not matter: the ids would mean other words.",
      },
      {
        text: "Its ids are rows of the table that was trained with them.",
        isRight: true,
        reply: "With another vocabulary, each id would select a wrong row.",
      },
      {
        text: "It may: fine-tuning learns the new ids.",
        reply:
          "Some thousand sentences cannot replace what pretraining has learned.",
      },
    ],
  },
  {
    question: "What would happen without the attention mask?",
    options: [
      {
        text: "Tokens would attend to padding, and change with its amount.",
        isRight: true,
        reply: "The same sentence would get other results in another batch.",
      },
      {
        text: "Nothing: padding has the id 0, and 0 does not count.",
        reply: "Id 0 selects a row of the table like any other id.",
      },
      {
        text: "The batch would be no rectangle.",
        reply: "Padding makes it a rectangle; the mask says what is padding.",
      },
    ],
  },
  {
    question: "Why does a single sentence get [SEP], too?",
    options: [
      {
        text: "To separate it from the padding.",
        reply: "The mask does that.",
      },
      {
        text: "So that all sentences have the same length.",
        reply: "Padding does that.",
      },
      {
        text: "Because BERT was pretrained with [SEP] at the end of sentences.",
        isRight: true,
        reply: "An input without it would be unlike all that BERT has seen.",
      },
    ],
  },
  {
    question:
      "You try 20 learning rates and report the best validation score. Is it fair?",
    options: [
      {
        text: "Yes, the model was not trained on the validation set.",
        reply:
          "But you chose on it, and the best of 20 is partly the luckiest of 20.",
      },
      {
        text: "No, it is too good: report the score on the test set.",
        isRight: true,
        reply: "The test set took no part in the choice.",
      },
      {
        text: "Yes, if the validation set is stratified.",
        reply: "Equal shares of the classes do not undo the choice.",
      },
    ],
  },
  {
    question: "How long may a text be that BERT reads?",
    options: [
      {
        text: "As long as the memory allows.",
        reply: "The table of positions ends at 512.",
      },
      {
        text: "64 tokens.",
        reply: "That is our choice for CoLA, because it saves time.",
      },
      {
        text: "512 tokens, special tokens included.",
        isRight: true,
        reply: "There are 512 positions; longer texts are cut.",
      },
    ],
  },
];
