import { AutoModel, env, Tensor } from "@huggingface/transformers";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import { type HeadName, HEADS } from "bertbook/model/heads/heads.ts";
import { type InputArrays, inputFrom } from "bertbook/model/input.ts";
import type { OnnxPrecision } from "bertbook/onnx/graph.ts";
import { DTYPES } from "../../tools/own/onnx_file.ts";
import { FORWARD } from "../checkpoint/_heads.ts";
import { LABELS, TEXTS, VOCABULARY } from "../checkpoint/_toy.ts";
import { chirpHead } from "../model/_support.ts";

env.allowRemoteModels = false;

/** The largest difference that is allowed, as a share of the largest output. */
export const TOLERANCES: Readonly<Record<OnnxPrecision, number>> = {
  float32: 1e-5, // found: 1.2e-6
  float16: 5e-3, // found: 2.5e-3
  int8: 0.1, // found: 0.05
};

/** The outputs that Python's optimum names. */
const OUTPUTS: Readonly<Record<HeadName, readonly string[]>> = {
  "base": ["last_hidden_state"],
  "pretraining": ["prediction_logits", "seq_relationship_logits"],
  "masked-lm": ["logits"],
  "next-sentence": ["logits"],
  "sequence-classification": ["logits"],
  "token-classification": ["logits"],
  "question-answering": ["start_logits", "end_logits"],
};

/** A model of any sizes with weights from a formula. */
export function formulaModel<H extends HeadName>(
  head: H,
  config: BertConfig,
): HeadModel<H> {
  return {
    head,
    config,
    params: chirpHead(head, { config, numLabels: LABELS.length }),
    tokenizer: new BertTokenizer(parseVocabulary(VOCABULARY, "vocab.txt")),
    labels: HEADS[head].hasLabels ? [...LABELS] : [],
    name: "toy",
  };
}

/** The toy texts, padded to a length. */
export function toyInput(
  { tokenizer }: Pick<HeadModel<HeadName>, "tokenizer">,
  padTo = 16,
  texts: readonly (readonly [string, string | undefined])[] = TEXTS,
): InputArrays {
  const all = texts.map(([text, pair]) =>
    tokenizer.encode(text, { ...(pair ? { pair } : {}), padTo })
  );
  return {
    inputIds: all.flatMap(({ inputIds }) => inputIds),
    tokenTypeIds: all.flatMap(({ tokenTypeIds }) => tokenTypeIds),
    attentionMask: all.flatMap(({ attentionMask }) => attentionMask),
    length: padTo,
  };
}

/** An output of a file: its shape and its numbers. */
export type FileOutput = {
  readonly dims: readonly number[];
  readonly values: readonly number[];
};

/** What we compute for an input, by the names of the outputs in a file. */
export function outputsOf<H extends HeadName>(
  { head, params, config, inference = {} }: HeadModel<H>,
  input: InputArrays,
): Record<string, Float32Array> {
  return tf.tidy(() => {
    const ours = FORWARD[head](params, inputFrom(input, config), config);
    const outputs = OUTPUTS[head].map((name, i) => [
      name,
      ours[i]!.div(inference.temperature ?? 1).dataSync<"float32">(),
    ]);
    return Object.fromEntries(outputs);
  });
}

/** The largest difference of all outputs, also as a share of each one's largest number. */
export function worstOf(
  found: Readonly<Record<string, FileOutput>>,
  ours: Readonly<Record<string, Float32Array>>,
): { difference: number; share: number } {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(ours).sort());
  const all = Object.entries(ours).map(([name, expected]) =>
    compare(found[name]!.values, expected)
  );
  return {
    difference: Math.max(...all.map(({ difference }) => difference)),
    share: Math.max(...all.map((each) => each.difference / each.scale)),
  };
}

/** Opens a file with onnxruntime, through transformers.js. */
export async function openFile(
  folder: string,
  precision: OnnxPrecision,
): Promise<
  & { run(input: InputArrays): Promise<Record<string, FileOutput>> }
  & AsyncDisposable
> {
  const model = await AutoModel.from_pretrained(folder, {
    dtype: DTYPES[precision],
    local_files_only: true,
  });
  return {
    run: async (input) => {
      const shape = [input.inputIds.length / input.length, input.length];
      const whole = (values: ArrayLike<number>): Tensor =>
        new Tensor(
          "int64",
          BigInt64Array.from(Array.from(values), BigInt),
          shape,
        );
      const outputs = await model({
        input_ids: whole(input.inputIds),
        attention_mask: whole(input.attentionMask),
        token_type_ids: whole(input.tokenTypeIds),
      });
      return Object.fromEntries(
        Object.entries(outputs as Record<string, Tensor>).map((
          [name, each],
        ) => [
          name,
          { dims: each.dims, values: [...each.data as Float32Array] },
        ]),
      );
    },
    [Symbol.asyncDispose]: async () => void await model.dispose(),
  };
}

/** The largest difference of two lists, and the largest number of the second. */
export function compare(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): { difference: number; scale: number } {
  if (actual.length !== expected.length) {
    return { difference: NaN, scale: NaN };
  }
  let difference = 0, scale = 0;
  for (let i = 0; i < actual.length; i++) {
    const own = Math.abs(actual[i]! - expected[i]!);
    if (!(own <= difference)) difference = own; // NaN too
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return { difference, scale };
}
