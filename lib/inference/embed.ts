/** Sentence embeddings: one vector for each text, from the states of its tokens. @module */

import * as tf from "@tensorflow/tfjs";
import { checkAlive, checkInputs } from "../batches/check_examples.ts";
import type { HeadModel } from "../checkpoint/pretrained.ts";
import {
  compileEach,
  MANY_SIGNATURES,
  type Precision,
} from "../engine/precision.ts";
import {
  bert,
  type BertInput,
  clsState,
  type EncoderParams,
} from "../model/bert.ts";
import { type BertConfig, maxSequenceLength } from "../model/config.ts";
import type { HeadName } from "../model/heads/heads.ts";
import { checkChoice, checkKnownOptions } from "../options.ts";
import type { Encoding, EncodingOptions } from "../tokenizer/encoding.ts";
import {
  type EncodedText,
  outputsOf,
  PREDICT_OPTIONS,
  type PredictOptions,
} from "./predict.ts";
import { checkTexts } from "./texts.ts";

/** How a vector is made of a text's hidden states. */
export type PoolingOptions = PredictOptions & {
  /**
   * `"mean"`: the mean of the last hidden states of all tokens; `"cls"`: that of
   * `[CLS]`. Default `"mean"`.
   */
  readonly pooling?: "mean" | "cls";
  /** Whether each vector is divided by its length, to be of length 1; default true. */
  readonly normalize?: boolean;
};

/** How to embed. */
export type EmbedOptions =
  & PoolingOptions
  & Pick<EncodingOptions, "maxLength" | "truncation">;

const POOLING_OPTIONS = [...PREDICT_OPTIONS, "pooling", "normalize"] as const;

/** The names of {@linkcode EmbedOptions}. */
export const EMBED_OPTIONS = [
  ...POOLING_OPTIONS,
  "maxLength",
  "truncation",
] as const;

/** Vectors are not divided by a length below it, as in PyTorch's `normalize`. */
const LEAST_LENGTH = 1e-12;

/**
 * Embeds texts: similar texts get vectors that point in similar directions, if the model
 * was trained for it, as all-MiniLM-L6-v2 was.
 *
 * Reimers & Gurevych (2019), "Sentence-BERT", section 3. With the default options these
 * are the vectors of Python's `SentenceTransformer("all-MiniLM-L6-v2").encode(texts)`,
 * which reads at most 256 tokens of a text: there `maxLength` is 256.
 *
 * @example A vector as long as the model is wide
 * ```ts
 * import { disposeTree, embed, loadModel } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const model = await loadModel("tiny", { head: "base" });
 * const [vector] = await embed(model, ["Dogs bark."]);
 * assert.equal(vector!.length, model.config.hiddenSize);
 * assert.ok(Math.abs(Math.hypot(...vector!) - 1) < 1e-6);
 * disposeTree(model.params);
 * ```
 *
 * @param model A model with any head; its encoder alone is used, and does not change.
 * @param texts The texts, at least one.
 * @param options Pooling, normalization, batch size (default 32), precision (default
 * `"float32"`), longest sequence in tokens (default what the model can read) and how
 * longer texts are truncated (default `"head"`, which keeps the beginning).
 * @returns A vector for each text, [N] of [D], in the order of the texts.
 * @throws {TypeError} If a text is no string, an option is unknown, or the model has
 * been disposed.
 * @throws {RangeError} If there is no text, an option is out of range, or a vector is
 * not finite.
 */
