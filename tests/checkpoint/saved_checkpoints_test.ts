import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import type { ModelType } from "bertbook/model/config.ts";
import { type HeadName, HEADS } from "bertbook/model/heads/heads.ts";
import { ARCHITECTURES } from "bertbook/checkpoint/architectures.ts";
import {
  type HeadModel,
  type LoadedModel,
  loadModel,
} from "bertbook/checkpoint/pretrained.ts";
import { openSafetensors } from "bertbook/checkpoint/safetensors.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { goldenInput } from "../model/_golden.ts";
import { FORWARD } from "./_heads.ts";
import {
  SAVED,
  type SavedCheckpoint,
  type TensorChange,
  writeSaved,
} from "./_saved_checkpoints.ts";
import { temporaryFolder } from "./_support.ts";
import { readByPython } from "./_toy.ts";

await tf.setBackend("cpu");

/** What the report must warn of; of all others nothing. */
const WARNINGS: Readonly<Record<string, RegExp>> = {
  "a classifier of two classes without names":
    /^config\.json names no classes; they are called LABEL_0, LABEL_1 until /,
  "a classifier with placeholders for names":
    /^config\.json names no classes; they are called LABEL_0, .* LABEL_2 until /,
  "a token classifier without names and with a pooler": /LABEL_0, LABEL_1 unti/,
  regression: /they are called LABEL_0 until the option labels names them$/,
  "names of torch.compile":
    /^The names in "model\.safetensors" have "_orig_mod\." in them, which a wra/,
  "names of DataParallel": /have "module\." in them/,
  "names of a LightningModule": /have "model\." in them/,
  "names of two wrappers, one of the encoder alone": /have "module\." in them/,
  "ELECTRA without its prefix, and of DataParallel": /have "module\." in them/,
  "DistilBERT without its prefix": /have "model\." in them/,
  "a decoder that differs although it is tied":
    /^"cls\.predictions\.decoder\.weight" differs from the word embeddings, tho/,
};

/** Settings that change no result, and are not written again. */
const HARMLESS = [
  ...["bos_token_id", "eos_token_id", "transformers_version", "use_cache"],
  ...["chunk_size_feed_forward", "finetuning_task", "_num_labels"],
  ...["gradient_checkpointing", "output_past", "torchscript", "pruned_heads"],
  ...["summary_activation", "summary_last_dropout", "summary_type"],
  "summary_use_proj",
  // DistilBERT's "dim", "n_layers" and "n_heads" are written instead.
  ...["hidden_size", "num_hidden_layers", "num_attention_heads"],
];

/** The head for which Python's class stands. */
function headOf({ config, openedAs }: SavedCheckpoint): HeadName {
  const { pythonNames } = ARCHITECTURES[config["model_type"] as ModelType];
  return (Object.keys(pythonNames) as HeadName[])
    .find((head) => pythonNames[head] === openedAs)!;
}

function outputsOf<H extends HeadName>(
  { head, params, config }: HeadModel<H>,
): number[][] {
  return tf.tidy(() =>
    FORWARD[head](params, goldenInput(), config)
      .map((output) => [...output.dataSync<"float32">()])
  );
}

/** Loads a checkpoint as Python did; by its own head if it names one. */
async function load(
  path: string,
  checkpoint: SavedCheckpoint,
): Promise<LoadedModel<HeadName>> {
  const head = headOf(checkpoint);
  const [named] = checkpoint.config["architectures"] as string[];
  const isNamed = named === checkpoint.openedAs && head !== "base";
  return await loadModel(path, isNamed ? {} : { head }) as LoadedModel<
    HeadName
  >;
}

/** Asserts that a saved model has each setting of the one that was loaded. */
function assertKept(
  { config, openedAs, title }: SavedCheckpoint,
  saved: Record<string, unknown>,
): void {
  const isTied = !/differs/.test(title);
  const changes: Record<string, unknown> = {
    architectures: [openedAs],
    "tie_word_embeddings": isTied ? undefined : false,
    dtype: "float32",
  };
  for (const [name, value] of Object.entries(config)) {
    if (value === null || HARMLESS.includes(name)) continue;
    if (/2(id|label)$/.test(name) && saved[name] === undefined) continue;
    if (name === "tie_word_embeddings" && value === false) {
      assert.equal(saved[name], false);
    } else if (name in changes) assert.deepEqual(saved[name], changes[name]);
    else assert.deepEqual(saved[name], value, name);
  }
}

let largest = 0;

