import fc from "fast-check";
import assert from "node:assert/strict";
import {
  buildInputsWithSpecialTokens,
  truncate,
  truncatedLengths,
} from "bertbook/tokenizer/encoding.ts";
import { assertAll } from "../_property.ts";
import { vocabularyOf } from "./_support.ts";

const VOCABULARY = vocabularyOf("a", "b");
const a = (count: number): string[] => new Array<string>(count).fill("a");
const b = (count: number): string[] => new Array<string>(count).fill("b");

Deno.test("buildInputsWithSpecialTokens() puts one sentence between [CLS] and [SEP]", () => {
  assert.deepEqual(
    buildInputsWithSpecialTokens(["a", "b"], undefined, VOCABULARY),
    {
      tokens: ["[CLS]", "a", "b", "[SEP]"],
      inputIds: [2, 5, 6, 3],
      tokenTypeIds: [0, 0, 0, 0],
      attentionMask: [1, 1, 1, 1],
      numTruncated: 0,
    },
  );
});

Deno.test("buildInputsWithSpecialTokens() gives the second sentence and its [SEP] segment 1", () => {
  assert.deepEqual(
    buildInputsWithSpecialTokens(["a"], ["b", "b"], VOCABULARY, { padTo: 8 }),
    {
      tokens: ["[CLS]", "a", "[SEP]", "b", "b", "[SEP]", "[PAD]", "[PAD]"],
      inputIds: [2, 5, 3, 6, 6, 3, 0, 0],
      tokenTypeIds: [0, 0, 0, 1, 1, 1, 0, 0],
      attentionMask: [1, 1, 1, 1, 1, 1, 0, 0],
      numTruncated: 0,
    },
  );
});

Deno.test("buildInputsWithSpecialTokens() masks by position: a [PAD] written in the text counts", () => {
  const { inputIds, attentionMask } = buildInputsWithSpecialTokens(
    ["[PAD]", "a"],
    undefined,
    VOCABULARY,
    { padTo: 6 },
  );
  assert.deepEqual(inputIds, [2, 0, 5, 3, 0, 0]);
  assert.deepEqual(attentionMask, [1, 1, 1, 1, 0, 0]);
});

Deno.test("fault 49: buildInputsWithSpecialTokens() cuts in front of [SEP] and counts what it cut", () => {
  const encoding = buildInputsWithSpecialTokens(a(10), undefined, VOCABULARY, {
    maxLength: 5,
  });
  assert.deepEqual(encoding.tokens, ["[CLS]", "a", "a", "a", "[SEP]"]);
  assert.equal(encoding.numTruncated, 7);
  const pair = buildInputsWithSpecialTokens(a(9), b(1), VOCABULARY, {
    maxLength: 7,
  });
  assert.equal(pair.tokens.join(" "), "[CLS] a a a [SEP] b [SEP]");
  assert.equal(pair.numTruncated, 6);
});

Deno.test("buildInputsWithSpecialTokens() can leave nothing but special tokens", () => {
  const { tokens, numTruncated } = buildInputsWithSpecialTokens(
    a(3),
    b(4),
    VOCABULARY,
    {
      maxLength: 3,
    },
  );
  assert.deepEqual(tokens, ["[CLS]", "[SEP]", "[SEP]"]);
  assert.equal(numTruncated, 7);
});

Deno.test("truncatedLengths() spares the shorter sentence", () => {
  assert.deepEqual(truncatedLengths(3, 4, 7), [3, 4]);
  assert.deepEqual(truncatedLengths(2, 20, 10), [2, 8]);
  assert.deepEqual(truncatedLengths(20, 2, 10), [8, 2]);
  assert.deepEqual(truncatedLengths(20, 30, 11), [5, 6]);
  assert.deepEqual(truncatedLengths(30, 20, 11), [6, 5]);
  assert.deepEqual(truncatedLengths(9, 0, 4), [4, 0]);
});

const count = fc.nat(40);

Deno.test("truncatedLengths() fills the room, and lengthens nothing", () => {
  assertAll(fc.property(count, count, count, (first, second, room) => {
    const [keptFirst, keptSecond] = truncatedLengths(first, second, room);
    assert.equal(keptFirst + keptSecond, Math.min(first + second, room));
    assert.ok(0 <= keptFirst && keptFirst <= first);
    assert.ok(0 <= keptSecond && keptSecond <= second);
  }));
});

