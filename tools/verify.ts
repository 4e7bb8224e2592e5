/** `deno task verify`: trains stretches of a training again, and compares the bits. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { basename, join, resolve } from "node:path";
import {
  type HeadModel,
  type LoadedModel,
  loadModel,
  type ModelOrigin,
} from "../lib/checkpoint/pretrained.ts";
import { differences } from "../lib/checkpoint/differences.ts";
import { readReceipt, type Receipt } from "../lib/checkpoint/receipt.ts";
import type {
  StoredTensor,
  TrainingCheckpoint,
} from "../lib/checkpoint/training_checkpoint.ts";
import {
  type Checkpoints,
  readRun,
  type SavedRun,
} from "../lib/checkpoint/training_runs.ts";
import { measureFile } from "../lib/download/checksum.ts";
import { type EngineName, startEngine } from "../lib/engine/engine.ts";
import { randomStream } from "../lib/engine/random/stream.ts";
import { currentEngine } from "../lib/engine/start_engine.ts";
import { disposeTree, type TensorTree } from "../lib/engine/tensor_tree.ts";
import type { HeadName } from "../lib/model/heads/heads.ts";
import type { ClassifierParams } from "../lib/model/heads/sequence_classifier.ts";
import { fineTune, type FineTuneOptions } from "../lib/training/fine_tune.ts";
import { hashExamples, hashWeights } from "../lib/training/run_description.ts";

/** Steps from one checkpoint, or the starting weights, to the next. */
type Stretch = {
  readonly from: TrainingCheckpoint | undefined;
  readonly to: TrainingCheckpoint;
};

/** The call that trained, as the checkpoints keep it. */
type Recipe = {
  readonly task: HeadName | "language model";
  readonly options: FineTuneOptions;
  readonly origin?: ModelOrigin;
};

/** How to verify. */
type VerifyOptions = {
  /** How many stretches at most, chosen at random. */
  readonly stretches: number;
  /** Default as many as the training had. */
  readonly threads?: number;
};

/**
 * Compares a trained model with its receipt, and stretches of its training with what
 * they give now.
 *
 * @param folder The folder of the model.
 * @param options How many stretches, on how many threads.
 * @returns 0 if something was checked and all of it is the same, else 1.
 */
export async function verify(
  folder: string,
  options: VerifyOptions,
): Promise<number> {
  const lines = await verdicts(folder, options);
  for (const line of lines) console.log(line);
  const isSame = lines.some((line) => line.startsWith("same")) &&
    !lines.some((line) => line.startsWith("DIFFERS"));
  return isSame ? 0 : 1;
}

/**
 * What {@linkcode verify} prints.
 *
 * @param folder The folder of the model.
 * @param options How many stretches, on how many threads.
 * @returns A line for each thing that was compared, or could not be.
 */
export async function verdicts(
  folder: string,
  { stretches, threads }: VerifyOptions,
): Promise<string[]> {
  const receipt = await readReceipt(folder);
  const lines = [...await compareFiles(folder, receipt)];
  const { circumstances } = receipt;
  await startEngine({
    engine: circumstances["engine"] as EngineName,
    threads: threads ?? Number(circumstances["threads"]),
  });
  const changes = differences(circumstances, await currentEngine())
    .map(({ text }) => text);
  const run = receipt.checkpoints === undefined
    ? undefined
    : await readRun(resolve(folder, receipt.checkpoints));
  if (run === undefined) {
    lines.push(
      unchecked("all steps", "the checkpoints of the training are gone"),
    );
  } else {
    lines.push(...await compareRun(receipt, run));
    lines.push(...await replay(receipt, run, { stretches, folder, changes }));
  }
  return lines;
}

const same = (what: string): string => `same       ${what}`;
const differs = (what: string, how: string): string =>
  `DIFFERS    ${what}: ${how}`;
const unchecked = (what: string, why: string): string =>
  `unchecked  ${what}: ${why}`;

/** Whether the files of the model are those that were saved. */
async function compareFiles(
  folder: string,
  { files }: Receipt,
): Promise<string[]> {
  const lines = await Promise.all(
    Object.entries(files).map(async ([file, fact]) => {
      const { sha256 } = await measureFile(join(folder, file));
      return sha256 === fact.sha256
        ? same(`${file}: its sha256 is that of the receipt`)
        : differs(file, `its sha256 was ${fact.sha256} and is ${sha256}`);
    }),
  );
  return lines;
}

/** Whether the run is the one of the receipt, on the same data. */
async function compareRun(
  { description }: Receipt,
  { record, data }: SavedRun,
): Promise<string[]> {
  const lines = differences(description, record.description)
    .map(({ text }) => differs("the run of the checkpoints", text));
  const hashes = description["data"] as Record<string, string>;
  for (const [name, examples] of Object.entries(data)) {
    lines.push(
      await hashExamples(examples) === hashes[name]
        ? same(`the ${name} examples: ${examples.length.toLocaleString("en")}`)
        : differs(
          `the ${name} examples`,
          "they are not those that the model was trained on",
        ),
    );
  }
  return lines;
}

