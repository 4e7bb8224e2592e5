import assert from "node:assert/strict";
import {
  formatNotebook,
  parseNotebook,
} from "../../../tools/jupyter/notebook_file.ts";
import { validateNotebook } from "../../../tools/jupyter/validate_notebook.ts";
import golden from "../../golden/notebook_file.json" with { type: "json" };

type Json = Record<string | number, unknown>;

/** The golden notebook with one value changed, or taken away. */
function changed(
  change: { path: (string | number)[]; value?: unknown },
): unknown {
  const { path } = change;
  const last = path.at(-1);
  if (last === undefined) return change.value;
  const notebook = structuredClone(golden.notebook);
  const place = path.slice(0, -1).reduce(
    (value: Json, key) => value[key] as Json,
    notebook as unknown as Json,
  );
  if ("value" in change) place[last] = change.value;
  else delete place[last];
  return notebook;
}

Deno.test("formatNotebook() writes the bytes that Python's nbformat writes", () => {
  const notebook = parseNotebook(
    JSON.stringify(golden.notebook),
    "golden.ipynb",
  );
  assert.equal(formatNotebook(notebook), golden.written);
});

Deno.test("formatNotebook() and parseNotebook() undo each other", () => {
  const notebook = parseNotebook(golden.written, "golden.ipynb");
  assert.equal(formatNotebook(notebook), golden.written);
  assert.equal(notebook.cells[2]?.source, "const a = 1;\na");
});

Deno.test("validateNotebook() accepts what Python's nbformat accepts, and no more", () => {
  assert.deepEqual(validateNotebook(golden.notebook), []);
  assert.ok(golden.changes.length > 80);
  for (const change of golden.changes) {
    const problems = validateNotebook(changed(change));
    const what = JSON.stringify(change);
    assert.equal(problems.length === 0, change.valid, `${what}: ${problems}`);
  }
});

Deno.test("validateNotebook() names the place and what stands there", () => {
  const problemsOf = (path: (string | number)[], value: unknown): string[] =>
    validateNotebook(changed({ path, value }));
  assert.deepEqual(problemsOf(["cells", 2, "outputs", 0, "text"], 5), [
    "cells[2].outputs[0].text must be string or must be array; found 5",
  ]);
  assert.deepEqual(problemsOf(["cells", 1, "id"], "a"), [
    'cells[1].id must be unique; found "a" in cells[0] too',
  ]);
  assert.deepEqual(problemsOf(["cells", 0, "cell_type"], "heading"), [
    'cells[0] must have a known cell_type; found "heading"',
  ]);
});

Deno.test("parseNotebook() gives ids to the cells of an older notebook", () => {
  const cells = [1, 2].map(() => ({
    cell_type: "raw",
    metadata: {},
    source: ["a\n", "b"],
  }));
  const old = { cells, metadata: {}, nbformat: 4, "nbformat_minor": 2 };
  const notebook = parseNotebook(JSON.stringify(old), "old.ipynb");
  assert.deepEqual(notebook.cells.map(({ id }) => id), ["cell-1", "cell-2"]);
  assert.equal(notebook.cells[0]?.source, "a\nb");
  assert.deepEqual(validateNotebook(notebook), []);
});

Deno.test("parseNotebook() says why a file is no notebook", () => {
  assert.throws(() => parseNotebook("{", "a.ipynb"), {
    name: "SyntaxError",
    message:
      /^Cannot read "a\.ipynb" as a notebook: its format must be 4\.5; found no JSON/,
  });
  assert.throws(() => parseNotebook('{"nbformat": 3}', "a.ipynb"), {
    name: "SyntaxError",
    message: /notebook must have "metadata" and /,
  });
  for (
    const text of [
      "null",
      "[]",
      "5",
      '{"nbformat":4,"nbformat_minor":2,"cells":[null]}',
      '{"nbformat":4,"nbformat_minor":2,"cells":5}',
    ]
  ) {
    assert.throws(
      () => parseNotebook(text, "a.ipynb"),
      { name: "SyntaxError" },
      text,
    );
  }
});
