import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { classifySequences } from "bertbook/model/heads/sequence_classifier.ts";
import golden from "../golden/bert_formula.json" with { type: "json" };
import { GOLDEN_CONFIG as CONFIG, goldenInput } from "./_golden.ts";
import {
  assertClose,
  assertSameGradients,
  chirp,
  chirpClassifier,
} from "./_support.ts";

await tf.setBackend("cpu");

const params = chirpClassifier(CONFIG, 3);
const input = goldenInput();

Deno.test("the first rows alone give the logits, states and weights of those rows", () => {
  tf.tidy(() => {
    const all = classifySequences(params, input, CONFIG);
    const first = classifySequences(params, input, CONFIG, {
      rowsNeeded: "first",
    });
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
  const weights = chirp([3, 3], 4);
  const [all, first] = (["all", "first"] as const).map(
    (rowsNeeded) => (tree: typeof params) =>
      classifySequences(tree, input, CONFIG, { rowsNeeded }).logits.mul(weights)
        .sum<tf.Scalar>(),
  );
  assertSameGradients(params, [all!, first!], 1e-6);
  weights.dispose();
});
