/** `deno task race`: whole trainings on CoLA, Bertbook's beside PyTorch's. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join } from "node:path";
import { type Batch, numBatches } from "../../lib/batches/batches.ts";
import { BATCHES_OF } from "../../lib/batches/packed_batches.ts";
import { sampleOrder } from "../../lib/batches/sampler.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
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
import type { FineTuneOptions } from "../../lib/training/fine_tune.ts";
import { UsageError } from "../shell/option_values.ts";
import { provision } from "../shell/provision.ts";
import { interruptible, StatusLine } from "../shell/terminal.ts";
import { textTable } from "../shell/text_table.ts";
import { writeJson } from "./bench.ts";
import {
  type ColaTask,
  colaTask,
  type EpochAnswer,
  EVALUATED,
  LABELS,
  MCC_TITLES,
  meanText,
  type PerPart,
  RECIPE,
  scored,
  type ScoredEpoch,
  withDropout,
} from "./cola.ts";
import type { EpochsWorkload } from "./epochs.ts";
import { sumOf } from "./statistics.ts";
import { fastestTorch, findTorch, type Torch } from "./torch.ts";
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
  await provision();
  const machine = speedSettings(await startEngine());
  console.log(describeSpeed(machine));
  const line = new StatusLine();
  const runs: RaceRun[] = [];
  for (const seed of plan.seeds) {
    const folder = await Deno.makeTempDir({ prefix: "bertbook-race-" });
    try {
      const workload = await writeWorkload(folder, plan, seed, machine.threads);
      const { data, model, trainingSentences, recipe } = workload;
      if (runs.length === 0) {
        const { epochs, batchSize, learningRate, precision } = recipe;
        line.finish(
          `${data}, ${trainingSentences} sentences, ${model}: ${epochs} epochs, ` +
            `batch ${batchSize}, learning rate ${learningRate}, dropout ` +
            `${plan.dropout}, ${plan.sampler} order, ${precision}`,
        );
      }
      runs.push(...await runRace(workload, { plan, torch, signal, line }));
      // After each seed: a long race may be stopped.
      await writeJson(plan.json, {
        machine: { ...machine, torch: torch?.version },
        data,
        model,
        trainingSentences,
        recipe,
        runs,
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  line.finish(`\n${raceTable(runs)}\n\nFigures: ${plan.json}`);
}

/** Everything that a race from one seed needs. */
type RaceWorkload = {
  /** Where PyTorch finds its weights, batches and recipe. */
  readonly folder: string;
  readonly data: string;
  readonly model: string;
  readonly trainingSentences: number;
  readonly recipe: FineTuneOptions;
  readonly threads: number;
  readonly task: ColaTask;
};

/**
 * Writes what PyTorch needs to train as Bertbook does: `recipe.json`, `model/`, and
 * `train-1.jsonl` … and a file for each evaluated part, with a batch on each line.
 */
async function writeWorkload(
  folder: string,
  plan: RacePlan,
  seed: number,
  threads: number,
): Promise<RaceWorkload> {
  const { dropout, sentences, epochs, sampler, precision } = plan;
  const loaded = await loadModel(await ensureModel(), {
    head: "sequence-classification",
    labels: LABELS,
    seed,
  });
  const model = withDropout(loaded, dropout);
  await saveModel(model, join(folder, "model"));
  disposeTree(model.params);
  const task = await colaTask(model.tokenizer, { seed, sentences });
  const { epsilon } = ADAMW_DEFAULTS;
  const recipe = { ...RECIPE, epochs, sampler, precision, seed, epsilon };
  const { batchSize } = recipe;
  const totalSteps = epochs * numBatches(task.train.length, batchSize);
  const write = (name: string, text: string): Promise<void> =>
    Deno.writeTextFile(join(folder, name), text);
  await write(
    "recipe.json",
    JSON.stringify({ ...recipe, threads, totalSteps }),
  );
  const lengths = task.train.map(({ inputIds }) => inputIds.length);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const batches = BATCHES_OF.padded(task.train, model.config, {
      batchSize,
      order: sampleOrder(sampler, lengths, { seed, epoch, batchSize }),
    });
    await write(`train-${epoch}.jsonl`, linesOf(batches));
  }
  for (const part of EVALUATED) {
    const batches = predictionBatches(task[part], model.config, batchSize);
    await write(`${part}.jsonl`, linesOf(batches));
  }
  return {
    folder,
    data: task.title,
    model: model.name,
    trainingSentences: task.train.length,
    recipe,
    threads,
    task,
  };
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

