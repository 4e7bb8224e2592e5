/** The figures of the notebooks: legible, in both colour schemes, with words beside them. */

import { Resvg } from "@resvg/resvg-js";
import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { ALL_MINI_LM, ensureModel } from "bertbook/checkpoint/catalogue.ts";
import { readTokenizer } from "bertbook/checkpoint/tokenizer_files.ts";
import { findAsset } from "bertbook/download/ensure_asset.ts";
import { pictureFont } from "bertbook/views/font.ts";
import { rasterize } from "bertbook/views/picture.ts";
import { mimeBundle } from "bertbook/views/show.ts";
import { PALETTES, WIDTH } from "../../notebooks/figures/drawing.ts";
import { ENTITY_WORDS, IDS } from "../../notebooks/figures/text.ts";
import {
  figure,
  type FigureName,
  FIGURES,
} from "../../notebooks/figures/mod.ts";

const NAMES = Object.keys(FIGURES) as FigureName[];
/** CSS pixels of a small phone's window. */
const PHONE = 390;

type Box = { left: number; right: number; top: number; bottom: number };
type Text = Box & { text: string; fontSize: number; tone: string };

type Content = {
  boxes: (Box & { texts: Text[] })[];
  free: Text[];
  height: number;
};

/** The boxes of a figure with their texts, and the texts that stand free. */
function contentOf(svg: string): Content {
  const { document } = parseHTML(svg);
  const number = (node: Element, name: string): number =>
    Number(node.getAttribute(name));
  const boxOf = (rect: Element): Box => ({
    left: number(rect, "x"),
    right: number(rect, "x") + number(rect, "width"),
    top: number(rect, "y"),
    bottom: number(rect, "y") + number(rect, "height"),
  });
  const textOf = (node: Element): Text => {
    const text = node.textContent ?? "";
    const fontSize = number(node, "font-size");
    const weight = node.getAttribute("font-weight") ? "bold" : "regular";
    const width = pictureFont(weight).widthOf(text, fontSize);
    const anchor = node.getAttribute("text-anchor")!;
    const left = number(node, "x") -
      ({ start: 0, middle: width / 2, end: width })[anchor]!;
    const y = number(node, "y");
    return {
      text,
      fontSize,
      tone: node.getAttribute("class")!,
      left,
      right: left + width,
      top: y - 0.75 * fontSize,
      bottom: y + 0.2 * fontSize,
    };
  };
  const groups = [...document.querySelectorAll("g")];
  return {
    boxes: groups.map((group) => ({
      ...boxOf(group.querySelector("rect")!),
      texts: [...group.querySelectorAll("text")].map(textOf),
    })),
    free: [...document.querySelectorAll("svg > text")].map(textOf),
    height: number(document.querySelector("svg")!, "height"),
  };
}

function holds(outer: Box, inner: Box): boolean {
  return inner.left >= outer.left && inner.right <= outer.right &&
    inner.top >= outer.top && inner.bottom <= outer.bottom;
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom &&
    b.top < a.bottom;
}

/** WCAG 2.2: the relative luminance of "#rrggbb". */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

for (const name of NAMES) {
  Deno.test(`figure "${name}" keeps every text in its box and apart from the others`, () => {
    const { boxes, free, height } = contentOf(figure(name).svg);
    const page = { left: 0, top: 0, right: WIDTH, bottom: height };
    assert.ok(boxes.length > 0 && free.length > 0);
    for (const box of boxes) {
      assert.ok(holds(page, box), "a box leaves the page");
      for (const text of box.texts) {
        assert.ok(holds(box, text), `"${text.text}" leaves its box`);
      }
    }
    const texts = [...free, ...boxes.flatMap((box) => box.texts)];
    texts.forEach((text, i) => {
      assert.ok(holds(page, text), `"${text.text}" leaves the page`);
      assert.ok(text.fontSize * PHONE / WIDTH > 9, text.text);
      for (const other of texts.slice(i + 1)) {
        assert.ok(!meet(text, other), `"${text.text}" covers "${other.text}"`);
      }
    });
    for (const text of free) {
      const box = boxes.find((box) => meet(box, text));
      assert.equal(box, undefined, `"${text.text}" covers a box`);
    }
  });

  Deno.test(`figure "${name}" says in words what it shows`, () => {
    const { svg, text } = figure(name);
    assert.match(text, /^[A-Z].{80,420}\.$/);
    const label = parseHTML(svg).document.querySelector("svg")!
      .getAttribute("aria-label");
    assert.equal(label, text);
  });
}

Deno.test("every figure is well-formed, and light where no scheme is asked for", async () => {
  for (const name of NAMES) {
    const { svg } = figure(name);
    new Resvg(svg); // a strict parser of XML, which throws
    const [both, light, dark] = await Promise.all(
      [svg, figure(name, "light").svg, figure(name, "dark").svg].map((svg) =>
        rasterize(svg, { scale: 0.5 })
      ),
    );
    assert.deepEqual(both, light, name);
    assert.notDeepEqual(dark, light, name);
  }
});

Deno.test("letters stand out from every ground, in both schemes", () => {
  for (const palette of Object.values(PALETTES)) {
    const { ink, muted, ground, arrow, ...tones } = palette;
    for (const [fill] of Object.values(tones)) {
      assert.ok(contrast(ink, fill) >= 4.5, `${ink} on ${fill}`);
    }
    for (const color of [ink, muted, arrow]) {
      assert.ok(contrast(color, ground) >= 4.5, `${color} on ${ground}`);
    }
  }
  // Boxes hold no muted letters, so those need no more.
  for (const name of NAMES) {
    const { boxes } = contentOf(figure(name).svg);
    for (const { tone } of boxes.flatMap(({ texts }) => texts)) {
      assert.equal(tone, "fig-ink");
    }
  }
});

Deno.test("the weights in the figure of the mask sum to 1 as they are written", () => {
  const { boxes } = contentOf(figure("attention_mask").svg);
  const weights = boxes.map(({ texts }) => texts[0]!.text)
    .filter((text) => /^0\.\d\d$/.test(text)).map(Number);
  assert.equal(weights.length, 6);
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
});

Deno.test("show() sends a figure as a drawing, as a picture and in words", async () => {
  const { svg, text } = figure("packing");
  const { data, metadata } = await mimeBundle(figure("packing"));
  assert.equal(data["image/svg+xml"], svg);
  assert.equal(data["text/plain"], text);
  assert.match(String(data["image/png"]), /^iVBOR/);
  const size = metadata["image/png"] as { width: number };
  assert.equal(size.width, WIDTH);
});

Deno.test("figure() names the figures that there are", () => {
  assert.throws(
    () => figure("bert" as FigureName),
    { name: "RangeError", message: /one of text_to_numbers, .*found "bert"/ },
  );
});

Deno.test({
  name: "ids and pieces of the figures are those of BERT's vocabulary",
  // A test downloads nothing: the model must be in the cache already.
  ignore: await findAsset(ALL_MINI_LM.asset, { offline: true }) === undefined,
  async fn(): Promise<void> {
    const folder = await ensureModel(ALL_MINI_LM.name, { offline: true });
    const tokenizer = await readTokenizer(folder);
    const { inputIds } = tokenizer.encode("I love embeddings");
    assert.deepEqual([...inputIds], Object.values(IDS));
    for (const [word, pieces] of Object.entries(ENTITY_WORDS)) {
      assert.deepEqual(tokenizer.tokenize(word), pieces);
    }
  },
});
