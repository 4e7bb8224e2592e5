import assert from "node:assert/strict";
import {
  encodeExamples,
  encodeTargets,
} from "bertbook/batches/encode_examples.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";

const PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "dogs", "bark"];
const TOKENIZER = new BertTokenizer(
  parseVocabulary(PIECES.join("\n") + "\n", "vocab.txt"),
);

Deno.test("encodeExamples() keeps labels and order, and cuts before [SEP]", () => {
  const examples = [
    { source: "a", label: 1, mark: "", text: "Dogs bark" },
    { source: "a", label: 5, mark: "*", text: "bark dogs bark" },
  ];
  const tokenTypeIds = [0, 0, 0, 0];
  assert.deepEqual(encodeExamples(TOKENIZER, examples, { maxLength: 4 }), [
    { inputIds: [2, 5, 6, 3], tokenTypeIds, label: 1, numTruncated: 0 },
    { inputIds: [2, 6, 5, 3], tokenTypeIds, label: 5, numTruncated: 1 },
  ]);
});

Deno.test("fault 43: encodeExamples() cuts where it is told to, and counts what it cut", () => {
  const examples = [{ text: "dogs\n\ndogs dogs bark bark bark", label: 1 }];
  const encoded = (truncation: "head" | "head+tail") =>
    encodeExamples(TOKENIZER, examples, { maxLength: 6, truncation })[0];
  const rest = { tokenTypeIds: [0, 0, 0, 0, 0, 0], label: 1, numTruncated: 2 };
  assert.deepEqual(encoded("head"), { inputIds: [2, 5, 5, 5, 6, 3], ...rest });
  assert.deepEqual(encoded("head+tail"), {
    inputIds: [2, 5, 6, 6, 6, 3],
    ...rest,
  });
});

Deno.test("encodeExamples() gives the second text of a pair type 1", () => {
  const examples = [{ text: "dogs", pair: "bark", label: 0 }];
  assert.deepEqual(encodeExamples(TOKENIZER, examples, { maxLength: 8 }), [{
    inputIds: [2, 5, 3, 6, 3],
    tokenTypeIds: [0, 0, 0, 1, 1],
    label: 0,
    numTruncated: 0,
  }]);
});

Deno.test("fault 43: encodeExamples() counts what each text and pair lost", () => {
  const text = "a b ".repeat(50), pair = "b a ".repeat(50);
  const encoded = encodeExamples(TOKENIZER, [
    { text, label: 0 },
    { text, pair, label: 1 },
    { text: "a", label: 0 },
  ], { maxLength: 16 });
  assert.deepEqual(
    encoded.map((
      { inputIds, numTruncated },
    ) => [inputIds.length, numTruncated]),
    [[16, 100 - 14], [16, 200 - 13], [3, 0]],
  );
});

Deno.test("encodeTargets() encodes as encodeExamples() does, and keeps the targets", () => {
  const texts = [
    { text: "dogs", pair: "bark bark", targets: [1, 0] },
    { text: "bark dogs bark dogs bark", targets: [0, 0] },
  ];
  for (const truncation of ["head", "head+tail"] as const) {
    const options = { maxLength: 5, truncation };
    const labelled = texts.map((each) => ({ ...each, label: 7 }));
    const expected = encodeExamples(TOKENIZER, labelled, options)
      .map(({ label: _, ...rest }, i) => ({
        ...rest,
        targets: texts[i]!.targets,
      }));
    assert.deepEqual(encodeTargets(TOKENIZER, texts, options), expected);
  }
});
