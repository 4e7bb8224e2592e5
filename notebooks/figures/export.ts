/** A figure of an exported model: its files, and where they run. @module */

import {
  arrow,
  box,
  cells,
  compose,
  down,
  type Figure,
  MARGIN,
  note,
  WIDTH,
} from "./drawing.ts";

type Variant = Parameters<typeof compose>[1];
const FULL = WIDTH - 2 * MARGIN;

/**
 * From a fine-tuned model to files, and to the programs that answer with them.
 *
 * @param variant Its colours.
 * @returns The figure.
 */
export function modelRoutes(variant?: Variant): Figure {
  const middle = WIDTH / 2;
  const wide = (y: number) => ({ x: MARGIN, y, width: FULL, height: 34 });
  const row = (y: number, texts: readonly string[], isOut = false) =>
    cells(texts, {
      x: MARGIN,
      y,
      width: FULL,
      height: 34,
      tone: (at) => isOut ? "orange" : at === 3 ? "plain" : "blue",
    });
  const files = row(128, ["float32", "float16", "int8", "tokenizer"]);
  const places = row(280, ["Deno", "Node.js", "a website", "page.html"], true);
  return compose({
    title: "Where a fine-tuned model can run",
    height: 384,
    text:
      "A fine-tuned model is exported: three ONNX files, in float32, float16 " +
      "and int8, and beside them the tokenizer. A program takes a text through the " +
      "tokenizer, one of the files, which onnxruntime computes, and a softmax. It " +
      "runs in Deno, in Node.js, on a website, or is page.html, one file.",
    content: [
      box(
        wide(46),
        "fine-tuned model: parameters, in a tree of tensors",
        "green",
      ),
      note(middle + 10, 102, "exportOnnx"),
      down(middle, 80, 124),
      files.svg,
      ...files.centers.map((center) => arrow([[center, 162], [center, 200]])),
      box(wide(204), "tokenizer → onnxruntime → softmax", "green"),
      ...places.centers.map((center) => arrow([[center, 238], [center, 276]])),
      places.svg,
      note(MARGIN, 342, [
        "Blue: ONNX files, each with the graph and its weights.",
        "page.html has the int8 file, the tokenizer and onnxruntime in it.",
      ]),
    ],
  }, variant);
}
