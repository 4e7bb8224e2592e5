/**
 * Bertbook as a contestant of `deno task race`: trains epochs when asked to.
 *
 *     race_ours.ts <compiled | eager> <folder>
 *
 * @module
 */

import { join } from "node:path";
import type { EncodedExample } from "../data/batches.ts";
import { runFunctionsEagerly } from "../engine/compile.ts";
import { startEngine } from "../engine/engine.ts";
import { fineTune } from "../training/fine_tune.ts";
import { predict } from "../training/predict.ts";
import { loadClassifier } from "../weights/pretrained.ts";
import { answerRequests, peakMegabytes } from "./bench_child.ts";
import type { ColaTask } from "./cola_task.ts";
import type { RaceRecipe } from "./race_course.ts";
import type { EpochAnswer } from "./race_run.ts";

const [racer, folder] = Deno.args;
const read = async (name: string): Promise<unknown> =>
  JSON.parse(await Deno.readTextFile(join(folder!, name)));
const recipe = await read("recipe.json") as RaceRecipe;
const task = await read("task.json") as ColaTask;
await startEngine({ threads: recipe.threads });
runFunctionsEagerly(racer === "eager");
const { seed, batchSize, precision } = recipe;
const model = await loadClassifier(join(folder!, "model"), { seed });
const events = fineTune(model, task, recipe);

await answerRequests({}, async (): Promise<EpochAnswer> => {
  const start = performance.now();
  const losses: number[] = [];
  for (;;) {
    const { value: event } = await events.next();
    if (event === undefined) throw new RangeError("Cannot train on: all done");
    if (event.kind === "step") {
      losses.push(event.loss);
      continue;
    }
    const { validationSeconds } = event;
    const seconds = (performance.now() - start) / 1000;
    return {
      losses,
      trainingSeconds: seconds - validationSeconds,
      validationSeconds,
      validation: await classesOf(task.validation),
      inDomain: await classesOf(task.inDomain),
      outOfDomain: await classesOf(task.outOfDomain),
      peakMb: peakMegabytes(),
    };
  }
});

async function classesOf(
  examples: readonly EncodedExample[],
): Promise<number[]> {
  return (await predict(model, examples, { batchSize, precision })).predictions;
}
