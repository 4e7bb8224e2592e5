import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { batchTensors } from "bertbook/batches/batch_tensors.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import {
  freezeParams,
  type FrozenPart,
  isFrozen,
  noDecayPaths,
} from "bertbook/training/parameter_groups.ts";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import {
  ADAMW_DEFAULTS,
  adamWRates,
  initOptimizerState,
} from "bertbook/training/adamw.ts";
import { makeTrainable } from "bertbook/training/train_step.ts";
import { HEADS } from "bertbook/model/heads/heads.ts";
import {
  transformerConfig,
  transformerParameters,
} from "bertbook/model/transformer.ts";
import {
  assertNoLeak,
  copyTask,
  formulaBatch,
  newModel,
  newTrainState,
  TOY,
  trainingStep,
} from "./_support.ts";

await startEngine({ engine: "tensorflow" });

const DATA = { train: copyTask(16, 4), validation: copyTask(8, 2) };
const RECIPE = { epochs: 1, batchSize: 8, learningRate: 1e-2, seed: 42 };

Deno.test("noDecayPaths() are those of biases and of the weights of LayerNorm, in every model", () => {
  const transformer = transformerConfig({
    vocabSize: 9,
    numLayers: 2,
    numHeads: 2,
    hiddenSize: 8,
    maxPositionEmbeddings: 5,
  });
  const lists = [
    transformerParameters(transformer),
    ...Object.values(HEADS).map(({ parameters }) => parameters(TOY, 3)),
  ];
  for (const parameters of lists) {
    const spared = noDecayPaths(parameters);
    for (const { path } of parameters) {
      assert.equal(
        spared.includes(path),
        /(bias|orm\.weight)$/.test(path),
        path,
      );
    }
  }
});

for (const freeze of [["embeddings", 0], [1]] as FrozenPart[][]) {
  Deno.test(`fineTune() moves everything but the frozen ${freeze.join(" and ")}`, async () => {
    await assertNoLeak(async () => {
      const model = newModel();
      makeTrainable(model.params);
      const before = new Map(
        namedLeaves(model.params).map(([path, leaf]) => [
          path,
          leaf.dataSync().slice(),
        ]),
      );
      for await (const _ of fineTune(model, DATA, { ...RECIPE, freeze }));
      for (const [path, leaf] of namedLeaves(model.params)) {
        const same = isFrozen(path, freeze)
          ? assert.deepEqual
          : assert.notDeepEqual;
        same(leaf.dataSync(), before.get(path), path);
      }
      disposeTree(model.params);
    });
  });
}

Deno.test("fineTune() refuses to freeze a layer that is not there", () => {
  const model = newModel();
  for (const freeze of [[2], [-1], ["layers" as "embeddings"]]) {
    assert.throws(() => fineTune(model, DATA, { ...RECIPE, freeze }), {
      name: "RangeError",
      message: /Cannot freeze a part: it must be .*numLayers is 2/,
    });
  }
  disposeTree(model.params);
});

Deno.test("below the lowest trained leaf, no gradient is computed", () => {
  const productsWith = (freeze: FrozenPart[]): number => {
    const { params, optimizerState } = newTrainState(3);
    const held = freezeParams(params, freeze);
    const state = {
      params: held.params,
      optimizerState: initOptimizerState(held.params),
    };
    const compiled = compile(trainingStep);
    tf.tidy(() => {
      const sizes = { batchSize: 3, length: 8, vocabSize: 64 };
      using batch = batchTensors(formulaBatch(1, sizes), TOY);
      const { input, labels } = batch;
      const rates = adamWRates(1, 1e-3, ADAMW_DEFAULTS);
      const control = { rates, seed: tf.tensor1d([42, 1], "int32") };
      const settings = { config: TOY, adamW: ADAMW_DEFAULTS, maxGradNorm: 1 };
      compiled(state, { input, labels }, control, settings);
    });
    const { operations } = compiled.signatures[0]!;
    compiled.dispose();
    held.dispose();
    [params, optimizerState, state.optimizerState].forEach(disposeTree);
    return operations.get("BatchMatMulV2")!;
  };
  // A layer has eight products, pooler and classifier one each. A product's
  // gradients take two; where nothing below is trained, the pooler needs one.
  const products = 2 * 8 + 2;
  assert.equal(productsWith([]), 3 * products);
  assert.equal(productsWith(["embeddings", 0, 1]), products + 2 + 1);
});
