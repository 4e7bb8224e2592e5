import assert from "node:assert/strict";
import { join } from "node:path";
import { saveModel } from "../../../lib/checkpoint/save_model.ts";
import { disposeTree } from "../../../lib/engine/tensor_tree.ts";
import * as tf from "@tensorflow/tfjs";
import { toyHead } from "../../checkpoint/_heads.ts";
import { toyModel } from "../../checkpoint/_toy.ts";
import { PAGE_FILE } from "../../../tools/own/trained_folder.ts";
import { inFolder, run } from "./_commands.ts";

Deno.test("page writes one file that says what is known of the model", async () => {
  await inFolder(async (folder) => {
    await tf.setBackend("cpu");
    const model = toyModel();
    await saveModel(model, join(folder, "mails/model"));
    disposeTree(model.params);
    const metrics = {
      data: "mails.csv: 9 train",
      columns: { text: "subject", pair: "body" },
      verdict: { sentence: "macro F1 0.912 (0.88 to 0.94) on 52 test texts" },
      steps: 4,
      totalSteps: 8,
    };
    await Deno.writeTextFile(
      join(folder, "mails/metrics.json"),
      JSON.stringify(metrics),
    );
    await Deno.mkdir(join(folder, "mails/model/onnx"));
    const score = { value: 0.9, low: 0.8, high: 0.95 };
    const trial = {
      metric: "macroF1",
      data: "the 20 validation texts",
      files: [{ file: "onnx/model_quantized.onnx", score }],
    };
    await Deno.writeTextFile(
      join(folder, "mails/model/onnx/export.json"),
      JSON.stringify(trial),
    );
    const { code, out, err } = await run(folder, "page", "mails", "--json");
    assert.equal(code, 0, err);
    const file = join("mails", "page.html");
    const { bytes, ...said } = JSON.parse(out);
    assert.deepEqual(said, {
      file,
      task: "single-label",
      labels: ["unacceptable", "acceptable", "neither"],
    });
    assert.equal(bytes, (await Deno.stat(join(folder, file))).size);
    const html = await Deno.readTextFile(join(folder, file));
    for (
      const part of [
        "<h1>mails</h1>",
        ">subject</label>",
        ">body</label>",
        "<dd>mails.csv: 9 train</dd>",
        "<dd>ended early, after 4 of 8 steps</dd>",
        "<dd>macro F1 0.912 (0.88 to 0.94) on 52 test texts</dd>",
        "<dd>macroF1 0.900 (0.80 to 0.95) on the 20 validation texts</dd>",
      ]
    ) assert.ok(html.includes(part), part);
  });
});

Deno.test("a model can be saved again where its page is", async () => {
  await inFolder(async (folder) => {
    await tf.setBackend("cpu");
    const model = toyModel(), place = join(folder, "model");
    await saveModel(model, place);
    await Deno.writeTextFile(join(place, PAGE_FILE), "<!DOCTYPE html>");
    await saveModel(model, place);
    disposeTree(model.params);
    // A page of older weights is gone with them.
    await assert.rejects(Deno.stat(join(place, PAGE_FILE)));
  });
});

Deno.test("page refuses a folder without a trained model, and a folder as its file", async () => {
  await inFolder(async (folder) => {
    await tf.setBackend("cpu");
    const words = toyHead("masked-lm");
    await saveModel(words, join(folder, "words"));
    disposeTree(words.params);
    const refusals: [string[], RegExp][] = [
      [["nothing"], /^Cannot open "nothing": .* found no config\.json/],
      [["words"], /must be trained to classify .* found masked-lm\n$/],
      [["words", "--out", "words"], /--out must name a file; found the folder/],
    ];
    for (const [args, message] of refusals) {
      const { code, out, err } = await run(folder, "page", ...args);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, message);
    }
    assert.deepEqual(
      [...Deno.readDirSync(join(folder, "words"))].filter(({ name }) =>
        name.endsWith(".html")
      ),
      [],
    );
  });
});
