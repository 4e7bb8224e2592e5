import assert from "node:assert/strict";
import { meanScores, rankHeads } from "bertbook/interpretation/head_scores.ts";

Deno.test("meanScores() is each head's mean over the texts that give it a score", () => {
  const scores = [[[1, 2], [3, NaN]], [[3, NaN], [5, NaN]]];
  assert.deepEqual(meanScores(scores), [[2, 2], [4, NaN]]);
  assert.deepEqual(meanScores([]), []);
});

Deno.test("rankHeads() puts the highest first and leaves out heads without a score", () => {
  assert.deepEqual(rankHeads([[0.5, NaN], [0.25, 0.75]]), [
    { layer: 1, head: 1, score: 0.75 },
    { layer: 0, head: 0, score: 0.5 },
    { layer: 1, head: 0, score: 0.25 },
  ]);
});
