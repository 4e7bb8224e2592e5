/** `deno task grade`, on notebooks of good, wrong and hostile learners. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Exercise } from "../../notebooks/exercises/exercise.ts";
import { type ExerciseId, EXERCISES } from "../../notebooks/exercises/mod.ts";
import { recordedGrade } from "../../tools/grade.ts";
import { exerciseCells } from "../../tools/jupyter/exercises.ts";
import type { Notebook } from "../../tools/jupyter/notebook.ts";
import { writeNotebook } from "../../tools/jupyter/notebook_file.ts";
import { trialsOf } from "../notebooks/_exercises.ts";
import { PAGES } from "../notebooks/_pages.ts";
import { MAIN, permissionsOf } from "./_main.ts";

function freeIds(notebook: Notebook): string[] {
  return exerciseCells(notebook).map(({ id }) => id).filter((id) =>
    !(EXERCISES[id as ExerciseId] as Exercise<unknown>).needsEngine
  );
}

/** A page with five exercises that need no engine. */
const PAGE = PAGES.find(({ notebook }) => freeIds(notebook).length >= 5)!;
assert.ok(PAGE, "no page has five exercises that need no engine");
const IDS = freeIds(PAGE.notebook).slice(0, 5);
const TRIALS = await trialsOf(PAGE.number, PAGE.notebook);

/** The source of an exercise cell with its solution, or with a wrong answer. */
function sourceWith(id: string, kind: "solution" | "wrong answer 1"): string {
  return TRIALS.find(({ name }) => name === `${id}, ${kind}`)!.source;
}

/** Writes the page as a learner saved it, with these exercise cells. */
async function write(
  file: string,
  sourceOf: (id: string, source: string) => string,
): Promise<void> {
  const copy = structuredClone(PAGE.notebook);
  for (const { id, cell } of exerciseCells(copy)) {
    cell.source = sourceOf(id, cell.source);
  }
  await writeNotebook(file, copy);
}

/** Grades a folder as `deno task grade` does. */
async function grade(
  ...args: string[]
): Promise<{ code: number; output: string; errors: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissionsOf("grade"), MAIN, "grade", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, output: text.decode(stdout), errors: text.decode(stderr) };
}

/** The fields of a table's row, as far as they hold grades. */
function gradesIn(table: string, file: string): (string | undefined)[] {
  const [header, ...rows] = table.trimEnd().split("\n")
    .map((line) => line.split(","));
  const row = rows.find(([name]) => name === file);
  assert.ok(row, `${file} has no row in\n${table}`);
  return IDS.map((id) => row[header!.indexOf(id)]);
}

async function withFolder(
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-grade-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("grade tells right, wrong, open and damaged notebooks apart", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "ada"));
    await write(
      join(folder, "ada", "page.ipynb"),
      (id, source) => IDS.includes(id) ? sourceWith(id, "solution") : source,
    );
    await write(
      join(folder, "bob.ipynb"),
      (id, source) =>
        IDS.includes(id) ? sourceWith(id, "wrong answer 1") : source,
    );
    await write(join(folder, "eve.ipynb"), (_, source) => source);
    await write(
      join(folder, "zoe.ipynb"),
      (id, source) => id === IDS[0] ? "// too hard" : source,
    );
    await Deno.writeTextFile(join(folder, "=damaged.ipynb"), '{"cells": [');
    await Deno.mkdir(join(folder, ".ipynb_checkpoints"));
    await write(join(folder, ".ipynb_checkpoints", "old.ipynb"), (_, s) => s);
    const out = join(folder, "grades.csv");
    const { code, output, errors } = await grade(folder, `--out=${out}`);
    assert.deepEqual([code, output], [0, ""], errors);
    assert.match(errors, /^ada.page\.ipynb: 5 of \d right$/m);

    const table = await Deno.readTextFile(out);
    assert.deepEqual(
      gradesIn(table, join("ada", "page.ipynb")),
      Array(5).fill("right"),
    );
    assert.deepEqual(gradesIn(table, "bob.ipynb"), Array(5).fill("wrong"));
    assert.deepEqual(gradesIn(table, "eve.ipynb"), Array(5).fill("open"));
    assert.match(
      table,
      /^'=damaged\.ipynb,,.*,"damaged: SyntaxError: Cannot read ""=damaged.*$/m,
    );
    assert.deepEqual(gradesIn(table, "zoe.ipynb").slice(0, 2), [
      "missing",
      "open",
    ]);
    assert.equal(table.trimEnd().split("\n").length, 6);
  }));

