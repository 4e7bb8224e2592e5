/** SHA-256 digests and sizes of files too large to hold in memory. @module */

import { createHash } from "node:crypto";
import type { FileFact } from "./asset.ts";

/** How a long copy or hash reports its progress and can be stopped. */
export type CopyOptions = {
  /** Receives the bytes done so far, after each chunk. */
  onProgress?: ((bytes: number) => void) | undefined;
  /** Stops between two chunks. */
  signal?: AbortSignal | undefined;
};

/**
 * Measures chunks as they pass, so that one reading serves copy and check.
 *
 * @example The digest of "abc" (FIPS 180-4, the first test vector)
 * ```ts
 * import { measure } from "bertbook/download/checksum.ts";
 * import assert from "node:assert/strict";
 *
 * const fact = await measure([new TextEncoder().encode("abc")], () => {});
 * assert.equal(fact.bytes, 3);
 * assert.match(fact.sha256, /^ba7816bf/);
 * ```
 *
 * @param chunks The content, in order.
 * @param take Receives each chunk after it was counted; may refuse by throwing.
 * @param options Progress and abort.
 * @returns Size and digest of everything that passed.
 */
export async function measure(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  take: (chunk: Uint8Array, bytes: number) => void | Promise<void>,
  options: CopyOptions = {},
): Promise<FileFact> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    options.signal?.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.length;
    await take(chunk, bytes);
    options.onProgress?.(bytes);
  }
  return { sha256: hash.digest("hex"), bytes };
}

/**
 * Measures a file without holding it in memory.
 *
 * @param path The file.
 * @param options Progress and abort.
 * @returns Its size and digest.
 */
export async function measureFile(
  path: string,
  options: CopyOptions = {},
): Promise<FileFact> {
  using file = await Deno.open(path);
  return await measure(chunksOf(file), () => {}, options);
}

/** A worker hashes files from this size on, in bytes, while the program continues. */
const LARGE = 1 << 24;

/**
 * Measures a file that may be large, without holding up the program.
 *
 * @param path The file.
 * @param bytes Its size.
 * @returns Its size and digest.
 */
export async function hashFile(
  path: string,
  bytes: number,
): Promise<FileFact> {
  // Node has workers of another kind.
  if (bytes < LARGE || typeof Worker === "undefined") {
    return await measureFile(path);
  }
  const program = new URL("./hash_worker.ts", import.meta.url);
  const worker = new Worker(program, { type: "module" });
  const answer = new Promise<FileFact | null>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    // It may not be allowed to read its own program.
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(null);
    };
  });
  worker.postMessage(path);
  const fact = await answer;
  worker.terminate();
  return fact ?? await measureFile(path);
}

/** The content of an open file in chunks of 1 MiB; the buffer is reused. */
async function* chunksOf(file: Deno.FsFile): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(1 << 20);
  for (;;) {
    const count = await file.read(buffer);
    if (count === null) return;
    yield buffer.subarray(0, count);
  }
}

/**
 * Writes all of `chunk`: one `write` may take less than it was given.
 *
 * @param file An open file.
 * @param chunk The bytes to append.
 */
export async function writeAll(
  file: Deno.FsFile,
  chunk: Uint8Array,
): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    done += await file.write(chunk.subarray(done));
  }
}

/**
 * Checks a measured file against its known facts.
 *
 * @param name The file's name, for the message.
 * @param expected Size and digest that the project knows.
 * @param actual Size and digest that were measured.
 * @throws {RangeError} If either differs; both are printed.
 */
export function checkFact(
  name: string,
  expected: FileFact,
  actual: FileFact,
): void {
  const fault = faultOf(expected, actual);
  if (fault) throw new RangeError(`Cannot accept "${name}": ${fault}`);
}

/**
 * Compares a measured file with its known facts.
 *
 * @param expected Size and digest that the project knows.
 * @param actual Size and digest that were measured.
 * @returns What must hold and what was found; undefined if they are equal.
 */
export function faultOf(
  expected: FileFact,
  actual: FileFact,
): string | undefined {
  return expected.bytes !== actual.bytes
    ? `its size must be ${expected.bytes} bytes; found ${actual.bytes}`
    : expected.sha256 !== actual.sha256
    ? `its sha256 must be ${expected.sha256}; found ${actual.sha256}`
    : undefined;
}
