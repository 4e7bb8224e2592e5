/** Safetensors files: weights read tensor by tensor, replaced as a whole. @module */

import { basename } from "node:path";
import { checkPlainFile } from "./plain_file.ts";
import { writeSynced } from "./atomic_write.ts";
import {
  safetensorsChunks,
  type SafetensorsFile,
  safetensorsOf,
  type TensorToWrite,
} from "./safetensors_format.ts";

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
    return safetensorsOf({
      file,
      size: handle.statSync().size,
      readAt: (offset, length) => readAt(handle, offset, length, file),
      close: () => handle.close(),
    });
  } catch (error) {
    handle.close();
    throw error;
  }
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
