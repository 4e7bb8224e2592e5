/** Notebook 21, embeddings. */

import assert from "node:assert/strict";
import { numberAt, numPictures, runOrSketch, textOf } from "./_run.ts";

Deno.test("21_embeddings finds texts without training", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-embeddings-" });
  try {
    const notebook = await runOrSketch("21_embeddings", out);
    const text = textOf(notebook);
    assert.match(text, /Embedded question corpus, questions in TREC's format/);
    // The figure, the heat map and the learning curve.
    assert.equal(numPictures(notebook), 3);
    assert.ok(numberAt(text, /differ by at most (\S+)\./) < 1e-5);

    // More padding, less of the text's own direction.
    const padded = ["8", "16", "32", "64"].map((T) =>
      numberAt(text, new RegExp(`^ *${T} +(0\\.\\d+)$`, "m"))
    );
    assert.deepEqual(padded, padded.toSorted((a, b) => b - a));
    assert.ok(padded[0]! < 0.95);

    assert.match(text, /leave my bike\? +The cycle racks .* 0$/m);
    const mrr = ["shared words", "rare shared words", "embeddings"].map((
      name,
    ) => numberAt(text, new RegExp(`^${name} +(0\\.\\d+) +0\\.\\d+$`, "m")));
    assert.deepEqual(mrr, mrr.toSorted((a, b) => a - b));
    assert.ok(mrr[2]! > 0.75, `${mrr}`);

    const accuracies = ["most frequent class", "bag of words", "embeddings"]
      .concat("fine-tuned")
      .map((name) => numberAt(text, new RegExp(`^${name} +(0\\.\\d+)$`, "m")));
    assert.deepEqual(accuracies, accuracies.toSorted((a, b) => a - b));
    const curve = [1, 2, 4, 8, 16].map((examples) =>
      numberAt(text, new RegExp(`^ +${examples} +embeddings +(0\\.\\d+) `, "m"))
    );
    assert.deepEqual(curve, curve.toSorted((a, b) => a - b));

    const [cutOff, best] = ["its first 512 tokens", "its best window"].map((
      way,
    ) => numberAt(text, new RegExp(`^${way} +0\\.\\d+ +(0\\.\\d+)$`, "m")));
    assert.ok(best! > cutOff! + 0.2, `${best} ${cutOff}`);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
