/**
 * A store of kernel files that processes share in a folder, though any of them may be
 * killed at any time, and a disk may lose data.
 *
 * What a file must contain stands in its name. A process that begins takes all files
 * that are whole into its own folder, where no other changes them, and later
 * gives the folder's new files to the others:
 *
 *     <sha256 of the content>-<name>
 *     run-<random letters>/<name>
 *
 * The sum tells what is damaged, not who wrote it: machine code is taken over only from
 * plain files of the same user, in a folder where no one else can write.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { statfsSync } from "node:fs";
import { join } from "node:path";
import { checkTrusted } from "../../download/trusted_path.ts";

/** What is kept at most, in bytes: some thousands of kernels. */
const MOST_BYTES = 1 << 26;

/** What must be free on the disk: XLA takes it badly if it cannot write. */
const LEAST_FREE_BYTES = 1 << 28;

/**
 * A process's folder that did not change for so long is removed: the process was
 * killed, or has compiled all that it needs.
 */
const MOST_IDLE_MS = 86_400_000;

const SHARED = /^([0-9a-f]{64})-(.+)$/;
const OWN = /^run-/;

/** One process's part in the folder. */
export class KernelStore {
  /** The names of files that the others have. */
  readonly #shared = new Set<string>();

  private constructor(
    private readonly folder: string,
    /** This process's own folder. */
    readonly own: string,
    /** Its owner. */
    private readonly user: number | null,
  ) {}

  /**
   * Takes over what others have left. What is broken, left over or too much is removed.
   *
   * @param folder Is made if need be.
   * @param options How many bytes it may hold, and the cache folder that it is in;
   * default, it is in none.
   * @throws {Error} If the folder cannot be written, or another user can change it or a
   * folder above it up to the cache, or its disk is full.
   */
  static open(
    folder: string,
    { mostBytes = MOST_BYTES, cache = folder }: {
      mostBytes?: number;
      cache?: string;
    } = {},
  ): KernelStore {
    checkTrusted(folder, cache);
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < LEAST_FREE_BYTES) {
      throw new RangeError(
        `Cannot keep kernels in "${folder}": its disk must have room; found ` +
          `${bavail * bsize} bytes`,
      );
    }
    const own = Deno.makeTempDirSync({
      dir: folder,
      prefix: "run-",
    });
    try {
      const { uid } = Deno.statSync(own);
      const store = new KernelStore(folder, own, uid);
      store.#take(mostBytes);
      return store;
    } catch (error) {
      Deno.removeSync(own, { recursive: true });
      throw error;
    }
  }

  /** Gives the others those files of {@linkcode own} whose names end in `suffix`. */
  share(suffix: string): void {
    for (const { name } of Deno.readDirSync(this.own)) {
      if (!name.endsWith(suffix) || this.#shared.has(name)) continue;
      const path = join(this.own, name);
      const digest = digestOf(Deno.readFileSync(path));
      const shared = join(this.folder, `${digest}-${name}`);
      unless(Deno.errors.AlreadyExists, () => Deno.linkSync(path, shared));
      this.#shared.add(name);
    }
  }

  /** Removes the process's own folder. */
  close(): void {
    Deno.removeSync(this.own, { recursive: true });
  }

  /** Links what is whole into the process's own folder, the newest first. */
  #take(mostBytes: number): void {
    let bytes = 0;
    for (const { path, name, time } of newestFirst(this.folder)) {
      // Another process may be doing the same.
      unless(Deno.errors.NotFound, () => {
        if (OWN.test(name)) {
          const isIdle = Date.now() - time > MOST_IDLE_MS;
          if (isIdle) Deno.removeSync(path, { recursive: true });
          return;
        }
        const [, digest, entry] = SHARED.exec(name) ?? [];
        if (digest === undefined || entry === undefined) return;
        const { isFile, uid } = Deno.lstatSync(path);
        if (!isFile || uid !== this.user) return Deno.removeSync(path);
        const content = Deno.readFileSync(path);
        bytes += content.length;
        const isWanted = bytes <= mostBytes && !this.#shared.has(entry) &&
          digestOf(content) === digest;
        if (!isWanted) return Deno.removeSync(path);
        Deno.linkSync(path, join(this.own, entry));
        this.#shared.add(entry);
      });
    }
  }
}

/** What is in a folder, with the time of its last change. */
function newestFirst(
  folder: string,
): { name: string; path: string; time: number }[] {
  const found = Array.from(Deno.readDirSync(folder), ({ name }) => {
    const path = join(folder, name);
    const info = unless(Deno.errors.NotFound, () => Deno.statSync(path));
    return { name, path, time: info?.mtime?.getTime() ?? 0 };
  });
  return found.sort((a, b) => b.time - a.time);
}

/** What `run` returns, or undefined if it fails in the expected way. */
function unless<T>(
  expected: typeof Deno.errors.NotFound | typeof Deno.errors.AlreadyExists,
  run: () => T,
): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof expected) return undefined;
    throw error;
  }
}

function digestOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
