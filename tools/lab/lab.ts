/** The page of the lab: shows what its worker does, and asks it for more. @module */

import type { Oddity } from "../../lib/datasets/dataset.ts";
import type { TableColumns } from "../../lib/datasets/table_columns.ts";
import type { CharacterEncoding } from "../../lib/datasets/read_table.ts";
import type { EngineName } from "../../lib/engine/start_engine.ts";
import { drawCurve, type Point } from "./curve.ts";
import type { Answer, Kept, ModelInput, Request } from "./messages.ts";
import {
  digestOf,
  fetchModel,
  hubModel,
  listModels,
  localModel,
} from "./models.ts";

/** Steps whose time tells how long the others will take. */
const TIMED_STEPS = 20;
const EPOCH_COLUMNS = [
  "epoch",
  "training loss",
  "validation loss",
  "accuracy",
  "macro F1",
];
/** Rows of an oddity that are named. */
const NAMED_ROWS = 20;

function $<E extends HTMLElement = HTMLInputElement>(id: string): E {
  return document.getElementById(id) as E;
}

const worker = new Worker("worker.js", { type: "module" });
const ask = (request: Request): void => worker.postMessage(request);
worker.onmessage = ({ data }: MessageEvent<Answer>) => show(data);
worker.onerror = (event) => {
  setState(false);
  showProblem(`The worker of this page failed: ${event.message}`);
};

let model: ModelInput | undefined;
let hasData = false;
let isRunning = false;
/** The training that a new one would replace. */
let kept: Kept | undefined;
let steps: Point[] = [], epochs: Point[] = [];
let notes: string[] = [], epochRows: (readonly string[])[] = [];
let seconds: number[] = [], validationSeconds = 0;

function say(text: string): void {
  $("status").textContent = text;
}

function showProblem(text: string): void {
  $("problem").textContent = text;
  $("problem").hidden = text === "";
  if (text !== "") say("");
}

/** Does something that may fail, one at a time. */
function attempt(action: () => void | Promise<void>): () => Promise<void> {
  return async () => {
    showProblem("");
    try {
      await action();
    } catch (error) {
      showProblem((error as Error).message);
    }
  };
}

function on(
  id: string,
  event: string,
  action: () => void | Promise<void>,
): void {
  const run = attempt(action);
  $(id).addEventListener(event, (given) => {
    given.preventDefault();
    run();
  });
}

/**
 * Fills a table; the first row is its header. `"numbers"` follow a name in each row;
 * those of a `"matrix"` are right on its diagonal.
 */
function fillTable(
  id: string,
  rows: readonly (readonly string[])[],
  kind: "texts" | "numbers" | "matrix" = "texts",
): void {
  $(id).replaceChildren(...rows.map((cells, row) => {
    const line = document.createElement("tr");
    line.append(...cells.map((text, column) => {
      const isName = kind !== "texts" && column === 0;
      const cell = document.createElement(row === 0 || isName ? "th" : "td");
      if (row === 0) cell.setAttribute("scope", "col");
      else if (isName) cell.setAttribute("scope", "row");
      if (kind !== "texts" && !isName) cell.className = "number";
      if (kind === "matrix" && row === column) cell.classList.add("right");
      cell.textContent = text;
      return cell;
    }));
    return line;
  }));
}

function fillSelect(id: string, names: readonly string[], chosen = ""): void {
  $<HTMLSelectElement>(id).replaceChildren(
    ...names.map((name) => new Option(name || "—", name)),
  );
  $(id).value = chosen;
}

