import assert from "node:assert/strict";
import { join } from "node:path";
import { type Cell, codeCells } from "../../../tools/jupyter/notebook.ts";
import { readNotebook } from "../../../tools/jupyter/notebook_file.ts";
import {
  type RunEvent,
  runNotebook,
} from "../../../tools/jupyter/run_notebook.ts";
import {
  code,
  notebookOf,
  prose,
  shown,
  textsOf,
  until,
  withNotebooks,
} from "./_support.ts";

Deno.test("runNotebook() runs all cells in the notebook's folder and writes it", async () => {
  const notebook = notebookOf(
    prose("# Title"),
    code("const a = 1;\nconsole.log(Deno.cwd(), Deno.env.get('COLOUR'))"),
    {
      ...shown({ "text/plain": "kept" }),
      metadata: { tags: ["skip-execution"] },
    },
    code("throw new RangeError('meant')", "raises-exception"),
    code("a + 1"),
  );
  await withNotebooks({ "a.ipynb": notebook }, async ([file], folder) => {
    const events: RunEvent[] = [], heard: number[] = [];
    const writeTo = join(folder, "b.ipynb");
    const { failure, seconds } = await runNotebook(file!, {
      env: { COLOUR: "red" },
      writeTo,
      onEvent: (event) => events.push(event),
      onOutput: (cell) => heard.push(cell),
    });
    assert.equal(failure, undefined);
    assert.ok(seconds > 0);
    const written = await readNotebook(writeTo);
    const cells = codeCells(written);
    assert.deepEqual(cells.map((cell) => cell.execution_count), [
      1,
      null,
      2,
      3,
    ]);
    assert.deepEqual(cells.map(({ outputs }) => textsOf(outputs)), [
      [`stdout: ${folder} red\n`],
      ["kept"],
      ["error: RangeError: meant"],
      ["2"],
    ]);
    const [result] = cells[3]!.outputs;
    assert.ok(result?.output_type === "execute_result");
    assert.equal(result.execution_count, 3);
    assert.deepEqual(
      events.map(({ cell, of, status }) => `${cell}/${of} ${status}`),
      [
        "1/4 running",
        "1/4 ok",
        "3/4 running",
        "3/4 error",
        "4/4 running",
        "4/4 ok",
      ],
    );
    assert.deepEqual(heard, [1, 3, 4]);
    assert.deepEqual(written.metadata["kernelspec"], {
      name: "bertbook",
      "display_name": "Deno (Bertbook)",
      language: "typescript",
    });
    const original = codeCells(await readNotebook(file!));
    assert.deepEqual(original[0]?.outputs, [], "the source file stays");
  });
});

Deno.test("runNotebook() stops at the first failure and clears what it did not reach", async () => {
  const notebook = notebookOf(
    code("1"),
    code("const b = ;"),
    shown({ "text/plain": "old" }),
  );
  await withNotebooks({ "a.ipynb": notebook }, async ([file]) => {
    const { failure } = await runNotebook(file!, { writeTo: file! });
    assert.equal(failure?.cell, 2);
    assert.equal(failure.source, "const b = ;");
    assert.match(failure.error.evalue, /^Expression expected/);
    const cells = codeCells(await readNotebook(file!));
    assert.deepEqual(cells.map((cell) => cell.execution_count), [1, 2, null]);
    assert.deepEqual(cells[2]?.outputs, []);
  });
});

Deno.test("runNotebook() ends a cell that takes too long, whatever its tags", async () => {
  const notebook = notebookOf(
    code("console.log('begun'); for (;;);", "raises-exception"),
    code("2"),
  );
  await withNotebooks({ "a.ipynb": notebook }, async ([file]) => {
    const { failure, notebook } = await runNotebook(file!, {
      cellTimeoutSeconds: 0.5,
    });
    assert.equal(failure?.cell, 1);
    assert.equal(failure.error.ename, "CellTimeoutError");
    const texts = codeCells(notebook).map(({ outputs }) => textsOf(outputs));
    assert.equal(texts[0]?.[0], "stdout: begun\n");
    assert.match(texts[0]?.[1] ?? "", /must end within 0\.5 s/);
    assert.deepEqual(texts[1], []);
  });
});

Deno.test("runNotebook() says that the kernel died, whatever the cell's tags", async () => {
  const notebook = notebookOf(
    code("Deno.exit(7)", "raises-exception"),
    code("2"),
  );
  await withNotebooks({ "a.ipynb": notebook }, async ([file]) => {
    const { failure } = await runNotebook(file!);
    assert.equal(failure?.error.ename, "KernelError");
    assert.match(failure.error.evalue, /ended with code 7/);
  });
});

