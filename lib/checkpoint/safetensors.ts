/** Weights in files: read tensor by tensor on demand, written in one piece. @module */

import { basename } from "node:path";
import { floatValues } from "./float_values.ts";
import { writeSynced } from "./replace.ts";
import {
  MAX_HEADER_BYTES,
  parseHeader,
  type SafetensorsHeader,
} from "./safetensors_header.ts";

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
 * @throws {TypeError} If a dtype is unknown.
 * @throws {RangeError} If lengths, shapes or offsets do not fit.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
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
      ...{ file, metadata, tensors },
      read(name: string): Float32Array {
        const fact = tensors.get(name);
        if (fact === undefined) {
          throw new RangeError(
            `Cannot read "${name}" as it must be in "${file}": it is not`,
          );
        }
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

/** Reads N, and refuses what cannot be the length of a header. */
function headerLength(start: Uint8Array, size: number, file: string): number {
  const pickle = start[0] === 0x80 ||
    new TextDecoder().decode(start).startsWith("PK");
  if (start.length < 8) {
    throw new SyntaxError(
      `Cannot read "${file}" as it must begin with 8 bytes of length: ` +
        `it has ${size} bytes; download it again`,
    );
  }
  const length = new DataView(start.buffer).getBigUint64(0, true);
  if (length <= BigInt(Math.min(MAX_HEADER_BYTES, size - 8))) {
    return Number(length);
  }
  if (pickle) {
    throw new SyntaxError(
      `Cannot read "${file}" as it must be in the safetensors format: it is a pickle, ` +
        `which may run any code when read; take the model.safetensors of this model`,
    );
  }
  throw new RangeError(
    `Cannot read "${file}" as its header must fit into the file and into ` +
      `${MAX_HEADER_BYTES} bytes: it claims ${length} of ${size}; ` +
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
        `Cannot read "${file}" as it must have ${offset + length} bytes: ` +
          `it ends at ${offset + done}; it was cut while open`,
      );
    }
    done += count;
  }
  return bytes;
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
 * whoever opens `path` finds the old file or the new one, and never half of either.
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
        `Cannot write "${name}" as its values must fit its shape: ` +
          `[${shape}] needs ${sizeOf(shape)}, found ${floats.length}`,
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
