/**
 * The folder of a command's results: what may be written there, by whom, and how a new
 * run takes the place of the one before.
 *
 * @module
 */

import { join } from "node:path";
import { ifThere } from "../../lib/checkpoint/atomic_write.ts";
import { UsageError } from "./option_values.ts";
import { PROJECT } from "./project.ts";

/** Says that the folder was made by a command of this project, and locks it. */
const MARKER = ".bertbook";

/** Where a run writes until it has come to its end. */
const UNFINISHED = "unfinished";

/** What stays in the folder of an unfinished run, so that trainings continue. */
const KEPT = "checkpoints";

/** A folder that is open for one run. Disposing it lets other runs write there. */
export interface OutFolder extends Disposable {
  /** Where the run writes; the results of the one before stay as they are. */
  readonly unfinished: string;
  /** Puts the results of the run in the place of those before. */
  finish(): Promise<void>;
}

/**
 * Opens a folder for a run.
 *
 * @param folder Created if it is not there.
 * @returns The open folder.
 * @throws {UsageError} If it holds files that are not of this project, cannot be
 * written, or another run writes there.
 */
export async function openOutFolder(folder: string): Promise<OutFolder> {
  let marker: Deno.FsFile;
  try {
    await Deno.mkdir(folder, { recursive: true });
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    const isOurs = names.length === 0 || names.includes(MARKER) ||
      folder === join(PROJECT, "out");
    if (!isOurs) throw strangers(folder, names);
    const path = join(folder, MARKER);
    marker = await Deno.open(path, { read: true, write: true, create: true });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `Cannot write results: files must be allowed in their folder; found ` +
        `${(error as Error).message}; name another folder with --out`,
    );
  }
  await lock(marker, folder, ", or name another folder with --out");
  const unfinished = join(folder, UNFINISHED);
  await Deno.mkdir(unfinished, { recursive: true });
  for await (const { name } of Deno.readDir(unfinished)) {
    if (name !== KEPT) {
      await Deno.remove(join(unfinished, name), { recursive: true });
    }
  }
  return {
    unfinished,
    async finish(): Promise<void> {
      for await (const { name } of Deno.readDir(unfinished)) {
        await replace(join(folder, name), join(unfinished, name));
      }
      await Deno.remove(unfinished);
    },
    [Symbol.dispose]: () => marker.close(),
  };
}

/**
 * Locks a folder of earlier results, so that no training replaces them meanwhile.
 *
 * @param folder The folder.
 * @returns Disposing it lets other runs write there; undefined if no run was there.
 * @throws {UsageError} If another run writes there.
 */
export async function lockResults(
  folder: string,
): Promise<Disposable | undefined> {
  const marker = await ifThere(
    Deno.open(join(folder, MARKER), { read: true, write: true }),
  );
  if (marker) await lock(marker, folder, "");
  return marker;
}

/** Locks the marker of a folder, and notes there who did it. */
async function lock(
  marker: Deno.FsFile,
  folder: string,
  otherwise: string,
): Promise<void> {
  if (!await marker.tryLock(true)) {
    const owner = await new Response(marker.readable).text();
    throw new UsageError(
      `Cannot write results in "${folder}": one run at a time may write there; ` +
        `found ${owner.trim()}; wait for it${otherwise}`,
    );
  }
  const since = new Date().toISOString();
  await marker.truncate();
  await marker.write(
    new TextEncoder().encode(`process ${Deno.pid}, since ${since}\n`),
  );
}

function strangers(folder: string, names: readonly string[]): UsageError {
  const some = names.toSorted().slice(0, 3).map((name) => `"${name}"`);
  if (names.length > 3) some.push("…");
  return new UsageError(
    `Cannot write results in "${folder}": it must be new, empty, or a folder of ` +
      `earlier results; found ${
        some.join(", ")
      }; name another folder with --out`,
  );
}

/** Renames a file or folder over another, which steps aside first. */
async function replace(place: string, next: string): Promise<void> {
  const aside = `${place}.old`;
  await Deno.remove(aside, { recursive: true }).catch(ignoreMissing);
  await Deno.rename(place, aside).catch(ignoreMissing);
  await Deno.rename(next, place);
  await Deno.remove(aside, { recursive: true }).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
