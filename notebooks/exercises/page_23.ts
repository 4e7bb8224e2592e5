/** Exercises and quiz of notebook 23. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";
import { judgeFunction, judgeNumbers } from "./numbers.ts";

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** Megabytes of gradients, workers, and what each sends. */
const RING: readonly [megabytes: number, workers: number, expected: number][] =
  [
    [52, 2, 52],
    [52, 4, 78],
    [100, 1, 0],
    [100, 100, 198],
  ];

/** Mean gradients of parts, the examples of each, and the mean of all. */
const PARTS: readonly [
  means: number[][],
  counts: number[],
  expected: number[],
][] = [
  [[[2, 0], [4, 2]], [16, 16], [3, 1]],
  [[[1], [4]], [2, 1], [2]],
  [[[1, 1], [0, 2], [5, 5]], [3, 1, 0], [0.75, 1.25]],
];

/** Seconds of one worker, of several, how many, and what comes of it. */
const TIMES: readonly [
  alone: number,
  together: number,
  workers: number,
  speedup: number,
  efficiency: number,
][] = [
  [1, 0.5, 2, 2, 1],
  [0.9, 0.3, 4, 3, 0.75],
  [0.06, 0.12, 2, 0.5, 0.25],
];

/** When the passes are over, when each bucket is ready, its sum, and the wait. */
const WAITS: readonly [
  passes: number,
  buckets: { ready: number; seconds: number }[],
  expected: number,
][] = [
  [1, [{ ready: 0.5, seconds: 0.2 }, { ready: 1, seconds: 0.2 }], 0.2],
  [1, [{ ready: 0.4, seconds: 0.8 }, { ready: 1, seconds: 0.8 }], 1],
  [2, [{ ready: 0.5, seconds: 0.1 }, { ready: 1, seconds: 0.1 }], 0],
];

/** Parameters, workers, and megabytes of a worker, each updating all or a part. */
const MEMORY: readonly [
  numParameters: number,
  workers: number,
  all: number,
  part: number,
][] = [
  [1_000_000, 4, 16, 10],
  [110_000_000, 8, 1760, 990],
  [22_000_000, 1, 352, 352],
];

