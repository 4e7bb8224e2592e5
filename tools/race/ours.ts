/**
 * Bertbook as a contestant of `deno task race`: trains epochs when asked to.
 *
 *     ours.ts <packed | compiled | eager> <folder>
 *
 * @module
 */

import { join } from "node:path";
import { runFunctionsEagerly } from "../../lib/engine/compile.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import type { ColaTask } from "../trials/cola_task.ts";
import { judgedEpochs } from "../trials/judged_epochs.ts";
import { answerRequests, peakMegabytes } from "../trials/worker_process.ts";
import type { RaceRecipe } from "./course.ts";
import type { EpochAnswer } from "./run.ts";

const [racer, folder] = Deno.args;
const read = async (name: string): Promise<unknown> =>
  JSON.parse(await Deno.readTextFile(join(folder!, name)));
const recipe = await read("recipe.json") as RaceRecipe;
const task = await read("task.json") as ColaTask;
const isEager = racer === "eager";
await startEngine({
  threads: recipe.threads,
  // Operations that are called one by one have all threads to themselves.
  ...(isEager ? { interOpThreads: 1 } : {}),
});
runFunctionsEagerly(isEager);
const model = await loadModel(join(folder!, "model"));
const epochs = judgedEpochs(model, task, {
  ...recipe,
  layout: racer === "packed" ? "packed" : "padded",
});

await answerRequests({}, async (): Promise<EpochAnswer> => {
  const { value: epoch } = await epochs.next();
  const { end, losses, trainingSeconds, classes } = epoch!;
  const { validationSeconds } = end;
  return {
    ...{ losses, trainingSeconds, validationSeconds, ...classes },
    peakMb: peakMegabytes(),
  };
});
