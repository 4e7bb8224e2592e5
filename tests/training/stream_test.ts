/** Training on a streamed table: the bits of a training in memory. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { EncodedExample } from "bertbook/batches/batches.ts";
import {
  encodeExamples,
  encodeTargets,
} from "bertbook/batches/encode_examples.ts";
import type { ClassifierModel } from "bertbook/checkpoint/pretrained.ts";
import { checkpointsIn } from "bertbook/checkpoint/training_runs.ts";
import { loadTable } from "bertbook/datasets/load_table.ts";
import {
  type StreamedTable,
  streamTable,
  type StreamTableOptions,
} from "bertbook/datasets/stream_table.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import type { ProblemType } from "bertbook/model/config.ts";
import { initHead } from "bertbook/model/heads/heads.ts";
import { fineTune, type FineTuneData } from "bertbook/training/fine_tune.ts";
import { assertNoLeak, newModel, TOY } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

const { params, tokenizer } = newModel();
disposeTree(params);
const LENGTH = { tokenizer, maxLength: 12 } as const;
const WHOLE = { validation: 0, test: 0 } as const;

/** Texts of 1 to 6 words, whose label is in the first one; three files. */
const ROWS = Array.from({ length: 50 }, (_, i) => ({
  text: [
    `word${i % 2}`,
    ...Array.from({ length: i * 5 % 6 }, (_, w) => `word${(i * 7 + w) % 40}`),
  ].join(" "),
  label: ["no", "yes"][i % 2]!,
  stars: i % 5 - 2.5,
  topics: ["a", "b", "a|b", ""][i % 4],
}));
const CUTS = [0, 7, 30, 50];

