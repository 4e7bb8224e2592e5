import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { headView } from "bertbook/views/attention/head_view.ts";
import { packAttention } from "bertbook/views/attention/data.ts";
import { gatherLines, unpackWeights } from "bertbook/views/attention/lines.ts";
import { pngSize, rasterize } from "bertbook/views/picture.ts";
import { parse } from "../_markup.ts";
import { repeatLayer, sampleAttention, samplePair } from "../_samples.ts";

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
      attentions: repeatLayer(sampleAttention(1, 12, numTokens), 12),
    });
    assert.ok(html.length < limit, `${html.length} bytes`);
    const { width, height } = pngSize(await rasterize(svg, { scale: 1 }));
    assert.ok(width < 700 && height < 100 + 21 * numTokens);
  }
});

Deno.test("headView() stresses the lines of one token over all others", () => {
  // Three tokens, all of which look at the first; the last looks at the second, too.
  const head = [[1, 0, 0], [1, 0, 0], [0.7, 0.3, 0]];
  const { svg } = headView(
    { tokens: ["[CLS]", "dog", "him"], attentions: [[head]] },
    { query: 2 },
  );
  const { document } = parseHTML(svg);
  const lines = [...document.querySelectorAll("path")].map((path) => ({
    ends: path.getAttribute("d")!.split("M").length - 1,
    opacity: Number(path.getAttribute("stroke-opacity")),
    width: Number(path.getAttribute("stroke-width")),
  }));
  const [faint, ...stressed] = lines;
  assert.equal(faint!.ends, 2);
  assert.ok(faint!.opacity < 0.25 && faint!.width === 2);
  assert.equal(stressed.length, 2);
  for (const { opacity, width } of stressed) {
    assert.ok(opacity > 0.8 && width > 2);
  }
  assert.ok(stressed[1]!.width > stressed[0]!.width);
  const bold = [...document.querySelectorAll("text[font-weight]")]
    .map((node) => node.textContent);
  assert.deepEqual(bold, [
    "Layer 0 · lines of “him”",
    "him",
    "[CLS] 0.70",
    "dog 0.30",
  ]);
});

Deno.test("headView() refuses what does not fit together", () => {
  const input = samplePair(2, 2);
  const cases: [() => unknown, RegExp][] = [
    [() => headView(input, { query: 20 }), /query must.*0 to 19.*found 20/],
    [() => headView(input, { layer: 2 }), /layer must be.*0 to 1.*found 2/],
    [
      () => headView(input, { heads: [0.5] }),
      /head must be.*0 to 1.*found 0\.5/,
    ],
    [
      () => headView({ ...input, tokenTypeIds: [0] }),
      /20 tokens, 1 token type ids/,
    ],
    [
      () => headView({ ...input, tokens: ["a"], tokenTypeIds: [0] }),
      /1 rows in layer 0, head 0; found 20/,
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
