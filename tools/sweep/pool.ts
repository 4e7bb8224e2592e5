/** Trainings in processes of their own, several at a time. @module */

import { join } from "node:path";
import { WorkerProcess } from "../trials/worker_process.ts";
import type { SweepRun } from "./grid.ts";
import type { SweepEpoch } from "./store.ts";

/** How the machine is shared. */
export type Share = {
  /** Trainings at a time. */
  readonly jobs: number;
  /** Threads of each. */
  readonly threads: number;
};

/** What a training of the default model takes at most, in bytes. */
const BYTES_PER_JOB = 2e9;

/**
 * Shares the machine: trainings do not wait for one another, threads of one
 * training do; so there is a training for each core, as far as memory goes.
 *
 * @param wanted Jobs that the user wants; undefined: as many as the machine allows.
 * @param machine Cores and free bytes; those of this machine unless told.
 * @returns At least one job of one thread.
 */
export function shareMachine(
  wanted: number | undefined,
  machine: { cores: number; available: number } = {
    cores: navigator.hardwareConcurrency,
    available: Deno.systemMemoryInfo().available,
  },
): Share {
  const { cores, available } = machine;
  const jobs = wanted ??
    Math.max(1, Math.min(cores, Math.floor(available / BYTES_PER_JOB)));
  return { jobs, threads: Math.max(1, Math.floor(cores / jobs)) };
}

/** How trainings are run. */
export type PoolOptions = Share & {
  readonly sentences: number;
  /** Ends all trainings at once. */
  readonly signal: AbortSignal;
  /** Hears of each epoch. */
  readonly onEpoch: (run: SweepRun, epoch: number) => void;
  /** Is given each training's epochs as soon as all are there. */
  readonly onDone: (
    run: SweepRun,
    epochs: readonly SweepEpoch[],
  ) => Promise<void>;
};

/**
 * Runs trainings until all are done.
 *
 * @param runs The trainings, in their order.
 * @param options How many at a time, and who hears of it.
 * @throws The first error of a training, after the others were ended.
 * @throws The signal's reason, once it is aborted.
 */
export async function runAll(
  runs: readonly SweepRun[],
  options: PoolOptions,
): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const waiting = runs.values();
  const job = async (): Promise<void> => {
    try {
      for (const run of waiting) {
        signal.throwIfAborted();
        await options.onDone(run, await train(run, { ...options, signal }));
      }
    } catch (error) {
      // Whoever is ended by another's failure reports that one.
      if (!signal.aborted) failure.abort(error);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, job));
  signal.throwIfAborted();
}

async function train(
  run: SweepRun,
  { sentences, threads, signal, onEpoch }: PoolOptions,
): Promise<SweepEpoch[]> {
  const { child } = await WorkerProcess.start(JSON.stringify(run), [
    Deno.execPath(),
    ...["run", "--quiet", "--no-check", "--allow-all"],
    join(import.meta.dirname!, "worker.ts"),
    ...[JSON.stringify(run), String(sentences), String(threads)],
  ], { signal });
  await using worker = child;
  const epochs: SweepEpoch[] = [];
  while (epochs.length < run.epochs) {
    onEpoch(run, epochs.length + 1);
    epochs.push(await worker.ask<SweepEpoch>(1));
  }
  return epochs;
}
