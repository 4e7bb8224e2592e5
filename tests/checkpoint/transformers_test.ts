import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import golden from "../golden/saved_classifier.json" with { type: "json" };
import { openWithPython, type PythonOutput, saveToy } from "./_saved.ts";
import { LABELS, outputOf, toyModel } from "./_toy.ts";

await tf.setBackend("cpu");

/** Names a Python that has transformers. */
const python = Deno.env.get("BERTBOOK_PYTHON");

/** Python's ids, labels and logits are ours. */
function assertSame({ labels, missing, ids, logits }: PythonOutput): void {
  const model = toyModel();
  const ours = outputOf(model);
  disposeTree(model.params);
  assert.deepEqual(labels, LABELS);
  assert.deepEqual(missing, []);
  // Ours are padded with 0.
  const padded = ids.map((row) =>
    [...row, ...new Array(16).fill(0)].slice(0, 16)
  );
  assert.deepEqual(padded, ours.inputIds);
  const differences = logits.flatMap((row, i) =>
    row.map((logit, j) => Math.abs(logit - ours.logits[i]![j]!))
  );
  const worst = Math.max(...differences);
  assert.ok(worst < 1e-5, `Largest difference ${worst}`);
}

Deno.test("Python opened these very files and found our ids and logits", async () => {
  await using saved = await saveToy();
  assert.deepEqual(saved.digests, golden.files);
  assertSame(golden.python);
});

Deno.test({
  name: python
    ? "Python's from_pretrained opens a saved classifier and gives our logits"
    : "Python's from_pretrained opens a saved classifier (BERTBOOK_PYTHON is not set)",
  ignore: !python,
  fn: async () => {
    await using saved = await saveToy();
    assertSame(await openWithPython(python!, saved.path));
  },
});
