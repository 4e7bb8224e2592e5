/** `deno task export FOLDER`: ONNX files of a trained model, each tried before it is kept. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { replaceFolder } from "../../lib/checkpoint/atomic_write.ts";
import { readJsonObject } from "../../lib/checkpoint/tokenizer_files.ts";
import { COLA } from "../../lib/datasets/cola.ts";
import { loadDataset } from "../../lib/datasets/load_dataset.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import {
  checkOnnxFolder,
  EXPORT_FILE,
  exportOnnx,
  ONNX_FOLDER,
  ONNX_FOLDER_FILES,
} from "../../lib/onnx/export_onnx.ts";
import type { OnnxPrecision } from "../../lib/onnx/graph.ts";
import { words } from "../../lib/printable.ts";
import { hashExamples } from "../../lib/training/run_description.ts";
import { table } from "../../lib/views/table.ts";
import { lockResults } from "../shell/out_folder.ts";
import { provideEngine } from "../shell/provision.ts";
import { onEndSignal } from "../shell/terminal.ts";
import { countSplitOtherwise, openOnnxFile } from "./onnx_file.ts";
import { addToReport } from "./report.ts";
import type { Columns, OwnTask, Row } from "./task.ts";
import { isStreamed, openData, type ReadOptions, withTask } from "./tasks.ts";
import {
  FILES,
  modelFolder,
  openTrained,
  type TrainedModel,
  type TrainingSource,
} from "./trained_folder.ts";
import { type Trial, tryFiles } from "./trial.ts";
import { format } from "./verdict.ts";

/** The options of the command. */
export type ExportCommand = Partial<ReadOptions> & {
  readonly precision: readonly OnnxPrecision[];
  readonly fused?: boolean;
  readonly json?: boolean;
};

/** Sentences for a model whose data are not there. */
const NUM_SAMPLES = 100;

/**
 * Exports a trained model, tries each file, and keeps those that are as good.
 *
 * @param folder The folder of the training.
 * @param source Data in the form of the training's; default its validation set.
 * @param options Those of the command.
 * @returns The exit code: 1 if a file was refused.
 */
export async function exportFiles(
  folder: string,
  source: string | undefined,
  { precision, fused, json, ...read }: ExportCommand,
): Promise<number> {
  const log = json ? console.error : console.log;
  await provideEngine({}, log);
  using _lock = await lockResults(join(modelFolder(folder), ".."));
  await checkOnnxFolder(modelFolder(folder));
  const trained = await openTrained(folder);
  const { model, place } = trained;
  const aside = await Deno.makeTempDir({ prefix: "bertbook-export-" });
  using _signals = onEndSignal((code) => {
    Deno.removeSync(aside, { recursive: true });
    Deno.exit(code);
  });
  try {
    const written = await exportOnnx(model, aside, {
      precisions: precision,
      ...fused && { fused },
    });
    const files = written.map((facts, i) => ({
      ...facts,
      open: () => openOnnxFile(aside, precision[i]!, model.head),
    }));
    const trial = await withInputs(
      trained,
      { source, read },
      async (task, data) => {
        log(`Trying ${files.length} files on ${data.title}`);
        const odd = await countSplitOtherwise(
          aside,
          data.inputs.map(textsOf),
          (text, pair) =>
            model.tokenizer.encode(text, pair ? { pair } : {}).inputIds,
        );
        if (odd > 0) {
          log(`transformers.js splits ${odd} of them in another way`);
        }
        return await tryFiles(task, model, data, files);
      },
    );
    const refused = trial.files.filter(({ refusal }) => refusal !== undefined);
    for (const { file } of refused) await Deno.remove(join(aside, file));
    await Deno.writeTextFile(
      join(aside, ONNX_FOLDER, EXPORT_FILE),
      JSON.stringify(trial, null, 2) + "\n",
    );
    await moveInto(place, aside);
    const { html, text } = table(rowsOf(trial));
    const said = sentenceOf(trial);
    await addToReport(join(place, "..", FILES.report), {
      id: "onnx",
      title: "The ONNX files",
      text: said,
      html,
    });
    if (json) console.log(JSON.stringify(trial));
    else console.log(`${text}\n\n${said}`);
    for (const { file, refusal } of refused) log(`Refused ${file}: ${refusal}`);
    return refused.length === 0 ? 0 : 1;
  } finally {
    disposeTree(model.params);
    await Deno.remove(aside, { recursive: true });
  }
}

/** What is done with a task and its inputs. */
type UseInputs<R> = <E, I, P extends object>(
  task: OwnTask<E, I, P>,
  data: {
    readonly title: string;
    readonly inputs: readonly I[];
    /** With their answers, if these are known. */
    readonly examples: readonly E[] | undefined;
  },
) => Promise<R>;

