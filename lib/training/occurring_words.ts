/**
 * The word embeddings of the pieces that occur, as a small table that is trained
 * in the large one's place.
 *
 * A row that occurs in no example has the gradient 0, so its moments stay 0 and
 * Adam does not move it; weight decay multiplies it by 1 − α λ in each step. That
 * is a number, not a table: the product is applied once, at the end. So the result
 * is that of dense AdamW, though the optimizer never touches the other rows: with
 * CoLA these are two in five of MiniLM's parameters.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { EncodedExample } from "../batches/batches.ts";
import type { ClassifierParams } from "../model/heads/sequence_classifier.ts";
import type { BertConfig } from "../model/config.ts";

/** A classifier over the pieces that occur. */
export type OccurringWords = {
  /** Its word table is a variable of its own; every other leaf is shared. */
  readonly params: ClassifierParams;
  /** Has the small table's `vocabSize`. */
  readonly config: BertConfig;
  /** The examples, with the numbers of the small table's rows for ids. */
  readonly examples: EncodedExample[];
  /** Notes a step's decay: what all other rows would have been multiplied by. */
  decayed(factor: number): void;
  /** Brings the rows, and the decay, into the whole table. */
  putBack(): void;
  /** Frees the small table. */
  dispose(): void;
};

/** The number of rows is rounded up to a multiple of it, so that few shapes occur. */
const ROWS_MULTIPLE = 512;

/**
 * Takes the rows that occur out of the word table.
 *
 * @example Three pieces and the padding
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { BERT_TINY } from "bertbook/model/config.ts";
 * import { initHead } from "bertbook/model/heads/heads.ts";
 * import { normalRandom } from "bertbook/model/parameters.ts";
 * import { occurringWords } from "bertbook/training/occurring_words.ts";
 * import { makeTrainable } from "bertbook/training/variables.ts";
 * import assert from "node:assert/strict";
 *
 * const sizes = { config: BERT_TINY, numLabels: 2 };
 * const params = initHead("sequence-classification", sizes, normalRandom(1));
 * makeTrainable(params);
 * const examples = [{ inputIds: [101, 2000, 102], tokenTypeIds: [0, 0, 0], label: 1 }];
 * const occurring = occurringWords(params, BERT_TINY, examples);
 * assert.deepEqual(occurring.examples[0]!.inputIds, [1, 3, 2]);
 * occurring.dispose();
 * ```
 *
 * @param params The classifier; if its word table is a constant, nothing changes.
 * @param config Its sizes.
 * @param examples The training examples.
 * @returns The small classifier. Its owner puts the rows back, then disposes it.
 */
export function occurringWords(
  params: ClassifierParams,
  config: BertConfig,
  examples: readonly EncodedExample[],
): OccurringWords {
  const { embeddings } = params.bert;
  const whole = embeddings.word;
  if (!(whole instanceof tf.Variable)) {
    return unchanged(params, config, examples);
  }
  const { vocabSize: V } = config;
  const occurring = new Set([config.padTokenId]);
  for (const { inputIds } of examples) {
    inputIds.forEach((id) => occurring.add(id));
  }
  const pieces = [...occurring].sort((a, b) => a - b);
  const rowOf = new Map(pieces.map((id, row) => [id, row]));
  const size = Math.min(
    V,
    Math.ceil(pieces.length / ROWS_MULTIPLE) * ROWS_MULTIPLE,
  );
  const gathered = Int32Array.from({ length: size }, (_, i) => pieces[i] ?? 0);
  // Rows of the small table stand after the whole one's.
  const sources = Int32Array.from(
    { length: V },
    (_, id) => rowOf.has(id) ? V + rowOf.get(id)! : id,
  );
  const word = tf.tidy(() => tf.variable(tf.gather(whole, gathered)));
  let rest = 1;
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
    examples: examples.map((example) => ({
      ...example,
      inputIds: example.inputIds.map((id) => rowOf.get(id)!),
    })),
    decayed(factor: number): void {
      rest *= factor;
    },
    putBack(): void {
      tf.tidy(() => {
        const both = tf.concat2d([whole.mul(rest), word], 0);
        whole.assign(tf.gather(both, tf.tensor1d(sources, "int32")));
      });
      rest = 1;
    },
    dispose: () => word.dispose(),
  };
}

/** A word table that is not trained has no rows to train apart. */
function unchanged(
  params: ClassifierParams,
  config: BertConfig,
  examples: readonly EncodedExample[],
): OccurringWords {
  const nothing = (): void => {};
  const none = { decayed: nothing, putBack: nothing, dispose: nothing };
  return { params, config, examples: [...examples], ...none };
}
