import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import {
  type LoadedModel,
  loadModel,
  type LoadOptions,
} from "bertbook/checkpoint/pretrained.ts";
import { ensureModel } from "bertbook/checkpoint/catalogue.ts";
import { readTokenizer } from "bertbook/checkpoint/tokenizer_files.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { temporaryFolder } from "./_support.ts";
import {
  type Change,
  LABELS,
  outputOf,
  toyModel,
  writeCheckpoint,
} from "./_toy.ts";

await tf.setBackend("cpu");

const FILES = [
  ...["config.json", "model.safetensors", "special_tokens_map.json"],
  ...["tokenizer.json", "tokenizer_config.json", "vocab.txt"],
];
const HEADS = [
  ...["bert.pooler.dense.weight", "bert.pooler.dense.bias"],
  ...["classifier.weight", "classifier.bias"],
];
const isHead = (name: string): boolean => HEADS.includes(name);

/** Loads a changed checkpoint and hands it to `look`, then disposes it. */
async function loading(
  change: Change,
  options: LoadOptions,
  look: (model: LoadedModel<"sequence-classification">) => void,
): Promise<void> {
  await using folder = await temporaryFolder();
  await writeCheckpoint(folder.path, change);
  const model = await loadModel(folder.path, {
    head: "sequence-classification",
    ...options,
  });
  look(model);
  disposeTree(model.params);
}

Deno.test("a saved classifier gives its own logits when it is loaded", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "out", "model");
  const model = toyModel();
  const before = tf.memory().numTensors;
  const written = await saveModel(model, path);
  assert.deepEqual(written.map(({ file }) => file).sort(), FILES);
  for (const { file, bytes } of written) {
    assert.equal((await Deno.stat(join(path, file))).size, bytes);
  }
  const loaded = await loadModel(path);
  assert.deepEqual(outputOf(loaded), outputOf(model));
  assert.deepEqual(
    [loaded.name, loaded.labels, loaded.config],
    [model.name, model.labels, model.config],
  );
  assert.deepEqual(loaded.report, {
    loaded: 41,
    missing: [],
    unexpected: [],
    initialized: [],
    // Embeddings 34 · 8 + 16, two layers of 600, pooler 72, classifier 27.
    parameters: 1587,
    warnings: [],
  });
  disposeTree(loaded.params);
  assert.equal(tf.memory().numTensors, before);
  disposeTree(model.params);
});

Deno.test("fault 34: loadModel() reports what is new and what it left", async () => {
  // As BertModel is saved: no prefix, no classifier, a buffer of positions.
  const rename = (name: string): string | undefined => {
    if (name === "classifier.bias") return "embeddings.position_ids";
    return isHead(name) ? undefined : name.replace(/^bert\./, "");
  };
  const options = { labels: ["no", "yes"], seed: 3 };
  await loading({ rename }, options, ({ report, params, name, labels }) => {
    assert.deepEqual([report.loaded, report.initialized], [37, HEADS]);
    assert.deepEqual(report.missing, HEADS);
    assert.deepEqual(report.unexpected, ["embeddings.position_ids"]);
    assert.deepEqual(labels, ["no", "yes"]);
    assert.match(name, /^bertbook-test-/);
    const { kernel, bias } = params.classifier;
    assert.deepEqual([kernel.shape, bias.shape], [[8, 2], [2]]);
    assert.deepEqual([...bias.dataSync()], [0, 0]);
    const deviation = tf.tidy(() =>
      kernel.square().mean().sqrt().dataSync()[0]!
    );
    assert.ok(deviation > 0.01 && deviation < 0.03, `deviation ${deviation}`);
  });
});

Deno.test("loadModel() draws new parameters from the seed", async () => {
  const kernels: string[] = [];
  const rename = (name: string): string | undefined =>
    isHead(name) ? undefined : name;
  for (const seed of [1, 1, 2]) {
    await loading({ rename }, { labels: LABELS, seed }, ({ params }) => {
      kernels.push(params.classifier.kernel.dataSync().join());
    });
  }
  assert.equal(kernels[0], kernels[1]);
  assert.notEqual(kernels[0], kernels[2]);
});

Deno.test("fault 34: loadModel() knows gamma and beta", async () => {
  const rename = (name: string): string =>
    name.replace("Norm.weight", "Norm.gamma").replace("Norm.bias", "Norm.beta");
  await loading({ rename }, { labels: LABELS, seed: 0 }, (model) => {
    const original = toyModel();
    assert.deepEqual(model.report.missing, []);
    assert.deepEqual(outputOf(model).logits, outputOf(original).logits);
    disposeTree(original.params);
  });
});

