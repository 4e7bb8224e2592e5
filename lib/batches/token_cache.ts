/**
 * Token cache: encoded examples in two files, read one at a time by their position.
 *
 *     tokens.bin    of each example: two int32 (its number of answers, its number of
 *                   tokens of type 0), its answers as float64, its ids as uint16 or uint32
 *     index.bin     where each example ends in tokens.bin, as float64
 *
 * A process holds two open files and nothing for each example; what was read lately is in
 * the system's memory, which it takes back when it needs it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { join } from "node:path";

/** An encoded example, whatever it is to teach. */
export type CachedExample = {
  /** Word pieces with special tokens, [T]. */
  readonly inputIds: number[];
  /** 0 for the first text, then 1 for the second, [T]. */
  readonly tokenTypeIds: number[];
  /** The number of its class, the numbers of its labels, or its targets. */
  readonly answers: readonly number[];
};

/** How much of the files is complete. */
export type CacheSize = { readonly rows: number; readonly bytes: number };

const FILES = ["tokens.bin", "index.bin"] as const;
/** Of the two int32 before the answers. */
const HEADER_BYTES = 8;
/** Of an answer, and of an entry of the index. */
const FLOAT64_BYTES = 8;
/** Written at once. */
const CHUNK_BYTES = 1 << 20;

/** Whether ids have two bytes or four. */
function idsArray(vocabSize: number): typeof Uint16Array | typeof Uint32Array {
  return vocabSize <= 2 ** 16 ? Uint16Array : Uint32Array;
}

/** Appends examples to a cache. */
export class TokenCacheWriter implements Disposable {
  readonly #files: readonly Deno.FsFile[];
  readonly #Ids;
  #complete: CacheSize;
  #rows: number;
  #bytes: number;
  #records: Uint8Array[] = [];
  #ends: number[] = [];
  #pending = 0;

  /**
   * Opens the files, created if they are not there.
   *
   * @param folder Their folder.
   * @param vocabSize V: ids are below.
   * @param complete How much of the files is complete; what is behind it is removed.
   * @throws {RangeError} If they cannot be written.
   */
  constructor(
    private readonly folder: string,
    vocabSize: number,
    complete: CacheSize,
  ) {
    this.#Ids = idsArray(vocabSize);
    ({ rows: this.#rows, bytes: this.#bytes } = complete);
    this.#files = FILES.map((name) =>
      Deno.openSync(join(folder, name), { write: true, create: true })
    );
    this.#complete = complete;
    this.#writing(() => this.#cut());
  }

  /** Complete and pending examples. */
  get size(): CacheSize {
    return { rows: this.#rows, bytes: this.#bytes };
  }

  /**
   * Adds an example.
   *
   * @param example Token types must be some 0, then some 1.
   * @throws {TypeError} If they are not.
   * @throws {RangeError} If it cannot be written.
   */
  append({ inputIds, tokenTypeIds, answers }: CachedExample): void {
    const second = tokenTypeIds.indexOf(1);
    const numFirst = second < 0 ? tokenTypeIds.length : second;
    if (tokenTypeIds.some((type, i) => type !== Number(i >= numFirst))) {
      throw new TypeError(
        `Cannot cache tokens: their types must be 0, and 1 from the second text on; ` +
          `found ${JSON.stringify(tokenTypeIds.slice(0, 40))}`,
      );
    }
    const start = HEADER_BYTES + answers.length * FLOAT64_BYTES;
    const bytes = start + inputIds.length * this.#Ids.BYTES_PER_ELEMENT;
    const record = new Uint8Array(bytes);
    new Int32Array(record.buffer, 0, 2).set([answers.length, numFirst]);
    new Float64Array(record.buffer, HEADER_BYTES, answers.length).set(answers);
    new this.#Ids(record.buffer, start, inputIds.length).set(inputIds);
    this.#records.push(record);
    this.#bytes += bytes;
    this.#ends.push(this.#bytes);
    this.#rows++;
    this.#pending += bytes;
    if (this.#pending >= CHUNK_BYTES) this.#flush();
  }

  /**
   * Writes all examples to the disk.
   *
   * @returns How much is complete.
   * @throws {RangeError} If it cannot be written.
   */
  complete(): CacheSize {
    this.#flush();
    this.#writing(() => this.#files.forEach((file) => file.syncDataSync()));
    return this.#complete = this.size;
  }

  /**
   * Writes a small file beside the others: a killed process leaves the old or the new.
   *
   * @param name Its name.
   * @param text Its content.
   * @throws {RangeError} If it cannot be written.
   */
  save(name: string, text: string): void {
    const path = join(this.folder, name);
    this.#writing(() => {
      Deno.writeTextFileSync(`${path}.new`, text);
      Deno.renameSync(`${path}.new`, path);
    });
  }

  [Symbol.dispose](): void {
    this.#cut(); // on a full disk, the rest would be in the way
    for (const file of this.#files) file.close();
  }

  #flush(): void {
    const ends = new Uint8Array(Float64Array.from(this.#ends).buffer);
    const records = Buffer.concat(this.#records);
    this.#records = [];
    this.#ends = [];
    this.#pending = 0;
    this.#writing(() => {
      for (const [i, bytes] of [records, ends].entries()) {
        for (let done = 0; done < bytes.length;) {
          done += this.#files[i]!.writeSync(bytes.subarray(done));
        }
      }
    });
  }

  /** Removes what is not complete. */
  #cut(): void {
    const { rows, bytes } = this.#complete;
    for (const [i, size] of [bytes, rows * FLOAT64_BYTES].entries()) {
      this.#files[i]!.truncateSync(size);
      this.#files[i]!.seekSync(size, Deno.SeekMode.Start);
    }
  }

  #writing(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw new RangeError(
        `Cannot cache tokens: the folder must take more than ` +
          `${(this.#bytes / 1e6).toFixed(0)} MB; found ` +
          `"${
            (error as Error).message
          }" in "${this.folder}"; free some space, or ` +
          `choose another folder`,
        { cause: error },
      );
    }
  }
}

