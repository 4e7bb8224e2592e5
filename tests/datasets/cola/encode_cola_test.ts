import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import assert from "node:assert/strict";
import { encodeCola } from "bertbook/datasets/cola/encode_cola.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";

const PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "dogs", "bark"];
const TOKENIZER = new BertTokenizer(
  parseVocabulary(PIECES.join("\n") + "\n", "vocab.txt"),
);

Deno.test("encodeCola() keeps labels and order, and cuts before [SEP]", () => {
  const examples = [
    { source: "a", label: 1 as const, mark: "", sentence: "Dogs bark" },
    { source: "a", label: 0 as const, mark: "*", sentence: "bark dogs bark" },
  ];
  assert.deepEqual(encodeCola(examples, TOKENIZER, { maxLength: 4 }), [
    { inputIds: [2, 5, 6, 3], tokenTypeIds: [0, 0, 0, 0], label: 1 },
    { inputIds: [2, 6, 5, 3], tokenTypeIds: [0, 0, 0, 0], label: 0 },
  ]);
});
