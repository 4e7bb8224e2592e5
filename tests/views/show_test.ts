import assert from "node:assert/strict";
import pl from "nodejs-polars";
import * as tf from "@tensorflow/tfjs";
import { lossCurves } from "bertbook/views/charts/training.ts";
import { headView } from "bertbook/views/attention/head_view.ts";
import {
  type Broadcast,
  markdown,
  mimeBundle,
  show,
} from "bertbook/views/show.ts";

const chart = lossCurves([{
  epoch: 1,
  trainingLoss: 0.6,
  validationLoss: 0.5,
}]);
const frame = pl.DataFrame({
  label: Array.from({ length: 30 }, (_, i) => i % 2),
  sentence: Array.from({ length: 30 }, (_, i) => `<b>${i}</b>`),
});

/** A PNG file's first bytes, in base64. */
const PNG = /^iVBORw0KGgo/;

Deno.test("mimeBundle() offers every view in the formats that viewers need", async () => {
  const cases: [unknown, string[]][] = [
    ["plain <text>", ["text/plain"]],
    [markdown("**bold**"), ["text/markdown", "text/plain"]],
    [[{ a: 1 }], ["text/html", "text/plain"]],
    [[], ["text/html", "text/plain"]],
    [frame, ["text/html", "text/plain"]],
    [chart, [
      "application/vnd.vegalite.v5+json",
      "image/png",
      "text/plain",
    ]],
    [
      headView({ tokens: ["a"], attentions: [[[[1]]]] }),
      ["image/png", "text/html", "text/plain"],
    ],
  ];
  for (const [view, types] of cases) {
    const { data } = await mimeBundle(view);
    assert.deepEqual(Object.keys(data).sort(), types);
    assert.equal(typeof data["text/plain"], "string");
    assert.match(String(data["image/png"] ?? "iVBORw0KGgo"), PNG);
  }
});

Deno.test("mimeBundle() draws a chart or a view as SVG alone, and no table", async () => {
  for (
    const view of [chart, headView({ tokens: ["a"], attentions: [[[[1]]]] })]
  ) {
    const { data } = await mimeBundle(view, { format: "svg" });
    assert.deepEqual(Object.keys(data).sort(), ["image/svg+xml", "text/plain"]);
    const svg = String(data["image/svg+xml"]);
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  }
  await assert.rejects(mimeBundle([{ a: 1 }], { format: "svg" }), TypeError);
});

Deno.test("mimeBundle() says how large a picture stands on the page", async () => {
  const { data, metadata } = await mimeBundle(chart);
  const pixels = new DataView(
    Uint8Array.from(atob(String(data["image/png"])), (c) => c.charCodeAt(0))
      .buffer,
  );
  const { width, height } = metadata["image/png"] as Record<string, number>;
  assert.equal(pixels.getUint32(16), 2 * width!);
  assert.equal(pixels.getUint32(20), 2 * height!);
  assert.ok(width! > 560 && width! < 700);
});

Deno.test("mimeBundle() shows a frame's shape and first rows", async () => {
  const { data } = await mimeBundle(frame, {
    rows: 3,
    caption: "Training set",
  });
  const text = String(data["text/plain"]);
  assert.match(text, /^Training set \(30 rows × 2 columns, the first 3\)\n/);
  assert.equal(text.split("\n").length, 3 + 3);
  assert.match(String(data["text/html"]), /&lt;b&gt;2&lt;\/b&gt;/);
  const whole = await mimeBundle(frame.head(2));
  assert.match(String(whole.data["text/plain"]), /^2 rows × 2 columns\n/);
});

/** What a terminal shows of a value. */
async function textOf(value: unknown, rows?: number): Promise<string> {
  const { data } = await mimeBundle(value, rows === undefined ? {} : { rows });
  return String(data["text/plain"]);
}

Deno.test("mimeBundle() writes a value that is no object in one line", async () => {
  const cases: [unknown, string][] = [
    [0.5, "0.5"],
    [NaN, "NaN"],
    [12n, "12"],
    [true, "true"],
    [null, "null"],
    [undefined, "undefined"],
    [Symbol("a"), "Symbol(a)"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new RangeError("too large"), "RangeError: too large"],
    [{}, "{}"],
  ];
  for (const [value, text] of cases) {
    const { data } = await mimeBundle(value);
    assert.deepEqual(data, { "text/plain": text });
  }
});

