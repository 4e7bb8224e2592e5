/**
 * Training checkpoints: the state of a training after one of its steps, in a folder.
 *
 * A checkpoint is written aside, flushed to the disk and renamed, so a process that is
 * killed at any moment leaves whole checkpoints. Its manifest has the SHA-256 of each
 * file; a checkpoint that differs from its manifest is not used.
 *
 * @module
 */

import { join } from "node:path";
import type { FileFact } from "../download/asset.ts";
import { measureFile } from "../download/checksum.ts";
import { removeTree, syncFolder, writeSynced } from "./atomic_write.ts";
import { openSafetensors } from "./safetensors.ts";
import { safetensorsChunks } from "./safetensors_format.ts";
import { isObject, parseStrictJson } from "./strict_json.ts";

/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | {
  readonly [name: string]: Json | undefined;
};

/** A tensor of the state of a training. */
export type StoredTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
};

/** The state of a training after a step. */
export type TrainingCheckpoint = {
  /** Steps taken so far; 0 before the first. */
  readonly step: number;
  readonly totalSteps: number;
  /** Whether the evaluation after this step is the best so far. */
  readonly isBest: boolean;
  /** What the training has reported so far. */
  readonly events: readonly Json[];
  /** Parameters and moments. */
  readonly tensors: readonly StoredTensor[];
  /** When it was saved, as ISO 8601; for people, since clocks may be wrong. */
  readonly saved?: string;
};

/** Thrown if checkpoints cannot be written, read or continued. */
export class CheckpointError extends Error {
  /** The name of the class. */
  override readonly name = "CheckpointError";
}

const STATE_FILE = "state.safetensors";
const EVENTS_FILE = "events.json";
const MANIFEST_FILE = "manifest.json";
const FORMAT = "bertbook training checkpoint";
const VERSION = 1;
const MAX_JSON_DEPTH = 32;

/** What a checkpoint says of itself, and of its files. */
type Manifest = {
  readonly format: string;
  readonly version: number;
  readonly step: number;
  readonly totalSteps: number;
  readonly isBest: boolean;
  readonly saved: string;
  readonly files: Readonly<Record<string, FileFact>>;
};

/** A checkpoint in a folder, by its manifest alone. */
export type SavedCheckpoint =
  & Pick<Manifest, "step" | "totalSteps" | "isBest">
  & {
    readonly path: string;
  };

/**
 * Writes a checkpoint into its own folder, `checkpoint-<step>`.
 *
 * @param folder Holds the checkpoints of a run.
 * @param checkpoint The state of the training.
 * @throws {CheckpointError} If it cannot be written, as when the disk is full; nothing
 * of it remains, and older checkpoints stay.
 */
export async function writeCheckpoint(
  folder: string,
  { step, totalSteps, isBest, events, tensors }: TrainingCheckpoint,
): Promise<void> {
  const path = join(folder, `checkpoint-${step}`);
  const aside = join(folder, `.checkpoint-${step}.new`);
  const bytes = tensors.reduce((sum, { values }) => sum + values.byteLength, 0);
  try {
    await removeTree(aside);
    await Deno.mkdir(aside, { mode: 0o755 });
    const state = tensors.map(({ values, ...tensor }) => ({
      ...tensor,
      values: () => values,
    }));
    const pathOf = (name: string): string => join(aside, name);
    const chunks = safetensorsChunks(state);
    const files = {
      [STATE_FILE]: await writeSynced(pathOf(STATE_FILE), chunks),
      [EVENTS_FILE]: await writeSynced(pathOf(EVENTS_FILE), [toBytes(events)]),
    };
    const manifest: Manifest = {
      format: FORMAT,
      version: VERSION,
      step,
      totalSteps,
      isBest,
      saved: new Date().toISOString(),
      files,
    };
    await writeSynced(pathOf(MANIFEST_FILE), [toBytes(manifest)]);
    await syncFolder(aside);
    await removeCheckpoint({ path });
    await Deno.rename(aside, path);
    await syncFolder(folder);
  } catch (error) {
    await removeTree(aside).catch(() => {});
    const { message } = error as Error;
    throw new CheckpointError(
      `Cannot save the checkpoint of step ${step}: the folder must take ` +
        `${(bytes / 1e6).toFixed(0)} MB; found "${message}" in "${folder}"; ` +
        `the checkpoints before it are still there`,
      { cause: error },
    );
  }
}

