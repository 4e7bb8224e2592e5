import assert from "node:assert/strict";
import { IGNORE_INDEX } from "bertbook/batches/batches.ts";
import { maskedBatchesOf } from "bertbook/batches/masking.ts";
import { maskTokens, numMasked } from "bertbook/batches/masking.ts";
import {
  sentencePairs,
  sentenceSpans,
} from "bertbook/batches/sentence_pairs.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import {
  parseVocabulary,
  SPECIAL_TOKENS,
} from "bertbook/tokenizer/vocabulary.ts";

const WORDS = Array.from({ length: 90 }, (_, i) => `word${i}`);
const PIECES = ["##a", "##b", "##c", "##d", "##e"];
const vocabulary = parseVocabulary(
  [...SPECIAL_TOKENS, ...WORDS, ...PIECES].join("\n"),
  "vocab.txt",
);
const CLS = 2, SEP = 3, MASK = 4, FIRST_WORD = 5, FIRST_PIECE = 95;

/** `[CLS]`, words that differ, `[SEP]`, words, `[SEP]`. */
const sequence = (length: number): number[] => [
  CLS,
  ...Array.from(
    { length: length - 3 },
    (_, i) => i === 4 ? SEP : FIRST_WORD + i,
  ),
  FIRST_WORD + 60,
  SEP,
];

Deno.test("15 % of the tokens are chosen: 80 % hidden, 10 % exchanged, 10 % kept", () => {
  const fates = { hidden: 0, exchanged: 0, kept: 0 };
  const inputIds = sequence(60), rounds = 2000;
  const chosen = new Map<number, number>();
  for (let i = 0; i < rounds; i++) {
    const masked = maskTokens(inputIds, vocabulary, randomStream(7, i));
    assert.equal(masked.maskedPositions.length, 9);
    masked.maskedPositions.forEach((place, m) => {
      chosen.set(place, (chosen.get(place) ?? 0) + 1);
      assert.equal(masked.maskedLabels[m], inputIds[place]);
      const id = masked.inputIds[place];
      if (id === MASK) fates.hidden++;
      else if (id === inputIds[place]) fates.kept++;
      else fates.exchanged++;
    });
    const untouched = inputIds.map((id, t) =>
      masked.maskedPositions.includes(t) ? -1 : id
    );
    assert.deepEqual(
      masked.inputIds.map((id, t) =>
        masked.maskedPositions.includes(t) ? -1 : id
      ),
      untouched,
    );
  }
  // Of 18,000 draws, four standard deviations are 0.012 and 0.009. A random word is
  // the same word once in 95.
  const mlmProbability = (count: number): number => count / (9 * rounds);
  assert.ok(Math.abs(mlmProbability(fates.hidden) - 0.8) < 0.012);
  assert.ok(Math.abs(mlmProbability(fates.exchanged) - 0.1 * 94 / 95) < 0.009);
  assert.ok(Math.abs(mlmProbability(fates.kept) - 0.1 * 96 / 95) < 0.009);
  assert.ok(![0, 5, 59].some((place) => chosen.has(place)));
  assert.equal(chosen.size, 57);
  const [rarest] = [...chosen.values()].sort((a, b) => a - b);
  // 18,000 draws among 57 places: 316 each, four standard deviations 71.
  assert.ok(rarest! > 245, `the rarest place was chosen ${rarest} times`);
});

Deno.test("an exchanged word is never a special token", () => {
  const few = parseVocabulary([...SPECIAL_TOKENS, "a", "b"].join("\n"), "v");
  const inputIds = [CLS, 5, 6, 5, 6, 5, 6, SEP];
  for (let i = 0; i < 500; i++) {
    const masked = maskTokens(inputIds, few, randomStream(i), {
      mlmProbability: 0.9,
    });
    for (const place of masked.maskedPositions) {
      assert.ok([MASK, 5, 6].includes(masked.inputIds[place]!));
    }
  }
});

Deno.test("what is hidden follows from the stream; nothing is where all is special", () => {
  const inputIds = sequence(30);
  const at = (seed: number) =>
    maskTokens(inputIds, vocabulary, randomStream(seed));
  assert.deepEqual(at(3), at(3));
  assert.notDeepEqual(at(3), at(4));
  const none = maskTokens([CLS, SEP], vocabulary, randomStream(1));
  assert.deepEqual(none, {
    inputIds: [CLS, SEP],
    maskedPositions: [],
    maskedLabels: [],
  });
  assert.throws(
    () =>
      maskTokens(inputIds, vocabulary, randomStream(1), { mlmProbability: 0 }),
    {
      name: "RangeError",
      message: /mlmProbability must be in \(0, 1\); found 0$/,
    },
  );
});

Deno.test("whole words are hidden with all their pieces, within the number wanted", () => {
  // Six words of one, two and three pieces.
  const word = (pieces: number): number[] => [
    FIRST_WORD,
    ...Array.from({ length: pieces - 1 }, (_, i) => FIRST_PIECE + i),
  ];
  const inputIds = [CLS, ...[1, 3, 2, 3, 1, 2].flatMap(word), SEP];
  const starts = [1, 2, 5, 7, 10, 11, 13];
  for (let i = 0; i < 300; i++) {
    const { maskedPositions } = maskTokens(
      inputIds,
      vocabulary,
      randomStream(i),
      {
        mlmProbability: 0.3,
        wholeWordMasking: true,
      },
    );
    assert.ok(maskedPositions.length <= numMasked(inputIds.length, 0.3));
    for (let w = 0; w + 1 < starts.length; w++) {
      const inside = maskedPositions
        .filter((place) => place >= starts[w]! && place < starts[w + 1]!);
      const whole = starts[w + 1]! - starts[w]!;
      assert.ok([0, whole].includes(inside.length));
    }
  }
});

