/** Store of a sweep's results: one small file each, written whole or not at all. @module */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { writeSynced } from "../../lib/checkpoint/atomic_write.ts";

/** Lists of values to combine. */
export type SweepGrid = {
  readonly lr: readonly number[];
  readonly batch: readonly number[];
  readonly epochs: readonly number[];
  readonly seeds: readonly number[];
  readonly schedule: "linear" | "constant";
};

/** The options of the command: the grid, and how to run it. */
export type SweepPlan = SweepGrid & {
  readonly sentences: number;
  readonly quick?: boolean;
  readonly jobs?: number;
  readonly out: string;
  readonly json?: boolean;
};

/** A combination of hyperparameters. */
export type SweepSetting = {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly schedule: "linear" | "constant";
};

/** What decides one training, besides the task. */
export type SweepRun = SweepSetting & { readonly seed: number };

/** The combinations of a grid. */
export function settingsOf(
  { lr, batch, epochs, schedule }: Omit<SweepGrid, "seeds">,
): SweepSetting[] {
  return batch.flatMap((batchSize) =>
    epochs.flatMap((epochs) =>
      lr.map((learningRate) => ({ learningRate, batchSize, epochs, schedule }))
    )
  );
}

/** What all trainings of a sweep have in common. */
export type SweepTask = {
  readonly data: string;
  /** Its training examples, such as "900 texts". */
  readonly size: string;
  readonly model: string;
  /** The metric of the scores. */
  readonly metric: string;
  /** Options that decide each training, and that no sweep varies. */
  readonly recipe: Readonly<Record<string, string | number>>;
  /** The SHA-256 of the model, of the examples and of the library's code, by name. */
  readonly hashes: Readonly<Record<string, string>>;
};

/** The metric on each part, "validation" among them, and the time that it took. */
export type SweepEpoch = {
  readonly scores: Readonly<Record<string, number>>;
  readonly trainingSeconds: number;
};

/** The content of a file. */
export type SweepResult = {
  readonly run: SweepRun;
  readonly task: SweepTask;
  /** The threads of the training. */
  readonly threads: number;
  /** After each epoch; or of the best one alone, if the training keeps that. */
  readonly epochs: readonly SweepEpoch[];
};

/** The results of one task in a folder, and the folders of its trainings. */
export class SweepStore {
  readonly #folder: string;

  /**
   * @param out The folder of all sweeps.
   * @param task The task, which has its own folder in it.
   */
  constructor(out: string, private readonly task: SweepTask) {
    const { data, size, model } = task;
    const hash = createHash("sha256").update(JSON.stringify(task));
    const key = hash.digest("hex").slice(0, 8);
    this.#folder = join(out, slug(`${data} ${size} ${model} ${key}`));
  }

  /** Reads a result; undefined if it is missing, broken or of another task. */
  async read(run: SweepRun): Promise<SweepResult | undefined> {
    try {
      const text = await Deno.readTextFile(this.#file(run));
      const result = JSON.parse(text) as SweepResult | null;
      const isThis = isDeepStrictEqual(result?.run, run) &&
        isDeepStrictEqual(result?.task, this.task) &&
        (result?.epochs?.length ?? 0) > 0;
      return isThis ? result! : undefined;
    } catch (error) {
      const isMissing = error instanceof Deno.errors.NotFound;
      if (isMissing || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Writes a result: its file is whole, or not there. */
  async write(result: SweepResult): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true });
    const text = JSON.stringify(result, null, 2) + "\n";
    const bytes = new TextEncoder().encode(text);
    await writeSynced(this.#file(result.run), [bytes]);
  }

  /** Where a training keeps its files. */
  folderOf(run: SweepRun): string {
    return join(this.#folder, nameOf(run));
  }

  #file(run: SweepRun): string {
    return `${this.folderOf(run)}.json`;
  }
}

/**
 * A training's name, for its file and for readers.
 *
 * @param run The training.
 * @returns Such as `lr5e-5_batch16_epochs4_linear_seed42`.
 */
export function nameOf(run: SweepRun): string {
  const { learningRate, batchSize, epochs, schedule, seed } = run;
  return `lr${learningRate.toExponential()}_batch${batchSize}_epochs${epochs}_` +
    `${schedule}_seed${seed}`;
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9.]+/g, "-");
}
