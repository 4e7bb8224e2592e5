/** Sweep over one's own data: a `deno task train` for each training. @module */

import { basename, join } from "node:path";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { denoProgram, describeEnd, linesOf } from "../bench/worker_process.ts";
import type { TrainCommand } from "../own/train.ts";
import { openData } from "../own/tasks.ts";
import { FILES } from "../own/trained_folder.ts";
import { nameOf } from "./store.ts";
import {
  hashesOf,
  IF_KILLED,
  type SweepWorkload,
  weightsBytes,
} from "./workload.ts";

/** How the data are read and by which model; what a sweep varies is not among it. */
export type OwnOptions = Omit<
  TrainCommand,
  "epochs" | "batch" | "lr" | "seed" | "out" | "json" | "threads" | "maxMinutes"
>;

/** The program of all commands. */
const COMMANDS = join(import.meta.dirname!, "../commands.ts");

/** All seeds have the same parts: no validation text of one is a test text of another. */
const SPLIT_SEED = 42;

/**
 * Trains on one's own data.
 *
 * @param source The data.
 * @param options How they are read, and by which model.
 * @throws {RangeError} If they cannot teach the task.
 */
export async function ownWorkload(
  source: string,
  options: OwnOptions,
): Promise<SweepWorkload> {
  const { splitSeed = SPLIT_SEED, model, maxLength } = options;
  const start = await ensureModel(model);
  const streaming = { model: start, maxLength };
  const read = { ...options, seed: splitSeed, streaming };
  return await openData(source, read, async (task, dataset, _, streamed) => {
    task.check?.(dataset);
    const { title, labels, train, validation, test } = dataset;
    return {
      task: {
        data: title,
        size: `${streamed?.examples.length ?? train.length} ${task.unit}`,
        model: basename(start),
        metric: task.metric,
        recipe: { task: task.name, ...maxLength && { maxLength } },
        hashes: await hashesOf(start, {
          labels: labels.map((label) => ({ label })),
          train: streamed
            ? [{ sha256: streamed.examples.sha256 }]
            : train as readonly object[],
          validation: validation as readonly object[],
          test: test as readonly object[],
        }),
      },
      modelBytes: await weightsBytes(start),
      temporary: FILES.checkpoints,
      model: FILES.model,
      train: async (run, { folder, threads, signal, onProgress }) => {
        const [program, ...first] = denoProgram(COMMANDS);
        const child = new Deno.Command(program, {
          args: [
            ...[
              ...first,
              "train",
              source,
              ...flagsOf({ ...options, splitSeed }),
            ],
            ...[`--lr=${run.learningRate}`, `--batch=${run.batchSize}`],
            ...[`--epochs=${run.epochs}`, `--seed=${run.seed}`],
            ...[`--threads=${threads}`, `--out=${folder}`, "--json"],
          ],
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
          env: { NO_COLOR: "1" },
          signal, // it saves a checkpoint before it ends
        }).spawn();
        const printed = new Response(child.stdout).text();
        const said: string[] = [];
        for await (const line of linesOf(child.stderr)) {
          said.push(line);
          if (line !== "") onProgress(line);
        }
        const { code } = await child.status;
        signal.throwIfAborted();
        if (code !== 0) {
          throw new TypeError(
            `Cannot train "${
              nameOf(run)
            }": its process must end with 0; found ` +
              describeEnd(code, said.join("\n"), IF_KILLED),
          );
        }
        const { metrics, trainingSeconds } = JSON.parse(await printed);
        const scores: Record<string, number> = {};
        for (const part in metrics) scores[part] = metrics[part][task.metric];
        return [{ scores, trainingSeconds }];
      },
    };
  });
}

/** Such as "max-length" of `maxLength`. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Options as the command line has them. */
function flagsOf(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (typeof value === "boolean") return value ? [] : [`--no-${name}`];
    return value === undefined ? [] : [`--${flagOf(name)}=${value}`];
  });
}
