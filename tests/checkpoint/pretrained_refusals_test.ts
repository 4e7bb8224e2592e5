import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { visibleControls } from "bertbook/printable.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import { temporaryFolder } from "./_support.ts";
import { type Change, LABELS, VOCABULARY, writeCheckpoint } from "./_toy.ts";

await tf.setBackend("cpu");

const HEAD = "sequence-classification";
const QUERY = "bert.encoder.layer.1.attention.self.query.weight";
const LABELLED = { id2label: { 0: "bad", 1: "good", 2: "odd" } };
const without = (part: string): Change => ({
  rename: (name) => name.includes(part) ? undefined : name,
});
const spoiled = (value: number): Change => ({
  values: (name, values) => name === QUERY ? values.fill(value, 3, 4) : values,
});

/** What must not be loaded: the change, the labels asked for, the error. */
const REFUSED: [number, string, Change, string[], string, RegExp][] = [
  [
    34,
    "a layer missing",
    without("layer.1."),
    LABELS,
    "RangeError",
    /16 of 41 .*"bert\.encoder\.layer\.1\.attention\.self\.query\.weight", .* …/,
  ],
  [
    34,
    "one bias missing",
    without("layer.0.output.dense.bias"),
    LABELS,
    "RangeError",
    /1 of 41 tensors missing, "bert\.encoder\.layer\.0\.output\.dense\.bias"; /,
  ],
  [
    34,
    "half a classifier",
    without("classifier.bias"),
    LABELS,
    "RangeError",
    /"classifier\.bias"/,
  ],
  [
    34,
    "half a pooler",
    without("pooler.dense.weight"),
    LABELS,
    "RangeError",
    /"bert\.pooler/,
  ],
  [
    34,
    "foreign names",
    { rename: (name) => `student.${name}` },
    LABELS,
    "RangeError",
    /37 of 41 .* …; its names begin with "student\."; save the BERT inside it alone$/,
  ],
  [
    34,
    "more layers than the configuration",
    { config: { num_hidden_layers: 1 } },
    LABELS,
    "RangeError",
    /the 1 layers .* found "bert\.encoder\.layer\.1\./,
  ],
  [
    34,
    "fewer layers than the configuration",
    { config: { num_hidden_layers: 3 } },
    LABELS,
    "RangeError",
    /16 of 57/,
  ],
  [
    35,
    "another width",
    { config: { hidden_size: 16 } },
    LABELS,
    "RangeError",
    /"bert\.embeddings\.word_embeddings\.weight": its shape must be \[16, 16\]; found \[16, 8\]/,
  ],
  [
    35,
    "another feed-forward width",
    { config: { intermediate_size: 32 } },
    LABELS,
    "RangeError",
    /must be \[32, 8\]; found \[16, 8\]/,
  ],
  [
    35,
    "fewer positions",
    { config: { max_position_embeddings: 9 } },
    LABELS,
    "RangeError",
    /must be \[9, 8\]; found \[16, 8\]/,
  ],
  [
    35,
    "heads that do not divide",
    { config: { num_attention_heads: 3 } },
    LABELS,
    "RangeError",
    /numHeads=3, hiddenSize=8/,
  ],
  [
    35,
    "a kernel of swapped sizes",
    {
      parameter: (p) =>
        p.name.endsWith("layer.0.intermediate.dense.weight")
          ? { ...p, shape: p.shape.toReversed() }
          : p,
    },
    LABELS,
    "RangeError",
    /intermediate\.dense\.weight": its shape must be \[16, 8\]; found \[8, 16\]/,
  ],
  [
    35,
    "a size too large to allocate",
    { config: { vocab_size: 1e12 } },
    LABELS,
    "RangeError",
    /vocabSize must be at most 16777216; found 1000000000000/,
  ],
  [
    36,
    "a vocabulary of more pieces than rows",
    { vocabulary: VOCABULARY + "more\n" },
    LABELS,
    "RangeError",
    /found 17 pieces and 16 rows/,
  ],
  [
    36,
    "a vocabulary with CR line ends",
    { vocabulary: "[PAD]\r[UNK]\r" },
    LABELS,
    "SyntaxError",
    /"vocab.txt": line 1/,
  ],
  [
    34,
    "one parameter under two names",
    {
      rename: (name) =>
        name === "bert.pooler.dense.bias" ? QUERY.slice(5) : name,
    },
    LABELS,
    "SyntaxError",
    /which are both bert\.encoder\.layer\.1\.attention\.self\.query\.weight/,
  ],
  [
    33,
    "NaN",
    spoiled(NaN),
    LABELS,
    "RangeError",
    /"bert\.encoder\.layer\.1\.attention\.self\.query\.weight": .* found NaN at index 3/,
  ],
  [
    33,
    "infinity",
    spoiled(-Infinity),
    LABELS,
    "RangeError",
    /found -Infinity at index 3/,
  ],
  [
    35,
    "another architecture",
    { config: { model_type: "roberta" } },
    LABELS,
    "TypeError",
    /"roberta"/,
  ],
  [
    47,
    "fewer labels than its classes",
    {},
    ["no", "yes"],
    "RangeError",
    /those of the checkpoint, 3 without names; found \["no", "yes"\]/,
  ],
  [
    47,
    "other labels than its own",
    { config: LABELLED },
    LABELS,
    "RangeError",
    /of the checkpoint, \["bad", "good", "odd"\]; found \["unacc/,
  ],
  [
    47,
    "one label",
    {},
    ["yes"],
    "RangeError",
    /at least two different strings; found \["yes"\]/,
  ],
  [
    47,
    "a label twice",
    {},
    ["yes", "no", "yes"],
    "RangeError",
    /two different strings/,
  ],
];

for (const [row, what, change, labels, name, message] of REFUSED) {
  Deno.test(`fault ${row}: loadModel() refuses ${what} and keeps no tensor`, async () => {
    await using folder = await temporaryFolder();
    await writeCheckpoint(folder.path, change);
    const before = tf.memory().numTensors;
    await assert.rejects(
      loadModel(folder.path, { head: "sequence-classification", labels }),
      { name, message },
    );
    assert.equal(tf.memory().numTensors, before);
  });
}

Deno.test("fault 84: no control of a configuration reaches a message or the model's name", async () => {
  await using folder = await temporaryFolder();
  for (const code of ["\u001b]0;title\u0007", "\u009b2J", "a\u202eb"]) {
    const labels = { 0: code, 1: "good", 2: "odd" };
    for (
      const config of [
        { model_type: code },
        { hidden_act: code },
        { is_decoder: code },
        { classifier_pooling: code },
        { id2label: labels },
      ]
    ) {
      await writeCheckpoint(folder.path, { config });
      const loading = loadModel(folder.path, { head: HEAD, labels: LABELS });
      await assert.rejects(loading, (error: Error) => {
        assert.match(error.message, /\\u00|\\u202e/);
        assert.equal(error.message, visibleControls(error.message));
        return true;
      });
    }
    await writeCheckpoint(folder.path, { config: { base_model: code } });
    const model = await loadModel(folder.path, { head: HEAD, labels: LABELS });
    assert.equal(model.name, visibleControls(code));
    disposeTree(model.params);
  }
});

/** Names of classes that fit no three classes, and what must be said of them. */
const WRONG_NAMES: [config: Record<string, unknown>, message: RegExp][] = [
  [{ id2label: { 1: "bad", 2: "good", 3: "odd" } }, /"id2label" must .*"1":/],
  [{ id2label: { 0: "bad", 1: "good", 7: "odd" } }, /each id from 0 to 2/],
  [{ id2label: { "00": "bad", 1: "good", 2: "odd" } }, /each id from 0 to 2/],
  [{ id2label: { 0: "bad", 1: null, 2: "odd" } }, /found .*null/],
  [
    { id2label: { 0: "bad", 1: {}, 2: "odd" } },
    /each id from 0 to 2 another name/,
  ],
  [
    { id2label: { 0: "bad", 1: 1, 2: "odd" } },
    /each id from 0 to 2 another name/,
  ],
  [
    { id2label: { 0: "bad", 1: "", 2: "odd" } },
    /each id from 0 to 2 another name/,
  ],
  [
    { id2label: { 0: "bad", 1: "bad", 2: "odd" } },
    /each id from 0 to 2 another name/,
  ],
  [{ id2label: ["bad", "good", "odd"] }, /each id from 0 to 2 another name/],
  [{ id2label: "bad" }, /each id from 0 to 2 another name/],
  [
    { ...LABELLED, label2id: { good: 0, bad: 1, odd: 2 } },
    /"label2id" must agree .* found "good" for 0, which is "bad"/,
  ],
  [
    { ...LABELLED, label2id: { bad: 0, worse: 3 } },
    /"worse" for 3, .* nothing/,
  ],
];

for (const [config, message] of WRONG_NAMES) {
  Deno.test(`fault 70: ${JSON.stringify(config)} is refused`, async () => {
    await using folder = await temporaryFolder();
    await writeCheckpoint(folder.path, { config });
    const loading = loadModel(folder.path, { head: HEAD });
    await assert.rejects(loading, { name: "TypeError", message });
  });
}

Deno.test("fault 70: names for fewer classes than there are rows are counted", async () => {
  await using folder = await temporaryFolder();
  const config = { id2label: { 0: "bad", 1: "good" } };
  await writeCheckpoint(folder.path, { config });
  await assert.rejects(loadModel(folder.path, { head: HEAD }), {
    name: "RangeError",
    message:
      /found 2 names in "id2label" and 3 rows in the weights of the classifier$/,
  });
});

Deno.test("fault 70: label2id may hold placeholders, ids as text, or nothing", async () => {
  await using folder = await temporaryFolder();
  for (
    const label2id of [
      { bad: 0, good: 1, odd: 2 },
      { bad: "0", good: "1", odd: "2" },
      { LABEL_0: 0, LABEL_1: 1, LABEL_2: 2 },
      null,
    ]
  ) {
    await writeCheckpoint(folder.path, { config: { ...LABELLED, label2id } });
    const { labels, params } = await loadModel(folder.path, { head: HEAD });
    assert.deepEqual(labels, ["bad", "good", "odd"]);
    disposeTree(params);
  }
});

Deno.test("fault 47: labels of the data other than the checkpoint's are refused", async () => {
  await using folder = await temporaryFolder();
  await writeCheckpoint(folder.path, { config: LABELLED });
  for (const labels of [["good", "bad", "odd"], ["bad", "good"], LABELS]) {
    await assert.rejects(loadModel(folder.path, { head: HEAD, labels }), {
      name: "RangeError",
      message:
        /its labels must be those of the checkpoint, \["bad", "good", "odd"/,
    });
  }
});

Deno.test("fault 35: sizes that no memory holds are refused before they are allocated", async () => {
  await using folder = await temporaryFolder();
  const cases: [config: Record<string, unknown>, message: RegExp][] = [
    [
      { hidden_size: 2 ** 20 },
      /hiddenSize must be at most 65536; found 1048576$/,
    ],
    [{ intermediate_size: 1e9 }, /intermediateSize must be at most 262144/],
    [{ num_hidden_layers: 1e9 }, /numLayers must be at most 1024/],
    [{ max_position_embeddings: 1e12 }, /maxPositionEmbeddings must be/],
    [
      { hidden_size: 2 ** 16, intermediate_size: 2 ** 18 },
      /found 107378507779, .* "bert\.encoder\.layer\.0\.intermediate\.dense\.weight" of shape \[262144, 65536\]/,
    ],
    [
      { classifier_hidden_sizes: [2 ** 50] },
      /values; found \d+, .* "classifier_hidden\.0\.weight" of shape/,
    ],
  ];
  for (const [sizes, message] of cases) {
    await writeCheckpoint(folder.path, {
      config: { ...sizes, untrained: true },
    });
    await Deno.remove(join(folder.path, "model.safetensors"));
    await assert.rejects(
      loadModel(folder.path, { head: HEAD, labels: LABELS }),
      { name: "RangeError", message },
    );
  }
});

Deno.test("fault 35: tensors that lie in the folder are read, whatever config.json says", async () => {
  await using folder = await temporaryFolder();
  await writeCheckpoint(folder.path, { config: { untrained: true } });
  const options = { head: HEAD, labels: LABELS } as const;
  const { report, params } = await loadModel(folder.path, options);
  assert.deepEqual([report.loaded, report.warnings], [41, []]);
  disposeTree(params);
  const path = join(folder.path, "model.safetensors");
  for (
    const name of ["pytorch_model.bin", "model-00001-of-00002.safetensors"]
  ) {
    await Deno.rename(path, join(folder.path, name));
    await assert.rejects(loadModel(folder.path, options), {
      name: "TypeError",
      message: new RegExp(`must be in model\\.safetensors; found .*${name}`),
    });
    await Deno.rename(join(folder.path, name), path);
  }
});
