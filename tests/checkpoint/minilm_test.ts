import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { classifySequences } from "bertbook/model/heads/sequence_classifier.ts";
import { MINI_LM } from "bertbook/model/config.ts";
import { inputFrom } from "bertbook/model/input.ts";
import { findAsset } from "bertbook/download/ensure_asset.ts";
import { ALL_MINI_LM } from "bertbook/checkpoint/catalogue.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import golden from "../golden/bert_minilm.json" with { type: "json" };
import { assertClose, chirp } from "../model/_support.ts";

await tf.setBackend("cpu");

const folder = await findAsset(ALL_MINI_LM.asset);

Deno.test({
  name: folder
    ? "real MiniLM weights equal Python's transformers in every layer"
    : "real MiniLM weights equal Python's transformers (not in the cache)",
  ignore: !folder,
  fn: async () => {
    const before = tf.memory().numTensors;
    const labels = ["no", "yes"];
    const model = await loadModel("all-MiniLM-L6-v2", {
      head: "sequence-classification",
      labels,
      seed: 0,
    });
    const { config, params, report, tokenizer } = model;
    assert.deepEqual(config, MINI_LM);
    assert.deepEqual(
      report.initialized,
      ["classifier.weight", "classifier.bias"],
    );
    assert.deepEqual(report.unexpected, ["embeddings.position_ids"]);
    const pair = tokenizer.encode("The dog barked.", { pair: "It ran away." });
    assert.deepEqual(pair.inputIds, golden.ids[0]);

    tf.tidy(() => {
      const input = inputFrom({
        inputIds: golden.ids.flat(),
        tokenTypeIds: golden.segments.flat(),
        attentionMask: golden.attentionMask.flat(),
        length: golden.ids[0]!.length,
      }, config);
      const kernel = chirp([2, 384], 0).mul(0.4).transpose<tf.Tensor2D>();
      const bias = chirp([2], 1).mul<tf.Tensor1D>(0.2);
      const classifier = { kernel, bias };
      const output = classifySequences(
        { ...params, classifier },
        input,
        config,
      );
      output.hiddenStates.forEach((hidden, layer) => {
        const columns = hidden.stridedSlice([0, 0, 0], hidden.shape, [
          ...[1, 1, golden.columns],
        ]);
        assertClose(columns, golden.hiddenStates[layer]!, 1e-5);
        assertClose(hidden.norm(2, -1), golden.lengths[layer]!, 1e-4);
      });
      output.attentions.forEach((weights, layer) => {
        const heads = tf.gather(weights, tf.tensor1d([0, 11], "int32"), 1);
        assertClose(heads, golden.attentions[layer]!, 1e-5);
      });
      assertClose(output.logits, golden.logits, 1e-5);
    });
    disposeTree(params);
    assert.equal(tf.memory().numTensors, before);
  },
});
