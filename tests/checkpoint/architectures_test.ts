import assert from "node:assert/strict";
import {
  configFromJson,
  configToJson,
} from "bertbook/checkpoint/architectures.ts";
import { BERT_BASE, BERT_TINY, MINI_LM } from "bertbook/model/config.ts";

const NAMED = { BERT_TINY, MINI_LM, BERT_BASE };

for (const [name, config] of Object.entries(NAMED)) {
  Deno.test(`${name} survives the journey through config.json`, () => {
    const text = JSON.stringify(configToJson(config, {}));
    assert.deepEqual(configFromJson(JSON.parse(text), "config.json"), config);
  });
}

Deno.test("configFromJson() takes Python's defaults for what is absent", () => {
  const json = configToJson(BERT_TINY, { classifier_dropout: null });
  delete json["type_vocab_size"];
  delete json["layer_norm_eps"];
  delete json["position_embedding_type"];
  assert.deepEqual(configFromJson(json, "config.json"), BERT_TINY);
});

Deno.test("configFromJson() refuses what another architecture needs", () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [
      { model_type: "gpt2" },
      /"model_type" must be "bert" or "dist.* found "gp/,
    ],
    [{ hidden_act: 3 }, /"hidden_act" must be a string; found 3/],
    [{ position_embedding_type: "relative_key" }, /must be "absolute"/],
    [{ hidden_size: "128" }, /"hidden_size" must be a number; found "128"/],
    [{ vocab_size: null }, /"vocab_size" must be a number; found nothing/],
    [{ classifier_dropout: "0.3" }, /"classifier_dropout" must be a number; /],
    [{ tie_word_embeddings: 1 }, /"tie_word_embeddings" must be a boolean; /],
    [{ is_decoder: true }, /"is_decoder" must be false; found true/],
    [{ pruned_heads: { 0: [1] } }, /"pruned_heads" must be absent or empty; /],
    [
      { quantization_config: { bits: 4 } },
      /"quantization_config" must be abse/,
    ],
    [
      { tokenizer_class: "BertJapaneseTokenizer" },
      /"tokenizer_class" must be BertTokenizer or the like; found "BertJap/,
    ],
  ];
  for (const [change, message] of cases) {
    const json = configToJson(BERT_TINY, change);
    assert.throws(() => configFromJson(json, "config.json"), {
      name: "TypeError",
      message,
    });
  }
  for (const json of [null, [], 3, "bert"]) {
    assert.throws(() => configFromJson(json, "config.json"), TypeError);
  }
});
