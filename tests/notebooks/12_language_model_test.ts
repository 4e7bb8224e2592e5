/** Notebook 12: the language model learns the rhymes, and what it prefers. */

import assert from "node:assert/strict";
import { numberAt, numPictures, run, textOf } from "./_run.ts";

Deno.test("12_language_model", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-language-" });
  try {
    const notebook = await run("12_language_model", out);
    const text = textOf(notebook);

    // Better than counting, not better than the grammar.
    const counting = numberAt(text, /which word follows which +(\d+\.\d+)/);
    const grammar = numberAt(text, /the grammar itself +(\d+\.\d+)/);
    const reached = numberAt(
      text,
      /^perplexity +the grammar's.*\n.*\n +(\d+\.\d+)/m,
    );
    assert.ok(
      grammar < reached && reached < 3.4 && 3.4 < counting,
      `${reached}`,
    );
    assert.ok(numberAt(text, /T = 0\.5: .*\((\d+) % rhyme\)/) >= 80);
    assert.ok(numberAt(text, /T = 2: .*\((\d+) % rhyme\)/) <= 60);
    assert.ok(numberAt(text, /(\d+) of 50 occur in the data/) <= 10);
    assert.ok(numberAt(text, /Right in (\d+) of 100/) > 80);

    // One way, only the last state knows the last word.
    assert.match(text, /^the +0\.0000 +0\.\d*[1-9]/m);
    assert.equal(numPictures(notebook), 5);
    // It judges better as it learns.
    const [, first, last] = /right: (\d+) at 2 to (\d+) at 20/.exec(text)!;
    assert.ok(Number(last) > Number(first), `${first} ${last}`);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
