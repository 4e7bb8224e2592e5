import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { EncodedExample } from "bertbook/batches/batches.ts";
import { maskedBatchesOf } from "bertbook/batches/masking.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { NO_DROPOUT } from "bertbook/ops/dropout.ts";
import { type HeadName, initHead } from "bertbook/model/heads/heads.ts";
import {
  fillMask,
  probabilityOfFollowing,
} from "bertbook/inference/fill_mask.ts";
import {
  evaluatePretraining,
  type PretrainingMetrics,
} from "bertbook/training/evaluate_pretraining.ts";
import type { EvaluationEvent } from "bertbook/training/events.ts";
import { pretrain, type PretrainOptions } from "bertbook/training/pretrain.ts";
import { maskedTensors } from "bertbook/batches/batch_tensors.ts";
import { maskedLmLoss } from "bertbook/training/pretrain.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { SPECIAL_TOKENS } from "bertbook/tokenizer/vocabulary.ts";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import { assertNoLeak, TOY } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

const CONFIG = {
  ...TOY,
  vocabSize: 13,
  maxPositionEmbeddings: 20,
  hiddenSize: 32,
  intermediateSize: 64,
  hiddenDropout: 0,
};
const WORDS = "abcdefgh".split("");
const pieces = [...SPECIAL_TOKENS, ...WORDS];
const vocabulary = {
  pieces,
  idOf: new Map(pieces.map((piece, id) => [piece, id])),
};
const CLS = 2, SEP = 3, FIRST = 5;

function newModel<H extends HeadName>(head: H): HeadModel<H> {
  return {
    head,
    config: CONFIG,
    params: initHead(head, { config: CONFIG }, randomStream(7)),
    tokenizer: new BertTokenizer(vocabulary),
    labels: [],
    name: "toy",
  };
}

/** Pairs of four words each: all of A are one word; B's are the same, or another. */
function pairsOf(count: number, seed: number): EncodedExample[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const word = random.integer(8), label = random.integer(2);
    const other = label === 0 ? word : (word + 1 + random.integer(7)) % 8;
    const four = (word: number): number[] => Array(4).fill(FIRST + word);
    const inputIds = [CLS, ...four(word), SEP, ...four(other), SEP];
    return {
      inputIds,
      tokenTypeIds: inputIds.map((_, i) => i < 6 ? 0 : 1),
      label,
    };
  });
}

const DATA = { train: pairsOf(640, 1), validation: pairsOf(64, 2) };
const RECIPE: PretrainOptions = {
  epochs: 10,
  batchSize: 32,
  learningRate: 5e-3,
  seed: 42,
};

/** Trains, and returns every loss and every epoch's end. */
async function trained(
  model: HeadModel<"masked-lm"> | HeadModel<"pretraining">,
  options: PretrainOptions,
): Promise<
  { losses: number[]; epochs: EvaluationEvent<PretrainingMetrics>[] }
> {
  const losses: number[] = [],
    epochs: EvaluationEvent<PretrainingMetrics>[] = [];
  for await (const event of pretrain(model, DATA, options)) {
    if (event.kind === "step") losses.push(event.loss);
    else if (event.kind === "evaluation") epochs.push(event);
  }
  return { losses, epochs };
}

Deno.test("pretrain() trains a decoder that is not tied to the word embeddings", async () => {
  await assertNoLeak(async () => {
    const config = { ...CONFIG, tieWordEmbeddings: false };
    const params = initHead("masked-lm", { config }, randomStream(7));
    const model = { ...newModel("masked-lm"), config };
    disposeTree(model.params);
    model.params = params;
    const start = params.predictions.decoder!.arraySync();
    const { epochs } = await trained(model, { ...RECIPE, epochs: 3 });
    const { perplexity } = epochs.at(-1)!.metrics;
    assert.ok(perplexity < 6, `perplexity ${perplexity}`);
    const { decoder } = model.params.predictions;
    assert.notDeepEqual(decoder!.arraySync(), start);
    disposeTree(model.params);
  });
});

