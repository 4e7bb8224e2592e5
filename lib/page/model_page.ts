/**
 * A model as one HTML page: weights, tokenizer and runtime are in the file, which opens by
 * a double click and connects to nothing.
 *
 * onnxruntime's WebAssembly computes the int8 file of `lib/onnx`. TensorFlow.js would make
 * the runtime 3 MB smaller, but has no int8: its weights would have to be float32 in
 * memory, and its answers would be others than those of the exported file.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HeadModel } from "../checkpoint/pretrained.ts";
import { tokenizerJson } from "../checkpoint/tokenizer_json.ts";
import { areEntityTags } from "../evaluation/entities.ts";
import { maxSequenceLength } from "../model/config.ts";
import type { HeadName } from "../model/heads/heads.ts";
import { onnxBytes } from "../onnx/export_onnx.ts";
import { checkKnownOptions } from "../options.ts";
import { quoted } from "../printable.ts";
import { BertTokenizer } from "../tokenizer/bert_tokenizer.ts";
import { escapeHtml, scriptJson } from "../views/escape.ts";
import { COLORS } from "../views/theme.ts";
import { LICENCES } from "./licences.ts";
import { PAGE_IDS, type PageData, type PageTask } from "./page_data.ts";

/** What a page says besides its model's answers. */
export type ModelPageOptions = {
  /** Default the name of the model. */
  readonly title?: string;
  /** The name of the text, or of the two texts of a model of pairs; default "Text". */
  readonly inputs?: readonly string[];
  /** Rows of the section about the model, such as its test score. */
  readonly facts?: Readonly<Record<string, string>>;
};

/** What each model gives, and its fields; those of a question are always these. */
const TASKS: Readonly<Record<PageTask, readonly [gives: string, ...string[]]>> =
  {
    "single-label": ["one class for a text", "Text"],
    "multi-label": ["any number of labels for a text", "Text"],
    "regression": ["a number for a text", "Text"],
    "entities": ["the entities in a text", "Text"],
    "questions": ["the part of a text that answers a question"],
  };
const QUESTION_FIELDS = ["Question", "Text that may have the answer"];

/**
 * Makes a page of a model: one that classifies texts or pairs (with one label or several),
 * predicts numbers, finds entities, or answers questions.
 *
 * The page shows the answer with its probabilities, what each word had to do with it, and
 * the attention. Its policy forbids every connection (Content Security Policy Level 3).
 *
 * `deno bundle` translates the page's script; at its first use Deno fetches esbuild.
 *
 * @param model The model; its parameters do not change.
 * @param options Title, names of the fields, and facts.
 * @returns The page, in HTML; some 35 MB for MiniLM.
 * @throws {TypeError} If the head has no page, an option is unknown, the tokenizer is not
 * BERT's, or the model has been disposed.
 * @throws {RangeError} If a weight is not finite, the training of the model was stopped,
 * the labels of tokens are no entity tags, the number of fields does not fit, or the script cannot be translated.
 */
