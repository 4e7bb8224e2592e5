/**
 * Training runs: the folder in which trainings keep their checkpoints, and which of
 * them a new call continues.
 *
 *     folder/run.lock               held by the one process that trains here
 *     folder/run-1/run.json         what the run is, and whether it has finished
 *     folder/run-1/checkpoint-200/
 *
 * @module
 */

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import {
  checkChoice,
  checkKnownOptions,
  checkOption,
  RULES,
} from "../options.ts";
import { removeTree, writeSynced } from "./atomic_write.ts";
import { differences } from "./differences.ts";
import { type FolderLock, lockFolder } from "./folder_lock.ts";
import { isObject } from "./strict_json.ts";
import {
  CheckpointError,
  type Json,
  listCheckpoints,
  parseIfThere,
  readCheckpoint,
  removeCheckpoint,
  type TrainingCheckpoint,
  writeCheckpoint,
} from "./training_checkpoint.ts";

/**
 * All that decides the numbers of a run: its options, and the hashes of its data and of
 * its starting weights. Calls with equal descriptions are the same run.
 */
export type RunDescription = { readonly [name: string]: Json };

/** What a run is, and what it takes to train it once more. */
export type RunInput = {
  readonly description: RunDescription;
  /** The call: which model, under which head, with which options. */
  readonly recipe?: Json;
  /** The encoded examples, by the name of their set; without those that are streamed. */
  readonly data?: Readonly<Record<string, readonly object[]>>;
};

/** A run that is open: no other process trains in its folder. */
export interface OpenRun extends Disposable {
  /** Its folder within that of all runs, such as `run-1`. */
  readonly name: string;
  /** The path of that folder. */
  readonly path: string;
  /** The newest sound checkpoint, if the run continues. */
  readonly resumed: TrainingCheckpoint | undefined;
  /** The checkpoint of its best evaluation, if there is one. */
  readonly best: TrainingCheckpoint | undefined;
  /** What a user must know, in sentences: where it continues, or why it is a new run. */
  readonly notes: readonly string[];
  /** Whether the training is asked to stop; asked once, it no longer is. */
  takeStopRequest(): boolean;
  /** Notes that a step was taken, so that a later process can say where this one ended. */
  record(step: number): void;
  /** Writes a checkpoint, and removes those that are no longer needed. */
  save(checkpoint: TrainingCheckpoint): Promise<void>;
  /** Notes that the run has come to its end: it will not be continued. */
  finish(): Promise<void>;
}

/** Where a training keeps its checkpoints, and how often it saves one. */
export type Checkpoints = {
  readonly saveSteps: number;
  readonly saveMinutes: number;
  /**
   * Opens the unfinished run of a description, or a new one.
   *
   * @param input What decides the numbers of the run.
   * @param circumstances What may differ when it continues, such as the engine.
   */
  open(input: RunInput, circumstances: RunDescription): Promise<OpenRun>;
  /** What decides the numbers of the run that was stopped last, if it may continue. */
  stopped?(): Promise<RunDescription | undefined>;
};

/** How to keep checkpoints. */
export type CheckpointOptions = {
  /** Steps between two checkpoints; default 100. One follows each evaluation, too. */
  readonly saveSteps?: number;
  /** Minutes after which a checkpoint is saved if `saveSteps` take longer; default 5. */
  readonly saveMinutes?: number;
  /** How many checkpoints are kept besides the best; default 2. */
  readonly saveTotalLimit?: number;
  /**
   * `"same"`, the default, continues an unfinished run of the same description, or else
   * starts a new one; `"required"` throws if there is none to continue; `"forced"`
   * continues one with other options, if they change neither the order of the data nor
   * the number of steps; `"never"` starts a new run.
   */
  readonly resume?: "same" | "required" | "forced" | "never";
  /**
   * A file that another process creates to stop the training after a step, with a
   * checkpoint and a `TrainingStoppedError`; the training removes it. Default none.
   */
  readonly stopFile?: string;
};

/** Differences with which `"forced"` continues: none moves an example. */
const SAFE_DIFFERENCES =
  /^options\.(adamW|evalSteps|labelSmoothing|lrMultipliers|maxGradNorm|metricForBestModel|numMicroBatches|patience|precision|schedule\.(learningRate|name|warmupSteps))/;