/** Lets the programs train in turns, an epoch at a time, from one seed. */
async function runRace(
  { folder, recipe, threads, task }: RaceWorkload,
  { plan, torch, signal, line }: {
    readonly plan: RacePlan;
    readonly torch: Torch | undefined;
    readonly signal: AbortSignal;
    readonly line: StatusLine;
  },
): Promise<RaceRun[]> {
  const { seed, epochs } = recipe;
  const onProgress = (text: string): void =>
    line.update(`seed ${seed}: ${text}`);
  const commandOf = async (who: Racer): Promise<WorkerCommand> => {
    if (who === "torch") {
      return await fastestTorch(torch!, { folder }, signal, line);
    }
    const { sentences, dropout } = plan;
    const options: FineTuneOptions = {
      ...recipe,
      batching: who === "packed" ? "packed" : "padded",
    };
    const isEager = who === "eager";
    const workload = { options, threads, sentences, dropout, isEager };
    return denoWorker(who, "epochs.ts", workload satisfies EpochsWorkload);
  };
  await using workers = new AsyncDisposableStack();
  const programs = [];
  for (const who of plan.who) {
    if (who === "torch" && torch?.version === undefined) continue;
    const command = await commandOf(who);
    onProgress(`starting ${command.name}`);
    const worker = workers.use(await WorkerProcess.start(command, signal));
    programs.push({ who, worker, answers: [] as EpochAnswer[] });
  }
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const { worker, answers } of programs) {
      onProgress(`${worker.name} trains epoch ${epoch} of ${epochs}`);
      answers.push(await worker.ask<EpochAnswer>(epoch));
    }
  }
  return programs.map(({ who, worker, answers }) => {
    const epochs = answers.map((answer) => scored(answer, task));
    const scores = epochs.map(({ mcc }) => mcc.validation);
    const best = scores.indexOf(Math.max(...scores));
    return {
      who,
      ...(who === "torch" ? { way: worker.name.replace("torch ", "") } : {}),
      seed,
      trainingSeconds: sumOf(epochs.map((epoch) => epoch.trainingSeconds)),
      validationSeconds: sumOf(epochs.map((epoch) => epoch.validationSeconds)),
      bestEpoch: best + 1,
      mcc: epochs[best]!.mcc,
      peakMb: answers.at(-1)!.peakMb,
      epochs,
    };
  });
}

/** The columns with a number, and its digits after the point. */
const COLUMNS: readonly [
  title: string,
  digits: number,
  valueOf: (run: RaceRun) => number,
][] = [
  ["training min", 2, ({ trainingSeconds }) => trainingSeconds / 60],
  ["validation min", 2, ({ validationSeconds }) => validationSeconds / 60],
  ...EVALUATED.map((part): [string, number, (run: RaceRun) => number] => [
    MCC_TITLES[part],
    3,
    ({ mcc }) => mcc[part],
  ]),
  ["peak MB", 0, ({ peakMb }) => peakMb],
];

/**
 * The runs as a table for a terminal.
 *
 * @param runs At least one.
 * @returns A row for each run, and below them, if there are several seeds, mean and
 * standard deviation of each program.
 */
export function raceTable(runs: readonly RaceRun[]): string {
  const cellsOf = (runs: readonly RaceRun[]): string[] =>
    COLUMNS.map(([, digits, valueOf]) => meanText(runs.map(valueOf), digits));
  const programs = Map.groupBy(runs, ({ who }) => who);
  const summary = [...programs].filter(([, own]) => own.length > 1)
    .map(([who, own]) => [who, "mean ± sd", "", ...cellsOf(own)]);
  return textTable([
    ["who", "seed", "best epoch", ...COLUMNS.map(([title]) => title)],
    ...runs.map((run) => [
      run.who,
      `${run.seed}`,
      `${run.bestEpoch}`,
      ...cellsOf([run]),
    ]),
    ...summary,
  ]);
}
