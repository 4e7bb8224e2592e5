import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { fillMask } from "bertbook/inference/fill_mask.ts";
import { toyHead } from "../checkpoint/_heads.ts";
import { TOY } from "../checkpoint/_toy.ts";
import { chirpHead } from "../model/_support.ts";

await tf.setBackend("cpu");

Deno.test("fillMask() gives words alone, though the table has rows of no word piece", async () => {
  const whole = toyHead("masked-lm");
  disposeTree(whole.params);
  const config = { ...TOY, vocabSize: 40 };
  const params = chirpHead("masked-lm", { config, numLabels: 0 });
  const model = { ...whole, config, params };
  const [guesses] = await fillMask(model, "the [MASK].", { top: 40 });
  const words = guesses!.map(({ word }) => word);
  assert.deepEqual(
    words.toSorted(),
    model.tokenizer.vocabulary.pieces.toSorted(),
  );
  // The other rows keep their share.
  const sum = guesses!.reduce((sum, { probability }) => sum + probability, 0);
  assert.ok(sum < 0.99, `${sum}`);
  disposeTree(params);
});
