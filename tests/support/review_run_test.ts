/** What the notebook on reviews says of its readings of long texts. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import {
  type Reading,
  showExplanation,
  tokensPerText,
  windowVerdict,
} from "../../notebooks/support/review_run.ts";

const PIECES = "[PAD] [UNK] [CLS] [SEP] [MASK] a b c d e".split(" ");
const tokenizer = new BertTokenizer(
  parseVocabulary(PIECES.join("\n"), "vocab.txt"),
);

Deno.test("tokensPerText() counts a token once in each window that has it", () => {
  const examples = ["a b c d e", "a"].map((text) => ({ text, label: 0 }));
  const read = (how: Parameters<typeof tokensPerText>[2]): number =>
    tokensPerText({ tokenizer }, examples, how);
  const maxLength = 5;
  // Three words of the first text fit beside [CLS] and [SEP]; the second has 3 tokens.
  assert.equal(read({ maxLength }), (5 + 3) / 2);
  assert.equal(read({ maxLength, truncation: "head+tail" }), (5 + 3) / 2);
  // Windows a b c and c d e.
  assert.equal(read({ maxLength, windows: { stride: 1 } }), (5 + 5 + 3) / 2);
  assert.equal(read({ maxLength: 512 }), (7 + 3) / 2);
});

Deno.test("windowVerdict() takes the best pooling, and says what it costs and brings", () => {
  const reading = (way: string, accuracy: number, tokens: number): Reading => ({
    way,
    accuracy,
    "tokens per review": tokens,
  });
  const cut = reading("head", 0.75, 40);
  const mean = reading("mean", 0.5, 100), max = reading("max", 0.875, 100);
  assert.equal(
    windowVerdict(cut, [mean, max]),
    "max: 2.5 times as many tokens as head, and an accuracy of 0.875, 0.125 more. " +
      "Reading everything pays here.",
  );
  assert.match(windowVerdict(cut, [mean]), /0\.500, 0\.250 less\. .* not pay/);
  assert.match(windowVerdict(max, [max]), /0\.875, the same\. .* not pay/);
});

Deno.test("showExplanation() keeps both drawings, and marks where the text was cut", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const words = ["a", "b", "e"].map((text, i) => (
      { text, start: i + 1, end: i + 2 }
    ));
    const example = {
      inputIds: [2, 5, 6, 9, 3],
      tokenTypeIds: [0, 0, 0, 0, 0],
      label: 1,
    };
    await showExplanation({
      example,
      words,
      target: 1,
      probability: 0.9,
      gradient: [0.1, 0, 0],
      occlusion: [0, 0, 2],
    }, {
      labels: ["bad", "good"],
      uncut: [2, 5, 6, 7, 8, 9, 3],
      folder,
    });
    for (const method of ["gradient", "occlusion"]) {
      const file = join(folder, `reviews_${method}.svg`);
      const svg = await Deno.readTextFile(file);
      assert.match(svg, /for good/);
      assert.match(svg, /b[^]*\[…\][^]*e/);
      assert.match(svg, /2\.0/); // the scale of both
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
