import assert from "node:assert/strict";
import pl from "nodejs-polars";
import type { Broadcast } from "../../notebooks/support/display.ts";
import {
  markdown,
  mimeBundle,
  show,
  type View,
} from "../../notebooks/support/show.ts";
import { lossCurves } from "bertbook/views/charts.ts";
import { headView } from "bertbook/views/head_view.ts";

const chart = lossCurves([{
  epoch: 1,
  trainingLoss: 0.6,
  validationLoss: 0.5,
}]);
const frame = pl.DataFrame({
  label: Array.from({ length: 30 }, (_, i) => i % 2),
  sentence: Array.from({ length: 30 }, (_, i) => `<b>${i}</b>`),
});

/** A PNG file's first bytes, in base64. */
const PNG = /^iVBORw0KGgo/;

Deno.test("mimeBundle() offers every view in the formats that viewers need", async () => {
  const cases: [View, string[]][] = [
    ["plain <text>", ["text/plain"]],
    [markdown("**bold**"), ["text/markdown", "text/plain"]],
    [[{ a: 1 }], ["text/html", "text/plain"]],
    [[], ["text/html", "text/plain"]],
    [frame, ["text/html", "text/plain"]],
    [chart, [
      "application/vnd.vegalite.v5+json",
      "image/png",
      "text/plain",
    ]],
    [
      headView({ tokens: ["a"], attentions: [[[[1]]]] }),
      ["image/png", "text/html", "text/plain"],
    ],
  ];
  for (const [view, types] of cases) {
    const { data } = await mimeBundle(view);
    assert.deepEqual(Object.keys(data).sort(), types);
    assert.equal(typeof data["text/plain"], "string");
    assert.match(String(data["image/png"] ?? "iVBORw0KGgo"), PNG);
  }
});

Deno.test("mimeBundle() draws a chart or a view as SVG alone, and no table", async () => {
  for (
    const view of [chart, headView({ tokens: ["a"], attentions: [[[[1]]]] })]
  ) {
    const { data } = await mimeBundle(view, { format: "svg" });
    assert.deepEqual(Object.keys(data).sort(), ["image/svg+xml", "text/plain"]);
    const svg = String(data["image/svg+xml"]);
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  }
  await assert.rejects(mimeBundle([{ a: 1 }], { format: "svg" }), TypeError);
});

Deno.test("mimeBundle() says how large a picture stands on the page", async () => {
  const { data, metadata } = await mimeBundle(chart);
  const pixels = new DataView(
    Uint8Array.from(atob(String(data["image/png"])), (c) => c.charCodeAt(0))
      .buffer,
  );
  const { width, height } = metadata["image/png"] as Record<string, number>;
  assert.equal(pixels.getUint32(16), 2 * width!);
  assert.equal(pixels.getUint32(20), 2 * height!);
  assert.ok(width! > 560 && width! < 700);
});

Deno.test("mimeBundle() shows a frame's shape and first rows", async () => {
  const { data } = await mimeBundle(frame, {
    rows: 3,
    caption: "Training set",
  });
  const text = String(data["text/plain"]);
  assert.match(text, /^Training set \(30 rows × 2 columns, the first 3\)\n/);
  assert.equal(text.split("\n").length, 3 + 3);
  assert.match(String(data["text/html"]), /&lt;b&gt;2&lt;\/b&gt;/);
  const whole = await mimeBundle(frame.head(2));
  assert.match(String(whole.data["text/plain"]), /^2 rows × 2 columns\n/);
});

Deno.test("show() ends 20 ms after the output has left", async () => {
  const sent: unknown[] = [];
  let leftAt = 0;
  const broadcast: Broadcast = async (type, content) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    sent.push([type, content]);
    leftAt = performance.now();
  };
  await show("hello", { broadcast });
  assert.ok(performance.now() - leftAt >= 19);
  assert.deepEqual(sent, [["display_data", {
    data: { "text/plain": "hello" },
    metadata: {},
    transient: {},
  }]]);
});

Deno.test("show() does nothing where there is no kernel", async () => {
  await show([{ epoch: 1 }]);
});
