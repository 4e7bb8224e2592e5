import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  encodeReviews,
  plainReview,
} from "bertbook/datasets/imdb/encode_reviews.ts";
import { readImdbArchive } from "bertbook/datasets/imdb/imdb_archive.ts";
import { loadReviews } from "bertbook/datasets/imdb/review_corpus.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";

const ROOT = join(import.meta.dirname!, "..", "..", "..");
const PUBLISHED = join(import.meta.dirname!, "published_imdb");
const DATA = Deno.env.get("BERTBOOK_DATA");
const IMDB = join(DATA ?? "", "imdb");

Deno.test("loadReviews() loads the embedded corpus on request and says so", async () => {
  const corpus = await loadReviews({ embeddedOnly: true });
  assert.equal(corpus.origin, "embedded");
  assert.match(
    corpus.description,
    /900 train and 300 test .*Not real IMDB: the embedded one was asked for$/,
  );
  assert.ok(!corpus.description.includes(ROOT), "A machine's path on a page");
  for (const part of [corpus.train, corpus.test]) {
    const positive = part.filter(({ label }) => label === 1);
    assert.equal(positive.length, part.length / 2);
  }
  const train = new Set(corpus.train.map(({ review }) => review));
  assert.ok(corpus.test.every(({ review }) => !train.has(review)));
});

Deno.test("loadReviews() offline falls back to the embedded corpus and says why", async () => {
  Deno.env.delete("BERTBOOK_DATA");
  try {
    const home = join(ROOT, "no", "such", "cache");
    const corpus = await loadReviews({ provision: { home, offline: true } });
    assert.match(
      corpus.description,
      /Not real IMDB: offline, and it was never downloaded$/,
    );
  } finally {
    if (DATA !== undefined) Deno.env.set("BERTBOOK_DATA", DATA);
  }
});

Deno.test("loadReviews() refuses a named folder without the files", async () => {
  await assert.rejects(loadReviews({ folder: join(ROOT, "lib") }), {
    name: "RangeError",
    message:
      /must hold imdb_train.csv.gz, .* or aclImdb_v1.tar.gz, .* is missing$/,
  });
});

Deno.test("loadReviews() reads the published archive, without its unjudged reviews", async () => {
  const { train, test, description } = await loadReviews({ folder: PUBLISHED });
  assert.match(description, /2 train and 2 test reviews/);
  const byVerdict = (part: typeof train): string[] =>
    part.toSorted((a, b) => a.label - b.label).map(({ review }) => review);
  assert.deepEqual(byVerdict(train), ["train neg <br />é", "train pos"]);
  assert.deepEqual(byVerdict(test), ["test neg", "test pos"]);
});

Deno.test("readImdbArchive() refuses another file", async () => {
  for (const path of [import.meta.filename!, dirname(PUBLISHED)]) {
    await assert.rejects(readImdbArchive(path), {
      name: "SyntaxError",
      message: /must be a whole archive of reviews: /,
    });
  }
});

Deno.test("encodeReviews() drops line breaks, cuts, and counts what it cut", () => {
  const pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"];
  const vocabulary = parseVocabulary(pieces.join("\n"), "vocab.txt");
  const tokenizer = new BertTokenizer(vocabulary);
  assert.equal(plainReview("a<br /><br>b"), "a\n\nb");
  const examples = [{ review: "a<br /><br />a a b b b", label: 1 as const }];
  const encode = (truncation: "head" | "head+tail") =>
    encodeReviews(examples, tokenizer, { maxLength: 6, truncation })[0];
  const rest = { tokenTypeIds: [0, 0, 0, 0, 0, 0], label: 1, numTruncated: 2 };
  assert.deepEqual(encode("head"), { inputIds: [2, 5, 5, 5, 6, 3], ...rest });
  assert.deepEqual(encode("head+tail"), {
    inputIds: [2, 5, 6, 6, 6, 3],
    ...rest,
  });
});

Deno.test({
  name: "loadReviews() reads real IMDB",
  ignore: !existsSync(IMDB),
  fn: async () => {
    const corpus = await loadReviews({ folder: IMDB });
    assert.match(corpus.description, /25,000 train and 25,000 test reviews/);
  },
});
