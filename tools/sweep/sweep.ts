/** `deno task sweep`: a grid of hyperparameters, trained over several seeds. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join, resolve } from "node:path";
import { quoted, words } from "../../lib/printable.ts";
import { renderPng } from "../../lib/views/picture.ts";
import { UsageError } from "../shell/option_values.ts";
import { pathFromHere } from "../shell/project.ts";
import { provision } from "../shell/provision.ts";
import { duration, interruptible, StatusLine } from "../shell/terminal.ts";
import { colaWorkload } from "./cola.ts";
import { flagOf, type OwnOptions, ownWorkload } from "./own.ts";
import {
  nameOf,
  settingsOf,
  type SweepEpoch,
  type SweepGrid,
  type SweepPlan,
  type SweepResult,
  type SweepRun,
  SweepStore,
} from "./store.ts";
import { sweepChart } from "./sweep_chart.ts";
import { bestRun, describeBest, sweepRows, sweepTable } from "./summary.ts";
import type { SweepWorkload, TrainingPlace } from "./workload.ts";

/** The most memory that a training of the default model takes, in bytes. */
const BYTES_PER_JOB = 2e9;

/** The weights of the default model, in bytes; a larger model takes more in proportion. */
const DEFAULT_MODEL_BYTES = 91e6;

/**
 * Trains with every combination; what is in the folder is not repeated.
 *
 * @param source Data of one's own; default CoLA.
 * @param options The grid, and how the data are read.
 * @returns The exit code.
 */
export async function sweep(
  source: string | undefined,
  options: SweepPlan & OwnOptions,
): Promise<number> {
  const { lr, batch, epochs, seeds, schedule, ...others } = options;
  const { sentences, quick, jobs: most, out, json, ...own } = others;
  const grid = { lr, batch, epochs, seeds, schedule };
  checkOptions(source, { schedule, sentences, quick: !!quick }, own);
  const log = json ? console.error : console.log;
  await provision({}, log, own.model);
  const workload = source === undefined
    ? await colaWorkload(sentences)
    : await ownWorkload(source, own);
  const { data, size, model, metric } = workload.task;
  const store = new SweepStore(resolve(out), workload.task);
  const runs = runsOf(grid);
  const results: SweepResult[] = [];
  const missing: SweepRun[] = [];
  for (const run of runs) {
    const result = await store.read(run);
    if (result === undefined) missing.push(run);
    else results.push(result);
  }
  const { jobs, threads } = shareMachine(most, workload.modelBytes);
  log(
    `${data}, ${size}, ${model}: ` +
      `${runs.length} trainings, ${results.length} of them done before; ` +
      `${Math.max(1, Math.min(jobs, missing.length))} at a time with ` +
      `${threads} thread${threads === 1 ? "" : "s"} each`,
  );
  const line = new StatusLine(log);
  const start = performance.now();
  let numDone = 0;
  const code = await interruptible((signal) =>
    runAll(missing, workload, {
      jobs,
      threads,
      signal,
      folderOf: (run) => store.folderOf(run),
      onProgress: (run, text) =>
        line.update(
          `${numDone} of ${missing.length} done, ${
            duration((performance.now() - start) / 1000)
          }; ${nameOf(run)}: ${text}`,
        ),
      onDone: async (run, epochs) => {
        const result = { run, task: workload.task, threads, epochs };
        await store.write(result);
        results.push(result);
        numDone++;
        const score = epochs.at(-1)!.scores["validation"]!;
        line.finish(
          `${nameOf(run)}: validation ${words(metric)} ${score.toFixed(3)}`,
        );
      },
    }), log);
  const rows = sweepRows(grid, results);
  const files: Record<string, string> = {};
  if (rows.length > 0) {
    log(`\n${sweepTable(rows, metric)}\n\n${describeBest(rows, metric)}\n`);
    files["picture"] = join(resolve(out), "sweep.png");
    const subtitle = `${data}, ${size}, ${model}`;
    const chart = sweepChart(rows, { metric, subtitle });
    await Deno.writeFile(files["picture"], await renderPng(chart));
    log(`Picture: ${pathFromHere(files["picture"])}`);
  }
  if (code !== 0) {
    log(
      `Stopped: ${results.length} of ${runs.length} trainings are done; run ` +
        `the same command again for the others`,
    );
    return code;
  }
  const best = bestRun(rows[0]!);
  if (workload.model !== undefined) {
    files["model"] = join(store.folderOf(best), workload.model);
    log(`Model: ${pathFromHere(files["model"])}`);
  }
  if (json) {
    const { hashes: _, ...task } = workload.task;
    console.log(JSON.stringify({ ...task, settings: rows, best, files }));
  }
  return code;
}

