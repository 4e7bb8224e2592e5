/** The tutorial on CoLA, notebooks 1 to 5, run from the first to the last. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { checkPage } from "../../tools/jupyter/check_page.ts";
import { readNotebook } from "../../tools/jupyter/notebook_file.ts";
import { readResults, tracingOf } from "../../notebooks/support/results.ts";
import { NOTEBOOKS, numPictures, run, textOf } from "./_run.ts";

/** One served copy was read, and the changed one refused, with the SHA-256 of both. */
function assertCopies(text: string): void {
  assert.match(text, /^bytes unpacked +262,523\nsha256 +7252d55e/m);
  assert.match(
    text,
    /Cannot accept "in_domain_train\.tsv": its sha256 must be 7252d55e\w{56}; found d8ef5231\w{56}\)/,
  );
}

Deno.test("the tutorial runs from the first notebook to the last", async (t) => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-tutorial-" });
  try {
    await t.step("01_load", async () => {
      const notebook = await run("01_load", out);
      const text = textOf(notebook);
      assert.match(text, /Engine: tensorflow/);
      assert.match(text, /Devices: \d+ \(CPU:0/);
      assert.match(
        text,
        /Cannot use .* on a GPU: .* found CPU|There is a GPU/,
      );
      assert.match(text, /Embedded acceptability corpus/);
      assert.match(
        text,
        /^in_domain_train\.tsv +7252d55e3d69cb3a .* false +true$/m,
      );
      assertCopies(text);
      assert.match(text, /^isl1 \\t 0 \\t \* \\t What did Sophie/m);
      assert.match(text, /Rows and columns: 4000 × 4/);
      assert.match(text, /quoteChar '': 4 rows[^]*quoteChar '"': 2 rows/);
      assert.match(text, /The two readers agree on all 4000 rows/);
      assert.match(text, /always 1.*0\.000/);
      assert.match(text, /^out-of-domain dev +500 +66\b.* 0$/m);
      assert.match(text, /^out of domain +516 +354 +68\.60$/m);
      assert.equal(numPictures(notebook), 2);
    });
    await t.step("02_tokenize", async () => {
      const notebook = await run("02_tokenize", out);
      const text = textOf(notebook);
      assert.match(text, /^Token IDs: 101 2054 2106 8234 .* 102$/m);
      assert.match(text, /5006 texts: both tokenizers give the same ids/);
      assert.match(text, /^Mask: +1 1 1 1 1 0 0 0 /m);
      assert.match(text, /Longest sentence: 20 tokens, so maxLength = 64/);
      assert.match(text, /8,551 rows would be split into 7695 and 856/);
      assert.match(text, /^random +3600 +400/m);
      assert.match(text, /After the first batch: 32 of 4000 read/);
      assert.match(text, /After the second batch: 64 of 4000 read/);
      assert.match(text, /^always 64 +256,000/m);
      assert.match(text, /The first way needs 5\.\d times as many positions/);
      assert.equal(numPictures(notebook), 6);
    });
    await t.step("03_train", async () => {
      const notebook = await run("03_train", out);
      const text = textOf(notebook);
      assert.match(text, /105 tensors; bert-base: 201/);
      assert.match(text, /113 batches × 3 epochs = 339 steps/);
      // The step that the page writes out is the library's, to the last bit.
      assert.match(text, /All 105 tensors are equal to the last bit/);
      const [, byFormula, inModel] = /New: (\S+); model: (\S+)/.exec(text)!;
      assert.equal(byFormula, inModel);
      assert.match(text, /Epoch 3 ends\. .* Validation MCC 0\.\d{4}/);
      assert.match(text, /Total training took \d:\d\d:\d\d \(h:mm:ss\)\.$/m);
      assert.match(text, /800 logits, largest difference 0$/m);
      const entropy = /entropy of the shares (0\.\d+)/.exec(text)?.[1];
      assert.equal(entropy, "0.638");
      assert.equal(numPictures(notebook), 5);
      const results = await readResults(out);
      assert.ok(
        Number(results["validationMcc"]) > 0.2,
        JSON.stringify(results),
      );
      const [first] = results["losses"] as number[];
      assert.ok(Math.abs(first! - Math.LN2) < 0.15, `first loss ${first}`);
    });
    await t.step("04_evaluate", async () => {
      const notebook = await run("04_evaluate", out);
      const text = textOf(notebook);
      assert.match(text, /is the one that notebook 3 saved/);
      assert.equal(numPictures(notebook), 6);
      // The sentence is computed from the table above it.
      const lossOf = (name: string): number =>
        Number(new RegExp(`^${name} .* (\\d\\.\\d+)$`, "m").exec(text)![1]);
      assert.match(
        text,
        lossOf("this model") < lossOf("class shares")
          ? /The model .* and beats them in loss/
          : /The model .* and does not beat them in loss/,
      );
      const results = await readResults(out);
      const [low, high] = results["mccInterval"] as [number, number];
      const mcc = Number(results["mcc"]);
      assert.ok(low < mcc && mcc < high, `${low} ${mcc} ${high}`);
      assert.ok(Number(results["inDomainMcc"]) > 0.2, JSON.stringify(results));
      // One for each length of a batch: if every batch had its own, rounding fails.
      const { signatures } = tracingOf(results)!;
      assert.ok(signatures >= 4 && signatures <= 40, `${signatures} traces`);
    });
    await t.step("05_attention", async () => {
      const notebook = await run("05_attention", out);
      const text = textOf(notebook);
      assert.match(text, /Smallest sum 1\.00000\d|Smallest sum 0\.99999\d/);
      assert.match(text, /Every layer has a head that looks somewhere/);
      const [, byHand, returned] =
        /By hand (\S+), by the model (\S+)/.exec(text) ?? [];
      assert.ok(
        Math.abs(Number(byHand) - Number(returned)) < 1e-5,
        `by hand ${byHand}`,
      );
      // The sentence is computed from the table above it.
      const [, dog, owner] = /^owner +(0\.\d+) +(0\.\d+)$/m.exec(text)!;
      assert.match(
        text,
        Number(owner) > Number(dog)
          ? /The link moved to owner/
          : /The link stayed with dog/,
      );
      assert.equal(numPictures(notebook), 7);
      const page = await Deno.readTextFile(join(out, "attention.html"));
      assert.match(page, /<title>The dog and its owner: attention</);
    });
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("a later notebook alone trains what it needs, and says so", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-alone-" });
  try {
    const env = { BERTBOOK_MODEL: "tiny" };
    const text = textOf(await run("05_attention", out, env));
    assert.match(text, /saved no model .* trained just now/);
    // A few steps teach a random model no attention.
    assert.match(text, /nearly uniform in every layer/);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("the committed notebooks hold the outputs of the embedded corpus", async () => {
  for (const name of ["01_load", "02_tokenize", "03_train", "04_evaluate"]) {
    const notebook = await readNotebook(join(NOTEBOOKS, `${name}.ipynb`));
    assert.deepEqual(checkPage(notebook), [], name);
    assert.match(textOf(notebook), /Embedded acceptability corpus/, name);
    if (name === "01_load") assertCopies(textOf(notebook));
  }
});
