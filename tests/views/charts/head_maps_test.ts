import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { headMaps } from "bertbook/views/charts/matrices.ts";
import { renderSvg } from "bertbook/views/picture.ts";
import { COLORS } from "bertbook/views/theme.ts";
import { INJECTIONS } from "../_samples.ts";
import { assertInsidePage, assertNoOverlap, textsOf } from "../_svg.ts";

const TITLES = { title: "Heads", valueTitle: "Mean weight" };

Deno.test("headMaps() draws a cell for each head that has a value, on one scale", async () => {
  const svg = await renderSvg(headMaps([
    { name: "zebra", values: [[0, 1], [0.5, NaN]] },
    { name: "ant", values: [[1, 0], [NaN, 0.5]] },
  ], TITLES));
  const { document } = parseHTML(svg);
  const cells = [...document.querySelectorAll(
    "g.mark-rect path[aria-roledescription]",
  )];
  const fills = cells.map((cell) => cell.getAttribute("fill"));
  assert.equal(fills.length, 6);
  // Equal values have equal colours in both maps.
  assert.equal(new Set(fills).size, 3);
  const names = textsOf(svg).map(({ text }) => text)
    .filter((text) => text === "zebra" || text === "ant");
  assert.deepEqual(names, ["zebra", "ant"]);
  assertInsidePage(svg);
  assertNoOverlap(svg);
});

Deno.test("headMaps() writes the maps' names in ink, also where the page is dark", () => {
  const { config } = headMaps([{ name: "a", values: [[1]] }], TITLES);
  assert.equal(config?.header?.labelColor, COLORS.ink);
});

Deno.test("headMaps() clamps to its scale", async () => {
  const fillsOf = async (maxValue: number): Promise<(string | null)[]> => {
    const maps = [{ name: "a", values: [[0.2, 0.4]] }];
    const svg = await renderSvg(headMaps(maps, { ...TITLES, maxValue }));
    return [
      ...parseHTML(svg).document.querySelectorAll(
        "g.mark-rect path[aria-roledescription]",
      ),
    ].map((cell) => cell.getAttribute("fill"));
  };
  const [low, high] = await fillsOf(0.2);
  assert.equal(low, high);
  assert.equal((await fillsOf(0.4))[1], high);
});

Deno.test("fault 63: headMaps() lets no name become markup", async () => {
  const maps = INJECTIONS.map((name) => ({ name, values: [[0.5]] }));
  const { document } = parseHTML(await renderSvg(headMaps(maps, TITLES)));
  const tags = [...document.querySelectorAll("*")].map((n) => n.localName);
  for (const tag of ["script", "img", "b", "a"]) {
    assert.ok(!tags.includes(tag), tag);
  }
});

Deno.test("headMaps() refuses a layer of another width", () => {
  assert.throws(
    () => headMaps([{ name: "a", values: [[1, 2], [3]] }], TITLES),
    { name: "RangeError", message: /must be \[2, 2\].*found \[2, 1\]/ },
  );
});

Deno.test("headMaps() can have low values dark", async () => {
  const fillsOf = async (darkest: "high" | "low"): Promise<unknown[]> => {
    const maps = [{ name: "a", values: [[0, 0.3, 1]] }];
    const svg = await renderSvg(headMaps(maps, { ...TITLES, darkest }));
    return [
      ...parseHTML(svg).document.querySelectorAll(
        "g.mark-rect path[aria-roledescription]",
      ),
    ].map((cell) => cell.getAttribute("fill"));
  };
  const [high, low] = [await fillsOf("high"), await fillsOf("low")];
  assert.deepEqual([low[0], low[2]], [high[2], high[0]]);
  assert.notEqual(low[1], high[1]);
});
