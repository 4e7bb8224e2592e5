/** A hundred training steps by the core alone: what is bundled for other engines. */

import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { startEngine } from "bertbook/engine/start_engine.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import "bertbook/engine/wasm.ts";
import { cos, exp, log } from "bertbook/exact_math.ts";
import { BERT_TINY } from "bertbook/model/config.ts";
import { initHead } from "bertbook/model/heads/heads.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import {
  parseVocabulary,
  SPECIAL_TOKENS,
} from "bertbook/tokenizer/vocabulary.ts";

/** All digits of a training, and of the numbers that decide it. */
export type Digits = {
  /** Of every step. */
  readonly losses: number[];
  /** The validation loss of every epoch. */
  readonly validation: number[];
  /** SHA-256 of all weights at the end. */
  readonly weights: string;
  /** SHA-256 of values of lib/exact_math.ts, and of all powers of two. */
  readonly functions: string;
};

/**
 * Trains a small BERT on the wasm engine, with dropout, warm-up, a cosine schedule,
 * clipping and weight decay.
 *
 * @param settings Where a browser finds the engine's binary files; flags of tfjs, such
 * as those that choose the binary; the threads of the one that has threads.
 * @returns What must be equal everywhere.
 */
export async function hundredSteps(settings: {
  readonly wasmFolder?: string;
  readonly flags?: Readonly<Record<string, boolean>>;
  readonly threads?: number;
} = {}): Promise<Digits> {
  const { wasmFolder, flags = {}, threads } = settings;
  for (const [name, value] of Object.entries(flags)) tf.env().set(name, value);
  if (threads !== undefined) setThreadsCount(threads);
  await startEngine({
    engine: "wasm",
    ...(wasmFolder === undefined ? {} : { wasmFolder }),
  });
  const config = {
    ...BERT_TINY,
    vocabSize: 101,
    hiddenSize: 32,
    intermediateSize: 64,
    maxPositionEmbeddings: 16,
  };
  const examples = Array.from({ length: 160 }, (_, i) => {
    const length = 6 + i % 9;
    return {
      inputIds: Array.from({ length }, (_, t) => 1 + (i * 31 + t * 17) % 100),
      tokenTypeIds: Array.from({ length }, () => 0),
      label: i % 2,
    };
  });
  const params = initHead(
    "sequence-classification",
    { config, numLabels: 2 },
    randomStream(42),
  );
  const pieces = Array.from({ length: 96 }, (_, i) => `word${i}`);
  const vocabulary = parseVocabulary(
    [...SPECIAL_TOKENS, ...pieces].join("\n"),
    "words",
  );
  const model = {
    head: "sequence-classification" as const,
    config,
    params,
    tokenizer: new BertTokenizer(vocabulary),
    labels: ["no", "yes"],
    name: "small",
  };
  const data = { train: examples, validation: examples.slice(0, 8) };
  const losses: number[] = [], validation: number[] = [];
  const recipe = {
    epochs: 5,
    batchSize: 8,
    learningRate: 1e-3,
    warmupSteps: 10,
    schedule: "cosine",
    maxGradNorm: 0.5,
    metricForBestModel: "loss",
    seed: 42,
  } as const;
  for await (const event of fineTune(model, data, recipe)) {
    if (event.kind === "step") losses.push(event.loss);
    if (event.kind === "epoch") validation.push(event.validationLoss);
  }
  const leaves = namedLeaves(params).map(([, leaf]) => leaf.data());
  const weights = (await Promise.all(leaves)).flatMap((each) => [...each]);
  disposeTree(params);
  return {
    losses,
    validation,
    weights: await sha256(weights),
    functions: await sha256(valuesOfFunctions()),
  };
}

/** SHA-256 of numbers, in hexadecimal digits. */
async function sha256(numbers: readonly number[]): Promise<string> {
  const bytes = Float64Array.from(numbers);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Values of lib/exact_math.ts, and all powers of two. */
function valuesOfFunctions(): number[] {
  const stream = randomStream(7);
  const values = Array.from({ length: 10_000 }, () => {
    const u = stream.uniform();
    return [exp(-30 * u), log(1 - u), cos(2 * Math.PI * u), stream.normal()];
  });
  const powers = Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074));
  return [...values.flat(), ...powers];
}
