import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { explain } from "bertbook/interpretation/explain.ts";
import {
  gradientTimesInput,
  marginWeights,
  tokenContributions,
} from "bertbook/interpretation/gradient_times_input.ts";
import {
  hideWords,
  probabilityLost,
  wordOcclusions,
} from "bertbook/interpretation/occlusion.ts";
import { predict } from "bertbook/inference/predict.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { softmax } from "bertbook/evaluation/probabilities.ts";
import { classifySequences } from "bertbook/model/heads/sequence_classifier.ts";
import { inputFrom } from "bertbook/model/input.ts";
import { wordSpans } from "bertbook/tokenizer/words.ts";
import { newModel } from "../training/_support.ts";

await startEngine();

const EXAMPLE = {
  inputIds: [2, 9, 30, 9, 17, 3],
  tokenTypeIds: [0, 0, 0, 0, 0, 0],
  label: 1,
};
const TOKENS = ["[CLS]", "a", "##b", "c", "d", "[SEP]"];

/** Margin of the class 1 with word embeddings scaled by `factors`, eagerly. */
function marginOf(
  { params, config }: ReturnType<typeof newModel>,
  factors: readonly number[],
): number {
  const { inputIds, tokenTypeIds } = EXAMPLE;
  const T = inputIds.length;
  const plain = {
    inputIds,
    tokenTypeIds,
    attentionMask: inputIds.map(() => 1),
    length: T,
  };
  const input = inputFrom(plain, config);
  const margin = tf.tidy(() => {
    const { embeddings } = params.bert;
    const rows = tf.gather(embeddings.word, tf.tensor1d(inputIds, "int32"));
    const word = rows.mul<tf.Tensor2D>(tf.tensor2d([...factors], [T, 1]));
    const bert = { ...params.bert, embeddings: { ...embeddings, word } };
    const range = tf.range(0, T, 1, "int32").reshape<tf.Tensor2D>([1, T]);
    const own = { ...input, inputIds: range };
    const [no, yes] = classifySequences({ ...params, bert }, own, config).logits
      .dataSync();
    return yes! - no!;
  });
  tf.dispose(input);
  return margin;
}

Deno.test("gradientTimesInput() gives a linear score's exact parts", () => {
  tf.tidy(() => {
    const kernel = tf.tensor2d([[1, -2], [3, 4], [0.5, 0]]);
    const score = (x: tf.Tensor2D) =>
      x.mul(kernel).sum<tf.Scalar>().add<tf.Scalar>(7);
    const x = tf.tensor2d([[2, 1], [-1, 1], [4, 9]]);
    const parts = [...gradientTimesInput(score, x).dataSync()];
    assert.deepEqual(parts, [0, 1, 2]);
    // Complete: they add up to score(x) - score(0).
    const difference = score(x).sub(score(tf.zerosLike(x))).dataSync()[0];
    assert.equal(parts.reduce((a, b) => a + b), difference);
  });
});

