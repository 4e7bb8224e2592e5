import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { escapeHtml, scriptJson } from "bertbook/views/escape.ts";
import { cutColumns, padColumns, table } from "bertbook/views/table.ts";
import { INJECTIONS } from "./_samples.ts";

const parse = (html: string): Document =>
  parseHTML(`<html><body>${html}</body></html>`).document as never;

Deno.test("table() sets numbers to the right with equal decimals", () => {
  const { text, html } = table([
    { epoch: 1, loss: 0.5, note: "first" },
    { epoch: 12, loss: 0.25 },
  ], { caption: "Training" });
  assert.equal(
    text,
    [
      "Training",
      "epoch    loss  note",
      "-----  ------  -----",
      "    1  0.5000  first",
      "   12  0.2500",
    ].join("\n"),
  );
  const cells = [...parse(html).querySelectorAll("tbody td")];
  assert.deepEqual(cells.map((cell) => cell.textContent), [
    "1",
    "0.5000",
    "first",
    "12",
    "0.2500",
    "",
  ]);
  const aligned = cells.map((cell) =>
    cell.getAttribute("style")!.match(/text-align: (\w+)/)![1]
  );
  assert.deepEqual(aligned.slice(0, 3), ["right", "right", "left"]);
});

Deno.test("table() shows small, large, missing and odd values", () => {
  const cellsOf = (values: unknown[]): string[] =>
    [
      ...parse(table(values.map((value) => ({ value }))).html)
        .querySelectorAll("td"),
    ].map((cell) => cell.textContent!);
  assert.deepEqual(cellsOf([2e-5, 0.5]), ["0.00002", "0.5000"]);
  assert.deepEqual(cellsOf([8551, 2]), ["8551", "2"]);
  assert.deepEqual(cellsOf([12n, null, undefined]), ["12", "null", ""]);
  assert.deepEqual(cellsOf([NaN, 1.5]), ["NaN", "1.5000"]);
  assert.deepEqual(cellsOf([[1n, "a"], true]), ['["1","a"]', "true"]);
});

Deno.test("table() says when there is no row", () => {
  assert.equal(table([], { caption: "Errors" }).text, "Errors: no rows");
});

Deno.test("fault 63: table() lets no text become markup", () => {
  const rows = INJECTIONS.map((text) => ({ [text]: text }));
  const { html, text } = table(rows, { caption: INJECTIONS.join(" ") });
  const page = parse(html);
  const tags = new Set(
    [...page.body.querySelectorAll("*")].map((node) => node.localName),
  );
  assert.deepEqual(
    [...tags].sort(),
    ["caption", "table", "tbody", "td", "th", "thead", "tr"],
  );
  const heads = [...page.querySelectorAll("th")].map((th) => th.textContent);
  assert.deepEqual(heads, INJECTIONS);
  const filled = [...page.querySelectorAll("td")].map((td) => td.textContent)
    .filter((cell) => cell !== "");
  assert.deepEqual(filled, INJECTIONS);
  assert.equal(
    page.querySelector("caption")!.textContent,
    INJECTIONS.join(" "),
  );
  assert.equal(text.split("\n").length, 3 + rows.length);
  assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069\u2028]/);
});

Deno.test("padColumns() and cutColumns() count wide letters twice, marks never", () => {
  const widths = {
    "": 0,
    "abc": 3,
    "日本語": 6,
    "e\u0301": 1,
    "🙂": 2,
    "ｱ": 1,
    "한": 2,
  };
  for (const [text, width] of Object.entries(widths)) {
    assert.equal(padColumns(text, 6), text + " ".repeat(6 - width), text);
  }
  assert.equal(padColumns("日本", 6, "right"), "  日本");
  assert.equal(cutColumns("日本語", 5), "日本…");
  assert.equal(cutColumns("日本語", 6), "日本語");
});

Deno.test("fault 63: escapeHtml() is read back by a parser, in content and attribute", () => {
  for (const text of INJECTIONS) {
    const node = parse(`<p title="${escapeHtml(text)}">${escapeHtml(text)}</p>`)
      .querySelector("p")!;
    assert.equal(node.textContent, text);
    assert.equal(node.getAttribute("title"), text);
  }
  assert.equal(escapeHtml("\u0000\ud83d"), "\ufffd\ufffd");
});

Deno.test("fault 63: scriptJson() cannot end its script and means the same", () => {
  const json = scriptJson(INJECTIONS);
  assert.doesNotMatch(json, /[<>&\u2028\u2029]/);
  assert.deepEqual(JSON.parse(json), INJECTIONS);
});

Deno.test("table() sets numbers that are text to the right, too", () => {
  const { text } = table([
    { score: "0.7", share: "98.6 %", name: "a" },
    { score: "−10.25", share: "3 %", name: "2 b" },
  ]);
  assert.equal(
    text,
    " score   share  name\n------  ------  ----\n" +
      "   0.7  98.6 %  a\n−10.25     3 %  2 b",
  );
});

Deno.test("table() groups the digits of a column with large numbers", () => {
  const rows = [{ parameters: 22682880, id: 30521 }, { parameters: -1, id: 7 }];
  assert.match(table(rows).text, /22,682,880 {2}30521\n +-1 {6}7/);
  const decimals = [{ steps: 123456.25 }, { steps: 1000 }, { steps: NaN }];
  assert.match(table(decimals).text, /123,456\.3\n +1,000\.0\n +NaN/);
});
