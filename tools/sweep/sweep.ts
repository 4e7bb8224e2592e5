/** `deno task sweep`: which hyperparameters suit the task. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join } from "node:path";
import { renderPng } from "../../lib/views/picture.ts";
import { sweepChart } from "./sweep_chart.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { readTokenizer } from "../../lib/checkpoint/tokenizer_files.ts";
import type { Command } from "../shell/command.ts";
import { provision } from "../shell/provision.ts";
import { duration, interruptible, StatusLine } from "../shell/terminal.ts";
import { colaTask } from "../trials/cola_task.ts";
import { nameOf, runsOf, type SweepRun } from "./grid.ts";
import { SWEEP_OPTIONS, type SweepPlan, sweepPlan } from "./options.ts";
import { runAll, shareMachine } from "./pool.ts";
import {
  SWEEP_RECIPE,
  type SweepResult,
  SweepStore,
  type SweepTask,
} from "./store.ts";
import { describeBest, sweepRows, sweepTable } from "./summary.ts";

/** Trains with every combination of a few hyperparameters. */
export const SWEEP: Command = {
  name: "sweep",
  summary: "Find good hyperparameters: a grid of trainings over several seeds",
  options: SWEEP_OPTIONS,
  run: async (given) => await sweep(sweepPlan(given)),
};

async function sweep(plan: SweepPlan): Promise<number> {
  await provision();
  const task = await taskOf(plan);
  const store = new SweepStore(plan.out, task);
  const runs = runsOf(plan);
  const results: SweepResult[] = [];
  const missing: SweepRun[] = [];
  for (const run of runs) {
    const result = await store.read(run);
    if (result === undefined) missing.push(run);
    else results.push(result);
  }
  const share = shareMachine(plan.jobs);
  const jobs = Math.max(1, Math.min(share.jobs, missing.length));
  console.log(
    `${task.data}, ${task.sentences} sentences, ${task.model}: ` +
      `${runs.length} trainings, ${results.length} of them done before; ` +
      `${jobs} at a time with ${share.threads} ` +
      `thread${share.threads === 1 ? "" : "s"} each`,
  );
  const { threads } = share;
  const code = await interruptible((signal) =>
    runMissing(missing, { store, task, results, plan, jobs, threads, signal })
  );
  await report(plan, results);
  if (code !== 0) {
    console.log(
      `Stopped: ${results.length} of ${runs.length} trainings are done; the ` +
        `same command runs the others`,
    );
  }
  return code;
}

/** Which sentences and model it is about; the number is that of the sentences there. */
async function taskOf({ sentences }: SweepPlan): Promise<SweepTask> {
  const folder = await ensureModel();
  const tokenizer = await readTokenizer(folder);
  const task = await colaTask(tokenizer, { seed: 0, sentences });
  const model = folder.split(/[\\/]/).at(-1)!;
  const { title, train } = task;
  return { data: title, model, sentences: train.length, ...SWEEP_RECIPE };
}

/** Runs what is missing, and keeps each result at once. */
async function runMissing(
  missing: readonly SweepRun[],
  at: {
    readonly store: SweepStore;
    readonly task: SweepTask;
    readonly results: SweepResult[];
    readonly plan: SweepPlan;
    readonly jobs: number;
    readonly threads: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { store, task, results, plan, jobs, threads, signal } = at;
  const line = new StatusLine();
  const start = performance.now();
  let numDone = 0;
  await runAll(missing, {
    ...{ jobs, threads, sentences: plan.sentences, signal },
    onEpoch: (run, epoch) =>
      line.update(
        `${numDone} of ${missing.length} done, ${
          duration((performance.now() - start) / 1000)
        }; ${nameOf(run)}: epoch ${epoch}`,
      ),
    onDone: async (run, epochs) => {
      const result = { run, task, threads, epochs };
      await store.write(result);
      results.push(result);
      numDone++;
      const { mcc } = epochs.at(-1)!;
      line.finish(
        `${nameOf(run)}: validation MCC ${mcc.validation.toFixed(3)}`,
      );
    },
  });
}

/** Prints the table, names the best, and draws the picture. */
async function report(
  plan: SweepPlan,
  results: readonly SweepResult[],
): Promise<void> {
  const rows = sweepRows(plan, results);
  if (rows.length === 0) return;
  console.log(`\n${sweepTable(rows)}\n\n${describeBest(rows)}`);
  const { task } = results[0]!;
  const lines = rows.map(({ mcc, ...row }) => ({ ...row, ...mcc.validation }));
  const subtitle = `${task.data}, ${task.sentences} sentences, ${task.model}`;
  const picture = join(plan.out, "sweep.png");
  await Deno.writeFile(
    picture,
    await renderPng(sweepChart(lines, { subtitle })),
  );
  console.log(`\nPicture: ${picture}`);
}
