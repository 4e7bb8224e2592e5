import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { loadModel, type LoadOptions } from "bertbook/checkpoint/pretrained.ts";
import { NAMES, saveHeads } from "./_heads.ts";
import { temporaryFolder } from "./_support.ts";
import { LABELS, writeCheckpoint } from "./_toy.ts";

await tf.setBackend("cpu");

Deno.test("loadModel() loads a trained folder without options, as the head that it is", async () => {
  await using saved = await saveHeads();
  for (const head of NAMES) {
    if (head === "base") continue;
    const model = await loadModel(join(saved.path, head));
    assert.equal(model.head as string, head);
    const hasLabels = /classification/.test(head);
    assert.deepEqual(model.labels, hasLabels ? LABELS : []);
    assert.deepEqual(model.report.initialized, []);
    disposeTree(model.params);
  }
});

Deno.test("loadModel() without a head refuses a bare encoder and names the seven", async () => {
  await using saved = await saveHeads();
  await assert.rejects(loadModel(join(saved.path, "base")), (error: Error) => {
    assert.equal(error.name, "RangeError");
    assert.match(error.message, /found a bare encoder; pass the option head/);
    for (const head of NAMES) assert.ok(error.message.includes(`"${head}"`));
    return true;
  });
});

Deno.test("loadModel() refuses options that make no sense before it reads a file", async () => {
  const cases: [object, string, RegExp][] = [
    [
      { label: LABELS },
      "TypeError",
      /among head, labels, .* found "label"; did you mean "labels"\?/,
    ],
    [{ labels: 3 }, "TypeError", /list of at least two .* strings; found 3$/],
    [{ labels: [0, 1] }, "TypeError", /different strings; found \[0,1\]$/],
    [{ labels: [] }, "RangeError", /different strings; found \[\]$/],
    [{ labels: ["a", "a"] }, "RangeError", /found \["a","a"\]$/],
    [{ seed: -1 }, "RangeError", /seed.* must be .* -1/],
    [{ head: "classifier" }, "RangeError", /head.* must be one of "base", /],
  ];
  for (const [options, name, message] of cases) {
    const load = loadModel("no such folder", options as LoadOptions);
    await assert.rejects(load, { name, message });
  }
});

Deno.test("loadModel() takes one seed by default", async () => {
  await using folder = await temporaryFolder();
  await writeCheckpoint(folder.path, {
    rename: (name) => name.startsWith("classifier.") ? undefined : name,
  });
  const kernels: string[] = [];
  for (const options of [{}, { seed: 42 }, { seed: 1 }]) {
    const { params } = await loadModel(folder.path, {
      head: "sequence-classification",
      labels: LABELS,
      ...options,
    });
    kernels.push(params.classifier.kernel.dataSync().join());
    disposeTree(params);
  }
  assert.equal(kernels[0], kernels[1]);
  assert.notEqual(kernels[0], kernels[2]);
});
