import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { exportOnnx, ONNX_FILES } from "bertbook/onnx/export_onnx.ts";
import { ZERO_POINT } from "bertbook/onnx/graph.ts";
import { quantizeMatrix } from "bertbook/onnx/quantize.ts";
import {
  answerAccuracy,
  askEach,
  compareAnswers,
  differenceChart,
  fileRows,
  operatorRows,
  pageParts,
  pageScript,
  policyRows,
  readOnnx,
  roundingRows,
} from "../../notebooks/support/onnx_files.ts";
import { toyModel } from "../checkpoint/_toy.ts";

await tf.setBackend("cpu");

Deno.test("readOnnx() finds inputs, outputs, operators and constants", async () => {
  const model = toyModel();
  const folder = await Deno.makeTempDir();
  try {
    const files = await exportOnnx(model, folder, {
      precisions: ["float32", "int8"],
    });
    const [float32, int8] = await Promise.all(
      files.map(({ file }) => readOnnx(join(folder, file))),
    );
    assert.equal(float32!.opset, 17);
    assert.deepEqual(
      float32!.inputs.map(({ name, type, shape }) => [name, type, shape]),
      ["input_ids", "attention_mask", "token_type_ids"].map((name) => [
        ...[name, "int64", "[batch_size, sequence_length]"],
      ]),
    );
    assert.deepEqual(float32!.outputs, [{
      name: "logits",
      type: "float32",
      shape: `[batch_size, ${model.labels.length}]`,
    }]);

    const rows = operatorRows({ float32: float32!, int8: int8! });
    const whole = rows.find(({ operator }) => operator === "MatMulInteger")!;
    assert.equal(whole["float32"], 0);
    // Query, key and value, the output projection and two of the feed-forward layer.
    assert.ok(Number(whole["int8"]) >= model.config.numLayers * 4);
    const most = rows.map(({ float32, int8 }) =>
      Math.max(Number(float32), Number(int8))
    );
    assert.deepEqual(most, most.toSorted((a, b) => b - a));

    const path = "bert.layers.0.intermediate.kernel";
    const { kernel } = model.params.bert.layers[0]!.intermediate;
    const values = await kernel.data<"float32">();
    assert.deepEqual(
      Int8Array.from(
        int8!.constants.get(`${path}.uint8`)!,
        (value) => value - ZERO_POINT,
      ),
      quantizeMatrix(values, kernel.shape[1], "columns").values,
    );
    const [row] = fileRows(files, { kernel });
    assert.equal(row!.file, `onnx/${ONNX_FILES.float32}`);
    assert.equal(row!["bytes a parameter"], files[0]!.bytes / kernel.size);
  } finally {
    disposeTree(model.params);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("roundingRows() rounds with a scale for each column, or one for all", () => {
  // As in exercise 22.4: one scale of 0.05, and scales of 0.01 and 0.05.
  const [each, all] = roundingRows([[1.27, 6.35], [0.124, 0.02]], [8]);
  assert.equal(each!.largest.toFixed(6), "0.020000");
  assert.equal(all!.largest.toFixed(6), "0.024000");
  const squares = [0, 0, 0.004, 0.02].map((error) => error ** 2);
  const mean = squares.reduce((a, b) => a + b) / 4;
  assert.equal(each!.rms.toFixed(6), Math.sqrt(mean).toFixed(6));
  const [coarse] = roundingRows([[7, -1.4], [0.6, 0]], [4]);
  // Steps of 1 and 0.2: only 0.6 is no multiple.
  assert.equal(coarse!.largest.toFixed(6), "0.400000");
});

Deno.test("answers are compared by label, and timed by their median", async () => {
  const waits: Record<string, number> = { a: 0, b: 30, c: 0 };
  const { answers, milliseconds } = await askEach(async (text) => {
    await new Promise((resolve) => setTimeout(resolve, waits[text]));
    return { yes: text === "c" ? 0.4 : 0.9, no: text === "c" ? 0.6 : 0.1 };
  }, ["a", "b", "c"]);
  assert.ok(milliseconds < 30, `${milliseconds}`);
  assert.equal(answerAccuracy(answers, ["yes", "no", "no"]), 2 / 3);
  const reference = [
    { yes: 0.9, no: 0.1 },
    { yes: 0.7, no: 0.3 },
    { yes: 0.55, no: 0.45 },
  ];
  const [row] = compareAnswers({ int8: { answers, milliseconds } }, reference);
  assert.equal(row!.largestDifference.toFixed(6), "0.200000");
  assert.equal(row!.sameLabel, "2 of 3");
});

Deno.test("differenceChart() has a point for each number, and says how far they are", () => {
  const titles = { title: "How far?", xTitle: "x", yTitle: "y" };
  const spec = differenceChart([1, -2], { int8: [1.5, -2.25] }, titles);
  assert.deepEqual(
    (spec as { data: { values: unknown } }).data.values,
    [{ series: "int8", x: 1, y: 0.5 }, { series: "int8", x: -2, y: -0.25 }],
  );
  assert.equal(spec.description, "How far? int8: at most 0.50.");
});

Deno.test("the parts of a page add up, and its policy has the hash of its script", async () => {
  const script = "if (1 < 2) answer();";
  const packed = (bytes: number): string =>
    gzipSync(new Uint8Array(bytes)).toString("base64");
  const filled: Record<string, string> = {
    weights: packed(3e6),
    runtime: packed(1e6),
    data: '{"labels":["één"]}',
    script,
    hash: createHash("sha256").update(script).digest("base64"),
  };
  // The page of a model, as lib/page/model_page.ts fills it.
  const template = await Deno.readTextFile(
    new URL("../../lib/page/page.html", import.meta.url),
  );
  const html = template.replaceAll(
    /\{\{(\w+)\}\}/g,
    (_, name) => filled[name] ?? "",
  );
  const rows = await pageParts(html);
  const [together, ...parts] = rows.toReversed();
  const { length } = new TextEncoder().encode(html);
  assert.equal(together!.MB, length / 1e6);
  const sum = parts.reduce((sum, { MB }) => sum + MB, 0);
  assert.ok(Math.abs(sum - together!.MB) < 1e-9);
  assert.deepEqual(
    rows.slice(0, 4).map(({ part, unpacked }) => [part, unpacked]),
    [
      ["weights", 3],
      ["runtime", 1],
      ["tokenizer and settings", 20 / 1e6],
      ["script", 20 / 1e6],
    ],
  );
  assert.equal(pageScript(html), script);
  const policy = new Map(
    policyRows(html).map(({ directive, sources }) => [directive, sources]),
  );
  assert.equal(policy.get("connect-src"), "'none'");
  assert.match(policy.get("script-src")!, new RegExp(`sha256-\\S{43}=' `));
});
