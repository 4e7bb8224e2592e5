import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import type {
  HeadModel,
  RunModel,
} from "../../../lib/checkpoint/pretrained.ts";
import { saveModel } from "../../../lib/checkpoint/save_model.ts";
import { disposeTree } from "../../../lib/engine/tensor_tree.ts";
import { classify } from "../../../lib/inference/classify.ts";
import { logitsOf } from "../../../lib/inference/predict.ts";
import type { HeadName } from "../../../lib/model/heads/heads.ts";
import { exportOnnx } from "../../../lib/onnx/export_onnx.ts";
import { hashExamples } from "../../../lib/training/run_description.ts";
import { ENTITIES } from "../../../tools/own/entities.ts";
import { sampleRows } from "../../../tools/own/export.ts";
import { openOnnxFile } from "../../../tools/own/onnx_file.ts";
import { QUESTIONS } from "../../../tools/own/questions.ts";
import { openData } from "../../../tools/own/tasks.ts";
import { SINGLE_LABEL } from "../../../tools/own/classes.ts";
import { openOutFolder } from "../../../tools/shell/out_folder.ts";
import { type FileToTry, tryFiles } from "../../../tools/own/trial.ts";
import { temporaryFolder } from "../../checkpoint/_support.ts";
import { toyHead } from "../../checkpoint/_heads.ts";
import { LABELS, toyModel } from "../../checkpoint/_toy.ts";
import { run as runIn, start } from "./_commands.ts";

/** Texts that the toy model can spell. */
const WORDS = "the dog bark he it cafe . 1 0".split(" ");
const TEXTS = Array.from(
  { length: 40 },
  (_, i) => `${WORDS[i % 9]} ${WORDS[(i * 5 + 2) % 9]} ${WORDS[(i * 7) % 8]}`,
);

/** A file that computes in its own way. */
function fileOf(file: string, run: RunModel): FileToTry {
  const dispose = (): Promise<void> => Promise.resolve();
  return {
    file,
    bytes: 1,
    open: () => Promise.resolve({ run, [Symbol.asyncDispose]: dispose }),
  };
}

/** Files of the toy model that were cut off, are empty, or hold something else. */
async function brokenFiles(folder: string): Promise<FileToTry[]> {
  const model = toyModel();
  const files = await exportOnnx(model, folder);
  disposeTree(model.params);
  const [cut, empty, other] = files.map(({ file }) => join(folder, file));
  await Deno.truncate(cut!, files[0]!.bytes >> 1);
  await Deno.truncate(empty!);
  await Deno.writeTextFile(
    other!,
    "version https://git-lfs.github.com/spec/v1",
  );
  return (["float32", "float16", "int8"] as const).map((precision, i) => ({
    ...files[i]!,
    open: () => openOnnxFile(folder, precision, model.head),
  }));
}

/** What the engine computes, changed. */
const changed =
  (change: (row: number[]) => number[]): RunModel => async (_, engine) =>
    (await engine()).map((row) => change(row as number[]));

Deno.test("a file that is not finite, constant, worse or broken is refused, and no other", async () => {
  await tf.setBackend("cpu");
  await using folder = await temporaryFolder();
  const model = toyModel();
  // So that each class is likeliest for some of the texts.
  const encoded = TEXTS.map((text) => model.tokenizer.encode(text));
  const means = tf.tensor2d(await logitsOf(model, encoded, {})).mean<
    tf.Tensor1D
  >(0);
  model.params.classifier.bias = model.params.classifier.bias.sub(means);
  model.inference = { temperature: 2 };
  const right = await classify(model, TEXTS);
  const examples = TEXTS.map((text, i) => ({
    text,
    // A tenth of the answers is wrong.
    label: (LABELS.indexOf(right[i]!.label) + (i % 10 === 0 ? 1 : 0)) % 3,
  }));
  const inputs = TEXTS.map((text) => ({ text }));
  const files = [
    fileOf("same", changed((row) => row.map((x) => x / 2))),
    fileOf("nearly", changed(([a, b, c]) => [a! / 2 + 0.01, b! / 2, c! / 2])),
    fileOf("nan", changed(([a, b]) => [a!, b!, NaN])),
    fileOf("constant", changed(() => [0.1, 0.2, 0.3])),
    fileOf("worse", changed(([a, b, c]) => [b!, c!, a!])),
    ...await brokenFiles(folder.path),
  ];
  const data = { title: "toys", inputs, examples };
  const { engine, files: tried } = await tryFiles(
    SINGLE_LABEL,
    model,
    data,
    files,
  );
  disposeTree(model.params);
  assert.ok(
    engine.score!.value > 0.8 && engine.score!.low < engine.score!.value,
  );
  const [same, nearly, nan, constant, worse, ...broken] = tried;
  assert.deepEqual(same!.score, engine.score);
  assert.ok(same!.logitDifference! < 1e-6);
  assert.ok(Math.abs(nearly!.logitDifference! - 0.01) < 1e-5);
  assert.deepEqual([same!.refusal, nearly!.refusal], [undefined, undefined]);
  assert.match(nan!.refusal!, /outputs must be finite; found NaN/);
  assert.match(constant!.refusal!, /the same output for every input/);
  assert.match(worse!.refusal!, /macroF1 is 0\.\d+, below the interval of/);
  assert.equal(broken.length, 3);
  for (const { file, refusal } of broken) {
    assert.match(
      refusal!,
      /^Cannot open "model.*\.onnx": it must be a whole ONNX file; found what /,
      file,
    );
    assert.doesNotMatch(refusal!, new RegExp(folder.path), file);
  }
});

