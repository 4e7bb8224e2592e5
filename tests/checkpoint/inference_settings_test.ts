import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  inferenceFromJson,
  type InferenceSettings,
  inferenceToJson,
  untuned,
} from "bertbook/checkpoint/inference_settings.ts";
import { loadModel, reloadModel } from "bertbook/checkpoint/pretrained.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { temporaryFolder } from "./_support.ts";
import { LABELS, toyModel, writeCheckpoint } from "./_toy.ts";

await tf.setBackend("cpu");

const ALL: Required<InferenceSettings> = {
  maxLength: 64,
  stride: 0,
  temperature: 1.7,
  thresholds: [0, 0.25, 1],
  noAnswerThreshold: -0.5,
};

Deno.test("inference settings are read as they were written, whichever there are", () => {
  const names = Object.keys(ALL) as (keyof InferenceSettings)[];
  for (const settings of [ALL, {}, ...names.map((n) => ({ [n]: ALL[n] }))]) {
    const json = JSON.parse(JSON.stringify(inferenceToJson(settings)));
    assert.deepEqual(inferenceFromJson(json, 3), settings);
  }
  assert.deepEqual(Object.keys(inferenceToJson(ALL)), [
    "max_length",
    "stride",
    "temperature",
    "thresholds",
    "no_answer_threshold",
  ]);
  assert.equal(inferenceFromJson(undefined, 3), undefined);
});

Deno.test("settings that the weights do not decide outlive a training", () => {
  assert.deepEqual(untuned(ALL), { maxLength: 64, stride: 0 });
});

Deno.test("inferenceFromJson() refuses what no program wrote, and names it", () => {
  const refused = (json: unknown, message: string): void => {
    assert.throws(() => inferenceFromJson(json, 2), {
      name: "TypeError",
      message: `Cannot read "config.json": ${message}`,
    });
  };
  refused(null, `"inference" must be an object; found null`);
  refused([1], `"inference" must be an object; found [1]`);
  refused(
    { temprature: 2 },
    `"inference.temprature" must be one of max_length, stride, temperature, ` +
      `thresholds, no_answer_threshold; found 2`,
  );
  const wrong: [string, unknown[], string][] = [
    ["max_length", [-1, 1.5, "8", null], "a whole number"],
    ["stride", [-1, 0.5], "a whole number"],
    ["temperature", [0, -1, "1", null], "a positive number"],
    [
      "thresholds",
      [0.5, [0.5], [0.5, 2], [0.5, "0"], [0, 0, 0]],
      "2 probabilities",
    ],
    ["no_answer_threshold", ["0", null], "a number"],
  ];
  for (const [name, values, must] of wrong) {
    for (const value of values) {
      refused(
        { [name]: value },
        `"inference.${name}" must be ${must}; found ${JSON.stringify(value)}`,
      );
    }
  }
});

Deno.test("a model keeps its inference settings in its folder", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const model = toyModel();
  const json = async (): Promise<Record<string, unknown>> =>
    JSON.parse(await Deno.readTextFile(join(path, "config.json")));
  await saveModel(model, path);
  assert.ok(!("inference" in await json()));
  model.inference = { maxLength: 12, temperature: 1.5 };
  await saveModel(model, path);
  assert.deepEqual((await json())["inference"], {
    max_length: 12,
    temperature: 1.5,
  });
  const loaded = await loadModel(path);
  assert.deepEqual(loaded.inference, model.inference);
  for (const { params } of [model, loaded]) disposeTree(params);
});

Deno.test("a new classifier has no settings of an old one", async () => {
  await using folder = await temporaryFolder();
  await writeCheckpoint(folder.path, {
    config: { inference: { temperature: 2 } },
    rename: (name) => name.startsWith("classifier.") ? undefined : name,
  });
  const options = { head: "sequence-classification", labels: LABELS } as const;
  const { inference, params } = await loadModel(folder.path, options);
  assert.equal(inference, undefined);
  disposeTree(params);
});

Deno.test("reloadModel() gives a trained model its old temperature back", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const toy = toyModel();
  for (const stored of [undefined, { temperature: 2 }]) {
    if (stored) toy.inference = stored;
    await saveModel(toy, path);
    const model = await loadModel(path);
    model.inference = { maxLength: 9, temperature: 5, thresholds: [1, 1, 1] };
    model.training = { stage: "ended" } as never;
    await reloadModel(model);
    assert.deepEqual(model.inference, { maxLength: 9, ...stored });
    disposeTree(model.params);
  }
  disposeTree(toy.params);
});
