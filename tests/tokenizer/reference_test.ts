// Needs --allow-all: the reference library loads native code. The tokenizer of
// a real model and the corpora are compared where this machine has them.
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { BertTokenizer as ReferenceTokenizer } from "@huggingface/transformers";
import assert from "node:assert/strict";
import {
  corpusTexts,
  differences,
  loadReference,
  TAKEN_OTHERWISE,
} from "../../tools/tokenizers/compare_tokenizers.ts";
import { FRAGMENTS, hardTexts } from "../../tools/tokenizers/hard_texts.ts";
import { findAsset } from "bertbook/download/ensure_asset.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import type { Tokenizer } from "bertbook/tokenizer/tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import { ALL_MINI_LM } from "bertbook/checkpoint/catalogue.ts";
import { tokenizerFiles } from "bertbook/checkpoint/read_tokenizer.ts";
import { readTokenizer } from "bertbook/checkpoint/tokenizer_files.ts";
import { RUNS_ALL } from "../_tiers.ts";

const file = new URL("../golden/tokenizer.json", import.meta.url);
const { vocabulary } = JSON.parse(await Deno.readTextFile(file));
const pieces = parseVocabulary(vocabulary.join("\n"), "golden");
const uncased = new BertTokenizer(pieces);
const cased = new BertTokenizer(pieces, { lowerCase: false });

/** The reference with our vocabulary and case. */
function referenceOf(tokenizer: Tokenizer): ReferenceTokenizer {
  const files = tokenizerFiles(tokenizer, {
    maxLength: 512,
    className: "BertTokenizer",
  });
  return new ReferenceTokenizer(
    JSON.parse(files["tokenizer.json"]!),
    JSON.parse(files["tokenizer_config.json"]!),
  );
}

/** The tokenizer of the real model where it is there, else the small one. */
const folder = await findAsset(ALL_MINI_LM.asset);
const largest = folder === undefined ? uncased : await readTokenizer(folder);
const reference = folder === undefined
  ? referenceOf(uncased)
  : await loadReference(folder);

const TEXTS = hardTexts(RUNS_ALL ? 10_000 : 2_000, randomStream(2018));
const FEWER_TEXTS = TEXTS.slice(0, RUNS_ALL ? 1_000 : 500);

Deno.test("fault 48: hard texts of all kinds have the reference's ids", () => {
  assert.deepEqual(differences(TEXTS, largest, reference), []);
});

Deno.test("fault 48: hard texts have the reference's ids, with and without case", () => {
  for (const tokenizer of [uncased, cased]) {
    const reference = referenceOf(tokenizer);
    assert.deepEqual(differences(FEWER_TEXTS, tokenizer, reference), []);
  }
});

Deno.test("fault 48: each kind of hard text alone has the reference's ids", () => {
  for (const [kind, fragment] of Object.entries(FRAGMENTS)) {
    const random = randomStream(7);
    const texts = Array.from({ length: 100 }, () => fragment(random));
    assert.deepEqual(differences(texts, largest, reference), [], kind);
  }
});

Deno.test("fault 48: most hard texts are compared, and the reference differs in the others", () => {
  const compared = TEXTS.filter((text) => !TAKEN_OTHERWISE.test(text));
  assert.ok(compared.length > TEXTS.length / 2, `${compared.length}`);
  const taken: [tokenizer: BertTokenizer, text: string][] = [
    // Python's ids for these are in tests/golden.
    [uncased, "ΔΡΟΜΟΣ"],
    [uncased, "a\u{20000}b"],
    [uncased, "a\u061db"],
    [cased, "[SEP\u200b]"],
  ];
  for (const [tokenizer, text] of taken) {
    assert.match(text, TAKEN_OTHERWISE);
    const other = referenceOf(tokenizer).encode(text);
    assert.notDeepEqual(tokenizer.encode(text).inputIds, other);
  }
});

Deno.test("pairs have the reference's ids, segments and mask", () => {
  const texts = FEWER_TEXTS.filter((text) => !TAKEN_OTHERWISE.test(text));
  for (const [i, text] of texts.entries()) {
    const pair = i % 10 === 0 ? "" : texts.at(-i)!;
    const { inputIds, tokenTypeIds, attentionMask } = largest.encode(text, {
      pair,
    });
    const expected = reference(text, {
      text_pair: pair,
      return_tensor: false,
      truncation: false,
    });
    assert.deepEqual({ inputIds, tokenTypeIds, attentionMask }, {
      inputIds: expected.input_ids,
      tokenTypeIds: expected.token_type_ids,
      attentionMask: expected.attention_mask,
    });
  }
});

Deno.test("decode() reads as the reference's, any ids", () => {
  const random = randomStream(3);
  for (let i = 0; i < 2000; i++) {
    const inputIds = Array.from(
      { length: 1 + random.integer(12) },
      () => random.integer(largest.vocabulary.pieces.length),
    );
    for (const skip of [false, true]) {
      assert.equal(
        largest.decode(inputIds, { skipSpecialTokens: skip }),
        reference.decode(inputIds, { skip_special_tokens: skip }),
      );
    }
  }
});

const data = Deno.env.get("BERTBOOK_DATA");

Deno.test({
  name: "every sentence of CoLA and TREC has the reference's ids",
  ignore: data === undefined,
  fn: async () => {
    for (const { name, texts } of await corpusTexts(data!, ["CoLA", "TREC"])) {
      assert.deepEqual(differences(texts, largest, reference), [], name);
    }
  },
});
