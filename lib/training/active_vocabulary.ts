/**
 * The active vocabulary: the word embeddings of the pieces that occur in the training
 * examples, as a small table that is trained in place of the large one.
 *
 * A row that occurs in no example has the gradient 0, so its moments stay 0 and Adam does
 * not move it; weight decay multiplies it by 1 − α λ in each step. The product of these
 * numbers is applied once, at the end. So the result is that of dense AdamW, though the
 * optimizer never touches the other rows, which in fine-tuning on CoLA are two fifths of
 * MiniLM's parameters.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { EncodedExample } from "../batches/batches.ts";
import {
  areStreamed,
  type ExampleSource,
  mapExamples,
  type TrainExamples,
} from "../batches/example_source.ts";
import type { EncoderParams } from "../model/bert.ts";
import type { BertConfig } from "../model/config.ts";

/** A model over the pieces that occur. */
export type ActiveVocabulary<Params, Examples> = {
  /** Its word table is a new variable; every other leaf is shared. */
  readonly params: Params;
  /** Has the small table's `vocabSize`. */
  readonly config: BertConfig;
  /** The examples, whose ids are the rows of the small table. */
  readonly examples: Examples;
  /**
   * Writes the rows into the whole table.
   *
   * @param decay The weight decay of all steps so far, a factor of the other rows.
   */
  writeBack(decay: number): void;
  /** Frees the small table. */
  dispose(): void;
};

/** The number of rows is rounded up to a multiple of this, so that few shapes occur. */
const ROWS_MULTIPLE = 512;

/**
 * Gathers the rows of the word table that occur.
 *
 * @example Three pieces and the padding
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { BERT_TINY, initHead, makeTrainable } from "bertbook";
 * import { normalRandom } from "bertbook/model/parameters.ts";
 * import { activeVocabulary } from "bertbook/training/active_vocabulary.ts";
 * import assert from "node:assert/strict";
 *
 * const sizes = { config: BERT_TINY, numLabels: 2 };
 * const params = initHead("sequence-classification", sizes, normalRandom(1));
 * makeTrainable(params);
 * const examples = [{ inputIds: [101, 2000, 102], tokenTypeIds: [0, 0, 0], label: 1 }];
 * const active = activeVocabulary(params, BERT_TINY, examples);
 * assert.deepEqual(active.examples[0]!.inputIds, [1, 3, 2]);
 * active.dispose();
 * ```
 *
 * @param params The model; if its word table is a constant, the table stays whole.
 * @param config Its sizes.
 * @param examples The training examples.
 * @returns The small model. Its owner writes the rows back, then disposes it.
 */
export function activeVocabulary<
  Params extends { bert: EncoderParams },
  Example extends Pick<EncodedExample, "inputIds">,
>(
  params: Params,
  config: BertConfig,
  examples: readonly Example[],
): ActiveVocabulary<Params, readonly Example[]>;
/** Likewise of examples that may be streamed. */
export function activeVocabulary<
  Params extends { bert: EncoderParams },
  Example extends Pick<EncodedExample, "inputIds">,
>(
  params: Params,
  config: BertConfig,
  examples: TrainExamples<Example>,
): ActiveVocabulary<Params, ExampleSource<Example>>;
export function activeVocabulary<
  Params extends { bert: EncoderParams },
  Example extends Pick<EncodedExample, "inputIds">,
>(
  params: Params,
  config: BertConfig,
  examples: TrainExamples<Example>,
): ActiveVocabulary<Params, ExampleSource<Example>> {
  const { embeddings } = params.bert;
  const whole = embeddings.word;
  if (!(whole instanceof tf.Variable)) {
    return {
      params,
      config,
      examples,
      writeBack(): void {},
      dispose(): void {},
    };
  }
  const { vocabSize: V } = config;
  const occurring = new Set([config.padTokenId]);
  if (areStreamed(examples)) {
    examples.tokenIds.forEach((id) => occurring.add(id));
  } else {
    for (const { inputIds } of examples) {
      inputIds.forEach((id) => occurring.add(id));
    }
  }
  const pieces = [...occurring].sort((a, b) => a - b);
  const rowOf = new Map(pieces.map((id, row) => [id, row]));
  const size = Math.min(
    V,
    Math.ceil(pieces.length / ROWS_MULTIPLE) * ROWS_MULTIPLE,
  );
  const gathered = Int32Array.from({ length: size }, (_, i) => pieces[i] ?? 0);
  // The small table is concatenated to the whole one.
  const sources = Int32Array.from(
    { length: V },
    (_, id) => rowOf.has(id) ? V + rowOf.get(id)! : id,
  );
  const word = tf.tidy(() => tf.variable(tf.gather(whole, gathered)));
  const start = whole.clone(); // shares its memory until the table is assigned
  return {
    params: {
      ...params,
      bert: { ...params.bert, embeddings: { ...embeddings, word } },
    },
    config: {
      ...config,
      vocabSize: size,
      padTokenId: rowOf.get(config.padTokenId)!,
    },
    examples: mapExamples(examples, (example) => ({
      ...example,
      inputIds: example.inputIds.map((id) => rowOf.get(id)!),
    })),
    writeBack(decay: number): void {
      tf.tidy(() => {
        const both = tf.concat2d([start.mul(decay), word], 0);
        whole.assign(tf.gather(both, tf.tensor1d(sources, "int32")));
      });
    },
    dispose(): void {
      word.dispose();
      start.dispose();
    },
  };
}
