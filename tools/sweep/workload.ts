/** Workload of a sweep: what every training of it does, and by what it is recognized. @module */

import { join } from "node:path";
import { codeHashes } from "../../lib/checkpoint/receipt.ts";
import { measureFile } from "../../lib/download/checksum.ts";
import { hashExamples } from "../../lib/training/run_description.ts";
import type { SweepEpoch, SweepRun, SweepTask } from "./store.ts";

/** What a sweep trains. */
export type SweepWorkload = {
  readonly task: SweepTask;
  /** The bytes of the starting model's weights; 0 if they are random. */
  readonly modelBytes: number;
  /** Trains once, or continues what was stopped in the folder. */
  readonly train: (
    run: SweepRun,
    options: TrainingPlace,
  ) => Promise<readonly SweepEpoch[]>;
  /** What is removed of the folder once the result is stored: a path in it. */
  readonly temporary: string;
  /** What remains of the folder: the path of the model in it, if it is kept. */
  readonly model?: string;
};

/** Where and how one training runs. */
export type TrainingPlace = {
  readonly folder: string;
  readonly threads: number;
  /** Ends the training. */
  readonly signal: AbortSignal;
  /** Receives what it does at the moment, in a line. */
  readonly onProgress: (text: string) => void;
};

/** The way out of a training that was killed. */
export const IF_KILLED = "; if memory was short, lower --jobs";

/**
 * The size of a starting model.
 *
 * @param folder Its folder.
 * @returns The bytes of the files of weights; 0 if they are random.
 */
export async function weightsBytes(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".safetensors")) continue;
    bytes += (await Deno.stat(join(folder, name))).size;
  }
  return bytes;
}

/** What a model is made of, as far as trainings read it. */
const MODEL_FILE = /\.(json|txt|safetensors)$/;

/**
 * The hashes by which a task is recognized.
 *
 * @param folder The folder of the starting model.
 * @param parts The examples.
 * @returns Equal for equal models, examples and code, whatever their folders are called.
 */
export async function hashesOf(
  folder: string,
  parts: Readonly<Record<string, readonly object[]>>,
): Promise<SweepTask["hashes"]> {
  const { program: _, ...hashes } = await codeHashes();
  const files = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  for (const file of files.filter((name) => MODEL_FILE.test(name)).sort()) {
    hashes[file] = (await measureFile(join(folder, file))).sha256;
  }
  for (const [part, examples] of Object.entries(parts)) {
    hashes[part] = await hashExamples(examples);
  }
  return hashes;
}
