import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import {
  type ClassifierParams,
  classifySequences,
} from "bertbook/model/heads/sequence_classifier.ts";
import type {
  BertConfig,
  ClassifierHeadConfig,
} from "bertbook/model/config.ts";
import {
  configFromJson,
  configToJson,
  parametersOf,
} from "bertbook/checkpoint/architectures.ts";
import type { Dropout } from "bertbook/ops/dropout.ts";
import { inputFrom } from "bertbook/model/input.ts";
import type { LinearParams } from "bertbook/ops/linear.ts";
import { GOLDEN_CONFIG as SIZES } from "./_golden.ts";
import { assertNoLeak, chirpClassifier, watchedDropout } from "./_support.ts";

await tf.setBackend("cpu");

function shaped(shape: Partial<ClassifierHeadConfig>): BertConfig {
  const classifier = { pooling: "pooler", hiddenSizes: [], ...shape } as const;
  return { ...SIZES, classifier };
}

/** Logits and the last state of `[CLS]`, of one sentence. */
function run(
  params: ClassifierParams,
  config: BertConfig,
  dropout?: Dropout,
): { logits: number[]; cls: number[] } {
  return tf.tidy(() => {
    const input = inputFrom({
      inputIds: [1, 5, 9, 2],
      tokenTypeIds: [0, 0, 0, 0],
      attentionMask: [1, 1, 1, 1],
      length: 4,
    }, config);
    const output = classifySequences(
      params,
      input,
      config,
      dropout && { dropout },
    );
    const cls = output.hiddenStates.at(-1)!.arraySync()[0]![0]!;
    return { logits: output.logits.arraySync()[0]!, cls };
  });
}

/** x W + b, by plain loops. */
function map({ kernel, bias }: LinearParams, x: readonly number[]): number[] {
  const rows = kernel.arraySync();
  return bias.arraySync().map((start, column) =>
    x.reduce((sum, value, row) => sum + value * rows[row]![column]!, start)
  );
}

const rectified = (x: readonly number[]): number[] =>
  x.map((value) => Math.max(0, value));

function assertNear(
  actual: readonly number[],
  expected: readonly number[],
): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]!) < 1e-5, `${value}, ${expected[i]}`)
  );
}

for (const pooling of ["pooler", "cls"] as const) {
  for (const hiddenSizes of [[], [5], [5, 7]]) {
    Deno.test(`logits over "${pooling}" and hidden layers [${hiddenSizes}] are those of plain loops`, async () => {
      await assertNoLeak(() => {
        const config = shaped({ pooling, hiddenSizes });
        const params = chirpClassifier(config, 3);
        const { logits, cls } = run(params, config);
        let features = pooling === "cls"
          ? cls
          : map(params.bert.pooler!, cls).map(Math.tanh);
        for (const layer of params.hidden ?? []) {
          features = rectified(map(layer, features));
        }
        assertNear(logits, map(params.classifier, features));
        assert.equal((params.hidden ?? []).length, hiddenSizes.length);
        disposeTree(params);
      });
    });
  }
}

Deno.test("dropout comes before every layer of the classifier", () => {
  const sitesOf = (config: BertConfig): number => {
    const params = chirpClassifier(config, 3);
    let sites = 0;
    run(params, config, watchedDropout(() => sites++));
    disposeTree(params);
    return sites;
  };
  assert.equal(sitesOf(shaped({ hiddenSizes: [5, 7] })), sitesOf(SIZES) + 2);
});

Deno.test("hidden layers have names and shapes of their own", () => {
  const config = shaped({ hiddenSizes: [5, 7] });
  const listed = parametersOf("sequence-classification", config, 3)
    .slice(-6).map(({ path, name, shape }) => [path, name, shape]);
  assert.deepEqual(listed, [
    ["hidden.0.kernel", "classifier_hidden.0.weight", [5, 8]],
    ["hidden.0.bias", "classifier_hidden.0.bias", [5]],
    ["hidden.1.kernel", "classifier_hidden.1.weight", [7, 5]],
    ["hidden.1.bias", "classifier_hidden.1.bias", [7]],
    ["classifier.kernel", "classifier.weight", [3, 7]],
    ["classifier.bias", "classifier.bias", [3]],
  ]);
});

Deno.test("config.json has the shape only where it is not the usual one", () => {
  const config = shaped({ pooling: "cls", hiddenSizes: [5] });
  const json = configToJson(config, {});
  assert.equal(json["classifier_pooling"], "cls");
  assert.deepEqual(json["classifier_hidden_sizes"], [5]);
  assert.deepEqual(configFromJson(json, "config.json"), config);
  const usual = configToJson(SIZES, {});
  assert.deepEqual(Object.keys(json).length - Object.keys(usual).length, 2);
  assert.deepEqual(configFromJson(usual, "config.json"), SIZES);
});

Deno.test("config.json with a shape that cannot be built is refused", () => {
  const read = (fields: Record<string, unknown>) => () =>
    configFromJson({ ...configToJson(SIZES, {}), ...fields }, "config.json");
  assert.throws(read({ classifier_pooling: "mean" }), {
    name: "RangeError",
    message: /pooling must be "pooler" or "cls"; found "mean"$/,
  });
  for (const sizes of [[0], [1.5], "64", [null]]) {
    assert.throws(read({ classifier_hidden_sizes: sizes }), {
      name: "RangeError",
      message: /hiddenSizes must be positive integers; found /,
    });
  }
});
