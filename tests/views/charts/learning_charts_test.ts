import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import {
  learningCurve,
  learningRateChart,
} from "bertbook/views/charts/training.ts";
import { renderSvg } from "bertbook/views/picture.ts";

/** Whole numbers and shares that stand at the axes. */
const labelsIn = (svg: string): string[] =>
  [...parseHTML(svg).document.querySelectorAll("text")]
    .map((node) => node.textContent!);

Deno.test("learningRateChart() draws a line for each schedule, down to a plain 0", async () => {
  const spec = learningRateChart({
    cosine: [1e-4, 5e-5, 0],
    linear: [1e-4, 0],
  });
  assert.match(
    spec.description,
    /cosine: 3 steps, highest 1.0e-4, last 0.0e\+0/,
  );
  const labels = labelsIn(await renderSvg(spec));
  for (const label of ["cosine", "linear", "0", "1e-4"]) {
    assert.ok(labels.includes(label), `${label} among ${labels}`);
  }
  assert.ok(!labels.includes("0e+0"));
});

Deno.test("colour and dash or shape share a legend in Vega-Lite 5 as well", () => {
  const points = [{ examples: 1, score: 0.5, series: "a" }];
  const titles = { title: "T", xTitle: "x", yTitle: "y", chance: 0 };
  for (
    const spec of [
      learningRateChart({ a: [1, 0] }),
      learningCurve(points, titles),
    ]
  ) {
    // Version 5 keeps two legends apart whose scales have no domain of their own.
    const scales = JSON.stringify(spec).match(/"scale":\{"domain":\["a"\]\}/g);
    assert.equal(scales?.length, 2);
  }
});

Deno.test("learningCurve() doubles from tick to tick, and keeps chance in sight", async () => {
  const spec = learningCurve([
    { examples: 100, score: 0.6, series: "a" },
    { examples: 200, score: 0.7, series: "a" },
    { examples: 400, score: 0.9, series: "b" },
  ], { title: "T", xTitle: "x", yTitle: "y", chance: 0.5 });
  const svg = await renderSvg(spec);
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  const { document } = parseHTML(svg);
  const at = (label: string): number => {
    const node = [...document.querySelectorAll("text")]
      .find(({ textContent }) => textContent === label)!;
    return Number(
      /translate\(([\d.]+)/.exec(node.getAttribute("transform")!)![1],
    );
  };
  assert.ok(Math.abs(at("200") - at("100") - (at("400") - at("200"))) < 1);
  assert.ok(labelsIn(svg).includes("dashed: guessing, 0.50"));
  assert.ok(!labelsIn(svg).includes("0.0"));
});

Deno.test("learningCurve() draws an interval from its low end to its high one", async () => {
  const titles = { title: "T", xTitle: "x", yTitle: "y", chance: 0.5 };
  const svgOf = async (interval: object): Promise<string> =>
    await renderSvg(learningCurve([
      { examples: 1, score: 0.6, series: "a", ...interval },
      { examples: 2, score: 0.7, series: "a" },
    ], titles));
  const rulesIn = (svg: string): string[] =>
    [...parseHTML(svg).document.querySelectorAll(".mark-rule.role-mark line")]
      .filter((node) => !node.hasAttribute("stroke-dasharray"))
      .map((node) => node.getAttribute("y2")!);
  assert.deepEqual(rulesIn(await svgOf({})), []);
  // The y axis is 300 pixels from 0.35 to 1.
  const [height, ...more] = rulesIn(await svgOf({ low: 0.4, high: 0.7 }));
  assert.equal(more.length, 0);
  assert.ok(Math.abs(Math.abs(Number(height)) - 300 * 0.3 / 0.65) < 1);
});