for (const checkpoint of SAVED) {
  const { title, labels, outputs } = checkpoint;

  Deno.test(`loadModel() opens ${title}, with the outputs of Python's ${checkpoint.openedAs}`, async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "from");
    await Deno.mkdir(path);
    await writeSaved(path, checkpoint);
    const model = await load(path, checkpoint);
    const found = outputsOf(model);
    outputs.forEach((expected, i) => {
      assert.equal(found[i]!.length, expected.length);
      const far = expected.map((value, j) => Math.abs(value - found[i]![j]!));
      largest = Math.max(largest, ...far);
      assert.ok(Math.max(...far) <= 1e-5, `differs by ${Math.max(...far)}`);
    });
    assert.equal(model.head, headOf(checkpoint));
    assert.deepEqual(model.labels, HEADS[model.head].hasLabels ? labels : []);
    assert.deepEqual(model.report.missing, []);
    const { warnings } = model.report;
    assert.equal(warnings.length, title in WARNINGS ? 1 : 0, `${warnings}`);
    if (title in WARNINGS) assert.match(warnings[0]!, WARNINGS[title]!);

    const to = join(folder.path, "to");
    await saveModel(model, to);
    const again = await load(to, checkpoint);
    assert.deepEqual(outputsOf(again), found);
    assert.deepEqual([again.config, again.labels], [
      model.config,
      model.labels,
    ]);
    const text = await Deno.readTextFile(join(to, "config.json"));
    assertKept(checkpoint, JSON.parse(text));
    for (const each of [model, again]) disposeTree(each.params);
  });
}

Deno.test("the largest difference from Python in all checkpoints is one of rounding", () => {
  assert.ok(SAVED.length >= 50);
  // The golden values have six digits behind the point.
  assert.ok(largest > 0 && largest < 5e-6, `${largest}`);
});

/** Names a Python that has transformers. */
const python = Deno.env.get("BERTBOOK_PYTHON");

Deno.test({
  name: python
    ? "Python's from_pretrained opens every checkpoint that was saved again"
    : "Python's from_pretrained opens every checkpoint that was saved again (BERTBOOK_PYTHON is not set)",
  ignore: !python,
  fn: async () => {
    await using folder = await temporaryFolder();
    await using again = await temporaryFolder();
    for (const [i, checkpoint] of SAVED.entries()) {
      const path = join(folder.path, `${i}`);
      await Deno.mkdir(path);
      await writeSaved(path, checkpoint);
      const model = await load(path, checkpoint);
      await saveModel(model, join(again.path, `${i}`));
      disposeTree(model.params);
    }
    const opened = await readByPython<
      { missing: string[]; outputs: number[][] }[]
    >(python!, "open_saved_checkpoints.py", again.path);
    for (const [i, { title, outputs }] of SAVED.entries()) {
      assert.deepEqual(opened[i]!.missing, [], title);
      outputs.forEach((expected, output) => {
        const found = opened[i]!.outputs[output]!;
        const far = expected.map((value, j) => Math.abs(value - found[j]!));
        assert.ok(Math.max(...far) <= 1e-4, title);
      });
    }
  },
});

Deno.test("an untied decoder is saved with its bias under both of Python's names", async () => {
  await using folder = await temporaryFolder();
  const untied = SAVED.find(({ title }) => title === "an untied decoder")!;
  await writeSaved(folder.path, untied);
  const model = await load(folder.path, untied);
  const path = join(folder.path, "again");
  await saveModel(model, path);
  disposeTree(model.params);
  using file = await openSafetensors(join(path, "model.safetensors"));
  const [bias, decoder] = ["bias", "decoder.bias"]
    .map((name) => file.read(`cls.predictions.${name}`));
  assert.deepEqual(bias, decoder);
});

Deno.test("a trained regression can be named by the option labels alone", async () => {
  await using folder = await temporaryFolder();
  const regression = SAVED.find(({ title }) => title === "regression")!;
  await writeSaved(folder.path, regression);
  const model = await loadModel(folder.path, { labels: ["grade"] });
  assert.deepEqual([model.labels, model.report.warnings], [["grade"], []]);
  assert.equal(model.config.problemType, "regression");
  disposeTree(model.params);
});

/** A refusal: what is changed in a checkpoint, and the message, word for word. */
type Refusal = {
  readonly what: string;
  /** The title of the checkpoint; default the first. */
  readonly of?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly changes?: readonly TensorChange[];
  /** Changes the files. */
  readonly files?: (folder: string) => Promise<void>;
  /** The error and its message; FOLDER is the name of the folder. */
  readonly says: readonly [error: string, message: string];
};

const INDEX = "model.safetensors.index.json";

/** Writes the index of shards anew. */
async function reindex(
  folder: string,
  turn: (map: Record<string, string>) => unknown,
): Promise<void> {
  const path = join(folder, INDEX);
  const { weight_map: map } = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ weight_map: turn(map) }));
}

