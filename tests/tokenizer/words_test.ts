import { sumByWord, wordSpans } from "bertbook/tokenizer/words.ts";
import assert from "node:assert/strict";

Deno.test("wordSpans() joins pieces, and leaves special tokens out", () => {
  const tokens = ["[CLS]", "un", "##believ", "##able", "[UNK]", "!", "[SEP]"];
  assert.deepEqual(wordSpans([...tokens, "a", "[SEP]", "[PAD]"]), [
    { text: "unbelievable", start: 1, end: 4 },
    { text: "[UNK]", start: 4, end: 5 },
    { text: "!", start: 5, end: 6 },
    { text: "a", start: 7, end: 8 },
  ]);
});

Deno.test("wordSpans() lets a torn piece stand alone behind a special token", () => {
  const words = wordSpans(["[CLS]", "##able", "##s", "[SEP]", "##x"]);
  assert.deepEqual(words.map(({ text }) => text), ["##ables", "##x"]);
});

Deno.test("sumByWord() adds up the pieces of each word and nothing else", () => {
  const words = wordSpans(["[CLS]", "play", "##ing", ".", "[SEP]"]);
  assert.deepEqual(sumByWord([100, 1, 2, 4, 100], words), [3, 4]);
});
