import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { encodeQuestions } from "bertbook/datasets/trec/encode_questions.ts";
import { loadQuestions } from "bertbook/datasets/trec/question_corpus.ts";
import { TREC_CLASSES } from "bertbook/datasets/trec/trec.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";

const ROOT = join(import.meta.dirname!, "..", "..", "..");
const DATA = Deno.env.get("BERTBOOK_DATA");
const TREC = join(DATA ?? "", "trec");

Deno.test("loadQuestions() loads the embedded corpus on request and says so", async () => {
  const corpus = await loadQuestions({ embeddedOnly: true });
  assert.equal(corpus.origin, "embedded");
  assert.match(
    corpus.description,
    /1,500 train, 200 dev and 300 test .*Not real TREC: the embedded one was/,
  );
  assert.ok(!corpus.description.includes(ROOT), "A machine's path on a page");
  for (const part of [corpus.train, corpus.dev, corpus.test]) {
    const labels = new Set(part.map(({ label }) => label));
    assert.equal(labels.size, TREC_CLASSES.length);
  }
});

Deno.test("loadQuestions() offline falls back to the embedded corpus and says why", async () => {
  Deno.env.delete("BERTBOOK_DATA");
  try {
    const home = join(ROOT, "no", "such", "cache");
    const corpus = await loadQuestions({ provision: { home, offline: true } });
    assert.match(
      corpus.description,
      /Not real TREC: offline, and it was never downloaded$/,
    );
  } finally {
    if (DATA !== undefined) Deno.env.set("BERTBOOK_DATA", DATA);
  }
});

Deno.test("loadQuestions() refuses a named folder without the files", async () => {
  await assert.rejects(loadQuestions({ folder: join(ROOT, "lib") }), {
    name: "RangeError",
    message: /must hold trec.nodev.utf8, .*: trec.nodev.utf8 is missing/,
  });
});

Deno.test("loadQuestions() holds questions out of the published files, class by class", async () => {
  const folder = join(import.meta.dirname!, "published_trec");
  const { train, dev, test } = await loadQuestions({ folder });
  assert.deepEqual([train.length, dev.length, test.length], [33, 3, 6]);
  const questions = [...train, ...dev].map(({ question }) => question);
  assert.equal(new Set(questions).size, 36);
  assert.equal(new Set(dev.map(({ label }) => label)).size, 3);
});

Deno.test({
  name: "loadQuestions() reads real TREC",
  ignore: !existsSync(TREC),
  fn: async () => {
    const corpus = await loadQuestions({ folder: TREC });
    assert.equal(corpus.origin, "folder");
    assert.match(corpus.description, /5,000 train, 452 dev and 500 test/);
  },
});

Deno.test("encodeQuestions() keeps classes and order, and cuts before [SEP]", () => {
  const pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", "?"];
  const vocabulary = parseVocabulary(pieces.join("\n"), "vocab.txt");
  const examples = [
    { label: 3, question: "Who ?" },
    { label: 5, question: "who who who" },
  ];
  assert.deepEqual(
    encodeQuestions(examples, new BertTokenizer(vocabulary), {
      maxLength: 4,
    }),
    [
      { inputIds: [2, 5, 6, 3], tokenTypeIds: [0, 0, 0, 0], label: 3 },
      { inputIds: [2, 5, 5, 3], tokenTypeIds: [0, 0, 0, 0], label: 5 },
    ],
  );
});
