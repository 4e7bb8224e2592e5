// Needs --allow-read: tests/golden/embeddings.json, written by embeddings.py beside it.
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { ALL_MINI_LM } from "bertbook/checkpoint/catalogue.ts";
import { type HeadModel, loadModel } from "bertbook/checkpoint/pretrained.ts";
import { findAsset } from "bertbook/download/ensure_asset.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import {
  embed,
  embedEncoded,
  type EmbedOptions,
} from "bertbook/inference/embed.ts";
import { encodeWindows } from "bertbook/inference/windows.ts";
import type { HeadName } from "bertbook/model/heads/heads.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import golden from "../golden/embeddings.json" with { type: "json" };
import { GOLDEN_CONFIG } from "../model/_golden.ts";
import { chirpHead } from "../model/_support.ts";
import { assertNoLeak, newModel } from "../training/_support.ts";

const TOKENIZER = new BertTokenizer(
  parseVocabulary(golden.pieces.join("\n"), "vocab.txt"),
);

/** The encoder of the golden program; any other head adds parameters at the end. */
function goldenModel<H extends HeadName>(head: H): HeadModel<H> {
  return {
    head,
    config: GOLDEN_CONFIG,
    params: chirpHead(head, { config: GOLDEN_CONFIG, numLabels: 2 }),
    tokenizer: TOKENIZER,
    labels: [],
    name: "golden",
  };
}

function assertClose(
  actual: readonly Float32Array[],
  expected: readonly (readonly number[])[],
  tolerance: number,
): void {
  assert.deepEqual(
    actual.map(({ length }) => length),
    expected.map(({ length }) => length),
  );
  const worst = Math.max(
    ...actual.flatMap((vector, i) =>
      [...vector].map((value, d) => Math.abs(value - expected[i]![d]!))
    ),
  );
  assert.ok(worst <= tolerance, `the largest difference is ${worst}`);
}

for (const engine of ["tensorflow", "cpu"] as const) {
  Deno.test(`embed() equals Python's transformers with each pooling (${engine})`, async () => {
    if (engine === "cpu") await tf.setBackend("cpu");
    else await startEngine({ provision: { offline: true } });
    await assertNoLeak(async () => {
      for (const head of ["base", "sequence-classification"] as const) {
        const model = goldenModel(head);
        for (const pooling of ["mean", "cls"] as const) {
          for (const normalize of [true, false]) {
            const { plain, normalized } = golden.vectors[pooling];
            for (const batchSize of [2, 32]) {
              const options = { pooling, normalize, batchSize };
              assertClose(
                await embed(model, golden.texts, options),
                normalize ? normalized : plain,
                1e-5,
              );
            }
          }
        }
        assert.deepEqual(
          await embed(model, golden.texts),
          await embed(model, golden.texts, {
            pooling: "mean",
            normalize: true,
          }),
        );
        disposeTree(model.params);
      }
    });
  });
}

const folder = await findAsset(ALL_MINI_LM.asset);

Deno.test({
  name: folder
    ? "embed() with MiniLM equals Python's transformers"
    : "embed() with MiniLM equals Python's transformers (not in the cache)",
  ignore: !folder,
  fn: async () => {
    await startEngine({ provision: { offline: true } });
    const model = await loadModel("all-MiniLM-L6-v2", { head: "base" });
    assertClose(await embed(model, golden.sentences), golden.miniLm, 1e-5);
    disposeTree(model.params);
  },
});

Deno.test("embed() truncates a longer text as asked", async () => {
  const model = goldenModel("base");
  const long = "a b c d e f g h i j k";
  const [whole] = await embed(model, [long]);
  assertClose(
    [whole!],
    [[...(await embed(model, ["a b c d e f g"]))[0]!]],
    1e-6,
  );
  const [short] = await embed(model, [long], { maxLength: 4 });
  assertClose([short!], [[...(await embed(model, ["a b"]))[0]!]], 1e-6);
  const [both] = await embed(model, [long], { truncation: "head+tail" });
  assert.notDeepEqual(both, whole);
  disposeTree(model.params);
});

Deno.test("embedEncoded() embeds windows as the texts that they are", async () => {
  const model = goldenModel("base");
  const long = [{ text: "a b c d e f g h i j k", label: 0 }];
  const how = { maxLength: 7, stride: 2 };
  const windows = encodeWindows(model.tokenizer, long, how);
  const texts = ["a b c d e", "d e f g h", "g h i j k"];
  const found = await embedEncoded(model, windows, { pooling: "cls" });
  const expected = await embed(model, texts, { pooling: "cls" });
  assertClose(found, expected.map((vector) => [...vector]), 1e-6);
  const refused = async (
    encoded: unknown,
    options: object,
    message: RegExp,
  ): Promise<void> => {
    await assert.rejects(
      embedEncoded(model, encoded as typeof windows, options),
      { message },
    );
  };
  await refused(texts, {}, /^Cannot use example 0 for embedding/);
  await refused([], {}, /for embedding: .* at least one; found 0$/);
  await refused(
    windows,
    { maxLength: 4 },
    /^Cannot embed texts: .*"maxLength"/,
  );
  disposeTree(model.params);
});

Deno.test("embed() refuses what it cannot embed, and unknown options", async () => {
  const model = newModel();
  const refused = async (
    texts: unknown,
    options: object,
    name: string,
    message: RegExp,
  ): Promise<void> => {
    await assert.rejects(
      embed(model, texts as string[], options as EmbedOptions),
      { name, message },
    );
  };
  await refused([], {}, "RangeError", /at least one text; found 0$/);
  await refused("a", {}, "TypeError", /found the string "a"; write \[text\]$/);
  await refused(["a", null], {}, "TypeError", /found null at index 1$/);
  await refused(["a"], { poling: "cls" }, "TypeError", /mean "pooling"\?$/);
  await refused(["a"], { pooling: "max" }, "RangeError", /"mean", "cls"/);
  await refused(["a"], { batchSize: 0 }, "RangeError", /batchSize/);
  await refused(["word1 ".repeat(99)], { maxLength: 99 }, "RangeError", /16/);
  disposeTree(model.params);
  await refused(["a"], {}, "TypeError", /^Cannot embed texts: .* alive/);
});

Deno.test("embed() refuses vectors that are not finite", async () => {
  const model = goldenModel("base");
  const { weight } = model.params.layers[1]!.outputNorm;
  model.params.layers[1]!.outputNorm.weight = tf.fill([8], NaN);
  weight.dispose();
  await assert.rejects(embed(model, ["a"]), {
    name: "RangeError",
    message: /^Cannot embed text 0: .* found NaN; train again/,
  });
  disposeTree(model.params);
});
