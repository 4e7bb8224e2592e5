/** Figures of the way from a text to vectors: pieces, ids, embeddings, mask, packing. @module */

import {
  box,
  cells,
  compose,
  down,
  type Figure,
  label,
  MARGIN,
  note,
  sign,
  SMALL,
  WIDTH,
} from "./drawing.ts";

type Variant = Parameters<typeof compose>[1];
const FULL = WIDTH - 2 * MARGIN;

/** The ids of `bert-base-uncased`, as far as the figure needs it. */
export const IDS = {
  "[CLS]": 101,
  i: 1045,
  love: 2293,
  em: 7861,
  "##bed": 8270,
  "##ding": 4667,
  "##s": 2015,
  "[SEP]": 102,
};

/**
 * A sentence becomes word pieces, ids and embeddings.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function textToNumbers(variant?: Variant): Figure {
  const tokens = Object.keys(IDS);
  const pieces = tokens.slice(1, -1);
  const step = FULL / tokens.length;
  const middle = 198;
  const isSpecial = (i: number): boolean => i === 0 || i === tokens.length - 1;
  const row = (y: number, texts: readonly string[]) =>
    cells(texts, { y, tone: (i) => isSpecial(i) ? "orange" : "blue" });
  const withSpecial = row(198, tokens);
  const vectors = cells(tokens.map(() => ""), {
    y: 358,
    height: 84,
    tone: (i) => isSpecial(i) ? "orange" : "blue",
  });
  return compose({
    title: "From text to numbers",
    height: 486,
    text:
      "A sentence is split into word pieces, the special tokens [CLS] and " +
      "[SEP] are added, each token becomes its id in the vocabulary, and each " +
      "id becomes a row of the embedding table: one vector for each token.",
    content: [
      box({ x: MARGIN, y: 46, width: FULL, height: 32 }, "I love embeddings"),
      down(middle, 82, 114),
      note(middle + 14, 103, "lower case; split into word pieces"),
      cells(pieces, { y: 118, x: MARGIN + step, width: FULL - 2 * step }).svg,
      down(middle, 150, 194),
      note(middle + 14, 168, "add the special tokens:"),
      note(middle + 14, 185, "[CLS] at the start, [SEP] at the end"),
      withSpecial.svg,
      down(middle, 230, 270),
      note(middle + 14, 247, "look up each token in the vocabulary"),
      note(MARGIN, 265, "inputIds"),
      row(274, Object.values(IDS).map(String)).svg,
      down(middle, 306, 354),
      note(middle + 14, 326, "each id names one row of"),
      note(middle + 14, 343, "the embedding table"),
      note(MARGIN, 349, "embeddings [T, D]"),
      vectors.svg,
      ...vectors.centers.flatMap((x) =>
        [[372, 4], [388, 4], [400, 1.5], [406, 1.5], [412, 1.5], [424, 4]].map(
          ([y, r]) => `<circle cx="${x}" cy="${y}" r="${r}" class="fig-tip"/>`,
        )
      ),
      note(
        MARGIN,
        464,
        `one vector of D numbers for each of the T = ${tokens.length} tokens`,
      ),
    ],
  }, variant);
}

/** The words of the figure of entities, and their pieces in `bert-base-uncased`. */
export const ENTITY_WORDS: Readonly<Record<string, readonly string[]>> = {
  Quentin: ["quentin"],
  Wells: ["wells"],
  likes: ["likes"],
  Puddlewick: ["puddle", "##wick"],
  ".": ["."],
};