Deno.test("grade: hostile cells get no right, and harm no other row", () =>
  withFolder(async (folder) => {
    const secret = join(folder, "secret.txt");
    await Deno.writeTextFile(secret, "secret");
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => {
        requests++;
        return new Response("");
      },
    );
    let requests = 0;
    const { port } = server.addr;
    /** Cells whose check would be right if the line before it were allowed. */
    const before = (...lines: string[]) => (id: string) => {
      const line = lines[IDS.indexOf(id)] ?? "";
      const source = sourceWith(id, "solution");
      const call = source.lastIndexOf("await check(");
      return `${source.slice(0, call)}\n${line}\n${source.slice(call)}`;
    };
    const files: Record<string, (id: string) => string> = {
      "a_loop": before(
        "for (;;);",
        "await Deno.exit(0);",
        "await new Promise(() => {});",
      ),
      "b_outside": before(
        `await Deno.readTextFile(${JSON.stringify(secret)});`,
        `await fetch("http://127.0.0.1:${port}/");`,
        `await import("http://127.0.0.1:${port}/x.ts");`,
        `new Deno.Command(${JSON.stringify(Deno.execPath())}).outputSync();`,
        `await Deno.writeTextFile(${JSON.stringify(secret)}, "");`,
      ),
      "c_memory": before(
        "const all = []; for (;;) all.push({ of: all });",
        "const all = []; for (;;) all.push(new Float64Array(2 ** 22).fill(1));",
        "Deno.env.toObject();",
        "Deno.dlopen('libc.so.6', {});",
        `await import(${
          JSON.stringify("file://" + secret)
        }, { with: { type: "text" } });`,
      ),
      "d_fake": (id) =>
        `// check("${id}", answer);
import { EXERCISES, results } from "./exercises/mod.ts";
results().push({ id: "${id}", status: "right", message: "" });
try { Object.assign(EXERCISES["${id}"], { check: () => undefined }); } catch {}
const fake = [{ id: "${id}", status: "right", message: "" }];
console.log("**Exercise ${id}**: ✓ right.\\n" + JSON.stringify({ results: fake }));
for (let i = 0; i < 1e4; i++) console.log("x".repeat(1000));`,
      "e_good": before(),
    };
    for (const [name, sourceOf] of Object.entries(files)) {
      await write(
        join(folder, `${name}.ipynb`),
        (id, source) => IDS.includes(id) ? sourceOf(id) : source,
      );
    }
    try {
      const { code, output, errors } = await grade(folder, "--seconds=5");
      assert.equal(code, 0, errors);
      const row = (name: string) => gradesIn(output, `${name}.ipynb`);
      assert.deepEqual(row("a_loop"), [
        "time limit",
        "error",
        "error",
        "right",
        "right",
      ]);
      assert.deepEqual(row("b_outside"), Array(5).fill("error"));
      for (const grade of row("c_memory")) {
        assert.match(grade!, /^(error|time limit)$/);
      }
      assert.deepEqual(row("d_fake"), Array(5).fill("error"));
      assert.deepEqual(row("e_good"), Array(5).fill("right"));
    } finally {
      await server.shutdown();
    }
    assert.equal(requests, 0);
    assert.equal(await Deno.readTextFile(secret), "secret");
  }));

Deno.test("a cell that cannot be run here is graded as the learner's kernel recorded it", () => {
  const recorded = (text: string): string =>
    recordedGrade([{
      output_type: "display_data",
      data: { "text/markdown": text },
      metadata: {},
    }]);
  assert.equal(recorded("**Exercise 5.1**: ✓ right."), "right");
  assert.equal(recorded("**Exercise 5.1**: ✗ not yet. No.\n\nHint 1"), "wrong");
  assert.equal(recorded("**Exercise 5.1** ●○○: not answered yet."), "open");
  assert.equal(recordedGrade([]), "not run");
});

Deno.test("grade says that a folder has no notebooks, or is none", () =>
  withFolder(async (folder) => {
    const { code, errors } = await grade(folder);
    assert.equal(code, 1);
    assert.match(
      errors,
      /^Cannot grade ".*": it must hold notebooks; found no/,
    );
    const missing = await grade(join(folder, "nowhere"));
    assert.equal(missing.code, 1);
    assert.match(missing.errors, /^NotFound: .*nowhere/);
  }));
