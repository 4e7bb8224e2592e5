/** Notebook 22, from the notebook to a page. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { numberAt, numPictures, runOrSketch, textOf } from "./_run.ts";

Deno.test("22_notebook_to_page takes a model to onnxruntime and into one file", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-to-page-" });
  try {
    const notebook = await runOrSketch("22_notebook_to_page", out);
    const text = textOf(notebook);
    assert.match(text, /Embedded question corpus, questions in TREC's format/);
    // The figure, and the chart of logits.
    assert.equal(numPictures(notebook), 2);

    const accuracyIn = (program: string): number =>
      numberAt(text, new RegExp(`^${program} +(0\\.\\d+) +\\d+\\.\\d+$`, "m"));
    const engine = accuracyIn("engine");
    assert.ok(engine > 0.7, `${engine}`);
    assert.equal(accuracyIn("float32"), engine);
    assert.ok(Math.abs(accuracyIn("int8") - engine) < 0.05);

    const sizes = ["model", "model_fp16", "model_quantized"].map((name) =>
      numberAt(text, new RegExp(`^onnx/${name}\\.onnx +(\\d+\\.\\d+) `, "m"))
    );
    assert.ok(sizes[1]! < 0.51 * sizes[0]! && sizes[2]! < 0.27 * sizes[0]!);
    assert.match(text, /^MatMulInteger +0 +[1-9]\d*$/m);
    assert.match(text, /^float32 +\S+ +300 of 300$/m);
    assert.match(text, /and the file has these numbers\.$/m);

    // The run of this test, with whatever model, has written both.
    const page = await readFile(join(out, "notebook_22", "page.html"), "utf8");
    assert.match(page, /<title>What kind of answer\?<\/title>/);
    const config = join(out, "notebook_22", "model", "config.json");
    assert.match(await readFile(config, "utf8"), /"DESC"/);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
