import { RUNS_ALL } from "../_tiers.ts";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { copySequences } from "bertbook/datasets/toy/copy_task.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { chooseToken, generate } from "bertbook/inference/generate.ts";
import { type LanguageModel } from "bertbook/model/language_model.ts";
import {
  evaluateLanguageModel,
  nextTokenLoss,
  trainLanguageModel,
} from "bertbook/training/train_language_model.ts";
import { layerGradientNorms } from "bertbook/training/layer_gradients.ts";
import { languageModel } from "bertbook/model/language_model.ts";
import {
  initTransformer,
  type TransformerConfig,
  transformerConfig,
} from "bertbook/model/transformer.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { makeTrainable } from "bertbook/training/train_step.ts";
import { assertNoLeak, assertRelative } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

const SYMBOLS = 7, LENGTH = 5;

function newModel(choices: Partial<TransformerConfig> = {}): LanguageModel {
  const config = transformerConfig({
    vocabSize: SYMBOLS + 1,
    numLayers: 1,
    numHeads: 1,
    hiddenSize: 32,
    maxPositionEmbeddings: 2 * LENGTH,
    hiddenDropout: 0,
    attentionDropout: 0,
    initializerRange: 0.1,
    ...choices,
  });
  return { config, params: initTransformer(config, randomStream(42)) };
}

const copies = (count: number, seed: number) =>
  copySequences(count, {
    numSymbols: SYMBOLS,
    length: LENGTH,
    random: randomStream(seed),
  });
const RECIPE = { epochs: 1, batchSize: 32, learningRate: 5e-3, seed: 42 };

async function losses(
  model: LanguageModel,
  options: Partial<Parameters<typeof trainLanguageModel>[2]> = {},
): Promise<number[]> {
  const steps: number[] = [];
  const sequences = copies(32 * 80, 1);
  for await (
    const step of trainLanguageModel(model, sequences, {
      ...RECIPE,
      ...options,
    })
  ) steps.push(step.loss);
  return steps;
}

Deno.test("a language model learns to copy, and writes the copy down", async () => {
  await assertNoLeak(async () => {
    const model = newModel();
    const before = await evaluateLanguageModel(model, copies(64, 2));
    assert.equal(before.tokens, 64 * LENGTH);
    assert.ok(before.accuracy < 0.4, `${before.accuracy}`);
    const course = await losses(model);
    assert.equal(course.length, 80);
    const after = await evaluateLanguageModel(model, copies(64, 2));
    assert.ok(after.accuracy > 0.99, JSON.stringify(after));
    assert.equal(after.perplexity, Math.exp(after.loss));
    const starts = copies(10, 3).map(({ inputIds, promptLength }) =>
      inputIds.slice(0, promptLength)
    );
    const options = { random: randomStream(1), temperature: 0, end: -1 };
    for (
      const [i, text] of (await generate(model, starts, options)).entries()
    ) {
      // As long as the model can read: one symbol short of the whole copy.
      assert.deepEqual(text, copies(10, 3)[i]!.inputIds.slice(0, 2 * LENGTH));
    }
    disposeTree(model.params);
  });
});

Deno.test("the score is the mean over predicted tokens alone, whatever the batches", async () => {
  const model = newModel();
  const mixed = [...copies(3, 5), { inputIds: [1, 2, 3], promptLength: 1 }];
  const score = await evaluateLanguageModel(model, mixed, { batchSize: 3 });
  const expected = tf.tidy(() =>
    mixed.flatMap(({ inputIds, promptLength }) => {
      const input = tf.tensor2d([inputIds.slice(0, -1)], undefined, "int32");
      const { logits } = languageModel(model.params, input, model.config);
      const rows = tf.logSoftmax(logits).arraySync() as number[][][];
      return inputIds.slice(promptLength).map((id, i) =>
        -rows[0]![promptLength - 1 + i]![id]!
      );
    })
  );
  assert.equal(score.tokens, expected.length);
  const mean = expected.reduce((a, b) => a + b) / expected.length;
  assert.ok(Math.abs(score.loss - mean) < 1e-5, `${score.loss} ${mean}`);
  disposeTree(model.params);
});

Deno.test({
  name: "many sizes of batches are no mistake",
  ignore: !RUNS_ALL,
  fn: async () => {
    const model = newModel();
    const options = { random: randomStream(1), temperature: 0, end: -1 };
    for (let size = 1; size <= 40; size++) {
      const sequences = copies(size, 1);
      const { tokens } = await evaluateLanguageModel(model, sequences);
      assert.equal(tokens, size * LENGTH);
      const starts = sequences.map(({ inputIds }) =>
        inputIds.slice(0, 2 * LENGTH - 1)
      );
      assert.equal((await generate(model, starts, options)).length, size);
    }
    disposeTree(model.params);
  },
});