async function inFolder(
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-stream-" });
  try {
    for (const [i, start] of CUTS.slice(0, -1).entries()) {
      const lines = ROWS.slice(start, CUTS[i + 1])
        .map((row) => JSON.stringify(row)).join("\n");
      await Deno.writeTextFile(join(folder, `part-${i}.jsonl`), lines);
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function stream<
  T extends "single-label" | "multi-label" | "regression" = "single-label",
>(
  folder: string,
  columns: Parameters<typeof streamTable>[1],
  options: Partial<StreamTableOptions<T>> = {},
): Promise<StreamedTable<T>> {
  const cacheFolder = join(folder, "cache");
  const all = { ...LENGTH, ...WHOLE, cacheFolder, ...options };
  return streamTable<T>(folder, columns, all) as Promise<StreamedTable<T>>;
}

const RECIPE = { epochs: 3, batchSize: 8, learningRate: 1e-2, seed: 42 };

/** Trains a new model; the losses of all steps, and the weights. */
async function train(
  data: Record<"train" | "validation", unknown>,
  { stopAt = Infinity, modelOf = newModel, ...options }: {
    stopAt?: number;
    modelOf?: () => ClassifierModel;
  } & Record<string, unknown> = {},
): Promise<{ losses: number[]; weights: number[]; notes: string[] }> {
  const model = modelOf();
  const losses: number[] = [], notes: string[] = [];
  const events = fineTune(model, data as FineTuneData, {
    ...RECIPE,
    ...options,
  });
  for await (const event of events) {
    if (event.kind === "start") notes.push(...event.notes);
    if (event.kind === "step") losses.push(event.loss);
    if (event.kind === "step" && event.step === stopAt) break;
  }
  const weights = namedLeaves(model.params)
    .flatMap(([, leaf]) => [...leaf.dataSync()]);
  disposeTree(model.params);
  return { losses, weights, notes };
}

const SINGLE = { text: "text", label: "label" };

Deno.test("a streamed table trains to the bits of the same table in memory", async () => {
  await inFolder(async (folder) => {
    const { train: texts } = await loadTable(ROWS, SINGLE, WHOLE);
    const memory = encodeExamples(tokenizer, texts, LENGTH)
      .map(({ numTruncated: _, ...example }) => example);
    const validation = memory.slice(0, 9);
    using table = await stream(folder, SINGLE);
    const ways = [
      { sampler: "index-shuffle" },
      { sampler: "random" },
      { batching: "padded", sampler: "index-shuffle" },
      {
        sampler: "index-shuffle",
        gradientAccumulationSteps: 2,
        classWeights: "balanced",
      },
      { sampler: "index-shuffle", freeze: ["embeddings"] },
    ];
    for (const way of ways) {
      await assertNoLeak(async () => {
        const found = await train({ train: table.train, validation }, way);
        const expected = await train({ train: memory, validation }, way);
        assert.deepEqual(found, expected, JSON.stringify(way));
      });
    }
    // The default order of a streamed table.
    const plain = await train({ train: table.train, validation });
    const named = await train({ train: memory, validation }, ways[0]);
    assert.deepEqual(plain, named);
  });
});

/** A toy with another head. */
function targetsModel(
  problemType: ProblemType,
  labels: string[],
): ClassifierModel {
  const { params: { bert, ...head }, ...model } = newModel();
  disposeTree(head);
  const config = { ...TOY, problemType };
  const params = initHead(
    "sequence-classification",
    { config, numLabels: labels.length },
    randomStream(7),
  );
  disposeTree(bert);
  return { ...model, config, labels, params };
}

Deno.test("streamed targets train to the bits of those in memory", async () => {
  const topics = { text: "text", label: "topics", separator: "|" };
  await inFolder(async (folder) => {
    for (const task of ["multi-label", "regression"] as const) {
      const isRegression = task === "regression";
      const columns = isRegression ? { text: "text", label: "stars" } : topics;
      const labels = isRegression ? ["stars"] : ["a", "b"];
      const how = { ...WHOLE, task };
      const { train: texts } = await loadTable(ROWS, columns, how);
      const memory = encodeTargets(tokenizer, texts, LENGTH);
      const validation = memory.slice(0, 9);
      using table = await stream(folder, columns, { task });
      assert.deepEqual(table.labels, labels);
      const problemType = isRegression
        ? "regression"
        : "multi_label_classification";
      const modelOf = () => targetsModel(problemType, labels);
      const options = { sampler: "index-shuffle", epochs: 1, modelOf };
      assert.deepEqual(
        await train({ train: table.train, validation }, options),
        await train({ train: memory, validation }, options),
      );
    }
  });
});

Deno.test("fault 10: a training on a streamed table that was stopped in the middle of a file ends in the same bits", async () => {
  await inFolder(async (folder) => {
    using table = await stream(folder, SINGLE, { validation: 0.2 });
    const validation = encodeExamples(tokenizer, table.validation, LENGTH);
    const data = { train: table.train, validation };
    const numExamples = table.train.length;
    assert.equal(numExamples, 40);
    for (const gradientAccumulationSteps of [1, 2]) {
      const options = { gradientAccumulationSteps };
      const whole = await train(data, options);
      const part = join(folder, `checkpoints-${gradientAccumulationSteps}`);
      const checkpoints = checkpointsIn(part, { saveSteps: 1 });
      await train(data, { ...options, checkpoints, stopAt: 4 });
      // Another process: the cache is opened again.
      using again = await stream(folder, SINGLE, { validation: 0.2 });
      let numRead = 0;
      const counted = {
        ...again.train,
        at(index: number): EncodedExample | undefined {
          numRead++;
          return again.train.at(index);
        },
      };
      const rest = { train: counted, validation };
      const resumed = await train(rest, { ...options, checkpoints });
      assert.match(resumed.notes.join(), /^Resumed at step 4 of/);
      assert.deepEqual({ ...resumed, notes: [] }, whole);
      // An epoch for the estimate of the memory, and what the steps have left: with two
      // batches in a step, an epoch has three steps.
      const numTaken = gradientAccumulationSteps === 1 ? 32 : 40 + 16;
      assert.equal(numRead, 40 + 3 * 40 - numTaken);
    }
  });
});

Deno.test("fineTune() refuses streamed examples that the model cannot read, before the first step", async () => {
  await inFolder(async (folder) => {
    using table = await stream(folder, SINGLE);
    const validation = [{ inputIds: [2, 3], tokenTypeIds: [0, 0], label: 0 }];
    const refused = (
      overrides: Partial<ClassifierModel>,
      message: RegExp,
      options = {},
    ): void => {
      const model = { ...newModel(), ...overrides };
      const data = { train: table.train, validation };
      assert.throws(
        () => fineTune(model, data, { ...RECIPE, ...options }),
        { name: "RangeError", message },
      );
      disposeTree(model.params);
    };
    refused(
      { labels: ["no"] },
      /^Cannot use example \d+ for training: its label must be in \[0, 1\); found 1/,
    );
    refused(
      { config: { ...TOY, maxPositionEmbeddings: 4 } },
      /^Cannot use example \d+ for training: the model must be able to read it; found: .*4/,
    );
    refused(
      { config: { ...TOY, vocabSize: 20 } },
      /^Cannot use example \d+ for training: .*20/,
    );
    refused(
      {},
      /^Cannot use sampler: it must be one of "random", "index-shuffle"; found "length-grouped"/,
      { sampler: "length-grouped" },
    );
  });
});
