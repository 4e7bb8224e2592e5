import { Resvg } from "@resvg/resvg-js";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseHTML } from "linkedom";
import { pictureFont } from "bertbook/views/font.ts";

const FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((name) =>
  fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`))
);

/** One text of a drawing, with the box it fills on the page. */
export type DrawnText = {
  text: string;
  fontSize: number;
  /** Degrees. */
  angle: number;
  box: { left: number; top: number; right: number; bottom: number };
};

/** The texts of a drawing by Vega, which places them by translate and rotate. */
export function textsOf(svg: string): DrawnText[] {
  const { document } = parseHTML(svg);
  const fonts = { bold: pictureFont("bold"), normal: pictureFont("regular") };
  return [...document.querySelectorAll("text")].map((node) => {
    const text = node.textContent ?? "";
    const fontSize = parseFloat(node.getAttribute("font-size") ?? "0");
    const isBold = node.getAttribute("font-weight") === "bold";
    const width = fonts[isBold ? "bold" : "normal"].widthOf(text, fontSize);
    const anchor = node.getAttribute("text-anchor") ?? "start";
    const left = { start: 0, middle: -width / 2, end: -width }[anchor]!;
    const { x, y, angle } = placeOf(node);
    // Letters reach 0.75 em above the line and 0.2 em below.
    const corners = [left, left + width].flatMap((dx) =>
      [-0.75 * fontSize, 0.2 * fontSize].map((dy) => turn(dx, dy, angle))
    );
    const xs = corners.map((corner) => x + corner.x);
    const ys = corners.map((corner) => y + corner.y);
    const box = {
      left: Math.min(...xs),
      right: Math.max(...xs),
      top: Math.min(...ys),
      bottom: Math.max(...ys),
    };
    return { text, fontSize, angle, box };
  });
}

function placeOf(node: Element): { x: number; y: number; angle: number } {
  const transforms: string[] = [];
  for (let at: Element | null = node; at !== null; at = at.parentElement) {
    transforms.unshift(at.getAttribute("transform") ?? "");
  }
  const place = { x: 0, y: 0, angle: 0 };
  const steps = transforms.join(" ").matchAll(
    /(translate|rotate)\(([-\d.e]+)(?:[ ,]+([-\d.e]+))?\)/g,
  );
  for (const [, kind, first, second] of steps) {
    if (kind === "rotate") place.angle += Number(first);
    else {
      const moved = turn(Number(first), Number(second ?? 0), place.angle);
      place.x += moved.x;
      place.y += moved.y;
    }
  }
  return place;
}

function turn(
  x: number,
  y: number,
  degrees: number,
): { x: number; y: number } {
  const [cos, sin] = [Math.cos, Math.sin].map((f) =>
    f(degrees * Math.PI / 180)
  ) as [number, number];
  return { x: x * cos - y * sin, y: x * sin + y * cos };
}

/** Fails where two level or upright texts cover one another. */
export function assertNoOverlap(svg: string): void {
  const texts = textsOf(svg).filter(({ angle }) => angle % 90 === 0);
  texts.forEach((a, i) =>
    texts.slice(i + 1).forEach((b) => {
      const isApart = a.box.right <= b.box.left || b.box.right <= a.box.left ||
        a.box.bottom <= b.box.top || b.box.bottom <= a.box.top;
      // A text with a rim is drawn twice at one place.
      const isRim = a.text === b.text && a.box.left === b.box.left;
      assert.ok(isApart || isRim, `"${a.text}" covers "${b.text}"`);
    })
  );
}

/** Fails where something beside the white ground leaves the page. */
export function assertInsidePage(svg: string): void {
  const noGround = svg.replace(
    /<rect width="\d+" height="\d+" fill="#ffffff"\/>/,
    "",
  );
  assert.notEqual(noGround, svg);
  const picture = new Resvg(noGround, {
    font: { loadSystemFonts: false, fontFiles: FONTS },
  });
  const drawn = picture.getBBox()!;
  assert.ok(drawn.x >= 0 && drawn.y >= 0, `starts at ${drawn.x}, ${drawn.y}`);
  assert.ok(drawn.x + drawn.width <= picture.width, "too wide");
  assert.ok(drawn.y + drawn.height <= picture.height, "too high");
}