const RUN_FILE = "run.json";
const DATA_FILE = "data.json";
const LAST_STEP_FILE = "last_step.json";

/** What `run.json` says. */
export type RunRecord = {
  readonly description: RunDescription;
  readonly circumstances: RunDescription;
  /** The call; see {@linkcode RunInput}. */
  readonly recipe?: Json;
  /** How many examples each set of the data has. */
  readonly numExamples?: Readonly<Record<string, number>>;
  readonly finished: boolean;
};

/** A run in the folder. */
type KnownRun = RunRecord & {
  readonly name: string;
  readonly number: number;
  readonly path: string;
};

/**
 * Keeps the checkpoints of trainings in a folder.
 *
 * @example The option of a training
 * ```ts ignore
 * const checkpoints = checkpointsIn("out/checkpoints", { saveSteps: 50 });
 * for await (const event of fineTune(model, data, { ...recipe, checkpoints })) {
 *   // Stopped or killed? Start the program again, and it continues.
 * }
 * ```
 *
 * @param folder Created when a training starts.
 * @param options How often, how many, and what to continue.
 * @returns The option `checkpoints` of every training.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If an option is out of its range.
 */
export function checkpointsIn(
  folder: string,
  options: CheckpointOptions = {},
): Checkpoints {
  checkKnownOptions("keep checkpoints", options, [
    "saveSteps",
    "saveMinutes",
    "saveTotalLimit",
    "resume",
    "stopFile",
  ]);
  const { saveSteps = 100, saveMinutes = 5 } = options;
  const { saveTotalLimit = 2, resume = "same", stopFile } = options;
  checkOption("saveSteps", saveSteps, RULES.countOrEndless);
  checkOption("saveMinutes", saveMinutes, RULES.limit);
  checkOption("saveTotalLimit", saveTotalLimit, RULES.count);
  checkChoice("resume", resume, ["same", "required", "forced", "never"]);
  return {
    saveSteps,
    saveMinutes,
    async stopped(): Promise<RunDescription | undefined> {
      if (resume === "never") return undefined;
      return (await stoppedRun(folder))?.description;
    },
    async open(
      { description, recipe, data = {} },
      circumstances,
    ): Promise<OpenRun> {
      const lock = await lockFolder(folder);
      try {
        const record: RunRecord = {
          description,
          circumstances,
          ...recipe !== undefined && { recipe },
          numExamples: Object.fromEntries(
            Object.entries(data).map(([name, { length }]) => [name, length]),
          ),
          finished: false,
        };
        const how = { record, data, resume, saveTotalLimit, stopFile };
        return await openRun(folder, lock, how);
      } catch (error) {
        lock[Symbol.dispose]();
        throw error;
      }
    },
  };
}

async function openRun(
  folder: string,
  lock: FolderLock,
  { record, data, resume, saveTotalLimit, stopFile }: {
    readonly record: RunRecord;
    readonly data: NonNullable<RunInput["data"]>;
    readonly resume: NonNullable<CheckpointOptions["resume"]>;
    readonly saveTotalLimit: number;
    readonly stopFile: string | undefined;
  },
): Promise<OpenRun> {
  const runs = await runsIn(folder);
  const { run, notes } = chooseRun(runs, record, resume);
  const name = run?.name ?? `run-${(runs.at(-1)?.number ?? 0) + 1}`;
  const path = join(folder, name);
  await Deno.mkdir(path, { recursive: true, mode: 0o755 });
  const newest = await newestCheckpoint(path);
  if (run === undefined) {
    const text = new TextEncoder().encode(JSON.stringify(data));
    await writeSynced(join(path, DATA_FILE), [text]);
  }
  if (run === undefined || resume === "forced") await writeRecord(path, record);
  const { resumed, best } = newest;
  let lastStep: Deno.FsFile | undefined; // open, since a step should not wait for it
  return {
    name,
    path,
    resumed,
    best,
    notes: [
      ...notes.map((note) => note.replace("{name}", name)),
      ...newest.notes,
      ...resumed === undefined ? [] : [await placeOf(path, resumed)],
      ...run === undefined ? [] : circumstancesNote(run, record.circumstances),
    ],
    takeStopRequest(): boolean {
      if (stopFile === undefined || !existsSync(stopFile)) return false;
      Deno.removeSync(stopFile);
      return true;
    },
    record(step): void {
      lock.check();
      const last = JSON.stringify({ step, time: Date.now() }).padEnd(64);
      try {
        lastStep ??= Deno.openSync(join(path, LAST_STEP_FILE), {
          write: true,
          create: true,
        });
        lastStep.seekSync(0, Deno.SeekMode.Start);
        lastStep.writeSync(new TextEncoder().encode(last));
      } catch {
        // On a full disk: a checkpoint says so, and this only serves a sentence.
      }
    },
    async save(checkpoint): Promise<void> {
      lock.check();
      await writeCheckpoint(path, checkpoint);
      await removeOld(path, saveTotalLimit);
    },
    async finish(): Promise<void> {
      await writeRecord(path, { ...record, finished: true });
      if (saveTotalLimit === Infinity) return;
      for (const { finished, path } of runs) {
        if (finished) await removeTree(path);
      }
    },
    [Symbol.dispose](): void {
      lastStep?.close();
      lock[Symbol.dispose]();
    },
  };
}

