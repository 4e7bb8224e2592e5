/**
 * An exchangeable folder: a path that stays the same while the folder behind it is
 * exchanged. Linux has one for each open file, `/proc/self/fd/N`.
 *
 * XLA is told once where its cache is. If that folder is lost, its disk is full, or may
 * no longer be written, only another folder behind the same path helps.
 *
 * @module
 */

import { statfsSync } from "node:fs";
import { cString } from "./c_api.ts";

/** Many times what the kernels of one function take, some 60 of 15 kB. */
const LEAST_FREE_BYTES = 1 << 24;

/** `fcntl.h` of Linux: programs that are started later do not get the folder. */
const O_CLOEXEC = 0o2000000;

/**
 * Tells the next isolate of this process, such as a worker or the next file of tests,
 * the process and the descriptor: XLA has read the path, and reads it only once.
 */
const VARIABLE = "BERTBOOK_KERNEL_FOLDER";

/** The folder; it stays open as long as the process lives. */
export class ExchangeableFolder {
  /** Leads to the folder, in this process. */
  readonly path: string;
  readonly #descriptor: number;

  /** @param folder The first folder, which must exist. */
  constructor(folder: string) {
    const known = Deno.env.get(VARIABLE)?.split(":").map(Number);
    const isHere = known?.[0] === Deno.pid;
    this.#descriptor = isHere ? known[1]! : openFolder(folder);
    this.path = `/proc/self/fd/${this.#descriptor}`;
    if (isHere) this.exchange(folder);
    else Deno.env.set(VARIABLE, `${Deno.pid}:${this.#descriptor}`);
  }

  /** Whether files can be written to the folder now. */
  isWritable(): boolean {
    const probe = `${this.path}/probe`;
    try {
      Deno.writeFileSync(probe, new Uint8Array(1));
      Deno.removeSync(probe);
      const { bavail, bsize } = statfsSync(this.path);
      return bavail * bsize >= LEAST_FREE_BYTES;
    } catch {
      return false;
    }
  }

  /** Puts another folder behind the path. */
  exchange(folder: string): void {
    const descriptor = openFolder(folder);
    libc().dup3(descriptor, this.#descriptor, O_CLOEXEC);
    libc().close(descriptor);
  }
}

function openFolder(folder: string): number {
  const descriptor = libc().open(cString(folder), O_CLOEXEC);
  if (descriptor >= 0) return descriptor;
  throw new RangeError(
    `Cannot open "${folder}": it must be there; found that the system refuses it`,
  );
}

let library: Deno.DynamicLibrary<typeof LIBC> | undefined;

function libc(): Deno.DynamicLibrary<typeof LIBC>["symbols"] {
  library ??= Deno.dlopen("libc.so.6", LIBC);
  return library.symbols;
}

const LIBC = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  dup3: { parameters: ["i32", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;
