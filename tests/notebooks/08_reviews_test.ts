/** Notebook 8, on the reviews of this project. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { checkPage } from "../../tools/jupyter/check_page.ts";
import { codeCells } from "../../tools/jupyter/notebook.ts";
import { readNotebook } from "../../tools/jupyter/notebook_file.ts";
import { rasterize } from "bertbook/views/picture.ts";
import { NOTEBOOKS, numPictures, run, textOf } from "./_run.ts";

/** The number behind the last match of a pattern. */
function numberIn(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  assert.ok(found !== undefined, `${pattern} is not in:\n${text}`);
  return Number(found);
}

Deno.test("08_reviews learns from both ends, and explains itself", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-reviews-" });
  try {
    const notebook = await run("08_reviews", out);
    const text = textOf(notebook);
    assert.match(text, /Embedded review corpus/);
    assert.match(text, /Every step used the rate drawn above: true/);
    assert.match(text, /Tensors left: 0/);
    assert.equal(numPictures(notebook), 6);

    // The verdict stands at the end more often: who cuts it off learns less.
    const both = numberIn(text, /384 +head\+tail, 48 tokens +(0\.\d+)/);
    const head = numberIn(text, /384 +head, 48 tokens +(0\.\d+)/);
    const bag = numberIn(text, /384 +bag of words, whole review +(0\.\d+)/);
    assert.ok(
      both > 0.8 && both > head && both > bag,
      `${both} ${head} ${bag}`,
    );
    assert.equal(numberIn(text, /Accuracy (0\.\d+)\nclass/), both);

    // Hiding what an explanation names hurts more than hiding anything else.
    const random = numberIn(text, /5 at random +(-?\d\.\d+)/);
    const occlusion = numberIn(text, /5 by occlusion +(-?\d\.\d+)/);
    const gradient = numberIn(text, /5 by gradient × input +(-?\d\.\d+)/);
    assert.ok(
      occlusion > 0.2 && occlusion > 2 * random,
      `${occlusion} ${random}`,
    );
    assert.ok(gradient < occlusion, `${gradient} ${occlusion}`);

    for (const name of ["learning_curve", "gradient", "occlusion"]) {
      const svg = await Deno.readTextFile(join(out, `reviews_${name}.svg`));
      assert.match(svg, /^<svg [^>]*xmlns="[^]*<\/svg>\s*$/);
      await rasterize(svg); // reads it as XML
    }
    const shown = codeCells(notebook).flatMap(({ outputs }) => outputs)
      .filter((each) => "data" in each && each.data["image/svg+xml"]);
    assert.equal(shown.length, 1);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("08_reviews is committed with the embedded reviews' outputs", async () => {
  const notebook = await readNotebook(join(NOTEBOOKS, "08_reviews.ipynb"));
  assert.deepEqual(checkPage(notebook), []);
  assert.match(textOf(notebook), /Embedded review corpus/);
});
