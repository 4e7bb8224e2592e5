import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { sigmoid, softmax } from "bertbook/evaluation/probabilities.ts";
import {
  classify,
  classifyMultiLabel,
  regress,
} from "bertbook/inference/classify.ts";
import { logitsOf, predict } from "bertbook/inference/predict.ts";
import type { ProblemType } from "bertbook/model/config.ts";
import { assertNoLeak, newModel, TOY } from "../training/_support.ts";

await tf.setBackend("cpu");

const TEXTS = ["word9 word7", "word8", "word30 word31 word32 word33 word34"];

Deno.test("classify() gives label and probabilities of each text in order", async () => {
  const model = newModel();
  const encoded = TEXTS.map((text) => model.tokenizer.encode(text));
  assert.ok(new Set(encoded.flatMap(({ inputIds }) => inputIds)).size > 8);
  const { logits, predictions } = await predict(model, encoded);
  for (const batchSize of [1, 32]) {
    const answers = await classify(model, TEXTS, { batchSize });
    for (
      const [i, { label, probability, probabilities }] of answers.entries()
    ) {
      const expected = softmax(logits[i]!);
      assert.equal(label, model.labels[predictions[i]!]);
      assert.equal(probability, probabilities[label]);
      assert.deepEqual(Object.keys(probabilities), model.labels);
      Object.values(probabilities).forEach((value, id) =>
        assert.ok(Math.abs(value - expected[id]!) < 1e-6)
      );
    }
  }
  disposeTree(model.params);
});

Deno.test("classify() truncates what the model cannot read, as asked", async () => {
  const model = newModel();
  const words = Array.from({ length: 40 }, (_, i) => `word${i}`);
  const long = words.join(" ");
  const limit = model.config.maxPositionEmbeddings - 2;
  const [whole] = await classify(model, [long]);
  const [head] = await classify(model, [words.slice(0, limit).join(" ")]);
  assert.deepEqual(whole, { ...head, numTruncated: whole!.numTruncated });
  assert.ok(whole!.numTruncated > 0);
  assert.equal(head!.numTruncated, 0);
  const [short] = await classify(model, [long], { maxLength: 4 });
  const [two] = await classify(model, [words.slice(0, 2).join(" ")]);
  assert.deepEqual(short, { ...two, numTruncated: short!.numTruncated });
  const [both] = await classify(model, [long], { truncation: "head+tail" });
  assert.notDeepEqual(both, whole);
  disposeTree(model.params);
});

Deno.test("classify() refuses what is no list of texts", async () => {
  const model = newModel();
  const refused = async (
    texts: unknown,
    name: string,
    message: RegExp,
  ): Promise<void> => {
    await assert.rejects(classify(model, texts as string[]), { name, message });
  };
  await refused([], "RangeError", /at least one text; found 0$/);
  await refused(
    "hello",
    "TypeError",
    /found the string "hello"; write \[text\]$/,
  );
  await refused(undefined, "TypeError", /array of strings; found undefined$/);
  const one = /text 1 must be a string or a pair { text, pair }; found/;
  for (const odd of [3, null, { text: "a" }, { text: "a", pair: 1 }]) {
    await refused(["a", odd], "TypeError", one);
  }
  await refused(
    [model.tokenizer.encode("word9")],
    "TypeError",
    /text 0 .* found an encoded text; call predict\(model, texts\)/,
  );
  await assert.rejects(classify(model, TEXTS, { maxLenght: 3 } as never), {
    name: "TypeError",
    message: /^Cannot classify: .*"maxLenght"; did you mean "maxLength"\?$/,
  });
  const long = "word1 ".repeat(40);
  await assert.rejects(classify(model, [long], { maxLength: 99 }), {
    name: "RangeError",
    message: /classification/,
  });
  disposeTree(model.params);
  await refused(TEXTS, "TypeError", /must be alive/);
});

Deno.test("classify() leaves no tensor behind", async () => {
  await assertNoLeak(async () => {
    const model = newModel();
    await classify(model, TEXTS);
    disposeTree(model.params);
  });
});

const PAIR = { text: "word9 word7", pair: "word8 word30" };

/** A toy that predicts something else than one class. */
const modelOf = (problemType: ProblemType): ReturnType<typeof newModel> =>
  newModel({ config: { ...TOY, problemType } });

Deno.test("classify() reads pairs as the tokenizer encodes them", async () => {
  const model = newModel();
  const { text, pair } = PAIR;
  const encoded = [
    model.tokenizer.encode(text, { pair }),
    model.tokenizer.encode(text),
  ];
  const { logits } = await predict(model, encoded);
  const answers = await classify(model, [PAIR, { text, pair: "" }]);
  for (const [i, { probabilities }] of answers.entries()) {
    const expected = softmax(logits[i]!);
    Object.values(probabilities).forEach((value, id) =>
      assert.ok(Math.abs(value - expected[id]!) < 1e-6)
    );
  }
  const [[turned], [same]] = [
    await classify(model, [{ text: pair, pair: text }]),
    await classify(model, [PAIR]),
  ];
  assert.notEqual(turned!.probability, same!.probability);
  const [short] = await classify(model, [PAIR], { maxLength: 5 });
  assert.equal(short!.numTruncated, 2);
  disposeTree(model.params);
});

