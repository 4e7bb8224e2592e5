import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { predict } from "bertbook/inference/predict.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import { initHead } from "bertbook/model/heads/heads.ts";
import { normalRandom } from "bertbook/model/parameters.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import { newModel, TOY_WITHOUT_DROPOUT } from "./_support.ts";

await tf.setBackend("cpu");

/** Sequences whose second token decides their class. */
const EXAMPLES = Array.from({ length: 32 }, (_, i) => ({
  inputIds: [2, i % 2 === 0 ? 10 : 20, 30 + i % 7, 3].slice(0, 3 + i % 2),
  tokenTypeIds: [0, 0, 0, 0].slice(0, 3 + i % 2),
  label: i % 2,
}));

const CONFIGS: Record<string, BertConfig> = {
  DistilBERT: {
    ...TOY_WITHOUT_DROPOUT,
    modelType: "distilbert",
    typeVocabSize: 0,
    hasPooler: false,
    classifierDropout: 0.2,
  },
  ELECTRA: {
    ...TOY_WITHOUT_DROPOUT,
    modelType: "electra",
    embeddingSize: 8,
    hasPooler: false,
    classifierDropout: 0.1,
  },
  "a model with RoBERTa's positions and padding": {
    ...TOY_WITHOUT_DROPOUT,
    typeVocabSize: 1,
    padTokenId: 1,
    positionOffset: 2,
    maxPositionEmbeddings: 18,
  },
};

for (const [name, config] of Object.entries(CONFIGS)) {
  for (const batching of ["packed", "padded"] as const) {
    Deno.test(`fineTune() trains ${name}, ${batching}`, async () => {
      const head = "sequence-classification";
      const sizes = { config, numLabels: 2 };
      const params = initHead(head, sizes, normalRandom(7));
      const base = newModel();
      disposeTree(base.params);
      const model = { ...base, config, params };
      const data = {
        train: EXAMPLES.slice(0, 24),
        validation: EXAMPLES.slice(24),
      };
      const options = {
        ...{
          epochs: name === "ELECTRA" ? 12 : 6,
          batchSize: 8,
          learningRate: 5e-3,
          seed: 1,
        },
        batching,
      };
      for await (const event of fineTune(model, data, options)) {
        if (event.kind === "step") assert.ok(Number.isFinite(event.loss));
      }
      const { predictions } = await predict(model, EXAMPLES);
      assert.deepEqual(predictions, EXAMPLES.map(({ label }) => label));
      disposeTree(model.params);
    });
  }
}