Deno.test("pretrain() teaches words and pairs, and fillMask() reads them", async () => {
  await assertNoLeak(async () => {
    const model = newModel("pretraining");
    const before = await evaluatePretraining(model, DATA.validation);
    // Not yet better than chance: 13 pieces, two classes.
    assert.ok(Math.abs(before.loss - Math.log(13)) < 0.2, `${before.loss}`);
    const { losses, epochs } = await trained(model, RECIPE);
    assert.equal(losses.length, 200);
    assert.ok(Math.abs(losses[0]! - Math.log(13) - Math.LN2) < 0.3);
    const last = epochs.at(-1)!.metrics;
    assert.ok(last.perplexity < 1.5, `perplexity ${last.perplexity}`);
    assert.ok(Math.abs(Math.log(last.perplexity) - last.loss) < 1e-6);
    assert.ok(last.accuracy > 0.9, `accuracy ${last.accuracy}`);
    assert.ok(last.pairAccuracy! > 0.9, `pairs ${last.pairAccuracy}`);
    const [first, second] = await fillMask(model, "c c [MASK] c", {
      pair: "[MASK] e e e",
      top: 2,
    });
    assert.equal(first![0]!.word, "c");
    assert.ok(first![0]!.probability > 0.5);
    assert.deepEqual([second![0]!.word, second!.length], ["e", 2]);
    assert.ok(second![0]!.probability >= second![1]!.probability);
    const same = await probabilityOfFollowing(model, "b b b b", "b b b b");
    const other = await probabilityOfFollowing(model, "b b b b", "g g g g");
    assert.ok(same > 0.5 && other < 0.5, `${same}, ${other}`);
    disposeTree(model.params);
  });
});

Deno.test("pretrain() without the pairs' head learns words alone, the same bits for one seed", async () => {
  const options = { ...RECIPE, epochs: 1 };
  const runs: string[] = [];
  for (const seed of [42, 42, 43]) {
    const model = newModel("masked-lm");
    const { losses, epochs } = await trained(model, { ...options, seed });
    assert.equal(epochs[0]!.metrics.pairAccuracy, undefined);
    const values = namedLeaves(model.params).flatMap((
      [, leaf],
    ) => [...leaf.dataSync()]);
    runs.push(JSON.stringify([losses, values]));
    disposeTree(model.params);
  }
  assert.equal(runs[0], runs[1]);
  assert.notEqual(runs[0], runs[2]);
});

Deno.test("pretrain() ends with the weights of the best epoch, also where it is broken off", async () => {
  // The rate climbs to what destroys the model.
  const options = {
    ...RECIPE,
    epochs: 5,
    learningRate: 0.5,
    schedule: "constant" as const,
    warmupSteps: 100,
  };
  for (const lastStep of [Infinity, 90]) {
    await assertNoLeak(async () => {
      const model = newModel("masked-lm");
      const epochs: EvaluationEvent<PretrainingMetrics>[] = [];
      for await (const event of pretrain(model, DATA, options)) {
        if (event.kind === "evaluation") epochs.push(event);
        else if (event.kind === "step" && event.step === lastStep) break;
      }
      const losses = epochs.map(({ metrics }) => metrics.loss);
      const { loss } = await evaluatePretraining(model, DATA.validation);
      assert.equal(loss, Math.min(...losses));
      assert.ok(loss < losses.at(-1)!, `${losses}`);
      const records = losses
        .map((x, i) => losses.slice(0, i).every((y) => x < y));
      assert.deepEqual(epochs.map(({ best }) => best), records);
      disposeTree(model.params);
    });
  }
});

