/**
 * What an archive may contain, whatever its format: rules against archives that
 * write outside their folder or unpack to far more than they are.
 *
 * @module
 */

import {
  type CopyOptions,
  type FileFact,
  measure,
  writeAll,
} from "./checksum.ts";

/** One member to take out of an archive. */
export type Wanted = {
  /** Its path inside the archive. */
  member: string;
  /** Where to write it; the archive has no say in this. */
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

/** The bounds used where the caller names none. */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  maxMembers: 100_000,
  maxRatio: 200,
};

/** How to unpack: bounds, progress in bytes over all members, abort. */
export type UnpackOptions = CopyOptions & { limits?: ArchiveLimits };

/** An archive that is malformed, damaged, or not safe to unpack. */
export class ArchiveError extends SyntaxError {
  override name = "ArchiveError";
}

/**
 * Refuses a member name that could leave the folder it is unpacked into.
 *
 * The whole archive is refused, not only this member: honest tools do not write
 * such names (Snyk, 2018, "Zip Slip").
 *
 * @param archive The archive's name, for the message.
 * @param name The member's path as stored.
 * @throws {ArchiveError} If the path is absolute, has a drive letter, a
 * backslash, a NUL or a `..` part.
 */
export function checkMemberName(archive: string, name: string): void {
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
  throw new ArchiveError(
    `Cannot unpack "${archive}" as member names must stay inside its folder: ` +
      `${JSON.stringify(name)} ${fault}`,
  );
}

/**
 * Refuses a member, or a stream, that unpacks to too many times its size.
 *
 * @param archive The archive's name, for the message.
 * @param packed Bytes in the archive.
 * @param unpacked Bytes out of it.
 * @param limits Holds the largest ratio.
 * @throws {ArchiveError} If `unpacked` exceeds `maxRatio` times `packed`.
 */
export function checkRatio(
  archive: string,
  packed: number,
  unpacked: number,
  limits: ArchiveLimits,
): void {
  // A small file of zeros packs past any ratio and harms nobody.
  if (unpacked <= Math.max(packed * limits.maxRatio, 1 << 20)) return;
  throw new ArchiveError(
    `Cannot unpack "${archive}" as it must not grow more than ` +
      `${limits.maxRatio} times: ${packed} bytes become at least ${unpacked}`,
  );
}

/**
 * Refuses an archive of too many members.
 *
 * @param archive The archive's name, for the message.
 * @param members Members counted so far.
 * @param limits Holds the largest count.
 * @throws {ArchiveError} If there are more than `maxMembers`.
 */
export function checkCount(
  archive: string,
  members: number,
  limits: ArchiveLimits,
): void {
  if (members <= limits.maxMembers) return;
  throw new ArchiveError(
    `Cannot unpack "${archive}" as it must have at most ${limits.maxMembers} ` +
      `members: found ${members}`,
  );
}

/**
 * Streams one member to its place and measures it on the way.
 *
 * @param archive The archive's name, for messages.
 * @param wanted The member, its place and its size.
 * @param chunks The unpacked content.
 * @param options Progress over this member, and abort.
 * @returns Size and digest of what was written.
 * @throws {ArchiveError} If the content is longer or shorter than `bytes`.
 */
export async function writeMember(
  archive: string,
  wanted: Wanted,
  chunks: AsyncIterable<Uint8Array>,
  options: CopyOptions = {},
): Promise<FileFact> {
  using file = await Deno.open(wanted.path, { write: true, createNew: true });
  const fact = await measure(chunks, async (chunk, bytes) => {
    if (bytes > wanted.bytes) throw wrongSize(archive, wanted, `over ${bytes}`);
    await writeAll(file, chunk);
  }, options);
  if (fact.bytes !== wanted.bytes) {
    throw wrongSize(archive, wanted, `${fact.bytes}`);
  }
  await file.syncData();
  return fact;
}

/**
 * A reader's plain complaint in our words. Errors of the system, aborts and our
 * own errors pass as they are: a full disk is not a damaged archive.
 *
 * @param archive The archive's name.
 * @param format "zip" or "tgz".
 * @param error What was thrown.
 * @returns What to throw instead.
 */
export function asArchiveError(
  archive: string,
  format: string,
  error: unknown,
): unknown {
  // `tar-stream` calls its own errors StreamError; all others are plain.
  const plain = error instanceof Error &&
    ["Error", "StreamError"].includes(error.name);
  if (!plain) return error;
  const system = "code" in error && /^E[A-Z0-9]+$/.test(String(error.code));
  if (system) return error;
  return new ArchiveError(
    `Cannot unpack "${archive}" as it must be a whole ${format} file: ` +
      `${error.message}; download it again`,
    { cause: error },
  );
}

/** The error for a member whose size is not the known one. */
export function wrongSize(
  archive: string,
  wanted: Wanted,
  found: string,
): ArchiveError {
  return new ArchiveError(
    `Cannot unpack "${wanted.member}" from "${archive}" as its size must be ` +
      `${wanted.bytes} bytes: found ${found}`,
  );
}

/**
 * Says which members were asked for and not found.
 *
 * @param archive The archive's name, for the message.
 * @param wanted What was asked for.
 * @param found Members that were there.
 * @throws {ArchiveError} If one is missing.
 */
export function checkAllFound(
  archive: string,
  wanted: readonly Wanted[],
  found: ReadonlyMap<string, unknown>,
): void {
  const missing = wanted.filter(({ member }) => !found.has(member));
  if (missing.length === 0) return;
  throw new ArchiveError(
    `Cannot unpack "${archive}" as it must hold every wanted member: ` +
      `missing ${missing.map(({ member }) => `"${member}"`).join(", ")}`,
  );
}