Deno.test("every encoding has one length, a mask of its tokens, and all [SEP]", () => {
  const lengths = fc.tuple(count, fc.option(count, { nil: undefined }), count);
  assertAll(fc.property(lengths, count, ([first, second, room], padding) => {
    const numSpecial = second === undefined ? 2 : 3;
    const maxLength = numSpecial + room;
    const padTo = maxLength + padding;
    const encoding = buildInputsWithSpecialTokens(
      a(first),
      second === undefined ? undefined : b(second),
      VOCABULARY,
      { maxLength, padTo },
    );
    const { tokens, inputIds, tokenTypeIds, attentionMask, numTruncated } =
      encoding;
    for (const list of [tokens, inputIds, tokenTypeIds, attentionMask]) {
      assert.equal(list.length, padTo);
    }
    const numTokens = tokens.filter((token) => token !== "[PAD]").length;
    const total = first + (second ?? 0) + numSpecial;
    assert.equal(numTokens, Math.min(maxLength, total));
    assert.equal(numTruncated, total - numTokens);
    assert.equal(attentionMask.lastIndexOf(1), numTokens - 1);
    assert.equal(attentionMask.reduce((sum, m) => sum + m), numTokens);
    assert.equal(tokens[numTokens - 1], "[SEP]");
    assert.equal(inputIds.filter((id) => id === 3).length, numSpecial - 1);
  }));
});

Deno.test("buildInputsWithSpecialTokens() refuses lengths without room", () => {
  for (const maxLength of [0, 1, -3, NaN]) {
    assert.throws(
      () =>
        buildInputsWithSpecialTokens([], undefined, VOCABULARY, { maxLength }),
      {
        name: "RangeError",
        message: new RegExp(`room for 2 .* maxLength=${maxLength}`),
      },
    );
  }
  assert.throws(
    () =>
      buildInputsWithSpecialTokens(a(1), b(1), VOCABULARY, { maxLength: 2 }),
    RangeError,
  );
  assert.throws(
    () =>
      buildInputsWithSpecialTokens(a(3), undefined, VOCABULARY, { padTo: 4 }),
    {
      name: "RangeError",
      message: /padTo=4, length=5; set maxLength=4/,
    },
  );
  for (const padTo of [5.5, Infinity, NaN]) {
    assert.throws(
      () =>
        buildInputsWithSpecialTokens(a(3), undefined, VOCABULARY, { padTo }),
      {
        name: "RangeError",
        message: new RegExp(`must be a whole number.*padTo=${padTo}, length=5`),
      },
    );
  }
});

Deno.test("truncate() keeps a quarter from the head and the rest from the end", () => {
  const pieces = Array.from({ length: 600 }, (_, i) => `w${i}`);
  const kept = truncate(pieces, 510, "head+tail");
  // Sun et al. (2019): the first 128 and the last 382 tokens.
  assert.deepEqual(kept, [...pieces.slice(0, 128), ...pieces.slice(-382)]);
  assert.deepEqual(truncate(pieces, 510, "head"), pieces.slice(0, 510));
  assert.deepEqual(truncate(pieces, 600, "head+tail"), pieces);
});

Deno.test("truncate() never begins the end with a torn word", () => {
  const pieces = ["a", "b", "c", "##d", "##e", "f", "g"];
  assert.deepEqual(truncate(pieces, 5, "head+tail"), ["a", "f", "g"]);
  assert.deepEqual(truncate(["a", "##b", "##c"], 2, "head+tail"), ["a"]);
});

Deno.test("fault 49: buildInputsWithSpecialTokens() cuts the middle, counts it, and keeps every [SEP]", () => {
  assertAll(
    fc.property(
      fc.nat(30),
      fc.option(fc.nat(30), { nil: undefined }),
      fc.integer({ min: 3, max: 40 }),
      (numFirst, numSecond, maxLength) => {
        const second = numSecond === undefined ? undefined : b(numSecond);
        const options = { maxLength, truncation: "head+tail" } as const;
        const { tokens, numTruncated, inputIds } = buildInputsWithSpecialTokens(
          a(numFirst),
          second,
          VOCABULARY,
          options,
        );
        const numSpecial = second === undefined ? 2 : 3;
        assert.equal(
          tokens.filter((t) => t === "[SEP]").length,
          numSpecial - 1,
        );
        assert.equal(tokens.at(-1), "[SEP]");
        assert.equal(
          tokens.length + numTruncated,
          numFirst + (numSecond ?? 0) + numSpecial,
        );
        assert.equal(
          inputIds.length,
          Math.min(maxLength, inputIds.length + numTruncated),
        );
      },
    ),
  );
});

Deno.test("truncate() refuses an end that it does not know", () => {
  const unknown = "tail" as "head";
  assert.throws(() => truncate(["a", "b"], 1, unknown), {
    name: "RangeError",
    message:
      'Cannot truncate a text: truncation must be "head" or "head+tail"; ' +
      'found "tail"',
  });
});
