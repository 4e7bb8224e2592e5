import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { loadModel, type LoadOptions } from "bertbook/checkpoint/pretrained.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { openSafetensors } from "bertbook/checkpoint/safetensors.ts";
import { chirpClassifier } from "../model/_support.ts";
import { temporaryFolder } from "./_support.ts";
import { LABELS, outputOf, TOY, toyModel, writeCheckpoint } from "./_toy.ts";

await tf.setBackend("cpu");

const SHAPE = { pooling: "cls", hiddenSizes: [6, 5] } as const;

Deno.test("a saved classifier with hidden layers gives its own logits when it is loaded", async () => {
  await using folder = await temporaryFolder();
  const config = { ...TOY, classifier: SHAPE };
  const params = chirpClassifier(config, LABELS.length);
  const usual = toyModel();
  const model = { ...usual, config, params };
  const path = join(folder.path, "model");
  await saveModel(model, path);
  const loaded = await loadModel(path);
  assert.deepEqual(outputOf(loaded), outputOf(model));
  assert.notDeepEqual(outputOf(loaded), outputOf(usual));
  assert.deepEqual(loaded.config, config);
  assert.deepEqual(loaded.report.missing, []);
  {
    using file = await openSafetensors(join(path, "model.safetensors"));
    assert.deepEqual(file.tensors.get("classifier_hidden.1.weight")?.shape, [
      5,
      6,
    ]);
  }
  for (const each of [model, usual, loaded]) disposeTree(each.params);
  await assert.rejects(
    loadModel(path, { classifier: { hiddenSizes: [] } }),
    {
      name: "RangeError",
      message:
        /its head must have pooling "cls", hidden sizes \[6, 5\]; found pooling "cls", hidden sizes \[\]; /,
    },
  );
});

Deno.test("loadModel() grows the hidden layers that are asked for", async () => {
  await using folder = await temporaryFolder();
  // Without a classifier of its own.
  await writeCheckpoint(folder.path, {
    rename: (name) => name.startsWith("classifier.") ? undefined : name,
  });
  const options: LoadOptions = {
    head: "sequence-classification",
    labels: ["no", "yes"],
    seed: 3,
  };
  const plain = await loadModel(folder.path, options);
  const shaped = await loadModel(folder.path, {
    ...options,
    classifier: { hiddenSizes: [4] },
  });
  assert.equal(plain.config.classifier, undefined);
  assert.deepEqual(shaped.config.classifier, {
    pooling: "pooler",
    hiddenSizes: [4],
  });
  assert.deepEqual(shaped.report.initialized, [
    ...["classifier_hidden.0.weight", "classifier_hidden.0.bias"],
    ...["classifier.weight", "classifier.bias"],
  ]);
  assert.deepEqual(shaped.params.hidden![0]!.kernel.shape, [8, 4]);
  for (const each of [plain, shaped]) disposeTree(each.params);
});
