import { AutoModel, env, Tensor } from "@huggingface/transformers";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import { type HeadName, HEADS } from "bertbook/model/heads/heads.ts";
import type { InputArrays } from "bertbook/model/input.ts";
import type { OnnxPrecision } from "bertbook/onnx/graph.ts";
import { LABELS, TEXTS, VOCABULARY } from "../checkpoint/_toy.ts";
import { chirpHead } from "../model/_support.ts";

env.allowRemoteModels = false;

/** What transformers.js calls each precision. */
export const DTYPES = { float32: "fp32", float16: "fp16", int8: "q8" } as const;

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
