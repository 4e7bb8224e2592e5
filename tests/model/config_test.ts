import assert from "node:assert/strict";
import {
  BERT_TINY,
  type BertConfig,
  checkConfig,
} from "bertbook/model/config.ts";

Deno.test("checkConfig() names the sizes that do not fit", () => {
  const cases: [Partial<BertConfig>, RegExp][] = [
    [{ numHeads: 5 }, /numHeads=5, hiddenSize=128/],
    [
      { numLayers: 0 },
      /numLayers must be a whole number of at least 1; found 0/,
    ],
    [
      { numLayers: 1e12 },
      /numLayers must be at most 1024; found 1000000000000/,
    ],
    [{ vocabSize: 1.5 }, /vocabSize must be a whole number .* found 1\.5/],
    [{ hiddenSize: NaN }, /hiddenSize must be a whole number .* found NaN/],
    [{ hiddenDropout: 1 }, /hiddenDropout must be in \[0, 1\); found 1/],
    [{ layerNormEpsilon: 0 }, /layerNormEpsilon must be positive; found 0/],
    [{ padTokenId: 30_522 }, /padTokenId must be below vocabSize=30522; found/],
    [{ positionOffset: 512 }, /must be below maxPositionEmbeddings=512; found/],
    [
      { activation: "mish" as "gelu" },
      /one of gelu, gelu_new, relu, silu, .*; found mish/,
    ],
    [
      { embeddingSize: 64 },
      /must be hiddenSize=128, except in ELECTRA; found 64/,
    ],
    [
      { embeddingSize: 0, modelType: "electra" },
      /embeddingSize must be a whole number from 1 to 65536; found 0/,
    ],
    [{ normOrder: "after" as "post" }, /one of post, pre, pre-repl.* "?after/],
  ];
  for (const [change, message] of cases) {
    assert.throws(() => checkConfig({ ...BERT_TINY, ...change }), {
      name: "RangeError",
      message,
    });
  }
});
