import assert from "node:assert/strict";
import {
  formatNotebook,
  parseNotebook,
  writeNotebook,
} from "../../../tools/jupyter/notebook_file.ts";
import { validateNotebook } from "../../../tools/jupyter/validate_notebook.ts";
import { nested, notebookOf, shown } from "./_support.ts";
import { compareWithPython, mutations, outcomeOf } from "../../_mutations.ts";
import { freshSeed } from "../../_property.ts";
import mutated from "../../golden/mutations.json" with { type: "json" };
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

Deno.test("validateNotebook() accepts of 2,000 mutations what Python's nbformat does", () => {
  const read = (file: Uint8Array): string => {
    const problems = validateNotebook(
      JSON.parse(new TextDecoder().decode(file)),
    );
    if (problems.length > 0) throw new SyntaxError(problems.join());
    return "valid";
  };
  const counts = compareWithPython("notebook", mutated.notebook, read);
  assert.deepEqual(counts, { equal: 2000 });
});

Deno.test("what parseNotebook() reads of mutations it writes and reads again, new ones in test --all", () => {
  const { seed, count } = freshSeed(46, 200);
  let accepted = 0;
  for (const file of mutations("notebook", seed, count)) {
    const text = new TextDecoder().decode(file);
    const write = (text: string): string =>
      formatNotebook(parseNotebook(text, "a.ipynb"));
    const outcome = outcomeOf(() => write(text), file);
    if ("refusal" in outcome) {
      assert.match(outcome.refusal, /^Cannot read "a.ipynb" as a notebook: /);
      continue;
    }
    assert.equal(write(outcome.text), outcome.text, `seed ${seed}: ${text}`);
    accepted++;
  }
  assert.ok(accepted > count / 20, `${accepted} of ${count} accepted`);
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

Deno.test("parseNotebook() gives ids to cells without one, and to the second with the same", () => {
  const ids = ["cell-2", undefined, "a", "a", "", "b"];
  const cells = ids.map((id) => ({
    cell_type: "raw",
    metadata: {},
    source: "",
    ...id !== undefined && { id },
  }));
  const notebook = { cells, metadata: {}, nbformat: 4, "nbformat_minor": 5 };
  const read = parseNotebook(JSON.stringify(notebook), "a.ipynb");
  assert.deepEqual(
    read.cells.map(({ id }) => id),
    ["cell-2", "cell-2-b", "a", "cell-4", "cell-5", "b"],
  );
});

Deno.test("parseNotebook() says why a file is no notebook", () => {
  assert.throws(() => parseNotebook("{", "a.ipynb"), {
    name: "SyntaxError",
    message: /^Cannot read "a\.ipynb" as a notebook: it must be JSON; found/,
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
      '{"nbformat":4,"nbformat_minor":2,"metadata":{},"cells":["code"]}',
      '{"nbformat":4,"nbformat_minor":["2"],"metadata":{},"cells":[]}',
    ]
  ) {
    assert.throws(
      () => parseNotebook(text, "a.ipynb"),
      { name: "SyntaxError" },
      text,
    );
  }
});

Deno.test("fault 91: a notebook nested without end is neither read nor written", async () => {
  const data = { "application/json": nested(20_000) };
  await assert.rejects(writeNotebook("deep.ipynb", notebookOf(shown(data))), {
    name: "TypeError",
    message: /^Cannot write "deep.ipynb" .*; found nesting deeper than 100$/,
  });
  const deep = "[".repeat(20_000) + "]".repeat(20_000);
  for (const text of [deep, `{"metadata":{"a":${deep}}}`]) {
    assert.throws(() => parseNotebook(text, "deep.ipynb"), {
      name: "SyntaxError",
      message: /^Cannot read "deep.ipynb" .* must be nested at most 100 deep$/,
    });
  }
});

Deno.test("fault 85: a name with an escape in a notebook keeps its spelling", () => {
  JSON.parse('{"x":1,"\\\\":1}');
  const text = '{"cells":[],"metadata":{"x":1,"\\u00e9":1},' +
    '"nbformat":4,"nbformat_minor":5}';
  assert.deepEqual(parseNotebook(text, "a.ipynb").metadata, { x: 1, é: 1 });
});
