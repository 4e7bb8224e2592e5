/** `deno task ok`: the one gate that a change passes before it is kept. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join, relative } from "node:path";
import { checkNotebooks } from "./jupyter/check_notebook.ts";
import type { Command } from "./shell/command.ts";
import { notebookNames, NOTEBOOKS, PROJECT } from "./shell/project.ts";
import { duration } from "./shell/terminal.ts";
import { runTests } from "./test.ts";

/** What `deno fmt --check` can judge: everything but the notebooks. */
const FORMATTED = [
  "README.md",
  "CHANGELOG.md",
  "docs",
  "notebooks/README.md",
  "deno.json",
  ".devcontainer",
  ".github",
  ".vscode",
  "data",
  "lib",
  "tools",
  "notebooks/support",
  "tests",
];

/** Every folder with code. */
const CHECKED = ["lib", "tools", "notebooks/support", "tests", "data"];

/** Format, lint, type check of `lib/` and of the notebooks' cells, all tests. */
export const OK: Command = {
  name: "ok",
  summary: "Check format, lint and types, then run every test",
  options: {},
  run: async () => {
    const gates: [string, () => Promise<boolean>][] = [
      ["format", () => deno("fmt", "--check", "--quiet", ...FORMATTED)],
      ["notebook format", formatsNotebooks],
      ["lint", () => deno("lint", "--quiet")],
      ["types", () => deno("check", "--quiet", ...CHECKED)],
      ["notebook cells", checksCells],
    ];
    for (const [name, passes] of gates) {
      const start = performance.now();
      if (!await passes()) {
        console.error(`${name}: failed`);
        console.log("0 passed, 1 failed"); // the gate's last line, always
        return 1;
      }
      console.log(
        `${name}: ok (${duration((performance.now() - start) / 1e3)})`,
      );
    }
    return await runTests([]);
  },
};

async function deno(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: PROJECT,
  }).output().then(async ({ success, stdout, stderr }) => {
    if (!success) {
      await Deno.stdout.write(stdout);
      await Deno.stderr.write(stderr);
    }
    return { success };
  });
  return success;
}

/**
 * Compares the notebooks with their formatted text: on a machine that never
 * formatted them, Deno 2.9's `fmt --check` finds fault with every notebook.
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
