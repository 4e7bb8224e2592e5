import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { quizText } from "../../../notebooks/exercises/mod.ts";
import { reportPage } from "../../../tools/jupyter/page.ts";
import type { Notebook, Output } from "../../../tools/jupyter/notebook.ts";
import { code, nested, notebookOf, prose, shown } from "./_support.ts";

/** Texts that would run, or break the page, if they were taken for HTML. */
const INJECTIONS = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  "<script>x<img src=x onerror=alert(1) //",
  "<kbd>x<img src=x onerror=alert(1) //",
  "javascript:alert(1)",
  "<a href='javascript:alert(1)'>x</a>",
  "</style><script>alert(1)</script>",
  "</title></head><body onload=alert(1)>",
  "</pre></code><iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "&lt;script&gt; &amp; &#60;b&#62;",
  "\u202eright to left\u2066 isolated",
  "[CLS]<b>bold",
  "--><!-- <details ontoggle=alert(1) open>",
];

/** Markdown that would run as HTML, or as a link or a formula. */
const MARKDOWN_INJECTIONS = [
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt&colon;alert(1))",
  "<javascript:alert(1)>",
  '[x](https://a.example/"onmouseover="alert(1))',
  "[x](data:text/html,<script>alert(1)</script>)",
  '![" onerror="alert(1)](x.png)',
  '![x](data:image/png;base64,AAAA"onerror="alert(1))',
  "![x](data:text/html,<script>alert(1)</script>)",
  "$\\href{javascript:alert(1)}{x}$ and $\\htmlData{x=<script>}{y}$",
  "$<script>alert(1)</script>$",
  "```<script>alert(1)</script>\n</code><script>alert(2)</script>\n```",
  "`</code><script>alert(1)</script>`",
  "| <script>alert(1)</script> |\n|--|\n| <img src=x onerror=alert(1)> |",
  "# <script>alert(1)</script> `<img onerror=alert(1)>`",
];

const SUMMARY = { title: "Report", figures: [] };

function page(...notebooks: Notebook[]): string {
  const named = notebooks.map((notebook, i) => ({
    name: `0${i + 1}_part`,
    notebook,
  }));
  return reportPage(named, SUMMARY);
}

/** Asserts that nothing on the page can run or load. */
function assertHarmless(html: string, what: string): void {
  const { document } = parseHTML(html);
  assert.deepEqual(
    [...document.querySelectorAll(
      "script, iframe, object, embed, link, base, form",
    )].map(String),
    [],
    what,
  );
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      assert.ok(!/^on/i.test(name), `${what}: ${element.localName} ${name}`);
      if (["href", "src", "xlink:href"].includes(name)) {
        assert.match(value, /^(#|https:\/\/|data:image\/)/, what);
      }
    }
  }
}

Deno.test("fault 63: reportPage() shows text as text wherever it comes from", () => {
  for (const text of INJECTIONS) {
    const outputs: Output[] = [
      { "output_type": "stream", name: text, text },
      { "output_type": "error", ename: text, evalue: text, traceback: [text] },
      { "output_type": "error", ename: text, evalue: text, traceback: [] },
      ...shown({ "text/plain": text }).outputs,
      ...shown({ "image/png": text, "text/plain": text }).outputs,
      ...shown({ "image/svg+xml": text, "text/plain": text }).outputs,
      ...shown({ "text/markdown": text }).outputs,
      ...shown({ [text]: text }).outputs,
    ];
    const raw = { ...prose(text), "cell_type": "raw" as const };
    const notebook = notebookOf(raw, { ...code(text), outputs });
    const html = reportPage([{ name: text, notebook }], {
      title: text,
      figures: [{ label: text, value: text, note: text }],
    });
    assertHarmless(html, text);
    const { document } = parseHTML(html);
    const visible = (selector: string): string | null | undefined =>
      document.querySelector(selector)?.textContent;
    for (
      const place of [
        "title",
        "header h1",
        "dt",
        ".code code",
        ".stream",
        ".error",
      ]
    ) {
      assert.equal(visible(place), text, place);
    }
    assert.equal(document.querySelector("img")?.getAttribute("alt"), text);
  }
});

Deno.test("fault 63: reportPage() lets nothing in markdown run", () => {
  for (const source of [...INJECTIONS, ...MARKDOWN_INJECTIONS]) {
    assertHarmless(page(notebookOf(prose(source))), source);
    assertHarmless(
      page(notebookOf(prose(`# ${source}\n\n> - ${source}`))),
      source,
    );
  }
});

Deno.test("reportPage() keeps markdown's own entities, plain tags and comments' silence", () => {
  const { document } = parseHTML(page(notebookOf(
    prose("5 &lt; 6 & AT&T<br>H<sub>2</sub>O <!-- quiet --> <b>loud</b>"),
  )));
  const text = document.querySelector(".prose p")!;
  assert.equal(text.textContent, "5 < 6 & AT&TH2O  <b>loud</b>");
  assert.ok(text.querySelector("br") && text.querySelector("sub"));
});

