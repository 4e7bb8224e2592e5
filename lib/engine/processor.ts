/**
 * The processor: its kind, and the instruction sets that decide how fast matrices are
 * multiplied.
 *
 * @module
 */

import { readFileSync } from "node:fs";

/** The kernel's word for an instruction set, and the maker's. */
const SETS: readonly (readonly [flag: string, name: string])[] = [
  ["avx2", "AVX2"],
  ["avx512f", "AVX-512"],
  ["avx512_vnni", "AVX-512-VNNI"],
  ["avx512_bf16", "AVX-512-BF16"],
  ["amx_bf16", "AMX-BF16"],
  ["asimd", "NEON"],
  ["sve", "SVE"],
  ["bf16", "ARM-BF16"],
];

/**
 * Picks the instruction sets that matter from Linux's description of the processor.
 *
 * @example A processor of 2013
 * ```ts
 * import { instructionSetsIn } from "bertbook/engine/processor.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(instructionSetsIn("flags : fpu sse2 avx avx2"), ["AVX2"]);
 * ```
 *
 * @param cpuInfo The text of `/proc/cpuinfo`.
 * @returns Their names, the oldest first.
 */
export function instructionSetsIn(cpuInfo: string): string[] {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuInfo)?.[1] ?? "";
  const flags = new Set(line.trim().split(/\s+/));
  return SETS.flatMap(([flag, name]) => flags.has(flag) ? [name] : []);
}

/**
 * The instruction sets of this machine's processor that matter.
 *
 * @returns Their names; undefined where the system does not say, or may not be asked.
 */
export function instructionSets(): string[] | undefined {
  return fromCpuInfo(instructionSetsIn);
}

function fromCpuInfo<T>(read: (cpuInfo: string) => T): T | undefined {
  const text = cpuInfo ??= readCpuInfo();
  return text === "" ? undefined : read(text);
}

/** The text of `/proc/cpuinfo`, once it was read; empty if it cannot be. */
let cpuInfo: string | undefined;

function readCpuInfo(): string {
  const path = "/proc/cpuinfo";
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "";
    if (name !== "NotCapable") throw error;
  }
  // Deno opens it with all permissions only, whatever may be read; `cat` opens it, too.
  const command = "cat";
  const { state } = Deno.permissions.querySync({ name: "run", command });
  if (state !== "granted") return "";
  try {
    const { stdout } = new Deno.Command(command, {
      args: [path],
      clearEnv: true,
    }).outputSync();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** What Linux says of a processor that a compiler may go by. */
const KIND =
  /^(vendor_id|cpu family|model|model name|stepping|flags|CPU \w+|Features)\s*:/;

/**
 * What tells one kind of processor from another, in Linux's words: its maker, model
 * and instruction sets.
 *
 * @example Speed and number do not matter
 * ```ts
 * import { processorKindIn } from "bertbook/engine/processor.ts";
 * import assert from "node:assert/strict";
 *
 * const kind = processorKindIn("processor : 0\nmodel : 143\ncpu MHz : 2000.1");
 * assert.equal(kind, "model : 143");
 * ```
 *
 * @param cpuInfo The text of `/proc/cpuinfo`.
 * @returns Lines of it, those that are equal for several processors once.
 */
export function processorKindIn(cpuInfo: string): string {
  const lines = cpuInfo.split("\n").filter((line) => KIND.test(line));
  return [...new Set(lines)].join("\n");
}

/**
 * The kind of this machine's processor.
 *
 * @returns Undefined where the system does not say, or may not be asked.
 */
export function processorKind(): string | undefined {
  return fromCpuInfo(processorKindIn) || undefined;
}