for (
  const [kind, source] of [
    ["computes", "console.log('begun'); for (;;);"],
    ["awaits", "console.log('begun'); await new Promise(() => {});"],
  ] as const
) {
  Deno.test(`runNotebook() can be stopped while a cell ${kind}, and writes what was done`, async () => {
    const notebook = notebookOf(code("1"), code(source), code("3"));
    await withNotebooks({ "a.ipynb": notebook }, async ([file]) => {
      const stop = new AbortController();
      let begun = false;
      const running = runNotebook(file!, {
        writeTo: file!,
        signal: stop.signal,
        onOutput: (cell) => begun ||= cell === 2,
      });
      await until(() => begun);
      stop.abort();
      const { failure } = await running;
      assert.equal(failure?.cell, 2);
      const cells = codeCells(await readNotebook(file!));
      assert.deepEqual(textsOf(cells[0]!.outputs), ["1"]);
      assert.equal(textsOf(cells[1]!.outputs)[0], "stdout: begun\n");
      assert.equal(cells[1]!.outputs.length, 2);
      assert.equal(cells[2]!.execution_count, null);
    });
  });
}

Deno.test("runNotebook() runs two notebooks at once, each in its own kernel", async () => {
  const mine = (name: string): ReturnType<typeof notebookOf> =>
    notebookOf(
      code(`globalThis.owner = "${name}";`),
      code("await new Promise((resolve) => setTimeout(resolve, 200));"),
      code("console.log(globalThis.owner);"),
    );
  const both = { "a.ipynb": mine("a"), "b.ipynb": mine("b") };
  await withNotebooks(both, async (files) => {
    const results = await Promise.all(files.map((file) => runNotebook(file)));
    const texts = results.map(({ notebook }) =>
      textsOf(codeCells(notebook)[2]!.outputs)
    );
    assert.deepEqual(texts, [["stdout: a\n"], ["stdout: b\n"]]);
  });
});

Deno.test("fault 63: runNotebook() hides the project's folder in errors", async () => {
  const library = new URL(
    "../../../lib/views/attention/data.ts",
    import.meta.url,
  );
  const notebook = notebookOf(
    code(
      `const { requireIndex } = await import("${library}");\nrequireIndex("x", 1, 1)`,
    ),
  );
  await withNotebooks({ "a.ipynb": notebook }, async ([file]) => {
    const { failure } = await runNotebook(file!);
    const trace = failure!.error.traceback.join("\n");
    assert.match(trace, /RangeError: Cannot draw attention: x must be/);
    assert.match(trace, /[ (]lib\/views\/attention\/data\.ts/);
    assert.ok(!trace.includes("file:///"), trace);
  });
});

Deno.test("runNotebook() runs the raw clean-up cell last, and keeps none of it", async () => {
  const cleanup: Cell = {
    "cell_type": "raw",
    id: "cleanup",
    metadata: { tags: ["cleanup"] },
    source: "console.log(`freed ${held}`);",
  };
  const notebook = notebookOf(code("let held = 3;"), cleanup, code("held++;"));
  await withNotebooks({ "a.ipynb": notebook }, async ([file]) => {
    const { failure, cleanup, notebook } = await runNotebook(file!);
    assert.equal(failure, undefined);
    assert.deepEqual(textsOf(cleanup), ["stdout: freed 4\n"]);
    assert.deepEqual(notebook.cells.map((cell) => cell.cell_type), [
      "code",
      "raw",
      "code",
    ]);
    assert.ok(!("outputs" in notebook.cells[1]!));
  });
});

Deno.test("runNotebook() runs extra cells before the clean-up, and keeps none of them", async () => {
  const cleanup: Cell = {
    "cell_type": "raw",
    id: "cleanup",
    metadata: { tags: ["cleanup"] },
    source: "console.log(`freed ${held}`);",
  };
  const notebook = notebookOf(code("let held = 3;"), cleanup);
  const extraCells = [
    code("const twice = 2 * held;\ntwice"),
    code("throw new Error('wrong');", "raises-exception"),
    code("const twice = ++held;\nconsole.log(twice);"),
  ];
  await withNotebooks({ "a.ipynb": notebook }, async ([file]) => {
    const { failure, cleanup, notebook } = await runNotebook(file!, {
      extraCells,
      writeTo: file!,
    });
    assert.equal(failure, undefined);
    const shown = extraCells.map(({ outputs }) => textsOf(outputs).join());
    assert.match(shown[0]!, /6/);
    assert.match(shown[1]!, /wrong/);
    assert.deepEqual(shown[2], "stdout: 4\n");
    assert.deepEqual(textsOf(cleanup), ["stdout: freed 4\n"]);
    assert.equal(notebook.cells.length, 2);
    assert.deepEqual(await readNotebook(file!), notebook);
  });
});
