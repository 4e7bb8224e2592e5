import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { BERT_TINY } from "bertbook/model/config.ts";
import { ensureAsset } from "bertbook/download/ensure_asset.ts";
import { ProvisionError } from "bertbook/download/asset.ts";
import {
  ALL_MINI_LM,
  CATALOGUE,
  ensureModel,
  findModel,
  TINY,
} from "bertbook/checkpoint/catalogue.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import { temporaryFolder } from "./_support.ts";
import { writeCheckpoint } from "./_toy.ts";

await tf.setBackend("cpu");

Deno.test("every file of the catalogue has its size and digest at every source", () => {
  for (const { asset } of CATALOGUE) {
    for (const { sha256, bytes } of Object.values(asset.files)) {
      assert.match(sha256, /^[0-9a-f]{64}$/);
      assert.ok(bytes > 0);
    }
    for (const { members } of asset.sources) {
      assert.deepEqual(Object.keys(members!), Object.keys(asset.files));
    }
  }
  assert.equal(CATALOGUE[0], ALL_MINI_LM);
});

Deno.test("ensureModel() takes a folder in Hugging Face's layout as it is", async () => {
  await using folder = await temporaryFolder();
  await writeCheckpoint(folder.path);
  assert.equal(await ensureModel(folder.path), folder.path);
});

Deno.test("ensureModel() says what it found instead of a model", async () => {
  await using folder = await temporaryFolder();
  const cases: [string, RegExp][] = [
    ["all-minilm-l6", /found neither; did you mean "all-MiniLM-L6-v2"\?/],
    ["tinny", /did you mean "tiny"\?/],
    ["nope", /found neither; the catalogue has all-MiniLM-L6-v2, tiny$/],
    [
      folder.path,
      /found none in this folder; the catalogue has all-MiniLM-L6-v2, ti/,
    ],
  ];
  for (const [name, message] of cases) {
    await assert.rejects(ensureModel(name), { name: "RangeError", message });
  }
});

Deno.test("ensureModel() explains a missing model when offline", async () => {
  await using home = await temporaryFolder();
  for (const { name } of CATALOGUE) {
    await assert.rejects(
      ensureModel(name, { home: home.path, offline: true }),
      ProvisionError,
    );
  }
});

Deno.test("fault 75: weights that are not the right ones are named, not used", async () => {
  await using home = await temporaryFolder();
  const folder = join(home.path, "models", ALL_MINI_LM.name);
  await Deno.mkdir(folder, { recursive: true });
  const { bytes, sha256 } = ALL_MINI_LM.asset.files["model.safetensors"]!;
  await Deno.writeTextFile(join(folder, "model.safetensors"), "");
  await Deno.truncate(join(folder, "model.safetensors"), bytes);
  const options = { home: home.path, offline: true };
  await assert.rejects(ensureModel(ALL_MINI_LM.name, options), {
    name: "ProvisionError",
    message: new RegExp(
      `"model.safetensors": its sha256 must be ${sha256}; found`,
    ),
  });
});

Deno.test("fault 68: weights in a cache that others can write are not used", async () => {
  await using home = await temporaryFolder();
  await Deno.mkdir(join(home.path, "models"));
  await Deno.chmod(join(home.path, "models"), 0o777);
  for (const { name } of CATALOGUE) {
    await assert.rejects(
      ensureModel(name, { home: home.path, offline: true }),
      {
        name: "RangeError",
        message:
          /nobody else may write to ".*models"; found mode 777; run chmod/,
      },
    );
  }
});

const cached = await ensureAsset(ALL_MINI_LM.asset, { offline: true })
  .catch(() => undefined);

/** Gives another cache the files of MiniLM. */
async function linkMiniLm(home: string): Promise<void> {
  const models = join(home, "models");
  await Deno.mkdir(models);
  await Deno.symlink(cached!, join(models, basename(cached!)));
}

Deno.test({
  name: cached
    ? "fault 75: a changed vocabulary of the tiny model is noticed, and mended"
    : "fault 75: the tiny model's vocabulary (MiniLM is not in the cache)",
  ignore: !cached,
  fn: async () => {
    await using home = await temporaryFolder();
    await linkMiniLm(home.path);
    const options = { home: home.path, offline: true };
    assert.equal(await findModel(TINY, options), undefined);
    const umask = Deno.umask(0);
    const folder = await ensureModel("tiny", options);
    Deno.umask(umask);
    assert.equal(await findModel(TINY, options), folder);
    for (const file of ["vocab.txt", "config.json", "tokenizer_config.json"]) {
      const path = join(folder, file);
      const text = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, text.replace("t", "u"));
      assert.equal(await findModel(TINY, options), undefined);
      assert.equal(await ensureModel("tiny", options), folder);
      assert.equal(await Deno.readTextFile(path), text);
    }
  },
});

Deno.test({
  name: cached
    ? "the tiny model says that it is untrained"
    : "the tiny model says that it is untrained (MiniLM is not in the cache)",
  ignore: !cached,
  fn: async () => {
    await using home = await temporaryFolder();
    await linkMiniLm(home.path);
    const options = { home: home.path, offline: true };
    const [folder, again] = await Promise.all([
      ensureModel("tiny", options),
      ensureModel("tiny", options),
    ]);
    assert.equal(folder, again);
    const { config, report, name, params } = await loadModel(folder, {
      head: "sequence-classification",
      labels: ["no", "yes"],
      seed: 1,
    });
    disposeTree(params);
    assert.deepEqual(config, BERT_TINY);
    assert.equal(name, TINY.name);
    assert.equal(report.loaded, 0);
    assert.equal(report.initialized.length, 41);
    assert.match(report.warnings[0]!, /"tiny" is untrained: all its weights/);
  },
});
