/**
 * Runs a notebook from a fresh kernel, cell by cell, and keeps what it shows.
 *
 * Two tags of a cell count, as in Jupyter's own runner: `raises-exception` lets it
 * fail, `skip-execution` leaves it as it is. A raw cell tagged `cleanup` is run last.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- the notebook format's own names

import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { onAbort } from "./channels.ts";
import { type CellResult, Kernel } from "./kernel_client.ts";
import {
  cleanupCell,
  type CodeCell,
  codeCells,
  type ErrorOutput,
  hasTag,
  type Notebook,
  NOTEBOOK_KERNEL,
  type Output,
} from "./notebook.ts";
import { readNotebook, writeNotebook } from "./notebook_file.ts";

/** How long an interrupted cell may take to stop before its kernel is ended. */
const INTERRUPT_MILLISECONDS = 2_000;

/** How long a training may take to notice that it is asked to stop. */
const STOP_MILLISECONDS = 10_000;

/** What happens to a cell; cells are counted from 1, code cells alone. */
export type RunEvent = {
  cell: number;
  of: number;
  status: "running" | "ok" | "error";
};

/** The cell that ended the run. */
export type CellFailure = {
  /** Counted from 1, code cells alone. */
  cell: number;
  source: string;
  error: ErrorOutput;
};

/** How to run a notebook. */
export type RunOptions = {
  /** How long each cell may take. */
  cellTimeoutSeconds?: number;
  /** Added to the environment of the kernel. */
  env?: Record<string, string>;
  /** Where to write the executed notebook, even if a cell failed; nowhere by default. */
  writeTo?: string;
  /**
   * Run after the notebook's own cells and before its clean-up, in this order; the
   * notebook does not keep them. Their outputs come in these objects.
   */
  extraCells?: readonly CodeCell[];
  /** Stops the run at once: interrupts the cell, then ends the kernel. */
  signal?: AbortSignal;
  /**
   * Stops the run, but lets a training finish its step and save a checkpoint: it is
   * asked to by a file, which it removes. A cell that does not train is interrupted.
   */
  gentleStop?: { readonly signal: AbortSignal; readonly file: string };
  /** Told when a cell begins and when it ends. */
  onEvent?: (event: RunEvent) => void;
  /** Called with every output that is new or changed. */
  onOutput?: (cell: number, output: Output) => void;
};

/** What became of a run. */
export type RunResult = {
  notebook: Notebook;
  failure: CellFailure | undefined;
  /** What the clean-up cell showed; the notebook does not keep it. */
  cleanup: Output[];
  seconds: number;
};

/**
 * Runs a notebook in its own folder and stops at the first cell that fails.
 *
 * Cells that were not reached lose the outputs of earlier runs, so that a notebook
 * never shows two runs at once.
 *
 * @param file The notebook.
 * @param options Limits, settings, who hears of it, and where to write the result.
 * @returns The notebook with its outputs, and the failure if there was one.
 * @throws {SyntaxError} If the file is no notebook.
 * @throws {KernelError} If no kernel comes up.
 */
export async function runNotebook(
  file: string,
  options: RunOptions = {},
): Promise<RunResult> {
  const { env = {}, extraCells = [], signal, gentleStop, writeTo } = options;
  const start = performance.now();
  const notebook = await readNotebook(file);
  signal?.throwIfAborted();
  const cells = codeCells(notebook);
  const toRun = cells.filter((cell) => !hasTag(cell, "skip-execution"));
  for (const cell of cells) cell.execution_count = null;
  for (const cell of toRun) cell.outputs = [];
  const folder = dirname(resolve(file));
  const cleanup = cleanupCell(notebook);
  const allCells = [...toRun, ...extraCells, ...cleanup ? [cleanup] : []];
  let failure: CellFailure | undefined;
  {
    await using kernel = await Kernel.start({ folder, env });
    notebook.metadata["kernelspec"] = { ...NOTEBOOK_KERNEL };
    notebook.metadata["language_info"] = kernel.languageInfo;
    for (const [i, cell] of allCells.entries()) {
      // A cell that the notebook does not keep counts as its last one.
      const place = {
        cell: cells.indexOf(cell) + 1 || cells.length,
        of: cells.length,
      };
      const fail = (error: ErrorOutput): void => {
        failure = { cell: place.cell, source: cell.source, error };
      };
      if (signal?.aborted || gentleStop?.signal.aborted) {
        fail(STOPPED);
        break;
      }
      const { error, isOver } = await runCell(kernel, cell, {
        ...options,
        ...place,
      });
      numberCell(cell, i + 1);
      if (error && (isOver || !hasTag(cell, "raises-exception"))) {
        fail(error);
        break;
      }
    }
  }
  if (writeTo !== undefined) await writeNotebook(writeTo, notebook);
  return {
    notebook,
    failure,
    cleanup: cleanup?.outputs ?? [],
    seconds: (performance.now() - start) / 1_000,
  };
}

