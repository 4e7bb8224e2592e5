/**
 * `deno task grade`: runs the exercises in notebooks of learners, each in a process
 * that may do nothing but compute, and writes a table of what is right.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import {
  type ExerciseId,
  EXERCISES,
  type Result,
} from "../notebooks/exercises/mod.ts";
import type { Exercise } from "../notebooks/exercises/exercise.ts";
import { exerciseCells, withImports } from "./jupyter/exercises.ts";
import type { Notebook, Output } from "./jupyter/notebook.ts";
import { readNotebook } from "./jupyter/notebook_file.ts";
import { PROJECT } from "./shell/project.ts";

/** What became of the checks in a cell. */
export type CellOutcome = {
  readonly results: readonly Result[];
  /** The message of what the cell threw. */
  readonly error?: string;
};

/** Memory of the process of a cell: JavaScript's objects, and all its data. */
const HEAP_MEGABYTES = 256;
const DATA_KILOBYTES = 1_000_000;

/** More than a result can have: a cell can print without end. */
const MAX_OUTPUT_BYTES = 2 ** 20;

/** What a cell may read: the modules that its imports name. */
const READABLE = ["notebooks/exercises", "lib", "mod.ts", "core.ts"];

/**
 * Grades the notebooks in a folder and below it.
 *
 * @param folder The folder.
 * @param options `out`: the file for the table, else it is printed; `seconds`: how
 * long the exercises of one notebook may take.
 * @returns 0, or 1 if there is no notebook.
 * @throws {Deno.errors.NotFound} If there is no such folder.
 */
export async function grade(
  folder: string,
  { out, seconds }: { out?: string; seconds: number },
): Promise<number> {
  const files = notebooksBelow(folder).sort();
  if (files.length === 0) {
    console.error(
      `Cannot grade "${folder}": it must hold notebooks; found no .ipynb file`,
    );
    return 1;
  }
  const rows: GradedNotebook[] = [];
  for (const file of files) {
    const path = join(folder, file);
    rows.push({ file, ...await gradeNotebook(path, seconds) });
    if (out !== undefined) console.error(`${file}: ${summary(rows.at(-1)!)}`);
  }
  const table = csv(rows);
  if (out === undefined) console.log(table.trimEnd());
  else await Deno.writeTextFile(out, table);
  return 0;
}

type Grades = { note: string; grades: Map<string, string> };
type GradedNotebook = Grades & { file: string };

function notebooksBelow(folder: string, within = folder): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (name.startsWith(".")) return []; // .ipynb_checkpoints and the like
    if (isDirectory) return notebooksBelow(path, within);
    return name.endsWith(".ipynb") ? [relative(within, path)] : [];
  });
}

async function gradeNotebook(file: string, seconds: number): Promise<Grades> {
  let notebook: Notebook;
  try {
    notebook = await readNotebook(file);
  } catch (error) {
    return { note: `damaged: ${error}`, grades: new Map() };
  }
  const known = exerciseCells(notebook).filter(({ id }) =>
    Object.hasOwn(EXERCISES, id)
  );
  const deadline = AbortSignal.timeout(seconds * 1_000);
  const grades = await Promise.all(known.map(async ({ id, cell }) => {
    const { needsEngine } = EXERCISES[id as ExerciseId] as Exercise<unknown>;
    const grade = needsEngine
      ? `${recordedGrade(cell.outputs)} (recorded)`
      : gradeOf(
        id,
        await runCell(withImports(cell.source, notebook), deadline),
      );
    return [id, grade] as const;
  }));
  const note = known.length === 0 ? "no exercises" : "";
  return { note, grades: new Map(grades) };
}

/**
 * The grade that the learner's own kernel gave.
 *
 * @param outputs What the exercise cell shows.
 * @returns The grade of its check.
 */
