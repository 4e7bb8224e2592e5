import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { headView } from "bertbook/views/head_view.ts";
import { packAttention } from "bertbook/views/attention/data.ts";
import { gatherLines, unpackWeights } from "bertbook/views/attention/lines.ts";
import { pngSize, rasterize } from "bertbook/views/picture.ts";
import { INJECTIONS, sampleAttention, samplePair } from "./_samples.ts";

const parse = (html: string): Document =>
  parseHTML(`<html><body>${html}</body></html>`).document as never;

/** Markup that could run something, reach the network, or leave the view. */
function foreignMarkup(page: Document): string[] {
  const known = ["div", "p", "img", "details", "summary", "table", "thead"]
    .concat("tbody", "tr", "th", "td", "script");
  return [...page.body.querySelectorAll("*")].flatMap((node) => [
    ...(known.includes(node.localName) ? [] : [node.localName]),
    ...node.getAttributeNames().filter((name) =>
      name.startsWith("on") || name === "href" || name === "srcdoc" ||
      name === "src" &&
        !node.getAttribute(name)!.startsWith("data:image/svg+xml;base64,")
    ),
  ]);
}

Deno.test("headView() lets no token become markup", () => {
  const { html, svg, text } = headView({
    tokens: INJECTIONS,
    attentions: sampleAttention(2, 2, INJECTIONS.length),
    title: INJECTIONS.join(" "),
  });
  const page = parse(html);
  assert.deepEqual(foreignMarkup(page), []);
  const evil = parse("<p><b onclick=x>x</b><img src=x></p>");
  assert.deepEqual(foreignMarkup(evil), ["b", "onclick", "src"]);
  const scripts = [...page.querySelectorAll("script")];
  assert.equal(scripts.length, 2);
  const data = JSON.parse(scripts[0]!.textContent!);
  assert.deepEqual(data.tokens, INJECTIONS);
  assert.equal(data.title, INJECTIONS.join(" "));
  const names = [...page.querySelectorAll("tbody th")].map((th) =>
    th.textContent
  );
  assert.deepEqual(names, INJECTIONS.map((token, i) => `${i} ${token}`));

  const drawn = parseHTML(svg).document;
  assert.deepEqual(
    [...new Set([...drawn.querySelectorAll("*")].map((n) => n.localName))]
      .sort(),
    ["g", "path", "rect", "svg", "text"],
  );
  const words = [...drawn.querySelectorAll("text")].map((n) => n.textContent);
  for (const token of INJECTIONS) assert.ok(words.includes(token), token);
  assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069\u2028]/);
});

Deno.test("headView() asks nothing of the network", () => {
  const { html } = headView(samplePair(2, 2));
  const addresses = html.match(/(?:https?:)?\/\/[\w.-]+\.\w+[^"'\s]*/g);
  assert.deepEqual([...new Set(addresses)], ["http://www.w3.org/2000/svg"]);
  assert.doesNotMatch(html, /\b(?:eval|Function|import|fetch)\(/);
});

Deno.test("headView() gives the same view the same id, another another", () => {
  const idOf = (html: string): string => html.match(/id="([^"]+)"/)![1]!;
  const first = headView(samplePair(2, 2)).html;
  assert.equal(headView(samplePair(2, 2)).html, first);
  const second = headView(samplePair(2, 2), { layer: 1 }).html;
  assert.notEqual(idOf(second), idOf(first));
});

Deno.test("packAttention() keeps every weight to within half a byte", () => {
  const input = samplePair(3, 4);
  const weightOf = unpackWeights(packAttention(input));
  let worst = 0;
  input.attentions.forEach((layer, l) =>
    layer.forEach((head, h) =>
      head.forEach((row, q) =>
        row.forEach((weight, k) => {
          worst = Math.max(worst, Math.abs(weightOf(l, h, q, k) - weight));
        })
      )
    )
  );
  assert.ok(worst <= 0.5 / 255 + 1e-9, `worst ${worst}`);
  assert.ok(worst > 0.001);
});

Deno.test("gatherLines() draws each link at its weight's opacity", () => {
  const weights = [[0.04, 0.96], [1, 0]];
  const groups = gatherLines(
    [0, 1],
    [0, 1],
    (query, key) => weights[query]![key]!,
    { width: 100, rowHeight: 20, least: 0.01 },
  );
  assert.deepEqual(groups.map(({ path }) => path), [
    "M0 10L100 10",
    "M0 10L100 30M0 30L100 10", // 0.96 and 1 share a level
  ]);
  assert.ok(Math.abs(groups[0]!.opacity - 0.04) < 0.01);
  assert.equal(groups[1]!.opacity, 1);
});

Deno.test("headView() lists the strongest link of each token", () => {
  const { html, text } = headView({
    tokens: ["a", "b"],
    attentions: [[[[0.2, 0.8], [1, 0]], [[0.6, 0.4], [0, 1]]]],
  }, { heads: [0, 1] });
  const cells = [...parse(html).querySelectorAll("td")].map((td) =>
    td.textContent
  );
  assert.deepEqual(cells, ["b 0.80", "a 0.60", "a 1.00", "b 1.00"]);
  // Means over both heads: a looks at b with (0.8 + 0.4) / 2.
  assert.match(text, /a +b \(1\) 0\.60, a \(0\) 0\.40/);
});

Deno.test("headView() of 12 × 12 heads stays small", async () => {
  for (const [numTokens, limit] of [[64, 1.5e6], [128, 5e6]] as const) {
    const { html, svg } = headView({
      tokens: Array.from({ length: numTokens }, (_, i) => `token${i}`),
      attentions: sampleAttention(12, 12, numTokens),
    });
    assert.ok(html.length < limit, `${html.length} bytes`);
    const { width, height } = pngSize(await rasterize(svg, { scale: 1 }));
    assert.ok(width < 700 && height < 100 + 21 * numTokens);
  }
});

Deno.test("headView() refuses what does not fit together", () => {
  const input = samplePair(2, 2);
  const cases: [() => unknown, RegExp][] = [
    [() => headView(input, { layer: 2 }), /layer must be.*0 to 1.*is 2/],
    [() => headView(input, { heads: [0.5] }), /head must be.*0 to 1.*is 0\.5/],
    [
      () => headView({ ...input, segments: [0] }),
      /20 tokens, 1 segments/,
    ],
    [
      () => headView({ ...input, tokens: ["a"], segments: [0] }),
      /layer 0, head 0 has 20 rows, expected 1/,
    ],
    [
      () => headView({ tokens: ["a"], attentions: [[[[NaN]]]] }),
      /found NaN in layer 0, head 0/,
    ],
  ];
  for (const [run, message] of cases) {
    assert.throws(run, { name: "RangeError", message });
  }
});

Deno.test("headView() tells its story without a script or a style sheet", () => {
  const { html } = headView(samplePair(3, 2), { layer: 2 });
  const still = html.replace(/<script[\s\S]*?<\/script>/g, "");
  assert.match(still, /<img alt="Two sentences Attention of layer 2/);
  assert.match(still, /<td[^>]*>[^<]+ 0\.\d\d<\/td>/);
  assert.ok(!still.includes("<style"));
});
