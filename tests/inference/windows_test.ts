// Needs --allow-read: tests/golden/embeddings.json, written by embeddings.py beside it.
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { logLoss, softmax } from "bertbook/evaluation/probabilities.ts";
import { classify, type ClassifyOptions } from "bertbook/inference/classify.ts";
import { predict } from "bertbook/inference/predict.ts";
import {
  encodeWindows,
  poolWindows,
  predictWindows,
} from "bertbook/inference/windows.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import { fineTune, type FineTuneOptions } from "bertbook/training/fine_tune.ts";
import golden from "../golden/embeddings.json" with { type: "json" };
import { assertNoLeak, newModel } from "../training/_support.ts";

await tf.setBackend("cpu");

const LONG = Array.from({ length: 40 }, (_, i) => `word${i}`).join(" ");
const TEXTS = ["word9 word7", LONG, "word30"];
const LABELS = [1, 0, 1];

Deno.test("windows are those of Python's tokenizers, of texts and of pairs", () => {
  const tokenizer = new BertTokenizer(
    parseVocabulary(golden.pieces.join("\n"), "vocab.txt"),
  );
  for (const { text, pair, inputIds, tokenTypeIds, ...how } of golden.windows) {
    const example = { text, label: 2, ...pair === null ? {} : { pair } };
    const found = encodeWindows(tokenizer, [example, example], how);
    const count = inputIds.length;
    assert.deepEqual(found.map((window) => window.inputIds), [
      ...inputIds,
      ...inputIds,
    ]);
    assert.deepEqual(
      found.slice(0, count).map((window) => window.tokenTypeIds),
      tokenTypeIds,
    );
    assert.deepEqual(
      found.map(({ textIndex, label, numTruncated }) => [
        textIndex,
        label,
        numTruncated,
      ]),
      found.map((_, i) => [i < count ? 0 : 1, 2, 0]),
    );
  }
});

Deno.test("poolWindows() takes the mean or the largest logit of each class", () => {
  const logits = [[1, 8], [5, 5], [3, -1], [7, 7]];
  const encoded = { inputIds: [], tokenTypeIds: [] };
  const windows = [{ textIndex: 4 }, {}, { textIndex: 4 }, { textIndex: 0 }]
    .map((each) => ({ ...encoded, ...each }));
  assert.deepEqual(poolWindows(logits, windows), [[2, 3.5], [5, 5], [7, 7]]);
  assert.deepEqual(poolWindows(logits, windows, "max"), [
    [3, 8],
    [5, 5],
    [7, 7],
  ]);
  assert.throws(() => poolWindows(logits, windows, "sum" as never), {
    name: "RangeError",
    message: /pooling: it must be one of "mean", "max"; found "sum"/,
  });
});

Deno.test("classify() reads a long text in windows, and short ones as before", async () => {
  await assertNoLeak(async () => {
    const model = newModel();
    const options = { maxLength: 12, stride: 3 };
    const examples = [{ text: LONG, label: 0 }];
    const encoded = encodeWindows(model.tokenizer, examples, options);
    assert.equal(encoded.length, 6); // 10 words, then 7 new ones in each
    const { logits } = await predict(model, encoded);
    for (const pooling of ["mean", "max"] as const) {
      const [expected] = poolWindows(logits, encoded, pooling);
      const windows = { stride: 3, pooling };
      const found = await classify(model, TEXTS, { maxLength: 12, windows });
      assert.ok(found.every(({ numTruncated }) => numTruncated === 0));
      softmax(expected!).forEach((p, id) => {
        const { probabilities } = found[1]!;
        assert.ok(Math.abs(p - probabilities[model.labels[id]!]!) < 1e-6);
      });
      const plain = await classify(model, [TEXTS[0]!, TEXTS[2]!]);
      for (const [i, { label, probability }] of plain.entries()) {
        assert.equal(found[2 * i]!.label, label);
        assert.ok(Math.abs(found[2 * i]!.probability - probability) < 1e-6);
      }
    }
    const [cut] = await classify(model, [LONG], { maxLength: 12 });
    const [whole] = await classify(model, [LONG], {
      maxLength: 12,
      windows: { stride: 3 },
    });
    assert.notEqual(cut!.probability, whole!.probability);
    disposeTree(model.params);
  });
});

Deno.test("predictWindows() has one prediction, and one loss, for each text", async () => {
  const model = newModel();
  const examples = TEXTS.map((text, i) => ({ text, label: LABELS[i]! }));
  const options = { maxLength: 12, stride: 2 };
  const windows = encodeWindows(model.tokenizer, examples, options);
  assert.ok(windows.length > 6);
  const found = await predictWindows(model, windows, { batchSize: 2 });
  const { logits } = await predict(model, windows);
  poolWindows(logits, windows).flat().forEach((value, i) =>
    assert.ok(Math.abs(found.logits.flat()[i]! - value) < 1e-6)
  );
  assert.deepEqual(found.labels, LABELS);
  assert.equal(found.predictions.length, 3);
  assert.equal(found.loss, logLoss(found.logits, LABELS));
  await assert.rejects(
    predictWindows(model, windows, { poling: "max" } as never),
    /^TypeError: Cannot predict windows: .* mean "pooling"\?$/,
  );
  disposeTree(model.params);
});

Deno.test("fineTune() trains on windows and validates on texts", async () => {
  const model = newModel();
  const examples = TEXTS.map((text, i) => ({ text, label: LABELS[i]! }));
  const options = { maxLength: 12, stride: 2 };
  const windows = encodeWindows(model.tokenizer, examples, options);
  const metrics: { loss: number; accuracy: number }[] = [];
  const how: FineTuneOptions = {
    epochs: 1,
    batchSize: 2,
    learningRate: 1e-3,
    seed: 1,
  };
  const data = { train: windows, validation: windows };
  for await (const event of fineTune(model, data, how)) {
    if (event.kind === "evaluation") metrics.push(event.metrics);
  }
  const { loss, predictions } = await predictWindows(model, windows);
  assert.ok(Math.abs(metrics.at(-1)!.loss - loss) < 1e-6);
  const right = predictions.filter((id, i) => id === LABELS[i]).length;
  assert.equal(metrics.at(-1)!.accuracy, right / 3);
  disposeTree(model.params);
});

Deno.test("windows are refused if they cannot move on, or are not whole", async () => {
  const model = newModel();
  const refused = async (
    options: object,
    name: string,
    message: RegExp,
  ): Promise<void> => {
    await assert.rejects(classify(model, TEXTS, options as ClassifyOptions), {
      name,
      message,
    });
  };
  await refused(
    { maxLength: 8, windows: { stride: 6 } },
    "RangeError",
    /^Cannot divide text 1 into windows: .* found maxLength=8, of which 2 are in /,
  );
  await refused({ windows: {} }, "RangeError", /stride: it must be a whole/);
  await refused(
    { windows: { stride: 0, poling: "max" } },
    "TypeError",
    /^Cannot classify in windows: .* mean "pooling"\?$/,
  );
  await refused(
    { windows: { stride: 0, pooling: "sum" } },
    "RangeError",
    /"mean", "max"; found "sum"$/,
  );
  await refused(
    { windows: { stride: 0 }, truncation: "head" },
    "RangeError",
    /truncation must not be given; found "head"; leave out truncation or windows$/,
  );
  disposeTree(model.params);
});
