import assert from "node:assert/strict";
import fc from "fast-check";
import { IGNORE_INDEX } from "bertbook/batches/batches.ts";
import { encodeEntities } from "bertbook/batches/encode_entities.ts";
import { encodeWords } from "bertbook/batches/encode_words.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import { assertAll } from "../_property.ts";

const PIECES = "[PAD] [UNK] [CLS] [SEP] [MASK] a ##b c d ".split(" ");
const tokenizer = new BertTokenizer(
  parseVocabulary(PIECES.join("\n").trim(), "vocab.txt"),
);
const CLS = 2, SEP = 3, UNK = 1, A = 5, B = 6, C = 7, D = 8;
const X = IGNORE_INDEX;

Deno.test("the first piece of a word has its tag", () => {
  const examples = [
    { words: ["abb", "c", "D"], tags: [3, 0, 4] },
    { words: ["c"], tags: [2] },
  ];
  const encoded = encodeEntities(tokenizer, examples, { maxLength: 9 });
  assert.deepEqual(encoded, [{
    inputIds: [CLS, A, B, B, C, D, SEP],
    tokenTypeIds: [0, 0, 0, 0, 0, 0, 0],
    tokenLabels: [X, 3, X, X, 0, 4, X],
    sentence: 0,
    firstWord: 0,
    wordPositions: [1, 4, 5],
  }, {
    inputIds: [CLS, C, SEP],
    tokenTypeIds: [0, 0, 0],
    tokenLabels: [X, 2, X],
    sentence: 1,
    firstWord: 0,
    wordPositions: [1],
  }]);
});

Deno.test("a word that the tokenizer makes nothing of becomes [UNK]", () => {
  const words = ["\u200B", "", "\u0301", "<unk>", "c"];
  const [encoded] = encodeEntities(
    tokenizer,
    [{ words, tags: [1, 2, 3, 4, 5] }],
    { maxLength: 9 },
  );
  assert.deepEqual(encoded!.inputIds, [CLS, UNK, UNK, UNK, UNK, C, SEP]);
  assert.deepEqual(encoded!.tokenLabels, [X, 1, 2, 3, 4, 5, X]);
});

Deno.test("a long sentence is cut between words", () => {
  const words = ["c", "abb", "d", "c"];
  const encoded = encodeWords(tokenizer, [words], { maxLength: 6 });
  assert.deepEqual(
    encoded.map((
      { inputIds, wordPositions, firstWord },
    ) => [inputIds, wordPositions, firstWord]),
    [
      [[CLS, C, A, B, B, SEP], [1, 2], 0],
      [[CLS, D, C, SEP], [1, 2], 2],
    ],
  );
});

Deno.test("windows share words, and each word is one window's own", () => {
  const words = ["a", "c", "d", "a", "c", "d", "a", "c"];
  const examples = [{ words, tags: [0, 1, 2, 3, 4, 5, 6, 7] }];
  const encoded = encodeEntities(tokenizer, examples, {
    maxLength: 8,
    stride: 4,
  });
  assert.deepEqual(
    encoded.map(({ inputIds, tokenLabels }) => [inputIds, tokenLabels]),
    [
      // Words 2 to 5 are shared: 2 and 3 belong to the first window.
      [[CLS, A, C, D, A, C, D, SEP], [X, 0, 1, 2, 3, X, X, X]],
      [[CLS, D, A, C, D, A, C, SEP], [X, X, X, 4, 5, 6, 7, X]],
    ],
  );
});

Deno.test("of an odd number of shared words the first window has one more", () => {
  const words = ["a", "c", "d", "a", "c", "d", "a"];
  const encoded = encodeWords(tokenizer, [words], { maxLength: 8, stride: 3 });
  assert.deepEqual(encoded.map(({ firstWord }) => firstWord), [0, 5]);
});

Deno.test("of a word that is longer than a window the last pieces are cut off", () => {
  const encoded = encodeWords(tokenizer, [["c", "abbb", "c"]], {
    maxLength: 4,
  });
  assert.deepEqual(
    encoded.map(({ inputIds }) => inputIds),
    [[CLS, C, SEP], [CLS, A, B, SEP], [CLS, C, SEP]],
  );
});

Deno.test("whatever the lengths are, every word has its tag once, in order", () => {
  const word = fc.constantFrom("a", "ab", "abb", "abbbb", "c", "\u200B", "zzz");
  const sentences = fc.array(fc.array(word, { maxLength: 20 }), {
    maxLength: 4,
  });
  const lengths = fc.integer({ min: 3, max: 16 }).chain((maxLength) =>
    fc.record({
      maxLength: fc.constant(maxLength),
      stride: fc.integer({ min: 0, max: maxLength - 3 }),
    })
  );
  assertAll(fc.property(sentences, lengths, (words, options) => {
    const examples = words.map((each) => ({
      words: each,
      tags: each.map((_, i) => i),
    }));
    const encoded = encodeEntities(tokenizer, examples, options);
    const tags = words.map((): number[] => []);
    for (const window of encoded) {
      const { inputIds, tokenTypeIds, tokenLabels, wordPositions } = window;
      assert.ok(inputIds.length <= options.maxLength);
      assert.equal(tokenTypeIds.length, inputIds.length);
      assert.equal(tokenLabels.length, inputIds.length);
      assert.deepEqual([inputIds[0], inputIds.at(-1)], [CLS, SEP]);
      const own = wordPositions.map((position) => tokenLabels[position]!);
      assert.ok(own.length > 0);
      assert.equal(own[0], window.firstWord);
      assert.deepEqual(tokenLabels.filter((label) => label !== X), own);
      tags[window.sentence]!.push(...own);
      for (const [i, tag] of own.entries()) {
        const pieces = tokenizer.tokenize(words[window.sentence]![tag]!);
        const expected = PIECES.indexOf(pieces[0] ?? "[UNK]");
        assert.equal(inputIds[wordPositions[i]!], expected);
      }
    }
    assert.deepEqual(tags, examples.map((example) => example.tags));
  }));
});

Deno.test("tags and lengths that cannot be used are refused", () => {
  const examples = [{ words: ["a", "c"], tags: [1] }];
  assert.throws(() => encodeEntities(tokenizer, examples, { maxLength: 9 }), {
    name: "RangeError",
    message:
      "Cannot encode example 0: it must have a tag for each word; found " +
      "2 words, 1 tags",
  });
  const refused = (options: { maxLength: number; stride?: number }): void =>
    assert.throws(() => encodeWords(tokenizer, [["a"]], options), RangeError);
  refused({ maxLength: 2 });
  refused({ maxLength: NaN });
  refused({ maxLength: 9, stride: 7 });
  refused({ maxLength: 9, stride: -1 });
});
