import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { colouredText } from "bertbook/views/coloured_text.ts";
import { pngSize, rasterize } from "bertbook/views/picture.ts";
import { INJECTIONS } from "./_samples.ts";

const OPTIONS = {
  title: "Words",
  poles: { above: "for", below: "against" },
};
const WORDS = [
  { text: "a", score: 0 },
  { text: "clever", score: 2 },
  { text: "mess", score: -1 },
  { text: "!", score: 0.001 },
];

/** The spans of the text, without the legend. */
function spansOf(
  html: string,
): { text: string; title: string; style: string }[] {
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  return [...document.querySelectorAll("p span")].map((span) => ({
    text: span.textContent!,
    title: span.getAttribute("title")!,
    style: span.getAttribute("style")!,
  }));
}

Deno.test("colouredText() gives the largest score the strongest colour", () => {
  const [a, clever, mess, mark] = spansOf(colouredText(WORDS, OPTIONS).html);
  assert.equal(a!.style, "");
  assert.match(clever!.style, /rgba\(0, 114, 178, 0\.55\)/);
  assert.match(mess!.style, /rgba\(213, 94, 0, 0\.2[78]\).*underline/);
  assert.doesNotMatch(clever!.style, /underline/);
  assert.equal(mark!.style, "");
  assert.deepEqual([clever!.title, mess!.title], ["+2.00", "-1.00"]);
});

Deno.test("colouredText() keeps the letters' own colour, for light and dark pages", () => {
  const { html } = colouredText(WORDS, OPTIONS);
  assert.doesNotMatch(html, /(?<![-\w])color:/);
  assert.doesNotMatch(html, /<script|https?:/);
});

Deno.test("colouredText() has a legend, and puts marks close to their word", () => {
  const { html, text } = colouredText(WORDS, OPTIONS);
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  assert.match(
    document.body.textContent!,
    /Words.*for \+2\.00 \+1\.00 0 -1\.00 against -2\.00/s,
  );
  assert.equal(document.querySelector("p")!.textContent, "a clever mess!");
  assert.equal(
    text,
    "Words ([+] for, [-] against, the strongest colour: 2.00)\na clever[+2.00] mess[-1.00]!",
  );
});

Deno.test("colouredText() colours by a scale of its own, so that two texts compare", () => {
  const opacityOf = (options: { maxScore?: number }): string =>
    /rgba\(0, 114, 178, ([\d.]+)\)/.exec(
      spansOf(
        colouredText([{ text: "good", score: 0.5 }], {
          ...OPTIONS,
          ...options,
        }).html,
      )[0]!.style,
    )![1]!;
  assert.equal(opacityOf({}), "0.55");
  assert.equal(opacityOf({ maxScore: 1 }), "0.28");
  assert.equal(opacityOf({ maxScore: 0.1 }), "0.55");
});

Deno.test("colouredText() marks where words are left out", () => {
  const view = colouredText(WORDS, { ...OPTIONS, seam: 2 });
  assert.match(view.text, /clever\[\+2\.00\] \[…\] mess/);
  assert.match(view.svg, />\[…\]</);
  assert.deepEqual(
    spansOf(view.html).map(({ text }) => text),
    ["a", "clever", "[…]", "mess", "!"],
  );
});

Deno.test("colouredText() writes small scores with the digits that tell them apart", () => {
  const words = [{ text: "a", score: 0.0123 }, { text: "b", score: -0.006 }];
  assert.match(colouredText(words, OPTIONS).text, /a\[\+0\.012\] b\[-0\.006\]/);
  const tiny = [{ text: "a", score: 5e-320 }];
  assert.match(colouredText(tiny, OPTIONS).text, /a\[\+0\.0+\]/);
});

Deno.test("fault 63: colouredText() lets no word become markup", () => {
  const words = INJECTIONS.map((text, i) => ({ text, score: i - 2 }));
  const { html, svg, text } = colouredText(words, {
    title: INJECTIONS.join(" "),
    poles: { above: INJECTIONS[0]!, below: INJECTIONS[1]! },
  });
  assert.deepEqual(spansOf(html).map((span) => span.text), INJECTIONS);
  const drawn = parseHTML(svg).document;
  assert.deepEqual(
    [...new Set([...drawn.querySelectorAll("*")].map((n) => n.localName))]
      .sort(),
    ["path", "rect", "svg", "text"],
  );
  assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069\u2028]/);
});

Deno.test("colouredText() draws within its width, line by line", async () => {
  const words = Array.from({ length: 200 }, (_, i) => ({
    text: i % 9 === 0 ? "unbelievable" : "film",
    score: Math.sin(i),
  }));
  const { svg, text } = colouredText(words, OPTIONS);
  const { document } = parseHTML(svg);
  const [, ...texts] = [...document.querySelectorAll("text")];
  for (const word of texts) assert.ok(Number(word.getAttribute("x")) < 710);
  assert.ok(text.split("\n").every((line) => line.length <= 80));
  const { width, height } = pngSize(await rasterize(svg, { scale: 1 }));
  assert.equal(width, 720);
  assert.ok(height > 200);
});

Deno.test("colouredText() shows no colour where all scores are 0, and refuses NaN", () => {
  const { html } = colouredText([{ text: "a", score: 0 }], OPTIONS);
  assert.equal(spansOf(html)[0]!.style, "");
  assert.equal(colouredText([], OPTIONS).text.split("\n").length, 2);
  assert.throws(() => colouredText([{ text: "a", score: NaN }], OPTIONS), {
    name: "RangeError",
    message: /found NaN for "a"/,
  });
});
