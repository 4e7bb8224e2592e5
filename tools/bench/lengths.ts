/** `deno task bench --by-length`: what an epoch takes by each way of padding. @module */

import { planFineTuning } from "../../lib/training/fine_tune_options.ts";
import { occurringWords } from "../../lib/training/occurring_words.ts";
import { train } from "../../lib/training/train.ts";
import {
  type Batch,
  batchesOf,
  type EncodedExample,
} from "../../lib/batches/batches.ts";
import { lengthGroupedOrder, randomOrder } from "../../lib/batches/sampler.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import type { BertConfig } from "../../lib/model/config.ts";
import { LABELS } from "../../notebooks/support/fine_tuned.ts";
import { RECIPES } from "../../notebooks/support/recipe.ts";
import { initOptimizerState } from "../../lib/training/adamw.ts";
import { BATCHES_OF } from "../../lib/batches/layout.ts";
import { makeTrainable } from "../../lib/training/variables.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import { textTable } from "../shell/text_table.ts";
import { colaTask } from "../trials/cola_task.ts";
import { spreadOf } from "../trials/statistics.ts";

/** How the sentences of an epoch are formed into batches. */
type Padding = {
  readonly title: string;
  readonly batches: (
    examples: readonly EncodedExample[],
    config: BertConfig,
  ) => Generator<Batch>;
};

/** What one way of padding takes. */
export type LengthRow = {
  readonly padding: string;
  /** Batches of an epoch. */
  readonly steps: number;
  /** Tokens that are computed for a sentence, padding among them; the mean. */
  readonly tokensPerSentence: number;
  /** Share of these that is padding. */
  readonly paddingShare: number;
  /** Batches that were timed, evenly spaced over the epoch. */
  readonly measured: number;
  /** Mean of their milliseconds; least and greatest round's. */
  readonly stepMs: number;
  readonly stepMsMin: number;
  readonly stepMsMax: number;
  /** `stepMs` times `steps`: an estimate. */
  readonly epochSeconds: number;
};

/** What was measured. */
export type LengthReport = {
  readonly data: string;
  readonly model: string;
  readonly sentences: number;
  readonly rows: readonly LengthRow[];
};

const { batchSize, learningRate, weightDecay, maxGradNorm } = RECIPES.full;
const SEED = 42;
const EPOCH = { seed: SEED, epoch: 1 };

const fixed = (length: number): Padding => ({
  title: `all to ${length}`,
  batches: (examples) =>
    batchesOf(examples, {
      ...{ batchSize, length },
      order: randomOrder(examples.length, EPOCH),
    }),
});

const PADDINGS: readonly Padding[] = [
  fixed(128),
  fixed(64),
  {
    title: "to the batch's longest",
    batches: (examples, config) =>
      BATCHES_OF.padded(examples, config, {
        batchSize,
        order: randomOrder(examples.length, EPOCH),
      }),
  },
  {
    title: "the same, lengths grouped",
    batches: (examples, config) => {
      const lengths = examples.map(({ inputIds }) => inputIds.length);
      const order = lengthGroupedOrder(lengths, { ...EPOCH, batchSize });
      return BATCHES_OF.padded(examples, config, { batchSize, order });
    },
  },
  {
    title: "packed into rows",
    batches: (examples, config) =>
      BATCHES_OF.packed(examples, config, {
        batchSize,
        order: randomOrder(examples.length, EPOCH),
      }),
  },
];

/**
 * Times training steps on batches of each way of padding, in turns, and scales them to
 * an epoch. A batch takes a step before the one that counts, so that tracing does
 * not.
 *
 * @param options How many rounds, steps of each in a round, and who hears of it. The
 * engine must be started.
 * @returns The rows; the model is gone.
 */