export function recordedGrade(outputs: readonly Output[]): string {
  const shown = JSON.stringify(outputs);
  if (shown.includes("✓ right.")) return "right";
  if (shown.includes("✗ not yet.")) return "wrong";
  return shown.includes("not answered yet") ? "open" : "not run";
}

/** The last result counts: an earlier one may be of a try. */
function gradeOf(id: string, outcome: CellOutcome | string): string {
  if (typeof outcome === "string") return outcome;
  return outcome.results.findLast((result) => result.id === id)?.status ??
    "error";
}

/**
 * Runs an exercise cell, without TensorFlow, in a process that may read the project's
 * modules and do nothing else.
 *
 * @param source The cell, with all its imports.
 * @param deadline Ends the process.
 * @returns What became of its checks, or why there is no outcome.
 */
export async function runCell(
  source: string,
  deadline: AbortSignal,
): Promise<CellOutcome | "time limit" | "error"> {
  const token = crypto.randomUUID();
  const deno = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--no-check",
    "--no-remote",
    "--cached-only",
    `--config=${join(PROJECT, "deno.json")}`,
    `--allow-read=${READABLE.map((path) => join(PROJECT, path)).join()}`,
    `--v8-flags=--max-old-space-size=${HEAP_MEGABYTES}`,
    join(PROJECT, "tools", "grade_cell.ts"),
  ];
  // The shell's limit also counts what lies outside of JavaScript's heap.
  const [program, ...args] = existsSync("/bin/sh")
    ? ["/bin/sh", "-c", `ulimit -d ${DATA_KILOBYTES}; exec "$@"`, "sh", ...deno]
    : deno;
  const child = new Deno.Command(program!, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    clearEnv: true,
    env: environment(),
  }).spawn();
  const kill = (): void => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  };
  deadline.addEventListener("abort", kill);
  if (deadline.aborted) kill();
  try {
    const input = new Blob([JSON.stringify({ token, source })]).stream();
    await input.pipeTo(child.stdin).catch(() => {}); // it ended before
    const end = await lastText(child.stdout);
    await child.status;
    const line = end.split("\n").find((line) => line.startsWith(token));
    if (line !== undefined) return JSON.parse(line.slice(token.length));
    return deadline.aborted ? "time limit" : "error";
  } finally {
    deadline.removeEventListener("abort", kill);
  }
}

/** What Deno needs to find its cache, and nothing else of this environment. */
function environment(): Record<string, string> {
  const names = [
    "DENO_DIR",
    "HOME",
    "USERPROFILE",
    "LOCALAPPDATA",
    "XDG_CACHE_HOME",
    "SystemRoot",
  ];
  const set = names.map((name) => [name, Deno.env.get(name)])
    .filter(([, value]) => value !== undefined);
  return {
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    ...Object.fromEntries(set),
  };
}

/** The end of a text, however long it is. */
async function lastText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text = (text + decoder.decode(chunk, { stream: true }))
      .slice(-MAX_OUTPUT_BYTES);
  }
  return text;
}

/** A row for each notebook, a column for each exercise that one of them has. */
function csv(rows: readonly GradedNotebook[]): string {
  const ids = [...new Set(rows.flatMap(({ grades }) => [...grades.keys()]))]
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const lines = rows.map(({ file, grades, note }) => {
    const pages = new Set([...grades.keys()].map((id) => parseInt(id)));
    const absent = (id: string): string =>
      pages.has(parseInt(id)) ? "missing" : "";
    const fields = ids.map((id) => grades.get(id) ?? absent(id));
    return [file, ...fields, note];
  });
  lines.unshift(["file", ...ids, "note"]);
  return lines.map((fields) => fields.map(csvField).join(",") + "\n").join("");
}

/** A field that no spreadsheet takes for a formula. */
function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function summary({ grades, note }: Grades): string {
  const right = [...grades.values()].filter((grade) =>
    grade.startsWith("right")
  );
  return note || `${right.length} of ${grades.size} right`;
}