export async function embed(
  model: HeadModel<HeadName>,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<Float32Array[]> {
  return (await embedTexts(model, texts, options)).vectors;
}

/**
 * Embeds texts, and says how they were encoded.
 *
 * @param model As for {@linkcode embed}.
 * @param texts The texts, at least one.
 * @param options As for {@linkcode embed}.
 * @returns The vectors, and the encodings, which say how much of a text was cut off.
 * @throws As {@linkcode embed} does.
 */
export async function embedTexts(
  model: HeadModel<HeadName>,
  texts: readonly string[],
  options: EmbedOptions,
): Promise<{ vectors: Float32Array[]; encoded: Encoding[] }> {
  checkKnownOptions("embed texts", options, EMBED_OPTIONS);
  checkTexts("embed texts", texts);
  const { config, tokenizer } = model;
  const {
    maxLength = maxSequenceLength(config),
    truncation = "head",
    ...how
  } = options;
  const encoded = texts.map((text) =>
    tokenizer.encode(text, { maxLength, truncation })
  );
  return { encoded, vectors: await embedEncoded(model, encoded, how) };
}

/**
 * Embeds encoded texts, such as the windows of `encodeWindows`.
 *
 * @example
 * ```ts
 * import { disposeTree, embedEncoded, encodeWindows, loadModel } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const model = await loadModel("tiny", { head: "base" });
 * const texts = [{ text: "Dogs bark. Cats sleep. Owls read.", label: 0 }];
 * const size = { maxLength: 8, stride: 2 };
 * const windows = encodeWindows(model.tokenizer, texts, size);
 * const vectors = await embedEncoded(model, windows);
 * assert.equal(vectors.length, windows.length);
 * disposeTree(model.params);
 * ```
 *
 * @param model The model; its parameters do not change.
 * @param texts Token ids and token types, at least one text.
 * @param options Pooling, normalization, batch size and precision, as for
 * {@linkcode embed}.
 * @returns A vector for each text, [N] of [D], in the order of the texts.
 * @throws {TypeError} If a text is not encoded, an option is unknown, or the model has
 * been disposed.
 * @throws {RangeError} If there is no text, one does not fit the model, an option is out
 * of range, or a vector is not finite.
 */
export async function embedEncoded(
  model: HeadModel<HeadName>,
  texts: readonly EncodedText[],
  options: PoolingOptions = {},
): Promise<Float32Array[]> {
  checkKnownOptions("embed texts", options, POOLING_OPTIONS);
  checkInputs(texts, model.config, "embedding");
  const { pooling = "mean", normalize = true, ...how } = options;
  checkChoice("pooling", pooling, ["mean", "cls"]);
  const { params, config } = model;
  checkAlive(params, "embed texts");
  const at = (precision: Precision) =>
  (
    encoder: EncoderParams,
    inputs: BertInput[],
    config: BertConfig,
  ): tf.Tensor2D =>
    compiledEmbeddings[precision](encoder, inputs, config, {
      pooling,
      normalize,
    });
  const rows = await outputsOf(
    { float32: at("float32"), bfloat16: at("bfloat16") },
    { params: "bert" in params ? params.bert : params, config },
    texts,
    how,
    (row) => row as number[],
  );
  const odd = rows.findIndex((row) => !row.every(Number.isFinite));
  if (odd === -1) return rows.map((row) => Float32Array.from(row));
  const found = rows[odd]!.find((value) => !Number.isFinite(value));
  throw new RangeError(
    `Cannot embed text ${odd}: its vector must be finite; found ${found}; train ` +
      `again with a lower learning rate`,
  );
}

/** Vectors in evaluation mode, [B, D]; traced once for each shape of a batch. */
const compiledEmbeddings = compileEach(
  (
    params: EncoderParams,
    microBatches: BertInput[],
    config: BertConfig,
    { pooling, normalize }: { pooling: "mean" | "cls"; normalize: boolean },
  ) => {
    const rowsNeeded = pooling === "cls" ? "first" : "all";
    const pooled = tf.concat(microBatches.map((input) => {
      const hidden = bert(params, input, config, { rowsNeeded })
        .hiddenStates.at(-1)!; // [B, T, D]
      return pooling === "cls"
        ? clsState(hidden)
        : meanState(hidden, input.attentionMask);
    }));
    if (!normalize) return pooled;
    return pooled.div<tf.Tensor2D>(
      pooled.norm(2, -1, true).maximum(LEAST_LENGTH),
    );
  },
  { name: "embedding", ...MANY_SIGNATURES },
);

/** The mean state of the tokens of each sequence that are no padding, [B, D]. */
function meanState(
  hidden: tf.Tensor3D,
  attentionMask: tf.Tensor2D,
): tf.Tensor2D {
  const isToken = attentionMask.expandDims(-1); // [B, T, 1]
  return hidden.mul(isToken).sum(1).div(isToken.sum(1));
}
