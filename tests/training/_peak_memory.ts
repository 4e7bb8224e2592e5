/**
 * Measures the peak memory of a training beside its estimate, in a process of its own:
 *
 *     deno run -A tests/training/_peak_memory.ts '{"model":"minilm","batchSize":32,"length":64}'
 *
 * It prints a line of JSON with both, in MB. With `"addresses": 900`, its address space
 * may grow by as many MB, and it says how the training ended.
 */

// deno-lint-ignore-file no-console -- a program prints its figures

import assert from "node:assert/strict";
import { checkpointsIn } from "bertbook/checkpoint/training_runs.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { platform, registerPlatform } from "bertbook/engine/platform.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { BERT_BASE, BERT_TINY, MINI_LM } from "bertbook/model/config.ts";
import { type HeadName, initHead } from "bertbook/model/heads/heads.ts";
import { normalRandom } from "bertbook/model/parameters.ts";
import {
  initTransformer,
  transformerConfig,
} from "bertbook/model/transformer.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { SPECIAL_TOKENS } from "bertbook/tokenizer/vocabulary.ts";
import { fineTune, type FineTuneOptions } from "bertbook/training/fine_tune.ts";
import { trainLanguageModel } from "bertbook/training/train_language_model.ts";

/** What is trained, and how. */
export type PeakMemoryPlan = {
  readonly model: keyof typeof MODELS;
  readonly head?: HeadName | "causal-lm";
  readonly batchSize: number;
  readonly length: number;
  readonly threads?: number;
  readonly options?: Partial<FineTuneOptions>;
  /** The folder of checkpoints, which are saved after each step. */
  readonly checkpoints?: string;
  readonly addresses?: number;
};

const MODELS = { tiny: BERT_TINY, minilm: MINI_LM, base: BERT_BASE };
const NUM_WORDS = 4000;

/** How a training of this plan starts. */
function prepare(plan: PeakMemoryPlan): () => AsyncGenerator<unknown, void> {
  const { head = "sequence-classification", batchSize, length } = plan;
  const config = MODELS[plan.model];
  const options = {
    epochs: 2,
    batchSize,
    learningRate: 1e-5,
    seed: 1,
    ...plan.checkpoints && {
      checkpoints: checkpointsIn(plan.checkpoints, { saveSteps: 1 }),
    },
    ...plan.options,
  };
  const random = randomStream(1);
  const numBatches = options.gradientAccumulationSteps ?? 1;
  const train = Array.from({ length: numBatches * batchSize }, (_, i) => ({
    inputIds: Array.from({ length }, () => 5 + random.integer(NUM_WORDS)),
    tokenTypeIds: Array<number>(length).fill(0),
    label: i % 2,
    tokenLabels: Array<number>(length).fill(0),
    startPosition: 0,
    endPosition: 1,
    promptLength: 1,
  }));
  if (head === "causal-lm") {
    const config = transformerConfig(MODELS[plan.model]);
    const params = initTransformer(config, normalRandom(1));
    return () => trainLanguageModel({ config, params }, train, options);
  }
  const words = Array.from({ length: config.vocabSize - 5 }, (_, i) => `w${i}`);
  const pieces = [...SPECIAL_TOKENS, ...words];
  const idOf = new Map(pieces.map((piece, id) => [piece, id]));
  const model = {
    head,
    config,
    params: initHead(head, { config, numLabels: 2 }, normalRandom(1)),
    tokenizer: new BertTokenizer({ pieces, idOf }),
    labels: ["no", "yes"],
    name: "random",
  };
  const data = { train, validation: train.slice(0, 2) };
  return () => fineTune(model as never, data, options);
}

async function run(training: AsyncGenerator<unknown, void>): Promise<void> {
  for await (const _ of training);
}

/** What Linux says of this process, in bytes. */
function status(name: string): number {
  const text = Deno.readTextFileSync("/proc/self/status");
  return 1024 *
    Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(text)?.[1]);
}

/** The MB that a training is estimated to need. */
async function estimateOf(training: AsyncGenerator<unknown>): Promise<number> {
  const system = platform();
  registerPlatform({ ...system, memoryLimit: () => 1 });
  const error = await run(training).then(() => {}, (error: Error) => error);
  registerPlatform(system);
  return Number(/about (\d+) MB needed/.exec(error!.message)?.[1]);
}

if (import.meta.main) {
  const plan: PeakMemoryPlan = JSON.parse(Deno.args[0]!);
  await startEngine({ engine: "tensorflow", threads: plan.threads ?? 2 });
  const start = prepare(plan);
  const estimate = await estimateOf(start());
  if (plan.addresses !== undefined) {
    const limit = status("VmSize") + 1e6 * plan.addresses;
    const args = [`--pid=${Deno.pid}`, `--as=${limit}`];
    assert.ok((await new Deno.Command("prlimit", { args }).output()).success);
  }
  const outcome = await run(start()).then(() => "trained", String);
  const peak = Math.round((status("VmHWM") - status("RssFile")) / 1e6);
  console.log(JSON.stringify({ ...plan, estimate, peak, outcome }));
}