function listTexts(id: string, texts: readonly string[]): void {
  $(id).replaceChildren(...texts.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
}

function addNote(text: string): void {
  notes.push(text);
  listTexts("notes", notes);
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function setState(running: boolean): void {
  isRunning = running;
  for (
    const id of [
      ...["file", "encoding", "paste", "text", "pair", "label"],
      ...["resume", "forget"],
    ]
  ) {
    $(id).disabled = running;
  }
  $("start").disabled = running || !hasData || model === undefined;
  $("stop").disabled = !running;
  $("continue").disabled = running || kept === undefined || isFinished(kept);
}

// Data

function read(file: File, encoding: CharacterEncoding): void {
  hasData = false;
  setState(isRunning);
  say(`Reading ${file.name} …`);
  ask({ kind: "read", table: { file, encoding } });
}

function choose(): void {
  const [text, pair, label] = ["text", "pair", "label"].map((id) =>
    $(id).value
  );
  hasData = false;
  setState(isRunning);
  if (!text || !label) return;
  const columns: TableColumns = { text, label, ...pair && { pair } };
  ask({ kind: "choose", columns });
}

for (const id of ["file", "encoding"]) {
  on(id, "change", () => {
    const [file] = $("file").files!;
    if (file === undefined) return;
    read(file, $("encoding").value as CharacterEncoding);
  });
}
on("paste", "click", () => {
  const text = $<HTMLTextAreaElement>("pasted").value;
  const isJson = /^\s*[[{]/.test(text);
  $("file").value = ""; // its encoding is not that of these rows
  read(new File([text], isJson ? "pasted.jsonl" : "pasted.csv"), "utf-8");
});
for (const id of ["text", "pair", "label"]) on(id, "change", choose);

// Model

const list = await listModels();
fillSelect(
  "embedded",
  list.embedded.map(({ name }) => name),
  list.embedded[0]!.name,
);

function use(chosen: ModelInput, more = ""): void {
  model = chosen;
  const bytes = [...chosen.files.values()].reduce(
    (sum, { size }) => sum + size,
    0,
  );
  $("model-text").textContent = `Chosen: ${chosen.name}, ${
    inMegabytes(bytes)
  }.${more}`;
  say("");
  setState(isRunning);
}

on("use-embedded", "click", async () => {
  const { name, files } = list.embedded
    .find(({ name }) => name === $("embedded").value)!;
  const folder = `models/${encodeURIComponent(name)}`;
  use(await fetchModel(name, folder, files, say));
});
on("use-hub", "click", async () => {
  const name = $("hub").value.trim();
  const known = new Map(Object.entries(list.hub)).get(name);
  const found = await hubModel(name, known, say);
  const sha256 = await digestOf(found.files.get("model.safetensors")!);
  const verdict = known ? "as published" : "which this page does not know";
  use(found, ` SHA-256 of the weights: ${sha256}, ${verdict}.`);
});
for (const id of ["model-files", "model-folder"]) {
  on(id, "change", () => use(localModel([...$(id).files!])));
}

// Training

on("recipe", "submit", () => {
  const question = kept &&
    `This replaces the training that is kept, ${describe(kept)} Train anew?`;
  if (question !== undefined && !confirm(question)) return;
  const number = (id: string): number => $(id).valueAsNumber;
  const maxLength = number("length");
  begin();
  ask({
    kind: "train",
    job: {
      model: model!,
      recipe: {
        epochs: number("epochs"),
        batchSize: number("batch"),
        learningRate: number("rate"),
        seed: number("seed"),
        ...maxLength >= 0 && { maxLength },
      },
      engine: {
        engine: $("engine").value as EngineName,
        threads: number("threads"),
      },
    },
  });
});
on("stop", "click", () => {
  say("Stopping after this step …");
  ask({ kind: "stop" });
});
for (const id of ["resume", "continue"]) {
  on(id, "click", () => {
    begin();
    ask({ kind: "resume" });
  });
}
on("forget", "click", () => ask({ kind: "forget" }));

function begin(): void {
  steps = [];
  epochs = [];
  seconds = [];
  for (const id of ["kept", "result"]) $(id).hidden = true;
  $("course").hidden = false;
  epochRows = [EPOCH_COLUMNS];
  notes = [];
  fillTable("epochs-table", epochRows, "numbers");
  listTexts("notes", notes);
  say("Loading the model …");
  setState(true);
}

let frame = 0, numSteps = 0;
function draw(): void {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() =>
    drawCurve(document.querySelector("svg")!, steps, epochs, numSteps)
  );
}
addEventListener("resize", draw);

function duration(seconds: number): string {
  return seconds < 90
    ? `${Math.ceil(seconds)} s`
    : `${Math.round(seconds / 60)} min`;
}

function showEvent({ event }: Answer & { kind: "event" }): void {
  if (event.kind === "start") {
    for (const note of event.notes) addNote(note);
    say("Training …");
  } else if (event.kind === "step") {
    const { step, totalSteps, epoch, loss } = event;
    steps.push({ step, loss });
    if (!event.replayed) {
      seconds = [...seconds.slice(1 - TIMED_STEPS), event.seconds];
    }
    const mean = seconds.reduce((sum, each) => sum + each, 0) / seconds.length;
    const perEpoch = (epochs.at(-1)?.step ?? totalSteps) /
      Math.max(1, epochs.length);
    const epochsLeft = Math.ceil((totalSteps - step) / perEpoch);
    const left = mean * (totalSteps - step) + epochsLeft * validationSeconds;
    $<HTMLProgressElement>("progress").max = totalSteps;
    $<HTMLProgressElement>("progress").value = step;
    $("step").textContent =
      `Epoch ${epoch}, step ${step} of ${totalSteps}, loss ` +
      `${loss.toFixed(3)}` +
      (seconds.length > 0 ? `, about ${duration(left)} left` : "");
    numSteps = totalSteps;
    draw();
  } else if (event.kind === "epoch") {
    const {
      epoch,
      trainingLoss,
      validationLoss,
      validationAccuracy,
      validationMacroF1,
    } = event;
    validationSeconds = event.validationSeconds;
    if (event.warning !== undefined) {
      addNote(`Epoch ${epoch}: ${event.warning}.`);
    }
    epochs.push({ step: steps.at(-1)!.step, loss: validationLoss });
    const [training, validation, ...scores] = [
      trainingLoss,
      validationLoss,
      validationAccuracy,
      validationMacroF1,
    ].map((value) => value?.toFixed(3) ?? "—");
    epochRows.push([`${epoch}`, training!, validation!, ...scores]);
    fillTable("epochs-table", epochRows, "numbers");
    const text = `Epoch ${epoch}: training loss ${training}, validation loss ` +
      `${validation}, macro F1 ${scores[1]}`;
    say(text);
    $("curve").setAttribute("aria-label", `Loss by step. ${text}`);
    draw();
  }
}

// Answers of the worker

function show(answer: Answer): void {
  switch (answer.kind) {
    case "kept":
      return showKept(answer.kept);
    case "table": {
      const { name, columns, numRows, rows, guess } = answer;
      $("table").hidden = false;
      fillTable("rows", [columns, ...rows]);
      fillSelect("text", ["", ...columns], guess?.text);
      fillSelect("pair", ["", ...columns], guess?.pair);
      fillSelect("label", ["", ...columns], guess?.label as string);
      $("description").textContent = "";
      listTexts("oddities", []);
      const hint = guess ? "" : ". Choose the columns of text and label";
      say(`${name}: ${numRows} rows${hint}`);
      return choose();
    }
    case "data": {
      const { description, oddities, unit } = answer;
      hasData = true;
      $("description").textContent = `${description}.`;
      const textOf = ({ part, what, action, rows }: Oddity): string => {
        const more = rows.length - NAMED_ROWS;
        return `${unit} ${rows.slice(0, NAMED_ROWS).join(", ")}` +
          `${
            more > 0 ? ` and ${more} more` : ""
          } (${part}): ${what}; ${action}`;
      };
      listTexts("oddities", oddities.map(textOf));
      return setState(isRunning);
    }
    case "note":
      return addNote(answer.text);
    case "event":
      return showEvent(answer);
    case "trained":
      return showTrained(answer);
    case "prediction": {
      const { label, probabilities, numTruncated } = answer.prediction;
      const sorted = Object.entries<number>(probabilities).sort((
        [, a],
        [, b],
      ) => b - a);
      $("predicted").textContent = numTruncated > 0
        ? `${label}; the last ${numTruncated} tokens were not read`
        : label;
      return fillTable("probabilities", [
        ["label", "probability"],
        ...sorted.map(([label, value]) => [label, value.toFixed(3)]),
      ], "numbers");
    }
    case "archive": {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(answer.file);
      link.download = answer.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      return say(`${answer.name}: ${inMegabytes(answer.file.size)}`);
    }
    case "error":
      if (["train", "resume"].includes(answer.during)) setState(false);
      return showProblem(answer.text);
  }
}

function isFinished({ progress }: Kept): boolean {
  return progress !== undefined && progress.step === progress.totalSteps;
}

function describe(training: Kept): string {
  const { table, model, progress } = training;
  const state = progress === undefined
    ? "stopped before its first state was kept"
    : isFinished(training)
    ? `trained, ${progress.step} steps`
    : `stopped after step ${progress.step} of ${progress.totalSteps}`;
  return `${model} on ${table}: ${state}.`;
}

function showKept(found: Kept | undefined): void {
  kept = found;
  $("kept").hidden = kept === undefined;
  if (kept !== undefined) {
    $("kept-text").textContent = describe(kept);
    $("resume").textContent = isFinished(kept) ? "Open it" : "Go on";
  }
  setState(isRunning);
}

function showTrained(trained: Answer & { kind: "trained" }): void {
  const { progress, hasPairs, labels, confusion, classes } = trained;
  const { accuracy, macroF1, mcc } = trained;
  const hasEnded = progress.step === progress.totalSteps;
  $("result").hidden = false;
  $("pair-label").hidden = !hasPairs;
  $("predicted").textContent = "";
  fillTable("probabilities", []);
  const text = hasEnded
    ? `Trained, ${progress.step} steps`
    : `Stopped after step ${progress.step} of ${progress.totalSteps}`;
  say(text);
  $("step").textContent = text;
  $("scores").textContent =
    `On the validation set: accuracy ${accuracy.toFixed(3)}, macro F1 ` +
    `${macroF1.toFixed(3)}, Matthews correlation ${
      mcc.toFixed(3)
    }. Rows: the label in ` +
    `the table; columns: the prediction.`;
  fillTable("confusion", [
    ["label", ...labels, "precision", "recall", "F1"],
    ...confusion.map((counts, i) => {
      const { precision, recall, fScore } = classes[i]!;
      const scores = [precision, recall, fScore].map((each) => each.toFixed(3));
      return [labels[i]!, ...counts.map(String), ...scores];
    }),
  ], "matrix");
  setState(false);
}

on("predict", "submit", () =>
  ask({
    kind: "predict",
    text: $("typed").value,
    pair: $("typed-pair").value,
  }));
on("download", "click", () => {
  say("Making the archive …");
  ask({ kind: "download" });
});

// The machine

if (crossOriginIsolated) {
  $("threads").disabled = false;
  const most = Number($("threads").max);
  $("threads").value = `${Math.min(navigator.hardwareConcurrency, most)}`;
}
$("machine").textContent = crossOriginIsolated
  ? ""
  : "One thread: this page's server does not send the headers " +
    "Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy, which threads need.";
if (!isSecureContext) {
  showProblem(
    "Cannot train: this page must come over https, or from localhost; found neither",
  );
}
const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
if (adapter && !adapter.info.isFallbackAdapter) {
  $<HTMLSelectElement>("engine").append(
    new Option("WebGPU (prepared, not tried)", "webgpu"),
  );
}
