/** Notebook 10, what the heads do and what training changed, run as a reader would. */

import assert from "node:assert/strict";
import { numPictures, run, textOf } from "./_run.ts";

Deno.test("10_attention_and_training measures heads before and after", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-attention-" });
  try {
    const notebook = await run("10_attention_and_training", out);
    const text = textOf(notebook);
    // One head of MiniLM does little else, and fine-tuning leaves it alone.
    const previous = /^previous token +\d+ +\d+ +(0\.\d+)/m.exec(text)?.[1];
    assert.ok(Number(previous) > 0.9, `previous token ${previous}`);
    const moved = [...text.matchAll(/^ +\d +(0\.\d+) +0\.\d+$/mg)]
      .map(([, share]) => Number(share));
    assert.equal(moved.length, 6);
    assert.ok(moved[0]! < moved.at(-1)!, `layers moved by ${moved}`);
    // The sentences are computed from the first rows of the two tables above them.
    for (
      const [who, caption] of [
        ["All heads", "Mean over all heads"],
        ["This head", "Layer \\d+, head \\d+"],
      ] as const
    ) {
      const rows = new RegExp(
        `^${caption}.*\\npattern .* change\\n.*\\n(.+?) {2,}0.* (-?)0\\.\\d+$`,
        "m",
      ).exec(text);
      const [, pattern, minus] = rows!;
      const verb = minus === "-" ? "lost" : "gained";
      assert.ok(text.includes(`${who}: ${pattern} ${verb} 0.`), rows![0]);
    }
    const left = /^ +(0\.\d+) +(0\.\d+) +(0\.\d+)$/m.exec(
      text.slice(text.indexOf("fine-tuned  pretrained   equal")),
    )!.slice(1).map(Number);
    // (1/2)^6 of the token itself, and an equal share of the rest, of 20 tokens.
    const share = 1 / 64 + (1 - 1 / 64) / 20;
    assert.ok(Math.abs(left[2]! - share) < 1e-3, `equal attention: ${left}`);
    assert.ok(left[0]! > left[2]!, `[CLS] keeps ${left}`);
    assert.equal(text.match(/nearly uniform in every layer/g)!.length, 1);
    assert.equal(numPictures(notebook), 6);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
