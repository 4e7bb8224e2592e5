/** Runs a numbered notebook on a fresh kernel, as a reader would. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { readNotebook } from "../../tools/jupyter/notebook_file.ts";
import { checkPage } from "../../tools/jupyter/check_page.ts";
import {
  type CodeCell,
  codeCells,
  type Notebook,
  type Output,
} from "../../tools/jupyter/notebook.ts";
import { runNotebook } from "../../tools/jupyter/run_notebook.ts";
import { CONTRADICTED } from "../../notebooks/support/findings.ts";
import { validateNotebook } from "../../tools/jupyter/validate_notebook.ts";
import { RUNS_ALL } from "../_tiers.ts";
import { faultOf, trialsOf } from "./_exercises.ts";
import { NOTEBOOKS } from "./_pages.ts";

export { NOTEBOOKS };

/**
 * Runs a notebook on the embedded corpus and checks what every page promises; then
 * answers its exercises, right and wrong, in the same kernel.
 */
export async function run(
  name: string,
  out: string,
  env: Record<string, string> = {},
): Promise<Notebook> {
  const file = join(NOTEBOOKS, `${name}.ipynb`);
  const page = Number(name.slice(0, 2));
  const trials = await trialsOf(page, await readNotebook(file));
  const answers = trials.map(({ source }) => answerCell(source));
  const { notebook, failure, cleanup } = await runNotebook(
    file,
    {
      cellTimeoutSeconds: 600,
      extraCells: answers,
      env: {
        BERTBOOK_DATA: "embedded",
        BERTBOOK_MODE: "quick",
        BERTBOOK_SEED: "42",
        BERTBOOK_OUT: out,
        ...env,
      },
    },
  );
  assert.equal(
    failure,
    undefined,
    `cell ${failure?.cell}: ${failure?.error.evalue}\n${failure?.source}`,
  );
  assert.deepEqual(validateNotebook(notebook), []);
  assert.deepEqual(checkPage(notebook), []);
  if (env["BERTBOOK_MODEL"] !== "tiny") {
    assert.ok(!textOf(notebook).includes(CONTRADICTED), textOf(notebook));
  }
  if (cleanup.length > 0) {
    assert.match(cleanup.map(plainText).join("\n"), /Tensors left: 0$/m);
  }
  const faults = trials.map((trial, i) =>
    faultOf(trial, answers[i]!.outputs.map(plainText).join("\n"))
  );
  assert.deepEqual(faults.filter(Boolean), []);
  for (const cell of codeCells(notebook)) {
    // In a function, it shows something when that is called.
    assert.ok(
      !/^\S.*\bshow\(/m.test(cell.source) || cell.outputs.length > 0,
      `No output below:\n${cell.source}`,
    );
  }
  return notebook;
}

/**
 * A page as it must be. `test --all` runs it as a reader does; the quick tests run its
 * cells with the small model, whose weights are random, and return what is committed.
 */
export async function runOrSketch(
  name: string,
  out: string,
): Promise<Notebook> {
  if (RUNS_ALL) return await run(name, out);
  await run(name, out, { BERTBOOK_MODEL: "tiny" });
  const committed = await readNotebook(join(NOTEBOOKS, `${name}.ipynb`));
  assert.deepEqual(checkPage(committed), []);
  assert.ok(!textOf(committed).includes(CONTRADICTED));
  return committed;
}

/** A cell that answers an exercise; one that throws does not end the others. */
function answerCell(source: string): CodeCell {
  return {
    cell_type: "code",
    id: "answer",
    metadata: { tags: ["raises-exception"] },
    source,
    execution_count: null,
    outputs: [],
  };
}

/** All that a notebook shows, as text. */
export function textOf(notebook: Notebook): string {
  return codeCells(notebook).flatMap(({ outputs }) => outputs).map(plainText)
    .join("\n");
}

/**
 * A number in a text.
 *
 * @param text The text.
 * @param pattern Its first group is the number; it may have commas between thousands.
 */
export function numberAt(text: string, pattern: RegExp): number {
  const found = text.match(pattern);
  assert.ok(found, `${pattern} stands nowhere in\n${text}`);
  return Number(found[1]!.replaceAll(",", ""));
}

function plainText(output: Output): string {
  if (output.output_type === "stream") return output.text;
  if (output.output_type === "error") {
    return `${output.ename}: ${output.evalue}`;
  }
  return "data" in output ? String(output.data["text/plain"] ?? "") : "";
}

const pictures = ({ outputs }: CodeCell): number =>
  outputs.filter((output) => "data" in output && output.data["image/png"])
    .length;

/** How many pictures a notebook shows. */
export function numPictures(notebook: Notebook): number {
  return codeCells(notebook).map(pictures).reduce((a, b) => a + b, 0);
}
