import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import {
  attentionsOf,
  type EncodedSequence,
  type SequenceAttention,
} from "bertbook/inference/attentions.ts";
import { predict } from "bertbook/inference/predict.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { tracingReport } from "bertbook/engine/tracing_report.ts";
import { classifySequences } from "bertbook/model/heads/sequence_classifier.ts";
import { inputFrom } from "bertbook/model/input.ts";
import { queriesAndKeysOf } from "bertbook/model/bert.ts";
import type { ClassifierModel } from "bertbook/checkpoint/pretrained.ts";
import { assertNoLeak, copyTask, newModel, TOY } from "../training/_support.ts";

await startEngine({ provision: { offline: true } });

const EXAMPLES = copyTask(11, 3);

function assertClose(
  actual: number[][],
  expected: number[][],
  tolerance: number,
): void {
  const [found, wanted] = [actual.flat(), expected.flat()];
  assert.equal(found.length, wanted.length);
  const worst = found.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - wanted[i]!)),
    0,
  );
  assert.ok(worst <= tolerance, `the largest difference is ${worst}`);
}

/** How often the forward pass was compiled. */
function numSignatures(): number {
  const { functions } = tracingReport();
  return functions.find(({ name }) => name === "attentions")?.signatures ?? 0;
}

/** What the model says of exactly this sequence, operation by operation. */
function plainAttentions(
  { params, config }: ClassifierModel,
  sequence: EncodedSequence,
): SequenceAttention {
  return tf.tidy(() => {
    const length = sequence.inputIds.length;
    const input = inputFrom({ ...sequence, length }, config);
    const { hiddenStates, ...output } = classifySequences(
      params,
      input,
      config,
    );
    const neurons = queriesAndKeysOf(params.bert, hiddenStates, config);
    return {
      attentions: tf.concat(output.attentions).arraySync(),
      queries: tf.concat(neurons.queries).arraySync(),
      keys: tf.concat(neurons.keys).arraySync(),
      logits: output.logits.arraySync()[0]!,
    };
  });
}

Deno.test("attentionsOf() compiles for rounded lengths and answers for the sequence alone", async () => {
  const model = newModel();
  const before = numSignatures();
  for (let length = 1; length <= TOY.maxPositionEmbeddings; length++) {
    const tokens = Array.from({ length }, (_, token) => token);
    const sequence = {
      inputIds: tokens.map((token) => 5 + token * 7 % 50),
      tokenTypeIds: tokens.map((token) => Number(token > length / 2)),
      attentionMask: tokens.map((token) => Number(token % 5 !== 3)),
    };
    const found = await attentionsOf(model, sequence);
    const expected = plainAttentions(model, sequence);
    for (const name of ["attentions", "queries", "keys"] as const) {
      assert.equal(found[name].length, TOY.numLayers);
      assertClose(found[name].flat(2), expected[name].flat(2), 1e-6);
    }
    assertClose([found.logits], [expected.logits], 1e-6);
  }
  assert.equal(numSignatures() - before, TOY.maxPositionEmbeddings / 8);
  disposeTree(model.params);
});

Deno.test("attentionsOf() gives every weight of every head, and predict()'s logits", async () => {
  await assertNoLeak(async () => {
    const model = newModel();
    const [example] = EXAMPLES;
    const { inputIds, tokenTypeIds } = example!;
    const padded = {
      inputIds: [...inputIds, 0, 0],
      tokenTypeIds: [...tokenTypeIds, 0, 0],
      attentionMask: [...inputIds.map(() => 1), 0, 0],
    };
    const { attentions, logits } = await attentionsOf(model, padded);
    const T = padded.inputIds.length;
    assert.equal(attentions.length, TOY.numLayers);
    for (const head of attentions.flat()) {
      assert.equal(head.length, T);
      for (const row of head) {
        const sum = row.reduce((a, b) => a + b);
        assert.ok(Math.abs(sum - 1) < 1e-5, `a row sums to ${sum}`);
        assert.deepEqual(row.slice(-2), [0, 0]); // nobody looks at padding
      }
    }
    assert.equal(attentions.flat().length, TOY.numLayers * TOY.numHeads);
    assertClose([logits], (await predict(model, [example!])).logits, 1e-6);
    disposeTree(model.params);
  });
});

Deno.test("attentionsOf() gives the queries and keys that its weights are made of", async () => {
  const model = newModel();
  const { inputIds, tokenTypeIds } = EXAMPLES[1]!;
  const attentionMask = inputIds.map((_, token) => token === 1 ? 0 : 1);
  const { attentions, queries, keys } = await attentionsOf(model, {
    inputIds,
    tokenTypeIds,
    attentionMask,
  });
  const dot = (a: number[], b: number[]): number =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  let worst = 0, spread = 0;
  attentions.forEach((heads, layer) =>
    heads.forEach((weights, head) =>
      weights.forEach((row, token) => {
        const query = queries[layer]![head]![token]!;
        const K = query.length;
        assert.equal(K, TOY.hiddenSize / TOY.numHeads);
        // softmax(q · k / √K + mask), Vaswani et al. (2017), equation 1.
        const powers = keys[layer]![head]!.map((key, other) =>
          Math.exp(dot(query, key) / Math.sqrt(K)) * attentionMask[other]!
        );
        const total = powers.reduce((a, b) => a + b);
        row.forEach((weight, key) => {
          worst = Math.max(worst, Math.abs(weight - powers[key]! / total));
        });
        spread = Math.max(spread, Math.max(...row) - 1 / (inputIds.length - 1));
      })
    )
  );
  assert.ok(worst < 1e-6, `weights differ by ${worst}`);
  assert.ok(spread > 0.001, `weights are all alike: ${spread}`);
  disposeTree(model.params);
});