Deno.test("classify() divides the logits by the model's temperature, and keeps the label", async () => {
  const model = newModel();
  const plain = await classify(model, TEXTS);
  model.inference = { temperature: 0.25 };
  for (const [i, answer] of (await classify(model, TEXTS)).entries()) {
    const before = plain[i]!;
    assert.equal(answer.label, before.label);
    // Log-odds are those of the logits, divided.
    const odds = ({ probability }: typeof before): number =>
      Math.log(probability / (1 - probability));
    assert.ok(Math.abs(odds(answer) / odds(before) - 4) < 1e-5);
  }
  disposeTree(model.params);
});

Deno.test("predictions from texts read as much as the model's settings say, or as the option", async () => {
  const long = "word1 word2 word3 word4 word5 word6";
  for (
    const [problem, predict] of [
      ["single_label_classification", classify],
      ["multi_label_classification", classifyMultiLabel],
      ["regression", regress],
    ] as const
  ) {
    const model = modelOf(problem);
    const truncated = async (options = {}): Promise<number> =>
      (await predict(model, [long], options))[0]!.numTruncated;
    assert.equal(await truncated(), 0);
    model.inference = { maxLength: 5 };
    assert.equal(await truncated(), 3);
    assert.equal(await truncated({ maxLength: 7 }), 1);
    disposeTree(model.params);
  }
});

Deno.test("classifyMultiLabel() gives each label whose probability reaches its threshold", async () => {
  const model = modelOf("multi_label_classification");
  const encoded = TEXTS.map((text) => model.tokenizer.encode(text));
  const expected = (await logitsOf(model, encoded, {}))
    .map((row) => row.map(sigmoid));
  const names = model.labels;
  for (const thresholds of [undefined, [0, 1], [1, 0], expected[0]!]) {
    model.inference = thresholds ? { thresholds } : {};
    const answers = await classifyMultiLabel(model, TEXTS);
    for (const [i, { labels, probabilities }] of answers.entries()) {
      assert.deepEqual(
        labels,
        names.filter((_, c) => expected[i]![c]! >= (thresholds?.[c] ?? 0.5)),
      );
      assert.deepEqual(Object.keys(probabilities), names);
      assert.deepEqual(Object.values(probabilities), expected[i]);
    }
    if (thresholds === expected[0]) assert.deepEqual(answers[0]!.labels, names);
  }
  model.inference = { thresholds: [0.5] };
  await assert.rejects(classifyMultiLabel(model, TEXTS), {
    name: "RangeError",
    message:
      "Cannot classify: model.inference must have a threshold for each " +
      "label; found 1 thresholds, 2 labels",
  });
  disposeTree(model.params);
});

Deno.test("regress() gives the logits as values", async () => {
  const model = modelOf("regression");
  const { text, pair } = PAIR;
  const encoded = [model.tokenizer.encode(text, { pair })];
  const [expected] = await logitsOf(model, encoded, {});
  const [found] = await regress(model, [PAIR]);
  assert.deepEqual(Object.keys(found!.values), model.labels);
  assert.deepEqual(Object.values(found!.values), expected);
  disposeTree(model.params);
});

Deno.test("each prediction refuses a model of another problem, and names its own", async () => {
  const functions = { classify, classifyMultiLabel, regress };
  const problems = {
    classify: "single_label_classification",
    classifyMultiLabel: "multi_label_classification",
    regress: "regression",
  } as const;
  for (const [own, problem] of Object.entries(problems)) {
    const model = modelOf(problem);
    for (const [name, predict] of Object.entries(functions)) {
      if (name === own) continue;
      await assert.rejects(predict(model, TEXTS), {
        name: "TypeError",
        message: new RegExp(
          `^Cannot (classify|predict values): the model's problemType must be ` +
            `"${
              problems[name as keyof typeof problems]
            }"; found "${problem}"; ` +
            `call ${own}\\(model, texts\\)$`,
        ),
      });
    }
    const encoded = [model.tokenizer.encode("word9")];
    if (own !== "classify") {
      await assert.rejects(predict(model, encoded), {
        name: "TypeError",
        message: /^Cannot predict classes: the model's problemType must be/,
      });
    }
    disposeTree(model.params);
  }
});

Deno.test("classifyMultiLabel() and regress() leave no tensor behind", async () => {
  await assertNoLeak(async () => {
    for (
      const [problem, predict] of [
        ["multi_label_classification", classifyMultiLabel],
        ["regression", regress],
      ] as const
    ) {
      const model = modelOf(problem);
      await predict(model, TEXTS);
      disposeTree(model.params);
    }
  });
});
