import assert from "node:assert/strict";
import { encodeQuestions } from "bertbook/batches/encode_questions.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import fc from "fast-check";
import { assertAll } from "../_property.ts";
import golden from "../golden/questions.json" with { type: "json" };

const vocabulary = parseVocabulary(golden.vocabulary.join("\n"), "golden");
const tokenizer = new BertTokenizer(vocabulary);

Deno.test("windows, answers and offsets equal those of Python's question answering example", () => {
  assert.ok(golden.questions.some(({ windows }) => windows.length > 3));
  for (
    const { windows: expected, maxLength, stride, ...question } of golden
      .questions
  ) {
    const windows = encodeQuestions(tokenizer, [question], {
      maxLength,
      stride,
    });
    const found = windows.map((window) => ({
      inputIds: window.inputIds,
      tokenTypeIds: window.tokenTypeIds,
      startPosition: window.startPosition,
      endPosition: window.endPosition,
      offsets: window.offsets,
    }));
    assert.deepEqual(found, expected, question.question);
  }
});

Deno.test("windows cover the context, share stride tokens, and show the answer whole or not at all", () => {
  const words = fc.array(
    fc.constantFrom(
      "play",
      "road",
      "\u00e9tude",
      "q\u0436",
      "\u4e2d",
      "x\u200by",
    ),
    { minLength: 1, maxLength: 40 },
  );
  const lengths = fc.record({
    maxLength: fc.integer({ min: 12, max: 30 }),
    stride: fc.integer({ min: 0, max: 6 }),
  });
  assertAll(
    fc.property(
      words,
      fc.nat(39),
      fc.nat(5),
      lengths,
      (words, first, more, options) => {
        first = Math.min(first, words.length - 1);
        const context = words.join(" ");
        const text = words.slice(first, first + 1 + more).join(" ");
        const start =
          words.slice(0, first).map((word) => `${word} `).join("").length;
        const windows = encodeQuestions(tokenizer, [{
          question: "the road?",
          context,
          answers: [{ text, start }],
        }], options);
        const all = tokenizer.tokenizeWithOffsets(context).offsets;
        let end = 0;
        for (
          const [
            i,
            { offsets, inputIds, contextStart, startPosition, endPosition },
          ] of windows.entries()
        ) {
          const from = i === 0 ? 0 : end - options.stride;
          assert.deepEqual(offsets, all.slice(from, from + offsets.length));
          end = from + offsets.length;
          assert.equal(inputIds.length, contextStart + offsets.length + 1);
          assert.ok(
            inputIds.length === options.maxLength || i === windows.length - 1,
          );
          if (startPosition === 0) {
            assert.equal(endPosition, 0);
            const [first, last] = [all[from]![0], all[end - 1]![1]];
            assert.ok(start < first || start + text.length > last);
            continue;
          }
          const answer = context.slice(
            offsets[startPosition - contextStart]![0],
            offsets[endPosition - contextStart]![1],
          );
          assert.equal(answer, text);
        }
        assert.equal(end, all.length);
      },
    ),
  );
});

Deno.test("an answer of syllables that fall apart has all their tokens; one without a token is none", () => {
  const encode = (text: string, start: number): number[] => {
    const context = "play \uac01 \u200b road";
    const [window] = encodeQuestions(tokenizer, [{
      question: "x",
      context,
      answers: [{ text, start }],
    }]);
    return [window!.startPosition, window!.endPosition];
  };
  assert.deepEqual(encode("\uac01", 5), [4, 6]); // three letters
  assert.deepEqual(encode("\u200b", 7), [0, 0]);
});

Deno.test("a long question loses its end, and leaves room for a window that moves on", () => {
  const question = Array(70).fill("x").join(" ");
  const context = Array(400).fill("play").join(" ");
  const [first] = encodeQuestions(tokenizer, [{ question, context }]);
  assert.equal(first!.contextStart, 66);
  assert.equal(first!.numTruncated, 6);
  const short = encodeQuestions(tokenizer, [{ question, context }], {
    maxLength: 40,
    stride: 30,
  });
  assert.equal(short[0]!.contextStart, 8);
  assert.equal(short[0]!.numTruncated, 64);
  assert.equal(short.length, 400 - 30);
});

Deno.test("the same question twice is two questions", () => {
  const question = { question: "x", context: "play" };
  const [one, two] = encodeQuestions(tokenizer, [question, question]);
  assert.notEqual(one!.example, two!.example);
});

Deno.test("encodeQuestions() refuses what it cannot encode", () => {
  const refused = (example: object, message: RegExp, options = {}): void => {
    const examples = [{ question: "x", context: "play road", ...example }];
    assert.throws(() => encodeQuestions(tokenizer, examples, options), {
      message,
    });
  };
  refused(
    { context: undefined },
    /^Cannot encode question 0: its context must be a string; found nothing$/,
  );
  refused({ question: 3 }, /its question must be a string; found 3$/);
  for (const start of [4, -5, NaN]) {
    refused(
      { answers: [{ text: "play", start }] },
      /question 0: its answer must be at its start in the context; found "play" at (4|-5|NaN)$/,
    );
  }
  refused(
    {},
    /maxLength must be at least stride \+ 5; found maxLength=20, stride=16/,
    { maxLength: 20, stride: 16 },
  );
  refused({}, /maxLength.*found 0/, { maxLength: 0 });
  refused({}, /did you mean "stride"/, { strid: 3 });
});
