import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { checkNotebooks } from "../../../tools/jupyter/check_notebook.ts";
import { checkPage } from "../../../tools/jupyter/check_page.ts";
import { gatherCells } from "../../../tools/jupyter/check_notebook.ts";
import type { CodeCell } from "../../../tools/jupyter/notebook.ts";
import { formatNotebook } from "../../../tools/jupyter/notebook_file.ts";
import { code, notebookOf, prose, shown, withNotebooks } from "./_support.ts";

Deno.test("gatherCells() knows where each line of the module comes from", () => {
  const { code, places } = gatherCells(["a\nb", "", "c"]);
  assert.equal(code, "a\nb\nexport {};\n\nexport {};\nc\nexport {};\n");
  assert.deepEqual(
    places.map(({ cell, line }) => `${cell}:${line}`),
    ["1:1", "1:2", "1:2", "2:1", "2:1", "3:1", "3:1"],
  );
});

Deno.test("checkNotebooks() finds nothing in good notebooks and every fault in bad ones", async () => {
  const good = notebookOf(
    prose("# Good"),
    code(
      'import assert from "node:assert/strict";\nimport { own } from "./own.ts";',
    ),
    code("const answer = await Promise.resolve(own)\nconsole.log(answer)"),
    code("[answer].forEach((each) => assert.equal(each, 42));"),
    code("function double(x: number) {\n  return 2 * x;\n}\ndouble(answer)"),
  );
  const bad = notebookOf(
    code(
      'import { missing } from "./own.ts";\nimport { none } from "./none.ts";',
    ),
    prose("not counted"),
    code("const twice: string = 5;\n\nlet never = missing + none;"),
    code("const twice = 6;"),
    code("later(never);"),
    code("const later = (x: number) => x + twice;"),
  );
  const open = notebookOf(code("if (true) {"), code("}"));
  const notebooks = {
    "bad.ipynb": bad,
    "good.ipynb": good,
    "open.ipynb": open,
  };
  await withNotebooks(notebooks, async (files, folder) => {
    await Deno.writeTextFile(join(folder, "own.ts"), "export const own = 42;");
    await Deno.writeTextFile(join(folder, "deno.json"), "{}");
    const reports = await checkNotebooks(files);
    assert.deepEqual(
      reports.map(({ file }) => basename(file)),
      Object.keys(notebooks),
    );
    const [ofBad, ofGood, ofOpen] = reports.map(({ problems }) => problems);
    assert.deepEqual(ofGood, []);
    assert.equal(ofOpen?.length, 1);
    assert.match(ofOpen[0]!, /^code cell 1 line 1: /);
    const found = ofBad!.join("\n");
    for (
      const expected of [
        /code cell 1 line 1: .* no exported member 'missing'. \(TS2305\)/,
        /code cell 1 line 2: Cannot find module .*none\.ts.*TS2307/,
        /code cell 2 line 1: Type 'number' is not assignable to type 'string'. \(TS2322\)/,
        /code cell 2 line 1: Cannot redeclare block-scoped variable 'twice'. \(TS2451\)/,
        /code cell 2 line 3: .*\(prefer-const\)/,
        /code cell 3 line 1: Cannot redeclare block-scoped variable 'twice'. \(TS2451\)/,
        /code cell 4 line 1: .*'later' used before its declaration. \(TS2448\)/,
      ]
    ) assert.match(found, expected);
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(left, [
      "bad.ipynb",
      "deno.json",
      "good.ipynb",
      "open.ipynb",
      "own.ts",
    ]);
  });
});

Deno.test("checkNotebooks() reports a file that is no notebook, and one without ids", async () => {
  await withNotebooks(
    { "a.ipynb": notebookOf(prose("a")) },
    async (_, folder) => {
      const noJson = join(folder, "no_json.ipynb"),
        noIds = join(folder, "no_ids.ipynb");
      await Deno.writeTextFile(noJson, "{");
      const text = formatNotebook(notebookOf(prose("a")));
      await Deno.writeTextFile(noIds, text.replace(/ *"id": .*\n/, ""));
      const [first, second] = await checkNotebooks([noJson, noIds]);
      assert.match(first!.problems.join(), /^must be JSON: /);
      assert.deepEqual(second!.problems, ['cells[0] must have "id"']);
    },
  );
});

