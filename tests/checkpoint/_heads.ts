import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import * as tf from "@tensorflow/tfjs";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { bert, type BertInput, pool } from "bertbook/model/bert.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import { classifySequences } from "bertbook/model/heads/sequence_classifier.ts";
import {
  type HeadName,
  type HeadParams,
  HEADS,
} from "bertbook/model/heads/heads.ts";
import { predictMaskedTokens } from "bertbook/model/heads/masked_lm.ts";
import { predictNextSentence } from "bertbook/model/heads/next_sentence.ts";
import { predictPretrainingTasks } from "bertbook/model/heads/pretraining.ts";
import { findAnswers } from "bertbook/model/heads/question_answering.ts";
import { classifyTokens } from "bertbook/model/heads/token_classifier.ts";
import { inputFrom } from "bertbook/model/input.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import { type HeadModel } from "bertbook/checkpoint/pretrained.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { chirpHead } from "../model/_support.ts";
import { temporaryFolder } from "./_support.ts";
import { LABELS, readByPython, TEXTS, TOY, VOCABULARY } from "./_toy.ts";

export const NAMES = Object.keys(HEADS) as HeadName[];

/** What Python's transformers makes of one saved model. */
export type PythonHead = {
  /** Tensors that it missed or did not expect. */
  missing: string[];
  /** Its class, and the class names where it has classes. */
  pythonName: string;
  labels: string[] | null;
  /** Every output for each text, as one list of numbers. */
  outputs: number[][];
};

/** A model with weights from a formula. */
export function toyHead<H extends HeadName>(head: H): HeadModel<H> {
  return {
    head,
    config: TOY,
    params: chirpHead(head, { config: TOY, numLabels: LABELS.length }),
    tokenizer: new BertTokenizer(parseVocabulary(VOCABULARY, "vocab.txt")),
    labels: HEADS[head].hasLabels ? [...LABELS] : [],
    name: "toy",
  };
}

/** The outputs of each head, in Python's order. */
export const FORWARD: {
  [H in HeadName]: (
    params: HeadParams[H],
    input: BertInput,
    config: BertConfig,
  ) => tf.Tensor[];
} = {
  "base": (params, input, config) => {
    const last = bert(params, input, config).hiddenStates.at(-1)!;
    return [last, ...(params.pooler ? [pool(params.pooler, last)] : [])];
  },
  "pretraining": (params, input, config) => {
    const output = predictPretrainingTasks(params, input, config);
    return [output.wordLogits, output.sentenceLogits];
  },
  "masked-lm": (
    params,
    input,
    config,
  ) => [predictMaskedTokens(params, input, config).logits],
  "next-sentence": (
    params,
    input,
    config,
  ) => [predictNextSentence(params, input, config).logits],
  "sequence-classification": (
    params,
    input,
    config,
  ) => [classifySequences(params, input, config).logits],
  "token-classification": (
    params,
    input,
    config,
  ) => [classifyTokens(params, input, config).logits],
  "question-answering": (params, input, config) => {
    const output = findAnswers(params, input, config);
    return [output.startLogits, output.endLogits];
  },
};

/** Every output of a model for each of the toy texts, as one list of numbers. */
export function outputsOf<H extends HeadName>(
  head: H,
  { params, tokenizer }: HeadModel<H>,
): number[][] {
  return TEXTS.map(([text, pair]) =>
    tf.tidy(() => {
      const encoding = tokenizer.encode(text, pair ? { pair } : {});
      const { length } = encoding.inputIds;
      const input = inputFrom({ ...encoding, length }, TOY);
      return FORWARD[head](params, input, TOY)
        .flatMap((output) => [...output.dataSync<"float32">()]);
    })
  );
}

/** Saves every head in a folder of its name; all are gone when the block ends. */
export async function saveHeads(): Promise<
  {
    path: string;
    digests: Record<string, Record<string, string>>;
  } & AsyncDisposable
> {
  const folder = await temporaryFolder();
  const digests: Record<string, Record<string, string>> = {};
  for (const head of NAMES) {
    const path = join(folder.path, head);
    const model = toyHead(head);
    await saveModel(model, path);
    disposeTree(model.params);
    digests[head] = {};
    for (const file of ["config.json", "model.safetensors"]) {
      const bytes = await Deno.readFile(join(path, file));
      const digest = await crypto.subtle.digest("SHA-256", bytes);
      digests[head][file] = Buffer.from(digest).toString("hex");
    }
  }
  const dispose = (): PromiseLike<void> => folder[Symbol.asyncDispose]();
  return { path: folder.path, digests, [Symbol.asyncDispose]: dispose };
}

/** Opens every saved head with Python's `AutoModelFor…` and runs the toy texts. */
export function openHeadsWithPython(
  python: string,
  folder: string,
): Promise<Record<string, PythonHead>> {
  return readByPython(python, "open_heads_with_transformers.py", folder);
}
