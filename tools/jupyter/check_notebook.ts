/**
 * Notebook checks before a run: nothing else makes them, because the kernel checks no
 * types and gives `undefined` for an import that does not exist.
 *
 * The code cells of each notebook become one module, in a hidden file beside the
 * notebook so that its imports mean what they mean there, and `deno check` and
 * `deno lint` see all modules at once. Imports may stand anywhere at the top level of
 * a module, and count before all else; so does `await`. The cells therefore follow one
 * another as they are.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkPage } from "./check_page.ts";
import { cleanupCell, codeCells, type Notebook } from "./notebook.ts";
import { parseNotebook } from "./notebook_file.ts";
import { validateNotebook } from "./validate_notebook.ts";

/**
 * Lint rules that are for libraries: a notebook may print, and its small functions
 * need no written return type. The type checker finds redeclarations.
 */
const RULES_NOT_FOR_NOTEBOOKS = [
  "no-console",
  "explicit-function-return-type",
  "explicit-module-boundary-types",
  "no-redeclare",
];

/** What is wrong with one notebook. */
export type NotebookReport = { file: string; problems: string[] };

/** A notebook on its way through the checks. */
type Page = { report: NotebookReport; module: string; gathered: GatheredCells };

/** Something that a tool found in a file. */
type Finding = { url: string; line: number; message: string };

/**
 * Checks the format, the look and the code of notebooks.
 *
 * @param files The notebooks.
 * @returns A report for each, in the same order; no problems if all is well.
 */
export async function checkNotebooks(
  files: string[],
): Promise<NotebookReport[]> {
  const reports: NotebookReport[] = [];
  const pages: Page[] = [];
  for (const file of files) {
    const { notebook, problems } = await readForCheck(file);
    const report = { file, problems };
    reports.push(report);
    if (!notebook) continue;
    problems.push(...checkPage(notebook));
    const cleanup = cleanupCell(notebook);
    const cells = [...codeCells(notebook), ...cleanup ? [cleanup] : []];
    const gathered = gatherCells(cells.map(({ source }) => source));
    const name = `.${basename(file, ".ipynb")}.${crypto.randomUUID()}.ts`;
    const module = join(dirname(resolve(file)), name);
    pages.push({ report, module, gathered });
  }
  const folders = Map.groupBy(pages, ({ module }) => dirname(module));
  for (const [folder, inFolder] of folders) await checkCode(folder, inFolder);
  return reports;
}

async function readForCheck(
  file: string,
): Promise<{ notebook?: Notebook; problems: string[] }> {
  const text = await Deno.readTextFile(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problems: [`must be JSON: ${(error as Error).message}`] };
  }
  const problems = validateNotebook(json);
  if (problems.length > 0) return { problems };
  return { notebook: parseNotebook(text, basename(file)), problems };
}

/** Runs both tools on the modules of one folder and deals out what they find. */
async function checkCode(folder: string, pages: Page[]): Promise<void> {
  try {
    for (const { module, gathered } of pages) {
      await Deno.writeTextFile(module, gathered.code);
    }
    const lint = await lintModules(folder, pages.map(({ module }) => module));
    deal(lint.findings, pages);
    // One module that does not parse would keep all others from being checked.
    const parsed = pages.filter(({ module }) =>
      !lint.unparsed.has(pathToFileURL(module).href)
    );
    if (parsed.length === 0) return;
    deal(
      await checkModules(folder, parsed.map(({ module }) => module)),
      parsed,
    );
  } finally {
    for (const { module } of pages) await Deno.remove(module).catch(() => {});
  }
}

/** Writes each finding into the report of its notebook, with the place in it. */
function deal(findings: Finding[], pages: Page[]): void {
  for (const { url, line, message } of findings) {
    const page = pages.find(({ module }) => pathToFileURL(module).href === url);
    if (page) {
      const place = page.gathered.places[line - 1];
      page.report.problems.push(
        `code cell ${place?.cell} line ${place?.line}: ${message}`,
      );
    } else {
      // Found in a file that some notebook imports.
      const file = decodeURIComponent(url.split("/").slice(-3).join("/"));
      pages[0]?.report.problems.push(`${file} line ${line}: ${message}`);
    }
  }
}

