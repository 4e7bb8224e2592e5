/** The shape of the pages, and that no term is used before it is explained. */

// deno-lint-ignore-file camelcase -- the notebook format's own names

import assert from "node:assert/strict";
import { join } from "node:path";
import { checkShape } from "../../tools/jupyter/check_page.ts";
import type { Cell, CodeCell, Notebook } from "../../tools/jupyter/notebook.ts";
import { PROJECT } from "../../tools/shell/project.ts";
import { firstUses, markdownOf, TERMS } from "./_terms.ts";
import { PAGES } from "./_pages.ts";

const GLOSSARY = Deno.readTextFileSync(join(PROJECT, "docs/GLOSSARY.md"));

const ANCHORS = [...GLOSSARY.matchAll(/<a id="([^"]+)"><\/a>/g)]
  .map(([, anchor]) => anchor!);

for (const { name, notebook } of PAGES) {
  Deno.test(`${name} has the shape of a page`, () => {
    assert.deepEqual(checkShape(notebook), []);
  });
}

Deno.test("a page that is long, code alone and has no exercises is refused", () => {
  const code = (i: number): CodeCell => ({
    cell_type: "code",
    id: `code-${i}`,
    metadata: {},
    source: "1;\n".repeat(7),
    execution_count: null,
    outputs: [],
  });
  const prose = (id: string, source: string): Cell => ({
    cell_type: "markdown",
    id,
    metadata: {},
    source,
  });
  const page = (...cells: Cell[]): Notebook => ({
    cells,
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });
  assert.deepEqual(checkShape(page(code(1))), [
    'must have a heading "## Exercises": has none',
  ]);
  const long = "word [link](https://not.counted) `code` ".repeat(501);
  assert.deepEqual(
    checkShape(page(
      prose("long", long),
      ...Array.from({ length: 45 }, (_, i) => code(i)),
      prose("end", "## Exercises"),
    )),
    [
      "must have at most 45 cells before its exercises: has 46",
      "must have at most 1500 words before its exercises: has 1503",
      "must have code cells of at most 6 lines in the median: has 7",
      "must have as many prose cells as code cells: has 1 and 45",
      "must have 4 to 6 exercises: has 0",
      "must have a quiz: has none",
      'must have a raw cell tagged "cleanup": has none',
    ],
  );
});

Deno.test("each section of a page begins a slide, and exercises are on none", () => {
  const typeOf = ({ metadata }: Cell): unknown =>
    (metadata["slideshow"] as { slide_type?: string } | undefined)?.slide_type;
  for (const { name, notebook: { cells } } of PAGES) {
    const end = cells.findIndex(({ source }) => /^## Exercises/m.test(source));
    for (const [i, cell] of cells.entries()) {
      if (cell.cell_type !== "markdown") continue;
      const isSection = /^##? /m.test(cell.source);
      const expected = i >= end ? "skip" : isSection ? "slide" : "subslide";
      assert.equal(typeOf(cell), expected, `${name}: ${cell.id}`);
    }
  }
});

Deno.test("each term of the glossary has one anchor", () => {
  assert.equal(new Set(ANCHORS).size, ANCHORS.length);
  const missing = TERMS.filter(({ anchor }) => !ANCHORS.includes(anchor));
  assert.deepEqual(missing, []);
});

Deno.test("every link to the glossary leads to a term", () => {
  const wrong = PAGES.flatMap(({ name, notebook }) =>
    [...markdownOf(notebook).matchAll(/GLOSSARY\.md(?:#([\w-]*))?\)/g)]
      .filter(([, anchor]) => anchor !== undefined && !ANCHORS.includes(anchor))
      .map(([, anchor]) => `${name}: #${anchor}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("a term is explained or linked where a reader first meets it", () => {
  const wrong = firstUses(PAGES).filter(({ isExplained }) => !isExplained)
    .map(({ term, page, place }) => `${page.name}: "${term}" in "…${place}…"`);
  assert.deepEqual(wrong, []);
});

Deno.test("a term counts as explained in a link, in emphasis, and nowhere else", () => {
  const met = (text: string): boolean => {
    const notebook: Notebook = {
      cells: [{ cell_type: "markdown", id: "a", metadata: {}, source: text }],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    };
    const page = { number: 1, name: "01", notebook };
    const [use, ...more] = firstUses([page]);
    assert.equal(more.length, 0, text);
    return use!.isExplained;
  };
  assert.ok(met("The [logits](../docs/GLOSSARY.md#logits) are scores."));
  assert.ok(met("Scores, the _logits_; later logits."));
  assert.ok(met("## Which logits?\n\n`logits`: **logits** are scores."));
  assert.ok(met("The _Matthews correlation_ (MCC) is 0."));
  assert.ok(!met("The logits are _scores_."));
  assert.ok(!met("The [logits](https://example.org) are scores."));
  assert.ok(!met("A logit, then the _logits_."));
});

Deno.test("the glossary names the notebook in which a term is first met", () => {
  const wrong = firstUses(PAGES).flatMap(({ term, page, anchor }) => {
    const row = GLOSSARY.split("\n").find((line) =>
      line.includes(`<a id="${anchor}">`)
    )!;
    const stated = Number(row.split(" | ")[2]!.trim());
    const isLater = stated > page.number;
    return isLater ? [`${term}: ${stated}, but ${page.name} has it`] : [];
  });
  assert.deepEqual(wrong, []);
});
