/** `deno task page FOLDER`: a trained model as one HTML file that opens by a double click. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import "../../lib/engine/engine.ts"; // registers the engines
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { writeSynced } from "../../lib/checkpoint/atomic_write.ts";
import { readJsonObject } from "../../lib/checkpoint/tokenizer_files.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import {
  EXPORT_FILE,
  ONNX_FILES,
  ONNX_FOLDER,
} from "../../lib/onnx/export_onnx.ts";
import { modelPage } from "../../lib/page/model_page.ts";
import { UsageError } from "../shell/option_values.ts";
import { lockResults } from "../shell/out_folder.ts";
import { pathFromHere } from "../shell/project.ts";
import { provideEngine } from "../shell/provision.ts";
import { FILES, openTrained, PAGE_FILE } from "./trained_folder.ts";
import type { Trial } from "./trial.ts";
import { format, type Verdict } from "./verdict.ts";

/** The options of the command. */
export type PageCommand = {
  readonly out?: string;
  readonly title?: string;
  readonly json?: boolean;
};

/**
 * Writes the page of a trained model.
 *
 * @param folder The folder of the training, or of the model.
 * @param options Those of the command.
 * @returns The exit code.
 */
export async function page(
  folder: string,
  { out = join(folder, PAGE_FILE), title, json }: PageCommand,
): Promise<number> {
  const log = json ? console.error : console.log;
  if (existsSync(out) && statSync(out).isDirectory()) {
    throw new UsageError(
      `Cannot write the page: --out must name a file; found the folder "${out}"`,
    );
  }
  await provideEngine({}, log);
  const { model, place, task, columns } = await openTrained(folder);
  try {
    using _lock = await lockResults(join(place, ".."));
    const { text, pair } = columns;
    const html = await modelPage(model, {
      title: title ?? basename(resolve(folder)),
      ...text !== undefined &&
        { inputs: pair === undefined ? [text] : [text, pair] },
      facts: {
        ...await trainingFacts(join(place, "..")),
        ...await exportFacts(join(place, ONNX_FOLDER)),
      },
    });
    await Deno.mkdir(dirname(resolve(out)), { recursive: true });
    const { bytes } = await writeSynced(out, [new TextEncoder().encode(html)]);
    const { labels } = model;
    console.log(
      json
        ? JSON.stringify({ file: out, bytes, task, labels })
        : `Page: ${pathFromHere(resolve(out))}, ${
          (bytes / 1e6).toFixed(1)
        } MB. Open it ` +
          `by a double click; it needs no network.`,
    );
    return 0;
  } finally {
    disposeTree(model.params);
  }
}

/** What the metrics of a training say of its model. */
async function trainingFacts(folder: string): Promise<Record<string, string>> {
  if (!existsSync(join(folder, FILES.metrics))) return {};
  const { data, verdict, steps, totalSteps } = await readJsonObject(
    folder,
    FILES.metrics,
  );
  const isShort = Number(steps) < Number(totalSteps);
  return {
    ...typeof data === "string" && { "Trained on": data },
    ...isShort &&
      { "Training": `ended early, after ${steps} of ${totalSteps} steps` },
    ...verdict !== undefined &&
      { "Score, as float32": (verdict as Verdict).sentence },
  };
}

/** What `deno task export` has found of int8, if it was run. */
async function exportFacts(folder: string): Promise<Record<string, string>> {
  if (!existsSync(join(folder, EXPORT_FILE))) return {};
  const trial = await readJsonObject(folder, EXPORT_FILE) as unknown as Trial;
  const int8 = trial.files.find(({ file }) => file.endsWith(ONNX_FILES.int8));
  if (int8 === undefined) return {};
  const { score, refusal } = int8;
  const reached = score && `${trial.metric} ${format(score)} on ${trial.data}`;
  const said = refusal === undefined
    ? reached
    : `refused by export: ${refusal}`;
  return said === undefined ? {} : { "Score, as int8": said };
}
