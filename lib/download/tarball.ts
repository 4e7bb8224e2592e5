/**
 * Named members out of a gzipped tar file (an npm package is one), streamed to
 * disk.
 *
 * Format: IEEE Std 1003.1 (pax), RFC 1952 (gzip); read by `tar-stream`.
 *
 * @module
 */

import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract, type Header } from "tar-stream";
import {
  ARCHIVE_LIMITS,
  ArchiveError,
  asArchiveError,
  checkAllFound,
  checkCount,
  checkMemberName,
  checkRatio,
  type UnpackOptions,
  type Wanted,
  writeMember,
  wrongSize,
} from "./archive_rules.ts";
import type { FileFact } from "./checksum.ts";

/**
 * Writes the wanted members of a `.tgz` to the paths that the caller chose.
 *
 * A tar file has no directory, so it is read from end to end. On an error, files
 * already written stay for the caller to remove with their folder.
 *
 * @param path The archive.
 * @param wanted Members, places and exact sizes.
 * @param options Limits, progress over all wanted bytes, abort.
 * @returns What was measured of each member, by its name in the archive.
 * @throws {ArchiveError} If the file is damaged, unsafe, or lacks a member.
 */
export async function extractTarball(
  path: string,
  wanted: readonly Wanted[],
  options: UnpackOptions = {},
): Promise<Map<string, FileFact>> {
  const archive = basename(path);
  const limits = options.limits ?? ARCHIVE_LIMITS;
  const targets = new Map(wanted.map((target) => [target.member, target]));
  const facts = new Map<string, FileFact>();
  const { size } = await Deno.stat(path);
  const { entries, failure } = openEntries(path, archive, size, options);
  let members = 0, before = 0;
  try {
    for await (const entry of entries) {
      const { name, size: bytes = 0 } = entry.header;
      checkCount(archive, ++members, limits);
      checkMemberName(archive, name);
      checkKind(archive, entry.header);
      const target = targets.get(name);
      if (target === undefined) {
        entry.resume();
        continue;
      }
      if (facts.has(name)) {
        throw new ArchiveError(
          `Cannot unpack "${archive}" as member names must be unique: ` +
            `"${name}" stands there twice`,
        );
      }
      if (bytes !== target.bytes) throw wrongSize(archive, target, `${bytes}`);
      facts.set(
        name,
        await writeMember(archive, target, bytesOf(entry), {
          ...options,
          onProgress: (done) => options.onProgress?.(before + done),
        }),
      );
      before += bytes;
    }
    // The digest of gzip stands at the very end, after the last entry.
    const late = await failure;
    if (late !== undefined) throw late;
  } catch (error) {
    // The last stream of the pipe only knows that it was cut off; the first one
    // to fail knows why.
    const cut = error instanceof Error && error.name === "StreamError";
    const cause = cut ? await failure ?? error : error;
    throw asArchiveError(archive, "tgz", cause);
  }
  checkAllFound(archive, wanted, facts);
  return facts;
}

/**
 * The entries of a gzipped tar file, with the growth of the stream bounded, and
 * what first went wrong in the pipe.
 */
function openEntries(
  path: string,
  archive: string,
  packed: number,
  options: UnpackOptions,
): { entries: ReturnType<typeof extract>; failure: Promise<unknown> } {
  let unpacked = 0;
  const bound = new Transform({
    transform(chunk: Uint8Array, _encoding, done): void {
      unpacked += chunk.length;
      try {
        options.signal?.throwIfAborted();
        checkRatio(archive, packed, unpacked, options.limits ?? ARCHIVE_LIMITS);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  const entries = extract();
  const failure = pipeline(
    createReadStream(path),
    createGunzip(),
    bound,
    entries,
  ).then(() => undefined, (error: unknown) => error);
  return { entries, failure };
}

/** Refuses links and devices: npm packages hold plain files. */
function checkKind(archive: string, header: Header): void {
  const kind = header.type ?? "file";
  if (["file", "contiguous-file", "directory"].includes(kind)) return;
  throw new ArchiveError(
    `Cannot unpack "${archive}" as members must be plain files: ` +
      `"${header.name}" is a ${kind}`,
  );
}

/** The library types its chunks as unknown; without an encoding they are bytes. */
function bytesOf(entry: AsyncIterable<unknown>): AsyncIterable<Uint8Array> {
  return entry as AsyncIterable<Uint8Array>;
}
