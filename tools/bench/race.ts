/** `deno task race`: whole trainings on CoLA, Bertbook's beside PyTorch's. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join } from "node:path";
import { type Batch, numBatches } from "../../lib/batches/batches.ts";
import { BATCHES_OF } from "../../lib/batches/packed_batches.ts";
import type { ClassifierModel } from "../../lib/checkpoint/pretrained.ts";
import { saveModel } from "../../lib/checkpoint/save_model.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import {
  describeSpeed,
  speedSettings,
} from "../../lib/engine/speed_settings.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import { predictionBatches } from "../../lib/inference/predict.ts";
import { ADAMW_DEFAULTS } from "../../lib/training/adamw.ts";
import { UsageError } from "../shell/option_values.ts";
import { provision } from "../shell/provision.ts";
import { interruptible, StatusLine } from "../shell/terminal.ts";
import { cellsOf, type Column, textTable } from "../shell/text_table.ts";
import {
  colaModel,
  type ColaTask,
  colaTask,
  type EpochAnswer,
  epochOrder,
  EVALUATED,
  mccColumns,
  type PerPart,
  RECIPE,
  scored,
  type ScoredEpoch,
} from "./cola.ts";
import type { EpochsWorkload } from "./epochs.ts";
import { writeJson } from "./report.ts";
import { meanText, sumOf } from "./statistics.ts";
import { fastestTorch, findTorch } from "./torch.ts";
import {
  denoWorker,
  type WorkerCommand,
  WorkerProcess,
} from "./worker_process.ts";

/**
 * A program of the race: Bertbook as it is, with packed rows; compiled, and operation
 * by operation, on the same padded rows as PyTorch.
 */
type Racer = "packed" | "compiled" | "eager" | "torch";

/** The options of the command. */
export type RacePlan = {
  readonly who: readonly Racer[];
  readonly seeds: readonly number[];
  readonly epochs: number;
  readonly sentences: number;
  readonly sampler: "random" | "length-grouped";
  readonly precision: Precision;
  readonly dropout: number;
  readonly json: string;
};

/** The training of one program from one seed, as in `race.json`. */
export type RaceRun = {
  readonly who: Racer;
  /** Its fastest way, if it is PyTorch. */
  readonly way?: string;
  readonly seed: number;
  /** Of all epochs together. */
  readonly trainingSeconds: number;
  readonly validationSeconds: number;
  /** The epoch with the best validation MCC, from 1, and its scores. */
  readonly bestEpoch: number;
  readonly mcc: PerPart<number>;
  readonly peakMb: number;
  readonly epochs: readonly ScoredEpoch[];
};

/** Trains on CoLA with the same batches and weights in several programs. */
export async function race(plan: RacePlan): Promise<number> {
  if (plan.precision !== "float32" && plan.who.includes("eager")) {
    throw new UsageError(
      `Cannot race eagerly in ${plan.precision}: the precision must be float32; ` +
        `remove "eager" from --who`,
    );
  }
  return await interruptible((signal) => runRaces(plan, signal));
}

async function runRaces(plan: RacePlan, signal: AbortSignal): Promise<void> {
  const torch = plan.who.includes("torch") ? await findTorch() : undefined;
  const who = plan.who.filter((each) => each !== "torch" || torch?.version);
  await provision();
  const machine = speedSettings(await startEngine());
  console.log(describeSpeed(machine));
  const { threads } = machine;
  const { dropout, sentences, epochs, sampler, precision } = plan;
  const line = new StatusLine();
  const runs: RaceRun[] = [];
  for (const seed of plan.seeds) {
    const { epsilon } = ADAMW_DEFAULTS;
    const recipe = { ...RECIPE, epochs, sampler, precision, seed, epsilon };
    const model = await colaModel({ seed, dropout });
    const task = await colaTask(model.tokenizer, { seed, sentences });
    const { title: data, train: { length: trainingSentences } } = task;
    if (runs.length === 0) {
      line.finish(
        `${data}, ${trainingSentences} sentences, ${model.name}: ${epochs} epochs, ` +
          `batch ${recipe.batchSize}, learning rate ${recipe.learningRate}, ` +
          `dropout ${dropout}, ${sampler} order, ${precision}`,
      );
    }
    await using folders = new AsyncDisposableStack();
    const commands: WorkerCommand[] = [];
    for (const each of who) {
      if (each === "torch") {
        const folder = await Deno.makeTempDir({ prefix: "bertbook-race-" });
        folders.defer(() => Deno.remove(folder, { recursive: true }));
        await writeForTorch(folder, model, task, { ...recipe, threads });
        commands.push(await fastestTorch(torch!, { folder }, signal, line));
      } else {
        const batching = each === "packed" ? "packed" : "padded";
        const workload: EpochsWorkload = {
          options: { ...recipe, batching },
          threads,
          sentences,
          dropout,
          isEager: each === "eager",
        };
        commands.push(denoWorker(each, "epochs.ts", workload));
      }
    }
    disposeTree(model.params);
    const trained = await trainInTurns(
      commands,
      epochs,
      signal,
      (progress) => line.update(`seed ${seed}: ${progress}`),
    );
    for (const { name, answers } of trained) {
      runs.push(runOf(name, seed, answers, task));
    }
    // After each seed: a long race may be stopped.
    await writeJson(plan.json, {
      machine: { ...machine, torch: torch?.version },
      data,
      model: model.name,
      trainingSentences,
      recipe,
      runs,
    });
  }
  line.finish(`\n${raceTable(runs)}\n\nFigures: ${plan.json}`);
}

