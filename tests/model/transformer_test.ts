import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { languageModel } from "bertbook/model/language_model.ts";
import { layerNorm } from "bertbook/ops/layer_norm.ts";
import { causalMask } from "bertbook/ops/attention.ts";
import {
  initTransformer,
  type Positions,
  transformer,
  type TransformerConfig,
  transformerConfig,
  type TransformerParams,
} from "bertbook/model/transformer.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { assertClose, assertNoLeak, chirp, differenceOf } from "./_support.ts";

await tf.setBackend("cpu");

const SIZES = {
  vocabSize: 11,
  numLayers: 2,
  numHeads: 2,
  hiddenSize: 8,
  maxPositionEmbeddings: 6,
  initializerRange: 0.4,
};
const configOf = (choices: Partial<TransformerConfig>): TransformerConfig =>
  transformerConfig({ ...SIZES, ...choices });
const newParams = (config: TransformerConfig): TransformerParams =>
  initTransformer(config, randomStream(7));

const IDS = [[3, 1, 4, 1, 5, 9], [2, 6, 5, 3, 5, 8]];
const idsOf = (rows: number[][]): tf.Tensor2D =>
  tf.tensor2d(rows, undefined, "int32");
const noMask = (): tf.Tensor4D => tf.zeros([1, 1, 1, 6]);

Deno.test("transformerConfig() takes F = 4 · D, and refuses heads that do not divide D", () => {
  assert.equal(configOf({}).intermediateSize, 32);
  assert.equal(configOf({ intermediateSize: 5 }).intermediateSize, 5);
  assert.throws(() => configOf({ numHeads: 3 }), {
    name: "RangeError",
    message: /numHeads must divide hiddenSize; found numHeads=3, hiddenSize=8/,
  });
});

Deno.test("initTransformer() has as many values as the formula says", () => {
  const { vocabSize: V, hiddenSize: D, maxPositionEmbeddings, numLayers: L } =
    SIZES;
  const F = 4 * D;
  // Four projections, two feed-forward maps, two norms; then the tables and a norm.
  const layer = 4 * (D * D + D) + (D * F + F) + (F * D + D) + 2 * 2 * D;
  for (const positions of ["learned", "sinusoidal", "none"] as const) {
    const params = newParams(configOf({ positions }));
    const count = namedLeaves(params)
      .reduce((sum, [, leaf]) => sum + leaf.size, 0);
    const table = positions === "learned" ? maxPositionEmbeddings * D : 0;
    assert.equal(count, V * D + table + L * layer + 2 * D);
    disposeTree(params);
  }
});

Deno.test("without positions and without a mask, tokens in another order give the same states in that order", () => {
  tf.tidy(() => {
    const order = [4, 0, 5, 2, 1, 3];
    const shuffled = IDS.map((row) => order.map((i) => row[i]!));
    const difference = (positions: Positions): number => {
      const config = configOf({ positions });
      const params = newParams(config);
      const [whole, moved] = [IDS, shuffled].map((inputIds) =>
        transformer(
          params,
          { inputIds: idsOf(inputIds), mask: noMask() },
          config,
        ).hidden
      );
      const expected = tf.gather(whole!, tf.tensor1d(order, "int32"), 1);
      return differenceOf(moved!, expected.arraySync() as number[][][]);
    };
    assert.ok(difference("none") < 1e-5);
    assert.ok(difference("learned") > 0.1);
    assert.ok(difference("sinusoidal") > 0.1);
  });
});

Deno.test("languageModel() says the same of the past whatever comes after", () => {
  for (const normOrder of ["post", "pre", "pre-replacing"] as const) {
    tf.tidy(() => {
      const config = configOf({ normOrder });
      const params = newParams(config);
      const changed = IDS.map((row) => [...row.slice(0, 3), 7, 7, 10]);
      const [one, other] = [IDS, changed].map((inputIds) =>
        languageModel(params, idsOf(inputIds), config).logits
      );
      const past = (logits: tf.Tensor3D) => logits.slice([0, 0, 0], [2, 3, 11]);
      assertClose(past(one!), past(other!).arraySync(), 0);
      assert.ok(differenceOf(one!, other!.arraySync()) > 0.1);
    });
  }
});

Deno.test("languageModel() says the same of a shorter sequence and of one alone", () => {
  tf.tidy(() => {
    const config = configOf({ positions: "sinusoidal" });
    const params = newParams(config);
    const all = languageModel(params, idsOf(IDS), config).logits;
    const short = languageModel(
      params,
      idsOf([IDS[1]!.slice(0, 4)]),
      config,
    ).logits;
    assertClose(short, all.slice([1, 0, 0], [1, 4, 11]).arraySync(), 1e-5);
  });
});

Deno.test("languageModel()'s logits are the final states times the word table", () => {
  tf.tidy(() => {
    const config = configOf({});
    const params = newParams(config);
    const { hidden, logits, attentions } = languageModel(
      params,
      idsOf(IDS),
      config,
    );
    assert.deepEqual(attentions.map(({ shape }) => shape), [
      [2, 2, 6, 6],
      [2, 2, 6, 6],
    ]);
    const words = params.word.arraySync();
    const expected = hidden.arraySync().map((rows) =>
      rows.map((state) =>
        words.map((word) => word.reduce((sum, w, i) => sum + w * state[i]!, 0))
      )
    );
    assertClose(logits, expected, 1e-5);
  });
});

Deno.test("norms that replace their input are norms after the sum, moved by one place", () => {
  tf.tidy(() => {
    const config = configOf({ normOrder: "pre-replacing", positions: "none" });
    const params = newParams(config);
    // Each norm its own gain and bias, so that none can stand for another.
    const norms = [
      ...params.layers.flatMap((l) => [l.attentionNorm, l.outputNorm]),
      params.finalNorm,
    ];
    // The last one stays plain: normal rows pass it unchanged.
    for (const [i, norm] of norms.slice(0, -1).entries()) {
      norm.weight = chirp<tf.Tensor1D>([8], i).mul(0.3).add(1);
      norm.bias = chirp<tf.Tensor1D>([8], i + 20).mul(0.2);
    }
    const input = { inputIds: idsOf(IDS), mask: causalMask(6) };
    const replacing = transformer(params, input, config);
    const moved: TransformerParams = {
      word: layerNorm(norms[0]!, params.word, config.layerNormEpsilon),
      layers: params.layers.map((layer, l) => ({
        ...layer,
        attentionNorm: norms[2 * l + 1]!,
        outputNorm: norms[2 * l + 2]!,
      })),
      finalNorm: params.finalNorm,
    };
    const after = transformer(moved, input, { ...config, normOrder: "post" });
    assertClose(after.hidden, replacing.hidden.arraySync(), 1e-4);
    const before = { ...config, normOrder: "pre" } as const;
    const other = transformer(params, input, before);
    assert.ok(differenceOf(other.hidden, replacing.hidden.arraySync()) > 0.1);
  });
});

Deno.test("transformer() refuses more tokens than it has positions for", () => {
  tf.tidy(() => {
    const config = configOf({ maxPositionEmbeddings: 5 });
    assert.throws(
      () => languageModel(newParams(config), idsOf(IDS), config),
      {
        name: "RangeError",
        message: /between 1 and 5, .* found 6; truncate them/,
      },
    );
  });
});

Deno.test("languageModel() leaves only its outputs in memory", () => {
  const config = configOf({ positions: "sinusoidal" });
  const params = newParams(config), inputIds = idsOf(IDS);
  assertNoLeak(() => tf.dispose(languageModel(params, inputIds, config)));
  disposeTree(params);
  inputIds.dispose();
});
