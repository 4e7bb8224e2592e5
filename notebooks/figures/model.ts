/** Figures of the model: the stack, attention, its heads, other architectures. @module */

import {
  arrow,
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

/**
 * From tokens through the layers to probabilities.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function bertStack(variant?: Variant): Figure {
  const left = 40, width = 300, middle = left + width / 2, side = 364;
  const part = (y: number, text: string, tone: Tone): string =>
    box({ x: left + 26, y, width: width - 52, height: 30 }, text, tone);
  const row = (y: number, text: string, tone: Tone, size = 14): string =>
    box({ x: left, y, width, height: 30 }, text, tone, { size });
  const residual = (from: number, to: number): string =>
    arrow([[middle, from], [left + 4, from], [left + 4, to], [left + 26, to]]);
  const states = cells(["[CLS]", "dogs", "bark", "[SEP]"], {
    x: left,
    y: 482,
    width,
    tone: (i) => i === 0 ? "orange" : "blue",
  });
  const reads = states.centers[0]!;
  return compose({
    title: "BERT with a classification head",
    height: 752,
    text: "Token ids become embeddings, pass through L layers of multi-head " +
      "attention and feed-forward, each followed by a residual addition and " +
      "LayerNorm; the last state of [CLS] goes through the pooler and the " +
      "classifier, whose logits the softmax turns into probabilities.",
    content: [
      row(48, "inputIds, tokenTypeIds, attentionMask", "blue", 13),
      down(middle, 78, 98),
      row(102, "embeddings, LayerNorm", "green"),
      note(side, 113, ["word + position", "+ token type"]),
      `<rect x="${left - 14}" y="158" width="${
        width + 28
      }" height="246" rx="8" class="fig-plain"/>`,
      arrow([[middle, 132], [middle, 186]]),
      part(190, "multi-head attention", "green"),
      down(middle, 220, 236),
      part(240, "add, then LayerNorm", "green"),
      residual(172, 255),
      down(middle, 270, 302),
      part(306, "feed-forward layer", "green"),
      down(middle, 336, 352),
      part(356, "add, then LayerNorm", "green"),
      residual(286, 371),
      note(side, 194, "layer 1 of L", { bold: true }),
      note(side, 216, [
        "The lines on the",
        "left are residual",
        "connections.",
      ]),
      note(side, 318, ["D → F, GELU,", "F → D"]),
      down(middle, 386, 424),
      row(428, "layers 2 to L: the same parts", "green"),
      note(side, 439, ["each with its own", "parameters"]),
      down(middle, 458, 478),
      states.svg,
      note(side, 493, ["last hidden", "states [T, D]"]),
      down(reads, 510, 538),
      note(reads + 14, 529, "only the state of [CLS]"),
      row(542, "pooler: linear, tanh", "green"),
      note(side, 561, "D → D"),
      down(middle, 572, 592),
      row(596, "dropout, classifier (linear)", "green"),
      note(side, 607, ["the new head,", "D → C"]),
      down(middle, 626, 646),
      row(650, "logits [C]", "orange"),
      note(side, 669, "C classes"),
      down(middle, 680, 700),
      label(middle + 12, 695, "softmax", { size: 13 }),
      row(704, "probabilities, which sum to 1", "orange"),
    ],
  }, variant);
}

/**
 * One head: query, key, value, scores, weights, context.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function attentionHead(variant?: Variant): Figure {
  const width = 152;
  const x = [MARGIN, 184, WIDTH - MARGIN - width];
  const center = x.map((left) => left + width / 2) as [number, number, number];
  const scoresWidth = x[1]! + width - MARGIN;
  const middle = MARGIN + scoresWidth / 2;
  const wide = (
    y: number,
    text: string | string[],
    tone: Tone,
    height = 30,
  ): string => box({ x: MARGIN, y, width: scoresWidth, height }, text, tone);
  return compose({
    title: "One attention head",
    height: 606,
    text:
      "The hidden states are mapped to queries, keys and values. Query times " +
      "key, divided by the square root of K, plus the mask, gives the scores; " +
      "the softmax makes them attention weights; their weighted sum of the " +
      "values is the context.",
    content: [
      box(
        { x: MARGIN, y: 48, width: FULL, height: 30 },
        "hidden states [T, D]",
        "blue",
      ),
      ...center.map((at) => down(at, 78, 106)),
      note(center[0] + 12, 97, "three linear maps"),
      ...["query [T, K]", "key [T, K]", "value [T, K]"].map((name, i) =>
        box({ x: x[i]!, y: 110, width, height: 30 }, name, "green")
      ),
      ...[
        ["what a token", "looks for"],
        ["what a token", "offers to others"],
        ["what a token", "passes on"],
      ].map((lines, i) => note(x[i]!, 158, lines)),
      arrow([[center[0] + 48, 140], [center[0] + 48, 194]]),
      arrow([[center[1] + 58, 140], [center[1] + 58, 194]]),
      wide(
        198,
        ["scores: query · key / √K, [T, T]", "one for each pair of tokens"],
        "blue",
        46,
      ),
      down(middle, 244, 264),
      wide(268, "add the mask: −1e9 for padding", "grey"),
      down(middle, 298, 318),
      wide(322, "softmax of each row", "green"),
      down(middle, 352, 372),
      wide(
        376,
        ["attention weights [T, T]", "each row sums to 1"],
        "orange",
        46,
      ),
      down(middle, 422, 456),
      arrow([[center[2] + 58, 140], [center[2] + 58, 456]]),
      box(
        { x: MARGIN, y: 460, width: FULL, height: 30 },
        "weighted sum of the values: weights · value",
        "blue",
      ),
      down(WIDTH / 2, 490, 510),
      box(
        { x: MARGIN, y: 514, width: FULL, height: 30 },
        "context [T, K]",
        "orange",
      ),
      note(MARGIN, 566, [
        "T tokens, D hidden size, H heads, K = D / H. Divided by √K,",
        "the scores stay small and the softmax has useful gradients.",
      ]),
    ],
  }, variant);
}

/**
 * The heads of a layer side by side.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function manyHeads(variant?: Variant): Figure {
  const names = ["head 0", "head 1", "…", "head H − 1"];
  const rows = (y: number, text: string[], tone: Tone, height = 46): string[] =>
    names.map((name, i) => {
      const area = { x: MARGIN + i * 123, y, width: 119, height };
      return name === "…"
        ? label(area.x + 59, y + height / 2 + 5, "…", { anchor: "middle" })
        : box(area, text, tone, { size: 13 });
    });
  const centers = [0, 1, 3].map((i) => MARGIN + i * 123 + 59.5);
  const downs = (from: number, to: number): string[] =>
    centers.map((x) => down(x, from, to));
  const joined = cells(["head 0", "head 1", "…", "head H − 1"], {
    y: 350,
    height: 30,
    tone: "orange",
  });
  const wide = (y: number, text: string, tone: Tone): string =>
    box({ x: MARGIN, y, width: FULL, height: 30 }, text, tone);
  return compose({
    title: "Many heads",
    height: 560,
    text: "The hidden states go to H heads, each with its own query, key and " +
      "value maps. The contexts of all heads are concatenated and pass through " +
      "the output projection.",
    content: [
      wide(48, "hidden states [T, D]", "blue"),
      ...downs(78, 122),
      ...names.map((name, i) =>
        note(MARGIN + i * 123 + (i === 3 ? 52 : 66), 105, name, {
          anchor: i === 3 ? "end" : "start",
        })
      ),
      ...rows(126, ["query, key,", "value [T, K]"], "green"),
      ...downs(172, 192),
      ...rows(196, ["attention", "weights [T, T]"], "blue"),
      ...downs(242, 262),
      ...rows(266, ["context", "[T, K]"], "orange"),
      ...downs(312, 346),
      joined.svg,
      note(
        MARGIN,
        400,
        "concatenated: H · K = D numbers for each token, [T, D]",
      ),
      down(WIDTH / 2, 408, 428),
      wide(432, "output projection: a linear map, D → D", "green"),
      down(WIDTH / 2, 462, 482),
      wide(486, "output of the attention sublayer [T, D]", "orange"),
      note(
        MARGIN,
        542,
        "Each head has its own parameters and its own pattern.",
      ),
    ],
  }, variant);
}

/**
 * Seven heads on one encoder.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function sevenHeads(variant?: Variant): Figure {
  const rows: [name: string, reads: string, gives: string][] = [
    ["base", "both", "states, pooled state"],
    ["masked-lm", "each token", "token logits [T, V]"],
    ["next-sentence", "[CLS]", "2 logits"],
    ["pretraining", "both", "the two above"],
    ["sequence-classification", "[CLS]", "C logits"],
    ["token-classification", "each token", "logits [T, C]"],
    ["question-answering", "each token", "start, end [T, 2]"],
  ];
  const x = [MARGIN, 218, 330] as const;
  const width = [196, 106, WIDTH - MARGIN - 330] as const;
  return compose({
    title: "Seven heads on one encoder",
    height: 484,
    text:
      "One encoder gives a hidden state for each token and, by the pooler, one " +
      "for the sequence. Seven heads read one or the other: base, masked-lm, " +
      "next-sentence, pretraining, sequence-classification, " +
      "token-classification and question-answering.",
    content: [
      box(
        { x: MARGIN, y: 48, width: FULL, height: 34 },
        "BERT encoder: the same for all",
        "green",
      ),
      arrow([[150, 82], [150, 106]]),
      arrow([[370, 82], [370, 106]]),
      box({ x: MARGIN, y: 110, width: 240, height: 46 }, [
        "hidden states [T, D]",
        "one for each token",
      ], "blue"),
      box({ x: 264, y: 110, width: 240, height: 46 }, [
        "pooled state of [CLS], [D]",
        "one for the sequence",
      ], "blue"),
      ...["head", "reads", "gives"].map((name, i) => note(x[i]!, 188, name)),
      ...rows.flatMap((row, r) =>
        row.map((text, i) =>
          box(
            { x: x[i]!, y: 198 + 34 * r, width: width[i]!, height: 30 },
            text,
            (["green", "blue", "orange"] as const)[i]!,
            { size: 13 },
          )
        )
      ),
      note(MARGIN, 456, [
        "T tokens, D hidden size, V vocabulary, C classes. Only the",
        "head is new for a task; the encoder comes pretrained.",
      ]),
    ],
  }, variant);
}

/**
 * Which tokens a state knows, in BERT, GPT and ELMo.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function bertGptElmo(variant?: Variant): Figure {
  const words = ["the", "dog", "barked", "at", "us"];
  const at = 2;
  const seen = (y: number, sees: (i: number) => boolean): string[] => {
    const above = cells(words.map((_, i) => i === at ? "state" : ""), {
      y,
      tone: (i) => i === at ? "orange" : "grey",
    });
    const below = cells(words, {
      y: y + 82,
      tone: (i) => sees(i) ? "blue" : "grey",
    });
    return [
      above.svg,
      below.svg,
      ...below.centers.flatMap((x, i) =>
        sees(i)
          ? [arrow([[x, y + 80], [above.centers[at]! + 8 * (i - at), y + 30]])]
          : []
      ),
    ];
  };
  const chain = (y: number, name: string, indices: number[]): string[] => {
    const row = cells(words, {
      y,
      tone: (i) => indices.includes(i) ? "blue" : "grey",
    });
    const half = 45;
    return [
      note(MARGIN, y - 10, name),
      row.svg,
      ...indices.slice(0, -1).map((from, n) => {
        const to = indices[n + 1]!;
        const way = Math.sign(to - from);
        return arrow([
          [row.centers[from]! + way * (half - 20), y + 34],
          [row.centers[to]! - way * (half - 20), y + 34],
        ]);
      }),
    ];
  };
  const half = WIDTH / 2;
  return compose({
    title: "Who sees what: the state of “barked”",
    height: 652,
    text:
      "In BERT the state of a token depends on all tokens, left and right. In " +
      "GPT it depends on the tokens to the left and on itself. ELMo runs one " +
      "LSTM from the left and one from the right and concatenates their states.",
    content: [
      label(MARGIN, 64, "BERT", { bold: true }),
      note(MARGIN + 52, 64, "both ways at once, in every layer"),
      ...seen(76, () => true),
      label(MARGIN, 228, "GPT", { bold: true }),
      note(MARGIN + 44, 228, "left only, to predict the next token"),
      ...seen(240, (i) => i <= at),
      label(MARGIN, 392, "ELMo", { bold: true }),
      note(MARGIN + 54, 392, "two one-way LSTMs, joined only at the end"),
      ...chain(430, "LSTM from the left", [0, 1, 2]),
      ...chain(564, "LSTM from the right", [4, 3, 2]),
      down(half, 458, 486),
      box(
        { x: half - 165, y: 490, width: 330, height: 30 },
        "state: both concatenated",
        "orange",
      ),
      arrow([[half, 564], [half, 524]]),
      note(
        MARGIN,
        634,
        "blue: what the state depends on; grey: what it cannot see",
      ),
    ],
  }, variant);
}

/**
 * Encoder and decoder with cross-attention.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function encoderDecoder(variant?: Variant): Figure {
  const width = 216;
  const column = (x: number) => {
    const middle = x + width / 2;
    const part = (
      y: number,
      text: string | string[],
      tone: Tone,
      height = 30,
    ): string => box({ x, y, width, height }, text, tone, { size: 13 });
    return { middle, part };
  };
  const left = column(28), right = column(WIDTH - 28 - width);
  const frame = (x: number, y: number, height: number): string =>
    `<rect x="${x - 12}" y="${y}" width="${
      width + 24
    }" height="${height}" rx="8" class="fig-plain"/>`;
  const sublayers = (
    { middle, part }: ReturnType<typeof column>,
    names: string[],
  ): string[] =>
    names.flatMap((name, i) => {
      const y = 186 + 92 * i;
      return [
        down(middle, i === 0 ? 152 : y - 18, y - 4),
        part(y, name, "green"),
        down(middle, y + 30, y + 40),
        part(y + 44, "add, then LayerNorm", "green"),
      ];
    });
  return compose({
    title: "Encoder and decoder",
    height: 640,
    text:
      "The encoder reads the whole source with self-attention. The decoder " +
      "attends to its own tokens to the left and, by cross-attention, to the " +
      "states of the encoder, and predicts the next token.",
    content: [
      label(left.middle, 62, "encoder", { bold: true, anchor: "middle" }),
      label(right.middle, 62, "decoder", { bold: true, anchor: "middle" }),
      frame(28, 168, 200),
      frame(WIDTH - 28 - width, 168, 292),
      left.part(72, "source: dogs bark", "blue"),
      down(left.middle, 102, 118),
      left.part(122, "embeddings", "green"),
      right.part(72, "so far: [start] Hunde", "blue"),
      down(right.middle, 102, 118),
      right.part(122, "embeddings", "green"),
      ...sublayers(left, ["self-attention", "feed-forward layer"]),
      ...sublayers(right, [
        "causal self-attention",
        "cross-attention",
        "feed-forward layer",
      ]),
      down(left.middle, 352, 388),
      left.part(392, "encoder states [T, D]", "blue"),
      arrow([[244, 407], [260, 407], [260, 293], [276, 293]]),
      note(28, 444, [
        "They give cross-attention",
        "its keys and values; the",
        "decoder gives the queries.",
      ]),
      down(right.middle, 444, 478),
      right.part(482, "linear map, softmax", "green"),
      down(right.middle, 512, 528),
      right.part(532, "next token: bellen", "orange"),
      note(MARGIN, 592, [
        "Here they translate into German. Each frame is a layer,",
        "repeated L times. BERT is the encoder alone; GPT is the",
        "decoder without cross-attention.",
      ]),
    ],
  }, variant);
}

/**
 * Three outputs of one linear layer: probabilities that sum to 1, independent ones, a number.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function threeOutputs(variant?: Variant): Figure {
  const width = 156, gap = 10;
  const columns: {
    question: string;
    logits: string[];
    activation: string[];
    outputs: string[];
    answer: string;
    loss: string[];
  }[] = [{
    question: "Which class?",
    logits: ["2.0", "0.0", "−1.0"],
    activation: ["softmax", "over all classes"],
    outputs: ["0.84", "0.11", "0.04"],
    answer: "the largest: class 0",
    loss: ["cross-entropy,", "−ln of the right one"],
  }, {
    question: "Which labels?",
    logits: ["2.0", "0.0", "−1.0"],
    activation: ["sigmoid", "of each label"],
    outputs: ["0.88", "0.50", "0.27"],
    answer: "all that reach 0.5",
    loss: ["cross-entropy of yes", "and no, each label"],
  }, {
    question: "How much?",
    logits: ["2.0"],
    activation: ["nothing", "the logit is the value"],
    outputs: ["2.0"],
    answer: "the number 2.0",
    loss: ["the squared error,", "(2.0 − target)²"],
  }];
  const x = (i: number): number => MARGIN + i * (width + gap);
  return compose({
    title: "One linear layer, three kinds of answers",
    height: 506,
    text:
      "The pooled state goes through a linear layer. The softmax makes its logits " +
      "probabilities that sum to 1, for one class; the sigmoid makes a probability " +
      "of each, for several labels; a single logit can itself be the number.",
    content: [
      box(
        { x: MARGIN, y: 46, width: FULL, height: 30 },
        "pooled state of [CLS], [D]",
        "blue",
      ),
      ...columns.flatMap((column, i) => {
        const middle = x(i) + width / 2;
        const row = (y: number, texts: string[], tone: Tone): string =>
          cells(texts, { x: x(i), y, width, tone }).svg;
        const part = (y: number, text: string | string[], tone: Tone): string =>
          box({ x: x(i), y, width, height: 46 }, text, tone, { size: 13 });
        return [
          down(middle, 76, 100),
          part(
            104,
            ["linear layer", `D → ${column.logits.length}`],
            "green",
          ),
          down(middle, 150, 184),
          row(188, column.logits, "blue"),
          down(middle, 216, 236),
          part(240, column.activation, "green"),
          down(middle, 286, 306),
          row(310, column.outputs, "orange"),
          note(middle, 360, column.answer, { anchor: "middle" }),
          label(middle, 394, column.question, {
            bold: true,
            anchor: "middle",
          }),
          note(middle, 418, column.loss, { anchor: "middle" }),
        ];
      }),
      note(x(0) + width / 2 + 12, 172, "logits"),
      note(MARGIN, 468, [
        "D hidden size. The encoder and the linear layer are the same;",
        "what follows the logits, and the loss, is all that differs.",
      ]),
    ],
  }, variant);
}
