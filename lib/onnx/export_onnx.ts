/** ONNX export: a model as the files that onnxruntime and transformers.js read. @module */

import { join } from "node:path";
import { checkAlive } from "../batches/check_examples.ts";
import {
  ifThere,
  replaceFolder,
  writeSynced,
} from "../checkpoint/atomic_write.ts";
import type { HeadModel } from "../checkpoint/pretrained.ts";
import { checkFinite, WEIGHTS_FILE } from "../checkpoint/safetensors_format.ts";
import { checkTrained } from "../checkpoint/save_model.ts";
import { modelTexts } from "../checkpoint/written_model.ts";
import { namedLeaves } from "../engine/tensor_tree.ts";
import type { HeadName } from "../model/heads/heads.ts";
import { checkChoice, checkKnownOptions } from "../options.ts";
import { quoted } from "../printable.ts";
import { OnnxGraph, type OnnxPrecision, type OnnxWeight } from "./graph.ts";
import { addModel, type OnnxOutputs } from "./heads.ts";

/** The folder of the files, in that of the model. */
export const ONNX_FOLDER = "onnx";

/** The file of each precision, as transformers.js looks for it. */
export const ONNX_FILES: Readonly<Record<OnnxPrecision, string>> = {
  float32: "model.onnx",
  float16: "model_fp16.onnx",
  int8: "model_quantized.onnx",
};

/** What to export. */
export type OnnxOptions = OnnxOutputs & {
  /** One file for each, at least one; default all: `["float32", "float16", "int8"]`. */
  readonly precisions?: readonly OnnxPrecision[];
  /**
   * Whether attention, sums with norms and GELU are onnxruntime's own operators
   * (`com.microsoft`), which no other program reads; default false.
   */
  readonly fused?: boolean;
};

/** What deno task export says of the files, beside them. */
export const EXPORT_FILE = "export.json";

/** All that may be in the folder: macOS puts .DS_Store where one looks. */
export const ONNX_FOLDER_FILES: readonly string[] = [
  ...Object.values(ONNX_FILES),
  EXPORT_FILE,
  ".DS_Store",
];

/** Protocol buffers hold less than 2 GiB. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Exports a model to ONNX, in the layout of transformers.js: `onnx/model.onnx`
 * (float32), `onnx/model_fp16.onnx`, `onnx/model_quantized.onnx` (int8), and beside them
 * the configuration and the tokenizer. The folder may be the one of `saveModel`; its
 * other files stay.
 *
 * The graphs are written by this library, without Python: ONNX's operator set 17, for
 * any batch size and any length. Inputs and outputs have the names that Python's
 * optimum gives them. The logits of a calibrated classifier are divided by its
 * temperature, so that a softmax gives the probabilities of `classify`.
 *
 * With int8, kernels have a scale for each column and embeddings for each row. The
 * inputs of a product get one scale for the whole batch, so that the other texts of a
 * batch, and padding, change the last digits.
 *
 * @example Load it with `pipeline("text-classification", folder)` of transformers.js
 * ```ts
 * import { disposeTree, exportOnnx, loadModel } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const model = await loadModel("tiny", { labels: ["no", "yes"], head: "sequence-classification" });
 * const folder = await Deno.makeTempDir();
 * const files = await exportOnnx(model, folder, { precisions: ["int8"] });
 * assert.deepEqual(files.map(({ file }) => file), ["onnx/model_quantized.onnx"]);
 * assert.ok(files[0]!.bytes < 6e6); // of 17.5 MB as float32
 * disposeTree(model.params);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @param model The model; its parameters do not change.
 * @param folder Where to write; older ONNX files there are replaced all at once.
 * @param options Precisions, further outputs, and whether operations are fused.
 * @returns The ONNX files and their sizes in bytes.
 * @throws {RangeError} If a weight is not finite, the training of the model was stopped,
 * a file would be too large, an option is out of range, the model's norms are not after
 * the sums, or the folder holds another saved model or other files in `onnx`.
 * @throws {TypeError} If an option is unknown, or the model has been disposed.
 */
export async function exportOnnx<H extends HeadName>(
  model: HeadModel<H>,
  folder: string,
  options: OnnxOptions = {},
): Promise<{ file: string; bytes: number }[]> {
  const { precisions = Object.keys(ONNX_FILES) as OnnxPrecision[] } = options;
  checkOptions(model, precisions, options);
  const weights = await weightsOf(model);
  const written: { file: string; bytes: number }[] = [];
  const texts = modelTexts(model);
  await checkFolder(folder, texts);
  await Deno.mkdir(folder, { recursive: true });
  for (const [file, text] of Object.entries(texts)) {
    await writeSynced(join(folder, file), [new TextEncoder().encode(text)]);
  }
  await replaceFolder(join(folder, ONNX_FOLDER), async (aside) => {
    for (const precision of precisions) {
      const bytes = await encode(model, weights, precision, options);
      const file = ONNX_FILES[precision];
      await writeSynced(join(aside, file), [bytes]);
      written.push({ file: `${ONNX_FOLDER}/${file}`, bytes: bytes.length });
    }
  }, ONNX_FOLDER_FILES);
  return written;
}