/** Lets programs train in turns, an epoch at a time. */
async function trainInTurns(
  commands: readonly WorkerCommand[],
  epochs: number,
  signal: AbortSignal,
  update: (progress: string) => void,
): Promise<{ name: string; answers: EpochAnswer[] }[]> {
  await using workers = new AsyncDisposableStack();
  const programs = [];
  for (const command of commands) {
    update(`starting ${command.name}`);
    const worker = workers.use(await WorkerProcess.start(command, signal));
    programs.push({ name: command.name, worker, answers: [] as EpochAnswer[] });
  }
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const { name, worker, answers } of programs) {
      update(`${name} trains epoch ${epoch} of ${epochs}`);
      answers.push(await worker.ask<EpochAnswer>(epoch));
    }
  }
  return programs;
}

/** The recipe in `recipe.json`. */
type TorchRecipe = typeof RECIPE & {
  readonly epochs: number;
  readonly sampler: RacePlan["sampler"];
  readonly precision: Precision;
  readonly seed: number;
  readonly epsilon: number;
  readonly threads: number;
};

/**
 * Writes what PyTorch needs to train as Bertbook does: `recipe.json`, `model/`, and
 * `train-1.jsonl` … and a file for each evaluated part, with a batch on each line.
 */
async function writeForTorch(
  folder: string,
  model: ClassifierModel,
  task: ColaTask,
  recipe: TorchRecipe,
): Promise<void> {
  const { batchSize, epochs } = recipe;
  const totalSteps = epochs * numBatches(task.train.length, batchSize);
  const write = (name: string, text: string): Promise<void> =>
    Deno.writeTextFile(join(folder, name), text);
  await write(
    "recipe.json",
    JSON.stringify({ ...recipe, totalSteps }),
  );
  await saveModel(model, join(folder, "model"));
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = epochOrder(task.train, { ...recipe, epoch });
    const members = { batchSize, order };
    const batches = BATCHES_OF.padded(task.train, model.config, members);
    await write(`train-${epoch}.jsonl`, linesOf(batches));
  }
  for (const part of EVALUATED) {
    const batches = predictionBatches(task[part], model.config, batchSize);
    await write(`${part}.jsonl`, linesOf(batches));
  }
}

/** A batch on each line; its arrays row by row, [B · T] and [B]. */
function linesOf(batches: Iterable<Batch>): string {
  return Array.from(batches, (batch) =>
    JSON.stringify({
      size: batch.size,
      indices: batch.indices,
      inputIds: [...batch.inputIds],
      attentionMask: [...batch.attentionMask],
      labels: [...batch.labels],
    }) + "\n").join("");
}

/** Compares the epochs of a program with the labels, and adds up their times. */
function runOf(
  name: string,
  seed: number,
  answers: readonly EpochAnswer[],
  task: ColaTask,
): RaceRun {
  const [who, ...way] = name.split(" ") as [Racer, ...string[]];
  const epochs = answers.map((answer) => scored(answer, task));
  const scores = epochs.map(({ mcc }) => mcc.validation);
  const best = scores.indexOf(Math.max(...scores));
  return {
    who,
    ...(who === "torch" ? { way: way.join(" ") } : {}),
    seed,
    trainingSeconds: sumOf(epochs.map((epoch) => epoch.trainingSeconds)),
    validationSeconds: sumOf(epochs.map((epoch) => epoch.validationSeconds)),
    bestEpoch: best + 1,
    mcc: epochs[best]!.mcc,
    peakMb: answers.at(-1)!.peakMb,
    epochs,
  };
}

/** The columns of the table, whose lines describe one run, or several by their mean. */
const COLUMNS: readonly Column<readonly RaceRun[]>[] = [
  ["who", ([run]) => run!.who],
  ["seed", (runs) => runs.length > 1 ? "mean ± sd" : `${runs[0]!.seed}`],
  ["best epoch", (runs) => runs.length > 1 ? "" : `${runs[0]!.bestEpoch}`],
  mean("training min", 2, ({ trainingSeconds }) => trainingSeconds / 60),
  mean("validation min", 2, ({ validationSeconds }) => validationSeconds / 60),
  ...mccColumns<readonly RaceRun[]>((runs, part) =>
    runs.map(({ mcc }) => mcc[part])
  ),
  mean("peak MB", 0, ({ peakMb }) => peakMb),
];

/** A column of a number that has `digits` after the point. */
function mean(
  title: string,
  digits: number,
  valueOf: (run: RaceRun) => number,
): Column<readonly RaceRun[]> {
  return [title, (runs) => meanText(runs.map(valueOf), digits)];
}

/**
 * The runs as a table for a terminal.
 *
 * @param runs At least one.
 * @returns A row for each run, and below them, if there are several seeds, mean and
 * standard deviation of each program.
 */
export function raceTable(runs: readonly RaceRun[]): string {
  const programs = [...Map.groupBy(runs, ({ who }) => who).values()];
  const several = programs.filter((own) => own.length > 1);
  return textTable(
    cellsOf(COLUMNS, [...runs.map((run) => [run]), ...several]),
  );
}