/**
 * Refuses options that only the other kind of sweep has.
 *
 * @throws {UsageError} If one of them was given.
 */
function checkOptions(
  source: string | undefined,
  { schedule, sentences, quick }: Pick<
    SweepPlan,
    "schedule" | "sentences" | "quick"
  >,
  own: OwnOptions,
): void {
  const isShort = sentences !== (quick ? 1000 : Infinity);
  const [ofCola] = [
    ...schedule === "linear" ? [] : ["schedule"],
    ...isShort ? ["sentences"] : [],
  ];
  const [ofOwn] = Object.entries(own).flatMap(([name, value]) =>
    value === undefined || value === true ? [] : [flagOf(name)]
  );
  const [stranger, place, kind] = source === undefined
    ? [ofOwn, "CoLA", "your own data; name them"]
    : [ofCola, quoted(source), "CoLA"];
  if (stranger === undefined) return;
  throw new UsageError(
    `Cannot sweep over ${place}: every option must be about these data; found ` +
      `--${stranger}, which is for ${kind}`,
  );
}

/**
 * The trainings of a grid.
 *
 * A schedule that decays to 0 makes two epochs of four another training than two
 * epochs, so that each number of epochs is trained separately. With a constant rate
 * the longest training contains the shorter ones.
 *
 * @param grid The grid.
 * @returns Seed by seed, so that a sweep that is stopped has tried every setting
 * about equally often.
 */
export function runsOf(grid: SweepGrid): SweepRun[] {
  const { schedule, epochs, seeds } = grid;
  const lengths = schedule === "constant" ? [Math.max(...epochs)] : epochs;
  const settings = settingsOf({ ...grid, epochs: lengths });
  return seeds.flatMap((seed) =>
    settings.map((setting) => ({ ...setting, seed }))
  );
}

/**
 * Shares the machine among trainings: one for each core, as far as memory allows, as
 * trainings do not wait for one another, but the threads of one training do.
 *
 * @param wanted Trainings at a time; default as many as the machine allows.
 * @param modelBytes The bytes of the starting model's weights.
 * @param machine Cores and free bytes; default those of this machine.
 * @returns Trainings at a time, and threads of each: at least one.
 */
export function shareMachine(
  wanted: number | undefined,
  modelBytes: number,
  machine: { cores: number; available: number } = {
    cores: navigator.hardwareConcurrency,
    available: Deno.systemMemoryInfo().available,
  },
): { jobs: number; threads: number } {
  const { cores, available } = machine;
  // A small model's training takes memory for the engine, too.
  const perJob = BYTES_PER_JOB * Math.max(1, modelBytes / DEFAULT_MODEL_BYTES);
  const jobs = wanted ??
    Math.max(1, Math.min(cores, Math.floor(available / perJob)));
  return { jobs, threads: Math.max(1, Math.floor(cores / jobs)) };
}

/** How trainings are run. */
type RunOptions = Omit<TrainingPlace, "folder" | "onProgress"> & {
  readonly jobs: number;
  readonly folderOf: (run: SweepRun) => string;
  readonly onProgress: (run: SweepRun, text: string) => void;
  readonly onDone: (
    run: SweepRun,
    epochs: readonly SweepEpoch[],
  ) => Promise<void>;
};

/**
 * Runs trainings, several at a time, each in a process.
 *
 * @param runs The trainings, in their order.
 * @param workload What they train.
 * @param options How many at a time, and who hears of it.
 * @throws The first error of a training, after the others were ended.
 * @throws The signal's reason, once it is aborted.
 */
export async function runAll(
  runs: readonly SweepRun[],
  { train, temporary }: Pick<SweepWorkload, "train" | "temporary">,
  { jobs, threads, folderOf, ...options }: RunOptions,
): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const waiting = runs.values();
  const job = async (): Promise<void> => {
    try {
      for (const run of waiting) {
        signal.throwIfAborted();
        const folder = folderOf(run);
        const onProgress = (text: string): void =>
          options.onProgress(run, text);
        const epochs = await train(run, {
          folder,
          threads,
          signal,
          onProgress,
        });
        await options.onDone(run, epochs);
        await Deno.remove(join(folder, temporary), { recursive: true });
      }
    } catch (error) {
      // A training that was ended by another's failure reports that one.
      if (!signal.aborted) failure.abort(error);
    }
  };
  await Promise.all(Array.from({ length: jobs }, job));
  signal.throwIfAborted();
}
