/** Notebook 9, pretraining, run as a reader would. */

import assert from "node:assert/strict";
import { readResults } from "../../notebooks/support/results.ts";
import { numPictures, run, textOf } from "./_run.ts";

Deno.test("09_pretraining learns words and pairs, and continues on a task's sentences", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-pretraining-" });
  try {
    const notebook = await run("09_pretraining", out);
    const text = textOf(notebook);
    assert.ok(numPictures(notebook) >= 2);
    const percentOf = (what: string): number =>
      Number(new RegExp(`${what} +\\d+ +(\\d+\\.\\d+)`).exec(text)![1]);
    const close = (what: string, percent: number, tolerance: number): void =>
      assert.ok(Math.abs(percentOf(what) - percent) < tolerance, what);
    close("chosen, of all tokens", 15, 2);
    close("\\[MASK\\], of the chosen", 80, 3);
    close("another word, of the chosen", 10, 2);
    close("the word itself, of the chosen", 10, 2);
    // What was noise before is a pronoun, an animal, and some place at sea.
    assert.match(text, /Emma is a sailor.* {2}she 0\.[5-9]\d/);
    assert.match(text, /Leo is a sailor. \[MASK\].* {2}he 0\.[5-9]\d/);
    assert.match(text, /he meets a \[MASK\].* {2}crab 0\.[5-9]\d/);
    assert.match(text, /to the \[MASK\].* {2}(beach|harbour|island) 0\.\d\d/);
    const { storyWords, storyPairs, continuedPretraining } = await readResults(
      out,
    ) as {
      storyWords: number[];
      storyPairs: number[];
      continuedPretraining: { perplexity: number[]; ends: { start: string }[] };
    };
    assert.ok(storyWords[0]! > 80, `before: ${storyWords[0]}`);
    assert.ok(storyWords.at(-1)! < 2, `after: ${storyWords.at(-1)}`);
    assert.ok(storyPairs.at(-1)! > 0.75, `pairs: ${storyPairs.at(-1)}`);
    const { perplexity, ends } = continuedPretraining;
    assert.ok(perplexity.at(-1)! < perplexity[0]! / 10);
    assert.deepEqual(ends.map(({ start }) => start), [
      "as it comes",
      "after reading",
    ]);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
