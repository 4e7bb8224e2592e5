import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { pythonNameOf } from "bertbook/checkpoint/architectures.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { bert } from "bertbook/model/bert.ts";
import {
  type BertConfig,
  DISTILBERT_BASE,
  ELECTRA_SMALL,
} from "bertbook/model/config.ts";
import type { HeadName } from "bertbook/model/heads/heads.ts";
import { inputFrom } from "bertbook/model/input.ts";
import {
  exportOnnx,
  ONNX_FILES,
  ONNX_FOLDER,
  onnxBytes,
  type OnnxOptions,
} from "bertbook/onnx/export_onnx.ts";
import type { OnnxPrecision } from "bertbook/onnx/graph.ts";
import { FORWARD, NAMES } from "../checkpoint/_heads.ts";
import { temporaryFolder } from "../checkpoint/_support.ts";
import { TEXTS, TOY } from "../checkpoint/_toy.ts";
import {
  compare,
  formulaModel,
  openFile,
  outputsOf,
  TOLERANCES,
  toyInput,
  worstOf,
} from "./_files.ts";

await tf.setBackend("cpu");

const SIZES = {
  vocabSize: 16,
  numLayers: 2,
  numHeads: 2,
  hiddenSize: 8,
  intermediateSize: 16,
  maxPositionEmbeddings: 16,
};

/** Each architecture at the size of the toy, with its own activation functions. */
const CONFIGS: readonly BertConfig[] = [
  TOY,
  { ...DISTILBERT_BASE, ...SIZES, activation: "relu" },
  { ...ELECTRA_SMALL, ...SIZES, embeddingSize: 6, activation: "gelu_new" },
];

function hasHead(head: HeadName, { modelType }: BertConfig): boolean {
  try {
    return pythonNameOf(head, modelType) !== undefined;
  } catch {
    return false;
  }
}

/** Exports a model and compares the outputs of each file with ours. */
async function assertSameOutputs(
  head: HeadName,
  config: BertConfig,
  options: OnnxOptions = {},
): Promise<void> {
  await using folder = await temporaryFolder();
  const model = formulaModel(head, config);
  const input = toyInput(model);
  const ours = outputsOf(model, input);
  await exportOnnx(model, folder.path, options);
  disposeTree(model.params);
  for (const precision of Object.keys(TOLERANCES) as OnnxPrecision[]) {
    await using file = await openFile(folder.path, precision);
    const outputs = await file.run(input);
    const { share } = worstOf(outputs, ours);
    assert.ok(
      share <= TOLERANCES[precision],
      `${config.modelType} ${head} ${precision}: ${share}`,
    );
    if (precision === "int8") assert.ok(share > 0, "nothing quantized");
  }
}

for (const config of CONFIGS) {
  for (const head of NAMES.filter((each) => hasHead(each, config))) {
    Deno.test(`onnxruntime computes ${config.modelType} with the head ${head} as we do`, async () => {
      await assertSameOutputs(head, config);
    });
  }
}

Deno.test("files with onnxruntime's own operators compute the same", async () => {
  for (const config of CONFIGS) {
    await assertSameOutputs("sequence-classification", config, { fused: true });
    await assertSameOutputs("token-classification", config, { fused: true });
  }
});

Deno.test("every activation function is exported", async () => {
  for (const activation of ["gelu", "gelu_fast", "relu", "swish"] as const) {
    await assertSameOutputs("masked-lm", { ...TOY, activation });
  }
});

Deno.test("a classifier with hidden layers and an untied decoder are exported", async () => {
  const classifier = { pooling: "cls", hiddenSizes: [6, 4] } as const;
  await assertSameOutputs("sequence-classification", { ...TOY, classifier });
  await assertSameOutputs("masked-lm", { ...TOY, tieWordEmbeddings: false });
});

Deno.test("a file takes any batch size and length, and padding changes nothing", async () => {
  await using folder = await temporaryFolder();
  const model = formulaModel("token-classification", TOY);
  await exportOnnx(model, folder.path, { precisions: ["float32"] });
  await using file = await openFile(folder.path, "float32");
  const [, text] = TEXTS; // "The dog.", five tokens
  const { logits: alone } = await file.run(toyInput(model, 5, [text!]));
  assert.deepEqual(alone!.dims, [1, 5, 3]);
  const { logits: padded } = await file.run(
    toyInput(model, 16, [TEXTS[0]!, text!, text!]),
  );
  assert.deepEqual(padded!.dims, [3, 16, 3]);
  for (const row of [1, 2]) {
    const start = row * 16 * 3;
    const own = padded!.values.slice(start, start + 5 * 3);
    assert.ok(compare(own, alone!.values).difference < 1e-6);
  }
  disposeTree(model.params);
});