export async function measureLengths(
  options: {
    readonly rounds: number;
    readonly steps: number;
    readonly onProgress: (text: string) => void;
  },
): Promise<LengthReport> {
  const { rounds, steps, onProgress } = options;
  const model = await loadModel(await ensureModel(), {
    head: "sequence-classification",
    labels: LABELS,
    seed: SEED,
  });
  const sizes = { seed: SEED, sentences: Infinity };
  const task = await colaTask(model.tokenizer, sizes);
  const plan = planFineTuning(model, task, {
    ...{ epochs: 1, batchSize, learningRate, weightDecay, maxGradNorm },
    seed: SEED,
  });
  makeTrainable(model.params);
  const words = occurringWords(model.params, model.config, task.train);
  const state = {
    params: words.params,
    optimizerState: initOptimizerState(words.params),
  };
  const here = { ...plan, config: words.config };
  /** Milliseconds of a step on each batch. */
  const take = async (batches: readonly Batch[]): Promise<number[]> => {
    const milliseconds: number[] = [];
    const position = { epoch: 1, stepsDone: 0 };
    for await (const step of train(state, batches, position, here)) {
      milliseconds.push(1000 * step.seconds);
    }
    return milliseconds;
  };
  const epochs = PADDINGS.map(({ batches }) => [
    ...batches(words.examples, words.config),
  ]);
  const chosen = epochs.map((epoch) => evenly(epoch, rounds * steps));
  const times: number[][][] = PADDINGS.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { title }] of PADDINGS.entries()) {
      onProgress(`round ${round + 1} of ${rounds}: ${title}`);
      const batches = chosen[i]!.filter((_, at) => at % rounds === round);
      await take(batches);
      times[i]!.push(await take(batches));
    }
  }
  disposeTree(state.optimizerState);
  words.dispose();
  disposeTree(model.params);
  return {
    data: task.title,
    model: model.name,
    sentences: task.train.length,
    rows: PADDINGS.map(({ title }, i) => rowOf(title, epochs[i]!, times[i]!)),
  };
}

/** At most `count` items with equal distances between them. */
function evenly<T>(items: readonly T[], count: number): T[] {
  const number = Math.min(count, items.length);
  return Array.from(
    { length: number },
    (_, i) => items[Math.floor((i + 0.5) * items.length / number)]!,
  );
}

function rowOf(
  padding: string,
  batches: readonly Batch[],
  rounds: readonly (readonly number[])[],
): LengthRow {
  const sum = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0);
  const sentences = sum(batches.map(({ size }) => size));
  const computed = sum(batches.map(({ inputIds }) => inputIds.length));
  const real = sum(batches.map(({ attentionMask }) => sum([...attentionMask])));
  const measured = rounds.flat();
  const stepMs = sum(measured) / measured.length;
  const means = rounds.filter((round) => round.length > 0)
    .map((round) => sum(round) / round.length);
  const { min, max } = spreadOf(means);
  return {
    padding,
    steps: batches.length,
    tokensPerSentence: computed / sentences,
    paddingShare: 1 - real / computed,
    measured: measured.length,
    stepMs,
    stepMsMin: min,
    stepMsMax: max,
    epochSeconds: stepMs * batches.length / 1000,
  };
}

/**
 * The rows as a table for a terminal, and what the tutorial's authors measured.
 *
 * @param report From {@linkcode measureLengths}.
 * @returns A few lines.
 */
export function lengthsTable({ rows }: LengthReport): string {
  const table = textTable([
    [
      ...["padding", "tokens a sentence", "of them padding", "step ms"],
      ...["steps timed", "epoch s", "of the first"],
    ],
    ...rows.map((row) => [
      row.padding,
      row.tokensPerSentence.toFixed(1),
      `${(100 * row.paddingShare).toFixed(0)} %`,
      row.stepMs.toFixed(0),
      `${row.measured} of ${row.steps}`,
      row.epochSeconds.toFixed(1),
      (row.epochSeconds / rows[0]!.epochSeconds).toFixed(2),
    ]),
  ]);
  return `${table}\n\n${TUTORIAL}`;
}

/** McCormick and Ryan (2019), "BERT Fine-Tuning Tutorial with PyTorch". */
const TUTORIAL = `The tutorial of McCormick and Ryan (2019): bert-base on a ` +
  `Tesla K80, 5:28 an epoch at 128 tokens and 2:57 at 64 (0.54 of it).`;