Deno.test("files that tag words and files that answer questions are tried", async () => {
  await tf.setBackend("cpu");
  await using folder = await temporaryFolder();
  const tagger = toyHead("token-classification");
  tagger.labels = ["O", "B-DOG", "I-DOG"];
  const reader = toyHead("question-answering");
  const filesOf = async <H extends HeadName>(
    model: HeadModel<H>,
  ): Promise<FileToTry[]> => {
    const place = join(folder.path, model.head);
    const [file] = await exportOnnx(model, place, { precisions: ["float32"] });
    const open = () => openOnnxFile(place, "float32", model.head);
    return [{ ...file!, open }];
  };
  const sentences = TEXTS.slice(0, 5).map((text) => text.split(" "));
  const tagged = sentences.map((words) => ({
    words,
    tags: words.map(() => 1),
  }));
  const questions = TEXTS.slice(0, 5).map((context) => ({
    id: context,
    question: "he bark",
    context,
    answers: [{ text: context, start: 0 }],
  }));
  const trials = [
    await tryFiles(ENTITIES, tagger, {
      title: "words",
      inputs: tagged.map(ENTITIES.inputOf),
      examples: tagged,
    }, await filesOf(tagger)),
    await tryFiles(QUESTIONS, reader, {
      title: "questions",
      inputs: questions.map(QUESTIONS.inputOf),
      examples: questions,
    }, await filesOf(reader)),
  ];
  for (const model of [tagger, reader]) disposeTree(model.params);
  for (const { engine, files: [file] } of trials) {
    assert.equal(file!.refusal, undefined);
    assert.deepEqual(file!.score, engine.score);
    const { logitDifference } = file!;
    assert.ok(
      logitDifference! > 0 && logitDifference! < 1e-5,
      `${logitDifference}`,
    );
  }
});

/** Saves the toy model as a training does. */
async function saveToy(path: string): Promise<void> {
  const model = toyModel();
  model.inference = { temperature: 0.7, maxLength: 16 };
  await saveModel(model, path);
  disposeTree(model.params);
}

Deno.test({
  name: "an export that is stopped leaves no files",
  ignore: Deno.build.os === "windows", // without SIGTERM
  fn: async () => {
    await using folder = await temporaryFolder();
    const place = join(folder.path, "model");
    await saveToy(place);
    const saved = [...Deno.readDirSync(place)];
    const temporary = join(folder.path, "temporary");
    await Deno.mkdir(temporary);
    const before = Deno.env.get("TMPDIR");
    Deno.env.set("TMPDIR", temporary);
    const command = start(folder.path, "export", "model", "--json");
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
    await command.says(/Trying 3 files/);
    assert.equal([...Deno.readDirSync(temporary)].length, 1);
    command.kill("SIGTERM");
    const { code, out } = await command.ended;
    assert.deepEqual([code, out], [143, ""]);
    assert.deepEqual([...Deno.readDirSync(temporary)], []);
    assert.deepEqual([...Deno.readDirSync(place)], saved);
  },
});