/**
 * Words become pieces, the first piece of each gets a tag, and the tags mark entities.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function entityTags(variant?: Variant): Figure {
  const tags = ["B-PER", "I-PER", "O", "B-LOC", "O"];
  const pieces = Object.values(ENTITY_WORDS);
  const tokens = ["[CLS]", ...pieces.flat(), "[SEP]"];
  const step = (FULL + 4) / tokens.length;
  /** The area over the tokens `start` … `end` − 1. */
  const over = (start: number, end: number, y: number, height: number) => ({
    x: MARGIN + start * step,
    y,
    width: (end - start) * step - 4,
    height,
  });
  const firsts = pieces.map((_, i) => 1 + pieces.slice(0, i).flat().length);
  const ends = [...firsts.slice(1), tokens.length - 1];
  const isFirst = (i: number): boolean => firsts.includes(i);
  const entities = [["Quentin Wells", "PER", 1, 3], [
    "Puddlewick",
    "LOC",
    4,
    6,
  ]];
  const tokenRow = cells(tokens, {
    y: 130,
    tone: (i) => isFirst(i) ? "blue" : "grey",
  });
  return compose({
    title: "From words to entities",
    height: 448,
    text:
      "The words of a sentence are split into pieces. BERT and a linear layer " +
      "give a tag to each word at its first piece; later pieces and special " +
      "tokens have the label −100 and do not count. The tags B-PER and I-PER " +
      "mark a person of two words, B-LOC a place of one word.",
    content: [
      note(MARGIN, 58, "words"),
      ...Object.keys(ENTITY_WORDS).map((word, i) =>
        box(over(firsts[i]!, ends[i]!, 66, 28), word, "blue", { size: SMALL }) +
        down(tokenRow.centers[firsts[i]!]!, 98, 126)
      ),
      note(MARGIN, 119, "pieces"),
      tokenRow.svg,
      ...tokenRow.centers.map((x) => down(x, 162, 182)),
      box(
        { x: MARGIN, y: 186, width: FULL, height: 30 },
        "BERT, and a linear layer: C logits for each token",
        "green",
      ),
      ...firsts.map((i) => down(tokenRow.centers[i]!, 220, 252)),
      note(MARGIN, 245, "tags"),
      cells(tokens.map((_, i) => tags[firsts.indexOf(i)] ?? "−100"), {
        y: 256,
        tone: (i) => isFirst(i) ? "blue" : "grey",
      }).svg,
      ...firsts.filter((_, i) => tags[i] !== "O").map((i) =>
        down(tokenRow.centers[i]!, 288, 322)
      ),
      note(MARGIN, 315, "entities"),
      ...entities.map(([name, type, start, end]) =>
        box(
          over(Number(start), Number(end), 326, 44),
          [String(name), String(type)],
          "orange",
          { size: SMALL },
        )
      ),
      note(MARGIN, 400, [
        "A word has its tag at its first piece. The grey tokens do not",
        "count: their label is −100 in training, and no tag is read there.",
      ]),
    ],
  }, variant);
}

