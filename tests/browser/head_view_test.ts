import assert from "node:assert/strict";
import { headView } from "bertbook/views/attention/head_view.ts";
import type { BrowserPage } from "./_chromium.ts";
import { all, choose, inBrowser, tokensOf, view } from "./_views.ts";
import { INJECTIONS, sampleAttention, samplePair } from "../views/_samples.ts";

const head = (number: number): string => `${all("button.head")}[${number}]`;

function headsOn(page: BrowserPage): Promise<number[]> {
  return page.evaluate(
    `${all("button.head")}.flatMap((square, i) =>
      square.getAttribute("aria-pressed") === "true" ? [i] : [])`,
  );
}

/** Heads and number of lines that are drawn. */
function linesOf(
  page: BrowserPage,
): Promise<{ heads: number[]; count: number }> {
  return page.evaluate(`(() => {
    const paths = ${all("svg path")};
    const heads = [...new Set(paths.map((p) => Number(p.dataset.head)))];
    const count = paths.reduce((sum, p) =>
      sum + p.getAttribute("d").split("M").length - 1, 0);
    return { heads: heads.sort((a, b) => a - b), count };
  })()`);
}

const pair = samplePair(6, 12);
const twoViews = (): string =>
  headView(pair, { layer: 2, heads: [0, 1] }).html.repeat(2);

inBrowser(
  "the head view obeys layer, filter and heads",
  twoViews,
  async (page) => {
    const other = `${view(1)}.innerHTML`;
    const untouched = await page.evaluate<string>(other);
    assert.deepEqual(await headsOn(page), [0, 1]);
    assert.deepEqual(await tokensOf(page, "query"), pair.tokens);

    const before = await page.evaluate(
      `${view(0)}.querySelector("svg").innerHTML`,
    );
    await choose(page, "layer", 3);
    const after = await page.evaluate(
      `${view(0)}.querySelector("svg").innerHTML`,
    );
    assert.notEqual(after, before);

    await choose(page, "show", 3); // B → A
    assert.deepEqual(await tokensOf(page, "query"), pair.tokens.slice(8));
    assert.deepEqual(await tokensOf(page, "key"), pair.tokens.slice(0, 8));

    await page.point(head(0), { clicks: 1 });
    await page.point(head(5), { clicks: 1 });
    assert.deepEqual(await headsOn(page), [1, 5]);
    assert.deepEqual((await linesOf(page)).heads, [1, 5]);
    await page.point(head(7), { clicks: 2 });
    assert.deepEqual(await headsOn(page), [7]);
    await page.point(head(7), { clicks: 1 });
    assert.deepEqual((await linesOf(page)).count, 0);
    await page.point(`${all("button.all")}[0]`, { clicks: 1 });
    assert.equal((await headsOn(page)).length, 12);

    assert.equal(
      await page.evaluate(other),
      untouched,
      "the second view moved",
    );
  },
);

inBrowser(
  "a token under the pointer shows only its lines and weights",
  twoViews,
  async (page) => {
    await page.point(head(1), { clicks: 2 });
    const weights = pair.attentions[2]![1]!;
    await page.point(`${all("ul.query li")}[3]`);
    const shown = await page.evaluate<string[]>(
      `${all("ul.key .weight")}.map((n) => n.textContent)`,
    );
    // Bytes round a weight by up to 0.002, so only two decimals are compared.
    const expected = weights[3]!.map((weight) => Math.round(255 * weight) / 255)
      .map((weight) => weight < 0.005 ? "" : weight.toFixed(2));
    assert.deepEqual(shown, expected);
    const { count } = await linesOf(page);
    assert.equal(
      count,
      weights[3]!.filter((w) => Math.round(255 * w) > 1).length,
    );
    const starts = await page.evaluate<string[]>(
      `${
        all("svg path")
      }.flatMap((p) => p.getAttribute("d").match(/M0 [\\d.]+/g))`,
    );
    assert.deepEqual([...new Set(starts)], [`M0 ${3.5 * 22}`]); // rows of 22 px
    const status = `${view(0)}.querySelector(".status").textContent`;
    assert.match(
      await page.evaluate(status),
      /^crossed looks at .* \(head 1\)$/,
    );

    await page.point(`${all("ul.key li")}[7]`);
    assert.match(await page.evaluate(status), /^\[SEP\] is looked at by /);
    assert.equal(
      await page.evaluate(`${all("ul.query .weight")}[2].textContent`),
      (Math.round(255 * weights[2]![7]!) / 255).toFixed(2),
    );
  },
);