/** The exercises of notebook 23. */
export const EXERCISES_23 = {
  "23.1": exercise<(megabytes: number, workers: number) => number>({
    level: 1,
    minutes: 4,
    check(sent): Verdict {
      const fault = judgeFunction(sent, "(megabytes, workers) => …");
      if (fault !== undefined) return fault;
      for (const [megabytes, workers, expected] of RING) {
        const what = `sent(${megabytes}, ${workers})`;
        const fault = judgeNumbers(what, sent(megabytes, workers), expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "In each step of the ring a worker sends one part of n.",
      "There are n − 1 steps until a part is whole, and as many until all have it.",
      "2 times (n − 1), times the megabytes divided by n.",
    ],
  }),
  "23.2": exercise<
    (
      means: readonly (readonly number[])[],
      counts: readonly number[],
    ) => number[]
  >({
    level: 2,
    minutes: 8,
    check(meanOfAll): Verdict {
      const fault = judgeFunction(meanOfAll, "(means, counts) => …");
      if (fault !== undefined) return fault;
      for (const [means, counts, expected] of PARTS) {
        const what = `meanOfAll(${json(means)}, ${json(counts)})`;
        const fault = judgeNumbers(what, meanOfAll(means, counts), expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "A part of 16 examples counts for more than one of 2.",
      "Multiply each mean by its share: its count divided by all counts.",
      "For each position: the sum of mean times count, divided by the sum of the counts.",
    ],
  }),
  "23.3": exercise<
    (
      alone: number,
      together: number,
      workers: number,
    ) => { speedup: number; efficiency: number }
  >({
    level: 1,
    minutes: 5,
    check(rate): Verdict {
      const fault = judgeFunction(rate, "(alone, together, workers) => …");
      if (fault !== undefined) return fault;
      for (const [alone, together, workers, speedup, efficiency] of TIMES) {
        const found = rate(alone, together, workers);
        const what = `rate(${alone}, ${together}, ${workers})`;
        const fault =
          judgeNumbers(`The speed-up of ${what}`, found?.speedup, speedup) ??
            judgeNumbers(
              `The efficiency of ${what}`,
              found?.efficiency,
              efficiency,
            );
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "Twice as fast is a speed-up of 2.",
      "The speed-up is alone / together.",
      "The efficiency is the speed-up divided by the number of workers.",
    ],
  }),
  "23.4": exercise<
    (
      passes: number,
      buckets: readonly { readonly ready: number; readonly seconds: number }[],
    ) => number
  >({
    level: 2,
    minutes: 12,
    check(wait): Verdict {
      const fault = judgeFunction(wait, "(passes, buckets) => …");
      if (fault !== undefined) return fault;
      for (const [passes, buckets, expected] of WAITS) {
        const what = `wait(${passes}, ${json(buckets)})`;
        const fault = judgeNumbers(what, wait(passes, buckets), expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "A sum begins when its bucket is ready and the sum before it has ended.",
      "Keep the end of the last sum: end = max(end, ready) + seconds.",
      "The wait is the last end minus the passes, and at least 0.",
    ],
  }),
  "23.5": exercise<
    (
      numParameters: number,
      workers: number,
    ) => { all: number; part: number }
  >({
    level: 2,
    minutes: 8,
    check(memory): Verdict {
      const fault = judgeFunction(memory, "(numParameters, workers) => …");
      if (fault !== undefined) return fault;
      for (const [numParameters, workers, all, part] of MEMORY) {
        const found = memory(numParameters, workers);
        const what = `memory(${numParameters}, ${workers})`;
        const fault =
          judgeNumbers(`The property "all" of ${what}`, found?.all, all) ??
            judgeNumbers(`The property "part" of ${what}`, found?.part, part);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "A weight, its gradient and two moments: four numbers of four bytes.",
      "Only the moments are shared out; weights and gradients are whole on each worker.",
      "all = 16 · numParameters / 1e6; part = (8 + 8 / workers) · numParameters / 1e6.",
    ],
  }),
};

/** The quiz of notebook 23. */
export const QUIZ_23: readonly QuizQuestion[] = [
  {
    question: "What do two workers send each other in a step?",
    options: [
      {
        text: "Their sentences.",
        reply: "Each has all of them, and takes its own part of each batch.",
      },
      {
        text: "Their gradients, and the loss.",
        isRight: true,
        reply: "With the sum of the gradients, both take the same step.",
      },
      {
        text: "Their weights.",
        reply: "These are equal on both, and stay so.",
      },
    ],
  },
  {
    question:
      "With a ring, 64 workers sum up 50 MB. How much does each of them send?",
    options: [
      {
        text: "63 times 50 MB.",
        reply: "That would be so if each sent all to all others.",
      },
      {
        text: "A little less than 100 MB.",
        isRight: true,
        reply:
          "2 · 63 parts of 50 / 64 MB; more workers would hardly change it.",
      },
      {
        text: "50 / 64 MB.",
        reply: "That is one message of 126.",
      },
    ],
  },
  {
    question: "Why does a fixed batch stop paying at some number of workers?",
    options: [
      {
        text: "Because workers run out of memory.",
        reply: "Each has fewer sentences, and so needs less.",
      },
      {
        text: "Because the gradients become larger.",
        reply: "There is one number for each parameter, as before.",
      },
      {
        text: "Because the passes become shorter, but the sums do not.",
        isRight: true,
        reply: "At the end a step is little more than its sums and its update.",
      },
    ],
  },
  {
    question: "One of four workers computes half as fast as the others. Then …",
    options: [
      {
        text: "… all are as slow as this one.",
        isRight: true,
        reply: "A sum waits for its last part, in every step.",
      },
      {
        text: "… a step takes a seventh longer.",
        reply: "That would be so if the others could take over its work.",
      },
      {
        text: "… its gradients are left out.",
        reply: "Then the step would be another one.",
      },
    ],
  },
  {
    question: "A batch becomes 64 times as large, on 64 workers. Then …",
    options: [
      {
        text: "… each step takes 64 times as long.",
        reply: "Each worker has as many sentences as before.",
      },
      {
        text: "… an epoch has a 64th of the steps, and it is another training.",
        isRight: true,
        reply:
          "The learning rate, and perhaps the number of epochs, must change.",
      },
      {
        text: "… the gradients are 64 times as many.",
        reply: "There is one number for each parameter, as before.",
      },
    ],
  },
];