/** The error of a cell that was not begun because the run was stopped before it. */
const STOPPED: ErrorOutput = {
  output_type: "error",
  ename: "AbortError",
  evalue:
    "Cannot begin the cell: the run must not be stopped; found it stopped",
  traceback: [],
};

/**
 * Runs one cell into its outputs.
 *
 * @returns Its error if it failed, and whether the run is over with it, whatever the
 *   cell's tags: it took too long, was stopped, or its kernel died.
 */
async function runCell(
  kernel: Kernel,
  cell: CodeCell,
  options: RunOptions & { cell: number; of: number },
): Promise<{ error: ErrorOutput | undefined; isOver: boolean }> {
  const { cellTimeoutSeconds, onEvent, onOutput, of } = options;
  const tell = (status: RunEvent["status"]): void =>
    onEvent?.({ cell: options.cell, of, status });
  tell("running");
  let error: ErrorOutput | undefined, isOver = false;
  try {
    const running = kernel.execute(cell.source, {
      ...cellTimeoutSeconds !== undefined &&
        { timeoutSeconds: cellTimeoutSeconds },
      outputs: cell.outputs,
      onOutput: (output) => onOutput?.(options.cell, output),
    });
    await unlessStopped(running, kernel, options);
    error = cell.outputs.find((output) => output.output_type === "error");
  } catch (thrown) {
    isOver = true;
    const { name, message } = thrown as Error;
    error = {
      output_type: "error",
      ename: name,
      evalue: message,
      traceback: [`${name}: ${message}`],
    };
    cell.outputs.push(error);
    onOutput?.(options.cell, error);
  }
  if (error) {
    error.evalue = hideProjectFolder(error.evalue);
    error.traceback = error.traceback.map(hideProjectFolder);
  }
  tell(error ? "error" : "ok");
  return { error, isOver };
}

/** Waits for a cell; if the run is stopped, the cell has a moment to stop, too. */
async function unlessStopped(
  running: Promise<CellResult>,
  kernel: Kernel,
  { signal, gentleStop }: RunOptions,
): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const timers: ReturnType<typeof setTimeout>[] = [];
  const interrupt = (reason: unknown): void => {
    kernel.interrupt().catch(aborted.reject);
    const end = (): void => aborted.reject(reason);
    timers.push(setTimeout(end, INTERRUPT_MILLISECONDS));
  };
  const askToStop = (reason: unknown): void => {
    const { file } = gentleStop!;
    Deno.writeTextFileSync(file, "");
    const look = (): void => {
      if (!existsSync(file)) return; // a training has taken it
      Deno.removeSync(file);
      interrupt(reason);
    };
    timers.push(setTimeout(look, STOP_MILLISECONDS));
  };
  using _gentle = gentleStop && onAbort(gentleStop.signal, askToStop);
  using _hard = signal && onAbort(signal, interrupt);
  try {
    await Promise.race([running, aborted.promise]);
  } finally {
    timers.forEach(clearTimeout);
    if (gentleStop && existsSync(gentleStop.file)) {
      Deno.removeSync(gentleStop.file);
    }
    running.catch(() => {});
  }
}

/** Gives the cell, and the result in it, the number of its turn. */
function numberCell(cell: CodeCell, turn: number): void {
  cell.execution_count = turn;
  for (const output of cell.outputs) {
    if (output.output_type === "execute_result") output.execution_count = turn;
  }
}

const PROJECT_URL = new URL("../../", import.meta.url);

/** Makes places in the project relative: a notebook must not tell who ran it. */
function hideProjectFolder(text: string): string {
  return text.replaceAll(PROJECT_URL.href, "")
    .replaceAll(fileURLToPath(PROJECT_URL), "");
}
