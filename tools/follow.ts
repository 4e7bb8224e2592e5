/** Notebook runs with a status line of their progress. @module */

// deno-lint-ignore-file no-console -- a failed cell is shown in the terminal

import { basename } from "node:path";
import type { Output } from "./jupyter/notebook.ts";
import { runNotebook, type RunResult } from "./jupyter/run_notebook.ts";
import { duration, onEndSignal, StatusLine } from "./shell/terminal.ts";

/** A cell may train for hours in full mode; this ends one that hangs forever. */
const CELL_TIMEOUT_SECONDS = 24 * 60 * 60;

/** The result of a run, and the exit code of the signal that ended it, if one did. */
export type FollowedRun = RunResult & { stoppedWith: number | undefined };

/**
 * Runs a notebook headlessly, showing the cell and the training step it is at.
 *
 * @param file The notebook.
 * @param env Variables for its kernel, added to those of this process.
 * @param stopFile Asks a training in the notebook to stop after its step.
 * @param timeBudget Aborted once the run has taken as long as it may.
 * @returns The executed notebook and the cell that failed, if one did.
 */
export async function followNotebook(
  file: string,
  env: Record<string, string>,
  stopFile: string,
  timeBudget?: AbortSignal,
): Promise<FollowedRun> {
  const name = basename(file, ".ipynb");
  const line = new StatusLine();
  let place = name;
  const stop = new AbortController(), stopNow = new AbortController();
  let stoppedWith: number | undefined;
  const endInTime = (): void => {
    stoppedWith = 0;
    line.finish(`${place}  stopping, as the time is over`);
    stop.abort();
  };
  if (timeBudget?.aborted) endInTime();
  else timeBudget?.addEventListener("abort", endInTime);
  using _ = onEndSignal((code) => {
    if (stop.signal.aborted) return stopNow.abort();
    stoppedWith = code;
    line.finish(`${place}  stopping; press Ctrl-C again to stop at once`);
    stop.abort();
  });
  try {
    const result = await runNotebook(file, {
      env: { ...env, BERTBOOK_STOP_FILE: stopFile },
      cellTimeoutSeconds: CELL_TIMEOUT_SECONDS,
      signal: stopNow.signal,
      gentleStop: { signal: stop.signal, file: stopFile },
      onEvent: ({ cell, of, status }) => {
        if (status !== "running") return;
        place = `${name}  cell ${cell}/${of}`;
        line.update(place);
      },
      onOutput: (_cell, output) => {
        const text = progressText(output);
        if (text !== undefined) line.update(`${place}  ${text}`);
        const note = resumeNote(output);
        if (note !== undefined) line.finish(`${place}  ${note}`);
      },
    });
    const { failure, seconds } = result;
    if (failure === undefined) stoppedWith = undefined;
    const outcome = failure === undefined
      ? "done in"
      : stoppedWith !== undefined
      ? "stopped after"
      : "FAILED after";
    line.finish(`${name}  ${outcome} ${duration(seconds)}`);
    if (failure?.error.ename === "TrainingStoppedError") {
      console.log(failure.error.evalue);
      stoppedWith ??= 0; // somebody has made the stop file
    } else if (failure !== undefined && stoppedWith === undefined) {
      const { cell, source, error } = failure;
      const lines = error.traceback.length > 0
        ? error.traceback.join("\n")
        : `${error.ename}: ${error.evalue}`;
      console.error(`Cell ${cell} of ${name} failed:\n\n${source}\n\n${lines}`);
    }
    return { ...result, stoppedWith };
  } finally {
    timeBudget?.removeEventListener("abort", endInTime);
  }
}

/** The line with which a training says that it continues; other outputs have none. */
function resumeNote(output: Output): string | undefined {
  if (output.output_type !== "display_data") return undefined;
  const text = String(output.data["text/plain"] ?? "").trim();
  return text.startsWith("Resumed at step ") ? text : undefined;
}

/** The last line of a progress display; other outputs have none. */
function progressText(output: Output): string | undefined {
  if (output.output_type !== "display_data") return undefined;
  const html = String(output.data["text/html"] ?? "");
  if (!html.includes("<progress")) return undefined;
  return String(output.data["text/plain"] ?? "").trimEnd().split("\n").at(-1);
}