inBrowser("the head view works from the keyboard", twoViews, async (page) => {
  const focused = `${view(0)}.activeElement`;
  await page.evaluate(`${head(4)}.focus()`);
  await page.press("Enter");
  assert.deepEqual(await headsOn(page), [0, 1, 4]);
  await page.press("Enter", 8); // Shift
  assert.deepEqual(await headsOn(page), [4]);
  await page.evaluate(`${all("ul.query li")}[0].focus()`);
  for (const key of ["ArrowDown", "ArrowDown", "ArrowUp"]) {
    await page.press(key);
  }
  assert.equal(await page.evaluate(`${focused}.dataset.token`), "1");
  assert.equal(await page.evaluate(`${focused}.ariaSelected`), "true");
  await page.press("Tab");
  assert.equal(await page.evaluate(`${focused}.parentNode.className`), "key");
  await page.press("Tab", 8);
  assert.equal(await page.evaluate(`${focused}.dataset.token`), "1");
});

inBrowser(
  "hostile tokens stay text in the drawn view",
  () =>
    headView({
      tokens: INJECTIONS,
      attentions: sampleAttention(1, 2, INJECTIONS.length),
      title: INJECTIONS.join(" "),
    }).html,
  async (page) => {
    assert.deepEqual(await tokensOf(page, "key"), INJECTIONS);
    const tags = await page.evaluate<string[]>(
      `[...new Set(${all("*")}.map((n) => n.localName))].sort()`,
    );
    assert.deepEqual(
      tags,
      ["bdi", "button", "div", "label", "li", "option", "p", "path", "select"]
        .concat("span", "style", "svg", "ul"),
    );
    assert.equal(await page.evaluate(`document.scripts.length`), 2);
    assert.deepEqual(
      await page.evaluate(`Object.keys(window).filter((name) =>
      /headview|tokenColumn|gatherLines/i.test(name))`),
      [],
    );
  },
);

inBrowser(
  "the view inherits colours and draws 128 tokens in under a second",
  () =>
    `<body style="background: #111; color: rgb(221, 221, 221)">` +
    headView({
      tokens: Array.from({ length: 128 }, (_, i) => `token${i}`),
      attentions: sampleAttention(12, 12, 128),
    }).html,
  async (page) => {
    assert.equal(
      await page.evaluate(`getComputedStyle(${all("li")}[0]).color`),
      "rgb(221, 221, 221)",
    );
    const milliseconds = await page.evaluate<number>(`(() => {
      const start = performance.now();
      const select = ${view(0)}.querySelector("select.layer");
      select.value = "7";
      select.dispatchEvent(new Event("change"));
      document.body.getBoundingClientRect();
      return performance.now() - start;
    })()`);
    assert.ok(milliseconds < 1000, `${milliseconds} ms`);
    assert.ok((await linesOf(page)).count > 10_000);
  },
);

inBrowser(
  "the head view fits into a narrow page, its lines from column to column",
  () => headView(pair, { layer: 2 }).html,
  async (page) => {
    const size = { width: 400, height: 800, deviceScaleFactor: 1 };
    await page.send("Emulation.setDeviceMetricsOverride", {
      ...size,
      mobile: false,
    });
    const reach = await page.evaluate<number>(
      "document.documentElement.scrollWidth",
    );
    assert.equal(reach, 400);
    const [queries, lines, keys] = await page.evaluate<number[][]>(
      `["ul.query", "svg", "ul.key"].map((part) => {
        const { left, right } = ${view(0)}.querySelector(part)
          .getBoundingClientRect();
        return [left, right];
      })`,
    );
    assert.equal(lines![0], queries![1]);
    assert.equal(lines![1], keys![0]);
  },
);
