import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { attentionsOf } from "bertbook/inference/attentions.ts";
import { fillMask } from "bertbook/inference/fill_mask.ts";
import { generate } from "bertbook/inference/generate.ts";
import { newModel } from "../training/_support.ts";

await tf.setBackend("cpu");

Deno.test("attentionsOf() refuses a text, and a disposed model", async () => {
  const model = newModel();
  await assert.rejects(attentionsOf(model, "hello" as never), {
    name: "TypeError",
    message: /^Cannot compute attention weights: .* found "hello"; call /,
  });
  const encoding = model.tokenizer.encode("word1 word2");
  disposeTree(model.params);
  await assert.rejects(attentionsOf(model, encoding), {
    name: "TypeError",
    message: /^Cannot compute attention weights: .* must be alive/,
  });
});

Deno.test("fillMask() refuses unknown options and what is no text", async () => {
  const model = newModel() as never;
  await assert.rejects(fillMask(model, "[MASK]", { topK: 3 } as never), {
    name: "TypeError",
    message: /^Cannot fill masks: .*"topK"; did you mean "top"\?$/,
  });
  await assert.rejects(fillMask(model, 7 as never), {
    name: "TypeError",
    message: /^Cannot fill masks: the text must be a string; found 7$/,
  });
});

Deno.test("generate() refuses unknown options and texts", async () => {
  const { params, config } = newModel();
  const model = { params, config } as never;
  const options = { random: { uniform: () => 0 }, temperature: 0, end: 1 };
  await assert.rejects(
    generate(model, [[1]], { ...options, temprature: 1 } as never),
    {
      name: "TypeError",
      message: /"temprature"; did you mean "temperature"\?$/,
    },
  );
  await assert.rejects(generate(model, ["hello"] as never, options), {
    name: "TypeError",
    message: /^Cannot generate: .* array of token ids; found "hello"/,
  });
  disposeTree(params);
});
