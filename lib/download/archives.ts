/**
 * Zip and tar archives: named members, streamed to disk, with rules against
 * archives that write outside their folder or unpack to far more than they are.
 *
 * Formats: PKWARE, APPNOTE.TXT 6.3.10 (a Python wheel is a zip file), read by
 * `yauzl`; IEEE Std 1003.1 (pax) and RFC 1952 (gzip), read by `tar-stream`.
 *
 * @module
 */

import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { type CopyOptions, measure, writeAll } from "./checksum.ts";
import { type FileFact } from "./asset.ts";
import { FILE_MODE } from "./trusted_path.ts";
import { quoted } from "../printable.ts";

/** One member to take out of an archive. */
export type Wanted = {
  /** Its path inside the archive. */
  member: string;
  /** Where to write it; the archive does not decide this. */
  path: string;
  /** The exact size that it must have. */
  bytes: number;
};

/** Bounds on an archive as a whole. */
export type ArchiveLimits = {
  /** Members, wanted or not; the largest wheel we use has 15,632. */
  maxMembers: number;
  /** Unpacked over packed size. Program code packs 3 to 5 times. */
  maxRatio: number;
};

/** The default bounds. */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  maxMembers: 100_000,
  maxRatio: 200,
};

/** How to unpack: bounds, progress in bytes over all members, abort. */
export type UnpackOptions = CopyOptions & { limits?: ArchiveLimits };

/** An archive that is malformed, damaged, or not safe to unpack. */
export class ArchiveError extends SyntaxError {
  /** The name that errors of this class print. */
  override name = "ArchiveError";
}

/** A member whose name and kind are safe. */
export type Member = {
  readonly name: string;
  /** Its size as the archive states it. */
  readonly bytes: number;
  /** Its bytes; to be read before the next member, or not at all. */
  readonly content: AsyncIterable<Uint8Array>;
};

/**
 * Writes the wanted members of a zip or gzipped tar file to the paths that the
 * caller chose.
 *
 * Archives inside the archive are never opened. On an error, files already
 * written are left for the caller to remove with their folder.
 *
 * @param path The archive; its format is known by whether its name ends in "gz".
 * @param wanted Members, places and exact sizes.
 * @param options Limits, progress over all wanted bytes, abort.
 * @returns What was measured of each member, by its name in the archive.
 * @throws {ArchiveError} If the file is damaged, unsafe, or lacks a member.
 */
export async function extractArchive(
  path: string,
  wanted: readonly Wanted[],
  options: UnpackOptions = {},
): Promise<Map<string, FileFact>> {
  const archive = basename(path);
  const targets = new Map(wanted.map((target) => [target.member, target]));
  const facts = new Map<string, FileFact>();
  const members = path.endsWith("gz")
    ? tarMembers(path, options)
    : zipMembers(path, options);
  let before = 0;
  for await (const { name, bytes, content } of members) {
    const target = targets.get(name);
    if (target === undefined) continue;
    if (facts.has(name)) {
      throw unsafe(
        archive,
        "member names must be unique",
        `${quoted(name)} twice`,
      );
    }
    if (bytes !== target.bytes) throw wrongSize(archive, target, `${bytes}`);
    const fact = await writeMember(archive, target, content, {
      signal: options.signal,
      onProgress: (done) => options.onProgress?.(before + done),
    });
    facts.set(name, fact);
    before += bytes;
  }
  const missing = wanted.filter(({ member }) => !facts.has(member));
  if (missing.length === 0) return facts;
  throw unsafe(
    archive,
    "it must hold every wanted member",
    `no ${missing.map(({ member }) => `"${member}"`).join(", ")}`,
  );
}

/** Streams one member to its place and measures it on the way. */
async function writeMember(
  archive: string,
  wanted: Wanted,
  content: AsyncIterable<Uint8Array>,
  options: CopyOptions,
): Promise<FileFact> {
  using file = await Deno.open(wanted.path, {
    write: true,
    createNew: true,
    mode: FILE_MODE,
  });
  const fact = await measure(content, async (chunk, bytes) => {
    if (bytes > wanted.bytes) throw wrongSize(archive, wanted, `over ${bytes}`);
    await writeAll(file, chunk);
  }, options);
  if (fact.bytes !== wanted.bytes) {
    throw wrongSize(archive, wanted, `${fact.bytes}`);
  }
  await file.syncData();
  return fact;
}

/** The members of a zip file; the whole directory is checked before the first. */
async function* zipMembers(
  path: string,
  options: UnpackOptions,
): AsyncGenerator<Member> {
  const archive = basename(path);
  const { maxMembers, maxRatio } = options.limits ?? ARCHIVE_LIMITS;
  let zip: ZipFile | undefined;
  const entries: Entry[] = [];
  try {
    // Without strictFileNames a backslash would become a slash before our rules.
    zip = await openPromise(path, { autoClose: false, strictFileNames: true });
    checkCount(archive, zip.entryCount, maxMembers);
    for await (const entry of zip.eachEntry()) {
      options.signal?.throwIfAborted();
      checkName(archive, entry.fileName);
      // Unix keeps the kind of file in the top bits; 0o120000 is a symbolic link.
      const mode = entry.externalFileAttributes >>> 16;
      const isLink = (mode & 0o170000) === 0o120000;
      checkKind(archive, entry.fileName, isLink ? "symbolic link" : "file");
      entries.push(entry);
    }
    for (const entry of entries) {
      yield {
        name: entry.fileName,
        bytes: entry.uncompressedSize,
        content: contentOf(zip, entry, archive, maxRatio),
      };
    }
  } catch (error) {
    throw asArchiveError(archive, "zip", error);
  } finally {
    zip?.close();
  }
}

