import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { classifySequences } from "bertbook/model/heads/sequence_classifier.ts";
import { BERT_TINY, type BertConfig } from "bertbook/model/config.ts";
import { inputFrom } from "bertbook/model/input.ts";
import {
  configToJson,
  type NamedParameter,
  parametersOf,
} from "bertbook/checkpoint/architectures.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import type { ClassifierModel } from "bertbook/checkpoint/pretrained.ts";
import { writeSafetensors } from "bertbook/checkpoint/safetensors.ts";
import type { TensorToWrite } from "bertbook/checkpoint/safetensors_format.ts";
import { chirpClassifier } from "../model/_support.ts";

/** Eleven words and pieces behind the special tokens. */
export const VOCABULARY = [
  ..."[PAD] [UNK] [CLS] [SEP] [MASK] . the dog ##s bark ##ed he it 1 0 cafe"
    .split(" "),
].join("\n") + "\n";

export const TOY: BertConfig = {
  ...BERT_TINY,
  vocabSize: 16,
  hiddenSize: 8,
  intermediateSize: 16,
  maxPositionEmbeddings: 16,
};

const HEAD = "sequence-classification";

export const LABELS = ["unacceptable", "acceptable", "neither"];

/** A pair and a sentence that {@linkcode VOCABULARY} can spell, but for one word. */
export const TEXTS: [string, string | undefined][] = [
  ["The Dogs barked.", "He cafés it 10!"],
  ["The dog.", undefined],
];

/** A classifier whose weights come from a formula. */
export function toyModel(): ClassifierModel {
  return {
    head: "sequence-classification",
    config: TOY,
    params: chirpClassifier(TOY, LABELS.length),
    tokenizer: new BertTokenizer(parseVocabulary(VOCABULARY, "vocab.txt")),
    labels: [...LABELS],
    name: "toy",
  };
}

/** What a model makes of {@linkcode TEXTS}, padded to 16 tokens. */
export function outputOf(
  model: ClassifierModel,
): { inputIds: number[][]; logits: number[][] } {
  const encodings = TEXTS.map(([text, pair]) =>
    model.tokenizer.encode(text, { ...(pair ? { pair } : {}), padTo: 16 })
  );
  const input = inputFrom({
    inputIds: encodings.flatMap(({ inputIds }) => inputIds),
    tokenTypeIds: encodings.flatMap(({ tokenTypeIds }) => tokenTypeIds),
    attentionMask: encodings.flatMap(({ attentionMask }) => attentionMask),
    length: 16,
  }, model.config);
  const logits = tf.tidy(() =>
    classifySequences(model.params, input, model.config).logits.arraySync()
  );
  tf.dispose(input);
  return { inputIds: encodings.map(({ inputIds }) => inputIds), logits };
}

/** Ways in which a checkpoint may differ from the one that a toy model needs. */
export type Change = {
  /** Turns the configuration's fields. */
  config?: Record<string, unknown>;
  /** Another `vocab.txt`. */
  vocabulary?: string;
  /** Turns a tensor's name, or leaves it out. */
  rename?: (name: string) => string | undefined;
  /** Turns a parameter before it is written. */
  parameter?: (parameter: NamedParameter) => NamedParameter;
  /** Turns its values. */
  values?: (name: string, values: Float32Array) => Float32Array;
};

/** Writes a checkpoint of the toy model, changed, as another program might. */
export async function writeCheckpoint(
  folder: string,
  change: Change = {},
): Promise<void> {
  const { rename = (name) => name, values = (_, all) => all } = change;
  const { parameter: turn = (parameter) => parameter } = change;
  const { params } = toyModel();
  const leaves = new Map(namedLeaves(params));
  const tensors: TensorToWrite[] = [];
  for (const parameter of parametersOf(HEAD, TOY, LABELS.length).map(turn)) {
    const name = rename(parameter.name);
    if (name === undefined) continue;
    const leaf = leaves.get(parameter.path)!;
    const size = parameter.shape.reduce((product, size) => product * size, 1);
    const stored = tf.tidy(() =>
      (parameter.role === "kernel" ? leaf.transpose() : leaf)
        .dataSync<"float32">().slice(0, size)
    );
    const written = values(name, stored);
    tensors.push({ name, shape: parameter.shape, values: () => written });
  }
  disposeTree(params);
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  const config = configToJson(TOY, change.config ?? {});
  await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(config));
  const vocabulary = change.vocabulary ?? VOCABULARY;
  await Deno.writeTextFile(join(folder, "vocab.txt"), vocabulary);
}

/** What a program in Python says of a folder of models and the toy texts. */
export async function readByPython<Answer>(
  python: string,
  program: string,
  folder: string,
): Promise<Answer> {
  const script = join(import.meta.dirname!, program);
  const texts = TEXTS.map(([text, pair]) => [text, pair ?? null]);
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: [script, folder, JSON.stringify(texts)],
    env: { HF_HUB_OFFLINE: "1" },
  }).output();
  const text = new TextDecoder();
  if (success) return JSON.parse(text.decode(stdout));
  throw new TypeError(
    `Cannot open "${folder}" with ${python}: ${text.decode(stderr)}`,
  );
}
