/** One race: contestants train epoch by epoch, in turns, from one seed. @module */

import { join } from "node:path";
import { matthewsCorrelation } from "../../lib/evaluation/metrics.ts";
import { type Judge, JUDGES } from "../trials/judged_epochs.ts";
import { WorkerProcess } from "../trials/worker_process.ts";
import type { RaceCourse } from "./course.ts";
import type { Racer } from "./options.ts";

/** What a contestant answers after an epoch: times, and the classes it predicts. */
export type EpochAnswer = Readonly<Record<Judge, readonly number[]>> & {
  /** Of each step, in nats. */
  readonly losses: readonly number[];
  readonly trainingSeconds: number;
  readonly validationSeconds: number;
  /** The most memory so far, in MB of 10⁶ bytes. */
  readonly peakMb: number;
};

/** What came of an epoch. */
export type RaceEpoch =
  & Pick<
    EpochAnswer,
    "trainingSeconds" | "validationSeconds" | "losses"
  >
  & {
    readonly trainingLoss: number;
    /** Matthews correlation. */
    readonly mcc: Readonly<Record<Judge, number>>;
  };

/** One contestant's whole training. */
export type RaceRun = {
  readonly who: Racer;
  readonly seed: number;
  /** Of all epochs together. */
  readonly trainingSeconds: number;
  readonly validationSeconds: number;
  /** The epoch with the best validation MCC, from 1, and what it reached. */
  readonly bestEpoch: number;
  readonly mcc: Readonly<Record<Judge, number>>;
  readonly peakMb: number;
  readonly epochs: readonly RaceEpoch[];
};

/**
 * Lets the contestants train, each an epoch at a time while the others wait, so
 * that what slows the machine down slows all of them.
 *
 * @param folder A folder that `layCourse()` filled.
 * @param course What it holds.
 * @param options Who takes part, the program that runs PyTorch, and who hears what
 * goes on.
 * @returns A run for each of them, in the same order.
 */
export async function race(
  folder: string,
  course: RaceCourse,
  options: {
    readonly racers: readonly Racer[];
    readonly python: string;
    /** Ends all contestants at once. */
    readonly signal: AbortSignal;
    readonly onProgress: (text: string) => void;
  },
): Promise<RaceRun[]> {
  const { racers, python, signal, onProgress } = options;
  const { seed, epochs } = course.recipe;
  await using children = new AsyncDisposableStack();
  const runners: {
    who: Racer;
    child: WorkerProcess;
    answers: EpochAnswer[];
  }[] = [];
  for (const who of racers) {
    onProgress(`seed ${seed}: starting ${who}`);
    const { child } = await WorkerProcess.start(
      who,
      commandOf(who, folder, python),
      { signal },
    );
    children.use(child);
    runners.push({ who, child, answers: [] });
  }
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const { who, child, answers } of runners) {
      onProgress(`seed ${seed}: ${who} trains epoch ${epoch} of ${epochs}`);
      answers.push(await child.ask<EpochAnswer>(epoch));
    }
  }
  return runners.map(({ who, answers }) => runOf(who, answers, course));
}

function commandOf(
  who: Racer,
  folder: string,
  python: string,
): [string, ...string[]] {
  const program = (name: string): string => join(import.meta.dirname!, name);
  if (who === "torch") return [python, program("torch_epochs.py"), folder];
  return [
    Deno.execPath(),
    ...["run", "--quiet", "--no-check", "--allow-all"],
    ...[program("ours.ts"), who, folder],
  ];
}

function runOf(
  who: Racer,
  answers: readonly EpochAnswer[],
  { recipe, labels }: RaceCourse,
): RaceRun {
  const epochs = answers.map((answer): RaceEpoch => {
    const { losses, trainingSeconds, validationSeconds } = answer;
    const mcc = (judge: Judge): number =>
      matthewsCorrelation(answer[judge], labels[judge]);
    return {
      trainingSeconds,
      validationSeconds,
      trainingLoss: sum(losses) / losses.length,
      mcc: Object.fromEntries(
        JUDGES.map((judge) => [judge, mcc(judge)]),
      ) as RaceEpoch["mcc"],
      losses,
    };
  });
  const scores = epochs.map(({ mcc }) => mcc.validation);
  const best = scores.indexOf(Math.max(...scores));
  return {
    who,
    seed: recipe.seed,
    trainingSeconds: sum(epochs.map((epoch) => epoch.trainingSeconds)),
    validationSeconds: sum(epochs.map((epoch) => epoch.validationSeconds)),
    bestEpoch: best + 1,
    mcc: epochs[best]!.mcc,
    peakMb: answers.at(-1)!.peakMb,
    epochs,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