/**
 * A model as the bytes of an ONNX file: what {@linkcode exportOnnx} writes.
 *
 * @param model The model; its parameters do not change.
 * @param precision How its weights are stored.
 * @param options Further outputs, and whether operations are fused.
 * @returns The bytes; the logits are the same with further outputs as without, except
 * with hidden states.
 * @throws As {@linkcode exportOnnx} does of models.
 */
export async function onnxBytes<H extends HeadName>(
  model: HeadModel<H>,
  precision: OnnxPrecision,
  options: Omit<OnnxOptions, "precisions"> = {},
): Promise<Uint8Array> {
  checkOptions(model, [precision], options);
  return await encode(model, await weightsOf(model), precision, options);
}

async function encode<H extends HeadName>(
  { head, config, labels }: HeadModel<H>,
  weights: ReadonlyMap<string, OnnxWeight>,
  precision: OnnxPrecision,
  options: OnnxOptions,
): Promise<Uint8Array> {
  const graph = new OnnxGraph(weights, precision, options.fused ?? false);
  addModel(graph, head, { config, numLabels: labels.length }, options);
  const bytes = await graph.encode();
  checkSize(bytes.length);
  return bytes;
}

/** Refuses the folder of another saved model, and ONNX files among files of others. */
async function checkFolder(
  folder: string,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  await checkOnnxFolder(folder);
  if (!await ifThere(Deno.stat(join(folder, WEIGHTS_FILE)))) return;
  for (const [file, text] of Object.entries(texts)) {
    const found = await ifThere(Deno.readTextFile(join(folder, file)));
    if (found === undefined || found === text) continue;
    throw new RangeError(
      `Cannot export the model to ONNX: the folder must be new, or that of this ` +
        `saved model; found another "${file}"; name another folder`,
    );
  }
}

/**
 * Checks that an export may replace the ONNX files in the folder of a model.
 *
 * @param folder The folder of the model.
 * @throws {RangeError} If there are other files among them.
 */
export async function checkOnnxFolder(folder: string): Promise<void> {
  const place = join(folder, ONNX_FOLDER);
  const entries = await ifThere(Array.fromAsync(Deno.readDir(place))) ?? [];
  const others = entries.map(({ name }) => name)
    .filter((name) => !ONNX_FOLDER_FILES.includes(name)).sort().map(quoted);
  if (others.length === 0) return;
  if (others.length > 3) others.splice(3, Infinity, "…");
  throw new RangeError(
    `Cannot export to ${
      quoted(place)
    }: it must hold only files of an export; ` +
      `found ${others.join(", ")}; move them elsewhere`,
  );
}

function checkOptions<H extends HeadName>(
  { params, config, training }: HeadModel<H>,
  precisions: readonly OnnxPrecision[],
  options: OnnxOptions,
): void {
  const action = "export the model to ONNX";
  checkKnownOptions(action, options, [
    ...["precisions", "fused", "hiddenStates", "attentions"],
  ]);
  const known = Object.keys(ONNX_FILES) as OnnxPrecision[];
  if (precisions.length === 0) {
    throw new RangeError(
      `Cannot ${action}: precisions must have at least one; found none; name some ` +
        `of ${known.join(", ")}`,
    );
  }
  for (const precision of precisions) {
    checkChoice("precisions", precision, known);
  }
  if (options.fused && options.attentions) {
    throw new RangeError(
      `Cannot ${action}: fused must be false for the output of attentions; found ` +
        `both; leave out one`,
    );
  }
  if (config.normOrder !== "post") {
    throw new RangeError(
      `Cannot ${action}: its normOrder must be "post"; found "${config.normOrder}"`,
    );
  }
  checkTrained(action, training);
  checkAlive(params, action);
}

/** The values of all parameters, by their paths. */
async function weightsOf<H extends HeadName>(
  { params, config, inference }: HeadModel<H>,
): Promise<Map<string, OnnxWeight>> {
  const { temperature = 1 } = inference ?? {};
  const weights = new Map<string, OnnxWeight>();
  for (const [path, leaf] of namedLeaves(params)) {
    const values = await leaf.data<"float32">();
    checkFinite(values, path);
    const isScaled = path.startsWith("classifier.") && temperature !== 1 &&
      (config.problemType ?? "single_label_classification") ===
        "single_label_classification";
    weights.set(path, {
      shape: leaf.shape,
      values: isScaled ? values.map((value) => value / temperature) : values,
    });
  }
  return weights;
}

function checkSize(bytes: number): void {
  if (bytes <= MAX_BYTES) return;
  throw new RangeError(
    `Cannot export the model to ONNX: a file must have at most ${MAX_BYTES} bytes; ` +
      `found ${bytes}; choose a smaller precision`,
  );
}
