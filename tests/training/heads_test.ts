import assert from "node:assert/strict";
import type { EncodedExample } from "bertbook/batches/batches.ts";
import { IGNORE_INDEX } from "bertbook/batches/batches.ts";
import type {
  AnswerExample,
  TokenExample,
} from "bertbook/batches/head_batches.ts";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { type HeadName, initHead } from "bertbook/model/heads/heads.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import type { FitEvent, Metrics } from "bertbook/training/events.ts";
import {
  assertNoLeak,
  newModel as newClassifier,
  TOY_WITHOUT_DROPOUT,
} from "./_support.ts";

await startEngine({ engine: "tensorflow" });

const CONFIG = { ...TOY_WITHOUT_DROPOUT, hiddenSize: 32, vocabSize: 64 };
const RECIPE = {
  epochs: 6,
  batchSize: 16,
  learningRate: 1e-2,
  seed: 42,
} as const;
const CLS = 2, SEP = 3, FIRST = 5;

/** A toy with one of the heads; the caller disposes its parameters. */
function newModel<H extends HeadName>(
  head: H,
  labels: string[] = [],
): HeadModel<H> {
  const { tokenizer, params: unused } = newClassifier();
  disposeTree(unused);
  const sizes = { config: CONFIG, numLabels: labels.length };
  const params = initHead(head, sizes, randomStream(7));
  return {
    head,
    config: CONFIG,
    params,
    tokenizer,
    labels,
    name: "toy",
  } as HeadModel<
    H
  >;
}

/** Four to eight words. */
function words(random: ReturnType<typeof randomStream>): number[] {
  return Array.from(
    { length: 4 + random.integer(5) },
    () => FIRST + random.integer(20),
  );
}

/** Each word has the class of its number: even or odd. */
function tokenTask(count: number, seed: number): TokenExample[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const ids = words(random);
    const inputIds = [CLS, ...ids, SEP];
    const classes = ids.map((id) => id % 2);
    return {
      inputIds,
      tokenTypeIds: inputIds.map(() => 0),
      tokenLabels: [IGNORE_INDEX, ...classes, IGNORE_INDEX],
    };
  });
}

/** The answer is the two words between the marks 30 and 31. */
function answerTask(count: number, seed: number): AnswerExample[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const before = words(random).slice(0, 1 + random.integer(4));
    const inputIds = [CLS, ...before, 30, 6, 7, 31, 8, SEP];
    const startPosition = 2 + before.length;
    return {
      inputIds,
      tokenTypeIds: inputIds.map(() => 0),
      startPosition,
      endPosition: startPosition + 1,
    };
  });
}

/** Sentence B follows if it begins with the word 40. */
function pairTask(count: number, seed: number): EncodedExample[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const label = random.integer(2);
    const inputIds = [CLS, 9, 10, SEP, label === 0 ? 40 : 41, 11, SEP];
    return {
      inputIds,
      tokenTypeIds: inputIds.map((_, i) => i < 4 ? 0 : 1),
      label,
    };
  });
}

/** A sentence is one word, four times. */
function maskedTask(count: number, seed: number): EncodedExample[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const word = FIRST + random.integer(4);
    const inputIds = [CLS, word, word, word, word, SEP];
    return { inputIds, tokenTypeIds: inputIds.map(() => 0), label: 0 };
  });
}

type Run = { losses: number[]; metrics: Metrics[]; values: number[] };

/** Follows a training to its end, and frees the model. */
async function follow(
  model: HeadModel<HeadName>,
  events: AsyncIterable<FitEvent<Metrics>>,
): Promise<Run> {
  const losses: number[] = [], metrics: Metrics[] = [];
  for await (const event of events) {
    if (event.kind === "evaluation") metrics.push(event.metrics);
    if (event.kind !== "step") continue;
    assert.ok(Number.isFinite(event.gradientNorm) && event.gradientNorm > 0);
    losses.push(event.loss);
  }
  const values = namedLeaves(model.params)
    .flatMap(([, leaf]) => [...leaf.dataSync()]);
  disposeTree(model.params);
  return { losses, metrics, values };
}

const RUNS: Readonly<Record<string, () => Promise<Run>>> = {
  "token-classification": () => {
    const model = newModel("token-classification", ["even", "odd"]);
    const data = { train: tokenTask(96, 1), validation: tokenTask(20, 2) };
    return follow(model, fineTune(model, data, RECIPE));
  },
  "question-answering": () => {
    const model = newModel("question-answering");
    const data = { train: answerTask(96, 1), validation: answerTask(20, 2) };
    return follow(model, fineTune(model, data, RECIPE));
  },
  "next-sentence": () => {
    const model = newModel("next-sentence");
    const data = { train: pairTask(96, 1), validation: pairTask(20, 2) };
    return follow(model, fineTune(model, data, RECIPE));
  },
  "masked-lm": () => {
    const model = newModel("masked-lm");
    const data = { train: maskedTask(96, 1), validation: maskedTask(20, 2) };
    return follow(model, fineTune(model, data, RECIPE));
  },
  "pretraining": () => {
    const model = newModel("pretraining");
    const data = { train: maskedTask(96, 1), validation: maskedTask(20, 2) };
    return follow(model, fineTune(model, data, RECIPE));
  },
};

