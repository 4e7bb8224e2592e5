/**
 * HTTP downloads: one file, resumed after a broken connection, and checked.
 *
 * RFC 9110 (HTTP Semantics), sections 13.1.5, 14 and 15.
 *
 * @module
 */

import { checkFact, measureFile, writeAll } from "./checksum.ts";
import { type FileFact, type UrlSource } from "./asset.ts";
import { pause } from "./cache.ts";
import { FILE_MODE } from "./trusted_path.ts";

/** What is known of the file, and how long to wait for it. */
export type DownloadOptions =
  & Pick<UrlSource, "redirectHosts" | "connectTimeout" | "attempts">
  & {
    /** Size and digest; without them only `maxBytes` and the server's length hold. */
    expected?: FileFact | undefined;
    /** Most bytes to accept if `expected` is not known. */
    maxBytes?: number;
    /**
     * How long {@linkcode LEAST_BYTES} of an answer may take, in milliseconds. Default
     * 60,000.
     */
    idleTimeout?: number;
    /** Longest `Retry-After` to obey, in milliseconds. Default 20,000. */
    maxRetryAfter?: number;
    /** Receives bytes so far and in all (0 if unknown). */
    onProgress?: (loaded: number, total: number) => void;
    /** Stops; the part that has come is kept for the next time. */
    signal?: AbortSignal | undefined;
  };

/** A server or a network that does not deliver. */
export class DownloadError extends Error {
  /** The name that errors of this class print. */
  override name = "DownloadError";
  /** Milliseconds after which to try again; undefined: never. */
  readonly retryAfter: number | undefined;
  /** Whether the part that is already here is of no use. */
  readonly dropPart: boolean;
  /** The status of the answer, if that is what is wrong. */
  readonly status: number | undefined;

  /**
   * Begins the message with the address.
   *
   * @param url The address.
   * @param rest What must hold and what was found.
   * @param options Whether to try again, and whether from the start.
   */
  constructor(
    url: string,
    rest: string,
    options: ErrorOptions & {
      retryAfter?: number;
      dropPart?: boolean;
      status?: number;
    } = {},
  ) {
    super(`Cannot download ${url}: ${rest}`, options);
    this.retryAfter = options.retryAfter;
    this.dropPart = options.dropPart ?? false;
    this.status = options.status;
  }
}

/** Where a file continues, and what the server called its version. */
type Position = { offset: number; validator: string | null };

/** An accepted answer. */
type Answer = Position & {
  /** Size of the whole file; 0 if the server does not say. */
  total: number;
  /** The bytes from `offset` on. */
  body: AsyncIterable<Uint8Array>;
};

const MAX_REDIRECTS = 5;

/** What must come in one `idleTimeout`: a byte now and then would never end. */
const LEAST_BYTES = 1 << 14;