/** Trains some stretches again. */
async function replay(
  receipt: Receipt,
  run: SavedRun,
  { stretches, folder, changes }: {
    stretches: number;
    folder: string;
    changes: readonly string[];
  },
): Promise<string[]> {
  if (run.data["train"] === undefined) {
    const why =
      "the training data were streamed, and the run has no copy of them";
    return [unchecked("all steps", why)];
  }
  const recipe = run.record.recipe as unknown as Recipe;
  const points = [undefined, ...run.checkpoints.toReversed()];
  const all = points.slice(1).map((to, i): Stretch => ({
    from: points[i],
    to: to!,
  }));
  const chosen = randomStream(Math.floor(Math.random() * 2 ** 31))
    .shuffle(all).slice(0, stretches);
  const lines: string[] = [];
  for (const stretch of all) {
    const { from, to } = stretch;
    const name = `steps ${from?.step ?? 0} to ${to.step}`;
    if (!chosen.includes(stretch)) {
      lines.push(unchecked(name, "not among those that were chosen"));
      continue;
    }
    if (recipe.task === "language model" || recipe.origin === undefined) {
      lines.push(unchecked(name, "the model was not loaded by loadModel()"));
      continue;
    }
    const model = await loadModel(
      recipe.origin.folderOrName,
      recipe.origin.options,
    );
    try {
      const starting = receipt.description["startingWeights"];
      if (await hashWeights(model.params) !== starting) {
        const why = `"${recipe.origin.folderOrName}" has other weights now`;
        lines.push(unchecked(name, why));
        continue;
      }
      const found = await trainAgain(model, recipe, run, stretch);
      const isLast = to.step === receipt.step;
      const why = changes.length === 0 ? "" : ` (${changes.join("; ")})`;
      lines.push(
        found !== undefined ? differs(name, `${found}${why}`) : same(
          `${name}: the same losses, parameters and moments, bit for bit`,
        ),
      );
      if (isLast && found === undefined) {
        lines.push(await compareModel(model, folder));
      }
    } finally {
      disposeTree(model.params);
    }
  }
  return lines;
}

/** Trains a stretch; returns the first difference. */
async function trainAgain(
  model: LoadedModel<HeadName>,
  { options }: Recipe,
  { record, data, checkpoints: saved }: SavedRun,
  { from, to }: Stretch,
): Promise<string | undefined> {
  const { numMicroBatches, precision } = record.description[
    "options"
  ] as unknown as Required<
    Pick<FineTuneOptions, "numMicroBatches" | "precision">
  >;
  let reached: TrainingCheckpoint | undefined;
  const checkpoints: Checkpoints = {
    saveSteps: Infinity,
    saveMinutes: Infinity,
    open: () =>
      Promise.resolve({
        name: "",
        path: "",
        resumed: from,
        best: saved.find(({ isBest, step }) =>
          isBest && from !== undefined && step <= from.step
        ),
        notes: [],
        takeStopRequest: () => false,
        record: () => {},
        save: (checkpoint) => Promise.resolve(void (reached = checkpoint)),
        finish: () => Promise.resolve(),
        [Symbol.dispose]: () => {},
      }),
  };
  const lossOf = new Map(
    (to.events as { kind: string; step: number; loss: number }[])
      .filter(({ kind }) => kind === "step")
      .map(({ step, loss }) => [step, loss]),
  );
  const isEnd = to.step === to.totalSteps;
  const events = fineTune(
    model as HeadModel<"sequence-classification">,
    data as unknown as Parameters<typeof fineTune>[1],
    { ...options, numMicroBatches, precision, checkpoints },
  );
  for await (const event of events) {
    if (event.kind !== "step") continue;
    const { step, loss } = event;
    if (loss !== lossOf.get(step)) {
      return `step ${step} has the loss ${loss}; it was ${lossOf.get(step)}`;
    }
    if (step === to.step && !isEnd) break;
  }
  const before = new Map(to.tensors.map((each) => [each.name, each]));
  const other = reached?.tensors.find(({ name, values }) =>
    !equalBits(values, before.get(name)?.values)
  );
  return other && `after step ${to.step}, "${other.name}" has other values`;
}

function equalBits(
  a: StoredTensor["values"],
  b: StoredTensor["values"] | undefined,
): boolean {
  if (a.length !== b?.length) return false;
  const [x, y] = [a, b].map(({ buffer, byteOffset, length }) =>
    new Int32Array(buffer, byteOffset, length)
  ) as [Int32Array, Int32Array];
  return x.every((bits, i) => bits === y[i]);
}

/** Whether the model at the end of the training is the one that was saved. */
export async function compareModel(
  model: HeadModel<HeadName>,
  folder: string,
): Promise<string> {
  const saved = await loadModel(folder);
  const isSame = async (
    partOf: (model: HeadModel<HeadName>) => TensorTree,
  ): Promise<boolean> =>
    await hashWeights(partOf(model)) === await hashWeights(partOf(saved));
  const name = basename(folder);
  try {
    if (await isSame(({ params }) => params)) {
      return same(`${name}: its weights are those of the best evaluation`);
    }
    // The head of a regression received the scale of its numbers after the training.
    const isRegression = model.config.problemType === "regression";
    return isRegression &&
        await isSame(({ params }) => (params as ClassifierParams).bert)
      ? same(`${name}: its encoder is that of the best evaluation`)
      : differs(name, "its weights are not those that were trained");
  } finally {
    disposeTree(saved.params);
  }
}
