import assert from "node:assert/strict";
import {
  BENCH_MODELS,
  benchBatch,
  stepFlops,
} from "../../../tools/bench/shapes.ts";
import { MINI_LM } from "bertbook/model/config.ts";
import { checkInput } from "bertbook/model/input.ts";

Deno.test("stepFlops() counts every product of a toy by hand", () => {
  // B = 32, T = 4, L = 1, D = 6, F = 10, C = 2, multiply and add as two.
  // Query, key, value, output: 4 products [128, 6] × [6, 6]:     4 · 2 · 128 · 36 =  36 864
  // Scores and context, whatever the heads: 2 · 2 · 32 · 4 · 4 · 6             =  12 288
  // Feed-forward, [128, 6] × [6, 10] and back:      2 · 2 · 128 · 60              =  30 720
  // Pooler [32, 6] × [6, 6], classifier [32, 6] × [6, 2]: 2 · 32 · (36 + 12)       =   3 072
  const toy = {
    ...MINI_LM,
    numLayers: 1,
    numHeads: 3,
    hiddenSize: 6,
    intermediateSize: 10,
  };
  assert.equal(stepFlops(toy, 4), 3 * (36_864 + 12_288 + 30_720 + 3_072));
});

Deno.test("stepFlops() does not count skipped work", () => {
  // The same toy. Keys and values of all tokens, 2 · 2 · 128 · 36:             18 432
  // Query and output, scores and context, feed-forward of 32 tokens in 128:
  //   (18 432 + 12 288 + 30 720) / 4 =                                         15 360
  const toy = {
    ...MINI_LM,
    numLayers: 1,
    numHeads: 3,
    hiddenSize: 6,
    intermediateSize: 10,
  };
  assert.equal(stepFlops(toy, 4, "all"), 3 * (18_432 + 15_360 + 3_072));
  // A layer below the last is whole.
  const below = stepFlops({ ...toy, numLayers: 2 }, 4, "all");
  assert.equal(below - stepFlops(toy, 4, "all"), 3 * (36_864 + 43_008));
});

Deno.test("stepFlops() of MiniLM are about 33 and 134 GFLOP", () => {
  assert.equal(Math.round(stepFlops(MINI_LM, 16) / 1e9), 33);
  assert.equal(Math.round(stepFlops(MINI_LM, 64) / 1e9), 134);
});

Deno.test("benchBatch() is a batch that every model can read", () => {
  for (const tokens of [1, 2, 16, 512]) {
    const batch = benchBatch(tokens);
    for (const config of Object.values(BENCH_MODELS)) checkInput(batch, config);
    assert.equal(batch.inputIds.length, 32 * tokens);
    assert.equal(batch.labels.reduce((sum, label) => sum + label, 0), 16);
  }
  const few = benchBatch(16, 100);
  checkInput(few, { ...MINI_LM, vocabSize: 100 });
  const real = benchBatch(16).attentionMask.reduce((sum, x) => sum + x, 0);
  assert.equal(real, 32 * 13);
});
