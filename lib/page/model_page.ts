/**
 * A model as one HTML page: weights, tokenizer and runtime are in the file, which opens by
 * a double click and connects to nothing.
 *
 * onnxruntime's WebAssembly computes the int8 file of `lib/onnx`. TensorFlow.js would make
 * the page 4 MB smaller, but has no int8: its weights would be float32 in memory, an answer
 * would take twice the time, and be another than that of the exported file.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { HeadModel } from "../checkpoint/pretrained.ts";
import { tokenizerJson } from "../checkpoint/tokenizer_json.ts";
import { maxSequenceLength } from "../model/config.ts";
import type { HeadName } from "../model/heads/heads.ts";
import { onnxBytes } from "../onnx/export_onnx.ts";
import { checkKnownOptions } from "../options.ts";
import { BertTokenizer } from "../tokenizer/bert_tokenizer.ts";
import { escapeHtml, scriptJson } from "../views/escape.ts";
import { COLORS } from "../views/theme.ts";
import { bundle } from "./bundle.ts";
import { type ModelTask, modelTask, type PageData } from "./page_data.ts";

/** What a page says besides its model's answers. */
export type ModelPageOptions = {
  /** Default the name of the model. */
  readonly title?: string;
  /** The name of the text, or of the two texts of a model of pairs; default "Text". */
  readonly inputs?: readonly string[];
  /** Rows of the section about the model, such as its test score. */
  readonly facts?: Readonly<Record<string, string>>;
};

const GIVES: Readonly<Record<ModelTask, string>> = {
  "single-label": "one class for a text",
  "multi-label": "any number of labels for a text",
  "regression": "a number for a text",
  "entities": "the entities in a text",
  "questions": "the part of a text that answers a question",
};

/**
 * Makes a page of a model: one that classifies texts or pairs (with one label or several),
 * predicts numbers, finds entities, or answers questions.
 *
 * The page shows the answer with its probabilities, what each word had to do with it, and
 * the attention. Its policy forbids every connection (Content Security Policy Level 3).
 *
 * `deno bundle` translates the page's script, so it needs Deno, which fetches esbuild at
 * the first use.
 *
 * @param model The model; its parameters do not change.
 * @param options Title, names of the fields, and facts.
 * @returns The page, in HTML; 34 MB for all-MiniLM-L6-v2.
 * @throws {TypeError} If the head has no page, an option is unknown, the tokenizer is not
 * BERT's, or the model has been disposed.
 * @throws {RangeError} If a weight is not finite, the training of the model was stopped,
 * the number of fields does not fit, or the script cannot be translated.
 */
export async function modelPage<H extends HeadName>(
  model: HeadModel<H>,
  options: ModelPageOptions = {},
): Promise<string> {
  checkKnownOptions("make a page", options, ["title", "inputs", "facts"]);
  const { name, labels } = model;
  const { title = name, inputs = ["Text"] } = options;
  const data = dataOf(model);
  const { task } = data;
  const fields = task === "questions"
    ? ["Question", "Text that may have the answer"]
    : inputs;
  const most = task === "entities" ? 1 : 2;
  if (fields.length < 1 || fields.length > most) {
    throw new RangeError(
      `Cannot make a page: inputs must name at least one text and at most ${most}; ` +
        `found ${fields.length}`,
    );
  }
  const gives = fields === inputs && inputs.length === 2
    ? GIVES[task].replace("a text", "a pair of texts")
    : GIVES[task];
  const main = fileURLToPath(import.meta.resolve("./client/main.ts"));
  const script = (await bundle(main))
    .replaceAll(/<(?=\/script|!--)/gi, "\\x3c"); // it stands in a script element
  const weights = await onnxBytes(model, "int8", { attentions: true });
  const facts = {
    "Model": `${name}, fine-tuned to give ${gives}`,
    ...labels.length > 0 && { "Labels": labels.join(", ") },
    ...options.facts,
    "Weights":
      `int8, ${
        (weights.length / 1e6).toFixed(1)
      } MB: probabilities differ a little ` +
      `from those of float32, and a close answer may be another`,
  };
  const read = (url: string) => readFile(new URL(url, import.meta.url));
  const runtime = "onnxruntime-web/ort-wasm-simd-threaded.wasm";
  const parts: Readonly<Record<string, string>> = {
    hash: createHash("sha256").update(script).digest("base64"),
    title: escapeHtml(title),
    css: `:root { --for: ${COLORS.blue}; --against: ${COLORS.vermilion}; }\n` +
      await read("./page.css"),
    gives,
    fields: fields.map((field, i) =>
      `<label for="field-${i}">${escapeHtml(field)}</label>
<textarea id="field-${i}" rows="3" required></textarea>`
    ).join("\n"),
    measure: task === "regression" ? "the value of" : "the log-odds of",
    unit: task === "regression" ? "" : "; 0.7 doubles the odds",
    facts: Object.entries(facts).map(([name, value]) =>
      `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`
    ).join("\n"),
    data: scriptJson(data),
    weights: await packed(weights),
    runtime: await packed(await read(import.meta.resolve(runtime))),
    script,
  };
  const html = String(await read("./page.html"));
  return html.replaceAll(/\{\{(\w+)\}\}/g, (_, part: string) => parts[part]!);
}

function dataOf(model: HeadModel<HeadName>): PageData {
  const { head, config, labels, tokenizer, inference } = model;
  const task = modelTask(model);
  if (task === undefined || !(tokenizer instanceof BertTokenizer)) {
    throw new TypeError(
      `Cannot make a page: the model must classify texts, find entities or answer ` +
        `questions, with BERT's tokenizer; found the head "${head}"` +
        (labels.length > 0 ? ` with the labels ${labels.join(", ")}` : ""),
    );
  }
  const longest = maxSequenceLength(config);
  // The ONNX file divides the logits by the temperature.
  const { temperature: _, ...settings } = inference ?? {};
  return {
    maxLength: task === "questions" ? Math.min(384, longest) : longest,
    ...settings,
    task,
    labels,
    tokenizer: tokenizerJson(tokenizer),
    addedTokens: tokenizer.addedTokens,
    numLayers: config.numLayers,
    numHeads: config.numHeads,
  };
}

/** Gzip, in base64. */
async function packed(bytes: Uint8Array): Promise<string> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return Buffer.from(await new Response(stream).arrayBuffer())
    .toString("base64");
}