/** A cache that is read. */
export class TokenCache implements Disposable {
  readonly #tokens: Deno.FsFile;
  readonly #index: Deno.FsFile;
  readonly #Ids;

  /**
   * Opens the files.
   *
   * @param folder Their folder.
   * @param vocabSize V, as they were written.
   * @param length The number of examples.
   */
  constructor(folder: string, vocabSize: number, readonly length: number) {
    [this.#tokens, this.#index] = FILES.map((name) =>
      Deno.openSync(join(folder, name))
    ) as [Deno.FsFile, Deno.FsFile];
    this.#Ids = idsArray(vocabSize);
  }

  /**
   * Reads an example.
   *
   * @param row Its position, from 0.
   * @returns The example; undefined if there is none.
   * @throws {RangeError} If the files have been cut.
   */
  at(row: number): CachedExample | undefined {
    if (!(row >= 0 && row < this.length)) return undefined;
    const before = Math.max(0, row - 1);
    const ends = new Float64Array(row - before + 1);
    readAt(this.#index, before * FLOAT64_BYTES, new Uint8Array(ends.buffer));
    const start = row === 0 ? 0 : ends[0]!, end = ends.at(-1)!;
    const bytes = new Uint8Array(end - start);
    const { buffer } = readAt(this.#tokens, start, bytes);
    const [numAnswers, numFirst] = new Int32Array(buffer, 0, 2);
    const answers = new Float64Array(buffer, HEADER_BYTES, numAnswers);
    const inputIds = new this.#Ids(buffer, HEADER_BYTES + answers.byteLength);
    return {
      inputIds: Array.from(inputIds),
      tokenTypeIds: Array.from(inputIds, (_, i) => Number(i >= numFirst!)),
      answers: Array.from(answers),
    };
  }

  [Symbol.dispose](): void {
    this.#tokens.close();
    this.#index.close();
  }
}

/**
 * Fills bytes from a position of a file, without a pause in which others could move it.
 *
 * @param file The file.
 * @param position The position of the first byte.
 * @param bytes What is filled.
 * @returns The bytes.
 * @throws {RangeError} If the file ends before.
 */
export function readAt(
  file: Deno.FsFile,
  position: number,
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  file.seekSync(position, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) {
    const count = file.readSync(bytes.subarray(done));
    if (count === null) {
      throw new RangeError(
        `Cannot read a part of a file: it must be as long as before; found its end at ` +
          `byte ${
            position + done
          }; if it is in a cache of tokens, remove the cache`,
      );
    }
    done += count;
  }
  return bytes;
}