/** A run as its folder has it. */
export type SavedRun = {
  readonly record: RunRecord;
  readonly data: Readonly<Record<string, readonly object[]>>;
  /** The sound checkpoints, the newest first. */
  readonly checkpoints: readonly TrainingCheckpoint[];
};

/**
 * Reads a run with all its checkpoints.
 *
 * @param path The folder of the run.
 * @returns The run; undefined if it is not there.
 */
export async function readRun(path: string): Promise<SavedRun | undefined> {
  const record = await readRecord(path);
  const data = await parseIfThere(join(path, DATA_FILE), JSON.parse);
  if (record === undefined || !isObject(data)) return undefined;
  const checkpoints: TrainingCheckpoint[] = [];
  for (const saved of (await listCheckpoints(path)).saved) {
    const checkpoint = await readCheckpoint(saved);
    if (checkpoint !== undefined) checkpoints.push(checkpoint);
  }
  return { record, data: data as SavedRun["data"], checkpoints };
}

/**
 * Looks whether the last training in a folder was stopped.
 *
 * @param folder The folder of {@linkcode checkpointsIn}; need not exist.
 * @returns Where it stopped, and what decides its numbers; undefined if it came to its
 * end, or has no checkpoint.
 */
export async function stoppedRun(folder: string): Promise<
  | { step: number; totalSteps: number; description: RunDescription }
  | undefined
> {
  if (!existsSync(folder)) return undefined;
  const run = (await runsIn(folder)).at(-1);
  if (run === undefined || run.finished) return undefined;
  const [newest] = (await listCheckpoints(run.path)).saved;
  return newest && { ...newest, description: run.description };
}

/** The runs in a folder, the oldest first. */
async function runsIn(folder: string): Promise<KnownRun[]> {
  const runs: KnownRun[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const number = Number(/^run-(\d+)$/.exec(name)?.[1] ?? NaN);
    if (Number.isNaN(number)) continue;
    const path = join(folder, name);
    const record = await readRecord(path);
    if (record !== undefined) runs.push({ ...record, name, number, path });
  }
  return runs.sort((a, b) => a.number - b.number);
}

/** Which run continues, if any, and what to say of it. */
function chooseRun(
  runs: readonly KnownRun[],
  record: RunRecord,
  resume: NonNullable<CheckpointOptions["resume"]>,
): { run: KnownRun | undefined; notes: string[] } {
  if (resume === "never") return { run: undefined, notes: [] };
  const unfinished = runs.filter(({ finished }) => !finished);
  const same = unfinished.findLast((run) =>
    differences(run.description, record.description).length === 0
  );
  if (same !== undefined) return { run: same, notes: [] };
  const last = (resume === "same" ? runs : unfinished).at(-1);
  const differing = last ? runDifferences(last, record) : [];
  const list = differing.map(({ text }) => text).join("; ");
  if (resume === "same") {
    if (last === undefined) return { run: undefined, notes: [] };
    const reason = list === "" ? `${last.name} has finished` : list;
    return {
      run: undefined,
      notes: [`A new run, {name}, begins beside ${last.name}: ${reason}.`],
    };
  }
  const unsafe = differing.filter(({ name }) => !SAFE_DIFFERENCES.test(name));
  if (last !== undefined && resume === "forced" && unsafe.length === 0) {
    return { run: last, notes: [`${last.name} continues, though ${list}.`] };
  }
  throw new CheckpointError(
    `Cannot resume: there must be an unfinished run of the same options, data and ` +
      `starting weights; found ` +
      (last === undefined ? "none" : `${last.name}, but ${list}`) +
      (resume === "required" && last !== undefined && unsafe.length === 0
        ? `; to continue it nevertheless, set resume to "forced"`
        : `; leave out the option resume to start a new run`),
  );
}

