import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { entityText, type MarkedText } from "bertbook";
import { pngSize, rasterize } from "bertbook/views/picture.ts";
import { HEAD_COLORS } from "bertbook/views/theme.ts";
import { INJECTIONS } from "./_samples.ts";

const ADA: MarkedText = {
  text: "Ada Poe left Oslo.",
  entities: [
    { type: "LOC", start: 13, end: 17 },
    { type: "PER", start: 0, end: 7 },
  ],
};

/** The marked stretches: text and type, and style. */
function marksOf(html: string): { text: string; style: string }[] {
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  return [...document.querySelectorAll("p > span")].map((span) => ({
    text: span.textContent!,
    style: span.getAttribute("style")!,
  }));
}

Deno.test("entityText() marks each entity with its type, in the order of the text", () => {
  const { html, text, title } = entityText([ADA], { title: "Found" });
  assert.equal(title, "Found");
  assert.equal(text, "Found\n[Ada Poe PER] left [Oslo LOC].");
  assert.deepEqual(marksOf(html).map((mark) => mark.text), [
    "Ada Poe PER",
    "Oslo LOC",
  ]);
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  assert.equal(
    document.querySelector("p")!.textContent,
    "Ada Poe PER left Oslo LOC.",
  );
});

Deno.test("entityText() gives a type one colour, whatever else occurs", () => {
  const types = ["LOC", "ORG", "PER"];
  const styleOf = (text: MarkedText, type: string): string =>
    marksOf(entityText([text], { title: "", types }).html)
      .find((mark) => mark.text.endsWith(type))!.style;
  const alone = { text: "Ada", entities: [{ type: "PER", start: 0, end: 3 }] };
  assert.equal(styleOf(alone, "PER"), styleOf(ADA, "PER"));
  assert.ok(styleOf(alone, "PER").includes(HEAD_COLORS[2]!));
  assert.notEqual(styleOf(ADA, "LOC"), styleOf(ADA, "PER"));
  // One that was not named, and more types than there are colours.
  const [mark] = marksOf(entityText([alone], { title: "", types: ["X"] }).html);
  assert.ok(mark!.style.includes(HEAD_COLORS[1]!));
  const many = Array.from({ length: 13 }, (_, i) => `T${i}`);
  const last = { text: "a", entities: [{ type: "T12", start: 0, end: 1 }] };
  const [again] = marksOf(entityText([last], { title: "", types: many }).html);
  assert.ok(again!.style.includes(HEAD_COLORS[0]!));
});

Deno.test("entityText() keeps the letters' own colour, for light and dark pages", () => {
  const { html } = entityText([{ ...ADA, note: "found" }], { title: "Found" });
  assert.doesNotMatch(html, /(?<![-\w])color:/);
  assert.doesNotMatch(html, /<script|https?:/);
});

Deno.test("entityText() writes a note before a text, and texts without entities", () => {
  const { text, svg, html } = entityText(
    [
      { ...ADA, note: "actual" },
      { text: "It rains.", entities: [], note: "no" },
      { text: "The end.", entities: [] },
    ],
    { title: "Two" },
  );
  assert.equal(
    text,
    "Two\nactual: [Ada Poe PER] left [Oslo LOC].\nno:     It rains.\n" +
      "        The end.",
  );
  const { document } = parseHTML(svg);
  const startOf = (text: string): number =>
    Number(
      [...document.querySelectorAll("text")]
        .find((node) => node.textContent === text)!.getAttribute("x"),
    );
  assert.equal(startOf("actual: "), 16);
  assert.ok(startOf("It") > 16 + 40, "it begins behind the longest note");
  assert.equal(startOf("Ada"), startOf("It"));
  assert.equal(startOf("The"), startOf("It"));
  assert.equal(html.match(/<i style=/g)!.length, 3);
  assert.equal(entityText([], { title: "None" }).text, "None");
});

Deno.test("entityText() draws ground below an entity in each of its lines", async () => {
  const name = Array(30).fill("University").join(" ");
  const text = `At the ${name} of Oslo.`;
  const entities = [{ type: "ORG", start: 7, end: 7 + name.length }];
  const { svg } = entityText([{ text, entities }], { title: "Long" });
  const { document } = parseHTML(svg);
  const rects = [...document.querySelectorAll("rect")].slice(1)
    .map((rect) =>
      ["x", "y", "width"].map((key) => Number(rect.getAttribute(key)))
    );
  for (const [x, , width] of rects) {
    assert.ok(x! >= 16 && x! + width! <= 704, `${x} + ${width}`);
  }
  const rows = new Set(rects.map(([, y]) => y));
  assert.ok(rows.size >= 2 * 3, "the name must take several lines");
  assert.equal(rects.length, rows.size);
  const words = [...document.querySelectorAll("text")]
    .filter((node) => node.textContent === "University");
  assert.equal(words.length, 30);
  for (const word of words) {
    const [x, y] = ["x", "y"].map((key) => Number(word.getAttribute(key)));
    const holds = ([left, top, width]: number[]): boolean =>
      top === y! - 15 && left! <= x! && x! < left! + width!;
    assert.ok(rects.some(holds), `${x}, ${y}`);
  }
  const { width, height } = pngSize(await rasterize(svg, { scale: 1 }));
  assert.equal(width, 720);
  assert.ok(height > 100);
});

Deno.test("fault 63: entityText() lets no word, type, note or title become markup", () => {
  const text = INJECTIONS.join(" ");
  let at = 0;
  const entities = INJECTIONS.map((type) => {
    const start = at;
    at += type.length + 1;
    return { type, start, end: start + type.length };
  });
  const view = entityText([{ text, entities, note: text }], { title: text });
  const { document } = parseHTML(`<html><body>${view.html}</body></html>`);
  const names = (root: ParentNode): string[] =>
    [...new Set([...root.querySelectorAll("*")].map((n) => n.localName))]
      .sort();
  assert.deepEqual(names(document.body), [
    "b",
    "div",
    "i",
    "p",
    "small",
    "span",
    "strong",
  ]);
  assert.deepEqual(names(parseHTML(view.svg).document), [
    "rect",
    "svg",
    "text",
  ]);
  assert.doesNotMatch(view.text, /[\u202a-\u202e\u2066-\u2069\u2028]/);
});

Deno.test("entityText() refuses entities that are not in the text, or overlap", () => {
  const mark = (...spans: [start: number, end: number][]) => () =>
    entityText([{
      text: "Ada slept",
      entities: spans.map(([start, end]) => ({ type: "PER", start, end })),
    }], { title: "" });
  assert.throws(mark([4, 12]), {
    name: "RangeError",
    message:
      "Cannot mark entities: each must be in the text, after the one before; " +
      'found PER from 4 to 12 in "Ada slept"',
  });
  assert.throws(mark([0, 3], [2, 5]), /found PER from 2 to 5/);
  assert.throws(mark([3, 3]), /found PER from 3 to 3/);
  assert.throws(mark([-1, 3]), /found PER from -1 to 3/);
  assert.throws(mark([NaN, 3]), /found PER from NaN to 3/);
  mark([0, 3], [3, 9])();
});
