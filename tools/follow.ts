/** Notebook runs with a status line of their progress. @module */

// deno-lint-ignore-file no-console -- a failed cell is shown in the terminal

import { basename } from "node:path";
import type { Output } from "./jupyter/notebook.ts";
import { runNotebook, type RunResult } from "./jupyter/run_notebook.ts";
import { duration, StatusLine } from "./shell/terminal.ts";

/** A cell may train for hours in full mode; this ends one that hangs forever. */
const CELL_TIMEOUT_SECONDS = 24 * 60 * 60;

/** The result of a run; `isStopped` if the user ended it with Ctrl-C. */
export type FollowedRun = RunResult & { isStopped: boolean };

/**
 * Runs a notebook headlessly, showing the cell and the training step it is at.
 *
 * @param file The notebook.
 * @param env Variables for its kernel, added to those of this process.
 * @returns The executed notebook and the cell that failed, if one did.
 */
export async function followNotebook(
  file: string,
  env: Record<string, string>,
): Promise<FollowedRun> {
  const name = basename(file, ".ipynb");
  const line = new StatusLine();
  let place = name;
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  Deno.addSignalListener("SIGINT", interrupt);
  try {
    const result = await runNotebook(file, {
      env,
      cellTimeoutSeconds: CELL_TIMEOUT_SECONDS,
      signal: stop.signal,
      onEvent: ({ cell, of, status }) => {
        if (status !== "running") return;
        place = `${name}  cell ${cell}/${of}`;
        line.update(place);
      },
      onOutput: (_cell, output) => {
        const text = progressText(output);
        if (text !== undefined) line.update(`${place}  ${text}`);
      },
    });
    const { failure, seconds } = result;
    const isStopped = failure !== undefined && stop.signal.aborted;
    const outcome = failure === undefined
      ? "done in"
      : isStopped
      ? "stopped after"
      : "FAILED after";
    line.finish(`${name}  ${outcome} ${duration(seconds)}`);
    if (failure !== undefined && !isStopped) {
      const { cell, source, error } = failure;
      const lines = error.traceback.length > 0
        ? error.traceback.join("\n")
        : `${error.ename}: ${error.evalue}`;
      console.error(`Cell ${cell} of ${name} failed:\n\n${source}\n\n${lines}`);
    }
    return { ...result, isStopped };
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
  }
}

/** The last line of a progress display; other outputs have none. */
function progressText(output: Output): string | undefined {
  if (output.output_type !== "display_data") return undefined;
  const html = String(output.data["text/html"] ?? "");
  if (!html.includes("<progress")) return undefined;
  return String(output.data["text/plain"] ?? "").trimEnd().split("\n").at(-1);
}
