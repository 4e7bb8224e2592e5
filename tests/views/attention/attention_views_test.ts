/** What the three views of attention have in common. */

import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import type { AttentionInput } from "bertbook/views/attention/data.ts";
import { headView } from "bertbook/views/attention/head_view.ts";
import type { HtmlView } from "bertbook/views/attention/html_view.ts";
import { modelView } from "bertbook/views/attention/model_view.ts";
import { neuronView } from "bertbook/views/attention/neuron_view.ts";
import { pngSize, rasterize } from "bertbook/views/picture.ts";
import { viewPage } from "bertbook/views/attention/save_view.ts";
import { foreignMarkup, parse } from "../_markup.ts";
import {
  INJECTIONS,
  repeatLayer,
  sampleAttention,
  sampleNeurons,
  samplePair,
} from "../_samples.ts";

type Text = Pick<AttentionInput, "tokens" | "tokenTypeIds" | "title">;

/** Each view of `numLayers` × `numHeads` heads over a text; all layers are alike. */
function viewsOf(
  numLayers: number,
  numHeads: number,
  text: Text,
): [name: string, view: HtmlView][] {
  const layer = sampleAttention(1, numHeads, text.tokens.length);
  const attentions = repeatLayer(layer, numLayers);
  const { queries, keys } = sampleNeurons([1, numHeads, 64], text);
  const neurons = {
    ...text,
    queries: repeatLayer(queries, numLayers),
    keys: repeatLayer(keys, numLayers),
  };
  return [
    ["headView()", headView({ ...text, attentions })],
    ["modelView()", modelView({ ...text, attentions })],
    ["neuronView()", neuronView(neurons)],
  ];
}

const HOSTILE: Text = { tokens: INJECTIONS, title: INJECTIONS.join(" ") };

for (const [name, { title, html, svg, text }] of viewsOf(2, 2, HOSTILE)) {
  Deno.test(`fault 63: ${name} lets no token become markup`, () => {
    const page = parse(html);
    assert.deepEqual(foreignMarkup(page), []);
    const evil = parse("<p><b onclick=x>x</b><img src=x></p>");
    assert.deepEqual(foreignMarkup(evil), ["b", "onclick", "src"]);
    const scripts = [...page.querySelectorAll("script")];
    assert.equal(scripts.length, 2);
    const data = JSON.parse(scripts[0]!.textContent!);
    assert.deepEqual(data.tokens, INJECTIONS);
    assert.equal(data.title, title);

    const drawn = parseHTML(svg).document;
    const tags = [...drawn.querySelectorAll("*")].map((n) => n.localName);
    assert.deepEqual(
      [...new Set(tags)].sort(),
      ["g", "path", "rect", "svg", "text"],
    );
    assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069\u2028]/);
  });
}

for (const [name, { html }] of viewsOf(2, 3, samplePair(2, 3))) {
  Deno.test(`fault 63: ${name} asks nothing of the network`, () => {
    const addresses = html.match(/(?:https?:)?\/\/[\w.-]+\.\w+[^"'\s]*/g) ?? [];
    assert.deepEqual(
      addresses.filter((each) => each !== "http://www.w3.org/2000/svg"),
      [],
    );
    assert.doesNotMatch(html, /\b(?:eval|Function|import|fetch)\(/);
  });

  Deno.test(`${name} tells its story without a script or a style sheet`, () => {
    const still = html.replace(/<script[^]*?<\/script>/g, "");
    assert.match(still, /<img alt="Two sentences [^"]+" src="data:image\/svg/);
    assert.match(still, /<td[^>]*>[^<]*0\.\d\d<\/td>/);
    assert.ok(!still.includes("<style"));
  });
}

Deno.test("equal views have equal ids, others have others", () => {
  const idsOf = (text: Text): string[] =>
    viewsOf(2, 2, text).map(([, { html }]) => /id="([^"]+)"/.exec(html)![1]!);
  const first = idsOf({ tokens: ["a", "b"] });
  assert.deepEqual(idsOf({ tokens: ["a", "b"] }), first);
  const others = idsOf({ tokens: ["a", "c"] });
  assert.equal(new Set([...first, ...others]).size, 6);
});

Deno.test("views of 12 × 12 heads over 64 tokens have under 5 MB", async () => {
  const tokens = Array.from({ length: 64 }, (_, i) => `token${i}`);
  for (const [name, view] of viewsOf(12, 12, { tokens })) {
    const bytes = new TextEncoder().encode(viewPage(view)).length;
    assert.ok(bytes < 5e6, `${name}: ${bytes} bytes`);
    const png = await rasterize(view.svg, { scale: 1 });
    const { width, height } = pngSize(png);
    assert.ok(width < 900 && height < 1500, `${name}: ${width} × ${height}`);
  }
});
