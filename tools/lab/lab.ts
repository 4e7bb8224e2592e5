/** The page of the lab: shows what its worker does, and asks it for more. @module */

import type { TableColumns } from "../../lib/datasets/table_columns.ts";
import type { CharacterEncoding } from "../../lib/datasets/read_table.ts";
import type { EngineName } from "../../lib/engine/start_engine.ts";
import { drawCurve, type Point } from "./curve.ts";
import type { Answer, ModelInput, Progress, Request } from "./messages.ts";
import { embeddedModel, hubModel, listModels, localModel } from "./models.ts";

/** Steps whose time tells how long the others will take. */
const TIMED_STEPS = 20;
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
/** An unfinished training that a new one would replace. */
let unfinished: Progress | undefined;
let steps: Point[] = [], epochs: Point[] = [];
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
 * Fills a table with texts; the first row is its header. If some cells are marked as
 * right, so is the first column.
 */
function fillTable(
  id: string,
  rows: readonly (readonly (string | number)[])[],
  isRight?: (row: number, column: number) => boolean,
): void {
  $<HTMLTableElement>(id).replaceChildren(...rows.map((cells, row) => {
    const line = document.createElement("tr");
    line.append(...cells.map((text, column) => {
      const isHeader = row === 0 || isRight !== undefined && column === 0;
      const cell = document.createElement(isHeader ? "th" : "td");
      if (isHeader) cell.setAttribute("scope", row === 0 ? "col" : "row");
      if (!isHeader && isRight) cell.className = "number";
      if (isRight?.(row, column)) cell.classList.add("right");
      cell.textContent = String(text);
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

function setState(running: boolean): void {
  isRunning = running;
  for (
    const id of ["file", "paste", "text", "pair", "label", "resume", "forget"]
  ) {
    $(id).disabled = running;
  }
  $("start").disabled = running || !hasData || model === undefined;
  $("stop").disabled = !running;
  $("continue").disabled = running || unfinished === undefined;
}

// Data

function read(file: File): void {
  hasData = false;
  setState(false);
  say(`Reading ${file.name} …`);
  const encoding = $("encoding").value as CharacterEncoding;
  ask({ kind: "read", table: { file, encoding } });
}

function choose(): void {
  const [text, pair, label] = ["text", "pair", "label"].map((id) =>
    $(id).value
  );
  hasData = false;
  setState(false);
  if (!text || !label) return;
  const columns: TableColumns = { text, label, ...pair && { pair } };
  ask({ kind: "choose", columns });
}

for (const id of ["file", "encoding"]) {
  on(id, "change", () => {
    const [file] = $("file").files!;
    if (file !== undefined) read(file);
  });
}
on("paste", "click", () => {
  const text = $<HTMLTextAreaElement>("pasted").value;
  const isJson = /^\s*[[{]/.test(text);
  read(new File([text], isJson ? "pasted.jsonl" : "pasted.csv"));
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
    (bytes / 1e6).toFixed(1)
  } MB.${more}`;
  say("");
  setState(isRunning);
}

on("use-embedded", "click", async () => {
  const found = list.embedded.find(({ name }) => name === $("embedded").value)!;
  use(
    await embeddedModel(found, say),
    " Its SHA-256 are those that were published.",
  );
});
on("use-hub", "click", async () => {
  const found = await hubModel($("hub").value.trim(), list.hub, say);
  use(
    found,
    ` SHA-256 of the weights: ${found.sha256}` +
      (found.isKnown ? ", as published." : ", which this page does not know."),
  );
});
for (const id of ["model-files", "model-folder"]) {
  on(id, "change", () => use(localModel([...$(id).files!])));
}

// Training

on("recipe", "submit", () => {
  const isSure = unfinished === undefined ||
    confirm(
      `This replaces the training that is kept at step ${unfinished.step} of ` +
        `${unfinished.totalSteps}. Train anew?`,
    );
  if (!isSure) return;
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
  fillTable("epochs-table", [[
    "epoch",
    "training loss",
    "validation loss",
    "accuracy",
    "macro F1",
  ]]);
  listTexts("notes", []);
  say("Loading the model …");
  setState(true);
}

/** Draws at most once for each picture of the screen. */
let isDrawing = false;
function draw(totalSteps: number): void {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    drawCurve(
      $<HTMLElement>("curve") as unknown as SVGSVGElement,
      steps,
      epochs,
      totalSteps,
    );
  });
}

function duration(seconds: number): string {
  return seconds < 90
    ? `${Math.ceil(seconds)} s`
    : seconds < 5400
    ? `${Math.round(seconds / 60)} min`
    : `${(seconds / 3600).toFixed(1)} h`;
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
    unfinished = { step, totalSteps };
    $<HTMLProgressElement>("progress").max = totalSteps;
    $<HTMLProgressElement>("progress").value = step;
    $("step").textContent =
      `Epoch ${epoch}, step ${step} of ${totalSteps}, loss ` +
      `${loss.toFixed(3)}` +
      (seconds.length > 0 ? `, about ${duration(left)} left` : "");
    draw(totalSteps);
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
    const row = document.createElement("tr");
    const cells = [
      trainingLoss,
      validationLoss,
      validationAccuracy,
      validationMacroF1,
    ]
      .map((value) => value?.toFixed(3) ?? "—");
    for (const text of [`${epoch}`, ...cells]) {
      const cell = row.insertCell();
      cell.className = "number";
      cell.textContent = text;
    }
    $("epochs-table").append(row);
    const text =
      `Epoch ${epoch}: training loss ${cells[0]}, validation loss ${
        cells[1]
      }, ` +
      `macro F1 ${cells[3]}`;
    say(text);
    $("curve").setAttribute("aria-label", `Loss by step. ${text}`);
    draw(unfinished!.totalSteps);
  }
}

function addNote(text: string): void {
  const item = document.createElement("li");
  item.textContent = text;
  $("notes").append(item);
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
      say(
        `${name}: ${numRows} rows` +
          (guess ? "" : ". Choose the columns of text and label"),
      );
      return choose();
    }
    case "data": {
      const { description, oddities, unit } = answer;
      hasData = true;
      $("description").textContent = `${description}.`;
      listTexts(
        "oddities",
        oddities.map(({ part, what, action, rows }) => {
          const named = rows.slice(0, NAMED_ROWS).join(", ");
          const more = rows.length > NAMED_ROWS
            ? ` and ${rows.length - NAMED_ROWS} more`
            : "";
          return `${unit} ${named}${more} (${part}): ${what}; ${action}`;
        }),
      );
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
      const sorted = Object.entries(probabilities).sort(([, a], [, b]) =>
        b - a
      );
      const result = document.createElement("p");
      result.textContent = `${label} (${probabilities[label]!.toFixed(3)})` +
        (numTruncated > 0
          ? `; the last ${numTruncated} tokens were not read`
          : "");
      return $("prediction").replaceChildren(
        result,
        ...sorted.map(([name, probability]) => {
          const line = document.createElement("label");
          const meter = document.createElement("meter");
          meter.value = probability;
          line.append(meter, ` ${probability.toFixed(3)} ${name}`);
          return line;
        }),
      );
    }
    case "archive": {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(answer.file);
      link.download = answer.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      return say(`${answer.name}: ${(answer.file.size / 1e6).toFixed(1)} MB`);
    }
    case "error":
      if (answer.during === "train" || answer.during === "resume") {
        setState(false);
      }
      return showProblem(answer.text);
  }
}

function showKept(kept: (Answer & { kind: "kept" })["kept"]): void {
  $("kept").hidden = kept === undefined;
  unfinished = undefined;
  if (kept !== undefined) {
    const { table, model, progress } = kept;
    const { step, totalSteps } = progress ?? { step: 0, totalSteps: NaN };
    if (step !== totalSteps) unfinished = { step, totalSteps };
    $("kept-text").textContent = `${model} on ${table}: ` +
      (step === totalSteps
        ? `trained, ${step} steps.`
        : progress
        ? `stopped after step ${step} of ${totalSteps}.`
        : "stopped before its first state was kept.");
    $("resume").textContent = step === totalSteps ? "Open it" : "Go on";
  }
  setState(false);
}

function showTrained(trained: Answer & { kind: "trained" }): void {
  const { progress, hasPairs, labels, confusion, classes } = trained;
  const { accuracy, macroF1, mcc } = trained;
  const hasEnded = progress.step === progress.totalSteps;
  unfinished = hasEnded ? undefined : progress;
  $("result").hidden = false;
  $("pair-label").hidden = !hasPairs;
  $("prediction").replaceChildren();
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
  fillTable(
    "confusion",
    [
      ["label", ...labels, "precision", "recall", "F1"],
      ...confusion.map((counts, i) => {
        const { precision, recall, fScore } = classes[i]!;
        return [
          labels[i]!,
          ...counts,
          ...[precision, recall, fScore].map((score) => score.toFixed(3)),
        ];
      }),
    ],
    (row, column) => row === column,
  );
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
  $("threads").value = `${navigator.hardwareConcurrency}`;
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