/** What `deno lint --json` prints, as far as it is read here. */
type LintReport = {
  diagnostics: {
    filename: string;
    range: { start: { line: number } };
    message: string;
    code: string;
  }[];
  errors: { message: string }[];
};

async function lintModules(
  folder: string,
  modules: string[],
): Promise<{ findings: Finding[]; unparsed: Set<string> }> {
  const exclude = `--rules-exclude=${RULES_NOT_FOR_NOTEBOOKS.join(",")}`;
  const { stdout } = await deno(folder, [
    "lint",
    "--json",
    exclude,
    ...modules,
  ]);
  const { diagnostics, errors } = JSON.parse(stdout) as LintReport;
  const findings = diagnostics.map(({ filename, range, message, code }) => ({
    url: filename,
    line: range.start.line,
    message: `${message} (${code})`,
  }));
  const unparsed = errors.flatMap(({ message }) => findingsIn(message));
  return {
    findings: [...findings, ...unparsed],
    unparsed: new Set(unparsed.map(({ url }) => url)),
  };
}

async function checkModules(
  folder: string,
  modules: string[],
): Promise<Finding[]> {
  const { success, stderr } = await deno(folder, ["check", ...modules]);
  const findings = findingsIn(stderr);
  if (success || findings.length > 0) return findings;
  throw new SyntaxError(
    `Cannot read the output of deno check: it must name files and lines; found ${stderr.trim()}`,
  );
}

/**
 * The findings in what Deno prints for people: a message, maybe with sentences below
 * it, the source line, and at last the place.
 */
function findingsIn(printed: string): Finding[] {
  const finding =
    /^(?:(TS\d+) \[ERROR\]|(?:error: )?SyntaxError): (.*(?:\n {2}.*\.$)*)[^]*?\n {4}at (file:\S+):(\d+):\d+$/gm;
  return [...printed.matchAll(finding)].map(([, code, text, url, line]) => ({
    url: url!,
    line: Number(line),
    message: text!.replace(/\n\s*/g, " ") + (code ? ` (${code})` : ""),
  }));
}

async function deno(
  cwd: string,
  args: string[],
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { success, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/**
 * Stands between two cells: it ends the last statement of the one whatever the next
 * begins with, and no brace can stay open across it.
 */
const BOUNDARY = "export {};";

/** A place in a notebook, both counted from 1, the cells among code cells. */
export type CellPlace = { cell: number; line: number };

/** A notebook's code as a module. */
export type GatheredCells = {
  code: string;
  /** The place of each line of `code`. */
  places: CellPlace[];
};

/**
 * Gathers the code cells of a notebook.
 *
 * @example Two cells
 * ```ts
 * import { gatherCells } from "./check_notebook.ts";
 * import assert from "node:assert/strict";
 *
 * const { code, places } = gatherCells(["const a = 1", "a\na"]);
 * assert.equal(code.split("\n")[3], "a");
 * assert.deepEqual(places[3], { cell: 2, line: 2 });
 * ```
 *
 * @param sources The source of each code cell.
 * @returns The module, and where each of its lines comes from.
 */
export function gatherCells(sources: readonly string[]): GatheredCells {
  const lines: string[] = [];
  const places: CellPlace[] = [];
  for (const [i, source] of sources.entries()) {
    const cellLines = [...source.split(/\r\n|\r|\n/), BOUNDARY];
    for (const [j, line] of cellLines.entries()) {
      lines.push(line);
      // What goes wrong at the boundary began in the cell's last line.
      places.push({ cell: i + 1, line: Math.min(j + 1, cellLines.length - 1) });
    }
  }
  return { code: lines.join("\n") + "\n", places };
}
