/** A figure of sentence embeddings: from the tokens of two texts to their similarity. @module */

import {
  arrow,
  box,
  cells,
  compose,
  down,
  type Figure,
  MARGIN,
  note,
  WIDTH,
} from "./drawing.ts";

type Variant = Parameters<typeof compose>[1];
const FULL = WIDTH - 2 * MARGIN;

/** Two texts, each with its tokens; the shorter is padded. */
const TEXTS: readonly (readonly [text: string, tokens: readonly string[]])[] = [
  ["Dogs bark", ["[CLS]", "dogs", "bark", "[SEP]"]],
  ["Cats", ["[CLS]", "cats", "[SEP]", "[PAD]"]],
];

/**
 * Two texts become vectors of length 1, and their product is the cosine similarity.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function meanPooling(variant?: Variant): Figure {
  const width = (FULL - 20) / 2;
  const column = (i: number): number => MARGIN + i * (width + 20);
  const side = ([text, tokens]: typeof TEXTS[number], i: number): string => {
    const x = column(i), middle = x + width / 2;
    const wide = (y: number) => ({ x, y, width, height: 30 });
    const row = (y: number, texts: readonly string[], height = 28) =>
      cells(texts, {
        x,
        y,
        width,
        height,
        tone: (at) => tokens[at] === "[PAD]" ? "grey" : "blue",
      });
    const states = row(234, tokens.map(() => ""), 56);
    const kept = states.centers.filter((_, at) => tokens[at] !== "[PAD]");
    return box(wide(46), text) + down(middle, 76, 98) + row(102, tokens).svg +
      down(middle, 130, 152) + down(middle, 188, 230) + states.svg +
      kept.map((center) => arrow([[center, 290], [middle, 334]])).join("") +
      box(wide(338), "mean of the states: m", "blue") + down(middle, 368, 402) +
      box(wide(406), `${i === 0 ? "u" : "v"} = m / length of m`, "blue") +
      arrow([[middle, 436], [WIDTH / 2 + (i === 0 ? -40 : 40), 470]]);
  };
  return compose({
    title: "From tokens to a similarity",
    height: 578,
    text:
      "Two texts become tokens, and the encoder gives a hidden state for each. " +
      "The mean of a text's states, without those of padding, is divided by its " +
      "length. The product of the two vectors is the cosine similarity.",
    content: [
      ...TEXTS.map(side),
      box(
        { x: MARGIN, y: 156, width: FULL, height: 32 },
        "BERT encoder",
        "green",
      ),
      note(WIDTH / 2, 224, "hidden states [T, D]", { anchor: "middle" }),
      box(
        { x: MARGIN + 90, y: 474, width: FULL - 180, height: 32 },
        "cosine similarity = u · v",
        "orange",
        { bold: true },
      ),
      note(MARGIN, 534, [
        "Grey: padding, and its states, which the mean leaves out.",
        "u and v, the vectors of the two texts, have the length 1.",
      ]),
    ],
  }, variant);
}
