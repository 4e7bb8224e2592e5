/** Sweep over CoLA: a worker for each training, and the weights of its last epoch. @module */

import { basename } from "node:path";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { readTokenizer } from "../../lib/checkpoint/tokenizer_files.ts";
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
import type { SweepEpoch, SweepTask } from "./store.ts";
import {
  hashesOf,
  IF_KILLED,
  type SweepWorkload,
  weightsBytes,
} from "./workload.ts";

/** The recipe that no sweep varies. */
const { weightDecay, maxGradNorm } = RECIPE;

/**
 * Trains on CoLA.
 *
 * @param sentences The most that a training has; every seed chooses others.
 */
export async function colaWorkload(sentences: number): Promise<SweepWorkload> {
  const folder = await ensureModel();
  const cola = await colaTask(await readTokenizer(folder), { seed: 0 });
  return {
    task: await taskOf(folder, cola, sentences),
    modelBytes: await weightsBytes(folder),
    temporary: "",
    train: async (run, { folder, threads, signal, onProgress }) => {
      const workload: EpochsWorkload = {
        options: { ...run, weightDecay, maxGradNorm },
        threads,
        sentences,
        folder,
      };
      const command = denoWorker(JSON.stringify(run), "epochs.ts", workload);
      await using worker = await WorkerProcess.start(
        { ...command, ifKilled: IF_KILLED },
        signal,
      );
      const epochs: SweepEpoch[] = [];
      while (epochs.length < run.epochs) {
        onProgress(`epoch ${epochs.length + 1}`);
        const answer = await worker.ask<EpochAnswer>(1);
        const { mcc: scores, ...epoch } = scored(answer, cola);
        epochs.push({ ...epoch, scores });
      }
      return epochs;
    },
  };
}

/**
 * What the trainings of a sweep over CoLA have in common.
 *
 * @param folder The folder of the model.
 * @param cola All examples: every seed chooses others of them.
 * @param sentences The most that a training has.
 */
export async function taskOf(
  folder: string,
  cola: ColaTask,
  sentences: number,
): Promise<SweepTask> {
  const parts = ["train", ...EVALUATED] as const;
  return {
    data: cola.title,
    size: `${Math.min(sentences, cola.train.length)} sentences`,
    model: basename(folder),
    metric: "mcc",
    recipe: { weightDecay, maxGradNorm },
    hashes: await hashesOf(
      folder,
      Object.fromEntries(parts.map((part) => [part, cola[part]])),
    ),
  };
}
