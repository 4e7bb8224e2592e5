/**
 * Python wheels fetched by the pip that is already on the machine, with the user's
 * own settings for mirrors and proxies. Nothing is installed and no script of a
 * package runs.
 *
 * @module
 */

import { join } from "node:path";
import type { CopyOptions } from "./checksum.ts";
import type { PipSource } from "./asset.ts";
import { pause } from "./cache.ts";

/** A wheel on the Python package index, chosen as if on that Python and platform. */
export type WheelRequest = Pick<
  PipSource,
  "requirement" | "pythonVersion" | "implementation" | "platform"
>;

/** Progress, abort, and the longest time for a wheel, in milliseconds; default 6 h. */
type PipOptions = CopyOptions & { timeout?: number };

/** No pip is installed, or the installed one cannot fetch the package. */
export class PackageError extends Error {
  /** The name that errors of this class print. */
  override name = "PackageError";
}

/** In milliseconds: 274 MB at 13 kB a second. */
const TIMEOUT = 6 * 3_600_000;

const NOT_INSTALLED = "not installed";

/** Ways to call pip, in the order in which they are tried. */
export const PIP: readonly (readonly string[])[] = [
  ["python3", "-m", "pip"],
  ["python", "-m", "pip"],
  ["pip3"],
  ["pip"],
  ["uv", "tool", "run", "pip"],
];

/**
 * Fetches one wheel with `pip download`.
 *
 * `--only-binary :all:` refuses source packages, whose build would run code.
 *
 * @param request Which wheel.
 * @param folder An empty folder of the caller's; it also takes pip's temporary files.
 * @param options Progress, abort, and the longest time in milliseconds.
 * @returns The path of the wheel. It is not yet verified.
 * @throws {PackageError} If no pip is installed, or it cannot fetch the wheel, or not
 * in that time.
 */
export async function downloadWheel(
  request: WheelRequest,
  folder: string,
  options: PipOptions = {},
): Promise<string> {
  const { requirement, pythonVersion, implementation, platform } = request;
  const args = [
    "download",
    "--no-deps",
    "--only-binary",
    ":all:",
    "--disable-pip-version-check",
    "--no-input",
    "--quiet",
    "--retries",
    "2",
    "--dest",
    folder,
    "--python-version",
    pythonVersion,
  ];
  if (implementation) args.push("--implementation", implementation);
  if (platform) args.push("--platform", platform);
  await runFirst([...args, "--", requirement], folder, options);
  return await onlyWheel(folder);
}

/**
 * Runs the first pip that is installed. If it fails, no other is asked: the others
 * are most often the same pip under another name.
 */
async function runFirst(
  flags: string[],
  folder: string,
  options: PipOptions,
): Promise<void> {
  for (const [command, ...start] of PIP) {
    const args = [...start, ...flags];
    const failure = await run(command!, args, folder, options);
    if (failure === undefined) return;
    if (failure === NOT_INSTALLED || /No module named pip/.test(failure)) {
      continue;
    }
    throw new PackageError(
      `Cannot fetch ${flags.at(-1)}: ${[command, ...start].join(" ")} must ` +
        `deliver it; found ${failure}`,
    );
  }
  const names = PIP.map((client) => client.join(" ")).join(", ");
  throw new PackageError(
    `Cannot fetch ${
      flags.at(-1)
    }: pip must be installed; found none of ${names}`,
  );
}

/** Runs one pip; returns why it failed, or undefined. */
async function run(
  command: string,
  args: string[],
  folder: string,
  options: PipOptions,
): Promise<string | undefined> {
  const { signal, onProgress, timeout = TIMEOUT } = options;
  signal?.throwIfAborted();
  const watching = new AbortController();
  const tooLong = AbortSignal.timeout(timeout);
  try {
    const client = new Deno.Command(command, {
      args,
      cwd: folder,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      // pip unpacks into its temporary folder: ours is on the right disk.
      env: { TMPDIR: folder, TEMP: folder, NO_COLOR: "1" },
      signal: AbortSignal.any([tooLong, signal ?? tooLong]),
    });
    const watch = watchSize(folder, watching.signal, onProgress);
    const { success, stderr } = await client.output();
    watching.abort();
    await watch;
    signal?.throwIfAborted();
    if (tooLong.aborted) return `no end after ${timeout / 1000} s`;
    return success ? undefined : complaint(new TextDecoder().decode(stderr));
  } catch (error) {
    watching.abort();
    if (error instanceof Deno.errors.NotFound) return NOT_INSTALLED;
    throw error;
  }
}

/** What the error output says: no connection, or its first line that is a sentence. */
function complaint(stderr: string): string {
  // Its last line then blames the version of the package.
  const broken = /Failed to establish a new connection: ([^')]+)/.exec(stderr);
  if (broken) return `no connection: ${broken[1]}`;
  const lines = stderr.split("\n").map((line) => line.trim()).filter(Boolean);
  const words = lines.find((line) =>
    /error|no module/i.test(line) && line.split(" ").length >= 5
  );
  return (words ?? lines.at(-1) ?? "it failed without a word").slice(0, 300);
}

/** Reports the size of the largest file below `folder` until stopped. */
async function watchSize(
  folder: string,
  stop: AbortSignal,
  onProgress: ((bytes: number) => void) | undefined,
): Promise<void> {
  while (onProgress && !stop.aborted) {
    onProgress(await largestFile(folder));
    await pause(200, stop).catch(() => {});
  }
}

/** The size of the largest file below `folder`; files may vanish meanwhile. */
async function largestFile(folder: string): Promise<number> {
  let largest = 0;
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = join(folder, entry.name);
      const size = entry.isDirectory
        ? await largestFile(path)
        : (await Deno.stat(path)).size;
      largest = Math.max(largest, size);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return largest;
}

/** The one wheel that pip left. */
async function onlyWheel(folder: string): Promise<string> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".whl")) names.push(name);
  }
  const [wheel] = names;
  if (wheel !== undefined && names.length === 1) return join(folder, wheel);
  throw new PackageError(
    `Cannot use what pip downloaded: it must be one .whl file; ` +
      `found ${names.join(", ") || "none"}`,
  );
}