Deno.test("checkPage() accepts links, local pictures, words with slashes", () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg"><a href="https://a.example"/></svg>';
  const harmless = {
    "text/html": `<a href="https://a.example/x">x</a> ${svg} </table>`,
    "text/plain":
      "and/or train/tmp/x https://a.example/home/x 1/2 lib/model/bert.ts",
    "application/vnd.vegalite.v5+json": {
      $schema: "https://vega.github.io/schema/v5.json",
    },
    "image/png": "a/tmp/b",
  };
  assert.deepEqual(
    checkPage(notebookOf(prose("[x](https://a.example)"), shown(harmless))),
    [],
  );
});

Deno.test("fault 63: checkPage() refuses what is of this machine or comes from elsewhere", () => {
  const refused: [type: string, text: string, problem: string][] = [
    ["text/plain", "\x1b[31mred", "has terminal codes"],
    [
      "text/plain",
      "at /home/ada/x.ts:1",
      "path of this machine, /home/ada/x.ts:1",
    ],
    ["text/plain", "file:///x/y", "path of this machine, file:///x/y"],
    [
      "text/html",
      "<b>C:\\Users\\ada</b>",
      "path of this machine, C:\\Users\\ada",
    ],
    ["text/html", "<b>/root/x</b>", "path of this machine, /root/x"],
    ["text/html", '<script src="https://a.example/x.js">', "loads <script"],
    ["text/html", "<img alt='' src=//a.example/x.png>", "loads <img"],
    [
      "text/html",
      "<script>import('https://a.example')</script>",
      "loads import",
    ],
    [
      "text/html",
      "<style>a{background:url(http://a.example)}</style>",
      "loads url(",
    ],
    [
      "text/html",
      "<script>fetch(`https://a.example`)</script>",
      "loads fetch(",
    ],
    [
      "text/markdown",
      "![x](https://a.example/x.png)",
      "loads ![x](https://a.example/x.png",
    ],
    [
      "image/svg+xml",
      '<image href="https://a.example/x.png"/>',
      "loads <image",
    ],
  ];
  for (const [type, text, problem] of refused) {
    const [found = "", ...more] = checkPage(
      notebookOf(shown({ [type]: text })),
    );
    assert.deepEqual(more, []);
    assert.ok(found.startsWith(`code cell 1: output 1 (${type}) `), found);
    assert.ok(found.includes(problem), found);
  }
  const chart = {
    "application/vnd.vegalite.v5+json": { data: { url: "https://a.example" } },
  };
  assert.match(checkPage(notebookOf(shown(chart))).join(), /loads "url"/);
  const remote = prose("![x](https://a.example/x.png)");
  assert.match(
    checkPage(notebookOf(remote)).join(),
    /^markdown cell "c\d+": loads/,
  );
});

Deno.test("checkPage() holds cells to their length, order, success and kernel", () => {
  const long = code("\n".repeat(24) + "1\n");
  assert.deepEqual(checkPage(notebookOf(long)), []);
  long.source = "\n".repeat(25) + "1";
  assert.deepEqual(checkPage(notebookOf(long)), [
    "code cell 1: must have at most 25 lines: has 26",
  ]);
  const run = (count: number | null, ...tags: string[]): CodeCell => ({
    ...code("1", ...tags),
    "execution_count": count,
  });
  assert.deepEqual(
    checkPage(notebookOf(run(1), run(null, "skip-execution"), run(2))),
    [],
  );
  assert.deepEqual(checkPage(notebookOf(run(1), run(3), run(null))), [
    "execution counts must be 1 to 3 in order: found 1, 3, none",
  ]);
  const failed = run(1);
  failed.outputs = [{
    "output_type": "error",
    ename: "E",
    evalue: "",
    traceback: [],
  }];
  assert.deepEqual(checkPage(notebookOf(failed)), [
    "code cell 1: output 1 is an error, E",
  ]);
  failed.metadata.tags = ["raises-exception"];
  assert.deepEqual(checkPage(notebookOf(failed)), []);
  const forgotten = run(1);
  forgotten.outputs = [{
    "output_type": "execute_result",
    "execution_count": 1,
    data: { "text/plain": "4" },
    metadata: {},
  }];
  assert.deepEqual(checkPage(notebookOf(forgotten)), [
    "code cell 1: output 1 is the cell's value: show it, or nothing",
  ]);
  assert.deepEqual(checkPage({ ...notebookOf(), metadata: {} }), [
    'metadata.kernelspec.name must be "bertbook": found "undefined"',
  ]);
});