Deno.test("attention weights change no bit of the logits, of which the last layer needs one row", async () => {
  await using folder = await temporaryFolder();
  const model = formulaModel("sequence-classification", TOY);
  const input = toyInput(model);
  const { attentions } = bert(model.params.bert, inputFrom(input, TOY), TOY);
  for (const [precision, most] of [["float32", 1e-5], ["int8", 0.1]] as const) {
    const outputs = [];
    for (const attentions of [false, true]) {
      const place = join(folder.path, `${precision}-${attentions}`);
      await exportOnnx(model, place, { precisions: [precision], attentions });
      const bytes = await onnxBytes(model, precision, { attentions });
      const file = join(place, ONNX_FOLDER, ONNX_FILES[precision]);
      assert.deepEqual(new Uint8Array(bytes), await Deno.readFile(file));
      await using opened = await openFile(place, precision);
      outputs.push(await opened.run(input));
    }
    const [without, withAll] = outputs;
    assert.deepEqual(Object.keys(without!), ["logits"]);
    assert.deepEqual(withAll!["logits"], without!["logits"]);
    for (const [i, tensor] of attentions.entries()) {
      const found = withAll![`attentions.${i}`]!;
      assert.deepEqual(found.dims, tensor.shape);
      const { difference } = compare(found.values, tensor.dataSync());
      assert.ok(difference < most, `${i} ${precision} ${difference}`);
    }
  }
  disposeTree(model.params);
});

Deno.test("hidden states and attention weights are outputs if they are asked for", async () => {
  await using folder = await temporaryFolder();
  const model = formulaModel("sequence-classification", TOY);
  await exportOnnx(model, folder.path, {
    precisions: ["float32", "float16"],
    hiddenStates: true,
    attentions: true,
  });
  const input = toyInput(model);
  const ours = bert(model.params.bert, inputFrom(input, TOY), TOY);
  const expected = {
    "hidden_states": ours.hiddenStates,
    "attentions": ours.attentions,
  };
  for (
    const [precision, most] of [["float32", 1e-5], ["float16", 1e-2]] as const
  ) {
    await using file = await openFile(folder.path, precision);
    const { logits, ...outputs } = await file.run(input);
    assert.deepEqual(logits!.dims, [2, 3]);
    assert.equal(Object.keys(outputs).length, 3 + 2);
    for (const [name, tensors] of Object.entries(expected)) {
      for (const [i, tensor] of tensors.entries()) {
        const found = outputs[`${name}.${i}`]!;
        assert.deepEqual(found.dims, tensor.shape);
        const { difference } = compare(found.values, tensor.dataSync());
        assert.ok(difference < most, `${name}.${i} ${precision} ${difference}`);
      }
    }
  }
  disposeTree(model.params);
});

Deno.test("the logits of a calibrated classifier are divided by its temperature", async () => {
  await using folder = await temporaryFolder();
  const model = formulaModel("sequence-classification", TOY);
  model.inference = { temperature: 2.5 };
  await exportOnnx(model, folder.path, { precisions: ["float32"] });
  const input = toyInput(model);
  const [ours] = FORWARD[model.head](model.params, inputFrom(input, TOY), TOY);
  await using file = await openFile(folder.path, "float32");
  const { logits } = await file.run(input);
  const expected = ours!.div(2.5).dataSync();
  assert.ok(compare(logits!.values, expected).difference < 1e-6);
  disposeTree(model.params);
});

Deno.test("an export stands in the folder of the saved model, which a new one replaces", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const model = formulaModel("sequence-classification", TOY);
  const names = (): string[] =>
    Array.from(Deno.readDirSync(path), ({ name }) => name).sort();
  await saveModel(model, path);
  const saved = names();
  const config = await Deno.readTextFile(join(path, "config.json"));
  const files = await exportOnnx(model, path);
  assert.deepEqual(files.map(({ file }) => file), [
    "onnx/model.onnx",
    "onnx/model_fp16.onnx",
    "onnx/model_quantized.onnx",
  ]);
  for (const { file, bytes } of files) {
    assert.equal((await Deno.stat(join(path, file))).size, bytes);
  }
  assert.deepEqual(names(), [...saved, "onnx"].sort());
  assert.equal(await Deno.readTextFile(join(path, "config.json")), config);
  await Deno.writeTextFile(join(path, "onnx", ".DS_Store"), "");
  // Files of other weights are gone with them.
  await saveModel(model, path);
  assert.deepEqual(names(), saved);
  await exportOnnx(model, path);
  await Deno.writeTextFile(join(path, "onnx", ".DS_Store"), "");
  await exportOnnx(model, path);
  await Deno.writeTextFile(join(path, "onnx", "mine.txt"), "mine");
  await assert.rejects(saveModel(model, path), /found "mine.txt"/);
  await assert.rejects(
    exportOnnx(model, path),
    /^RangeError: Cannot export to ".*onnx": .*; found "mine.txt"; move them/,
  );
  disposeTree(model.params);
});