Deno.test("a word too long for the share is hidden in part, rather than nothing", () => {
  const long = [FIRST_WORD, FIRST_PIECE, FIRST_PIECE + 1, FIRST_PIECE + 2];
  const longer = [FIRST_WORD + 1, ...long.slice(1), FIRST_PIECE + 3];
  const inputIds = [CLS, ...long, ...longer, SEP]; // 15 % of 11 tokens are 2
  for (let i = 0; i < 50; i++) {
    const { maskedPositions } = maskTokens(
      inputIds,
      vocabulary,
      randomStream(i),
      {
        wholeWordMasking: true,
      },
    );
    assert.deepEqual(maskedPositions, [1, 2]);
  }
});

Deno.test("a vocabulary without [MASK] can hide nothing", () => {
  const pieces = [...SPECIAL_TOKENS.filter((piece) => piece !== "[MASK]"), "a"];
  const idOf = new Map(pieces.map((piece, id) => [piece, id]));
  assert.throws(
    () => maskTokens([2, 4, 3], { pieces, idOf }, randomStream(1)),
    {
      name: "RangeError",
      message: /Cannot mask tokens: the vocabulary must hold \[MASK\]/,
    },
  );
});

Deno.test("masked batches have one number of places for each shape", () => {
  const examples = [8, 20, 14, 9].map((length) => ({
    inputIds: sequence(length),
    tokenTypeIds: Array<number>(length).fill(0),
    label: 1,
  }));
  const options = { batchSize: 2, vocabulary, seed: 5, epoch: 1 };
  const [first, second] = [...maskedBatchesOf(examples, options)];
  // round(0.15 · 20) for each of two rows: 1 and 3 are labelled.
  assert.equal(first!.maskedPositions.length, 6);
  const labelled = [...first!.maskedLabels].filter((word) =>
    word !== IGNORE_INDEX
  );
  assert.equal(labelled.length, 4);
  assert.deepEqual([...first!.maskedLabels].slice(1, 3), [
    IGNORE_INDEX,
    IGNORE_INDEX,
  ]);
  first!.maskedLabels.forEach((word, m) => {
    if (word === IGNORE_INDEX) return;
    const place = first!.maskedPositions[m]!;
    const row = Math.floor(place / 20);
    assert.equal(examples[row]!.inputIds[place % 20], word);
    assert.equal(row, Math.floor(m / 3));
  });
  assert.equal(second!.maskedPositions.length, 4);
  assert.deepEqual([...first!.labels], [1, 1]);
});

Deno.test("an example's mask goes with its index and the epoch, not with its place", () => {
  const examples = Array.from({ length: 6 }, () => ({
    inputIds: sequence(40),
    tokenTypeIds: Array<number>(40).fill(0),
    label: 0,
  }));
  const masks = (epoch: number, order: number[]): Map<number, string> => {
    const options = { batchSize: 2, order, vocabulary, seed: 5, epoch };
    return new Map(
      [...maskedBatchesOf(examples, options)].flatMap(({ inputIds, indices }) =>
        indices.map((index, row) =>
          [index, inputIds.slice(row * 40, row * 40 + 40).join()] as const
        )
      ),
    );
  };
  const forward = masks(1, [0, 1, 2, 3, 4, 5]);
  const backward = masks(1, [5, 4, 3, 2, 1, 0]);
  for (const [index, inputIds] of forward) {
    assert.equal(backward.get(index), inputIds);
  }
  assert.notEqual(forward.get(0), forward.get(1));
  assert.notEqual(forward.get(0), masks(2, [0]).get(0));
});

Deno.test("half of the pairs follow each other, the others are from another document", () => {
  const documents = Array.from(
    { length: 500 },
    (_, d) => [0, 1, 2, 3].map((s) => `${d}:${s}`),
  );
  const pairs = sentencePairs(documents, randomStream(3));
  assert.equal(pairs.length, 1500);
  for (const { first, second, label } of pairs) {
    const [d, s] = first.split(":").map(Number);
    if (label === 0) assert.equal(second, `${d}:${s! + 1}`);
    else assert.notEqual(second.split(":")[0], String(d));
  }
  const share = pairs.filter(({ label }) => label === 0).length / 1500;
  assert.ok(Math.abs(share - 0.5) < 0.052, `share ${share}`);
  assert.throws(() => sentencePairs([["a", "b"]], randomStream(1)), RangeError);
  assert.throws(
    () => sentencePairs([["a"], []], randomStream(1)),
    /document 1 empty/,
  );
});

Deno.test("a sentence that does not follow may be taken from the same place", () => {
  const documents = Array.from(
    { length: 50 },
    (_, d) => [0, 1, 2].map((s) => `${d}:${s}`),
  );
  const pairs = sentencePairs(documents, randomStream(3), {
    wrong: "same place",
  });
  for (const { first, second } of pairs) {
    const place = (span: string): number => Number(span.split(":")[1]);
    assert.equal(place(second), place(first) + 1);
  }
  assert.ok(pairs.some(({ label }) => label === 1));
});

Deno.test("spansOf() joins neighbours and loses none", () => {
  assert.deepEqual(sentenceSpans(["a", "b", "c"], 2), ["a b", "c"]);
  assert.deepEqual(sentenceSpans([], 2), []);
  assert.throws(() => sentenceSpans(["a"], 0), RangeError);
});
