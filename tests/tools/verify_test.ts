import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeExamples } from "bertbook/batches/encode_examples.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { checkpointsIn } from "bertbook/checkpoint/training_runs.ts";
import { accelerator } from "bertbook/engine/accelerator.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { platform, registerPlatform } from "bertbook/engine/platform.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import { compareModel, verdicts } from "../../tools/verify.ts";
import { LABELS, toyModel } from "../checkpoint/_toy.ts";

await startEngine({ engine: "tensorflow" });

const TEXTS = ["The dogs barked.", "He barked 10", "The dog", "it it he cafe"];

/** Trains and saves a model; the folder of both is gone when the block ends. */
async function trained(
  precision: "float32" | "auto" = "float32",
): Promise<{ home: string } & AsyncDisposable> {
  const home = await Deno.makeTempDir({ prefix: "bertbook-verify-" });
  const start = toyModel();
  await saveModel(start, join(home, "start"));
  disposeTree(start.params);
  const model = await loadModel(join(home, "start"));
  const texts = Array.from({ length: 30 }, (_, i) => ({
    text: `${TEXTS[i % 4]} ${TEXTS[(i + i / 4 | 0) % 4]}`,
    label: i % LABELS.length,
  }));
  const examples = encodeExamples(model.tokenizer, texts, { maxLength: 16 });
  const run = fineTune(model, {
    train: examples,
    validation: examples.slice(0, 6),
  }, {
    epochs: 2,
    batchSize: 3,
    learningRate: 1e-2,
    seed: 1,
    precision,
    checkpoints: checkpointsIn(join(home, "checkpoints"), {
      saveSteps: 6,
      saveTotalLimit: 9,
    }),
  });
  for await (const _ of run);
  await saveModel(model, join(home, "model"));
  disposeTree(model.params);
  return {
    home,
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

/** Rewrites a file of the training. */
async function tamper(
  path: string,
  change: (text: string) => string,
): Promise<void> {
  const text = await Deno.readTextFile(path);
  assert.notEqual(change(text), text, "the file does not have what is changed");
  await Deno.writeTextFile(path, change(text));
}

const differing = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith("DIFFERS"));

Deno.test("verify finds an honest training the same, bit for bit", async () => {
  await using training = await trained();
  const lines = await verdicts(join(training.home, "model"), { stretches: 9 });
  assert.deepEqual(differing(lines), []);
  const text = lines.join("\n");
  for (const steps of ["0 to 6", "6 to 10", "10 to 16", "16 to 20"]) {
    assert.match(
      text,
      new RegExp(`^same +steps ${steps}: the same losses`, "m"),
    );
  }
  assert.match(text, /^same +model: its weights are those of the best/m);
  assert.doesNotMatch(text, /unchecked/);
});

Deno.test({
  name:
    "verify trains again in the precision of the training, not in that of now",
  ignore: accelerator()?.multipliesBfloat16 !== true,
  async fn(): Promise<void> {
    const system = platform();
    const measure = (float32: number, bfloat16: number): void => {
      const times = { float32, bfloat16, date: "2026-01-02" };
      const measured = () => ({ precision: { CPU: times } });
      registerPlatform({ ...system, measured });
    };
    try {
      measure(2, 1);
      await using training = await trained("auto");
      measure(1, 2);
      const model = join(training.home, "model");
      const lines = await verdicts(model, { stretches: 9 });
      assert.deepEqual(differing(lines), []);
      assert.match(lines.join("\n"), /^same +steps 16 to 20/m);
    } finally {
      registerPlatform(system);
    }
  },
});

Deno.test("verify lists what it did not check, and checks nothing without checkpoints", async () => {
  await using training = await trained();
  const model = join(training.home, "model");
  const some = await verdicts(model, { stretches: 1 });
  assert.equal(some.filter((line) => line.startsWith("unchecked")).length, 3);
  await Deno.remove(join(training.home, "checkpoints"), { recursive: true });
  assert.match(
    (await verdicts(model, { stretches: 9 })).join("\n"),
    /unchecked +all steps: the checkpoints of the training are gone/,
  );
});

/** What is tampered with, how, and the difference that is found. */
const TAMPERED: [
  what: string,
  change: (home: string) => Promise<void>,
  found: RegExp,
][] = [
  ["one bit of the weights", async (home) => {
    const path = join(home, "model", "model.safetensors");
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 2]! ^= 1;
    await Deno.writeFile(path, bytes);
  }, /model.safetensors: its sha256 was .* and is/],
  ["another seed", async (home) => {
    const run = join(home, "checkpoints", "run-1", "run.json");
    await tamper(run, (text) => text.replaceAll('"seed": 1', '"seed": 2'));
  }, /the option seed was 1 and is 2[^]*steps 0 to 6: step 1 has the loss/],
  ["a changed sentence", async (home) => {
    const data = join(home, "checkpoints", "run-1", "data.json");
    await tamper(data, (text) => text.replace(/\[2,\d+/, "[2,13"));
  }, /the train examples: they are not those[^]*steps \d+ to \d+: step/],
  ["other starting weights", async (home) => {
    await Deno.remove(join(home, "start"), { recursive: true });
    await Deno.rename(join(home, "model"), join(home, "start"));
    await Deno.mkdir(join(home, "model"));
    for (const { name } of Deno.readDirSync(join(home, "start"))) {
      await Deno.copyFile(
        join(home, "start", name),
        join(home, "model", name),
      );
    }
  }, /unchecked +steps 0 to 6: ".*start" has other weights now/],
  ["another library", async (home) => {
    const receipt = join(home, "model", "receipt.json");
    await tamper(receipt, (text) => text.replace('"tensorflow"', '"wasm"'));
  }, /steps 0 to 6: step \d has the loss .*; it was/],
];

for (const [what, change, found] of TAMPERED) {
  Deno.test(`verify finds ${what}`, async () => {
    await using training = await trained();
    await change(training.home);
    try {
      const lines = await verdicts(join(training.home, "model"), {
        stretches: 9,
      });
      assert.match(lines.join("\n"), found);
    } finally {
      await startEngine({ engine: "tensorflow" });
    }
  });
}

Deno.test("the head of a regression may have another scale, its encoder may not differ", async () => {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-verify-" });
  const toy = toyModel();
  const model = {
    ...toy,
    config: { ...toy.config, problemType: "regression" },
  } as typeof toy;
  try {
    await saveModel(model, folder, { unfinished: true });
    assert.match(await compareModel(model, folder), /^same .* best evaluation/);
    const { classifier, bert } = model.params;
    const scaled = { ...classifier, kernel: classifier.kernel.mul(250) };
    const found = async (params: object): Promise<string> =>
      await compareModel({ ...model, params } as typeof toy, folder);
    const params = { ...model.params, classifier: scaled };
    assert.match(await found(params), /^same .* its encoder is that of/);
    const pooler = { ...bert.pooler!, bias: bert.pooler!.bias.add(1) };
    const other = { ...params, bert: { ...bert, pooler } };
    assert.match(await found(other), /^DIFFERS /);
  } finally {
    disposeTree(model.params);
    await Deno.remove(folder, { recursive: true });
  }
});
