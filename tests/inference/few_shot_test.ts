// Needs --allow-read: the questions in data/questions, MiniLM in the cache.
import assert from "node:assert/strict";
import { ALL_MINI_LM } from "bertbook/checkpoint/catalogue.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import type { Example } from "bertbook/datasets/dataset.ts";
import { parseRawTrec, TREC } from "bertbook/datasets/trec.ts";
import { findAsset } from "bertbook/download/ensure_asset.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { accuracy } from "bertbook/evaluation/metrics.ts";
import { fitFewShot } from "bertbook/inference/few_shot.ts";
import { assertNoLeak, newModel } from "../training/_support.ts";

await startEngine({ provision: { offline: true } });

const EXAMPLES = [
  { text: "word1 word2", label: 1 },
  { text: "word1 word3", label: 1 },
  { text: "word50 word51", label: 0 },
  { text: "word52", label: 2 },
];
const LABELS = ["x", "y", "z"];

Deno.test("fitFewShot() learns its examples, in any order, and leaves no tensor", async () => {
  await assertNoLeak(async () => {
    const model = newModel();
    const texts = EXAMPLES.map(({ text }) => text);
    // The toy's vectors are nearly alike, so weights must be free to be large.
    const options = { labels: LABELS, penalty: 1e-3 };
    const fewShot = await fitFewShot(model, EXAMPLES, options);
    const found = await fewShot.classify([...texts, "word1 ".repeat(20)]);
    assert.deepEqual(fewShot.labels, LABELS);
    assert.deepEqual(
      found.slice(0, 4).map(({ label }) => label),
      EXAMPLES.map(({ label }) => LABELS[label]),
    );
    for (const { label, probability, probabilities } of found) {
      assert.deepEqual(Object.keys(probabilities), LABELS);
      assert.equal(probability, probabilities[label]);
      const sum = Object.values(probabilities).reduce((a, b) => a + b);
      assert.ok(Math.abs(sum - 1) < 1e-12);
    }
    assert.deepEqual(found.map(({ numTruncated }) => numTruncated), [
      ...[0, 0, 0, 0, 6],
    ]);
    const other = await fitFewShot(model, EXAMPLES.toReversed(), options);
    for (
      const [i, { probability }] of (await other.classify(texts)).entries()
    ) {
      assert.ok(Math.abs(probability - found[i]!.probability) < 1e-3);
    }
    disposeTree(model.params);
  });
});

Deno.test("without much to learn from, probabilities are the classes' shares", async () => {
  const model = newModel();
  const options = { labels: LABELS, penalty: 1e6 };
  const fewShot = await fitFewShot(model, EXAMPLES, options);
  const [found] = await fewShot.classify(["word9"]);
  for (
    const [label, share] of [["x", 0.25], ["y", 0.5], ["z", 0.25]] as const
  ) {
    assert.ok(Math.abs(found!.probabilities[label]! - share) < 1e-4);
  }
  disposeTree(model.params);
});

Deno.test("fitFewShot() refuses classes without examples, and unknown options", async () => {
  const model = newModel();
  const refused = async (
    examples: readonly { text: string; label: number }[],
    options: object,
    message: RegExp,
  ): Promise<void> => {
    await assert.rejects(
      fitFewShot(model, examples, options as { labels: string[] }),
      message,
    );
  };
  await refused(
    EXAMPLES.slice(2, 3),
    { labels: ["x"] },
    /two different classes/,
  );
  await refused(EXAMPLES, { labels: ["x", "y", "y"] }, /two different classes/);
  await refused(EXAMPLES, {}, /example 0 .* must be in \[0, 0\); found 1/);
  await refused(
    EXAMPLES,
    { labels: ["x", "y"] },
    /example 3 of a few-shot classifier: its label must be in \[0, 2\); found 2/,
  );
  await refused(
    EXAMPLES,
    { labels: [...LABELS, "u"] },
    /found \["x","y","z","u"\] with \[1,2,1,0\] examples$/,
  );
  await refused([], { labels: LABELS }, /with \[0,0,0\] examples$/);
  await refused(EXAMPLES, { labels: LABELS, C: 1 }, /among .*; found "C"/);
  await refused(EXAMPLES, { labels: LABELS, penalty: 0 }, /penalty must be/);
  await refused(EXAMPLES, { labels: LABELS, pooling: "x" }, /pooling/);
  disposeTree(model.params);
});

const folder = await findAsset(ALL_MINI_LM.asset);

function questions(file: string): Example[] {
  const url = new URL(`../../data/questions/${file}`, import.meta.url);
  return parseRawTrec(Deno.readFileSync(url), file);
}

Deno.test({
  name: folder
    ? "eight questions of each class teach far more than the most frequent class"
    : "eight questions of each class (MiniLM is not in the cache)",
  ignore: !folder,
  fn: async () => {
    const model = await loadModel("all-MiniLM-L6-v2", { head: "base" });
    const train = questions("train.label"), test = questions("test.label");
    const examples = TREC.labels.flatMap((_, id) =>
      train.filter(({ label }) => label === id).slice(0, 8)
    );
    const { labels } = TREC;
    const fewShot = await fitFewShot(model, examples, { labels });
    const found = await fewShot.classify(test.map(({ text }) => text));
    const actual = test.map(({ label }) => label);
    const score = accuracy(
      found.map(({ label }) => labels.indexOf(label)),
      actual,
    );
    const counts = labels.map((_, id) =>
      actual.filter((label) => label === id).length
    );
    const majority = Math.max(...counts) / test.length;
    assert.ok(score > 2 * majority, `${score}, and ${majority} by majority`);
    disposeTree(model.params);
  },
});
