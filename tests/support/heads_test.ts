import assert from "node:assert/strict";
import { BERT_BASE, randomStream } from "bertbook";
import {
  answerExample,
  cosine,
  headSizes,
  headTensors,
} from "../../notebooks/support/heads.ts";
import {
  factQuestions,
  taggedSentences,
  TAGS,
} from "../../notebooks/support/made_up_tasks.ts";
import { storyTokenizer } from "../../notebooks/support/pretraining_run.ts";

Deno.test("headSizes() counts what BERT-Base's seven models have", () => {
  const sizes = headSizes(BERT_BASE);
  assert.deepEqual(
    sizes.map(({ tensors }) => tensors),
    [199, 206, 202, 201, 201, 199, 199],
  );
  const own = new Map(sizes.map((each) => [each.class, each.own]));
  const [D, V] = [768, 30_522];
  const pooler = D * D + D, words = D * D + 3 * D + V;
  assert.equal(own.get("BertModel"), pooler);
  assert.equal(own.get("BertForPreTraining"), pooler + words + 2 * D + 2);
  assert.equal(own.get("BertForTokenClassification"), 3 * D + 3);
  assert.equal(own.get("BertForQuestionAnswering"), 2 * D + 2);
  // The published size of bert-base-uncased.
  assert.equal(sizes[0]!.parameters, 109_482_240);
});

Deno.test("headTensors() lists the tensors that not all seven models have", () => {
  const names = headTensors(BERT_BASE).map(({ tensor }) => tensor);
  assert.equal(names.length, 13);
  assert.ok(names.every((name) => !/embeddings|encoder/.test(name)));
});

Deno.test("taggedSentences() has other names in validation than in training", () => {
  const namesOf = (part: "train" | "validation"): Set<string> =>
    new Set(
      taggedSentences(200, part, randomStream(1)).flatMap(({ words, tags }) => {
        assert.equal(words.length, tags.length);
        return words.filter((_, i) => TAGS[tags[i]!] !== "other");
      }),
    );
  const [train, validation] = [namesOf("train"), namesOf("validation")];
  assert.ok(train.size > 15 && validation.size > 10);
  assert.equal(train.intersection(validation).size, 0);
});

Deno.test("answerExample() marks the tokens of the answer in the text", () => {
  const questions = factQuestions(50, "train", randomStream(2));
  const tokenizer = storyTokenizer(
    questions.map(({ question, text }) => [question, text]),
  );
  for (const each of questions) {
    const example = answerExample(tokenizer, each);
    const { tokens, tokenTypeIds, startPosition, endPosition } = example;
    assert.equal(
      tokens.slice(startPosition, endPosition + 1).join(" "),
      each.answer.toLowerCase(),
    );
    assert.equal(tokenTypeIds[startPosition], 1);
  }
  assert.throws(
    () => answerExample(tokenizer, { ...questions[0]!, answer: "nothing" }),
    /^RangeError: Cannot mark the answer: the text must hold it/,
  );
});

Deno.test("cosine() ignores lengths", () => {
  assert.ok(Math.abs(cosine([3, 4], [6, 8]) - 1) < 1e-12);
  assert.equal(cosine([1, 0], [0, 5]), 0);
});
