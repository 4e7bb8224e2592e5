import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { type Batch, batchesOf } from "bertbook/batches/batches.ts";
import { packedBatchesOf } from "bertbook/batches/packed_batches.ts";
import type { ForwardOptions } from "bertbook/model/bert.ts";
import { classify } from "bertbook/model/heads/sequence_classifier.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import { inputFrom } from "bertbook/model/input.ts";
import { GOLDEN_CONFIG } from "./_golden.ts";
import {
  assertClose,
  assertSameGradients,
  chirp,
  chirpClassifier,
} from "./_support.ts";

await tf.setBackend("cpu");

const CONFIG = { ...GOLDEN_CONFIG, maxPositionEmbeddings: 12 };
const FIRST = { rowsNeeded: "first" } as const;
const params = chirpClassifier(CONFIG, 3);

/** Sentences, one of them a pair, whose ids all differ from their neighbours'. */
const examples = [5, 3, 7, 2].map((length, example) => ({
  inputIds: Array.from({ length }, (_, t) => 1 + (7 * t + 5 * example) % 23),
  tokenTypeIds: Array.from(
    { length },
    (_, t) => example === 2 && t > 3 ? 1 : 0,
  ),
  label: example % 3,
}));
const [packed] = packedBatchesOf(examples, { batchSize: 4, rowLength: 10 });
const [padded] = batchesOf(examples, { batchSize: 4 });

function logitsOf(
  batch: Batch,
  tree = params,
  options: ForwardOptions = FIRST,
): tf.Tensor2D {
  return classify(tree, inputFrom(batch, CONFIG), CONFIG, options).logits;
}

Deno.test("sentences that share rows have the logits of sentences in rows of their own", () => {
  tf.tidy(() => {
    assert.deepEqual([packed!.inputIds.length, padded!.inputIds.length], [
      20,
      28,
    ]);
    const expected = logitsOf(padded!).arraySync();
    assertClose(logitsOf(packed!), expected, 1e-5);
    const spread = Math.abs(expected[0]![0]! - expected[1]![0]!);
    assert.ok(spread > 1e-2, `${spread}`);
  });
});

Deno.test("each sentence has its logits where all rows are computed, too", () => {
  tf.tidy(() => {
    const all = logitsOf(packed!, params, { rowsNeeded: "all" });
    assertClose(all, logitsOf(padded!).arraySync(), 1e-5);
    const shape = { pooling: "cls", hiddenSizes: [] } as const;
    const plain: BertConfig = { ...CONFIG, classifier: shape };
    const [first, whole] = [FIRST, {}].map((options) =>
      classify(params, inputFrom(packed!, plain), plain, options).logits
    );
    assertClose(whole!, first!.arraySync(), 1e-5);
  });
});

Deno.test("rows of padding change no logit", () => {
  tf.tidy(() => {
    const ten = Array.from({ length: 10 }, (_, i) => examples[i % 4]!);
    const logits = [1, 2].map((rowsMultipleOf) => {
      const sizes = { batchSize: 10, rowLength: 7, rowsMultipleOf };
      const [batch] = packedBatchesOf(ten, sizes);
      return { batch: batch!, logits: logitsOf(batch!) };
    });
    const rows = logits.map(({ batch }) => batch.inputIds.length / 7);
    assert.deepEqual(rows, [7, 8]);
    assertClose(logits[1]!.logits, logits[0]!.logits.arraySync(), 1e-6);
  });
});

Deno.test("a sentence does not see its neighbour in the row", () => {
  tf.tidy(() => {
    const other = examples.map((example, i) =>
      i === 1 ? { ...example, inputIds: [23, 22, 21] } : example
    );
    const [changed] = packedBatchesOf(other, { batchSize: 4, rowLength: 10 });
    const [before, after] = [packed!, changed!].map((batch) =>
      logitsOf(batch).arraySync()
    );
    for (const i of [0, 2, 3]) assert.deepEqual(after![i], before![i]);
    assert.notDeepEqual(after![1], before![1]);
  });
});

Deno.test("packing changes no gradient", () => {
  const weights = chirp([4, 3], 4);
  const [plain, shared] = [padded!, packed!].map(
    (batch) => (tree: typeof params) =>
      logitsOf(batch, tree).mul(weights).sum<tf.Scalar>(),
  );
  assertSameGradients(params, [plain!, shared!], 1e-5);
  weights.dispose();
});

Deno.test("inputFrom() refuses places outside the rows", () => {
  const { packing, ...batch } = packed!;
  const change = (places: Partial<typeof packing>): () => void => () =>
    tf.dispose(
      inputFrom({ ...batch, packing: { ...packing!, ...places } }, CONFIG),
    );
  assert.throws(change({ clsPositions: Int32Array.of(20) }), /found 20/);
  assert.throws(
    change({ positionIds: new Int32Array(20).fill(10) }),
    /position/,
  );
  assert.throws(
    change({ sequenceIds: new Int32Array(3) }),
    /20 values.*found 20, 3/s,
  );
});
