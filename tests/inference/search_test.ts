import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { embed } from "bertbook/inference/embed.ts";
import {
  cosineSimilarity,
  indexTexts,
  searchTexts,
} from "bertbook/inference/search.ts";
import { newModel } from "../training/_support.ts";

await tf.setBackend("cpu");

Deno.test("cosineSimilarity() is the cosine, of any length and direction", () => {
  // a = (1, 2, 2), b = (2, −1, 2): a · b = 4, |a| = |b| = 3.
  const near = (actual: number, expected: number): void =>
    assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);
  near(cosineSimilarity([1, 2, 2], [2, -1, 2]), 4 / 9);
  near(cosineSimilarity([10, 20, 20], Float32Array.of(2, -1, 2)), 4 / 9);
  near(cosineSimilarity([1, 2, 2], [-1, -2, -2]), -1);
  assert.equal(cosineSimilarity([0, 0], [1, 2]), 0);
  assert.throws(() => cosineSimilarity([1, 2], [1]), {
    name: "RangeError",
    message: /same length; found 2 and 1; were they made by the same model\?$/,
  });
});

Deno.test("searchTexts() finds the most similar texts, the first of equal ones first", async () => {
  const index = {
    texts: ["north", "east", "south", "still north"],
    embeddings: [[0, 1], [1, 0], [0, -1], [0, 2]],
  };
  const found = await searchTexts(index, [0.6, 0.8]);
  assert.deepEqual(found, [
    { position: 0, text: "north", similarity: 0.8 },
    { position: 3, text: "still north", similarity: 0.8 },
    { position: 1, text: "east", similarity: 0.6 },
    { position: 2, text: "south", similarity: -0.8 },
  ]);
  assert.deepEqual(
    await searchTexts(index, [0.6, 0.8], { top: 2 }),
    found.slice(0, 2),
  );
});

Deno.test("an index finds each of its texts by the text itself", async () => {
  const model = newModel();
  const texts = ["word1 word2", "word3", "word40 word41 word42"];
  const options = { pooling: "cls", normalize: false } as const;
  const index = await indexTexts(model, texts, options);
  assert.deepEqual(index.embeddings, await embed(model, texts, options));
  for (const [position, text] of texts.entries()) {
    const [best, second] = await searchTexts(index, text);
    assert.equal(best!.position, position);
    assert.ok(Math.abs(best!.similarity - 1) < 1e-6);
    assert.ok(second!.similarity < 1 - 1e-6);
  }
  disposeTree(model.params);
});

Deno.test("searchTexts() refuses what it cannot search", async () => {
  const index = { texts: ["a", "b"], embeddings: [[1, 0], [0, 1]] };
  await assert.rejects(searchTexts(index, "a"), {
    name: "TypeError",
    message: /must have embedQuery; found none; make it with indexTexts\(\)/,
  });
  await assert.rejects(searchTexts(index, [1]), /found 1 and 2/);
  await assert.rejects(searchTexts({ ...index, texts: [] }, [1, 0]), {
    name: "RangeError",
    message: /found 0 texts and 2 embeddings$/,
  });
  await assert.rejects(searchTexts(index, [1, 0], { top: 0 }), /top: it must/);
  await assert.rejects(
    searchTexts(index, [1, 0], { topK: 1 } as never),
    /did you mean "top"\?/,
  );
});
