/** `deno task race`: whole trainings on CoLA, ours beside PyTorch's. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { dirname, resolve } from "node:path";
import { startEngine } from "../../lib/engine/engine.ts";
import {
  describeSpeed,
  type SpeedSettings,
  speedSettings,
} from "../../lib/engine/speed_settings.ts";
import { type Command, UsageError } from "../shell/command.ts";
import { provision } from "../shell/provision.ts";
import { interruptible, StatusLine } from "../shell/terminal.ts";
import { findTorch } from "../trials/torch.ts";
import { layCourse, type RaceRecipe } from "./course.ts";
import { RACE_OPTIONS, type RacePlan, racePlan } from "./options.ts";
import { race, type RaceRun } from "./run.ts";
import { raceTable } from "./table.ts";

/** Trains on CoLA with the same batches and weights in several programs. */
export const RACE: Command = {
  name: "race",
  summary: "Train on CoLA beside PyTorch: the same batches, time and quality",
  options: RACE_OPTIONS,
  run: async (given) => {
    const plan = racePlan(given);
    return await interruptible((signal) => runRaces(plan, signal));
  },
};

/** The content of the file. */
type RaceFile = {
  machine: SpeedSettings & { torch?: string };
  data: string;
  model: string;
  trainingSentences: number;
  recipe: RaceRecipe;
  runs: RaceRun[];
};

async function runRaces(
  plan: RacePlan,
  signal: AbortSignal,
): Promise<void> {
  if (plan.precision !== "float32" && plan.racers.includes("eager")) {
    throw new UsageError(
      `Cannot race in ${plan.precision} as only compiled steps have it; leave ` +
        `"eager" out of --who`,
    );
  }
  const torch = await findTorch();
  if (torch.version === undefined && plan.racers.includes("torch")) {
    console.log(`PyTorch is left out: ${torch.reason}`);
  }
  const racers = plan.racers.filter((who) =>
    who !== "torch" || torch.version !== undefined
  );
  await provision();
  const machine = speedSettings(await startEngine());
  console.log(describeSpeed(machine));
  const line = new StatusLine();
  const runs: RaceRun[] = [];
  for (const seed of plan.seeds) {
    const folder = await Deno.makeTempDir({ prefix: "bertbook-race-" });
    try {
      const { threads } = machine;
      const course = await layCourse(folder, plan, { seed, threads });
      const { title, model, recipe, numSentences } = course;
      if (runs.length === 0) {
        const { epochs, batchSize, learningRate } = recipe;
        line.finish(
          `${title}, ${numSentences} sentences, ${model}: ${epochs} epochs, ` +
            `batch ${batchSize}, learning rate ${learningRate}, dropout ` +
            `${plan.dropout}, ${plan.sampler} sampler, ${plan.precision}`,
        );
      }
      runs.push(
        ...await race(folder, course, {
          racers,
          python: torch.python,
          signal,
          onProgress: (text) => line.update(text),
        }),
      );
      // After each seed: a long race may be stopped.
      await writeFile(plan.json, {
        machine: {
          ...machine,
          ...(torch.version === undefined ? {} : { torch: torch.version }),
        },
        ...{
          data: title,
          model,
          trainingSentences: numSentences,
          recipe,
          runs,
        },
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  line.finish(`\n${raceTable(runs)}\n\nFigures: ${plan.json}`);
}

async function writeFile(path: string, file: RaceFile): Promise<void> {
  await Deno.mkdir(dirname(resolve(path)), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(file, null, 2) + "\n");
}
