/** Notebook 15, tokenizers and vocabularies. */

import assert from "node:assert/strict";
import { numPictures, run, textOf } from "./_run.ts";

Deno.test("15_tokenizers restores texts, and counts unknown words", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-tokenizers-" });
  try {
    const notebook = await run("15_tokenizers", out);
    const text = textOf(notebook);
    assert.match(text, /This file: ABBR HUM LOC\nNotebook 7: DESC ENTY ABBR/);
    // All eight that the SST-2 tokenizer cuts off.
    for (const token of ["'s", "'ve", "n't", "'re", "'d", "'ll", ",", "!"]) {
      assert.ok(text.includes(`| ${token}`), token);
    }
    assert.match(
      text,
      /BERT over whitespace +5 +what \| is \| a \| \[UNK\] \| \?/,
    );
    assert.match(text, /words, phase 2: where ' s the cafe zanzibar \?/);
    assert.match(text, /text, phase 1: +where's the cafe zanzibar\?/);
    assert.match(text, /b \| ana \| n \| a \| _/);
    const [, text1, text2] = /^(Where is the Café .*)\nWhere_is_.*\n(.*)$/m
      .exec(text)!;
    assert.equal(text1, text2);
    const [, restored, all] = /gives back (\d+) of (\d+) texts/.exec(text)!;
    assert.ok(Number(restored) < 0.01 * Number(all));
    // Every row of the table: size, unknown, tokens in a question.
    const rowOf = (name: string): number[] =>
      new RegExp(`^${name} +(\\d+) +([\\d.]+) +([\\d.]+)$`, "m").exec(text)!
        .slice(1).map(Number);
    const [words, , wordsLength] = rowOf("whitespace ≥ 1");
    const [subwords, unknown, subwordsLength] = rowOf("sub-words");
    assert.ok(rowOf("whitespace ≥ 1")[1]! > 10);
    assert.equal(unknown, 0);
    assert.ok(subwords! < words! && subwordsLength! > wordsLength!);
    assert.equal(numPictures(notebook), 1);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
