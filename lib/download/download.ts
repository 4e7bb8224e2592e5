/** One file from the web, resumed where it broke off and checked. @module */

import { checkFact, type FileFact, measureFile, writeAll } from "./checksum.ts";
import { DownloadError, Watchdog } from "./download_error.ts";
import { pause } from "./lock.ts";
import { type Answer, ask, type Position } from "./response.ts";

/** What is known of the file, and how patient to be. */
export type DownloadOptions = {
  /** Size and digest; without them only `maxBytes` and the server's length hold. */
  expected?: FileFact;
  /** Most bytes to accept where `expected` is not known. */
  maxBytes?: number;
  /** Host names besides the address's own that it may redirect to. */
  redirectHosts?: readonly string[];
  /** Tries in all; each continues where the last one broke off. Default 4. */
  attempts?: number;
  /** Longest wait for an answer, in milliseconds. Default 30,000. */
  connectTimeout?: number;
  /** Longest silence within an answer, in milliseconds. Default 60,000. */
  idleTimeout?: number;
  /** Longest `Retry-After` to obey, in milliseconds. Default 20,000. */
  maxRetryAfter?: number;
  /** Told bytes so far and in all (0 where unknown). */
  onProgress?: (loaded: number, total: number) => void;
  /** Stops; what has come stays for the next time. */
  signal?: AbortSignal;
};

/**
 * Downloads `url` to `path`.
 *
 * The bytes gather in `path.part` and take their name only after size and digest
 * were checked, so `path` is never half a file. A broken transfer continues with
 * `Range` and `If-Range` (RFC 9110, sections 13.1.5 and 14.2), within this call
 * and in the next one.
 *
 * @param url An https address; http is for 127.0.0.1 alone.
 * @param path Where the file goes; its folder must be there.
 * @param options What is expected, limits, progress, abort.
 * @returns Size and digest of the file.
 * @throws {DownloadError} If the server or the network does not deliver.
 * @throws {RangeError} If the file came whole and is not the expected one.
 */
export async function download(
  url: string,
  path: string,
  options: DownloadOptions = {},
): Promise<FileFact> {
  const { attempts = 4, maxRetryAfter = 20_000, signal } = options;
  const part = new PartFile(url, path);
  for (let attempt = 1;; attempt++) {
    try {
      const { offset } = await receive(url, part, options);
      return await finish(url, path, part, { ...options, resumed: offset > 0 });
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      if (error.dropPart) await part.remove();
      const wait = error.retryAfter ?? Infinity;
      if (wait > maxRetryAfter || attempt >= attempts) throw error;
      await pause(wait, signal);
    }
  }
}

/** Appends one answer to the part file, unless it is whole; says from where. */
async function receive(
  url: string,
  part: PartFile,
  options: DownloadOptions,
): Promise<Position> {
  const { expected, connectTimeout = 30_000, signal } = options;
  const from = await part.position(expected);
  if (expected && from.offset === expected.bytes) return from;
  using idle = new Watchdog(signal);
  idle.restart(connectTimeout);
  try {
    const answer = await ask(url, from, { ...options, signal: idle.signal });
    await append(url, part, answer, idle, options);
    return answer;
  } catch (error) {
    throw idle.explain(url, error);
  }
}

/** Writes an answer's bytes at their offset. */
async function append(
  url: string,
  part: PartFile,
  answer: Answer,
  idle: Watchdog,
  options: DownloadOptions,
): Promise<void> {
  const { expected, idleTimeout = 60_000, onProgress } = options;
  const most = expected?.bytes ?? options.maxBytes ?? Infinity;
  const total = answer.total || (expected?.bytes ?? 0);
  if (total > most || (expected && total < expected.bytes)) {
    throw wrongLength(url, expected, most, `the server offers ${total}`);
  }
  using file = await part.open(answer);
  let loaded = answer.offset;
  for await (const chunk of answer.body) {
    idle.restart(idleTimeout);
    loaded += chunk.length;
    if (loaded > most) {
      throw wrongLength(url, expected, most, `more than that came`);
    }
    await writeAll(file, chunk);
    onProgress?.(loaded, total);
  }
  await file.syncData();
  if (loaded < total) {
    throw new DownloadError(
      `Cannot download ${url} as all ${total} bytes must come: ` +
        `the answer ended after ${loaded}`,
      { retryAfter: 200 },
    );
  }
}

/** Checks the whole part file and gives it its name. */
async function finish(
  url: string,
  path: string,
  part: PartFile,
  options: DownloadOptions & { resumed: boolean },
): Promise<FileFact> {
  const { expected, resumed, signal } = options;
  const fact = await measureFile(part.path, signal ? { signal } : {});
  try {
    if (expected) checkFact(url, expected, fact);
  } catch (error) {
    await part.remove();
    if (!resumed) throw error;
    // Two pieces that do not belong together: a fresh start may still succeed.
    const { message } = error as RangeError;
    throw new DownloadError(message, { retryAfter: 0, cause: error });
  }
  await Deno.rename(part.path, path);
  await part.remove();
  return fact;
}

/** A length that cannot be right. */
function wrongLength(
  url: string,
  expected: FileFact | undefined,
  most: number,
  found: string,
): DownloadError {
  return new DownloadError(
    `Cannot download ${url} as it must have ` +
      `${expected ? "" : "at most "}${most} bytes: ${found}`,
    { dropPart: true },
  );
}

/** The beginning of a file, with a note of which version of which file it is. */
class PartFile {
  readonly path: string;
  readonly #note: string;
  readonly #url: string;

  constructor(url: string, path: string) {
    this.path = `${path}.part`;
    this.#note = `${path}.part.json`;
    this.#url = url;
  }

  /** Where to continue: the start, unless what is here is surely a beginning. */
  async position(expected: FileFact | undefined): Promise<Position> {
    try {
      const note: unknown = JSON.parse(await Deno.readTextFile(this.#note));
      const { size } = await Deno.stat(this.path);
      const { url, validator } = note as { url: string; validator?: string };
      // Without a validator the digest alone tells halves of two versions apart.
      const sure = url === this.#url && (validator || expected);
      if (sure && size <= (expected?.bytes ?? Infinity)) {
        return { offset: size, validator: validator ?? null };
      }
    } catch {
      // No note, or an unreadable one: nothing to continue.
    }
    return { offset: 0, validator: null };
  }

  /** Opens the part file for writing at the answer's offset. */
  async open({ offset, validator }: Position): Promise<Deno.FsFile> {
    await Deno.writeTextFile(
      this.#note,
      JSON.stringify({ url: this.#url, validator }),
    );
    const file = await Deno.open(this.path, { write: true, create: true });
    await file.truncate(offset);
    await file.seek(offset, Deno.SeekMode.Start);
    return file;
  }

  /** Removes both files, whether or not they are there. */
  async remove(): Promise<void> {
    for (const path of [this.path, this.#note]) {
      await Deno.remove(path).catch(() => {});
    }
  }
}
