/** Trials of exported files: the same inputs as the engine, and how far the answers differ. @module */

import type { RunModel } from "../../lib/checkpoint/pretrained.ts";
import type { OnnxFile } from "./onnx_file.ts";
import type { Outcome, OwnModel, OwnTask } from "./task.ts";
import { type Estimate, estimates, format } from "./verdict.ts";

/** What a trial has found of a file. */
export type TriedFile = {
  readonly file: string;
  readonly bytes: number;
  /** Of the model alone, for one input at a time; the median. */
  readonly milliseconds?: number;
  /** The largest difference from the engine's logits. */
  readonly logitDifference?: number;
  /** The task's metric, if the answers are known. */
  readonly score?: Estimate;
  /** Why the file is not kept, if it is not. */
  readonly refusal?: string;
};

/** What a trial has found. */
export type Trial = {
  /** What the inputs are. */
  readonly data: string;
  readonly metric: string;
  /** The model in the engine, for comparison. */
  readonly engine: { readonly milliseconds: number; readonly score?: Estimate };
  readonly files: readonly TriedFile[];
};

/** A file to try. */
export type FileToTry = Pick<TriedFile, "file" | "bytes"> & {
  readonly open: () => Promise<OnnxFile>;
};

/** Inputs that are timed one by one. */
const TIMED = 50;
/** Outputs that differ by less than this are the same. */
const CONSTANT = 1e-6;

/**
 * Tries files.
 *
 * @param task The task of the model.
 * @param model The model.
 * @param data The inputs, what they are, and the examples if their answers are known.
 * @param files The files.
 * @returns What was found, in the order of the files.
 */
export async function tryFiles<E, I, P extends object>(
  task: OwnTask<E, I, P>,
  model: OwnModel,
  { title, inputs, examples }: {
    readonly title: string;
    readonly inputs: readonly I[];
    readonly examples: readonly E[] | undefined;
  },
  files: readonly FileToTry[],
): Promise<Trial> {
  const { temperature = 1 } = model.inference ?? {};
  // The logits in the files are divided by it already.
  const exported = {
    ...model,
    inference: { ...model.inference, temperature: 1 },
  };
  const own = await computed(task, model, inputs);
  const expected = own.outputs.map((row) => row.map((x) => x / temperature));
  const tried: (TriedFile & { readonly predictions?: readonly P[] })[] = [];
  for (const { open, ...facts } of files) {
    try {
      await using file = await open();
      const found = await computed(task, exported, inputs, file.run);
      tried.push({
        ...facts,
        milliseconds: found.milliseconds,
        logitDifference: largestDifference(found.outputs, expected),
        predictions: found.predictions,
        ...isConstant(found.outputs) && !isConstant(expected) &&
          { refusal: "it gives the same output for every input" },
      });
    } catch (error) {
      const [reason] = (error as Error).message.split("\n");
      tried.push({ ...facts, refusal: reason! });
    }
  }
  const scores = examples && scoresOf(task, model, examples, [
    own.predictions,
    ...tried.map(({ predictions }) => predictions),
  ]);
  const score = scores?.[0];
  return {
    data: title,
    metric: task.metric,
    engine: { milliseconds: own.milliseconds, ...score && { score } },
    files: tried.map(({ predictions: _, ...each }, i) => {
      const reached = scores?.[i + 1];
      if (score === undefined || reached === undefined) return each;
      const isWorse = reached.value < score.low;
      return {
        ...each,
        score: reached,
        ...isWorse && each.refusal === undefined && {
          refusal:
            `its ${task.metric} is ${reached.value.toFixed(3)}, below the ` +
            `interval of the engine's, ${format(score)}`,
        },
      };
    }),
  };
}

/** Predictions, the outputs that they were made of, and the time of an input. */
type Computed<P> = {
  readonly predictions: readonly P[];
  readonly outputs: readonly (readonly number[])[];
  readonly milliseconds: number;
};

async function computed<E, I, P extends object>(
  task: OwnTask<E, I, P>,
  model: OwnModel,
  inputs: readonly I[],
  compute: RunModel = (_, engine) => engine(),
): Promise<Computed<P>> {
  const outputs: number[][] = [];
  let elapsed = 0;
  const run: RunModel = async (input, engine) => {
    const start = performance.now();
    const rows = await compute(input, engine);
    elapsed += performance.now() - start;
    const { attentionMask, length } = input;
    for (const [i, row] of rows.entries()) {
      const mask = Array.from(attentionMask).slice(
        i * length,
        (i + 1) * length,
      );
      const numbers = numbersOf(row, mask.lastIndexOf(1) + 1, model.head);
      const odd = numbers.find((value) => !Number.isFinite(value));
      if (odd !== undefined) {
        throw new RangeError(`its outputs must be finite; found ${odd}`);
      }
      outputs.push(numbers);
    }
    return rows;
  };
  const watched = { ...model, run };
  const predictions = await task.predict(watched, inputs);
  const numOutputs = outputs.length;
  const timed = inputs.slice(0, TIMED);
  const times: number[] = [];
  for (const input of timed) await task.predict(watched, [input]); // compiles
  for (const input of timed) {
    elapsed = 0;
    await task.predict(watched, [input]);
    times.push(elapsed);
  }
  return {
    predictions,
    outputs: outputs.slice(0, numOutputs),
    milliseconds: times.sort((a, b) => a - b)[times.length >> 1]!,
  };
}

/** The numbers of a sequence without those of its padding. */
function numbersOf(
  row: unknown,
  length: number,
  head: OwnModel["head"],
): number[] {
  switch (head) {
    case "token-classification": // [T][C]
      return (row as number[][]).slice(0, length).flat();
    case "question-answering": // [2][T]
      return (row as number[][]).flatMap((scores) => scores.slice(0, length));
    default: // [C]
      return row as number[];
  }
}

function largestDifference(
  found: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
): number {
  let largest = 0;
  for (const [i, row] of found.entries()) {
    for (const [k, value] of row.entries()) {
      largest = Math.max(largest, Math.abs(value - expected[i]![k]!));
    }
  }
  return largest;
}

/** Whether the first number of each sequence is the same for all. */
function isConstant(outputs: readonly (readonly number[])[]): boolean {
  const first = outputs.map(([value]) => value!);
  return first.length > 1 && Math.max(...first) - Math.min(...first) < CONSTANT;
}

/** The score of each list of predictions, by the same draws of the examples. */
function scoresOf<E, I, P extends object>(
  task: OwnTask<E, I, P>,
  { labels }: OwnModel,
  examples: readonly E[],
  lists: readonly (readonly P[] | undefined)[],
): (Estimate | undefined)[] {
  const outcomes = lists.map((list) =>
    list?.map((each, i) => task.outcome(each, examples[i]!, labels))
  );
  const scoreOf = (some: readonly Outcome[]): number =>
    task.metrics(some, labels.length)[task.metric]!;
  const found = estimates(
    examples.length,
    (indices) =>
      outcomes.map((all) => all ? scoreOf(indices.map((i) => all[i]!)) : NaN),
  );
  return found.map((each, i) => lists[i] && each);
}