Deno.test("reportPage() lists notebooks and headings, and every entry leads somewhere", () => {
  const { document } = parseHTML(page(
    notebookOf(
      prose("# Load\n\n## Same\n\n## Same\n\n### Deep"),
      prose("[on](02_part.ipynb)"),
    ),
    notebookOf(prose("# Train & test\n\n## Same\n\nSee [there](other.ipynb).")),
  ));
  const entries = [...document.querySelectorAll("nav ol a")];
  assert.deepEqual(
    entries.map(({ textContent }) => textContent),
    ["Load", "Same", "Same", "Train & test", "Same"],
  );
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, "ids differ");
  for (const link of document.querySelectorAll("a[href^='#']")) {
    assert.ok(
      ids.includes(link.getAttribute("href")!.slice(1)),
      link.outerHTML,
    );
  }
  assert.equal(
    document.querySelector(".prose a:not(.anchor)")?.getAttribute("href"),
    "#02-part",
  );
  assert.ok(
    !document.querySelector("a[href*='other']"),
    "no link that leads nowhere",
  );
});

Deno.test("reportPage() prefers a view, then a picture, then text", () => {
  const data = {
    "text/html": "<table><tr><td>view</td></tr></table>",
    "image/png": "AAAA",
    "text/plain": "plain",
  };
  const { "text/html": _, ...picture } = data;
  const { document } = parseHTML(page(notebookOf(
    shown(data),
    shown(picture),
    shown({
      "image/svg+xml": "<svg onload='alert(1)'/>",
      "text/plain": "drawing",
    }),
    shown({ "text/markdown": "**bold**" }),
    shown({ "application/json": { a: 1 } }),
  )));
  const outputs = [...document.querySelectorAll("div.output")];
  assert.deepEqual(
    outputs.map(({ firstElementChild }) => firstElementChild?.localName),
    ["table", "img", "img", "p", "pre"],
  );
  assert.equal(outputs[1]?.querySelector("img")?.getAttribute("alt"), "plain");
  assert.match(
    outputs[2]!.querySelector("img")!.getAttribute("src")!,
    /^data:image\/svg\+xml;base64,/,
  );
});

Deno.test("reportPage() shows a chart at half its pixels, a picture at the size it asks for", () => {
  // The header of a PNG of 1280 × 2 pixels: signature, length, IHDR, width.
  const header = [
    137,
    80,
    78,
    71,
    13,
    10,
    26,
    10,
    0,
    0,
    0,
    13,
    73,
    72,
    68,
    82,
    0,
    0,
    5,
    0,
    0,
    0,
    0,
    2,
  ];
  const png = Uint8Array.from(header).toBase64();
  const chart = shown({
    "image/png": png,
    "application/vnd.vegalite.v5+json": {},
  });
  const asked = shown({ "image/png": png });
  const [output] = asked.outputs;
  assert.ok(output?.output_type === "display_data");
  output.metadata = { "image/png": { width: 300 } };
  const { document } = parseHTML(
    page(notebookOf(chart, asked, shown({ "image/png": png }))),
  );
  const widths = [...document.querySelectorAll("img")].map((image) =>
    image.getAttribute("width")
  );
  assert.deepEqual(widths, ["640", "300", null]);
});

Deno.test("reportPage() sets formulas as MathML, and leaves prices alone", () => {
  const source =
    "Loss $-\\ln\\frac12$, from $5 to $6, \\$7.\n\n$$a^2 < b$$\n\nThen $$c$$ too.";
  const { document } = parseHTML(page(notebookOf(prose(source))));
  const formulas = [...document.querySelectorAll("math annotation")];
  assert.deepEqual(
    formulas.map(({ textContent }) => textContent),
    ["-\\ln\\frac12", "a^2 < b", "c"],
  );
  assert.match(
    document.querySelector(".prose p")!.textContent!,
    /from \$5 to \$6, \$7\.$/,
  );
});

Deno.test("reportPage() strips terminal codes and colours code", () => {
  const cell = code("const a = 1;");
  cell.outputs = [{
    "output_type": "stream",
    name: "stdout",
    text: "\x1b[31mred\x1b[0m\n",
  }];
  const { document } = parseHTML(page(notebookOf(cell)));
  assert.equal(document.querySelector(".stream")?.textContent, "red");
  assert.equal(document.querySelector(".hljs-keyword")?.textContent, "const");
});

Deno.test("reportPage() shows the last state of a progress bar", () => {
  const cell = code("train()");
  const texts: [printed: string, shown: string][] = [
    [" 0%|  |\r50%|# |\r100%|##|\ndone\n", "100%|##|\ndone"],
    ["12 of 20\r13/20\r", "13/20"],
    ["one\r\ntwo\r\n", "one\ntwo"],
    ["a long line\r\x1b[Kshort\n\r\nlast", "short\n\nlast"],
    ["\x1b[32m10%\x1b[0m\r\x1b[32m20%\x1b[0m\n", "20%"],
  ];
  cell.outputs = texts.map(([text], i) => ({
    "output_type": "stream",
    name: i % 2 === 0 ? "stdout" : "stderr",
    text,
  }));
  const { document } = parseHTML(page(notebookOf(cell)));
  assert.deepEqual(
    [...document.querySelectorAll(".stream")].map((each) => each.textContent),
    texts.map(([, shown]) => shown),
  );
});

