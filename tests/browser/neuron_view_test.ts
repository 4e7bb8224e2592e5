import assert from "node:assert/strict";
import { neuronView } from "bertbook/views/attention/neuron_view.ts";
import { compareWithKeys } from "bertbook/views/attention/neurons.ts";
import { INJECTIONS, sampleNeurons, samplePair } from "../views/_samples.ts";
import type { BrowserPage } from "./_chromium.ts";
import { all, choose, inBrowser, tokensOf, view } from "./_views.ts";

const pair = sampleNeurons([2, 3, 16], samplePair(1, 1));
const html = (): string =>
  neuronView(pair, { layer: 1, head: 2, query: 14 }).html;
const focused = `${view(0)}.activeElement`;
const status = `${all(".status")}[0].textContent`;

/** Scores and weights that the page shows. */
function numbersOf(
  page: BrowserPage,
): Promise<{ scores: string[]; weights: string[] }> {
  return page.evaluate(`({
    scores: ${all(".scores > div")}.map((n) => n.textContent),
    weights: ${all("ul.key .weight")}.map((n) => n.textContent),
  })`);
}

/** The same from the exact vectors. */
function expected(
  [layer, head, query]: [number, number, number],
): { scores: string[]; weights: string[] } {
  const compared = compareWithKeys(
    pair.queries[layer]![head]![query]!,
    pair.keys[layer]![head]!,
    pair.tokens.map(() => 1),
  );
  return {
    scores: compared.map(({ score }) => score.toFixed(2)),
    weights: compared.map(({ weight }) =>
      weight < 0.005 ? "" : weight.toFixed(2)
    ),
  };
}

inBrowser(
  "the neuron view computes scores and weights of the chosen query",
  html,
  async (page) => {
    assert.deepEqual(await numbersOf(page), expected([1, 2, 14]));
    await page.point(`${all("ul.query li")}[3]`, { clicks: 1 });
    assert.deepEqual(await numbersOf(page), expected([1, 2, 3]));
    await page.point(`${all("ul.query li")}[6]`); // pointing alone chooses nothing
    assert.deepEqual(await numbersOf(page), expected([1, 2, 3]));
    await choose(page, "layer", 0);
    await choose(page, "head", 1);
    assert.deepEqual(await numbersOf(page), expected([0, 1, 3]));

    await page.point(`${all("ul.key li")}[4]`);
    const { scores, weights } = expected([0, 1, 3]);
    const said = await page.evaluate<string>(status);
    assert.ok(
      said.startsWith(`crossed looks at the: q · k / √16 = ${scores[4]}, `),
      said,
    );
    assert.ok(said.includes(`softmax ${weights[4] || "0.00"}; neuron `), said);
    assert.equal(
      await page.evaluate(`${all("ul.key li")}[4].ariaDescription`),
      `score ${scores[4]}, softmax ${weights[4] || "0.00"}`,
    );
  },
);

inBrowser(
  "the neuron view colours each neuron by sign and size",
  html,
  async (page) => {
    const widths = await page.evaluate<number[]>(
      `${all("canvas.strips")}.map((canvas) => canvas.width)`,
    );
    assert.deepEqual(widths, [16, 16, 16]);
    // The middle of each cell of the chosen query: red above blue is orange.
    const cells = await page.evaluate<number[][]>(`(() => {
      const canvas = ${all("canvas.q")}[0];
      const pen = canvas.getContext("2d");
      return Array.from({ length: 16 }, (_, neuron) =>
        [...pen.getImageData(neuron, 11, 1, 1).data]);
    })()`);
    const query = pair.queries[1]![2]![14]!;
    const largest = Math.max(...pair.queries[1]![2]!.flat().map(Math.abs));
    cells.forEach(([red, _green, blue, alpha], neuron) => {
      const value = query[neuron]!;
      assert.ok(Math.abs(alpha! / 255 - Math.abs(value) / largest) < 0.01);
      if (alpha! > 20) assert.equal(red! > blue!, value < 0, `${neuron}`);
    });
  },
);

inBrowser(
  "the neuron view filters and keeps to its rows",
  html,
  async (page) => {
    await choose(page, "show", 2); // A → B: "him" is in B, so another must ask
    assert.deepEqual(await tokensOf(page, "query"), pair.tokens.slice(0, 8));
    assert.deepEqual(await tokensOf(page, "key"), pair.tokens.slice(8));
    const { scores, weights } = expected([1, 2, 0]);
    // Softmax is over all keys, shown or not.
    assert.deepEqual(await numbersOf(page), {
      scores: scores.slice(8),
      weights: weights.slice(8),
    });
  },
);

inBrowser("the neuron view works from the keyboard", html, async (page) => {
  await page.evaluate(`${all("select.show")}[0].focus()`);
  await page.press("Tab");
  // Tab stops at the query that is chosen, and changes nothing.
  assert.equal(await page.evaluate(`${focused}.dataset.token`), "14");
  assert.deepEqual(await numbersOf(page), expected([1, 2, 14]));
  await page.press("ArrowDown");
  await page.press("ArrowDown");
  assert.equal(await page.evaluate(`${focused}.ariaSelected`), "true");
  assert.deepEqual(await numbersOf(page), expected([1, 2, 16]));
  await page.press("Tab");
  await page.press("End");
  assert.equal(await page.evaluate(`${focused}.dataset.token`), "19");
  assert.match(await page.evaluate(status), /^a looks at \[SEP\]: /);
  await page.press("Tab", 8);
  assert.equal(await page.evaluate(`${focused}.dataset.token`), "16");
});

inBrowser(
  "hostile tokens stay text in the neuron view",
  () =>
    neuronView(sampleNeurons([1, 2, 4], {
      tokens: INJECTIONS,
      title: INJECTIONS.join(" "),
    })).html,
  async (page) => {
    assert.deepEqual(await tokensOf(page, "key"), INJECTIONS);
    for (let query = 0; query < INJECTIONS.length; query++) {
      await page.point(`${all("ul.query li")}[${query}]`, { clicks: 1 });
    }
    assert.equal(await page.evaluate(`document.scripts.length`), 2);
    assert.equal(await page.evaluate(`${all("img, b, script")}.length`), 0);
  },
);
