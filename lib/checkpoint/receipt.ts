/**
 * Receipts: what a trained model was made of, in a file beside its weights, so that the
 * training can be done again and compared.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileFact } from "../download/asset.ts";
import { measureFile } from "../download/checksum.ts";
import { readJsonObject } from "./tokenizer_files.ts";
import type { Json } from "./training_checkpoint.ts";
import type { RunDescription } from "./training_runs.ts";

/** The file of a receipt in the folder of a model. */
export const RECEIPT_FILE = "receipt.json";

/** What is known of the training of a model, while it runs and afterwards. */
export type TrainingRecord = {
  readonly description: RunDescription;
  /** The call; see `RunInput`. */
  readonly recipe: Json;
  /** The engine, its threads and the processor. */
  readonly circumstances: RunDescription;
  readonly step: number;
  readonly totalSteps: number;
  /** The step whose weights the model has at the end, if there were evaluations. */
  readonly bestStep: number | undefined;
  /** The mean loss of each step, in nats. */
  readonly losses: readonly number[];
  /**
   * `"running"` in and between steps, `"evaluated"` after an evaluation, `"ended"` once
   * the loop was left, `"failed"` if an error or a signal ended it.
   */
  readonly stage: "running" | "evaluated" | "ended" | "failed";
  /** The folder of its checkpoints, if there are any. */
  readonly folder: string | undefined;
};

/** A receipt. */
export type Receipt =
  & Omit<TrainingRecord, "losses" | "stage" | "folder">
  & {
    readonly format: string;
    readonly version: number;
    /** The SHA-256 of the losses of every 100 steps, as little-endian float32. */
    readonly lossHashes: readonly string[];
    /** The folder of the checkpoints, as seen from that of the model. */
    readonly checkpoints?: string;
    /** The SHA-256 of the library's code, its lock file, and the program that ran. */
    readonly code: Readonly<Record<string, string>>;
    /** The files of the model. */
    readonly files: Readonly<Record<string, FileFact>>;
  };

const FORMAT = "bertbook training receipt";
const VERSION = 1;

/** Steps whose losses are hashed together. */
export const LOSSES_PER_HASH = 100;

/**
 * Makes the receipt of a training.
 *
 * @param training What is known of it.
 * @param folder The folder of the model.
 * @param files The files of the model.
 * @returns The receipt.
 */
export async function receiptOf(
  training: TrainingRecord,
  folder: string,
  files: Receipt["files"],
): Promise<Receipt> {
  const { losses, stage: _, folder: checkpoints, ...facts } = training;
  return {
    format: FORMAT,
    version: VERSION,
    ...facts,
    lossHashes: lossHashesOf(losses),
    ...checkpoints !== undefined &&
      { checkpoints: relative(resolve(folder), resolve(checkpoints)) },
    code: await codeHashes(),
    files,
  };
}

/**
 * Reads the receipt of a trained model.
 *
 * @param folder The folder of the model.
 * @returns The receipt.
 * @throws {RangeError} If there is none, or it is of a later version.
 * @throws {SyntaxError} If it is damaged.
 */
export async function readReceipt(folder: string): Promise<Receipt> {
  const receipt = await readJsonObject(folder, RECEIPT_FILE) as Receipt;
  if (receipt.format === FORMAT && receipt.version === VERSION) return receipt;
  throw new RangeError(
    `Cannot read "${RECEIPT_FILE}": it must be a ${FORMAT} of version ${VERSION}; ` +
      `found ${JSON.stringify(receipt.format)}, version ${receipt.version}`,
  );
}

/**
 * The hashes of a curve of losses.
 *
 * @param losses The loss of each step.
 * @returns The SHA-256 of each {@linkcode LOSSES_PER_HASH} of them; the last may be of
 * fewer.
 */
export function lossHashesOf(losses: readonly number[]): string[] {
  const hashes: string[] = [];
  for (let start = 0; start < losses.length; start += LOSSES_PER_HASH) {
    const part = Float32Array.from(
      losses.slice(start, start + LOSSES_PER_HASH),
    );
    const hash = createHash("sha256").update(new Uint8Array(part.buffer));
    hashes.push(hash.digest("hex"));
  }
  return hashes;
}

/**
 * The hashes of the code: of the library, of its lock file, and of the program that
 * runs, as far as they are files here.
 *
 * @returns SHA-256 by name; that of the library is of the sorted list of its files.
 */
export async function codeHashes(): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  if (import.meta.url.startsWith("file:")) {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const paths = ["mod.ts", ...await filesIn(root, "lib")].sort();
    const list = createHash("sha256");
    for (const path of paths) {
      list.update(`${path} ${(await measureFile(join(root, path))).sha256}\n`);
    }
    hashes["library"] = list.digest("hex");
    const lock = await hashIfThere(join(root, "deno.lock"));
    if (lock !== undefined) hashes["lock"] = lock;
  }
  const program = Deno.env.get("BERTBOOK_PROGRAM") ?? Deno.mainModule;
  const path = program.startsWith("file:") ? fileURLToPath(program) : program;
  const hash = isAbsolute(path) ? await hashIfThere(path) : undefined;
  if (hash !== undefined) hashes["program"] = hash;
  return hashes;
}

async function filesIn(root: string, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await filesIn(root, path));
    else paths.push(path);
  }
  return paths;
}

async function hashIfThere(path: string): Promise<string | undefined> {
  try {
    return (await measureFile(path)).sha256;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