Deno.test("pretrain() leaves a record, which tells a stopped training from one that ended", async () => {
  const [ended, stopped] = [newModel("masked-lm"), newModel("masked-lm")];
  const recipe = { ...RECIPE, epochs: 1 };
  for await (const _ of pretrain(ended, DATA, recipe)) { /* to the end */ }
  assert.equal(ended.training!.stage, "ended");
  assert.equal(ended.training!.step, 20);
  const controller = new AbortController();
  const { signal } = controller;
  await assert.rejects(async () => {
    for await (const event of pretrain(stopped, DATA, { ...recipe, signal })) {
      if (event.kind === "step" && event.step === 3) controller.abort();
    }
  });
  assert.equal(stopped.training!.stage, "failed");
  assert.equal(stopped.training!.step, 3);
  disposeTree(ended.params);
  disposeTree(stopped.params);
});

Deno.test("fillMask() and probabilityOfFollowing() leave nothing where the model fails", async () => {
  const model = newModel("pretraining");
  model.params.bert.embeddings.position.dispose();
  const before = tf.memory().numTensors;
  await assert.rejects(fillMask(model, "a [MASK]"), /disposed/);
  await assert.rejects(probabilityOfFollowing(model, "a", "b"), /disposed/);
  assert.equal(tf.memory().numTensors, before);
  disposeTree(model.params);
});

Deno.test("evaluatePretraining() does not depend on how batches are cut", async () => {
  const model = newModel("pretraining");
  const some = DATA.validation.slice(0, 20);
  const whole = await evaluatePretraining(model, some, { batchSize: 20 });
  const cut = await evaluatePretraining(model, some, { batchSize: 3 });
  assert.ok(Math.abs(whole.loss - cut.loss) < 1e-5);
  assert.equal(whole.numMaskedTokens, 40); // two of eleven tokens in each
  assert.equal(cut.pairAccuracy, whole.pairAccuracy);
  disposeTree(model.params);
});

Deno.test("evaluatePretraining() refuses examples without a word", async () => {
  const model = newModel("masked-lm");
  const empty = { inputIds: [CLS, SEP], tokenTypeIds: [0, 0], label: 0 };
  await assert.rejects(evaluatePretraining(model, [empty, empty]), {
    name: "RangeError",
    message:
      /must be a token to mask; found only special tokens in 2 examples$/,
  });
  const { numMaskedTokens } = await evaluatePretraining(model, [
    empty,
    pairsOf(1, 1)[0]!,
  ]);
  assert.ok(numMaskedTokens > 0);
  disposeTree(model.params);
});

Deno.test("the loss of masked tokens is that of both less that of pairs", () => {
  const both = newModel("pretraining");
  const options = { batchSize: 8, vocabulary, seed: 1, epoch: 1 };
  const [batch] = maskedBatchesOf(DATA.train, options);
  tf.tidy(() => {
    const input = maskedTensors(batch!, CONFIG);
    const loss = (params: typeof both.params): number =>
      maskedLmLoss(params, input, CONFIG, NO_DROPOUT).dataSync()[0]!;
    const { nextSentence: _, ...alone } = both.params;
    const words = maskedLmLoss(alone, input, CONFIG, NO_DROPOUT)
      .dataSync()[0]!;
    // An untrained pooler of small kernels says both classes are equally likely.
    assert.ok(Math.abs(loss(both.params) - words - Math.LN2) < 0.01);
  });
  disposeTree(both.params);
});

Deno.test("pretrain() and fillMask() refuse at once what makes no sense", async () => {
  const model = newModel("masked-lm");
  const refused = (change: Partial<PretrainOptions>): void =>
    assert.throws(() => pretrain(model, DATA, { ...RECIPE, ...change }), {
      name: "RangeError",
    });
  refused({ epochs: 0 });
  refused({ mlmProbability: 1 });
  refused({ learningRate: NaN });
  refused({ warmupSteps: -1 });
  refused({ warmupSteps: 1000 });
  assert.throws(
    () => pretrain(model, { ...DATA, train: [] }, RECIPE),
    /at least one; found 0/,
  );
  await assert.rejects(
    fillMask(model, "a b"),
    /must hold \[MASK\]; found "a b"/,
  );
  disposeTree(model.params);
});