/** In what two runs differ, with the sizes of the data: a SHA-256 tells nobody a thing. */
function runDifferences(
  before: RunRecord,
  now: RunRecord,
): ReturnType<typeof differences> {
  return differences(before.description, now.description).map((each) => {
    const set = /^data\.(.+)/.exec(each.name)?.[1] ?? "";
    const [was, is] = [before, now].map((run) => run.numExamples?.[set]);
    if (was === undefined || is === undefined) return each;
    return { ...each, text: `${each.text} (${was} before, ${is} now)` };
  });
}

/** The newest sound checkpoint of a run whose best one is sound, too. */
async function newestCheckpoint(path: string): Promise<{
  resumed?: TrainingCheckpoint;
  best?: TrainingCheckpoint;
  notes: string[];
}> {
  const { saved, damaged } = await listCheckpoints(path);
  for (const [i, candidate] of saved.entries()) {
    const bestSaved = saved.slice(i).find(({ isBest }) => isBest);
    const resumed = await readCheckpoint(candidate);
    const best = bestSaved === candidate
      ? resumed
      : bestSaved && await readCheckpoint(bestSaved);
    if (resumed !== undefined && (bestSaved === undefined || best)) {
      const notes = damaged.map((name) =>
        `${name} is damaged and was not used; the one of step ${resumed.step} was.`
      );
      return { resumed, ...best && { best }, notes };
    }
    damaged.push(basename(candidate.path));
  }
  if (damaged.length === 0) return { notes: [] };
  throw new CheckpointError(
    `Cannot resume "${path}": one of its checkpoints must be as it was written; ` +
      `found only damaged ones: ${
        damaged.join(", ")
      }; set resume to "never" to ` +
      `start a new run`,
  );
}

/** Keeps the newest checkpoints, the best, and the first. */
async function removeOld(path: string, limit: number): Promise<void> {
  const { saved } = await listCheckpoints(path);
  const best = saved.find(({ isBest }) => isBest);
  for (const checkpoint of saved.slice(limit)) {
    if (checkpoint === best || checkpoint.step === 0) continue;
    await removeCheckpoint(checkpoint);
  }
}

/** A sentence that says where a run continues. */
async function placeOf(
  path: string,
  { step, totalSteps, saved }: TrainingCheckpoint,
): Promise<string> {
  const place = `Resumed at step ${step} of ${totalSteps}`;
  const last = await parseIfThere(join(path, LAST_STEP_FILE), JSON.parse);
  if (
    !isObject(last) || saved === undefined || !(Number(last["step"]) > step)
  ) {
    return `${place}.`;
  }
  const seconds = (Number(last["time"]) - Date.parse(saved)) / 1000;
  return `${place}, saved ${
    Math.max(0, seconds).toFixed(0)
  } s before the stop at ` +
    `step ${last["step"]}.`;
}

/** What differs on this machine, or in this process, from where the run began. */
function circumstancesNote(run: KnownRun, now: RunDescription): string[] {
  const differing = differences(run.circumstances, now);
  if (differing.length === 0) return [];
  return [
    `Since then ${differing.map(({ text }) => text).join("; ")}: ` +
    `the losses may differ in their last digits.`,
  ];
}

async function writeRecord(path: string, record: RunRecord): Promise<void> {
  const text = JSON.stringify(record, null, 2) + "\n";
  await writeSynced(join(path, RUN_FILE), [new TextEncoder().encode(text)]);
}

/** What `run.json` says; undefined if a killed process has not written it yet. */
async function readRecord(path: string): Promise<RunRecord | undefined> {
  const record = await parseIfThere(join(path, RUN_FILE), JSON.parse);
  return isObject(record) && isObject(record["description"])
    ? record as RunRecord
    : undefined;
}
