import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { mapLeaves, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { classify } from "bertbook/model/classifier.ts";
import { BERT_TINY, type BertConfig } from "bertbook/model/config.ts";
import { inputFrom } from "bertbook/model/input.ts";
import golden from "../golden/bert_formula.json" with { type: "json" };
import { assertClose, chirp, chirpClassifier } from "./_support.ts";

await tf.setBackend("cpu");

/** The sizes of tests/golden/bert_formula.py. */
const CONFIG: BertConfig = {
  ...BERT_TINY,
  vocabSize: 24,
  hiddenSize: 8,
  feedForwardSize: 16,
  maxLength: 9,
};
const params = chirpClassifier(CONFIG, 3);
const input = inputFrom({
  ids: golden.ids.flat(),
  segments: golden.segments.flat(),
  attentionMask: golden.attentionMask.flat(),
  length: 7,
}, CONFIG);

Deno.test("the first rows alone give the logits, states and weights of those rows", () => {
  tf.tidy(() => {
    const all = classify(params, input, CONFIG);
    const first = classify(params, input, CONFIG, { rowsNeeded: "first" });
    assertClose(first.logits, golden.logits, 1e-5);
    assertClose(first.logits, all.logits.arraySync(), 1e-6);
    const [hidden, hiddenOfAll] = [first, all].map(({ hiddenStates }) =>
      hiddenStates.at(-1)!
    );
    assertClose(
      hidden!,
      hiddenOfAll!.slice([0, 0, 0], [3, 1, 8]).arraySync(),
      1e-6,
    );
    const [weights, weightsOfAll] = [first, all].map(({ attentions }) =>
      attentions.at(-1)!
    );
    const asked = weightsOfAll!.slice([0, 0, 0, 0], [3, 2, 1, 7]);
    assertClose(weights!, asked.arraySync(), 1e-6);
    // The layer before it is whole.
    assert.deepEqual(first.attentions[0]!.shape, [3, 2, 7, 7]);
  });
});

Deno.test("the first rows alone give the gradients of the plain computation", () => {
  const variables = namedLeaves(params)
    .map(([path, leaf]) => [path, tf.variable(leaf)] as const);
  const trained = new Map(variables);
  const tree = mapLeaves(params, (_, path) => trained.get(path)!);
  tf.tidy(() => {
    const weights = chirp([3, 3], 4);
    const [all, first] = (["all", "first"] as const).map((rowsNeeded) =>
      tf.variableGrads(() =>
        classify(tree, input, CONFIG, { rowsNeeded }).logits.mul(weights)
          .sum<tf.Scalar>()
      ).grads
    );
    for (const [path, { name }] of variables) {
      const gradient = all![name]!;
      const size = gradient.abs().max().dataSync()[0]!;
      // The gradient of a key's bias is 0 but for rounding.
      const tolerance = 1e-6 * Math.max(size, 1);
      assertClose(first![name]!, gradient.arraySync(), tolerance);
      assert.ok(size > 1e-3 || path.endsWith("key.bias"), path);
    }
  });
  tf.dispose(variables.map(([, variable]) => variable));
});