/**
 * Removes a checkpoint: it is renamed first, so that no half of it is taken for a whole.
 *
 * @param checkpoint Its folder, which need not exist.
 */
export async function removeCheckpoint(
  { path }: { readonly path: string },
): Promise<void> {
  const aside = `${path}.old`;
  await removeTree(aside);
  try {
    await Deno.rename(path, aside);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  await removeTree(aside);
}

/**
 * Lists the checkpoints in a folder, the one of the latest step first, and removes what
 * a killed process left of others.
 *
 * @param folder Holds the checkpoints of a run.
 * @returns The checkpoints whose manifest can be read, and the names of the others.
 * @throws {CheckpointError} If one is of a later version of the project.
 */
export async function listCheckpoints(
  folder: string,
): Promise<{ saved: SavedCheckpoint[]; damaged: string[] }> {
  const saved: SavedCheckpoint[] = [], damaged: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (/^\.checkpoint-\d+\.new$|^checkpoint-\d+\.old$/.test(name)) {
      await removeTree(path);
    }
    if (!isDirectory || !/^checkpoint-\d+$/.test(name)) continue;
    const manifest = await readManifest(path);
    if (manifest === undefined) damaged.push(name);
    else saved.push({ ...manifest, path });
  }
  saved.sort((a, b) => b.step - a.step);
  return { saved, damaged };
}

/**
 * Reads a checkpoint.
 *
 * @param saved From {@linkcode listCheckpoints}.
 * @returns Its content; undefined if a file is missing or differs from the manifest.
 */
export async function readCheckpoint(
  { path }: Pick<SavedCheckpoint, "path">,
): Promise<TrainingCheckpoint | undefined> {
  const manifest = await readManifest(path);
  if (manifest === undefined) return undefined;
  const { files, ...facts } = manifest;
  try {
    for (const name of [STATE_FILE, EVENTS_FILE]) {
      const { sha256 } = await measureFile(join(path, name));
      if (sha256 !== files[name]?.sha256) return undefined;
    }
    const events = fromText(
      await Deno.readTextFile(join(path, EVENTS_FILE)),
    ) as Json[];
    using file = await openSafetensors(join(path, STATE_FILE));
    const tensors = Array.from(file.tensors, ([name, { shape }]) => ({
      name,
      shape,
      values: file.read(name),
    }));
    return { ...facts, events, tensors };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The manifest; undefined if it is missing or no JSON. */
async function readManifest(path: string): Promise<Manifest | undefined> {
  const manifest = await parseIfThere(join(path, MANIFEST_FILE), fromText);
  if (!isObject(manifest) || manifest["format"] !== FORMAT) return undefined;
  const { version } = manifest as Manifest;
  if (version === VERSION) return manifest as Manifest;
  throw new CheckpointError(
    `Cannot read the checkpoint "${path}": its version must be ${VERSION}; found ` +
      `${version}; use the version of Bertbook that wrote it`,
  );
}

/**
 * Parses a file.
 *
 * @param path The file.
 * @param parse How.
 * @returns Its content; undefined if it is not there, or torn.
 */
export async function parseIfThere(
  path: string,
  parse: (text: string) => unknown,
): Promise<unknown> {
  try {
    return parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** JSON, with the numbers that it lacks as words: NaN, Infinity. */
function toBytes(value: unknown): Uint8Array {
  const text = JSON.stringify(
    value,
    (_, each) =>
      typeof each === "number" && !Number.isFinite(each) ? String(each) : each,
  );
  return new TextEncoder().encode(text + "\n");
}

function fromText(text: string): unknown {
  const words = ["NaN", "Infinity", "-Infinity"];
  const restore = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(restore);
    if (isObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, restore(each)]),
      );
    }
    return words.includes(value as string) ? Number(value) : value;
  };
  return restore(parseStrictJson(text, MAX_JSON_DEPTH));
}
