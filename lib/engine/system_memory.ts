/**
 * System memory: how much of it this process may have, by what is free and by the limits
 * that it was given.
 *
 * @module
 */

import { readFileSync } from "node:fs";

/** What Linux says of memory, as the texts of its files. */
export type MemoryFiles = {
  /** `/proc/meminfo`. */
  readonly system: string;
  /** `/proc/self/status`. */
  readonly process: string;
  /** `/proc/self/limits`. */
  readonly limits: string;
  /** The memory limits of the control groups around the process. */
  readonly groups: readonly string[];
};

/**
 * The memory that a process may have, by what Linux says.
 *
 * It has as much as it holds now, and what is free; but no more than its control group
 * may have (with swap, which is slow), and than its address space has room for.
 *
 * @example A process of 1 MB where 2 MB are free
 * ```ts
 * import { memoryLimitIn } from "bertbook/engine/system_memory.ts";
 * import assert from "node:assert/strict";
 *
 * const files = {
 *   system: "MemAvailable:  2048 kB\nSwapFree:  0 kB\n",
 *   process: "VmSize:  9000 kB\nRssAnon:  1024 kB\n",
 *   limits: "Max address space  unlimited  unlimited  bytes\n",
 *   groups: ["max\n"],
 * };
 * assert.equal(memoryLimitIn(files), 3 * 2 ** 20);
 * ```
 *
 * @param files The texts.
 * @returns Bytes of memory that no file backs; NaN if a text lacks a line.
 */
export function memoryLimitIn(
  { system, process, limits, groups }: MemoryFiles,
): number {
  const kilobytes = (text: string, name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(text)?.[1]);
  const own = kilobytes(process, "RssAnon");
  const swap = kilobytes(system, "SwapFree");
  const [, addresses] = /^Max address space\s+(\d+)/m.exec(limits) ?? [];
  return Math.min(
    kilobytes(system, "MemAvailable") + swap + own,
    Number(addresses ?? Infinity) - kilobytes(process, "VmSize") + own,
    ...groups.map((limit) => limit === "max\n" ? Infinity : +limit + swap),
  );
}

/**
 * The memory that this process may have.
 *
 * @returns Bytes; undefined where the system does not say, or may not be asked.
 */
export function memoryLimit(): number | undefined {
  const system = read("/proc/meminfo");
  const process = read("/proc/self/status");
  const limits = read("/proc/self/limits");
  if (system === undefined || process === undefined || limits === undefined) {
    return limitByDeno();
  }
  const files = { system, process, limits, groups: groupLimits() };
  const limit = memoryLimitIn(files);
  return Number.isNaN(limit) ? limitByDeno() : limit;
}

/** The limits of the control groups of both versions, from the outermost on. */
function groupLimits(): string[] {
  const groups = read("/proc/self/cgroup") ?? "";
  const path = (line: RegExp): string => line.exec(groups)?.[1] ?? "/";
  return [
    ...filesOver("/sys/fs/cgroup", path(/^0::(.*)$/m), "memory.max"),
    ...filesOver(
      "/sys/fs/cgroup/memory",
      path(/^\d+:memory:(.*)$/m),
      "memory.limit_in_bytes",
    ),
  ].flatMap((file) => read(file) ?? []);
}

/** A file of each folder on a path: in a container, the first may be its own. */
function filesOver(root: string, path: string, file: string): string[] {
  const steps = path.split("/").filter((step) => step !== "");
  return [0, ...steps.keys().map((i) => i + 1)].map((count) =>
    [root, ...steps.slice(0, count), file].join("/")
  );
}

/** The text of a file; undefined if there is none, or it may not be read. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Without the limits of the process; without a question to the user. */
function limitByDeno(): number | undefined {
  if (typeof Deno === "undefined") return undefined;
  const kind = "systemMemoryInfo";
  const { state } = Deno.permissions.querySync({ name: "sys", kind });
  if (state !== "granted") return undefined;
  const { available, swapFree } = Deno.systemMemoryInfo();
  return available + swapFree + Deno.memoryUsage().rss;
}
