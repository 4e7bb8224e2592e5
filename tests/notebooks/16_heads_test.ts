/** Notebook 16, the seven heads, run as a reader would. */

import assert from "node:assert/strict";
import { numPictures, run, textOf } from "./_run.ts";

Deno.test("16_heads runs all seven heads, and trains two of them", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-heads-" });
  try {
    const notebook = await run("16_heads", out);
    const text = textOf(notebook);
    assert.ok(numPictures(notebook) >= 1);
    // 16 tensors a layer and 5 of the embeddings, and those of each head.
    const tensors = {
      BertModel: 103,
      BertForPreTraining: 110,
      BertForMaskedLM: 106,
      BertForNextSentencePrediction: 105,
      BertForSequenceClassification: 105,
      BertForTokenClassification: 103,
      BertForQuestionAnswering: 103,
    };
    for (const [name, count] of Object.entries(tensors)) {
      assert.match(text, new RegExp(`${name} .* ${count} +\\d`));
    }
    const [, B, T] = /B = (\d+), T = (\d+)/.exec(text)!;
    const V = "30522";
    const shapes = {
      "hidden states, one of L \\+ 1 \\[B, T, D\\]": [B, T, 384],
      "attention weights, one of L \\[B, H, T, T\\]": [B, 12, T, T],
      "pooled state \\[B, D\\]": [B, 384],
      "masked words \\[B · T, V\\]": [Number(B) * Number(T), V],
      "next sentence \\[B, 2\\]": [B, 2],
      "sequence classification \\[B, C\\]": [B, 3],
      "token classification \\[B, T, C\\]": [B, T, 3],
      "question answering, start \\[B, T\\]": [B, T],
      "question answering, end \\[B, T\\]": [B, T],
    };
    for (const [name, shape] of Object.entries(shapes)) {
      assert.match(text, new RegExp(`${name} +${shape.join(" × ")}\\s`));
    }
    assert.match(text, /Accuracy (0\.9|1\.)\d+ on names/);
    const [, matches] = /Exact match after each epoch: (.*)\. It/.exec(text)!;
    assert.ok(Number(matches!.split(", ").at(-1)) > 0.6, `${matches}`);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
