/** Padding strategies of `bench --by-length`: the time of a CoLA epoch by each. @module */

import {
  type Batch,
  batchesOf,
  type EncodedExample,
} from "../../lib/batches/batches.ts";
import { BATCHES_OF, type Batching } from "../../lib/batches/packed_batches.ts";
import type { Order, SamplerName } from "../../lib/batches/sampler.ts";
import type { BertConfig } from "../../lib/model/config.ts";
import { activeVocabulary } from "../../lib/training/active_vocabulary.ts";
import type { StatusLine } from "../shell/terminal.ts";
import { cellsOf, type Column, textTable } from "../shell/text_table.ts";
import { colaModel, colaTask, epochOrder, RECIPE } from "./cola.ts";
import { meanOf, spreadOf, sumOf } from "./statistics.ts";
import { stepTimer } from "./step.ts";

/** The figures of one strategy. */
export type PaddingRow = {
  readonly padding: string;
  /** Batches of an epoch. */
  readonly steps: number;
  /** Mean number of computed tokens per sentence, padding included. */
  readonly tokensPerSentence: number;
  /** The share of these that is padding. */
  readonly paddingShare: number;
  /** Batches that were timed, evenly spaced over the epoch. */
  readonly measured: number;
  /** Mean of their milliseconds; range of the rounds' means. */
  readonly stepMs: number;
  readonly stepMsMin: number;
  readonly stepMsMax: number;
  /** An estimate: `stepMs` times `steps`. */
  readonly epochSeconds: number;
};

const { batchSize } = RECIPE;
const SEED = 42;

/** How an epoch's sentences are formed into batches. */
type Strategy = (
  examples: readonly EncodedExample[],
  config: BertConfig,
) => Generator<Batch>;

const orderOf = (
  sampler: SamplerName,
  examples: readonly EncodedExample[],
): Order => epochOrder(examples, { sampler, seed: SEED, epoch: 1 });

const fixed = (length: number): Strategy => (examples) => {
  const order = orderOf("random", examples);
  return batchesOf(examples, { batchSize, length, order });
};

const formed = (batching: Batching, sampler: SamplerName): Strategy =>
(
  examples,
  config,
) => {
  const order = orderOf(sampler, examples);
  return BATCHES_OF[batching](examples, config, { batchSize, order });
};

const STRATEGIES: Readonly<Record<string, Strategy>> = {
  "all to 128": fixed(128),
  "all to 64": fixed(64),
  "to the batch's longest": formed("padded", "random"),
  "the same, lengths grouped": formed("padded", "length-grouped"),
  "packed into rows": formed("packed", "random"),
};

/** McCormick and Ryan (2019), "BERT Fine-Tuning Tutorial with PyTorch". */
const TUTORIAL = `The tutorial of McCormick and Ryan (2019): bert-base on a ` +
  `Tesla K80, 5:28 per epoch at 128 tokens and 2:57 at 64 (0.54 of it).`;

/**
 * Times training steps on batches of each strategy in turn, and scales them to an
 * epoch. Each batch is trained once before it is timed, so that tracing is not.
 *
 * @param options Rounds, and steps of each strategy in a round. The engine must be
 * started.
 * @param line Shows the progress.
 * @returns The rows, and a table of them.
 */
export async function measurePaddings(
  { rounds, steps }: { readonly rounds: number; readonly steps: number },
  line: StatusLine,
): Promise<{
  data: string;
  model: string;
  sentences: number;
  rows: PaddingRow[];
  table: string;
}> {
  const model = await colaModel({ seed: SEED });
  const task = await colaTask(model.tokenizer, { seed: SEED });
  const active = activeVocabulary(model.params, model.config, task.train);
  const take = stepTimer(active.params, active.config);
  const strategies = Object.entries(STRATEGIES).map(([padding, batchesOf]) => {
    const batches = [...batchesOf(active.examples, active.config)];
    const timed = evenly(batches, rounds * steps);
    return { padding, batches, timed, times: [] as number[][] };
  });
  for (let round = 0; round < rounds; round++) {
    for (const { padding, timed, times } of strategies) {
      line.update(`round ${round + 1} of ${rounds}: ${padding}`);
      const batches = timed.filter((_, i) => i % rounds === round);
      await take(batches);
      times.push(await take(batches));
    }
  }
  const rows = strategies.map(({ padding, batches, times }) =>
    rowOf(padding, batches, times)
  );
  const sentences = task.train.length;
  const table = `${task.title}, ${sentences} sentences, ${model.name}, batch ` +
    `${batchSize}; an epoch's seconds are the mean step's, times steps\n\n` +
    `${textTable(cellsOf(columnsOf(rows[0]!), rows))}\n\n${TUTORIAL}`;
  return { data: task.title, model: model.name, sentences, rows, table };
}

/** At most `count` items with equal distances between them. */
function evenly<T>(items: readonly T[], count: number): T[] {
  const length = Math.min(count, items.length);
  return Array.from(
    { length },
    (_, i) => items[Math.floor((i + 0.5) * items.length / length)]!,
  );
}

function rowOf(
  padding: string,
  batches: readonly Batch[],
  rounds: readonly (readonly number[])[],
): PaddingRow {
  const sentences = sumOf(batches.map(({ size }) => size));
  const computed = sumOf(batches.map(({ inputIds }) => inputIds.length));
  const real = sumOf(
    batches.map(({ attentionMask }) => sumOf([...attentionMask])),
  );
  const stepMs = meanOf(rounds.flat());
  const means = rounds.filter((round) => round.length > 0).map(meanOf);
  const { min, max } = spreadOf(means);
  return {
    padding,
    steps: batches.length,
    tokensPerSentence: computed / sentences,
    paddingShare: 1 - real / computed,
    measured: rounds.flat().length,
    stepMs,
    stepMsMin: min,
    stepMsMax: max,
    epochSeconds: stepMs * batches.length / 1000,
  };
}

/** The columns of the table; the last compares with the first row. */
const columnsOf = (first: PaddingRow): readonly Column<PaddingRow>[] => [
  ["padding", ({ padding }) => padding],
  ["tokens per sentence", (row) => row.tokensPerSentence.toFixed(1)],
  ["of them padding", (row) => `${(100 * row.paddingShare).toFixed(0)} %`],
  ["step ms", ({ stepMs }) => stepMs.toFixed(0)],
  ["steps timed", ({ measured, steps }) => `${measured} of ${steps}`],
  ["epoch s", ({ epochSeconds }) => epochSeconds.toFixed(1)],
  [
    "of the first",
    ({ epochSeconds }) => (epochSeconds / first.epochSeconds).toFixed(2),
  ],
];
