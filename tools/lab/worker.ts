/** The worker of the lab: reads tables, trains and predicts beside the page. @module */

import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import { filesInMemory } from "../../lib/checkpoint/model_files.ts";
import {
  type ClassifierModel,
  modelFrom,
  openModel,
} from "../../lib/checkpoint/read_model.ts";
import {
  modelTexts,
  modelWeights,
} from "../../lib/checkpoint/written_model.ts";
import {
  chooseColumns,
  type TableColumns,
} from "../../lib/datasets/table_columns.ts";
import {
  type TableDataset,
  tableDataset,
} from "../../lib/datasets/table_dataset.ts";
import {
  parseTableRows,
  type TableRecords,
} from "../../lib/datasets/table_rows.ts";
import { startEngine } from "../../lib/engine/start_engine.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import "../../lib/engine/wasm.ts";
import "../../lib/engine/webgpu.ts";
import { confusionMatrix } from "../../lib/evaluation/confusion.ts";
import {
  accuracy,
  macroF1,
  matthewsCorrelation,
} from "../../lib/evaluation/metrics.ts";
import { classificationReport } from "../../lib/evaluation/report.ts";
import { classify } from "../../lib/inference/classify.ts";
import { predict } from "../../lib/inference/predict.ts";
import { maxSequenceLength } from "../../lib/model/config.ts";
import { fineTune } from "../../lib/training/fine_tune.ts";
import {
  forgetTraining,
  keepTraining,
  keptCheckpoints,
  keptTraining,
  lockTraining,
} from "./kept_training.ts";
import type { Answer, Job, Request, TableInput } from "./messages.ts";
import { tarOf } from "./tar.ts";

/** More is refused before it is read: as rows in memory it is ten times as large. */
const MAX_BYTES = 64e6;
/** As `deno task train`: longer texts are cut. */
const MAX_LENGTH = 256, LENGTH_STEP = 8;
const SHOWN_ROWS = 5, SHOWN_CHARACTERS = 80;

const scope = globalThis as unknown as {
  onmessage: (message: MessageEvent<Request>) => void;
  postMessage(answer: Answer): void;
};
const answer = (given: Answer): void => scope.postMessage(given);

let input: TableInput | undefined;
let table: TableRecords | undefined;
let columns: TableColumns = {};
let job: Job | undefined;
let model: ClassifierModel | undefined;
let mustStop = false;
let holdsLock = false;

let turn = tellKept();
scope.onmessage = ({ data }): void => {
  if (data.kind === "stop") mustStop = true;
  else {
    const isTraining = data.kind === "train" || data.kind === "resume";
    if (isTraining) mustStop = false;
    turn = turn.then(() => handle(data)).catch(async (error) => {
      const { name, message } = error as Error;
      const text = message.startsWith("Cannot ")
        ? message
        : `${name}: ${message}`;
      if (isTraining) await tellKept();
      answer({ kind: "error", during: data.kind, text: inWordsOfPage(text) });
    });
  }
};

/** Leaves out a way out that is an option of the library. */
function inWordsOfPage(message: string): string {
  return message.split("; ")
    .filter((part, i) => i < 2 || !part.includes("{ ")).join("; ");
}

async function handle(
  request: Exclude<Request, { kind: "stop" }>,
): Promise<void> {
  switch (request.kind) {
    case "read":
      return await read(request.table);
    case "choose":
      columns = request.columns;
      return tellData(datasetOf(table!, columns));
    case "train": {
      await lock();
      job = { ...request.job, table: input!, columns };
      return await train(job, true);
    }
    case "resume":
      await lock();
      job = (await keptTraining())!.job;
      return await train(job, false);
    case "forget":
      await lock();
      await forgetTraining();
      return await tellKept();
    case "predict": {
      const { text, pair } = request;
      const [prediction] = await classify(model!, [
        job!.columns.pair === undefined ? text : { text, pair },
      ]);
      return answer({ kind: "prediction", prediction: prediction! });
    }
    case "download":
      return await download(model!);
  }
}

async function tellKept(): Promise<void> {
  const found = await keptTraining().catch(() => undefined);
  answer({
    kind: "kept",
    ...found && {
      kept: {
        table: found.job.table.file.name,
        model: found.job.model.name,
        progress: found.progress,
      },
    },
  });
}

async function lock(): Promise<void> {
  if (!holdsLock) await lockTraining();
  holdsLock = true;
}

