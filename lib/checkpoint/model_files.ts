/** The files of a model in Hugging Face's layout, wherever they are. @module */

import { quoted } from "../printable.ts";
import {
  INDEX_FILE,
  noSuchTensor,
  type SafetensorsFile,
  safetensorsOf,
} from "./safetensors_format.ts";
import type { TensorFact } from "./safetensors_header.ts";
import { isObject, parseStrictJson } from "./strict_json.ts";

/** The files of one model. */
export type ModelFiles = {
  /** The name of their folder, for messages. */
  readonly folder: string;
  readonly names: () => Iterable<string> | Promise<Iterable<string>>;
  /** The content of a text file; undefined if it is not there. */
  readonly text: (file: string) => Promise<string | undefined>;
  /** Opens a file of weights; undefined if it is not there. */
  readonly open: (file: string) => Promise<SafetensorsFile | undefined>;
};

/** More than any of these files nests. */
const MAX_DEPTH = 32;

/**
 * Files that are in memory, such as those that a browser was given.
 *
 * @param folder What messages call their folder.
 * @param contents The bytes by the name of the file.
 * @returns The files.
 */
export function filesInMemory(
  folder: string,
  contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): ModelFiles {
  return {
    folder,
    names: () => contents.keys(),
    text: (file) => {
      const bytes = contents.get(file);
      return Promise.resolve(bytes && decodeModelText(bytes, file));
    },
    open: (file) => {
      const bytes = contents.get(file);
      const opened = bytes && safetensorsOf({
        file,
        size: bytes.length,
        readAt: (offset, length) => bytes.slice(offset, offset + length),
        close: () => {},
      });
      return Promise.resolve(opened);
    },
  };
}

/**
 * Decodes a text file of a model.
 *
 * @param bytes The content.
 * @param file Its name.
 * @throws {SyntaxError} If it is not UTF-8.
 */
export function decodeModelText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    throw new SyntaxError(
      `Cannot parse "${file}": it must be UTF-8; found other bytes; ` +
        `save the file as UTF-8`,
    );
  }
}

/**
 * Reads a JSON file that must hold an object.
 *
 * @param files The files of a model.
 * @param file Its name.
 * @returns The object; undefined if the file is not there.
 * @throws {SyntaxError} If it is not JSON, or not an object.
 */
export async function readObject(
  files: Pick<ModelFiles, "text">,
  file: string,
): Promise<Record<string, unknown> | undefined> {
  let problem = "an object";
  try {
    const text = await files.text(file);
    if (text === undefined) return undefined;
    const json = parseStrictJson(text, MAX_DEPTH);
    if (isObject(json)) return json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    problem = error.message;
  }
  throw new SyntaxError(`Cannot parse "${file}": it must be ${problem}`);
}

/**
 * Reads a JSON file that must be there and hold an object.
 *
 * @param files The files of a model.
 * @param file Its name.
 * @returns The object.
 * @throws {RangeError} If it is not there.
 * @throws {SyntaxError} If it is not JSON, or not an object.
 */
export async function requireObject(
  files: Pick<ModelFiles, "folder" | "text">,
  file: string,
): Promise<Record<string, unknown>> {
  const object = await readObject(files, file);
  if (object !== undefined) return object;
  throw new RangeError(
    `Cannot read "${file}": it must be in the folder "${files.folder}"; ` +
      `found none; is this a model in Hugging Face's layout?`,
  );
}

/**
 * Opens weights that are shared out among several files, as if they were one.
 *
 * @param files The files of a model, with the index.
 * @returns The open files; the caller disposes them.
 * @throws {SyntaxError} If the index is malformed.
 * @throws {RangeError} If a file or a tensor of the index is not there.
 * @throws As {@linkcode openSafetensors}, for each file.
 */
export async function openShards(files: ModelFiles): Promise<SafetensorsFile> {
  const { weight_map: map } = await requireObject(files, INDEX_FILE);
  const names = isObject(map) ? [...new Set(Object.values(map))] : [];
  const isName = (file: unknown): file is string =>
    typeof file === "string" && /^[^/\\:]+\.safetensors$/.test(file);
  if (!isObject(map) || names.length === 0 || !names.every(isName)) {
    const odd = names.find((file) => !isName(file));
    throw new SyntaxError(
      `Cannot read "${INDEX_FILE}": "weight_map" must name a .safetensors file in the ` +
        `same folder for each tensor; found ${quoted(odd ?? map)}`,
    );
  }
  const shards = new DisposableStack();
  const readers = new Map<string, SafetensorsFile["read"]>();
  const tensors = new Map<string, TensorFact>();
  try {
    for (const file of names) {
      const shard = shards.use(await files.open(file) ?? withoutShard(file));
      for (const [name, fact] of shard.tensors) {
        if (Object.hasOwn(map, name) && map[name] !== file) continue;
        tensors.set(name, fact);
        readers.set(name, shard.read);
      }
    }
    const lost = Object.keys(map).find((name) => !tensors.has(name));
    if (lost !== undefined) {
      throw new RangeError(
        `Cannot read "${INDEX_FILE}": each tensor must be in its file; found no ` +
          `${quoted(lost)} in ${quoted(map[lost])}; download both again`,
      );
    }
  } catch (error) {
    shards.dispose();
    throw error;
  }
  return {
    file: INDEX_FILE,
    metadata: {},
    tensors,
    read(name: string): Float32Array {
      const read = readers.get(name);
      if (read !== undefined) return read(name);
      throw noSuchTensor(name, INDEX_FILE);
    },
    [Symbol.dispose]: () => shards.dispose(),
  };
}

function withoutShard(file: string): never {
  throw new RangeError(
    `Cannot read "${INDEX_FILE}": its files must be in the same folder; found no ` +
      `${quoted(file)}; download it too`,
  );
}
