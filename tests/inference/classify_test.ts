import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { softmax } from "bertbook/evaluation/probabilities.ts";
import { classify } from "bertbook/inference/classify.ts";
import { predict } from "bertbook/inference/predict.ts";
import { assertNoLeak, newModel } from "../training/_support.ts";

await tf.setBackend("cpu");

const TEXTS = ["word9 word7", "word8", "word30 word31 word32 word33 word34"];

Deno.test("classify() gives label and probabilities of each text in order", async () => {
  const model = newModel();
  const encoded = TEXTS.map((text) => model.tokenizer.encode(text));
  assert.ok(new Set(encoded.flatMap(({ inputIds }) => inputIds)).size > 8);
  const { logits, predictions } = await predict(model, encoded);
  for (const batchSize of [1, 32]) {
    const answers = await classify(model, TEXTS, { batchSize });
    for (
      const [i, { label, probability, probabilities }] of answers.entries()
    ) {
      const expected = softmax(logits[i]!);
      assert.equal(label, model.labels[predictions[i]!]);
      assert.equal(probability, probabilities[label]);
      assert.deepEqual(Object.keys(probabilities), model.labels);
      Object.values(probabilities).forEach((value, id) =>
        assert.ok(Math.abs(value - expected[id]!) < 1e-6)
      );
    }
  }
  disposeTree(model.params);
});

Deno.test("classify() truncates what the model cannot read, as asked", async () => {
  const model = newModel();
  const words = Array.from({ length: 40 }, (_, i) => `word${i}`);
  const long = words.join(" ");
  const limit = model.config.maxPositionEmbeddings - 2;
  const [whole] = await classify(model, [long]);
  const [head] = await classify(model, [words.slice(0, limit).join(" ")]);
  assert.deepEqual(whole, { ...head, numTruncated: whole!.numTruncated });
  assert.ok(whole!.numTruncated > 0);
  assert.equal(head!.numTruncated, 0);
  const [short] = await classify(model, [long], { maxLength: 4 });
  const [two] = await classify(model, [words.slice(0, 2).join(" ")]);
  assert.deepEqual(short, { ...two, numTruncated: short!.numTruncated });
  const [both] = await classify(model, [long], { truncation: "head+tail" });
  assert.notDeepEqual(both, whole);
  disposeTree(model.params);
});

Deno.test("classify() refuses what is no list of texts", async () => {
  const model = newModel();
  const refused = async (
    texts: unknown,
    name: string,
    message: RegExp,
  ): Promise<void> => {
    await assert.rejects(classify(model, texts as string[]), { name, message });
  };
  await refused([], "RangeError", /at least one text; found 0$/);
  await refused(
    "hello",
    "TypeError",
    /found the string "hello"; write \[text\]$/,
  );
  await refused(undefined, "TypeError", /array of strings; found undefined$/);
  await refused(["a", 3], "TypeError", /text 1 must be a string; found 3$/);
  await refused(
    [model.tokenizer.encode("word9")],
    "TypeError",
    /text 0 .* found an encoded text; call predict\(model, texts\)/,
  );
  await assert.rejects(classify(model, TEXTS, { maxLenght: 3 } as never), {
    name: "TypeError",
    message: /^Cannot classify: .*"maxLenght"; did you mean "maxLength"\?$/,
  });
  const long = "word1 ".repeat(40);
  await assert.rejects(classify(model, [long], { maxLength: 99 }), {
    name: "RangeError",
    message: /classification/,
  });
  disposeTree(model.params);
  await refused(TEXTS, "TypeError", /must be alive/);
});

Deno.test("classify() leaves no tensor behind", async () => {
  await assertNoLeak(async () => {
    const model = newModel();
    await classify(model, TEXTS);
    disposeTree(model.params);
  });
});
