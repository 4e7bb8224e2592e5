/** The acceptability task as the notebooks set it, ready for training. @module */

import type { EncodedExample } from "../../lib/batches/batches.ts";
import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import { COLA } from "../../lib/datasets/cola/cola.ts";
import { loadDataset } from "../../lib/datasets/load_dataset.ts";
import { split } from "../../lib/datasets/split.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";

/** Longer sentences lose their end; CoLA has none. */
const MAX_LENGTH = 64;
/** The split of the BERT fine-tuning tutorials: a tenth validates. */
const SPLIT = { fraction: 0.1, seed: 2018 } as const;

/** Sentences to learn from, to choose by, and to test on. */
export type ColaTask = {
  /** Which corpus it is. */
  readonly title: string;
  readonly train: readonly EncodedExample[];
  readonly validation: readonly EncodedExample[];
  readonly inDomain: readonly EncodedExample[];
  readonly outOfDomain: readonly EncodedExample[];
};

/**
 * Loads and encodes the best corpus that this machine can have.
 *
 * @param tokenizer The tokenizer of the model that will read it.
 * @param options `seed` chooses the training sentences, `sentences` how many at
 * most.
 * @returns Equal options give equal lists.
 */
export async function colaTask(
  tokenizer: Tokenizer,
  options: { seed: number; sentences: number },
): Promise<ColaTask> {
  const { seed, sentences } = options;
  const { title, train, ...dev } = await loadDataset(COLA);
  const encoded = (part: typeof train): EncodedExample[] =>
    encodeExamples(tokenizer, part, { maxLength: MAX_LENGTH });
  const examples = encoded(train);
  const parts = split(examples.length, SPLIT);
  const chosen = randomStream(seed).shuffle(parts.train).slice(0, sentences);
  return {
    title,
    train: chosen.map((i) => examples[i]!),
    validation: parts.validation.map((i) => examples[i]!),
    inDomain: encoded(dev.validation),
    outOfDomain: encoded(dev.test),
  };
}
