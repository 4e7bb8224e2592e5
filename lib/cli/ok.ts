/** `deno task ok`: the one gate that a change passes before it is kept. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join } from "node:path";
import { checkNotebooks } from "../jupyter/check_notebook.ts";
import type { Command } from "./command.ts";
import { notebookNames, NOTEBOOKS, PROJECT } from "./project.ts";
import { duration } from "./terminal.ts";
import { runTests } from "./test.ts";

/** Format, lint, type check of `lib/` and of the notebooks' cells, all tests. */
export const OK: Command = {
  name: "ok",
  summary: "Check format, lint and types, then run every test",
  options: {},
  run: async () => {
    const gates: [string, () => Promise<boolean>][] = [
      ["format", () => deno("fmt", "--check", "--quiet")],
      ["lint", () => deno("lint", "--quiet")],
      ["types", () => deno("check", "--quiet", "lib", "tests", "data")],
      ["notebook cells", checkCells],
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

async function checkCells(): Promise<boolean> {
  const files = (await notebookNames())
    .map((name) => join(NOTEBOOKS, `${name}.ipynb`));
  const checked = await checkNotebooks(files);
  for (const { problems } of checked) {
    for (const problem of problems) console.error(problem);
  }
  return checked.every(({ problems }) => problems.length === 0);
}