/** The text of each file, also of those in folders. */
function contentOf(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) Object.assign(files, contentOf(path));
    else files[path] = Deno.readTextFileSync(path);
  }
  return files;
}

Deno.test("a folder of another model or with other files in onnx stays as it was", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const model = formulaModel("sequence-classification", TOY);
  const other = { ...model, labels: model.labels.map((label) => `${label}!`) };
  await saveModel(model, path);
  const before = contentOf(path);
  await assert.rejects(exportOnnx(other, path), {
    name: "RangeError",
    message:
      "Cannot export the model to ONNX: the folder must be new, or that " +
      'of this saved model; found another "config.json"; name another folder',
  });
  assert.deepEqual(contentOf(path), before);
  // Without weights it is an older export, which a new one replaces.
  const exported = join(folder.path, "exported");
  const options: OnnxOptions = { precisions: ["int8"] };
  await exportOnnx(model, exported, options);
  await Deno.writeTextFile(join(exported, "onnx", ".DS_Store"), "");
  await exportOnnx(other, exported, options);
  assert.match(contentOf(exported)[join(exported, "config.json")]!, /!"/);
  await Deno.writeTextFile(join(exported, "onnx", "mine.txt"), "mine");
  const mine = contentOf(exported);
  await assert.rejects(exportOnnx(model, exported, options), /"mine.txt"/);
  assert.deepEqual(contentOf(exported), mine);
  // A saved model takes the place of a folder that was looked at.
  await saveModel(model, path);
  await exportOnnx(model, path, options);
  await Deno.writeTextFile(join(path, "onnx", ".DS_Store"), "");
  await saveModel(model, path);
  disposeTree(model.params);
});

Deno.test("what cannot be exported is refused before a file is written", async () => {
  await using folder = await temporaryFolder();
  const model = formulaModel("sequence-classification", TOY);
  const path = join(folder.path, "model");
  const refusals: [object, Partial<typeof model>, RegExp][] = [
    [{ precision: ["int8"] }, {}, /did you mean "precisions"\?/],
    [{ precisions: [] }, {}, /precisions must have at least one; found none/],
    [{ precisions: ["int4"] }, {}, /one of "float32", "float16", "int8"/],
    [{ fused: true, attentions: true }, {}, /fused must be false/],
    [{}, { config: { ...TOY, normOrder: "pre" } }, /normOrder must be "post"/],
  ];
  for (const [options, change, message] of refusals) {
    await assert.rejects(
      exportOnnx({ ...model, ...change }, path, options),
      message,
    );
  }
  const { bias } = model.params.classifier;
  model.params.classifier.bias = tf.tensor1d([0, NaN, 0]);
  await assert.rejects(exportOnnx(model, path), /all weights must be finite/);
  model.params.classifier.bias = bias;
  disposeTree(model.params);
  await assert.rejects(exportOnnx(model, path), /must be alive/);
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});

const python = Deno.env.get("BERTBOOK_PYTHON");

Deno.test({
  name: python
    ? "ONNX's own checker accepts every file"
    : "ONNX's own checker accepts every file (BERTBOOK_PYTHON is not set)",
  ignore: !python,
  fn: async () => {
    await using folder = await temporaryFolder();
    for (const config of CONFIGS) {
      for (const head of NAMES.filter((each) => hasHead(each, config))) {
        const model = formulaModel(head, config);
        const path = join(folder.path, `${config.modelType}-${head}`);
        await exportOnnx(model, path, { hiddenStates: true, attentions: true });
        disposeTree(model.params);
      }
    }
    const program = `
import glob, sys
try:
    import onnx
except ImportError:
    sys.exit(3)
files = glob.glob(sys.argv[1] + "/*/onnx/*.onnx")
for file in files:
    onnx.checker.check_model(file, full_check=True)
    onnx.shape_inference.infer_shapes(onnx.load(file), True, True)
print(len(files))`;
    const { code, stdout, stderr } = await new Deno.Command(python!, {
      args: ["-c", program, folder.path],
    }).output();
    if (code === 3) return; // this Python has no onnx
    const text = new TextDecoder();
    assert.equal(code, 0, text.decode(stderr));
    assert.equal(text.decode(stdout).trim(), `${(7 + 5 + 4) * 3}`);
  },
});
