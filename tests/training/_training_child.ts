/**
 * Trains with checkpoints in the folder that is named; prints each loss, and the hash of
 * the end. A third argument is JSON: the number of threads, the cluster, the step after
 * which to stop, the number of examples, and options.
 */

// deno-lint-ignore-file no-console -- a program speaks to the test

import { checkpointsIn } from "bertbook/checkpoint/training_runs.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import { copyTask, newModel } from "./_support.ts";

const [folder, name, more = "{}"] = Deno.args as [
  folder: string,
  model: "toy" | "tiny" | "all-MiniLM-L6-v2",
  more?: string,
];
const { threads = 2, cluster, breakAt, examples = 160, ...options } = JSON
  .parse(more);
await startEngine({ engine: "tensorflow", threads, cluster });
const model = name === "toy" ? newModel() : await loadModel(name, {
  head: "sequence-classification",
  labels: ["no", "yes"],
  seed: 1,
});
const run = fineTune(
  model,
  { train: copyTask(examples, 4), validation: copyTask(16, 2) },
  {
    epochs: 2,
    batchSize: 4,
    learningRate: 1e-4,
    warmupSteps: 10,
    seed: 42,
    evalSteps: 15,
    checkpoints: checkpointsIn(folder, { saveSteps: 3 }),
    ...options,
  },
);
for await (const event of run) {
  if (event.kind === "start") console.log(`start ${event.step}`);
  if (event.kind === "step" && !event.replayed) {
    console.log(`step ${event.step} ${event.loss}`);
    if (event.step === breakAt) break;
  }
  if (event.kind === "evaluation" && !event.replayed) {
    console.log(`evaluation ${event.step} ${event.metrics.loss}`);
  }
}
const leaves = namedLeaves(model.params).map(([, leaf]) =>
  new Uint8Array(leaf.dataSync().buffer as ArrayBuffer)
);
const digests = await Promise.all(
  leaves.map((bytes) => crypto.subtle.digest("SHA-256", bytes)),
);
const all = await crypto.subtle.digest(
  "SHA-256",
  await new Blob(digests).arrayBuffer(),
);
console.log(`end ${new Uint8Array(all).toHex()}`);
