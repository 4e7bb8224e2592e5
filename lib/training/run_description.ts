/** Run descriptions: the options, data and starting weights that decide a training. @module */

import { areStreamed, type TrainExamples } from "../batches/example_source.ts";
import type { TrainingRecord } from "../checkpoint/receipt.ts";
import type { Json } from "../checkpoint/training_checkpoint.ts";
import type { RunInput } from "../checkpoint/training_runs.ts";
import { namedLeaves, type TensorTree } from "../engine/tensor_tree.ts";

/** What a training depends on. */
export type Training = {
  /** What is trained, such as the name of the head. */
  readonly task: string;
  /** The resolved options, and those that the user gave. */
  readonly options: { readonly given: object };
  /** The sizes of the model. */
  readonly config: object;
  /** The examples, by the name of their set. */
  readonly data: Readonly<Record<string, TrainExamples<object>>>;
  /** The parameters before the first step. */
  readonly params: TensorTree;
  /** How the model was loaded, if it was. */
  readonly origin?: object | undefined;
  /**
   * A training of the same parameters that was stopped: if it is this one, it restores
   * all of them, so its starting weights count.
   */
  readonly stopped?: TrainingRecord | undefined;
};

/** Examples that are hashed at once. */
const CHUNK = 1024;

/**
 * Describes a training by all that decides its numbers: two trainings of equal
 * descriptions give the same bits on the same machine.
 *
 * @param training Options, data and starting weights.
 * @returns The options as they are, and the SHA-256 of data and weights; and what it
 * takes to train once more.
 */
export async function describeRun(
  { task, options, config, data, params, origin, stopped }: Training,
): Promise<RunInput> {
  const hashes: Record<string, Json> = {};
  const inMemory: Record<string, readonly object[]> = {};
  for (const [name, examples] of Object.entries(data)) {
    if (areStreamed(examples)) {
      hashes[name] = examples.sha256;
    } else {
      hashes[name] = await hashExamples(examples);
      inMemory[name] = examples;
    }
  }
  const known = {
    task,
    options: plain(options),
    config: plain(config),
    data: hashes,
  };
  const startingWeights = stopped && wasStopped(stopped, known)
    ? stopped.description["startingWeights"]!
    : await hashWeights(params);
  const description = { ...known, startingWeights };
  const recipe = {
    task,
    options: plain(options.given),
    ...origin && { origin: plain(origin) },
  };
  return { description, recipe, data: inMemory };
}

/** Whether a training was stopped that is the same but for its starting weights. */
function wasStopped(
  { stage, description }: TrainingRecord,
  known: object,
): boolean {
  const { startingWeights: _, ...rest } = description;
  return (stage === "running" || stage === "failed") &&
    JSON.stringify(rest) === JSON.stringify(known);
}

/**
 * The SHA-256 of encoded examples.
 *
 * @param examples Plain objects.
 */
export function hashExamples(examples: readonly object[]): Promise<string> {
  return hashOf(chunksOf(examples));
}

/**
 * The SHA-256 of the parameters of a model: of their names, shapes and values.
 *
 * @param params A tree of tensors.
 */
export function hashWeights(params: TensorTree): Promise<string> {
  return hashOf(weightsOf(params));
}

async function* weightsOf(params: TensorTree): AsyncGenerator<Uint8Array> {
  for (const [path, leaf] of namedLeaves(params)) {
    yield bytesOf(`${path} [${leaf.shape}]`);
    const { buffer, byteOffset, byteLength } = await leaf.data();
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

function* chunksOf(examples: readonly object[]): Generator<Uint8Array> {
  for (let start = 0; start < examples.length; start += CHUNK) {
    yield bytesOf(JSON.stringify(examples.slice(start, start + CHUNK)));
  }
}

/**
 * The SHA-256 of the SHA-256 of each chunk: browsers hash nothing piece by piece, and
 * several chunks are hashed at once.
 */
async function hashOf(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<string> {
  const digest = async (bytes: Uint8Array): Promise<string> => {
    const hash = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
    // Node 22 and 24 have no Uint8Array.toHex.
    return Array.from(
      new Uint8Array(hash),
      (byte) => byte.toString(16).padStart(2, "0"),
    ).join("");
  };
  const digests: Promise<string>[] = [];
  for await (const chunk of chunks) digests.push(digest(chunk));
  return await digest(bytesOf((await Promise.all(digests)).join("\n")));
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * A value as JSON, without what decides no number; infinite numbers as words.
 *
 * @param value Options or sizes.
 * @returns What a description has of it.
 */
export function plain(value: object): Json {
  const {
    signal: _,
    checkpoints: __,
    given: ___,
    precisionReason: ____,
    ...rest
  } = value as Record<string, unknown>;
  const text = JSON.stringify(
    rest,
    (_, each) => each === Infinity ? "Infinity" : each,
  );
  return JSON.parse(text);
}