Deno.test("tokenContributions() are slopes of the margin along each embedding", async () => {
  const before = tf.memory().numTensors;
  const model = newModel();
  const found = await tokenContributions(model, EXAMPLE, 1);
  // x · ∂m/∂x is the slope of m(s x) at s = 1; by central differences.
  const step = 1e-2;
  const slopes = EXAMPLE.inputIds.map((_, token) => {
    const scaled = (by: number): number =>
      marginOf(model, EXAMPLE.inputIds.map((_, i) => i === token ? by : 1));
    return (scaled(1 + step) - scaled(1 - step)) / (2 * step);
  });
  const largest = Math.max(...slopes.map(Math.abs));
  for (const [i, slope] of slopes.entries()) {
    assert.ok(
      Math.abs(found[i]! - slope) < 1e-2 * largest,
      `${found} ${slopes}`,
    );
  }
  const opposite = await tokenContributions(model, EXAMPLE, 0);
  assert.ok(opposite.every((x, i) => Math.abs(x + found[i]!) < 1e-6 * largest));
  disposeTree(model.params);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("hideWords() hides every piece of every word, and keeps the rest", () => {
  const words = wordSpans(TOKENS);
  const hidden = [words[0]!, words[2]!];
  assert.deepEqual(hideWords(EXAMPLE, hidden, 4).inputIds, [2, 4, 4, 9, 4, 3]);
  const shorter = hideWords(EXAMPLE, hidden);
  assert.deepEqual(shorter, {
    inputIds: [2, 9, 3],
    tokenTypeIds: [0, 0, 0],
    label: 1,
  });
  assert.deepEqual(EXAMPLE.inputIds, [2, 9, 30, 9, 17, 3]);
});

for (const hiding of ["mask", "removal"] as const) {
  Deno.test(`wordOcclusions() by ${hiding} are differences of margins`, async () => {
    const model = newModel();
    const words = wordSpans(TOKENS);
    const found = await wordOcclusions(model, EXAMPLE, words, 1, { hiding });
    const maskId = hiding === "mask" ? 4 : undefined;
    for (const [i, word] of words.entries()) {
      const { logits } = await predict(model, [
        EXAMPLE,
        hideWords(EXAMPLE, [word], maskId),
      ]);
      const [whole, without] = logits.map(([no, yes]) => yes! - no!);
      assert.ok(Math.abs(found[i]! - (whole! - without!)) < 1e-6);
    }
    const lost = await probabilityLost(
      model,
      [{ example: EXAMPLE, words, target: 1 }, {
        example: EXAMPLE,
        words: [],
        target: 0,
      }],
      { hiding },
    );
    const { logits } = await predict(model, [
      EXAMPLE,
      hideWords(EXAMPLE, words, maskId),
    ]);
    const [whole, without] = logits.map((row) => softmax(row)[1]!);
    assert.ok(Math.abs(lost[0]! - (whole! - without!)) < 1e-6);
    assert.ok(Math.abs(lost[1]!) < 1e-6);
    disposeTree(model.params);
  });
}

Deno.test("a word that the model cannot see decides nothing", async () => {
  const model = newModel();
  const { params } = model;
  // Word embeddings of 0: the margin does not depend on the words at all.
  const table = params.bert.embeddings.word;
  params.bert.embeddings.word = tf.zerosLike(table);
  table.dispose();
  const { gradient, occlusion, words } = await explain(model, EXAMPLE);
  assert.equal(words.length, 4);
  assert.ok(gradient.every((x) => x === 0), `${gradient}`);
  assert.ok(occlusion.every((x) => Math.abs(x) < 1e-6), `${occlusion}`);
  disposeTree(params);
});

Deno.test("a class that the model does not have is refused, and no tensor stays", async () => {
  const model = newModel();
  const before = tf.memory().numTensors;
  const refused = { name: "RangeError", message: /class=2, classes=2$/ };
  await assert.rejects(tokenContributions(model, EXAMPLE, 2), refused);
  await assert.rejects(wordOcclusions(model, EXAMPLE, [], 2), refused);
  assert.equal(tf.memory().numTensors, before);
  disposeTree(model.params);
});

Deno.test("words are not hidden by what the vocabulary lacks, or in an unknown way", async () => {
  const model = newModel();
  const { vocabulary } = model.tokenizer;
  const idOf = new Map(vocabulary.idOf);
  idOf.delete("[MASK]");
  const tokenizer = { ...model.tokenizer, vocabulary: { ...vocabulary, idOf } };
  const words = wordSpans(TOKENS);
  await assert.rejects(
    wordOcclusions({ ...model, tokenizer }, EXAMPLE, words, 1),
    { name: "RangeError", message: /vocabulary must hold \[MASK\]/ },
  );
  await assert.rejects(
    wordOcclusions(model, EXAMPLE, words, 1, { hiding: "erase" as "mask" }),
    { name: "RangeError", message: /hiding: .* "mask", "removal".*"erase"$/ },
  );
  disposeTree(model.params);
});

Deno.test("marginWeights() make log odds of two classes, and refuse others", () => {
  assert.deepEqual(marginWeights(1, 2), [-1, 1]);
  assert.deepEqual(marginWeights(0, 3), [1, -0.5, -0.5]);
  for (const [target, count] of [[2, 2], [-1, 2], [0, 1], [0.5, 2]] as const) {
    assert.throws(() => marginWeights(target, count), RangeError);
  }
});