Deno.test("a seed fixes the course of a training, dropout and order included", async () => {
  const runs = [];
  for (const seed of [1, 1, 2]) {
    const model = newModel({ hiddenDropout: 0.1, attentionDropout: 0.1 });
    runs.push(await losses(model, { seed }));
    disposeTree(model.params);
  }
  assert.deepEqual(runs[0], runs[1]);
  assert.notDeepEqual(runs[0], runs[2]);
});

Deno.test("a training that is left early leaves no tensors but the parameters", async () => {
  await assertNoLeak(async () => {
    const model = newModel();
    for await (
      const { step } of trainLanguageModel(model, copies(99, 1), RECIPE)
    ) if (step === 2) break;
    disposeTree(model.params);
  });
});

Deno.test("what a model cannot read is refused before the first step", () => {
  const model = newModel();
  const wrong = (inputIds: number[], promptLength: number, message: RegExp) =>
    assert.throws(
      () => trainLanguageModel(model, [{ inputIds, promptLength }], RECIPE),
      { name: "RangeError", message },
    );
  wrong([1, 8], 1, /sequence 0: its inputIds must be in \[0, 8\); found 8/);
  wrong([1, 2], 2, /leave a token to predict; found promptLength=2, 2 tokens/);
  wrong(
    Array(12).fill(1),
    1,
    /at most maxPositionEmbeddings \+ 1 = 11 tokens; found 12/,
  );
  assert.throws(() => trainLanguageModel(model, [], RECIPE), RangeError);
  const refused = (option: Record<string, unknown>, message: RegExp) =>
    assert.throws(
      () => trainLanguageModel(model, copies(1, 1), { ...RECIPE, ...option }),
      { name: "RangeError", message },
    );
  refused({ learningRate: 0 }, /Cannot use learningRate/);
  refused({ weightDecay: -1 }, /Cannot use weightDecay/);
  refused({ maxGradNorm: 0 }, /Cannot use maxGradNorm/);
  refused({ schedule: "square" }, /Cannot use schedule/);
  refused({ warmupSteps: 1e6 }, /Cannot warm up/);
  disposeTree(model.params);
});

Deno.test("a token is drawn as often as its probability says", () => {
  const logits = [Math.log(0.2), Math.log(0.5), Math.log(0.3)];
  const shares = (temperature: number) => {
    const random = randomStream(3), counts = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) {
      counts[chooseToken(logits, { temperature, random })]!++;
    }
    return counts.map((count) => count / 20_000);
  };
  const near = (actual: number[], expected: number[]) =>
    actual.forEach((share, i) =>
      assert.ok(Math.abs(share - expected[i]!) < 0.015, `${actual}`)
    );
  near(shares(1), [0.2, 0.5, 0.3]);
  // Half the temperature squares the odds: 0.04, 0.25 and 0.09 of 0.38.
  near(shares(0.5), [4 / 38, 25 / 38, 9 / 38]);
  assert.deepEqual(shares(0), [0, 1, 0]);
});

Deno.test("generate() gives a text the same words alone and among others, and stops at its end", async () => {
  const model = newModel();
  const options = { random: randomStream(1), temperature: 0, end: 3 };
  const [first, second] = await generate(model, [[1, 3], [2]], options);
  assert.deepEqual(first, [1, 3]);
  assert.deepEqual((await generate(model, [[2]], options))[0], second);
  await assert.rejects(generate(model, [[9]], options), {
    name: "RangeError",
    message: /must have 1 to 10 token ids in \[0, 8\); found \[9\]/,
  });
  disposeTree(model.params);
});

Deno.test("layerGradientNorms() is the length of tfjs's gradients, layer by layer", async () => {
  await assertNoLeak(async () => {
    const model = newModel({ numLayers: 3 });
    makeTrainable(model.params);
    const { params, config } = model;
    const [sequence] = copies(1, 1);
    const norms = await layerGradientNorms(model, [sequence!]);
    const expected = tf.tidy(() => {
      const batch = {
        inputIds: tf.tensor2d(
          [sequence!.inputIds.slice(0, -1)],
          undefined,
          "int32",
        ),
        labels: tf.tensor2d(
          [sequence!.inputIds.slice(1).map((id, i) => i < LENGTH ? -100 : id)],
          undefined,
          "int32",
        ),
      };
      const { grads } = tf.variableGrads(() =>
        nextTokenLoss(params, batch, config)
      );
      return params.layers.map((layer) => {
        const values = namedLeaves(layer).flatMap(([, leaf]) => [
          ...grads[(leaf as tf.Variable).name]!.dataSync(),
        ]);
        return Math.hypot(...values);
      });
    });
    assertRelative(norms, expected, 1e-4);
    disposeTree(params);
  });
});
