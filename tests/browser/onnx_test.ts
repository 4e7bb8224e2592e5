import * as transformers from "@huggingface/transformers";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { ALL_MINI_LM } from "bertbook/checkpoint/catalogue.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import { findAsset } from "bertbook/download/ensure_asset.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import type { OnnxPrecision } from "bertbook/onnx/graph.ts";
import { DTYPES } from "../../tools/own/onnx_file.ts";
import { RUNS_ALL } from "../_tiers.ts";
import { NAMES } from "../checkpoint/_heads.ts";
import { ask } from "../onnx/_ask.mjs";
import { outputsOf, toyInput, worstOf } from "../onnx/_files.ts";
import { type Ask, askModels, assertOurAnswers } from "../onnx/_pipelines.ts";
import { findChromium } from "./_chromium.ts";
import { onSite, PACKAGES } from "./_site.ts";

const chromium = findChromium();
const reason = chromium === undefined
  ? " (skipped: no Chromium in BERTBOOK_CHROMIUM or on PATH)"
  : "";

/** transformers.js in a page, on onnxruntime-web. */
const askChromium: Ask = (folder, questions, dtypes) => {
  const folders = [folder, ...Object.values(PACKAGES)];
  const module = join(import.meta.dirname!, "..", "onnx");
  return onSite(
    chromium!,
    "page.html",
    [...folders, module],
    (page) =>
      page.evaluate(`(async () => {
        const transformers = await import("/transformers.min.js");
        const { ask } = await import("/_ask.mjs");
        transformers.env.backends.onnx.wasm.wasmPaths = "/";
        return await ask(transformers, ...${
        JSON.stringify(["/", questions, dtypes])
      });
      })()`),
  );
};

Deno.test({
  name: `pipelines in Chromium give our answers${reason}`,
  ignore: !RUNS_ALL || chromium === undefined,
  fn: async () => {
    await tf.setBackend("cpu");
    await assertOurAnswers(askChromium);
  },
});

/** How far logits of MiniLM may be off, as a share of the largest. */
const TOLERANCES: Readonly<Record<OnnxPrecision, number>> = {
  float32: 1e-5, // found: 1.1e-6
  float16: 1e-2, // found: 1.9e-3
  int8: 0.5, // found: 0.37, of random heads, whose logits are near 0
};

/** Six tokens each: what is computed of padding may be anything. */
const SENTENCES = [["A fine film.", undefined], [
  "Dogs bark",
  "often",
]] as const;

const weights = await findAsset(ALL_MINI_LM.asset);

Deno.test({
  name: `MiniLM with every head computes in Deno and Chromium as here${
    weights ? reason : " (not in the cache)"
  }`,
  ignore: !RUNS_ALL || chromium === undefined || !weights,
  fn: async (t) => {
    await tf.setBackend("cpu");
    const platforms: Record<string, Ask> = {
      Deno: (...given) => ask(transformers, ...given),
      Chromium: askChromium,
    };
    for (const head of NAMES) {
      const model = await loadModel("all-MiniLM-L6-v2", {
        head,
        ...head.endsWith("classification") && { labels: ["a", "b", "c"] },
        seed: 42,
      });
      const input = toyInput(model, 6, SENTENCES);
      const ours = outputsOf(model, input);
      const asked = { name: head, task: "feature-extraction", calls: [] };
      const all = await askModels(
        Object.values(platforms),
        [{ ...asked, input, model }],
      );
      for (const [i, platform] of Object.keys(platforms).entries()) {
        for (const [precision, dtype] of Object.entries(DTYPES)) {
          const { outputs } = all[i]![head]![dtype]!;
          const { difference, share } = worstOf(outputs, ours);
          const figures = [difference, share].map((each) =>
            each.toExponential(1)
          );
          await t.step(
            `${head} ${precision} in ${platform}: logits differ by ${
              figures[0]
            }, ${figures[1]} of the largest`,
            () => assert.ok(share <= TOLERANCES[precision as OnnxPrecision]),
          );
        }
      }
      disposeTree(model.params);
    }
  },
});
