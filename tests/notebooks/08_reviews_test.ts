/** Notebook 8, on the reviews of this project. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { checkPage } from "../../tools/jupyter/check_page.ts";
import { codeCells } from "../../tools/jupyter/notebook.ts";
import { readNotebook } from "../../tools/jupyter/notebook_file.ts";
import { rasterize } from "bertbook/views/picture.ts";
import { NOTEBOOKS, numPictures, runOrSketch, textOf } from "./_run.ts";

/** The number behind the first match of a pattern. */
function numberIn(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  assert.ok(found !== undefined, `${pattern} is not in:\n${text}`);
  return Number(found);
}

Deno.test("08_reviews learns from both ends, and tests its explanations", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-reviews-" });
  try {
    const notebook = await runOrSketch("08_reviews", out);
    const text = textOf(notebook);
    assert.match(text, /Embedded review corpus/);
    assert.match(text, /^review,sentiment\n"This ghost story/m);
    assert.equal(numPictures(notebook), 5);

    // All trainings but the last take as many steps.
    const steps = [...text.matchAll(/Batch (\d+) of \1\./g)].map(([, n]) => n);
    assert.deepEqual(steps, ["72", "72", "72", "72", "18"]);

    // The published files are known, and are not those in use.
    assert.match(text, /^aclImdb_v1\.tar\.gz +[0-9a-f]{16} +no such file /m);
    assert.match(
      text,
      /^IMDB is published at https:.*No file of it is in use/m,
    );
    assert.match(text, /^All 72 steps had exactly the cosine's rate\.$/m);

    // The verdict is at the end more often: without the end, less is learned.
    const both = numberIn(text, /head\+tail, 48 tokens, 384 .*?: (0\.\d+)/);
    const head = numberIn(text, /head, 48 tokens, 384 examples: (0\.\d+)/);
    const bag = numberIn(text, /whole review, 384 examples: (0\.\d+)/);
    assert.ok(
      both > 0.8 && both > head && both > bag,
      `${both} ${head} ${bag}`,
    );
    // What is recorded stands beside it, and says so.
    const lead = numberIn(text, /^This run, on the .*, a lead of (0\.\d+):/m);
    assert.ok(Math.abs(lead - (both - head)) < 2e-3, `${lead} ${both} ${head}`);
    const recorded = numberIn(
      text,
      /^Recorded, on IMDB, .* a lead of (0\.\d+)/m,
    );
    assert.ok(recorded < lead, `${recorded} ${lead}`);

    // The model reads in four ways what it was trained to read in the second.
    const readings = [...text.matchAll(
      /^(head|head\+tail|windows, mean|windows, max) +(0\.\d+) +(\d+\.\d+) *$/gm,
    )].map(([, , accuracy, tokens]) => [Number(accuracy), Number(tokens)]);
    assert.equal(readings.length, 4, text);
    const [, cut, ...windows] = readings;
    assert.ok(Math.abs(cut![0]! - both) < 1e-3, `${cut} ${both}`);
    for (const [right, tokens] of windows) {
      assert.ok(right! >= 0.5 && tokens! > 2 * cut![1]!, `${right} ${tokens}`);
    }

    const recalls = [...text.matchAll(/^(?:negative|positive) .*$/gm)]
      .map(([row]) => Number(row.trim().split(/ +/)[2]));
    assert.equal(recalls.length, 2, text);
    const accuracy = (recalls[0]! + recalls[1]!) / 2; // equal supports
    assert.ok(Math.abs(accuracy - both) < 1e-3, `${recalls} ${both}`);

    // Hiding what occlusion names hurts more than hiding random words.
    const [, occlusion, gradient, random] =
      /(-?\d\.\d+) by occlusion, (-?\d\.\d+) by gradient × input, (-?\d\.\d+) at/
        .exec(text)!.map(Number);
    assert.ok(
      occlusion! > 0.2 && occlusion! > 2 * random!,
      `${occlusion} ${random}`,
    );
    const isBetter = gradient! > random! + 0.05;
    assert.match(
      text,
      isBetter ? /Both methods pass/ : /no better than random/,
    );

    for (const name of ["learning_curve", "gradient", "occlusion"]) {
      const svg = await Deno.readTextFile(join(out, `reviews_${name}.svg`));
      assert.match(svg, /^<svg [^>]*xmlns="[^]*<\/svg>\s*$/);
      await rasterize(svg); // reads it as XML
      // The seam of head and tail is marked.
      if (name !== "learning_curve") assert.ok(svg.includes("[…]"));
    }
    const shown = codeCells(notebook).flatMap(({ outputs }) => outputs)
      .filter((each) =>
        "data" in each && each.data["image/svg+xml"] && !each.data["image/png"]
      );
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