/**
 * Word, position and token type embeddings are added.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function inputEmbeddings(variant?: Variant): Figure {
  const tokens = ["[CLS]", "dogs", "bark", "[SEP]", "why", "?", "[SEP]"];
  const tableRow = (
    y: number,
    name: string,
    texts: readonly string[],
    tone: "blue" | "green" | "orange",
  ): string[] => [note(MARGIN, y - 8, name), cells(texts, { y, tone }).svg];
  const plus = (y: number): string => sign(WIDTH / 2, y, "+");
  return compose({
    title: "The input of BERT: three embeddings, added",
    height: 496,
    text: "Each token has three vectors: one for its word piece, one for its " +
      "position and one for its token type (first or second sentence). Their " +
      "sum, normalized by LayerNorm, is the token's first hidden state.",
    content: [
      ...tableRow(66, "tokens of two sentences", tokens, "blue"),
      down(WIDTH / 2, 98, 118),
      ...tableRow(
        142,
        "word embedding: which token?",
        tokens.map((token) => token),
        "green",
      ),
      plus(190),
      ...tableRow(
        226,
        "position embedding: where?",
        tokens.map((_, i) => String(i)),
        "green",
      ),
      plus(274),
      ...tableRow(
        310,
        "token type (segment): sentence 0 or 1?",
        tokens.map((_, i) => i < 4 ? "0" : "1"),
        "green",
      ),
      down(WIDTH / 2, 342, 366),
      box(
        { x: MARGIN, y: 370, width: FULL, height: 30 },
        "LayerNorm of the sum, then dropout",
        "green",
      ),
      down(WIDTH / 2, 404, 428),
      cells(tokens.map((_, i) => `h${"₀₁₂₃₄₅₆"[i]}`), {
        y: 432,
        tone: "orange",
      }).svg,
      note(MARGIN, 479, "hidden states [T, D]: one vector for each token"),
    ],
  }, variant);
}

/**
 * Padding gets −1e9 added to its scores, and so no attention.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function attentionMask(variant?: Variant): Figure {
  const tokens = ["[CLS]", "dogs", "bark", "[SEP]", "[PAD]", "[PAD]"];
  const scores = [1.1, 2, 0.7, 0.2, 1.6, 1.6];
  const isPadding = (i: number): boolean => i > 3;
  const powers = scores.map((score, i) => isPadding(i) ? 0 : Math.exp(score));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const row = (y: number, name: string, texts: readonly string[]): string[] => [
    note(MARGIN, y - 8, name),
    cells(texts, { y, tone: (i) => isPadding(i) ? "grey" : "blue" }).svg,
  ];
  const minus = (value: number): string => value.toFixed(1);
  return compose({
    title: "The mask: padding gets no attention",
    height: 424,
    text: "The scores of one token for six tokens, two of them padding. The " +
      "mask adds 0 to the scores of real tokens and −1e9 to those of padding, " +
      "so the softmax gives padding a weight of 0 and the rest still sums to 1.",
    content: [
      ...row(66, "tokens, filled with padding", tokens),
      ...row(
        122,
        "attentionMask: 1 for a token, 0 for padding",
        scores.map((_, i) => isPadding(i) ? "0" : "1"),
      ),
      ...row(
        190,
        "scores: how well each key fits the query of “dogs”",
        scores.map(minus),
      ),
      sign(WIDTH / 2, 238, "+"),
      ...row(
        266,
        "mask, added to the scores",
        scores.map((_, i) => isPadding(i) ? "−1e9" : "0"),
      ),
      down(WIDTH / 2, 298, 334),
      label(WIDTH / 2 + 14, 321, "softmax", { size: SMALL }),
      note(WIDTH / 2 + 78, 321, "(e to the −1e9 is 0)"),
      ...row(
        338,
        "attention weights",
        powers.map((power) => (power / total).toFixed(2)),
      ),
      note(MARGIN, 388, [
        "The weights of the real tokens sum to 1, as if the",
        "padding were not there.",
      ]),
    ],
  }, variant);
}

/**
 * Padded rows against packed rows.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function packing(variant?: Variant): Figure {
  const lengths = [4, 3, 8, 5];
  const names = ["A", "B", "C", "D"];
  const columns = 8, side = 26;
  const padded = names.map((name, i) =>
    Array.from({ length: columns }, (_, j) => j < lengths[i]! ? name : "")
  );
  const packed = [[2], [0, 1], [3]].map((row) => {
    const filled = row.flatMap((i) => Array(lengths[i]!).fill(names[i]!));
    return [...filled, ...Array(columns - filled.length).fill("")];
  });
  const grid = (
    x: number,
    y: number,
    rows: readonly string[][],
    textOf = (name: string): string => name,
  ): string =>
    rows.map((row, i) =>
      cells(row.map(textOf), {
        x,
        y: y + i * side,
        width: row.length * side - 2,
        height: side - 2,
        gap: 2,
        tone: (j) => textOf(row[j]!) === "" ? "grey" : toneOf(row[j]!),
      }).svg
    ).join("");
  const width = columns * side;
  const right = WIDTH - MARGIN - width;
  const shared = packed[1]!.slice(0, -1); // without its padding
  const top = 268, left = MARGIN + 92;
  return compose({
    title: "Padding and packing",
    height: 488,
    text:
      "Four sequences padded to eight tokens fill four rows, and twelve of " +
      "the 32 places are padding. Packed, two short sequences share a row, and " +
      "a mask of blocks lets each token attend only to its own sequence.",
    content: [
      label(MARGIN, 60, "padded: 12 of 32 are padding", { size: SMALL }),
      grid(MARGIN, 72, padded),
      label(right, 60, "packed: 4 of 24", { size: SMALL }),
      grid(right, 72, packed),
      note(MARGIN, 196, "A to D: tokens of four sequences; grey: padding"),
      label(MARGIN, 232, "The mask of the row that A and B share", {
        bold: true,
      }),
      note(left, top - 12, "keys"),
      note(MARGIN, top + side + 24, "queries"),
      grid(left, top, [shared]),
      ...shared.map((query, i) => {
        const y = top + (i + 1) * side;
        return grid(left - side, y, [[query]]) +
          grid(left, y, [shared], (key) => key === query ? "0" : "");
      }),
      note(left + width + 2, top + side + 24, [
        "0 is added to the",
        "scores of the same",
        "sequence.",
        "Grey: −1e9 is added,",
        "so A gets nothing",
        "from B, nor B from A.",
      ]),
    ],
  }, variant);
}

function toneOf(name: string): "blue" | "green" | "orange" | "plain" | "grey" {
  return ({
    A: "blue",
    B: "green",
    C: "orange",
    D: "plain",
  } as const)[name] ??
    "grey";
}
