/**
 * A worker that notebook 23 starts: some training steps on the embedded corpus.
 *
 *     worker_program.ts <WorkerTask as JSON>
 *
 * It writes a line of JSON for each step.
 *
 * @module
 */

import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import { COLA } from "../../lib/datasets/cola.ts";
import { loadDataset } from "../../lib/datasets/load_dataset.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import { fineTune } from "../../lib/training/fine_tune.ts";
import type { WorkerStep, WorkerTask } from "./workers.ts";

const BATCH_SIZE = 32;

const { cluster, numMicroBatches, numSteps, seed }: WorkerTask = JSON.parse(
  Deno.args[0]!,
);
await startEngine({ threads: 1, ...cluster && { cluster } });
const { train, labels } = await loadDataset(COLA, { embeddedOnly: true });
const model = await loadModel(await ensureModel(), {
  head: "sequence-classification",
  labels: [...labels],
  seed,
});
const examples = encodeExamples(
  model.tokenizer,
  train.slice(0, (numSteps + 1) * BATCH_SIZE),
  { maxLength: 32 },
);
const split = numSteps * BATCH_SIZE;
const data = {
  train: examples.slice(0, split),
  validation: examples.slice(split),
};
const events = fineTune(model, data, {
  epochs: 1,
  batchSize: BATCH_SIZE,
  learningRate: 5e-5,
  seed,
  ...numMicroBatches !== undefined && { numMicroBatches },
});
for await (const event of events) {
  if (event.kind !== "step") continue;
  const { step, loss } = event;
  const line = JSON.stringify({ step, loss } satisfies WorkerStep);
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
