import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { BERT_BASE, BERT_TINY, MINI_LM } from "bertbook/model/config.ts";
import { parametersOf } from "bertbook/checkpoint/architectures.ts";
import { HEADS, initHead } from "bertbook/model/heads/heads.ts";
import {
  bertParameters,
  normalRandom,
  sizeOf,
} from "bertbook/model/parameters.ts";
import golden from "../golden/bert_base_parameters.json" with { type: "json" };

await tf.setBackend("cpu");

const SMALL = {
  ...BERT_TINY,
  vocabSize: 50,
  maxPositionEmbeddings: 8,
  hiddenSize: 16,
};
/** Counts up, so that each value tells when it was drawn. */
const counter = (): { normal(): number } => {
  let drawn = 0;
  return { normal: () => ++drawn };
};

Deno.test("parametersOf() names bert-base as Python does, in order", () => {
  const listed = parametersOf("sequence-classification", BERT_BASE, 2)
    .map(({ name, shape }) => [name, shape]);
  assert.deepEqual(listed, golden);
  assert.equal(bertParameters(BERT_BASE).length, 199);
});

Deno.test("the listed sizes add up to the published numbers of parameters", () => {
  const total = (config: typeof BERT_BASE): number =>
    bertParameters(config).reduce((sum, entry) => sum + sizeOf(entry), 0);
  assert.equal(total(BERT_BASE), 109_482_240);
  assert.equal(total(MINI_LM), 22_713_216);
  assert.equal(total(BERT_TINY), 4_385_920);
});

Deno.test("initHead() makes every listed tensor at its path and in its shape", () => {
  const head = "sequence-classification";
  const params = initHead(head, { config: SMALL, numLabels: 3 }, counter());
  const grown = namedLeaves(params).map(([path, leaf]) => [path, leaf.shape]);
  const listed = HEADS[head].parameters(SMALL, 3).map(
    ({ path, shape, role }) => [
      path,
      role === "kernel" ? shape.toReversed() : shape,
    ],
  );
  assert.deepEqual(grown, listed);
  assert.equal(params.bert.layers.length, 2);
  disposeTree(params);
});

Deno.test("initHead() draws kernels and embeddings, sets norms to 1 and biases to 0", () => {
  const params = initHead("base", { config: SMALL }, counter());
  const { embeddings, layers, pooler } = params;
  assert.deepEqual(
    [...embeddings.word.dataSync().slice(0, 2)],
    [0.02, 0.04].map(Math.fround),
  );
  assert.ok(embeddings.norm.weight.dataSync().every((weight) => weight === 1));
  assert.ok(pooler!.bias.dataSync().every((bias) => bias === 0));
  const { query } = layers[1]!.attention;
  assert.ok(query.kernel.dataSync().every((value) => value > 0));
  disposeTree(params);
});

Deno.test("normalRandom() has mean 0, variance 1 and normal tails, and repeats", () => {
  const random = normalRandom(42), again = normalRandom(42);
  const count = 40_000;
  const values = Array.from({ length: count }, () => random.normal());
  const moment = (power: number): number =>
    values.reduce((sum, value) => sum + value ** power, 0) / count;
  // Standard errors of the first, second and fourth moment: 0.005, 0.007, 0.05.
  assert.ok(Math.abs(moment(1)) < 0.02, `mean ${moment(1)}`);
  assert.ok(Math.abs(moment(2) - 1) < 0.03, `variance ${moment(2)}`);
  assert.ok(Math.abs(moment(4) - 3) < 0.2, `fourth moment ${moment(4)}`);
  assert.ok(values.every((value) => value === again.normal()));
  assert.notEqual(normalRandom(43).normal(), values[0]);
});
