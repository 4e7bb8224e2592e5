/** Saving a model as a folder in Hugging Face's layout. @module */

import { join } from "node:path";
import type { FileFact } from "../download/asset.ts";
import { checkKnownOptions } from "../options.ts";
import type { HeadName } from "../model/heads/heads.ts";
import type { HeadModel } from "./read_model.ts";
import { RECEIPT_FILE, receiptOf, type TrainingRecord } from "./receipt.ts";
import { replaceFolder, writeSynced } from "./atomic_write.ts";
import { WEIGHTS_FILE } from "./safetensors_format.ts";
import { modelTexts, modelWeights } from "./written_model.ts";

/**
 * Saves a model so that `loadModel` and the class of the same name in Python's
 * transformers open it.
 *
 * The folder appears as a whole, in place of an older one. If the model was trained,
 * `receipt.json` says from what and how: see `Receipt`.
 *
 * @param model The model; its parameters may be constants or variables.
 * @param folder Where to save it.
 * @param options `unfinished`: whether a model may be saved whose training was stopped.
 * @returns The files and their sizes in bytes.
 * @throws {RangeError} If a weight is not finite, or the training of the model was
 * stopped and `unfinished` is not set; then the old folder stays.
 */
export async function saveModel<H extends HeadName>(
  model: HeadModel<H>,
  folder: string,
  options: { readonly unfinished?: boolean } = {},
): Promise<{ file: string; bytes: number }[]> {
  const { training } = model;
  checkKnownOptions("save a model", options, ["unfinished"]);
  if (!options.unfinished) {
    const wayOut = ", or set the option unfinished to save it as it is";
    checkTrained("save the model", training, wayOut);
  }
  const written: { file: string; bytes: number }[] = [];
  const facts: Record<string, FileFact> = {};
  await replaceFolder(folder, async (aside) => {
    const write = async (
      file: string,
      chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    ): Promise<void> => {
      const fact = await writeSynced(join(aside, file), chunks);
      facts[file] = fact;
      written.push({ file, bytes: fact.bytes });
    };
    for (const [file, text] of Object.entries(modelTexts(model))) {
      await write(file, [new TextEncoder().encode(text)]);
    }
    await write(WEIGHTS_FILE, modelWeights(model));
    if (training === undefined) return;
    const receipt = await receiptOf(training, folder, { ...facts });
    const text = JSON.stringify(receipt, null, 2) + "\n";
    await write(RECEIPT_FILE, [new TextEncoder().encode(text)]);
  });
  return written;
}

/**
 * Refuses a model that a stopped cell or an error has left half trained.
 *
 * @param action What is to be done with the model.
 * @param training The record of its training; undefined if it was not trained.
 * @param wayOut What else than training again helps.
 * @throws {RangeError} If the training was stopped.
 */
export function checkTrained(
  action: string,
  training: TrainingRecord | undefined,
  wayOut = "",
): void {
  if (training === undefined) return;
  const { stage, step, totalSteps } = training;
  if (stage === "ended" || stage === "evaluated") return;
  throw new RangeError(
    `Cannot ${action}: its training must have ended; found that it was ` +
      `stopped at step ${step} of ${totalSteps}; train again${wayOut}`,
  );
}
