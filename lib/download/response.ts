/**
 * One answer of a server, refused unless it is plainly the file that was asked
 * for: RFC 9110 (HTTP Semantics), sections 13.1.5, 14 and 15.
 *
 * @module
 */

import { DownloadError } from "./download_error.ts";

/** Where a file continues, and what the server called its version. */
export type Position = { offset: number; validator: string | null };

/** An accepted answer. */
export type Answer = Position & {
  /** Size of the whole file; 0 where the server does not say. */
  total: number;
  /** The bytes from `offset` on. */
  body: AsyncIterable<Uint8Array>;
};

const MAX_REDIRECTS = 5;

/**
 * Asks for `url` from a position on.
 *
 * @param url The address.
 * @param from Where to continue; the server may start over.
 * @param options Extra redirect hosts and the abort signal.
 * @returns The accepted answer, at the position that the server chose.
 * @throws {DownloadError} If the answer is anything but the file.
 */
export async function ask(
  url: string,
  from: Position,
  options: { redirectHosts?: readonly string[]; signal: AbortSignal },
): Promise<Answer> {
  const { redirectHosts = [], signal } = options;
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
  throw new DownloadError(
    `Cannot download ${url} as it must redirect at most ${MAX_REDIRECTS} times`,
  );
}

/** Refuses addresses whose content anybody on the way could change. */
function checkAddress(url: URL): URL {
  const local = url.protocol === "http:" && url.hostname === "127.0.0.1";
  if (url.protocol === "https:" || local) return url;
  throw new DownloadError(
    `Cannot download ${url.href} as its address must begin with https://`,
  );
}

/** Where the server sends us, if it does. */
function redirectOf(response: Response, from: URL): URL | undefined {
  const location = response.headers.get("location");
  const moved = [301, 302, 303, 307, 308].includes(response.status);
  return moved && location ? new URL(location, from) : undefined;
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
  const known = to.host === from.host || hosts.includes(to.hostname);
  const safe = to.protocol === "https:" || from.protocol === "http:";
  if (known && safe) return;
  throw new DownloadError(
    `Cannot download ${from.href} as redirects must stay on its host: ` +
      `it leads to ${to.protocol}//${to.host}`,
  );
}

/** Judges status and headers. */
function accept(url: string, response: Response, from: Position): Answer {
  const { status, headers } = response;
  if (status === 416 && from.offset > 0) {
    throw startOver(url, `byte ${from.offset} does not exist there`);
  }
  if (status !== 200 && status !== 206) throw refusal(url, response);
  if (headers.get("content-type")?.startsWith("text/html")) throw page(url);
  const length = Number(headers.get("content-length") ?? 0);
  const etag = headers.get("etag");
  // Only a strong validator promises the same bytes (RFC 9110, section 8.8.1).
  const validator = etag?.startsWith('"') ? etag : null;
  if (status === 200) {
    const body = withoutPage(url, bodyOf(response));
    return { offset: 0, total: length, validator, body };
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(
    headers.get("content-range") ?? "",
  );
  if (Number(range?.[1] ?? -1) !== from.offset) {
    const found = headers.get("content-range") ?? "no content-range";
    throw startOver(url, `asked for byte ${from.offset}, found ${found}`);
  }
  const total = range?.[2] === "*" ? 0 : Number(range?.[2]);
  return { offset: from.offset, total, validator, body: bodyOf(response) };
}

/** The body, which an answer without content lacks. */
function bodyOf(response: Response): AsyncIterable<Uint8Array> {
  return response.body ?? new ReadableStream({ start: (c) => c.close() });
}

/** Looks at the first bytes: error pages also come without a content type. */
async function* withoutPage(
  url: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const chunk of chunks) {
    const start = first ? new TextDecoder().decode(chunk.subarray(0, 256)) : "";
    if (/^\s*<(!doctype html|html|head)\b/i.test(start)) throw page(url);
    first = false;
    yield chunk;
  }
}

/** An answer that is a web page about the file, or about an error. */
function page(url: string): DownloadError {
  return new DownloadError(
    `Cannot download ${url} as the answer must be the file: found an HTML ` +
      `page; does a proxy or a login stand in between?`,
    { dropPart: true },
  );
}

/** What is here does not fit what is there. */
function startOver(url: string, found: string): DownloadError {
  return new DownloadError(
    `Cannot continue ${url} as the server must continue where we stopped: ` +
      `${found}; remove the part file`,
    { retryAfter: 0, dropPart: true },
  );
}

/** Any other status; a busy server says when to come again. */
function refusal(url: string, response: Response): DownloadError {
  const { status, statusText } = response;
  const message = `Cannot download ${url} as the status must be 200: ` +
    `found ${status} ${statusText}`.trimEnd();
  if (![429, 502, 503, 504].includes(status)) return new DownloadError(message);
  const wait = retryAfter(response.headers.get("retry-after"));
  return new DownloadError(
    `${message}; try again in ${Math.ceil(wait / 1000)} s`,
    { retryAfter: wait },
  );
}

/** `Retry-After` is seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(value: string | null): number {
  const seconds = Number(value ?? 1);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value ?? "");
  return Number.isNaN(date) ? 1000 : Math.max(0, date - Date.now());
}
