/** `deno task ok`: the gate that every change must pass. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { checkNotebooks } from "./jupyter/check_notebook.ts";
import { notebookNames, NOTEBOOKS, PROJECT } from "./shell/project.ts";
import { duration } from "./shell/terminal.ts";
import { test } from "./test.ts";

/** Files and folders with code; those that do not exist are skipped. */
const CODE = [
  "mod.ts",
  "core.ts",
  "lib",
  "tools",
  "notebooks/exercises",
  "notebooks/figures",
  "notebooks/support",
  "examples",
  "tests",
  "data",
];

/** What `deno fmt --check` can check besides: everything but the notebooks. */
const TEXT = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "docs",
  "notebooks/README.md",
  "deno.json",
  ".binder",
  ".devcontainer",
  ".github",
  ".vscode",
];

/**
 * Checks format, lint, types and the package, then runs the tests.
 *
 * @param options `all`: whether the long tests run too.
 * @returns 0 if everything passed, else 1.
 */
export async function ok({ all }: { all?: boolean }): Promise<number> {
  const code = CODE.filter(exists);
  const text = TEXT.filter(exists);
  const entries = await entryPoints();
  const checks: [string, () => Promise<boolean>][] = [
    ["format", () => deno("fmt", "--check", "--quiet", ...code, ...text)],
    ["notebook format", formatsNotebooks],
    ["lint", () => deno("lint", "--quiet")],
    ["types", () => deno("check", "--quiet", ...code)],
    ["notebook cells", checksCells],
  ];
  if (entries.length > 0) {
    checks.push(
      ["documentation", () => deno("doc", "--lint", "--no-npm", ...entries)],
      ["package", () => deno("publish", "--dry-run", "--allow-dirty")],
    );
  }
  for (const [name, passes] of checks) {
    const start = performance.now();
    if (!await passes()) {
      console.error(`${name}: failed`);
      console.log("0 passed, 1 failed"); // always the last line
      return 1;
    }
    console.log(
      `${name}: ok (${duration((performance.now() - start) / 1e3)})`,
    );
  }
  return await test([], all === undefined ? {} : { all });
}

function exists(path: string): boolean {
  return existsSync(join(PROJECT, path));
}

/** The modules that `deno.json` exports; none before it names any. */
async function entryPoints(): Promise<string[]> {
  const { exports = {} } = JSON.parse(
    await Deno.readTextFile(join(PROJECT, "deno.json")),
  ) as { exports?: string | Record<string, string> };
  return typeof exports === "string" ? [exports] : Object.values(exports);
}

/** Runs `deno`; its output is shown if it fails. */
async function deno(...args: string[]): Promise<boolean> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: PROJECT,
  }).output();
  if (!success) {
    await Deno.stdout.write(stdout);
    await Deno.stderr.write(stderr);
  }
  return success;
}

/**
 * Compares the notebooks with their formatted text: on a machine that never
 * formatted them, Deno 2.9's `fmt --check` rejects every notebook.
 */
async function formatsNotebooks(): Promise<boolean> {
  let isFormatted = true;
  for (const file of await notebookFiles()) {
    const text = await Deno.readTextFile(file);
    if (await formatted(text) === text) continue;
    console.error(`${relative(PROJECT, file)}: run deno fmt`);
    isFormatted = false;
  }
  return isFormatted;
}

async function formatted(notebook: string): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=ipynb", "-"],
    cwd: PROJECT,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stdout = new Response(process.stdout).text();
  await new Response(notebook).body!.pipeTo(process.stdin);
  return await stdout;
}

async function checksCells(): Promise<boolean> {
  const checked = await checkNotebooks(await notebookFiles());
  for (const { problems } of checked) {
    for (const problem of problems) console.error(problem);
  }
  return checked.every(({ problems }) => problems.length === 0);
}

async function notebookFiles(): Promise<string[]> {
  return (await notebookNames()).map((name) =>
    join(NOTEBOOKS, `${name}.ipynb`)
  );
}