Deno.test("mimeBundle() makes a table of lists, records, maps and sets", async () => {
  const cases: [unknown, string[]][] = [
    [[3, 5], ["2 values", "index  value", "-----  -----", "    0      3"]],
    [["a", null], ["2 values", "index  value", "-----  -----", "    0  a"]],
    [[[1, 2], [3, 4]], ["2 values", "index  [0]  [1]"]],
    [new Float32Array([0.5]), ["1 value", "index   value"]],
    [{ loss: 0.5, name: "b" }, ["name  value", "----  ------", "loss  0.5000"]],
    [new Map([["a", 1]]), ["1 entry", "key  value", "---  -----"]],
    [new Set([7]), ["1 value", "index  value"]],
    [[{ a: { b: [1, 2] } }], ["a", "---------------", "{ b: [ 1, 2 ] }"]],
  ];
  for (const [value, lines] of cases) {
    assert.deepEqual(
      (await textOf(value)).split("\n").slice(0, lines.length),
      lines,
    );
  }
  assert.match(await textOf([]), /^No rows$/);
  const labels = frame.getColumn("label");
  assert.match(await textOf(labels), /^30 values, the first 10\n/);
  const long = Array.from({ length: 1000 }, (_, i) => i);
  assert.match(await textOf(long), /^1000 values, the first 10\n/);
  assert.equal((await textOf(long)).split("\n").length, 3 + 10);
  const records = long.map((a) => ({ a }));
  assert.equal((await textOf(records)).split("\n").length, 2 + 1000);
  assert.match(await textOf(records, 3), /^1000 rows, the first 3\n/);
});

Deno.test("mimeBundle() shows a tensor's type, shape and first values", async () => {
  await tf.setBackend("cpu");
  const scalar = tf.scalar(0.5);
  const vector = tf.tensor1d([1, 2], "int32");
  const cube = tf.range(0, 24).reshape([2, 3, 4]);
  const wide = tf.zeros([20, 20]);
  assert.equal(await textOf(scalar), "float32 tensor []: 0.5");
  assert.equal(
    await textOf(vector),
    "int32 tensor [2]\n[0]  [1]\n---  ---\n  1    2",
  );
  const lines = (await textOf(cube)).split("\n");
  assert.equal(lines[0], "float32 tensor [2, 3, 4]");
  assert.match(lines.at(-1)!, /^\[1, 2\] +20 +21 +22 +23$/);
  const first = (await textOf(wide)).split("\n");
  assert.equal(first[0], "float32 tensor [20, 20], the first values");
  assert.match(first[1]!, /\[7\] +…$/);
  assert.equal(first.length, 3 + 10);
  assert.equal(
    await textOf(tf.zeros([0, 2])),
    "float32 tensor [0, 2]: no values",
  );
  const tree = await textOf({ kernel: vector, bias: [vector] });
  assert.match(tree, /kernel +int32 tensor \[2\]/);
  tf.dispose([scalar, vector, cube, wide]);
  assert.equal(await textOf(vector), "int32 tensor [2], disposed");
});

Deno.test("mimeBundle() takes a chart that has no description", async () => {
  const { description: _, ...bare } = chart;
  assert.equal(await textOf(bare), "Chart");
});

Deno.test("show() ends 20 ms after the output has left", async () => {
  const sent: unknown[] = [];
  let leftAt = 0;
  const broadcast: Broadcast = async (type, content) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    sent.push([type, content]);
    leftAt = performance.now();
  };
  await show("hello", { broadcast });
  assert.ok(performance.now() - leftAt >= 19);
  assert.deepEqual(sent, [["display_data", {
    data: { "text/plain": "hello" },
    metadata: {},
    transient: {},
  }]]);
});

Deno.test("show() does nothing where there is no kernel", async () => {
  await show([{ epoch: 1 }]);
});
