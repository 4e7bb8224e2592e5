/** The safetensors format: weights read tensor by tensor, replaced as a whole. @module */

import { basename, join } from "node:path";
import { quoted } from "../printable.ts";
import { checkPlainFile } from "./plain_file.ts";
import { writeSynced } from "./atomic_write.ts";
import {
  type Dtype,
  MAX_HEADER_BYTES,
  parseHeader,
  type SafetensorsHeader,
  type TensorFact,
} from "./safetensors_header.ts";
import { isObject } from "./strict_json.ts";
import { readJsonObject } from "./tokenizer_files.ts";

/** The one file of weights in a folder. */
export const WEIGHTS_FILE = "model.safetensors";

/** Says which tensor is in which of several files. */
export const INDEX_FILE = "model.safetensors.index.json";

/** An open file. Dispose it, or declare it with `using`. */
export interface SafetensorsFile extends SafetensorsHeader, Disposable {
  /** The file's name, for messages. */
  readonly file: string;
  /**
   * Reads one tensor.
   *
   * @param name One of `tensors`.
   * @returns Its values in row-major order.
   * @throws {RangeError} If it is not there, or a value is not finite or not exact.
   * @throws {TypeError} If its dtype is not one of weights.
   */
  read(name: string): Float32Array;
}

/**
 * Opens a safetensors file: reads and checks its header, and no data.
 *
 * @example One bias, written and read
 * ```ts
 * import { openSafetensors, writeSafetensors } from "bertbook/checkpoint/safetensors.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * const values = () => Float32Array.of(0.5, -2);
 * await writeSafetensors(path, [{ name: "bias", shape: [2], values }]);
 * using file = await openSafetensors(path);
 * assert.deepEqual([...file.read("bias")], [0.5, -2]);
 * await Deno.remove(path);
 * ```
 *
 * @param path The file.
 * @returns The open file; the caller disposes it.
 * @throws {SyntaxError} If it is another kind of file, or its header is malformed.
 * @throws {TypeError} If it is no plain file, or a dtype is unknown.
 * @throws {RangeError} If lengths, shapes or offsets do not fit.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  await checkPlainFile(path);
  const handle = await Deno.open(path);
  const file = basename(path);
  try {
    const { size } = handle.statSync();
    const start = readAt(handle, 0, Math.min(8, size), file);
    const headerBytes = headerLength(start, size, file);
    const header = readAt(handle, 8, headerBytes, file);
    const dataStart = 8 + headerBytes;
    const { metadata, tensors } = parseHeader(header, size - dataStart, file);
    return {
      file,
      metadata,
      tensors,
      read(name: string): Float32Array {
        const fact = tensors.get(name);
        if (fact === undefined) throw noSuchTensor(name, file);
        const { begin, end, dtype } = fact;
        const bytes = readAt(handle, dataStart + begin, end - begin, file);
        return floatValues(bytes.buffer, dtype, name);
      },
      [Symbol.dispose]: () => handle.close(),
    };
  } catch (error) {
    handle.close();
    throw error;
  }
}

/**
 * Opens weights that are shared out among several files, as if they were one.
 *
 * @param folder The folder, with the index; no file of another folder is opened.
 * @returns The open files; the caller disposes them.
 * @throws {SyntaxError} If the index is malformed.
 * @throws {RangeError} If a file or a tensor of the index is not there.
 * @throws As {@linkcode openSafetensors}, for each file.
 */