Deno.test("without data, a model of single texts is tried on such, and one of pairs on pairs", async () => {
  for (const columns of [{}, { text: "premise", pair: "hypothesis" }]) {
    const rows = await sampleRows(columns);
    assert.equal(rows.length, 100);
    for (const row of rows) {
      const { text, pair } = SINGLE_LABEL.parseInput(row, columns);
      assert.ok(text.length > 0);
      assert.equal(pair !== undefined, "pair" in columns);
      assert.equal(QUESTIONS.parseInput(row, columns).context, text);
    }
  }
});

Deno.test("export writes files that were tried, and a table into the report", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "found");
  await saveToy(join(path, "model"));
  const table = join(folder.path, "data.csv");
  const rows = TEXTS.map((text, i) => `${text},${LABELS[i % 3]}`);
  await Deno.writeTextFile(table, ["text,label", ...rows].join("\n"));
  const read = { text: "text", label: "label", validation: 0.5, seed: 3 };
  const metrics = await openData(table, read, async (_, dataset) => ({
    columns: {},
    data: dataset.description,
    source: {
      path: table,
      read,
      validationSha256: await hashExamples(dataset.validation as object[]),
    },
  }));
  await Deno.writeTextFile(join(path, "metrics.json"), JSON.stringify(metrics));
  await Deno.writeTextFile(
    join(path, "report.html"),
    "<main>\nold\n</main>\nend",
  );
  const run = (...args: string[]) => runIn(folder.path, "export", ...args);

  const { code, out, err } = await run("found", "--json");
  assert.equal(code, 0, err);
  const trial = JSON.parse(out);
  assert.equal(trial.data, "the 20 validation texts");
  assert.deepEqual(
    trial.files.map(({ file }: { file: string }) => file),
    ["onnx/model.onnx", "onnx/model_fp16.onnx", "onnx/model_quantized.onnx"],
  );
  const [float32, float16, int8] = trial.files;
  assert.ok(float32.logitDifference < 1e-5, `${float32.logitDifference}`);
  assert.ok(float16.logitDifference < 1e-2, `${float16.logitDifference}`);
  assert.ok(int8.logitDifference < 0.1, `${int8.logitDifference}`);
  const onnx = join(path, "model", "onnx");
  const names = (): string[] =>
    Array.from(Deno.readDirSync(onnx), ({ name }) => name).sort();
  assert.deepEqual(names(), [
    ...["export.json", "model.onnx", "model_fp16.onnx", "model_quantized.onnx"],
  ]);
  const report = (): string => Deno.readTextFileSync(join(path, "report.html"));
  assert.match(report(), /old\n<!-- onnx -->.*model_fp16.*\n<\/main>\nend$/s);

  await Deno.writeTextFile(join(path, ".bertbook"), "");
  {
    using _training = await openOutFolder(path);
    for (const place of ["found", "found/model"]) {
      const { code, err } = await run(place);
      assert.equal(code, 2);
      assert.match(err, /^Cannot write results in .*; wait for it\n$/);
    }
  }
  await Deno.writeTextFile(join(onnx, "mine.txt"), "mine");
  const refused = await run("found");
  assert.equal(refused.code, 1);
  assert.match(refused.err, /^RangeError: Cannot export to .*"mine.txt".*\n$/);
  await Deno.remove(join(onnx, "mine.txt"));
  const again = await run("found", "data.csv", "--precision=int8", "--fused");
  assert.equal(again.code, 0, again.err);
  assert.match(
    again.out,
    /1 of 1 files are kept, tried on 40 texts of data\.csv/,
  );
  assert.deepEqual(names(), ["export.json", "model_quantized.onnx"]);
  assert.equal(report().match(/<section id="onnx">/g)?.length, 1);
  assert.doesNotMatch(report(), /model_fp16/);

  const changes: [string[], RegExp][] = [
    [rows.slice(2), /; found data\.csv: 15 train, 19 validation .*; name data/],
    [rows.toReversed(), /; found other validation examples; name data/],
  ];
  for (const [changed, found] of changes) {
    await Deno.writeTextFile(table, ["text,label", ...changed].join("\n"));
    const { code, err } = await run("found");
    assert.equal(code, 1);
    assert.match(err, /^RangeError: Cannot find the validation set: .*\n$/);
    assert.match(err, found);
  }
  await Deno.remove(table);
  const without = await run("found", "--precision=float32");
  assert.equal(without.code, 0, without.err);
  assert.match(without.out, /100 sentences of this project, without answers/);
  assert.doesNotMatch(without.out, /macro F1/);
});
