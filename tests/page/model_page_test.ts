import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { tokenizerFromJson } from "bertbook/checkpoint/tokenizer_json.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { onnxBytes } from "bertbook/onnx/export_onnx.ts";
import { modelPage } from "bertbook/page/model_page.ts";
import { toyHead } from "../checkpoint/_heads.ts";
import { toyModel } from "../checkpoint/_toy.ts";

const EVIL = `</script><script>window.pwned = 1</script><!--`;

/** The content of a script element. */
function scriptOf(html: string, id: string): string {
  return new RegExp(`<script type="[^"]*" id="${id}">([^<]*)</script>`)
    .exec(html)![1]!;
}

const unpacked = (html: string, id: string): Uint8Array =>
  new Uint8Array(gunzipSync(Buffer.from(scriptOf(html, id), "base64")));

Deno.test("a page holds model, tokenizer and runtime, and may load nothing", async () => {
  await tf.setBackend("cpu");
  const model = toyModel();
  model.labels = [EVIL, "acceptable", "neither"];
  model.inference = { temperature: 0.5, maxLength: 12 };
  const html = await modelPage(model, {
    title: EVIL,
    inputs: ["first", EVIL],
    facts: { [EVIL]: EVIL },
  });
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(html)!;
  const scripts = [
    ...html.matchAll(/<script type="module">([^]*?)<\/script>/g),
  ];
  assert.equal(scripts.length, 1);
  const hash = createHash("sha256").update(scripts[0]![1]!).digest("base64");
  assert.deepEqual(policy!.split("; "), [
    "default-src 'none'",
    "connect-src 'none'",
    `script-src 'sha256-${hash}' 'wasm-unsafe-eval'`,
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  // Four elements in all, so no label has become another one.
  assert.equal(html.match(/<script/g)!.length, 4);
  assert.doesNotMatch(html, /<!--/);
  const markup = html.replace(/<script[^]*<\/script>/, "");
  assert.doesNotMatch(
    markup,
    /\b(src|href|srcset|action)=|url\(|@import|https?:/,
  );

  assert.deepEqual(
    unpacked(html, "weights"),
    new Uint8Array(await onnxBytes(model, "int8", { attentions: true })),
  );
  assert.deepEqual(
    [...unpacked(html, "runtime").subarray(0, 4)],
    [0, 97, 115, 109], // "\0asm"
  );
  const data = JSON.parse(scriptOf(html, "data"));
  assert.deepEqual(data.labels, model.labels);
  assert.equal(data.maxLength, 12);
  assert.equal(data.temperature, undefined); // the weights are divided by it
  const tokenizer = tokenizerFromJson(data.tokenizer, data.addedTokens);
  for (const text of ["The Dogs barked", "cafés [MASK] 10!"]) {
    assert.deepEqual(tokenizer.encode(text), model.tokenizer.encode(text));
  }
  assert.ok(html.length < 6e6, `${html.length}`);
  disposeTree(model.params);
});

Deno.test("a page shows as many fields as its task needs", async () => {
  await tf.setBackend("cpu");
  const labelsOf = (html: string) =>
    [...html.matchAll(/<label for="field-\d">([^<]*)</g)].map(([, name]) =>
      name
    );
  const classifier = toyModel(), reader = toyHead("question-answering");
  const tagger = toyHead("token-classification");
  assert.deepEqual(labelsOf(await modelPage(classifier)), ["Text"]);
  assert.deepEqual(labelsOf(await modelPage(reader)), [
    ...["Question", "Text that may have the answer"],
  ]);
  await assert.rejects(
    modelPage(tagger),
    /^TypeError: .* found the head "token-classification" with the labels unacc/,
  );
  tagger.labels = ["O", "B-DOG", "I-DOG"];
  await assert.rejects(
    modelPage(tagger, { inputs: ["a", "b"] }),
    /^RangeError: .* one text and at most 1; found 2/,
  );
  await assert.rejects(
    modelPage(classifier, { inputs: [] }),
    /at least one text and at most 2; found 0/,
  );
  await assert.rejects(
    modelPage(classifier, { inpts: [] } as never),
    /^TypeError: .*inpts/,
  );
  for (const { params } of [classifier, reader, tagger]) disposeTree(params);
});

Deno.test("a head without a page and a stopped training are refused", async () => {
  await tf.setBackend("cpu");
  for (const head of ["base", "masked-lm", "next-sentence"] as const) {
    const model = toyHead(head);
    await assert.rejects(
      modelPage(model),
      new RegExp(
        `^TypeError: Cannot make a page: .* found the head "${head}"`,
      ),
    );
    disposeTree(model.params);
  }
  const model = toyModel();
  model.training = { stage: "stopped", step: 3, totalSteps: 9 } as never;
  await assert.rejects(modelPage(model), /stopped at step 3 of 9/);
  delete model.training;
  disposeTree(model.params);
  await assert.rejects(modelPage(model), TypeError);
});
