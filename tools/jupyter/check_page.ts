/**
 * What a committed notebook must look like: short cells, and outputs that hold
 * nothing of the machine they were made on and load nothing from elsewhere. And the
 * shape that all pages of the course share.
 *
 * @module
 */

import { exerciseCells } from "./exercises.ts";
import {
  cleanupCell,
  type CodeCell,
  codeCells,
  hasTag,
  type Notebook,
  NOTEBOOK_KERNEL,
  type Output,
} from "./notebook.ts";
import { isJsonType } from "./notebook.ts";

/** The longest code cell, in lines. */
const MAX_LINES = 25;
/** The longest cell of imports alone: one name a line. */
const MAX_IMPORT_LINES = 45;
/** A cell of imports alone. */
const IMPORTS = /^(?:import [^;]*;\s*)+$/;

// deno-lint-ignore no-control-regex -- the escape character begins a terminal code
const TERMINAL_CODE = /\x1b[[\]()]/;

/** A folder of some machine: a top folder of Unix, a drive, a file URL. */
const MACHINE_PATH =
  /(?:file:\/\/\/|(?<![\w.<\/-])\/(?:home|Users|root|tmp|var|opt|mnt|usr|etc|private|srv|work|workspaces?)\/|\b[A-Z]:\\)[^\s"'<>)]*/;

/** Ways to load something from another host. */
const REMOTE = [
  /<(?:script|img|iframe|link|source|video|audio|embed|object|image|use)\b[^>]*?\s(?:src|srcset|href|data|xlink:href)\s*=\s*["']?\s*(?:https?:)?\/\/[^\s"'>]*/i,
  /(?:url\(|@import|\bimport|\bfrom|\bfetch\(|\.src\s*=)[\s(]*["'`]?(?:https?:)?\/\/[^\s"'`)]*/i,
  /!\[[^\]]*\]\(\s*<?(?:https?:)?\/\/[^\s)]*/,
];

/** Data that a chart would load. */
const REMOTE_DATA = /"url":\s*"(?:https?:)?\/\/[^"]*/;

/**
 * Checks what a notebook shows, not what its code does.
 *
 * @param notebook The notebook.
 * @returns One sentence for each problem.
 */
export function checkPage(notebook: Notebook): string[] {
  const problems = checkKernelName(notebook);
  const cells = codeCells(notebook);
  for (const [i, cell] of cells.entries()) {
    for (const problem of checkCodeCell(cell)) {
      problems.push(`code cell ${i + 1}: ${problem}`);
    }
  }
  for (const cell of notebook.cells) {
    const remote = cell.cell_type === "markdown" &&
      firstMatch(REMOTE, cell.source);
    if (remote) problems.push(`markdown cell "${cell.id}": loads ${remote}`);
  }
  return [...problems, ...checkOrder(cells)];
}

/** Limits before `## Exercises`. */
const MAX_CELLS = 45;
const MAX_WORDS = 1_500;
/** The longest code cell in the middle of all, in lines. */
const MAX_MEDIAN_LINES = 6;
const EXERCISE_COUNTS = { least: 4, most: 6 };

/**
 * Checks the shape that all pages share: short enough, prose with each code cell, and
 * at the end exercises, a quiz, and a raw cell that frees what the page holds.
 *
 * @param notebook A numbered notebook.
 * @returns One sentence for each problem.
 */
export function checkShape(notebook: Notebook): string[] {
  const { cells } = notebook;
  const end = cells.findIndex((cell) =>
    cell.cell_type === "markdown" && /^## Exercises$/m.test(cell.source)
  );
  if (end < 0) return ['must have a heading "## Exercises": has none'];
  const body = cells.slice(0, end);
  const prose = body.filter((cell) => cell.cell_type === "markdown");
  const code = codeCells({ ...notebook, cells: body })
    .filter((cell) => !hasTag(cell, "guard"));
  const numWords = prose.map(({ source }) => countWords(source))
    .reduce((a, b) => a + b, 0);
  const lines = code.map(({ source }) => source.trimEnd().split("\n").length)
    .sort((a, b) => a - b);
  const median = lines[Math.floor(lines.length / 2)] ?? 0;
  const numExercises = exerciseCells(notebook).length;
  const isQuiz = ({ source }: CodeCell): boolean =>
    /\bquiz\(\d+\)/.test(source);
  const { least, most } = EXERCISE_COUNTS;
  const rules: [holds: boolean, problem: string][] = [
    [
      prose.length + code.length <= MAX_CELLS,
      `must have at most ${MAX_CELLS} cells before its exercises: has ${
        prose.length + code.length
      }`,
    ],
    [
      numWords <= MAX_WORDS,
      `must have at most ${MAX_WORDS} words before its exercises: has ${numWords}`,
    ],
    [
      median <= MAX_MEDIAN_LINES,
      `must have code cells of at most ${MAX_MEDIAN_LINES} lines in the median: has ${median}`,
    ],
    [
      prose.length >= code.length,
      `must have as many prose cells as code cells: has ${prose.length} and ${code.length}`,
    ],
    [
      numExercises >= least && numExercises <= most,
      `must have ${least} to ${most} exercises: has ${numExercises}`,
    ],
    [codeCells(notebook).some(isQuiz), "must have a quiz: has none"],
    [
      cleanupCell(notebook) !== undefined,
      'must have a raw cell tagged "cleanup": has none',
    ],
  ];
  return rules.flatMap(([holds, problem]) => holds ? [] : [problem]);
}

/** Words that a reader reads: not those of code, formulas and addresses. */
function countWords(markdown: string): number {
  const text = markdown.replace(/^```[^]*?^```$|\$\$[^]*?\$\$/gm, " ")
    .replace(/\]\([^)]*\)/g, "]");
  return text.match(/[\p{L}\p{N}][^\s|]*/gu)?.length ?? 0;
}

function checkKernelName({ metadata }: Notebook): string[] {
  const kernel = metadata["kernelspec"] as { name?: string } | undefined;
  if (kernel?.name === NOTEBOOK_KERNEL.name) return [];
  return [
    `metadata.kernelspec.name must be "${NOTEBOOK_KERNEL.name}": found "${kernel?.name}"`,
  ];
}

/** Cells that were run must have been run from top to bottom, once. */
function checkOrder(cells: readonly CodeCell[]): string[] {
  const counts = cells.filter((cell) => !hasTag(cell, "skip-execution"))
    .map((cell) => cell.execution_count);
  const inOrder = counts.every((count, i) => count === i + 1);
  if (inOrder || counts.every((count) => count === null)) return [];
  return [
    `execution counts must be 1 to ${counts.length} in order: found ${
      counts.map((count) => count ?? "none").join(", ")
    }`,
  ];
}

function checkCodeCell(cell: CodeCell): string[] {
  const problems: string[] = [];
  const numLines = cell.source.trimEnd().split("\n").length;
  const most = IMPORTS.test(cell.source) ? MAX_IMPORT_LINES : MAX_LINES;
  if (numLines > most) {
    problems.push(`must have at most ${most} lines: has ${numLines}`);
  }
  for (const [i, output] of cell.outputs.entries()) {
    if (output.output_type === "error" && !hasTag(cell, "raises-exception")) {
      problems.push(`output ${i + 1} is an error, ${output.ename}`);
    }
    if (output.output_type === "execute_result") {
      problems.push(`output ${i + 1} is the cell's value: show it, or nothing`);
    }
    for (const problem of checkOutput(output)) {
      problems.push(`output ${i + 1} ${problem}`);
    }
  }
  return problems;
}

/** Checks every text in one output. */
function checkOutput(output: Output): string[] {
  const problems: string[] = [];
  for (const [type, text] of textsOf(output)) {
    const path = MACHINE_PATH.exec(text)?.[0];
    const remote = type === "text/plain"
      ? undefined
      : firstMatch(isJsonType(type) ? [REMOTE_DATA] : REMOTE, text);
    if (TERMINAL_CODE.test(text)) problems.push(`(${type}) has terminal codes`);
    if (path) problems.push(`(${type}) has a path of this machine, ${path}`);
    if (remote) problems.push(`(${type}) loads ${remote}`);
  }
  return problems;
}

/** The texts of an output with their MIME types; pictures in bytes are none. */
function textsOf(output: Output): [string, string][] {
  switch (output.output_type) {
    case "stream":
      return [["text/plain", output.text]];
    case "error":
      return [["text/plain", [output.evalue, ...output.traceback].join("\n")]];
    default:
      return Object.entries(output.data)
        .filter(([type]) => !/^image\/(?!svg)/.test(type))
        .map(([type, value]) => [
          type,
          typeof value === "string" ? value : JSON.stringify(value),
        ]);
  }
}

function firstMatch(patterns: RegExp[], text: string): string | undefined {
  return patterns.map((pattern) => pattern.exec(text)?.[0]).find(Boolean);
}
