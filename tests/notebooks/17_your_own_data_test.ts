/** Notebook 17, a table of one's own, whose labels are partly wrong. */

import assert from "node:assert/strict";
import { numberAt, numPictures, runOrSketch, textOf } from "./_run.ts";

Deno.test("17_your_own_data finds wrong labels and judges their correction", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-own-data-" });
  try {
    const notebook = await runOrSketch("17_your_own_data", out);
    const text = textOf(notebook);
    assert.equal(numPictures(notebook), 2);

    // The table, as it is and tidied.
    assert.match(text, /^customer,message,category\n/m);
    assert.match(
      text,
      /text "message" \(guessed\), label "category" \(guessed\)/,
    );
    assert.match(
      text,
      /labels: Billing, billing, shipping, technical; rows left/,
    );
    assert.match(text, /^the text is blank +left out +43$/m);
    assert.match(text, /^the only example of label "Billing" +kept +63$/m);
    assert.match(text, /^510 of 514 rows remain\.$/m);
    assert.match(text, /459 train, 51 validation and 300 test examples/);

    // Three programs, and the verdict on the model.
    const scoreOf = (name: string): number =>
      numberAt(text, new RegExp(`${name}: (0\\.\\d+) \\(`));
    const [chance, bag, model] = [
      "the commonest class",
      "a bag of words",
      "this model",
    ].map(scoreOf);
    assert.ok(
      chance! < bag! && bag! < model! - 0.1,
      `${chance} ${bag} ${model}`,
    );
    assert.match(text, /^This model is better than a bag of words by 0\./m);

    // Suspects: most wrong labels are among them, and most of them are wrong.
    const listed = numberAt(text, /^Suspects: (\d+) of 510 rows\.$/m);
    const wrong = numberAt(text, /^(\d+) of the \d+ suspects are truly wrong/m);
    assert.ok(listed < 120 && wrong > 0.5 * listed, `${wrong} of ${listed}`);
    const share = numberAt(
      text,
      /wrong labels, (\d+) % are among the suspects/,
    );
    assert.equal(share, Math.round(100 * wrong / 61));
    assert.ok(share > 60, `${share}`);

    // What is corrected was wrong, and was among the suspects.
    const [changed, before, now] = ["changed", "wrong before", "wrong now"].map(
      (name) => numberAt(text, new RegExp(`^${name} +(\\d+)$`, "m")),
    );
    assert.equal(before, 61);
    assert.equal(now, before! - changed!);
    assert.ok(
      changed! <= wrong && changed! > 0.8 * wrong,
      `${changed} ${wrong}`,
    );

    // The sentence agrees with the interval, whatever came out.
    const [, verdict, low, high] =
      /The model with corrected labels is (better|worse) than the first one by 0\.\d+ \(95 % interval (\S+) to (\S+)\)|cannot tell whether the model with corrected/
        .exec(text)!;
    if (verdict !== undefined) assert.ok(Number(low) > 0 && Number(high) > 0);
    assert.match(text, /^drawn by row +[1-9]\d*\nby customer +0$/m);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
