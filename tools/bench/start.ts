/** Time from a kernel's start to the first trained step. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { Kernel } from "../jupyter/kernel_client.ts";
import { NOTEBOOKS } from "../shell/project.ts";
import { provision } from "../shell/provision.ts";
import { textTable } from "../shell/text_table.ts";
import { spreadOf } from "./statistics.ts";

/** The cells of a notebook, up to the first step. */
const CELLS: readonly { readonly part: string; readonly source: string }[] = [
  {
    part: "imports",
    source: `
import { COLA, encodeExamples, ensureModel, fineTune } from "bertbook";
import { loadDataset, loadModel, startEngine } from "bertbook";
import "./support/mod.ts";`,
  },
  { part: "engine", source: `await startEngine();` },
  {
    part: "model",
    source: `
const labels = ["unacceptable", "acceptable"];
const model = await loadModel(await ensureModel(), { head: "sequence-classification", labels, seed: 42 });`,
  },
  {
    part: "sentences",
    source: `
const cola = await loadDataset(COLA);
const examples = encodeExamples(model.tokenizer, cola.train, { maxLength: 64 });`,
  },
  {
    part: "first step",
    source: `
const data = { train: examples, validation: examples };
const recipe = { epochs: 1, batchSize: 32, learningRate: 5e-5, seed: 42 };
for await (const { loss } of fineTune(model, data, recipe)) {
  console.log(loss);
  break;
}`,
  },
];

/**
 * Starts a kernel and takes one training step in it.
 *
 * @param env Added to the kernel's environment.
 * @returns The seconds of each part, in their order, and their sum as `all`.
 * @throws {TypeError} If a cell fails.
 */
export async function timeStart(
  env: Record<string, string> = {},
): Promise<Record<string, number>> {
  const began = performance.now();
  await using kernel = await Kernel.start({ folder: NOTEBOOKS, env });
  let last = performance.now();
  const times: Record<string, number> = { kernel: (last - began) / 1000 };
  for (const { part, source } of CELLS) {
    const { outputs } = await kernel.execute(source);
    const failure = outputs.find((output) => output.output_type === "error");
    if (failure !== undefined) {
      throw new TypeError(
        `Cannot time a start: every cell must run; found that of the ${part} ` +
          `failed with ${failure.ename}: ${failure.evalue}`,
      );
    }
    const now = performance.now();
    times[part] = (now - last) / 1000;
    last = now;
  }
  return { ...times, all: (last - began) / 1000 };
}

/**
 * Prints the median of several starts, part by part.
 *
 * @param rounds How many starts.
 */
export async function benchStart(rounds: number): Promise<void> {
  await provision();
  const starts: Record<string, number>[] = [];
  for (let i = 0; i < rounds; i++) starts.push(await timeStart());
  const rows = Object.keys(starts[0]!).map((part) => {
    const { median, min, max } = spreadOf(starts.map((times) => times[part]!));
    return [part, ...[median, min, max].map((value) => value.toFixed(2))];
  });
  console.log("From the start of the kernel to the first trained step:");
  console.log(textTable([["part", "seconds", "min", "max"], ...rows]));
}
