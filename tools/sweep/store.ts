/** The results of a sweep, each a small file that is there as a whole or not. @module */

import { join } from "node:path";
import { RECIPES } from "../../notebooks/support/recipe.ts";
import { writeSynced } from "../../lib/checkpoint/replace.ts";
import type { Judge } from "../trials/judged_epochs.ts";
import { nameOf, type SweepRun } from "./grid.ts";

/** What a training is about; results of different tasks stand in different folders. */
export type SweepTask = {
  readonly data: string;
  readonly model: string;
  /** Training sentences. */
  readonly sentences: number;
  /** What the trainings of every sweep have in common. */
  readonly weightDecay: number;
  readonly maxGradNorm: number;
};

/** Those of {@linkcode RECIPES} that no sweep varies. */
export const SWEEP_RECIPE = {
  weightDecay: RECIPES.full.weightDecay,
  maxGradNorm: RECIPES.full.maxGradNorm,
};

/** What came of an epoch. */
export type SweepEpoch = {
  readonly trainingLoss: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  /** Matthews correlation. */
  readonly mcc: Readonly<Record<Judge, number>>;
  readonly trainingSeconds: number;
};

/** The content of a file. */
export type SweepResult = {
  readonly run: SweepRun;
  readonly task: SweepTask;
  /** Threads that the training had. */
  readonly threads: number;
  readonly epochs: readonly SweepEpoch[];
};

/** The files of one task in a folder. */
export class SweepStore {
  readonly #folder: string;

  /**
   * @param out The folder of all sweeps.
   * @param task Its results stand in a folder of their own.
   */
  constructor(out: string, private readonly task: SweepTask) {
    const { data, model, sentences } = task;
    this.#folder = join(out, slug(`${data} ${sentences} ${model}`));
  }

  /**
   * Reads a result.
   *
   * @param run The training.
   * @returns Undefined if it is not there, or is of something else.
   */
  async read(run: SweepRun): Promise<SweepResult | undefined> {
    const text = await Deno.readTextFile(this.#file(run)).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const result = parsed(text);
    const isThis = result !== undefined && same(result.run, run) &&
      same(result.task, this.task) && result.epochs.length === run.epochs;
    return isThis ? result : undefined;
  }

  /**
   * Writes a result: aside, then in one move to its place.
   *
   * @param result What came out.
   */
  async write(result: SweepResult): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true });
    const file = this.#file(result.run);
    const aside = `${file}.${Deno.pid}.part`;
    const text = JSON.stringify(result, null, 2) + "\n";
    try {
      await writeSynced(aside, [new TextEncoder().encode(text)]);
      await Deno.rename(aside, file);
    } catch (error) {
      await Deno.remove(aside).catch(() => {});
      throw error;
    }
  }

  #file(run: SweepRun): string {
    return join(this.#folder, `${nameOf(run)}.json`);
  }
}

function parsed(text: string): SweepResult | undefined {
  try {
    const value = JSON.parse(text);
    return Array.isArray(value?.epochs) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether two records of plain values are equal. */
function same(a: object | undefined, b: object): boolean {
  const sorted = (record: object): string =>
    JSON.stringify(Object.entries(record).toSorted());
  return a !== undefined && sorted(a) === sorted(b);
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9.]+/g, "-");
}
