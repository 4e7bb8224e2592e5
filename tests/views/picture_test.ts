import assert from "node:assert/strict";
import { lossCurves } from "bertbook/views/charts/training.ts";
import { readFontMetrics } from "bertbook/views/font.ts";
import {
  pngSize,
  rasterize,
  renderPng,
  renderSvg,
} from "bertbook/views/picture.ts";

const chart = lossCurves([{
  epoch: 1,
  trainingLoss: 0.6,
  validationLoss: 0.5,
}]);

function drawing(font: string, text = "Attention"): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40">` +
    `<text x="5" y="25" font-size="16" font-family="${font}">${text}</text></svg>`;
}

Deno.test("renderPng() draws the chart's SVG at the asked scale", async () => {
  const svg = await renderSvg(chart);
  const [, width, height] = svg.match(/width="(\d+)" height="(\d+)"/)!;
  for (const scale of [1, 2, 3]) {
    const size = pngSize(await renderPng(chart, { scale }));
    assert.deepEqual(size, {
      width: scale * Number(width),
      height: scale * Number(height),
    });
  }
});

Deno.test("rasterize() takes no font but ours", async () => {
  const ours = await rasterize(drawing("DejaVu Sans"));
  for (const font of ["serif", "Liberation Sans", "No Such Font"]) {
    assert.deepEqual(await rasterize(drawing(font)), ours, font);
  }
  assert.notDeepEqual(
    await rasterize(drawing("DejaVu Sans", "attention")),
    ours,
  );
});

Deno.test("renderPng() draws the same picture twice", async () => {
  assert.deepEqual(await renderPng(chart), await renderPng(chart));
});

Deno.test("fault 63: renderPng() survives characters that XML forbids", async () => {
  const title = "bell \u0007, half a pair \ud83d, null \u0000";
  const png = await renderPng(lossCurves([], { title }));
  assert.ok(pngSize(png).width > 600);
});

Deno.test("readFontMetrics() refuses what is no font", () => {
  assert.throws(
    () => readFontMetrics(new Uint8Array(4), "notes.txt"),
    { name: "SyntaxError", message: /"notes.txt": it must be a TrueType font/ },
  );
});