Deno.test("reportPage() finds attached pictures by encoded names", () => {
  const files = ["two words.png", "100%.png", "größe.png", "a%20b.png"];
  const source = "![](attachment:two%20words.png) ![](<attachment:100%.png>) " +
    "![](attachment:gr%C3%B6%C3%9Fe.png) ![](attachment:a%20b.png)";
  const attachments = Object.fromEntries(
    files.map((file, i) => [file, { "image/png": `data${i}` }]),
  );
  const cell = { ...prose(source), attachments };
  const { document } = parseHTML(page(notebookOf(cell)));
  assert.deepEqual(
    [...document.querySelectorAll("img")].map((each) =>
      each.getAttribute("src")
    ),
    files.map((_, i) => `data:image/png;base64,data${i}`),
  );
});

Deno.test("fault 63: reportPage() loads nothing and says so to the browser", () => {
  const html = page(
    notebookOf(prose("![remote](https://a.example/x.png) # x")),
  );
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
  assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//);
  assert.doesNotMatch(html, /url\(|@import/);
});

Deno.test("fault 91: reportPage() refuses what is nested without end", () => {
  const deep = (piece: string, end = ""): string =>
    `${piece.repeat(20_000)}x${end.repeat(20_000)}`;
  const refused = [
    deep(">"),
    deep("> "),
    deep("- "),
    deep("1. "),
    deep("*", "*"),
    `$${deep("{", "}")}$`,
    `$${deep("x^{", "}")}$`,
    `$$${deep("\\left(", "\\right)")}$$`,
  ];
  for (const source of refused) {
    assert.throws(() => page(notebookOf(prose(source))), {
      name: "SyntaxError",
      message: /^Cannot show (markdown|a formula): .*; found "/,
    }, source.slice(0, 9));
  }
  const output = { "application/json": nested(20_000) };
  assert.throws(() => page(notebookOf(shown(output))), {
    name: "SyntaxError",
    message: 'Cannot show "01_part": it must be nested at most 100 deep',
  });
  const shownAll = ["[", "![", "<b>", "`", "~~a "].map((mark) => deep(mark));
  assertHarmless(page(notebookOf(...shownAll.map(prose))), "many marks");
  page(notebookOf(code("`${".repeat(20_000)), prose("- ".repeat(30) + "x")));
});

Deno.test("reportPage() leaves out guards and the clean-up, and asks to try exercises", () => {
  const hidden = { tags: ["guard"], jupyter: { source_hidden: true } };
  const warning = shown({ "text/markdown": "Not in this run: it falls." });
  const stub = shown({ "text/markdown": "not answered yet" });
  const html = page(notebookOf(
    { ...code("await guard(true);"), metadata: hidden },
    { ...warning, id: "warns", source: "guard(false)", metadata: hidden },
    {
      ...stub,
      id: "asks",
      source: "check()",
      metadata: { tags: ["exercise"] },
    },
    {
      cell_type: "raw",
      id: "frees",
      metadata: { tags: ["cleanup"] },
      source: "disposeAll()",
    },
  ));
  const { document } = parseHTML(html);
  assert.doesNotMatch(html, /guard|disposeAll|not answered/);
  const [warns, asks, ...more] = document.querySelectorAll(".cell");
  assert.equal(more.length, 0);
  assert.match(warns!.textContent, /^\s*Not in this run: it falls\.\s*$/);
  assert.match(asks!.textContent, /check\(\).*try it in the notebook/);
});

Deno.test("reportPage() shows a quiz as it is: folded, its code as code", () => {
  const text = quizText([{
    question: "What?",
    options: [{ text: "A `<b>` tag", reply: "No tag." }],
  }]);
  const { document } = parseHTML(
    page(notebookOf(shown({ "text/markdown": text }))),
  );
  const details = document.querySelector("details")!;
  assert.equal(details.querySelector("summary code")!.textContent, "<b>");
  assert.match(details.textContent, /No\. No tag\./);
});

Deno.test("reportPage() lets the keyboard scroll whatever may be wide", () => {
  const html = page(notebookOf(
    prose("| a |\n|--|\n| b |\n\n$$x$$\n\n```ts\n1;\n```"),
    {
      ...code("1;"),
      outputs: shown({ "text/html": "<table></table>" }).outputs,
    },
  ));
  const { document } = parseHTML(html);
  const wide = [...document.querySelectorAll("pre, .math, .scroll, .output")];
  assert.equal(wide.length, 5);
  assert.ok(wide.every((each) => each.getAttribute("tabindex") === "0"));
});
