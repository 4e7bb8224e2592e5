/** Figures of training: pretraining, fine-tuning, the loop, the splits. @module */

import {
  arrow,
  box,
  type Cells,
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
 * Pretraining once and fine-tuning often, against training from nothing.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function fineTuning(variant?: Variant): Figure {
  const each = 152;
  const x = [MARGIN, 184, WIDTH - MARGIN - each];
  const centers = x.map((left) => left + each / 2);
  const row = (
    y: number,
    texts: (string | string[])[],
    tone: Tone,
    height = 30,
  ): string[] =>
    texts.map((text, i) =>
      box({ x: x[i]!, y, width: each, height }, text, tone, { size: 13 })
    );
  const downs = (from: number, to: number): string[] =>
    centers.map((at) => down(at, from, to));
  const trained = (how: string): string[][] =>
    centers.map(() => [`${how} on a`, "few thousand", "labelled texts"]);
  const tasks = ["acceptability", "questions", "reviews"];
  const wide = (y: number, text: string, tone: Tone): string =>
    box({ x: 76, y, width: 368, height: 30 }, text, tone);
  return compose({
    title: "Pretrain once, fine-tune for each task",
    height: 640,
    text:
      "BERT is pretrained once on much text without labels. Each task then " +
      "starts from the same pretrained parameters, adds a head and trains on a " +
      "few thousand labelled texts. From nothing, each task starts with random " +
      "parameters and has only those texts to learn the language from.",
    content: [
      wide(48, "much text, no labels: books, Wikipedia", "blue"),
      down(260, 78, 96),
      wide(100, "pretraining: predict masked tokens", "green"),
      note(452, 119, "once"),
      down(260, 130, 148),
      wide(152, "pretrained BERT", "orange"),
      arrow([[160, 182], [centers[0]!, 214]]),
      down(260, 182, 214),
      arrow([[360, 182], [centers[2]!, 214]]),
      ...row(
        218,
        centers.map(() => ["the encoder", "and a new head"]),
        "green",
        46,
      ),
      ...downs(264, 286),
      ...row(290, trained("fine-tuning"), "blue", 62),
      ...downs(352, 374),
      ...row(378, tasks, "orange"),
      label(MARGIN, 446, "From nothing", { bold: true }),
      ...row(460, centers.map(() => "random parameters"), "grey"),
      ...downs(490, 512),
      ...row(516, trained("training"), "blue", 62),
      note(MARGIN, 602, [
        "Each task has to learn the language again, from these few",
        "texts alone.",
      ]),
    ],
  }, variant);
}

/**
 * The loop of steps and epochs.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function trainingLoop(variant?: Variant): Figure {
  const left = 122, width = 200, middle = left + width / 2, side = 336;
  const steps: [text: string, tone: Tone, why: string[]][] = [
    ["batch", "blue", ["some texts and", "their labels"]],
    ["forward pass", "green", ["gives logits;", "dropout is on"]],
    ["loss", "orange", ["how wrong? cross-", "entropy, in nats"]],
    ["gradients", "green", ["how the loss changes", "with each parameter"]],
    ["gradient clipping", "green", [
      "scale them down if",
      "their norm is large",
    ]],
    ["AdamW", "green", ["changes the parameters", "by the learning rate"]],
  ];
  const y = (i: number): number => 92 + 58 * i;
  const last = y(steps.length - 1), evaluation = last + 76;
  return compose({
    title: "The training loop",
    height: 556,
    text:
      "A step takes a batch through the forward pass, the loss, the gradients, " +
      "gradient clipping and AdamW, and continues with the next batch. After the " +
      "last batch of an epoch the model is evaluated on the validation set.",
    content: [
      ...steps.flatMap(([text, tone, why], i) => [
        box({ x: left, y: y(i), width, height: 34 }, text, tone),
        note(side, y(i) + 13, why),
        ...(i === 0 ? [] : [down(middle, y(i - 1) + 34, y(i) - 4)]),
      ]),
      arrow([
        [left, last + 17],
        [96, last + 17],
        [96, y(0) + 17],
        [left - 4, y(0) + 17],
      ]),
      note(90, y(2) + 12, ["next", "step"], { anchor: "end" }),
      down(middle, last + 34, evaluation - 4),
      note(middle + 12, last + 60, "after the last batch"),
      box({ x: left, y: evaluation, width, height: 46 }, [
        "evaluation on the",
        "validation set",
      ], "orange"),
      note(side, evaluation + 18, ["no dropout,", "no gradients"]),
      arrow([
        [left, evaluation + 23],
        [36, evaluation + 23],
        [36, 64],
        [middle, 64],
        [middle, y(0) - 4],
      ]),
      note(middle + 12, 70, "next epoch, in a new order"),
      note(MARGIN, 538, "An epoch is one pass over the training set."),
    ],
  }, variant);
}

/**
 * Training, validation and test set.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function dataSplits(variant?: Variant): Figure {
  const segments: [name: string, x: number, width: number, tone: Tone][] = [
    ["training set", MARGIN, 280, "blue"],
    ["validation set", 300, 110, "green"],
    ["test set", 414, 90, "orange"],
  ];
  const uses = [
    ["The model learns from it: only its", "texts give gradients."],
    [
      "It chooses the learning rate and the",
      "best epoch. The choice fits this set,",
      "so its score is a little too good.",
    ],
    [
      "It judges once, at the end. Nothing is",
      "chosen by it, so its score is honest.",
    ],
  ];
  const y = [146, 206, 278];
  return compose({
    title: "Three sets of texts, three uses",
    height: 374,
    text:
      "The labelled texts are divided into a training set, which the model " +
      "learns from, a validation set, which chooses settings and the best epoch, " +
      "and a test set, which judges once at the end.",
    content: [
      note(MARGIN, 62, "all labelled texts; each text is in one set only"),
      ...segments.map(([name, x, width, tone]) =>
        box({ x, y: 74, width, height: 38 }, name, tone, { size: 13 })
      ),
      ...segments.flatMap(([name, , , tone], i) => [
        box({ x: MARGIN, y: y[i]!, width: 126, height: 38 }, name, tone),
        note(156, y[i]! + (i === 1 ? 8 : 16), uses[i]!, {
          muted: false,
          size: 14,
        }),
      ]),
      note(
        MARGIN,
        354,
        "Looking often at the test set turns it into a validation set.",
      ),
    ],
  }, variant);
}

/**
 * Labels, training, looking and relabelling, again and again.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function labelLoop(variant?: Variant): Figure {
  const width = 150, height = 50, right = WIDTH - MARGIN - width;
  const x = [MARGIN, right, right, MARGIN], y = [110, 110, 260, 260];
  const steps: [text: string | string[], tone: Tone][] = [
    ["label", "orange"],
    ["train", "green"],
    ["look", "orange"],
    ["relabel", "orange"],
  ];
  const [top, bottom] = [y[0]! + height / 2, y[2]! + height / 2];
  const middle = WIDTH / 2;
  return compose({
    title: "Your own data are never finished",
    height: 396,
    text:
      "A loop of four steps: people label texts, a model is trained, people look " +
      "at its mistakes and at suspect labels, and correct labels. Then the model " +
      "is trained again. A test set whose labels are right judges each round.",
    content: [
      note(MARGIN, 62, "orange: people read; green: the computer works"),
      ...steps.map(([text, tone], i) =>
        box({ x: x[i]!, y: y[i]!, width, height }, text, tone, { bold: true })
      ),
      arrow([[MARGIN + width, top], [right - 4, top]]),
      note(middle, top - 10, "a table", { anchor: "middle" }),
      down(right + width / 2, y[0]! + height, y[2]! - 4),
      note(right + width / 2 - 10, 200, ["mistakes,", "suspect labels"], {
        anchor: "end",
      }),
      arrow([[right, bottom], [MARGIN + width + 4, bottom]]),
      note(middle, bottom - 10, "rows to read", { anchor: "middle" }),
      arrow([
        [MARGIN + width / 2, y[2]!],
        [MARGIN + width / 2, 190],
        [middle + 60, 190],
        [middle + 60, 150],
        [right - 4, 150],
      ]),
      note(MARGIN + width / 2 + 10, 212, "a better table"),
      note(MARGIN, 348, [
        "A test set whose labels are right, and which nobody trains",
        "on, judges each round. The loop ends when a round no longer",
        "makes a difference.",
      ]),
    ],
  }, variant);
}

/**
 * Masked words and next sentence: what BERT is pretrained on.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function maskedWords(variant?: Variant): Figure {
  const tokens = ["[CLS]", "the", "dog", "chased", "the", "cat", ".", "[SEP]"];
  const at = 2;
  const row = (
    y: number,
    word: string,
    tone: Tone,
    others: Tone = "blue",
  ): Cells =>
    cells(tokens.map((token, i) => i === at ? word : token), {
      y,
      tone: (i) => i === at ? tone : others,
    });
  const input = (y: number, name: string, word: string): string[] => [
    note(MARGIN, y - 8, name),
    row(y, word, "vermilion").svg,
  ];
  const center = row(0, "dog", "blue").centers[at]!;
  return compose({
    title: "The two tasks of pretraining",
    height: 664,
    text:
      "Masked language modelling: 15 % of the tokens are chosen; 80 % of those " +
      "become [MASK], 10 % a random token, 10 % stay, and BERT predicts the " +
      "original. Next sentence prediction: from the state of [CLS], whether " +
      "sentence B follows sentence A.",
    content: [
      label(MARGIN, 62, "Masked language modelling", { bold: true }),
      note(MARGIN, 86, "15 % of the tokens are chosen, here “dog”"),
      row(94, "dog", "vermilion").svg,
      ...input(156, "in 80 % of the cases it becomes [MASK]", "[MASK]"),
      ...input(214, "in 10 % a random token", "lamp"),
      ...input(272, "in 10 % it stays", "dog"),
      down(center, 302, 326),
      box({ x: MARGIN, y: 330, width: FULL, height: 30 }, "BERT", "green"),
      down(center, 360, 384),
      row(388, "dog?", "orange", "grey").svg,
      note(MARGIN, 436, "Only the chosen tokens count in the loss."),
      label(MARGIN, 482, "Next sentence prediction", { bold: true }),
      ...([
        ["[CLS]", 16, 58, "orange"],
        ["sentence A", 78, 148, "blue"],
        ["[SEP]", 230, 58, "blue"],
        ["sentence B", 292, 148, "blue"],
        ["[SEP]", 444, 60, "blue"],
      ] as const).map(([text, x, width, tone]) =>
        box({ x, y: 496, width, height: 30 }, text, tone, { size: 13 })
      ),
      down(45, 526, 554),
      note(62, 546, "BERT, pooler, linear map"),
      box(
        { x: MARGIN, y: 558, width: FULL, height: 30 },
        "does B follow A?",
        "orange",
      ),
      note(MARGIN, 612, [
        "Half of the pairs follow each other in their text; in the",
        "other half B is from anywhere.",
      ]),
    ],
  }, variant);
}
