/** Exported files as models: onnxruntime through transformers.js computes in the engine's place. @module */

import type { RunModel } from "../../lib/checkpoint/pretrained.ts";
import type { HeadName } from "../../lib/model/heads/heads.ts";
import { ONNX_FILES } from "../../lib/onnx/export_onnx.ts";
import type { OnnxPrecision } from "../../lib/onnx/graph.ts";

/** What transformers.js calls each precision. */
export const DTYPES = { float32: "fp32", float16: "fp16", int8: "q8" } as const;

/** An open file; disposing it ends the session. */
export type OnnxFile = AsyncDisposable & { readonly run: RunModel };

/**
 * Opens an exported file.
 *
 * It computes one sequence at a time, without padding, as a page or a server does.
 *
 * @param folder The folder of the model, in the layout of transformers.js.
 * @param precision Which file.
 * @param head The head of the model.
 * @returns The file.
 * @throws {SyntaxError} If onnxruntime cannot read it.
 */
export async function openOnnxFile(
  folder: string,
  precision: OnnxPrecision,
  head: HeadName,
): Promise<OnnxFile> {
  const { AutoModel, env, Tensor } = await import("@huggingface/transformers");
  env.allowRemoteModels = false;
  const model = await AutoModel.from_pretrained(folder, {
    dtype: DTYPES[precision],
    local_files_only: true,
  }).catch((error: Error) => {
    const reason = error.message.split("\n")[0]!
      .replace(/^Load model from .* failed:/, "")
      .replace(/^\/onnxruntime_src.*?\) /, ""); // where its source says so
    throw new SyntaxError(
      `Cannot open "${ONNX_FILES[precision]}": it must be a whole ONNX file; ` +
        `found what onnxruntime cannot read (${reason}); export it again`,
      { cause: error },
    );
  });
  const run: RunModel = async (input) => {
    const { inputIds, tokenTypeIds, attentionMask, length } = input;
    const rows: unknown[] = [];
    for (let start = 0; start < inputIds.length; start += length) {
      const mask = Array.from(attentionMask).slice(start, start + length);
      const end = start + mask.lastIndexOf(1) + 1;
      const whole = (
        values: ArrayLike<number>,
      ): InstanceType<typeof Tensor> => {
        const own = Array.from(values).slice(start, end);
        return new Tensor("int64", BigInt64Array.from(own, BigInt), [
          1,
          own.length,
        ]);
      };
      const outputs = await model({
        "input_ids": whole(inputIds),
        "attention_mask": whole(attentionMask),
        "token_type_ids": whole(tokenTypeIds),
      });
      const names = head === "question-answering"
        ? ["start_logits", "end_logits"]
        : ["logits"];
      const lists = names.map((name) => outputs[name].tolist()[0] as unknown);
      rows.push(lists.length === 1 ? lists[0] : lists);
    }
    return rows;
  };
  return {
    run,
    [Symbol.asyncDispose]: async () => void await model.dispose(),
  };
}

/**
 * Counts the texts that transformers.js's tokenizer splits in another way than ours.
 *
 * @param folder The folder of the model.
 * @param texts Texts or pairs.
 * @param encode Our tokenizer's ids of one.
 * @returns How many.
 */
export async function countSplitOtherwise(
  folder: string,
  texts: readonly (readonly [text: string, pair: string | undefined])[],
  encode: (text: string, pair: string | undefined) => readonly number[],
): Promise<number> {
  const { AutoTokenizer, env } = await import("@huggingface/transformers");
  env.allowRemoteModels = false;
  const tokenizer = await AutoTokenizer.from_pretrained(folder, {
    local_files_only: true,
  });
  return texts.filter(([text, pair]) => {
    const { input_ids: ids } = tokenizer(
      text,
      pair === undefined ? {} : { text_pair: pair },
    );
    return encode(text, pair).join() !== [...ids.data].join();
  }).length;
}
