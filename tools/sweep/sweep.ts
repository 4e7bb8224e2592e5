/** `deno task sweep`: a grid of hyperparameters, trained over several seeds. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { codeHashes } from "../../lib/checkpoint/receipt.ts";
import { WEIGHTS_FILE } from "../../lib/checkpoint/safetensors.ts";
import { readTokenizer } from "../../lib/checkpoint/tokenizer_files.ts";
import { measureFile } from "../../lib/download/checksum.ts";
import { hashExamples } from "../../lib/training/run_description.ts";
import { renderPng } from "../../lib/views/picture.ts";
import { sweepChart } from "./sweep_chart.ts";
import {
  type ColaTask,
  colaTask,
  type EpochAnswer,
  EVALUATED,
  RECIPE,
  scored,
} from "../bench/cola.ts";
import type { EpochsWorkload } from "../bench/epochs.ts";
import { denoWorker, WorkerProcess } from "../bench/worker_process.ts";
import { provision } from "../shell/provision.ts";
import { duration, interruptible, StatusLine } from "../shell/terminal.ts";
import {
  nameOf,
  settingsOf,
  type SweepPlan,
  type SweepResult,
  type SweepRun,
  SweepStore,
  type SweepTask,
} from "./store.ts";
import { describeBest, sweepRows, sweepTable } from "./summary.ts";

/** The recipe that no sweep varies. */
const { weightDecay, maxGradNorm } = RECIPE;
/** The most memory that a training of the default model takes, in bytes. */
const BYTES_PER_JOB = 2e9;

/** Trains with every combination; what is in the folder is not repeated. */
export async function sweep(plan: SweepPlan): Promise<number> {
  await provision();
  const folder = await ensureModel();
  const { sentences } = plan;
  const cola = await colaTask(await readTokenizer(folder), { seed: 0 });
  const task = await taskOf(folder, cola, sentences);
  const store = new SweepStore(plan.out, task);
  const runs = runsOf(plan);
  const results: SweepResult[] = [];
  const missing: SweepRun[] = [];
  for (const run of runs) {
    const result = await store.read(run);
    if (result === undefined) missing.push(run);
    else results.push(result);
  }
  const { jobs, threads } = shareMachine(plan.jobs);
  console.log(
    `${task.data}, ${task.sentences} sentences, ${task.model}: ` +
      `${runs.length} trainings, ${results.length} of them done before; ` +
      `${Math.max(1, Math.min(jobs, missing.length))} at a time with ` +
      `${threads} thread${threads === 1 ? "" : "s"} each`,
  );
  const line = new StatusLine();
  const start = performance.now();
  let numDone = 0;
  const code = await interruptible((signal) =>
    runAll(missing, {
      jobs,
      threads,
      sentences,
      out: plan.out,
      signal,
      onEpoch: (run, epoch) =>
        line.update(
          `${numDone} of ${missing.length} done, ${
            duration((performance.now() - start) / 1000)
          }; ${nameOf(run)}: epoch ${epoch}`,
        ),
      onDone: async (run, answers) => {
        const epochs = answers.map((answer) => scored(answer, cola));
        const result = { run, task, threads, epochs };
        await store.write(result);
        results.push(result);
        numDone++;
        const { validation } = epochs.at(-1)!.mcc;
        line.finish(`${nameOf(run)}: validation MCC ${validation.toFixed(3)}`);
      },
    })
  );
  await report(plan, results);
  if (code !== 0) {
    console.log(
      `Stopped: ${results.length} of ${runs.length} trainings are done; run ` +
        `the same command again for the others`,
    );
  }
  return code;
}

/**
 * What the trainings of a sweep have in common.
 *
 * @param folder The folder of the model.
 * @param cola All examples: every seed chooses others of them.
 * @param sentences The most that a training has.
 * @returns Equal for equal models, examples and code, whatever their folders are called.
 */
export async function taskOf(
  folder: string,
  cola: ColaTask,
  sentences: number,
): Promise<SweepTask> {
  const { program: _, ...hashes } = await codeHashes();
  for (const file of ["config.json", WEIGHTS_FILE]) {
    const path = join(folder, file);
    // An untrained model has no weights.
    if (!existsSync(path)) continue;
    hashes[file] = (await measureFile(path)).sha256;
  }
  for (const part of ["train", ...EVALUATED] as const) {
    hashes[part] = await hashExamples(cola[part]);
  }
  return {
    data: cola.title,
    model: basename(folder),
    sentences: Math.min(sentences, cola.train.length),
    weightDecay,
    maxGradNorm,
    hashes,
  };
}