export async function modelPage<H extends HeadName>(
  model: HeadModel<H>,
  options: ModelPageOptions = {},
): Promise<string> {
  checkKnownOptions("make a page", options, ["title", "inputs", "facts"]);
  const task = taskOf(model);
  const data = scriptJson(dataOf(model, task));
  const fields = fieldsOf(task, options.inputs);
  const weights = await onnxBytes(model, "int8", { attentions: true });
  const script = await bundle();
  const runtime = await readFile(
    new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
  );
  const css = await readFile(new URL("./page.css", import.meta.url), "utf8");
  const hash = createHash("sha256").update(script).digest("base64");
  const policy = [
    "default-src 'none'",
    "connect-src 'none'",
    `script-src 'sha256-${hash}' 'wasm-unsafe-eval'`,
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const { title = model.name } = options;
  const [gives] = TASKS[task];
  const facts = {
    "Model": `${model.name}, fine-tuned to give ${gives}`,
    ...model.labels.length > 0 && { "Labels": model.labels.join(", ") },
    ...options.facts,
    "Weights":
      `int8, ${
        megabytes(weights)
      } MB: the last digits of an answer differ from ` +
      `those of the float32 model`,
    "Privacy":
      "Nothing leaves this page: its policy forbids the browser every connection",
  };
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(title)}</title>
<style>
:root { --for: ${COLORS.blue}; --against: ${COLORS.vermilion}; }
${css}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="muted">This page is the model. It gives ${gives}. What you type stays here.</p>
<form id="form">
${fields.map(fieldHtml).join("\n")}
<button type="submit">Answer</button>
<span class="hint">Or pause while you type, or press Ctrl and Enter.</span>
</form>
<p id="status" role="status">Unpacking the model. If this line stays, the browser is too
old for it, or runs no scripts.</p>
<section aria-labelledby="answer-title">
<h2 id="answer-title">Answer</h2>
<p id="said" role="status">…</p>
<div id="rows"></div>
<div id="notes"></div>
</section>
<section id="words" aria-labelledby="words-title" hidden>
<h2 id="words-title">Which words decided?</h2>
<label for="decision">Decision</label> <select id="decision"></select>
<p class="muted">${
    wordsNote(task)
  } Words can also act together, which this does not
show.</p>
<p id="progress" class="muted"></p>
<div id="effects"></div>
</section>
<section id="attention" aria-labelledby="attention-title" hidden>
<h2 id="attention-title">Where does each token look?</h2>
<p class="muted">The attention of the chosen layer and heads: the stronger the line, the
more the token on the left takes from the one on the right. It shows where the model looks,
which need not be why it answers so.</p>
<p id="long" hidden>The text is too long for this view.</p>
<div id="view"></div>
</section>
<section aria-labelledby="about-title">
<h2 id="about-title">About this model</h2>
<dl>
${
    Object.entries(facts).map(([name, value]) =>
      `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`
    ).join("\n")
  }
<dt>Computed by</dt><dd>onnxruntime-web <span id="version"></span>, on one thread</dd>
</dl>
<details><summary>Licences</summary><pre>${escapeHtml(LICENCES)}</pre>
<p>The weights keep the licence of the model that they were trained from.</p></details>
</section>
</main>
<script type="application/json" id="${PAGE_IDS.data}">${data}</script>
<script type="text/plain" id="${PAGE_IDS.weights}">${await packed(
    weights,
  )}</script>
<script type="text/plain" id="${PAGE_IDS.runtime}">${await packed(
    runtime,
  )}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

function taskOf(
  { head, config, labels }: HeadModel<HeadName>,
): PageTask {
  switch (head) {
    case "token-classification":
      if (areEntityTags(labels)) return "entities";
      throw new RangeError(
        `Cannot make a page: the labels must be O and tags such as B-PER; found ` +
          labels.map(quoted).join(", "),
      );
    case "question-answering":
      return "questions";
    case "sequence-classification":
      switch (config.problemType) {
        case "multi_label_classification":
          return "multi-label";
        case "regression":
          return "regression";
        default:
          return "single-label";
      }
    default:
      throw new TypeError(
        `Cannot make a page: the model must classify texts or tokens, or answer ` +
          `questions; found the head "${head}"`,
      );
  }
}

function dataOf(model: HeadModel<HeadName>, task: PageTask): PageData {
  const { config, labels, tokenizer, inference = {} } = model;
  if (!(tokenizer instanceof BertTokenizer)) {
    throw new TypeError(
      `Cannot make a page: the tokenizer must be a BertTokenizer; found another one`,
    );
  }
  const most = maxSequenceLength(config);
  // The ONNX file divides the logits by the temperature.
  const { maxLength, temperature: _, ...settings } = inference;
  return {
    task,
    labels,
    settings: {
      maxLength: maxLength ??
        (task === "questions" ? Math.min(384, most) : most),
      ...settings,
    },
    tokenizer: tokenizerJson(tokenizer),
    addedTokens: tokenizer.addedTokens,
    numLayers: config.numLayers,
    numHeads: config.numHeads,
  };
}

function fieldsOf(task: PageTask, named?: readonly string[]): string[] {
  if (task === "questions") return QUESTION_FIELDS;
  const [, ...fallback] = TASKS[task];
  const fields = [...named ?? fallback];
  const most = task === "entities" ? 1 : 2;
  if (fields.length >= 1 && fields.length <= most) return fields;
  throw new RangeError(
    `Cannot make a page: there must be one field${
      most === 2 ? " or two" : ""
    }; found ${fields.length} names in inputs`,
  );
}

function fieldHtml(name: string, index: number): string {
  return `<label for="field-${index}">${escapeHtml(name)}</label>
<textarea id="field-${index}" rows="3" required></textarea>`;
}

function wordsNote(task: PageTask): string {
  const what = task === "regression"
    ? "the value falls"
    : "the log-odds of the decision fall";
  return `The number at a word says by how much ${what} if the word is covered by [MASK]
and the model reads the rest again${
    task === "regression" ? "" : "; +0.7 means that the word doubles the odds"
  }. Blue words speak for <b id="decided"></b>, underlined ones against it.`;
}

function megabytes({ length }: Uint8Array): string {
  return (length / 1e6).toFixed(1);
}

/** Gzip, in base64. */
async function packed(bytes: Uint8Array): Promise<string> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return Buffer.from(await new Response(stream).arrayBuffer())
    .toString("base64");
}

/** The page's script for a browser, as text that may stand in a script element. */
async function bundle(): Promise<string> {
  const source = import.meta.resolve("./client/main.ts");
  const refuse = (found: string): RangeError =>
    new RangeError(
      `Cannot make a page: "deno bundle" must translate its script; found ${found}; ` +
        `Deno fetches esbuild at the first use, so connect to the network once`,
    );
  if (typeof Deno.Command !== "function" || !source.startsWith("file:")) {
    throw refuse("no Deno with the library in a folder");
  }
  const folder = await mkdtemp(join(tmpdir(), "bertbook-page-"));
  try {
    const output = join(folder, "page.js");
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--quiet", "--minify", "--platform", "browser"],
        ...["-o", output, fileURLToPath(source)],
      ],
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) {
      throw refuse(new TextDecoder().decode(stderr).trim().split("\n").at(-1)!);
    }
    const code = await readFile(output, "utf8");
    return code.replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
  } finally {
    await rm(folder, { recursive: true });
  }
}
