import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { encodeWords } from "bertbook/batches/encode_words.ts";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { entitySpans } from "bertbook/evaluation/entities.ts";
import { argMax, softmax } from "bertbook/evaluation/probabilities.ts";
import {
  findEntities,
  type FoundEntities,
  predictTags,
} from "bertbook/inference/find_entities.ts";
import { initHead } from "bertbook/model/heads/heads.ts";
import { classifyTokens } from "bertbook/model/heads/token_classifier.ts";
import { inputFrom } from "bertbook/model/input.ts";
import { assertNoLeak, newModel, TOY } from "../training/_support.ts";

await tf.setBackend("cpu");

const LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"];
const WORDS = Array.from({ length: 40 }, (_, i) => `word${i * 7 % 50}`);

/** A classifier of words whose tags differ; the caller disposes its parameters. */
function newTagger(labels = LABELS): HeadModel<"token-classification"> {
  const { tokenizer, params: unused } = newModel();
  disposeTree(unused);
  const head = "token-classification";
  const sizes = { config: TOY, numLabels: labels.length };
  const params = initHead(head, sizes, randomStream(5));
  const { kernel } = params.classifier;
  params.classifier.kernel = tf.tidy(() => kernel.mul(30));
  kernel.dispose();
  return { head, config: TOY, params, tokenizer, labels, name: "toy" };
}

/** The tags of a sequence, token by token, without batches. */
function tagsOf(
  { params, config, labels }: HeadModel<"token-classification">,
  sequence: { inputIds: number[]; tokenTypeIds: number[] },
): { tag: string; probability: number }[] {
  const { length } = sequence.inputIds;
  const attentionMask = sequence.inputIds.map(() => 1);
  const rows = tf.tidy(() => {
    const input = inputFrom({ ...sequence, attentionMask, length }, config);
    return classifyTokens(params, input, config).logits.arraySync()[0]!;
  });
  return rows.map((row) => {
    const best = argMax(row);
    return { tag: labels[best]!, probability: softmax(row)[best]! };
  });
}

function assertTags(
  actual: readonly { tag: string; probability: number }[],
  expected: readonly { tag: string; probability: number }[],
): void {
  assert.deepEqual(
    actual.map(({ tag }) => tag),
    expected.map(({ tag }) => tag),
  );
  for (const [i, { probability }] of actual.entries()) {
    assert.ok(Math.abs(probability - expected[i]!.probability) < 1e-5);
  }
}

Deno.test("predictTags() tags every word, however sentences are batched", async () => {
  await assertNoLeak(async () => {
    const model = newTagger();
    const sentences = [WORDS.slice(0, 12), [], ["word3"], WORDS.slice(20, 25)];
    const expected = sentences.map((words) =>
      tagsOf(model, model.tokenizer.encode(words.join(" "))).slice(1, -1)
    );
    assert.ok(new Set(expected.flat().map(({ tag }) => tag)).size > 3);
    for (const batchSize of [1, 32]) {
      const tags = await predictTags(model, sentences, { batchSize });
      for (const [i, words] of sentences.entries()) {
        assert.equal(tags[i]!.length, words.length);
        if (words.length > 0) assertTags(tags[i]!, expected[i]!);
      }
    }
    assert.deepEqual(await predictTags(model, [[]]), [[]]);
    disposeTree(model.params);
  });
});

Deno.test("predictTags() reads a long sentence in windows, by default as in training", async () => {
  const model = newTagger();
  const options = { maxLength: 8, stride: 3 };
  const windows = encodeWords(model.tokenizer, [WORDS], options);
  const expected = windows.flatMap((window) => {
    const tags = tagsOf(model, window);
    return window.wordPositions.map((position) => tags[position]!);
  });
  assert.equal(expected.length, WORDS.length);
  assertTags((await predictTags(model, [WORDS], options))[0]!, expected);
  model.inference = options;
  assertTags((await predictTags(model, [WORDS]))[0]!, expected);
  const [whole] = await predictTags(model, [WORDS], { maxLength: 16 });
  assert.equal(whole!.length, WORDS.length);
  assert.notDeepEqual(whole, expected);
  model.inference = { ...options, temperature: 1e6 };
  const [flat] = await predictTags(model, [WORDS]);
  assert.ok(
    flat!.every(({ probability }) => Math.abs(probability - 0.2) < 1e-3),
  );
  disposeTree(model.params);
});

/** What any answer must be. */
function assertFits(text: string, { words, entities }: FoundEntities): void {
  for (const { text: part, start, end } of [...words, ...entities]) {
    assert.equal(text.slice(start, end), part);
  }
  const spans = entitySpans(words.map(({ tag }) => tag));
  assert.deepEqual(
    entities.map(({ type, start, end }) => ({ type, start, end })),
    spans.map(({ type, start, end }) => ({
      type,
      start: words[start]!.start,
      end: words[end - 1]!.end,
    })),
  );
  for (const [i, { start, end }] of spans.entries()) {
    const own = words.slice(start, end);
    const sum = own.reduce((sum, { probability }) => sum + probability, 0);
    assert.ok(Math.abs(entities[i]!.probability - sum / own.length) < 1e-12);
  }
}

Deno.test("findEntities() says where entities are in the text as it was written", async () => {
  const model = newTagger();
  const texts = [
    `  Word7\u00A0WÖRD9,word12\u200B(word33)\n\nword4 ${WORDS.join(" ")}`,
    "",
    WORDS.slice(3, 9).join("  "),
  ];
  const found = await findEntities(model, texts);
  found.forEach((each, i) => assertFits(texts[i]!, each));
  assert.ok(found[0]!.entities.length > 1);
  assert.ok(found[0]!.entities.some(({ text }) => text.includes(" ")));
  assert.deepEqual(
    found[0]!.words.slice(0, 7).map(({ text }) => text),
    ["Word7", "WÖRD9", ",", "word12\u200B", "(", "word33", ")"],
  );
  assert.deepEqual(found[1], { words: [], entities: [] });
  const sentences = [WORDS.slice(3, 9)];
  assertTags(found[2]!.words, (await predictTags(model, sentences))[0]!);
  disposeTree(model.params);
});

Deno.test("findEntities() refuses other classes, texts and options", async () => {
  const other = newTagger(["other", "person"]);
  await assert.rejects(findEntities(other, ["word1"]), {
    name: "RangeError",
    message:
      "Cannot find entities: the model's labels must be O and tags such as " +
      'B-PER and I-PER; found "other", "person"; call predictTags(model, sentences) ' +
      "for other tags",
  });
  assert.equal((await predictTags(other, [["word1"]]))[0]!.length, 1);
  disposeTree(other.params);
  const model = newTagger();
  const refused = (
    texts: unknown,
    name: string,
    message: RegExp,
  ): Promise<void> =>
    assert.rejects(findEntities(model, texts as string[]), { name, message });
  await refused(
    "word1",
    "TypeError",
    /found the string "word1"; write \[text\]$/,
  );
  await refused(["word1", 3], "TypeError", /found 3 at index 1$/);
  await refused([], "RangeError", /at least one text; found 0$/);
  await assert.rejects(findEntities(model, ["a"], { maxLenght: 3 } as never), {
    name: "TypeError",
    message: /^Cannot predict tags: .*"maxLenght"; did you mean "maxLength"\?$/,
  });
  await assert.rejects(
    findEntities(model, [WORDS.join(" ")], { maxLength: 99 }),
    { name: "RangeError", message: /the model must be able to read it/ },
  );
  disposeTree(model.params);
  await assert.rejects(findEntities(model, ["a"]), /must be alive/);
});
