/** Notebook 9, pretraining, run as a reader would. */

import assert from "node:assert/strict";
import { readResults } from "../../notebooks/support/results.ts";
import { numPictures, run, textOf } from "./_run.ts";

Deno.test("09_pretraining learns words and pairs, and reads on", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-pretraining-" });
  try {
    const notebook = await run("09_pretraining", out);
    const text = textOf(notebook);
    assert.match(text, /Tensors left: 0/);
    assert.ok(numPictures(notebook) >= 1);
    // The seven models and their numbers of tensors at two layers.
    const heads = {
      BertModel: 39,
      BertForPreTraining: 46,
      BertForMaskedLM: 42,
    };
    for (const [name, tensors] of Object.entries(heads)) {
      assert.match(text, new RegExp(`${name} .* ${tensors}\\n`));
    }
    const [, chosen] = /(\d+\.\d) % of \d+ tokens are chosen/.exec(text)!;
    assert.ok(Math.abs(Number(chosen) - 15) < 2, `${chosen} % chosen`);
    const shareOf = (read: string): number =>
      Number(new RegExp(`${read} +\\d+ +(\\d+\\.\\d) %`).exec(text)![1]);
    assert.ok(Math.abs(shareOf("\\[MASK\\]") - 80) < 3);
    assert.ok(Math.abs(shareOf("another word") - 10) < 2);
    // What was noise before is a pronoun, an animal, and some place at sea.
    assert.match(text, /Emma is a sailor.* {2}she 0\.[5-9]\d/);
    assert.match(text, /Leo is a sailor. \[MASK\].* {2}he 0\.[5-9]\d/);
    assert.match(text, /he meets a \[MASK\].* {2}crab 0\.[5-9]\d/);
    assert.match(text, /to the \[MASK\].* {2}(beach|harbour|island) 0\.\d\d/);
    const { pretraining } = await readResults(out) as {
      pretraining: {
        perplexity: number[];
        pairAccuracy: number[];
        readingPerplexity: number[];
        mcc: Record<string, number>;
      };
    };
    const { perplexity, pairAccuracy, readingPerplexity, mcc } = pretraining;
    assert.ok(perplexity[0]! > 80, `before: ${perplexity[0]}`);
    assert.ok(perplexity.at(-1)! < 2, `after: ${perplexity.at(-1)}`);
    assert.ok(pairAccuracy.at(-1)! > 0.75, `pairs: ${pairAccuracy.at(-1)}`);
    assert.ok(readingPerplexity.at(-1)! < readingPerplexity[0]! / 10);
    assert.equal(Object.keys(mcc).length, 4);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
