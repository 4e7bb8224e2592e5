import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { BERT_TINY } from "bertbook/model/config.ts";
import {
  checkInput,
  type InputArrays,
  inputFrom,
} from "bertbook/model/input.ts";

await tf.setBackend("cpu");

const INPUT: InputArrays = {
  inputIds: [101, 5, 102, 101, 102, 0],
  tokenTypeIds: [0, 0, 1, 0, 1, 0],
  attentionMask: [1, 1, 1, 1, 1, 0],
  length: 3,
};

Deno.test("inputFrom() makes three tensors of the same shape", () => {
  const { inputIds, tokenTypeIds, attentionMask } = inputFrom(INPUT, BERT_TINY);
  assert.deepEqual(inputIds.arraySync(), [[101, 5, 102], [101, 102, 0]]);
  assert.deepEqual(tokenTypeIds.arraySync(), [[0, 0, 1], [0, 1, 0]]);
  assert.deepEqual(attentionMask.arraySync(), [[1, 1, 1], [1, 1, 0]]);
  assert.deepEqual([inputIds.dtype, tokenTypeIds.dtype], ["int32", "int32"]);
  tf.dispose([inputIds, tokenTypeIds, attentionMask]);
});

Deno.test("fault 49: checkInput() names the value and its place", () => {
  const cases: [Partial<InputArrays>, RegExp][] = [
    [
      { inputIds: [101, 5, 102, 101, 30_522, 0] },
      /found 30522 in sequence 1, position 1, vocabSize is 30522/,
    ],
    [
      { inputIds: [101, -1, 102, 101, 102, 0] },
      /found -1 in sequence 0, position 1/,
    ],
    [{ inputIds: [101, 0.5, 102, 101, 102, 0] }, /found 0\.5/],
    [
      { tokenTypeIds: [0, 0, 2, 0, 1, 0] },
      /token type.* found 2 .* typeVocabSize is 2/,
    ],
    [{ attentionMask: [1, 1, 1, 1, 0.5, 0] }, /mask value: .* found 0\.5/],
    [{ attentionMask: [1, 1, 1, 0, 1, 1] }, /sequence 1: .* begins with 0/],
    [{ tokenTypeIds: [0, 0, 1] }, /found 6, 3, 6/],
    [{ length: 4 }, /multiple of 4 values; found 6, 6, 6/],
    [{ length: 0 }, /between 1 and 512, .* found 0;/],
    [{ length: 513 }, /between 1 and 512, .* found 513; truncate them/],
    [{ inputIds: [], tokenTypeIds: [], attentionMask: [] }, /found 0, 0, 0/],
  ];
  for (const [change, message] of cases) {
    assert.throws(() => checkInput({ ...INPUT, ...change }, BERT_TINY), {
      name: "RangeError",
      message,
    });
  }
});