async function rowsOf({ file, encoding }: TableInput): Promise<TableRecords> {
  const { name, size } = file;
  const inMegabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  if (size > MAX_BYTES) {
    throw new RangeError(
      `Cannot read "${name}": it must have at most ${
        inMegabytes(MAX_BYTES)
      } MB; found ` +
        `${
          inMegabytes(size)
        }; take a part of it, or train with "deno task train"`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  return await parseTableRows(bytes, name, { encoding });
}

async function read(given: TableInput): Promise<void> {
  table = await rowsOf(given);
  input = given;
  const { name, columns, records } = table;
  const show = (cell: unknown): string =>
    (typeof cell === "object" ? JSON.stringify(cell) : String(cell ?? ""))
      .slice(0, SHOWN_CHARACTERS);
  answer({
    kind: "table",
    name,
    columns,
    numRows: records.length,
    rows: records.slice(0, SHOWN_ROWS)
      .map(({ values }) => columns.map((column) => show(values[column]))),
    guess: guessOf(table),
  });
}

function guessOf(rows: TableRecords): TableColumns | undefined {
  try {
    const { text, pair, labels } = chooseColumns(rows);
    return { text, ...pair !== undefined && { pair }, label: labels[0]! };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The dataset as `deno task train` makes it, but without a test set. */
function datasetOf(
  train: TableRecords,
  named: TableColumns,
  seed = 42,
): TableDataset<"single-label"> {
  const { dataset } = tableDataset(
    { train, validation: undefined, test: 0 },
    named,
    { task: "auto", seed, origin: "memory", folder: "" },
  );
  const { task, labels, title } = dataset;
  const found = task !== "single-label"
    ? `what seems to be ${task}; train with "deno task train"`
    : labels.length < 2
    ? `only ${JSON.stringify(labels[0])} in all rows; choose another column`
    : undefined;
  if (task === "single-label" && found === undefined) return dataset;
  throw new RangeError(
    `Cannot train on "${title}": its label column must have one label for each text, ` +
      `and at least two different ones; found ${found}`,
  );
}

function tellData({ description, oddities = [] }: TableDataset): void {
  answer({ kind: "data", description, oddities, unit: table!.unit });
}

/** Trains, from the beginning or from where the same training was stopped. */
async function train(job: Job, isNew: boolean): Promise<void> {
  const { table, columns, model: given, recipe, engine } = job;
  const wasmFolder = new URL("wasm/", import.meta.url).href;
  const started = await startEngine({ ...engine, wasmFolder });
  answer({
    kind: "note",
    text:
      `Engine: ${started.engine} ${started.version} on ${started.device}, ` +
      `threads: ${started.threads}. ${(started.notes ?? []).join(" ")}`,
  });
  if (crossOriginIsolated && engine.threads !== started.threads) {
    answer({
      kind: "note",
      text: `The engine keeps the threads it began with; to train on ` +
        `${engine.threads}, load this page anew.`,
    });
  }
  const { seed, maxLength: asked, ...rest } = recipe;
  const dataset = datasetOf(await rowsOf(table), columns, seed);
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, blob] of given.files) {
    contents.set(name, new Uint8Array(await blob.arrayBuffer()));
  }
  if (model !== undefined) disposeTree(model.params);
  model = undefined;
  const loaded = await modelFrom(
    () => openModel(filesInMemory(given.name, contents)),
    { head: "sequence-classification", labels: dataset.labels, seed },
  );
  contents.clear();
  for (const text of loaded.report.warnings) answer({ kind: "note", text });
  const { tokenizer, config } = model = loaded;
  const most = Math.min(asked ?? MAX_LENGTH, maxSequenceLength(config));
  const encode = (part: "train" | "validation", maxLength = most) =>
    encodeExamples(tokenizer, dataset[part], { maxLength });
  const longest = encode("train")
    .reduce((most, { inputIds }) => Math.max(most, inputIds.length), 0);
  const maxLength = asked === undefined
    ? Math.min(most, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP)
    : most;
  model.inference = { maxLength };
  const data = {
    train: encode("train", maxLength),
    validation: encode("validation", maxLength),
  };
  // Now that all of it can be read, it may replace what was kept.
  const problem = isNew ? await keepTraining(job) : undefined;
  if (problem !== undefined) answer({ kind: "note", text: problem });
  let progress = { step: 0, totalSteps: 0 };
  const events = fineTune(model, data, {
    ...rest,
    seed,
    metricForBestModel: "macroF1",
    checkpoints: keptCheckpoints((text) => answer({ kind: "note", text })),
  });
  for await (const event of events) {
    answer({ kind: "event", event });
    if (event.kind === "step") {
      const { step, totalSteps } = event;
      progress = { step, totalSteps };
      if (mustStop && !event.replayed && step < totalSteps) break;
    }
  }
  const { predictions } = await predict(model, data.validation);
  const actual = data.validation.map(({ label }) => label);
  const numLabels = model.labels.length;
  await tellKept();
  answer({
    kind: "trained",
    progress,
    hasPairs: columns.pair !== undefined,
    labels: model.labels,
    confusion: confusionMatrix(predictions, actual, numLabels),
    classes: classificationReport(predictions, actual, numLabels).classes,
    accuracy: accuracy(predictions, actual),
    macroF1: macroF1(predictions, actual),
    mcc: matthewsCorrelation(predictions, actual),
  });
}

/** Puts the folder that `loadModel` and Python's transformers open into an archive. */
async function download(trained: ClassifierModel): Promise<void> {
  const name = job!.table.file.name.replace(/\..*$/, "")
    .replace(/[^\w-]+/g, "_").slice(0, 40) || "model";
  const files = new Map<string, Blob>();
  for (const [file, text] of Object.entries(modelTexts(trained))) {
    files.set(`${name}/${file}`, new Blob([text]));
  }
  const chunks = await Array.fromAsync(modelWeights(trained));
  files.set(`${name}/model.safetensors`, new Blob(chunks as BlobPart[]));
  answer({ kind: "archive", name: `${name}.tar`, file: tarOf(files) });
}