/**
 * The trainings of a grid.
 *
 * A schedule that decays to 0 makes two epochs of four another training than two
 * epochs, so that each number of epochs is trained separately. With a constant rate
 * the longest training contains the shorter ones.
 *
 * @param plan The grid.
 * @returns Seed by seed, so that a sweep that is stopped has tried every setting
 * about equally often.
 */
export function runsOf(plan: SweepPlan): SweepRun[] {
  const { schedule, epochs } = plan;
  const lengths = schedule === "constant" ? [Math.max(...epochs)] : epochs;
  const settings = settingsOf({ ...plan, epochs: lengths });
  return plan.seeds.flatMap((seed) =>
    settings.map((setting) => ({ ...setting, seed }))
  );
}

/**
 * Shares the machine among trainings: one for each core, as far as memory allows, as
 * trainings do not wait for one another, but the threads of one training do.
 *
 * @param wanted Trainings at a time; default as many as the machine allows.
 * @param machine Cores and free bytes; default those of this machine.
 * @returns Trainings at a time, and threads of each: at least one.
 */
export function shareMachine(
  wanted: number | undefined,
  machine: { cores: number; available: number } = {
    cores: navigator.hardwareConcurrency,
    available: Deno.systemMemoryInfo().available,
  },
): { jobs: number; threads: number } {
  const { cores, available } = machine;
  const jobs = wanted ??
    Math.max(1, Math.min(cores, Math.floor(available / BYTES_PER_JOB)));
  return { jobs, threads: Math.max(1, Math.floor(cores / jobs)) };
}

/** How trainings are run. */
type RunOptions = {
  readonly jobs: number;
  readonly threads: number;
  readonly sentences: number;
  /** The folder of the sweep, where unfinished trainings keep their checkpoints. */
  readonly out: string;
  /** Ends all trainings at once. */
  readonly signal: AbortSignal;
  readonly onEpoch: (run: SweepRun, epoch: number) => void;
  readonly onDone: (
    run: SweepRun,
    answers: readonly EpochAnswer[],
  ) => Promise<void>;
};

/**
 * Runs trainings, several at a time, each in a process.
 *
 * @param runs The trainings, in their order.
 * @param options How many at a time, and who hears of it.
 * @throws The first error of a training, after the others were ended.
 * @throws The signal's reason, once it is aborted.
 */
export async function runAll(
  runs: readonly SweepRun[],
  options: RunOptions,
): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const waiting = runs.values();
  const job = async (): Promise<void> => {
    try {
      for (const run of waiting) {
        signal.throwIfAborted();
        const folder = join(options.out, "unfinished", nameOf(run));
        const answers = await train(run, folder, { ...options, signal });
        await options.onDone(run, answers);
        await Deno.remove(folder, { recursive: true });
      }
    } catch (error) {
      // A training that was ended by another's failure reports that one.
      if (!signal.aborted) failure.abort(error);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, job));
  signal.throwIfAborted();
}

async function train(
  run: SweepRun,
  folder: string,
  { sentences, threads, signal, onEpoch }: RunOptions,
): Promise<EpochAnswer[]> {
  const workload: EpochsWorkload = {
    options: { ...run, weightDecay, maxGradNorm },
    threads,
    sentences,
    folder,
  };
  await using worker = await WorkerProcess.start(
    denoWorker(JSON.stringify(run), "epochs.ts", workload),
    signal,
  );
  const answers: EpochAnswer[] = [];
  while (answers.length < run.epochs) {
    onEpoch(run, answers.length + 1);
    answers.push(await worker.ask<EpochAnswer>(1));
  }
  return answers;
}

/** Prints the table and the best setting, and draws the picture. */
async function report(
  plan: SweepPlan,
  results: readonly SweepResult[],
): Promise<void> {
  const rows = sweepRows(plan, results);
  if (rows.length === 0) return;
  console.log(`\n${sweepTable(rows)}\n\n${describeBest(rows)}`);
  const { data, sentences, model } = results[0]!.task;
  const subtitle = `${data}, ${sentences} sentences, ${model}`;
  const picture = join(plan.out, "sweep.png");
  await Deno.writeFile(
    picture,
    await renderPng(sweepChart(rows, { subtitle })),
  );
  console.log(`\nPicture: ${picture}`);
}