const REFUSALS: readonly Refusal[] = [
  {
    what: "names from 1 on",
    config: { id2label: { 1: "bad", 2: "good", 3: "odd" } },
    says: [
      "TypeError",
      `Cannot read "config.json": "id2label" must give each id from 0 to 2 ` +
      `another name; found {"1":"bad","2":"good","3":"odd"}`,
    ],
  },
  {
    what: "names with a hole",
    config: { id2label: { 0: "bad", 2: "odd" }, label2id: null },
    says: [
      "TypeError",
      `Cannot read "config.json": "id2label" must give each id from 0 to 2 ` +
      `another name; found {"0":"bad","2":"odd"}`,
    ],
  },
  {
    what: "two names for three classes",
    config: { id2label: { 0: "bad", 1: "good" }, label2id: null },
    says: [
      "RangeError",
      `Cannot load a trained classifier: config.json must name each of its ` +
      `classes; found 2 names in "id2label" and 3 rows in the weights of the ` +
      `classifier`,
    ],
  },
  {
    what: "another number of classes than it has",
    config: { num_labels: 2 },
    says: [
      "RangeError",
      `Cannot load a trained classifier: "num_labels" in config.json must be the ` +
      `number of its classes, 3; found 2`,
    ],
  },
  {
    what: "one class of a single label",
    of: "regression",
    config: { problem_type: "single_label_classification" },
    says: [
      "RangeError",
      `Cannot load a trained classifier: of the problem type ` +
      `"single_label_classification" it must have at least two classes; found ` +
      `one row in its weights`,
    ],
  },
  {
    what: "an unknown problem",
    config: { problem_type: "ranking" },
    says: [
      "TypeError",
      `Cannot read "config.json": "problem_type" must be ` +
      `"single_label_classification" or "multi_label_classification" or ` +
      `"regression"; found "ranking"`,
    ],
  },
  {
    what: "a decoder",
    config: { is_decoder: true },
    says: [
      "TypeError",
      `Cannot read "config.json": "is_decoder" must be false; found true`,
    ],
  },
  {
    what: "cross-attention",
    config: { add_cross_attention: true },
    says: [
      "TypeError",
      `Cannot read "config.json": "add_cross_attention" must be false; found true`,
    ],
  },
  {
    what: "relative positions",
    config: { position_embedding_type: "relative_key" },
    says: [
      "TypeError",
      `Cannot read "config.json": "position_embedding_type" must be "absolute"; ` +
      `found "relative_key"`,
    ],
  },
  {
    what: "pruned heads",
    config: { pruned_heads: { 0: [1] } },
    says: [
      "TypeError",
      `Cannot read "config.json": "pruned_heads" must be absent or empty; found ` +
      `{"0":[1]}`,
    ],
  },
  {
    what: "layers of their own settings",
    config: { per_layer_config: { 0: { hidden_act: "relu" } } },
    says: [
      "TypeError",
      `Cannot read "config.json": "per_layer_config" must be absent or empty; ` +
      `found {"0":{"hidden_act":"relu"}}`,
    ],
  },
  {
    what: "quantized weights",
    config: { quantization_config: { load_in_8bit: true } },
    says: [
      "TypeError",
      `Cannot read "config.json": "quantization_config" must be absent or empty; ` +
      `found {"load_in_8bit":true}`,
    ],
  },
  {
    what: "another activation function",
    config: { hidden_act: "quick_gelu" },
    says: [
      "RangeError",
      `Cannot build an encoder: activation must be one of gelu, gelu_new, relu, ` +
      `silu, gelu_python, gelu_fast, gelu_accurate, gelu_pytorch_tanh, ` +
      `gelu_python_tanh, swish; found quick_gelu`,
    ],
  },
  {
    what: "another tokenizer",
    config: { tokenizer_class: "BertJapaneseTokenizer" },
    says: [
      "TypeError",
      `Cannot read "config.json": "tokenizer_class" must be BertTokenizer or the ` +
      `like; found "BertJapaneseTokenizer"`,
    ],
  },
  {
    what: "another architecture",
    config: { model_type: "roberta" },
    says: [
      "TypeError",
      `Cannot read "config.json": "model_type" must be "bert" or "distilbert" or ` +
      `"electra"; found "roberta"`,
    ],
  },
  {
    what: "sinusoidal positions",
    of: "DistilBERT",
    config: { sinusoidal_pos_embds: true },
    says: [
      "TypeError",
      `Cannot read "config.json": "sinusoidal_pos_embds" must be false; found ` +
      `true`,
    ],
  },
  {
    what: "another head",
    config: { architectures: ["BertForMultipleChoice"] },
    says: [
      "RangeError",
      `Cannot load "FOLDER" without a head: its config.json must name one; found ` +
      `"BertForMultipleChoice"; pass the option head, one of "base", ` +
      `"pretraining", "masked-lm", "next-sentence", "sequence-classification", ` +
      `"token-classification", "question-answering"`,
    ],
  },
  {
    what: "a vocabulary of more pieces than rows",
    files: (folder) =>
      Deno.writeTextFile(join(folder, "vocab.txt"), "one more\n", {
        append: true,
      }),
    says: [
      "RangeError",
      `Cannot embed tokens: each word piece must have one row of the table; ` +
      `found 25 pieces and 24 rows; take both from one checkpoint`,
    ],
  },
  {
    what: "a prefix of no wrapper",
    changes: [["rename", "^", "student."]],
    says: [
      "RangeError",
      `Cannot load "model.safetensors": only a head or a pooler may be new; ` +
      `found 21 of 25 tensors missing, "bert.embeddings.word_embeddings.weight", ` +
      `"bert.embeddings.position_embeddings.weight", ` +
      `"bert.embeddings.token_type_embeddings.weight" …; its names begin with ` +
      `"student."; save the BERT inside it alone`,
    ],
  },
  {
    what: "the encoder of another architecture",
    changes: [["rename", "^bert", "roberta"]],
    says: [
      "RangeError",
      `Cannot load "model.safetensors": only a head or a pooler may be new; ` +
      `found 21 of 25 tensors missing, "bert.embeddings.word_embeddings.weight", ` +
      `"bert.embeddings.position_embeddings.weight", ` +
      `"bert.embeddings.token_type_embeddings.weight" …; its names begin with ` +
      `"roberta."; save the BERT inside it alone`,
    ],
  },
  {
    what: "a tensor with and without a wrapper's name",
    changes: [["copy", "classifier.bias", "module.classifier.bias"]],
    says: [
      "SyntaxError",
      `Cannot load "model.safetensors": each parameter must be in it once; found ` +
      `"classifier.bias" and "module.classifier.bias", which are both ` +
      `classifier.bias`,
    ],
  },
  {
    what: "an untied decoder that is not there",
    of: "masked language modelling",
    config: { tie_word_embeddings: false },
    says: [
      "RangeError",
      `Cannot load "model.safetensors": only a head or a pooler may be new; ` +
      `found 1 of 27 tensors missing, "cls.predictions.decoder.weight"; is this ` +
      `a BERT checkpoint?`,
    ],
  },
  {
    what: "doubles that no float32 equals",
    changes: [["dtype", "classifier.bias", "F64 of its own"]],
    says: [
      "RangeError",
      `Cannot load "classifier.bias": each value must equal a float32; found ` +
      `-0.17110399901766912 at index 0; convert the file to F32`,
    ],
  },
  {
    what: "weights of eight bits",
    changes: [["dtype", "query.weight", "I8"]],
    says: [
      "TypeError",
      `Cannot load "bert.encoder.layer.0.attention.self.query.weight": its dtype ` +
      `must be one of F32, F16, BF16, F64, I64; found I8`,
    ],
  },
  {
    what: "shards of which one is missing",
    of: "two files",
    files: (folder) => Deno.remove(join(folder, "model-2.safetensors")),
    says: [
      "RangeError",
      `Cannot read "model.safetensors.index.json": its files must be in the same ` +
      `folder; found no "model-2.safetensors"; download it too`,
    ],
  },
  {
    what: "a shard in another folder",
    of: "two files",
    files: (folder) =>
      reindex(folder, (map) => ({
        ...map,
        "classifier.bias": "../model.safetensors",
      })),
    says: [
      "SyntaxError",
      `Cannot read "model.safetensors.index.json": "weight_map" must name a ` +
      `.safetensors file in the same folder for each tensor; found ` +
      `"../model.safetensors"`,
    ],
  },
  {
    what: "a tensor that is not in its shard",
    of: "two files",
    files: (folder) =>
      reindex(folder, (map) => ({ ...map, more: "model-1.safetensors" })),
    says: [
      "RangeError",
      `Cannot read "model.safetensors.index.json": each tensor must be in its ` +
      `file; found no "more" in "model-1.safetensors"; download both again`,
    ],
  },
  {
    what: "an index of nothing",
    of: "two files",
    files: (folder) => reindex(folder, () => []),
    says: [
      "SyntaxError",
      `Cannot read "model.safetensors.index.json": "weight_map" must name a ` +
      `.safetensors file in the same folder for each tensor; found []`,
    ],
  },
];

for (const { what, of, config, changes = [], files, says } of REFUSALS) {
  Deno.test(`loadModel() refuses ${what} and says so`, async () => {
    await using folder = await temporaryFolder();
    const whole = SAVED.find(({ title }) => title === of) ?? SAVED[0]!;
    await writeSaved(folder.path, {
      ...whole,
      config: { ...whole.config, ...config },
      changes: [...whole.changes, ...changes],
    });
    await files?.(folder.path);
    const before = tf.memory().numTensors;
    const [name, message] = says;
    await assert.rejects(loadModel(folder.path), {
      name,
      message: message.replace("FOLDER", basename(folder.path)),
    });
    assert.equal(tf.memory().numTensors, before);
  });
}
