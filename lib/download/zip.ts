/**
 * Named members out of a zip file (a Python wheel is one), streamed to disk.
 *
 * Format: PKWARE, APPNOTE.TXT 6.3.10; read by `yauzl`.
 *
 * @module
 */

import { basename } from "node:path";
import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
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
 * Writes the wanted members of a zip file to the paths that the caller chose.
 *
 * Every name in the directory is checked before the first byte is written.
 * Archives inside the archive are never opened. On an error, files already
 * written stay for the caller to remove with their folder.
 *
 * @param path The zip file.
 * @param wanted Members, places and exact sizes.
 * @param options Limits, progress over all wanted bytes, abort.
 * @returns What was measured of each member, by its name in the archive.
 * @throws {ArchiveError} If the file is damaged, unsafe, or lacks a member.
 */
export async function extractZip(
  path: string,
  wanted: readonly Wanted[],
  options: UnpackOptions = {},
): Promise<Map<string, FileFact>> {
  const archive = basename(path);
  const zip = await openZip(path, archive);
  try {
    const entries = await findEntries(zip, archive, wanted, options);
    const facts = new Map<string, FileFact>();
    let before = 0;
    for (const target of wanted) {
      const entry = entries.get(target.member)!;
      facts.set(
        target.member,
        await writeMember(archive, target, contentOf(zip, entry, archive), {
          ...options,
          onProgress: (bytes) => options.onProgress?.(before + bytes),
        }),
      );
      before += target.bytes;
    }
    return facts;
  } finally {
    zip.close();
  }
}

/** Opens the central directory; `yauzl`'s plain errors become ours. */
async function openZip(path: string, archive: string): Promise<ZipFile> {
  try {
    return await openPromise(path, {
      autoClose: false,
      // Otherwise a backslash would become a slash before our rules see it.
      strictFileNames: true,
    });
  } catch (error) {
    throw asArchiveError(archive, "zip", error);
  }
}

/** Reads the whole directory, refuses unsafe entries, keeps the wanted ones. */
async function findEntries(
  zip: ZipFile,
  archive: string,
  wanted: readonly Wanted[],
  options: UnpackOptions,
): Promise<Map<string, Entry>> {
  const limits = options.limits ?? ARCHIVE_LIMITS;
  checkCount(archive, zip.entryCount, limits);
  const sizes = new Map(wanted.map((target) => [target.member, target]));
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      options.signal?.throwIfAborted();
      checkMemberName(archive, entry.fileName);
      checkIsNoLink(archive, entry);
      const target = sizes.get(entry.fileName);
      if (target === undefined) continue;
      if (entries.has(entry.fileName)) {
        throw new ArchiveError(
          `Cannot unpack "${archive}" as member names must be unique: ` +
            `"${entry.fileName}" stands there twice`,
        );
      }
      checkRatio(
        archive,
        entry.compressedSize,
        entry.uncompressedSize,
        limits,
      );
      if (entry.uncompressedSize !== target.bytes) {
        throw wrongSize(archive, target, `${entry.uncompressedSize}`);
      }
      entries.set(entry.fileName, entry);
    }
  } catch (error) {
    throw asArchiveError(archive, "zip", error);
  }
  checkAllFound(archive, wanted, entries);
  return entries;
}

/** Unix keeps the kind of file in the top bits; 0o120000 is a symbolic link. */
function checkIsNoLink(archive: string, entry: Entry): void {
  const mode = entry.externalFileAttributes >>> 16;
  if ((mode & 0o170000) !== 0o120000) return;
  throw new ArchiveError(
    `Cannot unpack "${archive}" as members must be plain files: ` +
      `"${entry.fileName}" is a symbolic link`,
  );
}

/** The unpacked bytes of one entry, with its CRC-32 checked at the end. */
async function* contentOf(
  zip: ZipFile,
  entry: Entry,
  archive: string,
): AsyncGenerator<Uint8Array> {
  let crc = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    throw asArchiveError(archive, "zip", error);
  }
  if (crc !== entry.crc32) {
    throw new ArchiveError(
      `Cannot unpack "${entry.fileName}" from "${archive}" as its CRC-32 must ` +
        `be ${hex(entry.crc32)}: found ${hex(crc)}`,
    );
  }
}

/** 32 bits as eight hexadecimal digits. */
function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