for (const [head, run] of Object.entries(RUNS)) {
  Deno.test(`fineTune() trains a model with the ${head} head, the same bits twice`, async () => {
    await assertNoLeak(async () => {
      const first = await run();
      const [start, end] = [first.losses[0]!, first.losses.at(-1)!];
      assert.ok(end < 0.7 * start, `losses from ${start} to ${end}`);
      const [before, after] = [first.metrics[0]!, first.metrics.at(-1)!];
      assert.ok(
        after["loss"]! <= before["loss"]!,
        "evaluation does not improve",
      );
      assert.deepEqual(await run(), first);
    });
  });
}

Deno.test("the metrics of a token classifier count labelled tokens alone", async () => {
  const model = newModel("token-classification", ["even", "odd"]);
  const validation = tokenTask(5, 2);
  const blank = validation.map((example) => ({
    ...example,
    tokenLabels: example.tokenLabels.map((label, i) =>
      i === 1 ? label : IGNORE_INDEX
    ),
  }));
  const metrics: Metrics[] = [];
  for (const batchSize of [5, 2]) { // whatever the batches are
    const recipe = { ...RECIPE, batchSize, epochs: 1, learningRate: 1e-30 };
    const data = { train: tokenTask(5, 1), validation: blank };
    for await (const event of fineTune(model, data, recipe)) {
      if (event.kind === "evaluation") metrics.push(event.metrics);
    }
  }
  assert.ok(Math.abs(metrics[0]!["loss"]! - metrics[1]!["loss"]!) < 1e-6);
  assert.equal(metrics[0]!["accuracy"]! * 5 % 1, 0); // of five tokens
  disposeTree(model.params);
});

Deno.test("an answer that has been cut off is ignored", async () => {
  const model = newModel("question-answering");
  const validation = answerTask(4, 2);
  const cut = validation.map((each) => ({ ...each, endPosition: 99 }));
  const data = {
    train: answerTask(16, 1),
    validation: [...validation, ...cut],
  };
  const alone = { ...data, validation };
  const metrics: Metrics[] = [];
  for (const each of [data, alone]) {
    const recipe = { ...RECIPE, epochs: 1, learningRate: 1e-30 };
    for await (const event of fineTune(model, each, recipe)) {
      if (event.kind === "evaluation") metrics.push(event.metrics);
    }
  }
  const [both, half] = metrics;
  assert.ok(Math.abs(both!["loss"]! - half!["loss"]!) < 1e-5);
  assert.equal(both!["exactMatch"], half!["exactMatch"]);
  disposeTree(model.params);
});

Deno.test("fineTune() refuses a base model, a disposed one, and wrong labels of tokens", () => {
  const data = { train: pairTask(4, 1), validation: pairTask(4, 2) };
  const base = newModel("base");
  assert.throws(
    () => fineTune(base as unknown as HeadModel<"next-sentence">, data, RECIPE),
    { name: "TypeError", message: /must have a head; found "base"/ },
  );
  disposeTree(base.params);
  const pairs = newModel("next-sentence");
  disposeTree(pairs.params);
  assert.throws(() => fineTune(pairs, data, RECIPE), {
    name: "TypeError",
    message: "Cannot fine-tune: the model's parameters must be alive; found " +
      "disposed tensors; load the model again",
  });
  const tagger = newModel("token-classification", ["even", "odd"]);
  const [example] = tokenTask(1, 1);
  const refused = (tokenLabels: number[], message: RegExp): void => {
    const wrong = [{ ...example!, tokenLabels }];
    const tokens = { train: wrong, validation: wrong };
    assert.throws(() => fineTune(tagger, tokens, RECIPE), { message });
  };
  refused([0], /a label for each token; found 1 tokenLabels/);
  refused(
    example!.inputIds.map(() => 2),
    /token 0 of example 0 .* in \[0, 2\); found 2; the classes are "even", "odd"/,
  );
  const tokens = { train: [example!], validation: [example!] };
  assert.throws(
    () =>
      fineTune(tagger, tokens, { ...RECIPE, classWeights: [1, 2] } as never),
    /found "classWeights"/,
  );
  disposeTree(tagger.params);
});