Deno.test("fault 37: loadModel() warns of capitals that lower-casing hides", async () => {
  const vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nDog\n" +
    "abcdefghij".split("").join("\n") + "\n";
  const options = { labels: LABELS, seed: 0 };
  await loading({ vocabulary }, options, ({ report }) => {
    assert.match(report.warnings[0]!, /1 pieces with capitals, such as "Dog"/);
  });
});

Deno.test("fault 31: loadModel() names the pickle that it does not open", async () => {
  await using folder = await temporaryFolder();
  await writeCheckpoint(folder.path);
  const rename = (name: string): void =>
    Deno.renameSync(
      join(folder.path, "model.safetensors"),
      join(folder.path, name),
    );
  rename("pytorch_model.bin");
  const load = (): Promise<unknown> =>
    loadModel(folder.path, { head: "sequence-classification" });
  await assert.rejects(load(), {
    name: "TypeError",
    message:
      /must be in model\.safetensors; found "pytorch_model\.bin", a pickle/,
  });
  await Deno.remove(join(folder.path, "pytorch_model.bin"));
  await assert.rejects(
    load(),
    /must be in model\.safetensors; found config\.json/,
  );
});

Deno.test("fault 33: saveModel() refuses NaN by name and leaves the old folder", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const model = toyModel();
  await saveModel(model, path);
  const { bias } = model.params.classifier;
  model.params.classifier.bias = tf.tensor1d([0, NaN, 0]);
  await assert.rejects(saveModel(model, path), {
    name: "RangeError",
    message: /"classifier\.bias": .* found NaN at index 1/,
  });
  const left = Array.from(Deno.readDirSync(folder.path), ({ name }) => name);
  assert.deepEqual(left, ["model"]);
  const loaded = await loadModel(path);
  assert.deepEqual(
    loaded.params.classifier.bias.arraySync(),
    bias.arraySync(),
  );
  disposeTree([loaded.params, model.params, bias]);
});

Deno.test("fault 2: a model is found where a save was killed between its renames", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const model = toyModel();
  await saveModel(model, path);
  await Deno.rename(path, join(folder.path, ".model.previous"));
  assert.equal(await ensureModel(path), path);
  const tokenizer = await readTokenizer(path);
  assert.deepEqual(tokenizer.vocabulary, model.tokenizer.vocabulary);
  const loaded = await loadModel(path);
  assert.deepEqual(outputOf(loaded), outputOf(model));
  for (const { params } of [model, loaded]) disposeTree(params);
});

Deno.test("fault 67: saveModel() keeps a stranger's folder and says where to save", async () => {
  await using folder = await temporaryFolder();
  const thesis = join(folder.path, "thesis.txt");
  await Deno.writeTextFile(thesis, "years of work");
  const model = toyModel();
  await assert.rejects(saveModel(model, folder.path), {
    name: "RangeError",
    message: /nothing but a model's files; found "thesis\.txt"; name another/,
  });
  assert.equal(await Deno.readTextFile(thesis), "years of work");
  await saveModel(model, join(folder.path, "model"));
  await saveModel(model, join(folder.path, "model"));
  disposeTree(model.params);
});

Deno.test("fault 73: loading while a model is saved gives one model or the other", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const models = ["one", "two"].map((name, i) => {
    const model = toyModel();
    const bias = model.params.classifier.bias;
    model.params.classifier.bias = tf.fill(bias.shape, i);
    bias.dispose();
    return { ...model, name, labels: LABELS.map((label) => name + label) };
  });
  await saveModel(models[0]!, path);
  let numSaved = 0, isDone = false;
  const saving = (async () => {
    while (!isDone) await saveModel(models[++numSaved % 2]!, path);
  })();
  try {
    // On a slow disk more loads are needed for as many saves beside them.
    for (let i = 0; i < 300 || numSaved <= 10; i++) {
      const { name, labels, params } = await loadModel(path);
      const which = name === "one" ? 0 : 1;
      assert.deepEqual(labels, models[which]!.labels);
      assert.equal(params.classifier.bias.dataSync()[0], which);
      disposeTree(params);
    }
  } finally {
    isDone = true;
    await saving;
  }
  for (const { params } of models) disposeTree(params);
});
