import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import {
  modelDifference,
  modelView,
} from "bertbook/views/attention/model_view.ts";
import { parse } from "../_markup.ts";
import { COLORS } from "bertbook/views/theme.ts";
import { samplePair } from "../_samples.ts";

Deno.test("modelView() names the token that each head looks at most", () => {
  const { html, text } = modelView({
    tokens: ["a", "b"],
    // Means over both queries: a 0.6 and b 0.4; then b 0.75.
    attentions: [
      [[[0.2, 0.8], [1, 0]], [[0, 1], [0.5, 0.5]]],
      [[[1, 0], [1, 0]], [[0, 1], [0, 1]]],
    ],
  });
  const cells = [...parse(html).querySelectorAll("td")].map((td) =>
    td.textContent
  );
  assert.deepEqual(cells, ["0", "a 0.60", "b 0.75", "1", "a 1.00", "b 1.00"]);
  assert.match(text, /layer +head 0 +head 1/);
});

Deno.test("modelView() draws one frame for each head, with its strong lines", () => {
  const input = samplePair(3, 4);
  const drawn = parseHTML(modelView(input).svg).document;
  const frames = [...drawn.querySelectorAll("g g")];
  assert.equal(frames.length, 12);
  // Frames come layer by layer: the eighth is layer 1, head 3.
  const lines = [...frames[7]!.querySelectorAll("path")]
    .flatMap((path) => path.getAttribute("d")!.match(/M/g));
  const strong = input.attentions[1]![3]!.flat()
    .filter((weight) => Math.round(255 * weight) / 255 >= 0.1);
  assert.equal(lines.length, strong.length);
  assert.ok(strong.length > 10);
});

Deno.test("modelView() refuses what does not fit together", () => {
  assert.throws(() => modelView({ ...samplePair(2, 2), tokens: ["a"] }), {
    name: "RangeError",
    message: /1 tokens, 20 token type ids/,
  });
});

Deno.test("modelDifference() draws what grew in blue and what shrank in vermilion", () => {
  const tokens = ["a", "b"];
  const still = [[0.5, 0.5], [0.25, 0.75]];
  const { svg, text } = modelDifference({
    tokens,
    title: "Fine-tuning",
    before: [[still, [[1, 0], [0.5, 0.5]]]],
    after: [[still, [[0.2, 0.8], [0.9, 0.1]]]],
  });
  const [unchanged, changed] = [
    ...parseHTML(svg).document.querySelectorAll("g g"),
  ].map((frame) => [...frame.querySelectorAll("path")]);
  assert.deepEqual(unchanged, []);
  const links = (color: string): string[] =>
    changed!.filter((path) => path.getAttribute("stroke") === color)
      .map((path) => path.getAttribute("d")!);
  // a to b grew by 0.8 and b to a by 0.4: the rows are 13.5 and 40.5 pixels down.
  assert.deepEqual(links(COLORS.blue), ["M0 40.5L54 13.5", "M0 13.5L54 40.5"]);
  assert.deepEqual(links(COLORS.vermilion), [
    "M0 40.5L54 40.5",
    "M0 13.5L54 13.5",
  ]);
  assert.match(svg, /The strongest line is a change of 0\.80/);
  assert.match(
    text,
    /^Fine-tuning\. .*layer 0, head 1: a → [ab] [+−]0\.80; .*head 1: a → [ab] [+−]0\.80; /,
  );
});

Deno.test("modelDifference() refuses two models of different sizes", () => {
  const { attentions: before, ...input } = samplePair(2, 2);
  for (const [layers, heads] of [[3, 2], [2, 3]] as const) {
    const { attentions: after } = samplePair(layers, heads);
    assert.throws(() => modelDifference({ ...input, before, after }), {
      name: "RangeError",
      message: new RegExp(`\\[2,2\\] before, \\[${layers},${heads}\\] after`),
    });
  }
});