/**
 * Downloads `url` to `path`.
 *
 * The bytes gather in `path.part` and get their name only after size and digest
 * were checked, so `path` is never half a file. A broken transfer continues with
 * `Range` and `If-Range` (RFC 9110, sections 13.1.5 and 14.2), within this call
 * and in the next one. There are 4 tries by default, each with 30 s for an answer.
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
      return await finish(url, path, part, offset > 0, options);
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      if (error.dropPart) await part.remove();
      const wait = error.retryAfter ?? Infinity;
      if (wait > maxRetryAfter || attempt >= attempts) throw error;
      await pause(wait, signal);
    }
  }
}

/** Appends one answer to the part file, unless it is whole; returns from where. */
async function receive(
  url: string,
  part: PartFile,
  options: DownloadOptions,
): Promise<Position> {
  const { expected, connectTimeout = 30_000, idleTimeout = 60_000 } = options;
  const from = await part.position(expected);
  if (expected && from.offset === expected.bytes) return from;
  // One clock: for the first byte, and then for every LEAST_BYTES.
  const silence = new AbortController();
  const signals = [silence.signal, options.signal ?? silence.signal];
  let limit = 0, timer: ReturnType<typeof setTimeout> | undefined;
  let bytes: number | undefined; // since the clock was set; undefined: no answer yet
  const restart = (milliseconds: number): void => {
    clearTimeout(timer);
    limit = milliseconds;
    timer = setTimeout(() => silence.abort(), milliseconds);
  };
  restart(connectTimeout);
  try {
    const answer = await ask(url, from, options, AbortSignal.any(signals));
    await append(url, part, answer, options, (length) => {
      if (bytes !== undefined && (bytes += length) < LEAST_BYTES) return;
      bytes = 0;
      restart(idleTimeout);
    });
    return answer;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (silence.signal.aborted) {
      const rest = bytes === undefined
        ? `the server must answer within ${limit / 1000} s; found silence; ` +
          `is this machine offline?`
        : `the server must send at least ${LEAST_BYTES} bytes in ` +
          `${limit / 1000} s; found ${bytes}`;
      throw new DownloadError(url, rest, { retryAfter: 0, cause: error });
    }
    // `fetch` and its body report every fault of the connection as a TypeError
    // whose cause says what it was; other errors are ours or a missing permission.
    if (!(error instanceof TypeError)) throw error;
    const { message } = error.cause instanceof Error ? error.cause : error;
    throw new DownloadError(url, `the connection must hold; found ${message}`, {
      retryAfter: 200,
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Writes an answer's bytes at their offset. */
async function append(
  url: string,
  part: PartFile,
  answer: Answer,
  { expected, maxBytes = Infinity, onProgress }: DownloadOptions,
  onChunk: (length: number) => void,
): Promise<void> {
  const most = expected?.bytes ?? maxBytes;
  const total = answer.total || (expected?.bytes ?? 0);
  const wrongLength = (found: string): DownloadError =>
    new DownloadError(
      url,
      `it must have ${expected ? "" : "at most "}${most} bytes; found ${found}`,
      { dropPart: true },
    );
  if (total > most || (expected && total < expected.bytes)) {
    throw wrongLength(`${total} on the server`);
  }
  using file = await part.open(answer);
  let loaded = answer.offset;
  for await (const chunk of answer.body) {
    onChunk(chunk.length);
    loaded += chunk.length;
    if (loaded > most) throw wrongLength("more");
    await writeAll(file, chunk);
    onProgress?.(loaded, total);
  }
  await file.syncData();
  if (loaded >= total) return;
  throw new DownloadError(
    url,
    `all ${total} bytes must come; found the end after ${loaded}`,
    { retryAfter: 200 },
  );
}

/** Checks the whole part file and gives it its name. */
async function finish(
  url: string,
  path: string,
  part: PartFile,
  isResumed: boolean,
  { expected, signal }: DownloadOptions,
): Promise<FileFact> {
  const fact = await measureFile(part.path, { signal });
  try {
    if (expected) checkFact(url, expected, fact);
  } catch (error) {
    await part.remove();
    if (!isResumed) throw error;
    // Two pieces that do not belong together: a fresh start may still succeed.
    const rest = "its two halves must belong together; found another sha256";
    throw new DownloadError(url, rest, { retryAfter: 0, cause: error });
  }
  await Deno.rename(part.path, path);
  await part.remove();
  return fact;
}

/** Asks for `url` from a position on; the server may start over. */
async function ask(
  url: string,
  from: Position,
  { redirectHosts = [] }: DownloadOptions,
  signal: AbortSignal,
): Promise<Answer> {
  // Another encoding would make sizes and offsets those of other bytes.
  const headers = new Headers({ "accept-encoding": "identity" });
  if (from.offset > 0) {
    headers.set("range", `bytes=${from.offset}-`);
    if (from.validator) headers.set("if-range", from.validator);
  }
  let address = checkAddress(new URL(url));
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const request = { headers, signal, redirect: "manual" } as const;
    const response = await fetch(address, request);
    try {
      const target = redirectOf(response, address);
      if (target === undefined) return accept(url, response, from);
      checkRedirect(address, target, redirectHosts);
      address = target;
    } catch (error) {
      await response.body?.cancel();
      throw error;
    }
    await response.body?.cancel();
  }
  const rest = `it must redirect at most ${MAX_REDIRECTS} times; found more`;
  throw new DownloadError(url, rest);
}

/** Refuses addresses whose content anybody on the way could change. */
function checkAddress(url: URL): URL {
  const isLocal = url.protocol === "http:" && url.hostname === "127.0.0.1";
  if (url.protocol === "https:" || isLocal) return url;
  const rest = `its address must begin with https://; found ${url.protocol}//`;
  throw new DownloadError(url.href, rest);
}

/** The address to which the server redirects, if it does. */
function redirectOf(response: Response, from: URL): URL | undefined {
  const location = response.headers.get("location");
  const isMoved = [301, 302, 303, 307, 308].includes(response.status);
  return isMoved && location ? new URL(location, from) : undefined;
}

/**
 * Refuses a redirect that leaves https or the host.
 *
 * @param from The address that answered.
 * @param to The address that it named.
 * @param hosts Other host names that are known to hold the file.
 * @throws {DownloadError} If `to` is on another host or port, or not as safe.
 */
export function checkRedirect(
  from: URL,
  to: URL,
  hosts: readonly string[],
): void {
  checkAddress(to);
  const isKnown = to.host === from.host || hosts.includes(to.hostname);
  const isSafe = to.protocol === "https:" || from.protocol === "http:";
  if (isKnown && isSafe) return;
  const rest =
    `redirects must stay on its host; found ${to.protocol}//${to.host}`;
  throw new DownloadError(from.href, rest);
}

/** Accepts or refuses an answer by its status and headers. */
function accept(url: string, response: Response, from: Position): Answer {
  const { status, headers } = response;
  if (status === 416 && from.offset > 0) {
    throw startOver(url, from.offset, "an end before it");
  }
  if (status !== 200 && status !== 206) throw refusal(url, response);
  if (headers.get("content-type")?.startsWith("text/html")) throw page(url);
  const etag = headers.get("etag");
  // Only a strong validator promises the same bytes (RFC 9110, section 8.8.1).
  const validator = etag?.startsWith('"') ? etag : null;
  // An answer without content has no body.
  const body: AsyncIterable<Uint8Array> = response.body ??
    new ReadableStream({ start: (controller) => controller.close() });
  if (status === 200) {
    const total = Number(headers.get("content-length") ?? 0);
    return { offset: 0, total, validator, body: withoutPage(url, body) };
  }
  const contentRange = headers.get("content-range") ?? "no content-range";
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(contentRange);
  if (Number(range?.[1] ?? -1) !== from.offset) {
    throw startOver(url, from.offset, contentRange);
  }
  const total = range?.[2] === "*" ? 0 : Number(range?.[2]);
  return { offset: from.offset, total, validator, body };
}

/** Looks at the first bytes: error pages also come without a content type. */
async function* withoutPage(
  url: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of chunks) {
    const start = new TextDecoder().decode(chunk.subarray(0, 256));
    if (isFirst && /^\s*<(!doctype html|html|head)\b/i.test(start)) {
      throw page(url);
    }
    isFirst = false;
    yield chunk;
  }
}

/** An answer that is a web page about the file, or about an error. */
function page(url: string): DownloadError {
  return new DownloadError(
    url,
    "the answer must be the file; found an HTML page; " +
      "does a proxy or a login page answer in its place?",
    { dropPart: true },
  );
}

/** What is here does not fit what is there. */
function startOver(url: string, offset: number, found: string): DownloadError {
  return new DownloadError(
    url,
    `the server must continue at byte ${offset}; found ${found}; ` +
      `remove the part file`,
    { retryAfter: 0, dropPart: true },
  );
}

/** Any other status; a busy server says when to come again. */
function refusal(url: string, response: Response): DownloadError {
  const { status, statusText } = response;
  const rest = `the status must be 200; found ${status} ${statusText}`
    .trimEnd();
  if (![429, 502, 503, 504].includes(status)) {
    return new DownloadError(url, rest, { status });
  }
  const wait = retryAfter(response.headers.get("retry-after"));
  const wayOut = `try again in ${Math.ceil(wait / 1000)} s`;
  return new DownloadError(url, `${rest}; ${wayOut}`, { retryAfter: wait });
}

/** `Retry-After` is seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(value: string | null): number {
  const seconds = Number(value ?? 1);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value ?? "");
  return Number.isNaN(date) ? 1000 : Math.max(0, date - Date.now());
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
      // Without a validator only the digest distinguishes halves of two versions.
      const isSure = url === this.#url && (validator || expected);
      if (isSure && size <= (expected?.bytes ?? Infinity)) {
        return { offset: size, validator: validator ?? null };
      }
    } catch {
      // No note, or an unreadable one: nothing to continue.
    }
    return { offset: 0, validator: null };
  }

  /** Opens the part file for writing at the answer's offset. */
  async open({ offset, validator }: Position): Promise<Deno.FsFile> {
    const mode = FILE_MODE;
    const note = JSON.stringify({ url: this.#url, validator });
    await Deno.writeTextFile(this.#note, note, { mode });
    const file = await Deno.open(this.path, {
      write: true,
      create: true,
      mode,
    });
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
