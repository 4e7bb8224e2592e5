import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { loadModel, type LoadOptions } from "bertbook/checkpoint/pretrained.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { PROBLEM_TYPES, type ProblemType } from "bertbook/model/config.ts";
import { temporaryFolder } from "./_support.ts";
import { LABELS, TOY, toyModel, writeCheckpoint } from "./_toy.ts";

await tf.setBackend("cpu");

const id2label = Object.fromEntries(LABELS.entries());
const [SINGLE, MULTI, REGRESSION] = PROBLEM_TYPES as [
  ProblemType,
  ProblemType,
  ProblemType,
];

/** What is in a folder, changed, as its problem type. */
async function problemOf(
  config: Record<string, unknown>,
  options: LoadOptions = {},
  numLabels = LABELS.length,
): Promise<ProblemType | undefined> {
  await using folder = await temporaryFolder();
  await writeCheckpoint(folder.path, {
    config: { architectures: ["BertForSequenceClassification"], ...config },
    parameter: (parameter) =>
      parameter.path.startsWith("classifier.")
        ? {
          ...parameter,
          shape: [numLabels, ...parameter.shape.slice(1)],
        }
        : parameter,
  });
  const { config: loaded, params } = await loadModel(folder.path, options);
  disposeTree(params);
  return loaded.problemType;
}

Deno.test("a saved classifier says what it predicts, and is loaded as that", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  for (const problemType of PROBLEM_TYPES) {
    const model = toyModel();
    const isDefault = problemType === SINGLE;
    const config = isDefault ? TOY : { ...TOY, problemType };
    await saveModel({ ...model, config }, path);
    const json = JSON.parse(await Deno.readTextFile(join(path, "config.json")));
    assert.equal(json["problem_type"], problemType);
    const loaded = await loadModel(path);
    assert.equal(
      loaded.config.problemType,
      isDefault ? undefined : problemType,
    );
    for (const { params } of [model, loaded]) disposeTree(params);
  }
});

Deno.test("a classifier without a problem type is one of single labels, or of one value", async () => {
  assert.equal(await problemOf({ id2label }), undefined);
  assert.equal(await problemOf({ id2label, problem_type: null }), undefined);
  const one = { id2label: { 0: "stars" } };
  assert.equal(await problemOf(one, {}, 1), REGRESSION);
  assert.equal(await problemOf({ ...one, problem_type: MULTI }, {}, 1), MULTI);
});

Deno.test("loadModel() makes a new classifier for the problem type that is asked for", async () => {
  await using folder = await temporaryFolder();
  await writeCheckpoint(folder.path, {
    config: { problem_type: MULTI }, // of a classifier that is gone
    rename: (name) => name.startsWith("classifier.") ? undefined : name,
  });
  const load = async (options: LoadOptions): Promise<unknown> => {
    const model = await loadModel(folder.path, {
      head: "sequence-classification",
      labels: LABELS,
      ...options,
    });
    disposeTree(model.params);
    return model.config.problemType;
  };
  assert.equal(await load({}), undefined);
  assert.equal(await load({ problemType: SINGLE }), undefined);
  assert.equal(await load({ problemType: MULTI }), MULTI);
  const one = { problemType: REGRESSION, labels: ["stars"] };
  assert.equal(await load(one), REGRESSION);
});

Deno.test("a trained classifier of one value needs a name alone", async () => {
  const options = { labels: ["stars"] };
  assert.equal(await problemOf({}, options, 1), REGRESSION);
  await assert.rejects(problemOf({}, options), {
    name: "RangeError",
    message: /at least two different strings; found \["stars"\]$/,
  });
});

Deno.test("loadModel() refuses another problem than the trained one, and unknown ones", async () => {
  await assert.rejects(problemOf({ id2label }, { problemType: MULTI }), {
    name: "RangeError",
    message: /its problemType must be that of the checkpoint, "single_label_/,
  });
  const multi = { id2label, "problem_type": MULTI };
  await assert.rejects(problemOf(multi, { problemType: REGRESSION }), {
    name: "RangeError",
    message: /that of the checkpoint, "multi_.*; found "regression"; leave out/,
  });
  assert.equal(await problemOf(multi, { problemType: MULTI }), MULTI);
  await assert.rejects(problemOf({ id2label, problem_type: "ranking" }), {
    name: "TypeError",
    message: /"problem_type" must be .* found "ranking"$/,
  });
  const load = (options: object): Promise<unknown> =>
    loadModel("no such folder", options as LoadOptions);
  await assert.rejects(load({ problemType: "ranking" }), {
    name: "RangeError",
    message: /problemType: it must be one of "single_label_classification", /,
  });
  await assert.rejects(load({ labels: [], problemType: REGRESSION }), {
    name: "RangeError",
    message: /at least one string, all different; found \[\]$/,
  });
  await assert.rejects(load({ labels: ["a"], problemType: SINGLE }), {
    name: "RangeError",
    message: /at least two different strings; found \["a"\]$/,
  });
});