export async function openShards(folder: string): Promise<SafetensorsFile> {
  const { weight_map: map } = await readJsonObject(folder, INDEX_FILE);
  const files = isObject(map) ? [...new Set(Object.values(map))] : [];
  const isName = (file: unknown): file is string =>
    typeof file === "string" && /^[^/\\:]+\.safetensors$/.test(file);
  if (!isObject(map) || files.length === 0 || !files.every(isName)) {
    const odd = files.find((file) => !isName(file));
    throw new SyntaxError(
      `Cannot read "${INDEX_FILE}": "weight_map" must name a .safetensors file in the ` +
        `same folder for each tensor; found ${quoted(odd ?? map)}`,
    );
  }
  const shards = new DisposableStack();
  const readers = new Map<string, SafetensorsFile["read"]>();
  const tensors = new Map<string, TensorFact>();
  try {
    for (const file of files) {
      const shard = shards.use(await openShard(folder, file));
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

async function openShard(
  folder: string,
  file: string,
): Promise<SafetensorsFile> {
  try {
    return await openSafetensors(join(folder, file));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RangeError(
      `Cannot read "${INDEX_FILE}": its files must be in the same folder; found no ` +
        `${quoted(file)}; download it too`,
    );
  }
}

function noSuchTensor(name: string, file: string): RangeError {
  return new RangeError(
    `Cannot read "${name}": it must be in "${file}"; found no such tensor`,
  );
}

/** Reads N, and refuses what cannot be the length of a header. */
function headerLength(start: Uint8Array, size: number, file: string): number {
  const pickle = start[0] === 0x80 ||
    new TextDecoder().decode(start).startsWith("PK");
  if (start.length < 8) {
    throw new SyntaxError(
      `Cannot read "${file}": it must begin with 8 bytes of length; ` +
        `found ${size} bytes; download it again`,
    );
  }
  const length = new DataView(start.buffer).getBigUint64(0, true);
  if (length <= BigInt(Math.min(MAX_HEADER_BYTES, size - 8))) {
    return Number(length);
  }
  if (pickle) {
    throw new SyntaxError(
      `Cannot read "${file}": it must be in the safetensors format; found a pickle, ` +
        `which may run any code when read; take the model.safetensors of this model`,
    );
  }
  throw new RangeError(
    `Cannot read "${file}": its header must fit into the file and into ` +
      `${MAX_HEADER_BYTES} bytes; found ${length} of ${size}; ` +
      `download it again`,
  );
}

/** Reads exactly `length` bytes; synchronous, so that no two reads share a position. */
function readAt(
  handle: Deno.FsFile,
  offset: number,
  length: number,
  file: string,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  handle.seekSync(offset, Deno.SeekMode.Start);
  let done = 0;
  while (done < length) {
    const count = handle.readSync(bytes.subarray(done));
    if (count === null) {
      throw new RangeError(
        `Cannot read "${file}": it must have ${offset + length} bytes; ` +
          `found ${offset + done}; it was cut while open`,
      );
    }
    done += count;
  }
  return bytes;
}

/** How the bytes of each dtype become numbers; others are not weights. */
const CONVERSIONS: Readonly<
  Partial<Record<Dtype, (buffer: ArrayBuffer, name: string) => Float32Array>>
> = {
  F32: (buffer) => new Float32Array(buffer),
  F16: (buffer) => new Float32Array(new Float16Array(buffer)),
  BF16: (buffer) => {
    // The upper half of a float32.
    const bits = Uint32Array.from(
      new Uint16Array(buffer),
      (half) => half << 16,
    );
    return new Float32Array(bits.buffer);
  },
  F64: (buffer, name) => exactly(new Float64Array(buffer), name),
  I64: (buffer, name) => exactly(new BigInt64Array(buffer), name),
};

/**
 * Converts the bytes of a tensor to float32 without changing a value.
 *
 * @example A bfloat16 is the upper half of a float32
 * ```ts
 * import { floatValues } from "bertbook/checkpoint/safetensors.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = Uint16Array.of(0x3fc0).buffer; // 1.5
 * assert.deepEqual([...floatValues(bytes, "BF16", "bias")], [1.5]);
 * ```
 *
 * @param buffer The bytes, little-endian.
 * @param dtype How they are stored.
 * @param name The tensor's name, for messages.
 * @returns The values; F32 shares the buffer.
 * @throws {TypeError} If values of this dtype are not weights.
 * @throws {RangeError} If a value is not finite, or no float32 equals it.
 */
export function floatValues(
  buffer: ArrayBuffer,
  dtype: Dtype,
  name: string,
): Float32Array {
  const convert = CONVERSIONS[dtype];
  if (convert === undefined) {
    throw new TypeError(
      `Cannot load "${name}": its dtype must be one of ` +
        `${Object.keys(CONVERSIONS).join(", ")}; found ${dtype}`,
    );
  }
  const values = convert(buffer, name);
  checkFinite(values, name);
  return values;
}

/**
 * Refuses values that are not finite.
 *
 * @param values Any number of them.
 * @param name The tensor's name, for the message.
 * @throws {RangeError} If one is NaN or infinite.
 */
export function checkFinite(values: Float32Array, name: string): void {
  // 0 · x is 0 for each finite x, and NaN stays NaN: one pass without a branch.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
  if (sum === 0) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new RangeError(
    `Cannot use "${name}": all weights must be finite; found ${
      values[index]
    } ` +
      `at index ${index}; the training that made them diverged`,
  );
}

/** Copies values to float32 and refuses the first that changes. */
function exactly(
  stored: Float64Array | BigInt64Array,
  name: string,
): Float32Array {
  return Float32Array.from(stored as ArrayLike<number | bigint>, (value, i) => {
    const rounded = Math.fround(Number(value));
    // `==` compares a bigint and a number by value; NaN is checked elsewhere.
    if (rounded == value || Number.isNaN(rounded)) return rounded;
    throw new RangeError(
      `Cannot load "${name}": each value must equal a float32; ` +
        `found ${value} at index ${i}; convert the file to F32`,
    );
  });
}

/** A tensor to write; its values are asked for when their turn comes. */
export type TensorToWrite = {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its values in row-major order. */
  readonly values: () => Float32Array | Promise<Float32Array>;
};

/**
 * Writes a safetensors file as Python's `save_file` does, byte for byte.
 *
 * The bytes go to a file beside it, reach the disk, and take its name by one rename:
 * `path` is the old file or the new one at any time, and never half of either.
 *
 * @param path The file.
 * @param tensors What to write, all as F32.
 * @throws {RangeError} If values do not fit their shape.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
): Promise<void> {
  await writeSynced(path, safetensorsChunks(tensors));
}

/**
 * The bytes of a safetensors file, one tensor at a time.
 *
 * @param tensors What to write, all as F32.
 * @returns A generator of the header and each tensor's bytes, by name.
 * @throws {RangeError} If values do not fit their shape.
 */
export async function* safetensorsChunks(
  tensors: readonly TensorToWrite[],
): AsyncGenerator<Uint8Array> {
  const inOrder = tensors.toSorted((a, b) => a.name < b.name ? -1 : 1);
  yield headerOf(inOrder);
  for (const { name, shape, values } of inOrder) {
    const floats = await values();
    if (floats.length !== sizeOf(shape)) {
      throw new RangeError(
        `Cannot write "${name}": its values must fit its shape; ` +
          `found ${floats.length} values for [${shape}]`,
      );
    }
    yield new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  }
}

/** N and the JSON, filled with spaces so that the data begins at a multiple of 8. */
function headerOf(tensors: readonly TensorToWrite[]): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, shape }) => {
    const begin = end;
    end += 4 * sizeOf(shape);
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }];
  });
  // Python's transformers opens no file that does not say this.
  const header = {
    __metadata__: { format: "pt" },
    ...Object.fromEntries(entries),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
