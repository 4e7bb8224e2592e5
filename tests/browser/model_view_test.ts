import assert from "node:assert/strict";
import { modelView } from "bertbook/views/attention/model_view.ts";
import { INJECTIONS, sampleAttention, samplePair } from "../views/_samples.ts";
import type { BrowserPage } from "./_chromium.ts";
import { all, choose, inBrowser, tokensOf, view } from "./_views.ts";

const pair = samplePair(3, 4);
const thumbnail = (layer: number, head: number): string =>
  `${all(`.thumbnail[title="Layer ${layer}, head ${head}"]`)}[0]`;
const focused = `${view(0)}.activeElement`;

/** How many pixels of a drawing are not empty. */
function inkOf(
  page: BrowserPage,
  layer: number,
  head: number,
): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = ${thumbnail(layer, head)}.firstChild;
    const { data } = canvas.getContext("2d")
      .getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
  })()`);
}

/** The name of the head that is enlarged, if one is. */
function enlarged(page: BrowserPage): Promise<string | null> {
  return page.evaluate(`(() => {
    const detail = ${view(0)}.querySelector(".detail");
    return detail.hidden ? null : detail.getAttribute("aria-label");
  })()`);
}

inBrowser(
  "the model view draws every head and enlarges the one that is clicked",
  () => modelView(pair).html,
  async (page) => {
    assert.equal(await page.evaluate(`${all(".thumbnail")}.length`), 12);
    for (const [layer, head] of [[0, 0], [1, 2], [2, 3]] as const) {
      assert.ok(await inkOf(page, layer, head) > 500);
    }
    assert.equal(await enlarged(page), null);
    await page.point(thumbnail(1, 2), { clicks: 1 });
    assert.equal(await enlarged(page), "Layer 1, head 2");
    assert.equal(await page.evaluate(`${all(".grid")}[0].offsetHeight`), 0);
    assert.deepEqual(await tokensOf(page, "query"), pair.tokens);

    await page.point(`${all("ul.query li")}[3]`);
    const shown = `${all("ul.key .weight")}.map((n) => n.textContent)`;
    const expected = (layer: number, head: number): string[] =>
      pair.attentions[layer]![head]![3]!
        .map((weight) => Math.round(255 * weight) / 255)
        .map((weight) => weight < 0.005 ? "" : weight.toFixed(2));
    assert.deepEqual(await page.evaluate(shown), expected(1, 2));

    // Another head without going back; it keeps the token that is pointed at.
    await choose(page, "head", 0);
    assert.equal(await enlarged(page), "Layer 1, head 0");
    assert.deepEqual(await page.evaluate(shown), expected(1, 0));
    await choose(page, "layer", 2);
    assert.equal(await enlarged(page), "Layer 2, head 0");

    await page.point(`${all(".back")}[0]`, { clicks: 1 });
    assert.equal(await enlarged(page), null);
    await page.point(thumbnail(2, 0), { clicks: 1 });
    assert.equal(await enlarged(page), "Layer 2, head 0");
  },
);

inBrowser(
  "the model view filters sentences in all drawings and in the large one",
  () => modelView(pair).html,
  async (page) => {
    const drawing = `${thumbnail(0, 1)}.firstChild.toDataURL()`;
    const before = await page.evaluate<string>(drawing);
    await choose(page, "show", 2); // A → B
    assert.notEqual(await page.evaluate<string>(drawing), before);
    await page.point(thumbnail(0, 1), { clicks: 1 });
    assert.deepEqual(await tokensOf(page, "query"), pair.tokens.slice(0, 8));
    assert.deepEqual(await tokensOf(page, "key"), pair.tokens.slice(8));
    await choose(page, "show", 4); // B → B
    assert.deepEqual(await tokensOf(page, "query"), pair.tokens.slice(8));
    await choose(page, "show", 0);
    assert.equal(await page.evaluate<string>(drawing), before);
  },
);

inBrowser(
  "the model view works from the keyboard",
  () => modelView(pair).html,
  async (page) => {
    await choose(page, "show", 0);
    await page.evaluate(`${all("select.show")}[0].focus()`);
    await page.press("Tab");
    const label = `${focused}.ariaLabel`;
    assert.equal(await page.evaluate(label), "Layer 0, head 0: enlarge");
    for (const key of ["ArrowRight", "ArrowDown", "End", "ArrowLeft"]) {
      await page.press(key);
    }
    assert.equal(await page.evaluate(label), "Layer 1, head 2: enlarge");
    assert.notEqual(
      await page.evaluate(`getComputedStyle(${focused}).outlineStyle`),
      "none",
    );
    await page.press("Enter");
    assert.equal(await enlarged(page), "Layer 1, head 2");
    assert.equal(await page.evaluate(`${focused}.className`), "back");
    for (const key of ["Tab", "Tab", "Tab", "ArrowDown"]) await page.press(key);
    assert.match(
      await page.evaluate(`${all(".status")}[0].textContent`),
      /^the looks at .*\(head 2\)$/,
    );
    await page.press("Escape");
    assert.equal(await enlarged(page), null);
    assert.equal(await page.evaluate(label), "Layer 1, head 2: enlarge");
    // The grid is one stop: going on leaves it, coming back finds the same head.
    await page.press("Tab");
    assert.equal(await page.evaluate(focused), null);
    await page.press("Tab", 8);
    assert.equal(await page.evaluate(label), "Layer 1, head 2: enlarge");
  },
);

inBrowser(
  "hostile tokens stay text in the model view",
  () =>
    modelView({
      tokens: INJECTIONS,
      attentions: sampleAttention(1, 2, INJECTIONS.length),
      title: INJECTIONS.join(" "),
    }).html,
  async (page) => {
    await page.point(thumbnail(0, 1), { clicks: 1 });
    assert.deepEqual(await tokensOf(page, "key"), INJECTIONS);
    assert.equal(await page.evaluate(`document.scripts.length`), 2);
    assert.equal(await page.evaluate(`${all("img, b, script")}.length`), 0);
  },
);