/** The unpacked bytes of one entry, with its CRC-32 checked at the end. */
async function* contentOf(
  zip: ZipFile,
  entry: Entry,
  archive: string,
  maxRatio: number,
): AsyncGenerator<Uint8Array> {
  checkRatio(archive, entry.compressedSize, entry.uncompressedSize, maxRatio);
  let crc = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    throw asArchiveError(archive, "zip", error);
  }
  const [expected, actual] = [entry.crc32, crc]
    .map((value) => (value >>> 0).toString(16).padStart(8, "0"));
  if (expected === actual) return;
  const rule = `the CRC-32 of ${quoted(entry.fileName)} must be ${expected}`;
  throw unsafe(archive, rule, `${actual}`);
}

/**
 * The members of a gzipped tar file, which has no directory and so is read from
 * end to end.
 *
 * @param path The archive.
 * @param options Limits and abort.
 * @yields Each plain file and folder, in order.
 * @throws {ArchiveError} If the file is damaged or unsafe.
 */
export async function* tarMembers(
  path: string,
  options: UnpackOptions = {},
): AsyncGenerator<Member> {
  const archive = basename(path);
  const { maxMembers, maxRatio } = options.limits ?? ARCHIVE_LIMITS;
  const { size: packed } = await Deno.stat(path);
  let unpacked = 0, count = 0;
  const bound = new Transform({
    transform(chunk: Uint8Array, _encoding, done): void {
      unpacked += chunk.length;
      try {
        options.signal?.throwIfAborted();
        checkRatio(archive, packed, unpacked, maxRatio);
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
  // The last stream of the pipe only knows that it was cut off; the first one to
  // fail knows why.
  const explain = async (error: unknown): Promise<unknown> => {
    const isCut = error instanceof Error && error.name === "StreamError";
    const cause = isCut ? await failure ?? error : error;
    return asArchiveError(archive, "tgz", cause);
  };
  async function* explained(
    chunks: AsyncIterable<unknown>,
  ): AsyncGenerator<Uint8Array> {
    try {
      // Typed as unknown by the library; without an encoding they are bytes.
      for await (const chunk of chunks) yield chunk as Uint8Array;
    } catch (error) {
      throw await explain(error);
    }
  }
  try {
    for await (const entry of entries) {
      const { name, type, size = 0 } = entry.header;
      checkCount(archive, ++count, maxMembers);
      checkName(archive, name);
      checkKind(archive, name, type ?? "file");
      yield { name, bytes: size, content: explained(entry) };
      entry.resume();
    }
    // The digest of gzip is at the very end, after the last entry.
    const late = await failure;
    if (late !== undefined) throw late;
  } catch (error) {
    throw await explain(error);
  }
}

/**
 * Refuses a member name that could leave the folder it is unpacked into.
 *
 * The whole archive is refused, not only this member: honest tools do not write
 * such names (Snyk, 2018, "Zip Slip").
 */
function checkName(archive: string, name: string): void {
  const fault = name === ""
    ? "is empty"
    : name.includes("\0")
    ? "holds a NUL"
    : name.includes("\\")
    ? "holds a backslash"
    : name.startsWith("/")
    ? "is absolute"
    : /^[a-z]:/i.test(name)
    ? "has a drive letter"
    : name.split("/").includes("..")
    ? "leaves its folder"
    : undefined;
  if (fault === undefined) return;
  const found = `${quoted(name)}, which ${fault}`;
  throw unsafe(archive, "member names must stay inside its folder", found);
}

/** Refuses links and devices. */
function checkKind(archive: string, name: string, kind: string): void {
  if (["file", "contiguous-file", "directory"].includes(kind)) return;
  throw unsafe(
    archive,
    "members must be plain files",
    `${quoted(name)}, a ${kind}`,
  );
}

/** Refuses a member, or a stream, that unpacks to too many times its size. */
function checkRatio(
  archive: string,
  packed: number,
  unpacked: number,
  maxRatio: number,
): void {
  // A small file of zeros packs beyond any ratio and does no harm.
  if (unpacked <= Math.max(packed * maxRatio, 1 << 20)) return;
  throw unsafe(
    archive,
    `it must not grow more than ${maxRatio} times`,
    `${packed} bytes that become at least ${unpacked}`,
  );
}

/** Refuses an archive of too many members. */
function checkCount(
  archive: string,
  members: number,
  maxMembers: number,
): void {
  if (members <= maxMembers) return;
  throw unsafe(
    archive,
    `it must have at most ${maxMembers} members`,
    `${members}`,
  );
}

/** The error for an archive that must not be unpacked. */
function unsafe(archive: string, rule: string, found: string): ArchiveError {
  return new ArchiveError(
    `Cannot unpack "${archive}": ${rule}; found ${found}`,
  );
}

/** The error for a member whose size is not the known one. */
function wrongSize(
  archive: string,
  { member, bytes }: Wanted,
  found: string,
): ArchiveError {
  return unsafe(
    archive,
    `the size of ${quoted(member)} must be ${bytes} bytes`,
    found,
  );
}

/**
 * The error of a reader in our words. Errors of the system, aborts and our own
 * errors are returned as they are: a full disk is not a damaged archive.
 */
function asArchiveError(
  archive: string,
  format: string,
  error: unknown,
): unknown {
  // `tar-stream` calls its own errors StreamError; all others are plain.
  const isPlain = error instanceof Error &&
    ["Error", "StreamError"].includes(error.name);
  if (!isPlain) return error;
  if ("code" in error && /^E[A-Z0-9]+$/.test(String(error.code))) return error;
  return new ArchiveError(
    `Cannot unpack "${archive}": it must be a whole ${format} file; ` +
      `found ${error.message}; download it again`,
    { cause: error },
  );
}
