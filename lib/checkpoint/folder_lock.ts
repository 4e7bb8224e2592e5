/** The lock of a folder in which one process at a time keeps checkpoints. @module */

import { hostname } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { CheckpointError } from "./training_checkpoint.ts";

const LOCK_FILE = "run.lock";

/** The lock of a folder. */
export interface FolderLock extends Disposable {
  /** Throws if a later training of this process has taken the lock. */
  check(): void;
}

/** The locks of this process, by folder. */
const held = new Map<string, Deno.FsFile>();

/**
 * Locks a folder until the lock is disposed or the process ends.
 *
 * A cell that was stopped never gives its lock back, so a later training of the same
 * process takes it, and an earlier one that still runs ends at its next step.
 *
 * @param folder Created if it is not there.
 * @returns The lock.
 * @throws {CheckpointError} If the folder cannot be written, or another process has it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  let file: Deno.FsFile;
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
    folder = await Deno.realPath(folder);
    file = await Deno.open(join(folder, LOCK_FILE), {
      read: true,
      write: true,
      create: true,
      mode: 0o644,
    });
  } catch (error) {
    throw new CheckpointError(
      `Cannot keep checkpoints in "${folder}": it must be a folder that can be ` +
        `written; found "${(error as Error).message}"; choose another one`,
      { cause: error },
    );
  }
  held.get(folder)?.close();
  if (!await file.tryLock(true)) {
    const owner = await new Response(file.readable).text();
    throw new CheckpointError(
      `Cannot train with checkpoints in "${folder}": one process at a time may write ` +
        `there; found ${
          owner || "another one"
        }; wait for it, or choose another folder`,
    );
  }
  held.set(folder, file);
  const since = new Date().toISOString();
  await file.truncate();
  await file.write(
    new TextEncoder().encode(
      `process ${process.pid} of ${hostname()}, since ${since}`,
    ),
  );
  return {
    check(): void {
      if (held.get(folder) === file) return;
      throw new CheckpointError(
        `Cannot continue training: its folder "${folder}" must not be in use by a ` +
          `later training; found one in this process; this one ends`,
      );
    },
    [Symbol.dispose](): void {
      if (held.get(folder) !== file) return;
      held.delete(folder);
      file.close();
    },
  };
}
