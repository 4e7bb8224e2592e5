import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import assert from "node:assert/strict";
import type { EncodedExample } from "bertbook/batches/batches.ts";
import { runFunctionsEagerly } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { initHead } from "bertbook/model/heads/heads.ts";
import { pretrain } from "bertbook/training/pretrain.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { SPECIAL_TOKENS } from "bertbook/tokenizer/vocabulary.ts";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import { assertNoLeak, TOY_WITHOUT_DROPOUT } from "./_support.ts";

await startEngine({ engine: "tensorflow", threads: 2 });

const pieces = [...SPECIAL_TOKENS, ..."abcdefgh"];
const vocabulary = {
  pieces,
  idOf: new Map(pieces.map((piece, id) => [piece, id])),
};
const CONFIG = { ...TOY_WITHOUT_DROPOUT, vocabSize: pieces.length };

/** A sentence of these words, from 1. */
function sentence(...words: number[]): EncodedExample {
  const inputIds = [2, ...words.map((word) => 4 + word), 3];
  return { inputIds, tokenTypeIds: inputIds.map(() => 0), label: 0 };
}

Deno.test("pretrain() takes the mean over tokens, though micro-batches have few or none", async () => {
  const empty = sentence();
  const data = {
    train: [
      ...Array<EncodedExample>(5).fill(empty),
      sentence(1),
      empty,
      sentence(1, 2, 3, 4, 5, 6, 7, 8),
      sentence(3, 3, 3, 3),
      sentence(2),
      sentence(4, 5),
    ],
    validation: [sentence(1, 2, 3)],
  };
  const losses = async (): Promise<number[]> => {
    const model: HeadModel<"masked-lm"> = {
      head: "masked-lm",
      config: CONFIG,
      params: initHead("masked-lm", { config: CONFIG }, randomStream(7)),
      tokenizer: new BertTokenizer(vocabulary),
      labels: [],
      name: "toy",
    };
    const found: number[] = [];
    const recipe = { epochs: 1, batchSize: 3, learningRate: 5e-3, seed: 42 };
    for await (const event of pretrain(model, data, recipe)) {
      if (event.kind === "step") found.push(event.loss);
    }
    disposeTree(model.params);
    return found;
  };
  const ofWholeBatches = async (): Promise<number[]> => {
    runFunctionsEagerly(true);
    try {
      return await losses();
    } finally {
      runFunctionsEagerly(false);
    }
  };
  await assertNoLeak(async () => {
    const [found, expected] = [await losses(), await ofWholeBatches()];
    assert.equal(found.length, 4);
    for (const [i, loss] of found.entries()) {
      assert.ok(Math.abs(loss - expected[i]!) < 1e-4, `${found}; ${expected}`);
    }
    data.train = [empty, empty, empty];
    assert.deepEqual(await losses(), [0]);
  });
});
