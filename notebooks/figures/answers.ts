/** Figures of question answering: how a span is found, and windows with a stride. @module */

import {
  box,
  cells,
  compose,
  down,
  type Figure,
  label,
  MARGIN,
  note,
  type Tone,
  WIDTH,
} from "./drawing.ts";

type Variant = Parameters<typeof compose>[1];
const FULL = WIDTH - 2 * MARGIN;

/** Tokens of a pair, and what a trained model may say of each. */
const SCORED: readonly [token: string, start: string, end: string][] = [
  ["[CLS]", "0.03", "0.02"],
  ["who runs it ?", "0.00", "0.00"],
  ["[SEP]", "0.00", "0.00"],
  ["ada", "0.86", "0.04"],
  ["bloom", "0.08", "0.91"],
  ["runs", "0.00", "0.00"],
  ["the", "0.02", "0.00"],
  ["zoo", "0.01", "0.03"],
  ["[SEP]", "0.00", "0.00"],
];

/**
 * A question and a text become scores of starts and ends, and those a part of the text.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function answerSpan(variant?: Variant): Figure {
  const x = [MARGIN, 190, 354] as const;
  const width = [166, 150, 150] as const;
  const top = 264, step = 30, last = top + SCORED.length * step;
  const isAnswer = (row: number): boolean => row === 3 || row === 4;
  const toneOf = (row: number, column: number): Tone => {
    if (column === 0) return row > 2 && row < 8 ? "blue" : "grey";
    return (column === 1 ? row === 3 : row === 4) ? "orange" : "plain";
  };
  return compose({
    title: "Where is the answer?",
    height: last + 110,
    text:
      "Question and context form one sequence. The head gives each token two " +
      "scores; a softmax over all tokens makes them probabilities of the " +
      "answer's start and of its end. The best pair of both is the answer.",
    content: [
      cells(["question: Who runs it?", "context: Ada Bloom runs the zoo"], {
        y: 46,
        height: 30,
        style: {},
      }).svg,
      down(WIDTH / 2, 78, 100),
      box(
        { x: MARGIN, y: 104, width: FULL, height: 30 },
        "BERT encoder: a hidden state h for each token",
        "green",
      ),
      down(x[1] + 75, 134, 156),
      down(x[2] + 75, 134, 156),
      ...["S", "E"].map((vector, i) =>
        box(
          { x: x[i + 1]!, y: 160, width: 150, height: 46 },
          [`scores ${vector} · h`, "then the softmax"],
          "green",
        )
      ),
      down(x[1] + 75, 206, 228),
      down(x[2] + 75, 206, 228),
      ...["token", "starts here", "ends here"].map((name, i) =>
        note(x[i]! + (i === 0 ? 0 : 40), 252, name)
      ),
      ...SCORED.flatMap((row, r) =>
        row.map((text, c) =>
          box(
            { x: x[c]!, y: top + r * step, width: width[c]!, height: 26 },
            text,
            toneOf(r, c),
            { size: 13, bold: c === 0 && isAnswer(r) },
          )
        )
      ),
      down(WIDTH / 2, last, last + 22),
      box(
        { x: MARGIN, y: last + 26, width: FULL, height: 30 },
        "answer: characters 0 to 9 of the context, “Ada Bloom”",
        "orange",
      ),
      note(MARGIN, last + 80, [
        "S and E are two vectors of D numbers, all that is new. Grey",
        "tokens are no answer; [CLS] stands for “no answer”.",
      ]),
    ],
  }, variant);
}

/**
 * A context that is longer than a window, and the windows that share tokens.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function stridedWindows(variant?: Variant): Figure {
  const numTokens = 14, room = 6, stride = 2;
  const answer = [5, 6];
  const left = 130, side = (WIDTH - MARGIN - left) / numTokens;
  const starts = [0, 4, 8];
  const row = (y: number, start: number, end: number): string =>
    cells(
      Array.from({ length: end - start }, (_, i) => String(start + i)),
      {
        x: left + start * side,
        y,
        width: (end - start) * side - 2,
        height: 28,
        gap: 2,
        tone: (i) => answer.includes(start + i) ? "orange" : "blue",
      },
    ).svg;
  const notes = [
    "cut in two here: trained as no answer, start = end = [CLS]",
    "whole here: start and end are its tokens in this window",
    "not here: trained as no answer",
  ];
  const head = (y: number): string =>
    box(
      { x: MARGIN, y, width: left - MARGIN - 6, height: 28 },
      "question",
      "grey",
    );
  return compose({
    title: "Windows over a long context",
    height: 360,
    text:
      `A context of ${numTokens} tokens in three windows of ${room}, each of ` +
      `which shares ${stride} with the one before. The answer is cut in two in ` +
      "the first window, whole in the second and absent from the third.",
    content: [
      label(MARGIN, 79, "context"),
      row(60, 0, numTokens),
      note(left, 108, "orange: the tokens of the answer"),
      ...starts.flatMap((start, i) => {
        const y = 132 + i * 58;
        return [
          head(y),
          row(y, start, Math.min(start + room, numTokens)),
          note(MARGIN, y + 46, `window ${i + 1}`),
          note(left, y + 46, notes[i]!),
        ];
      }),
      note(MARGIN, 326, [
        "The stride, 2 here, is the number of shared tokens, so an answer",
        "of up to 3 tokens is whole in some window.",
      ]),
    ],
  }, variant);
}
