import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { platform, registerPlatform } from "bertbook/engine/platform.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { provideLibrary } from "bertbook/engine/tensorflow/library.ts";
import { initTransformer } from "bertbook/model/transformer.ts";
import { transformerConfig } from "bertbook/model/transformer.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import { batchMemory, checkMemory } from "bertbook/training/memory.ts";
import { trainEpoch } from "bertbook/training/train_epoch.ts";
import { trainLanguageModel } from "bertbook/training/train_language_model.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { RUNS_ALL } from "../_tiers.ts";
import { asWorker } from "./_fake_cluster.ts";
import type { PeakMemoryPlan } from "./_peak_memory.ts";
import {
  assertNoLeak,
  newModel,
  newTrainState,
  planOf,
  TOY,
} from "./_support.ts";

await tf.setBackend("cpu");

const RECIPE = { epochs: 1, batchSize: 16_000, learningRate: 1e-3, seed: 1 };
const EXAMPLES = Array(RECIPE.batchSize).fill({
  inputIds: Array(16).fill(5),
  tokenTypeIds: Array(16).fill(0),
  label: 0,
});

/** Runs where a process may have so much memory. */
async function withMemory(
  bytes: number | undefined,
  run: () => Promise<void>,
): Promise<void> {
  const system = platform();
  registerPlatform({ ...system, memoryLimit: () => bytes });
  try {
    await assertNoLeak(run);
  } finally {
    registerPlatform(system);
  }
}

/** Takes the first step of a toy's training. */
async function firstStep(batchSize = RECIPE.batchSize): Promise<void> {
  const model = newModel();
  const data = { train: EXAMPLES, validation: EXAMPLES.slice(0, 2) };
  const options = { ...RECIPE, batchSize, batching: "padded" } as const;
  const events = fineTune(model, data, options);
  try {
    await events.next();
  } finally {
    await events.return();
    disposeTree(model.params);
  }
}

Deno.test("batchMemory() counts what each layer keeps of each token, and logits", () => {
  const batch = { inputIds: new Int32Array(6), indices: [0, 1], length: 3 };
  // 6 tokens, 2 layers: 6.4 D + 1.4 F + 1.5 H T; 5 rows of logits, three times.
  const values = 6 * 2 * (6.4 * 16 + 1.4 * 32 + 1.5 * 2 * 3) + 3 * 5 * 64;
  const { activations, ...shape } = batchMemory(TOY, batch, 5);
  assert.ok(Math.abs(activations - 4 * values) < 1e-6);
  assert.deepEqual(shape, { numExamples: 2, numRows: 2, length: 3 });
});

Deno.test("fault 59: a batch that cannot fit is refused before the first step, with one that does", async () => {
  await withMemory(440e6, () =>
    assert.rejects(firstStep(), {
      name: "RangeError",
      message:
        /^Cannot train with batchSize=16000: a batch of 16000 × 16 tokens must fit into memory; found about 6\d\d MB needed and 440 MB there; batchSize=4000 with gradientAccumulationSteps=4 takes the same steps in less$/,
    }));
  await withMemory(
    100e6,
    () =>
      assert.rejects(firstStep(), {
        message: /use shorter texts or a smaller/,
      }),
  );
});

Deno.test("fault 59: what may fit is trained, and whatever the system does not say", async () => {
  // The estimate is 220 MB, and may be 30 % too high.
  for (const bytes of [180e6, undefined]) {
    await withMemory(bytes, () => firstStep(4));
  }
});

Deno.test("fault 59: a language model's batch that cannot fit is refused", async () => {
  const sizes = { vocabSize: 64, numLayers: 1, numHeads: 1, hiddenSize: 8 };
  const config = transformerConfig({ ...sizes, maxPositionEmbeddings: 8 });
  await withMemory(1e6, async () => {
    const model = { config, params: initTransformer(config, randomStream(1)) };
    const sequences = [{ inputIds: [1, 2, 3], promptLength: 1 }];
    await assert.rejects(trainLanguageModel(model, sequences, RECIPE).next(), {
      name: "RangeError",
      message:
        /^Cannot train with batchSize=1: a batch of 1 × 2 tokens must fit/,
    });
    disposeTree(model.params);
  });
});

Deno.test("fault 59: an engine that finds no memory is told as a batch that must be smaller", async () => {
  const state = newTrainState();
  const batch = {
    inputIds: new Int32Array(12),
    indices: [3, 1, 0, 2, 4, 5],
    length: 2,
  };
  const stepThatThrows = (message: string): Promise<unknown> => {
    const step = () => {
      throw new Error(`Cannot execute "step": ${message}`);
    };
    const task = {
      trainStep: { float32: step, bfloat16: step, accumulate: {} } as never,
      config: TOY,
      tensorsOf: () => [],
      memoryOf: () => batchMemory(TOY, batch),
    };
    const position = { epoch: 1, stepsDone: 0 };
    return trainEpoch(task, state, [batch], position, planOf()).next();
  };
  await assert.rejects(
    stepThatThrows("found RESOURCE_EXHAUSTED, OOM when allocating tensor"),
    {
      name: "RangeError",
      message:
        'Cannot train with batchSize=6: a batch of 6 × 2 tokens must fit into memory; found "RESOURCE_EXHAUSTED, OOM when allocating tensor"; batchSize=3 with gradientAccumulationSteps=2 takes the same steps in less',
    },
  );
  await assert.rejects(
    stepThatThrows("RESOURCE_EXHAUSTED, No space left on device"),
    {
      name: "Error",
    },
  );
  disposeTree(state);
});

Deno.test({
  name:
    "fault 59: within a limit of the address space, the batch that is proposed trains",
  ignore: Deno.build.os !== "linux" || !RUNS_ALL,
  async fn(): Promise<void> {
    await provideLibrary();
    const run = async (plan: Partial<PeakMemoryPlan>): Promise<string> => {
      const child = join(import.meta.dirname!, "_peak_memory.ts");
      const all = { model: "minilm", length: 256, addresses: 1500, ...plan };
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "--allow-all", child, JSON.stringify(all)],
        stderr: "inherit",
      }).output();
      return JSON.parse(new TextDecoder().decode(stdout)).outcome;
    };
    const refusal = await run({ batchSize: 64 });
    const [, batchSize, gradientAccumulationSteps] =
      /needed and \d+ MB there; batchSize=(\d+) with gradientAccumulationSteps=(\d+) /
        .exec(refusal)!.map(Number);
    const options = { gradientAccumulationSteps: gradientAccumulationSteps! };
    assert.equal(await run({ batchSize: batchSize!, options }), "trained");
  },
});

Deno.test("workers at one address share the memory of their machine", async () => {
  await tf.setBackend("cpu");
  const batch = { numExamples: 2, numRows: 2, length: 3, activations: 400e6 };
  const check = (...hosts: number[]) =>
    asWorker(
      hosts.map((host, i) => `10.0.0.${host}:${2222 + i}`),
      0,
      () => checkMemory({}, [batch], {}),
    );
  // About 620 MB are estimated, and 30 % less may be enough.
  await withMemory(1e9, async () => {
    await check(1, 1);
    await check(1, 2, 3, 4);
    await assert.rejects(check(1, 2, 1, 1), {
      name: "RangeError",
      message:
        /found about 6\d\d MB needed and 333 MB there for each of 3 workers/,
    });
  });
});
