import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { HEADS } from "bertbook/model/heads/heads.ts";
import {
  parametersOf,
  pythonNameOf,
} from "bertbook/checkpoint/architectures.ts";
import { matchNames } from "bertbook/checkpoint/match_tensors.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import golden from "../golden/saved_heads.json" with { type: "json" };
import {
  NAMES,
  openHeadsWithPython,
  outputsOf,
  type PythonHead,
  saveHeads,
  toyHead,
} from "./_heads.ts";
import { LABELS, TOY } from "./_toy.ts";

await tf.setBackend("cpu");

/** Names a Python that has transformers. */
const python = Deno.env.get("BERTBOOK_PYTHON");

/** Python's classes, labels and outputs are ours. */
function assertSame(heads: Record<string, PythonHead>): void {
  for (const head of NAMES) {
    const { missing, pythonName, labels, outputs } = heads[head]!;
    assert.deepEqual(missing, [], head);
    assert.equal(pythonName, pythonNameOf(head, "bert"));
    assert.deepEqual(labels, HEADS[head].hasLabels ? LABELS : null);
    const model = toyHead(head);
    const ours = outputsOf(head, model);
    disposeTree(model.params);
    ours.forEach((values, text) => {
      assert.equal(values.length, outputs[text]!.length, head);
      const worst = Math.max(
        ...values.map((value, i) => Math.abs(value - outputs[text]![i]!)),
      );
      assert.ok(worst < 1e-4, `${head} differs by ${worst}`);
    });
  }
}

Deno.test("Python opened these very heads and found our outputs", async () => {
  await using saved = await saveHeads();
  assert.deepEqual(saved.digests, golden.files);
  assertSame(golden.python);
});

Deno.test({
  name: python
    ? "Python's AutoModelFor… opens every saved head and gives our outputs"
    : "Python's AutoModelFor… opens every saved head (BERTBOOK_PYTHON is not set)",
  ignore: !python,
  fn: async () => {
    await using saved = await saveHeads();
    assertSame(await openHeadsWithPython(python!, saved.path));
  },
});

Deno.test("every saved head gives its own outputs when it is loaded", async () => {
  await using saved = await saveHeads();
  const before = tf.memory().numTensors;
  for (const head of NAMES) {
    const model = toyHead(head);
    const loaded = await loadModel(join(saved.path, head), {
      head,
    });
    assert.deepEqual(outputsOf(head, loaded), outputsOf(head, model));
    assert.deepEqual(loaded.labels, model.labels);
    const { missing, unexpected, initialized } = loaded.report;
    assert.deepEqual([missing, unexpected, initialized], [[], [], []]);
    disposeTree([loaded.params, model.params]);
  }
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("a head loads what another head was saved over, and begins anew itself", async () => {
  await using saved = await saveHeads();
  const folder = join(saved.path, "masked-lm");
  const model = await loadModel(folder, { head: "pretraining", seed: 1 });
  assert.deepEqual(model.report.initialized, [
    ...["bert.pooler.dense.weight", "bert.pooler.dense.bias"],
    ...["cls.seq_relationship.weight", "cls.seq_relationship.bias"],
  ]);
  const base = await loadModel(folder, { head: "base", seed: 1 });
  assert.deepEqual(base.report.initialized, [
    "pooler.dense.weight",
    "pooler.dense.bias",
  ]);
  assert.equal(base.report.unexpected.length, 5);
  disposeTree([model.params, base.params]);
});

Deno.test("a head with classes must be told them where the file has none", async () => {
  await using saved = await saveHeads();
  const folder = join(saved.path, "base");
  await assert.rejects(
    loadModel(folder, { head: "token-classification", seed: 1 }),
    /at least two different labels/,
  );
});

const FILE = { file: "file", modelType: "bert" } as const;

Deno.test("matchNames() passes over the decoder's copies, and refuses half a head", () => {
  const parameters = parametersOf("masked-lm", TOY);
  const names = parameters.map(({ name }) => name);
  const copies = [
    "cls.predictions.decoder.weight",
    "cls.predictions.decoder.bias",
  ];
  const match = matchNames(parameters, [...names, ...copies], FILE);
  assert.deepEqual([match.missing, match.unexpected], [[], []]);
  const encoder = parametersOf("token-classification", TOY, 2);
  const other = matchNames(encoder, [...names, ...copies], FILE);
  assert.equal(other.unexpected.length, 7);
  const half = names.filter((name) => name !== "cls.predictions.bias");
  assert.throws(
    () => matchNames(parameters, half, FILE),
    /only a head or a pooler may be new; found 1 of 42 tensors missing, "cls\.predictions\.bias"/,
  );
});