/** The data that were named, else the validation set, else sentences of the project. */
async function withInputs<R>(
  trained: TrainedModel,
  { source, read }: {
    readonly source: string | undefined;
    readonly read: Partial<ReadOptions>;
  },
  use: UseInputs<R>,
): Promise<R> {
  const { model, task: name, columns } = trained;
  if (source !== undefined) {
    const parts = { validation: 0, test: 0, seed: 1 };
    const how = { ...columns, ...read, task: name, ...parts };
    return await openData(source, how, async (task, { labels, train }) => {
      const examples = train.map((each) =>
        task.relabel(each, labels, model.labels)
      );
      const inputs = examples.map(task.inputOf);
      const title = `${inputs.length} ${task.unit} of ${basename(source)}`;
      return await use(task, { title, inputs, examples });
    });
  }
  const validation = await sourceOf(trained.place);
  if (validation !== undefined) {
    const { path, read, data, validationSha256 } = validation;
    const { streamedLength: maxLength } = validation;
    const streaming = { model: trained.place, maxLength };
    const how = { ...read, ...maxLength && { streaming } };
    return await openData(path, how, async (task, dataset) => {
      const examples = dataset.validation;
      const { description } = dataset;
      const sha256 = await hashExamples(examples as object[]);
      if (description !== data || sha256 !== validationSha256) {
        throw new RangeError(
          `Cannot find the validation set: "${path}" must be the data of the training, ` +
            `${data}; found ${
              description === data ? "other validation examples" : description
            }; name data after the folder`,
        );
      }
      const inputs = examples.map(task.inputOf);
      const title = `the ${inputs.length} validation ${task.unit}`;
      return await use(task, { title, inputs, examples });
    });
  }
  const samples = await sampleRows(columns);
  return await withTask(name, async (task) => {
    const inputs = samples.map((row) => task.parseInput(row, columns));
    const title = `${inputs.length} sentences of this project, without answers`;
    return await use(task, { title, inputs, examples: undefined });
  });
}

/**
 * Sentences of the project as rows that every task reads.
 *
 * @param columns Those of the model; without a pair, each row is a single text.
 */
export async function sampleRows(
  { pair }: Columns,
): Promise<Record<string, string>[]> {
  const { validation } = await loadDataset(COLA, { embeddedOnly: true });
  const texts = validation.slice(0, NUM_SAMPLES).map(({ text }) => text);
  return texts.map((text, i) => ({
    text,
    ...pair !== undefined && { pair: texts[(i + 1) % texts.length]! },
    question: "What is this about?",
    context: text,
  }));
}

/** The data of a training, if they are still there. */
async function sourceOf(
  place: string,
): Promise<TrainingSource & { data: unknown } | undefined> {
  const folder = join(place, "..");
  if (!existsSync(join(folder, FILES.metrics))) return undefined;
  const { source, data } = await readJsonObject(folder, FILES.metrics);
  const { path = "", read, ...rest } = (source ?? {}) as Partial<
    TrainingSource
  >;
  const { validationSha256 = "", streamedLength } = rest;
  const parts = [path, read?.validation, read?.test]
    .filter((part) => typeof part === "string");
  const isThere = (part: string): boolean =>
    existsSync(part) || isStreamed(part);
  if (read === undefined || !parts.every(isThere)) return undefined;
  const streamed = streamedLength === undefined ? {} : { streamedLength };
  return { path, read, data, validationSha256, ...streamed };
}

/** The text, or the two, that the tokenizer splits. */
function textsOf(input: unknown): [text: string, pair: string | undefined] {
  const { text, pair, words, question, context } = input as Record<
    string,
    string
  >;
  if (question !== undefined) return [question, context];
  return [Array.isArray(words) ? words.join(" ") : text!, pair];
}

/** Puts the ONNX files into the folder of the model, and what else it lacks. */
async function moveInto(place: string, aside: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(aside)) {
    if (!isFile || existsSync(join(place, name))) continue;
    await Deno.copyFile(join(aside, name), join(place, name));
  }
  await replaceFolder(join(place, ONNX_FOLDER), async (next) => {
    for await (const { name } of Deno.readDir(join(aside, ONNX_FOLDER))) {
      await Deno.copyFile(join(aside, ONNX_FOLDER, name), join(next, name));
    }
  }, ONNX_FOLDER_FILES);
}

/** The engine and the files as rows of a table. */
function rowsOf({ metric, engine, files }: Trial): Row[] {
  const row = (
    name: string,
    { bytes, milliseconds, logitDifference, score, refusal }: Partial<
      Trial["files"][number]
    >,
  ): Row => ({
    "computed by": name,
    MB: bytes === undefined ? "" : (bytes / 1e6).toFixed(1),
    "ms each": milliseconds?.toFixed(2) ?? "",
    "largest logit difference": logitDifference?.toExponential(1) ?? "",
    ...engine.score && { [words(metric)]: score ? format(score) : "" },
    kept: bytes === undefined ? "" : refusal === undefined ? "yes" : "refused",
  });
  return [
    row("this engine", engine),
    ...files.map((each) => row(each.file, each)),
  ];
}

function sentenceOf({ data, engine, files }: Trial): string {
  const kept = files.filter(({ refusal }) => refusal === undefined);
  return `${kept.length} of ${files.length} files are kept, tried on ${data}. ` +
    (engine.score === undefined
      ? "Without answers there is no score: only files that fail are refused. "
      : "In brackets: 95 % intervals. A file whose score is below the engine's " +
        "interval is refused. ") +
    "Times are medians of the model alone, one input at a time, on this machine.";
}
