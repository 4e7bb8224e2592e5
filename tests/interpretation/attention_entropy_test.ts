import assert from "node:assert/strict";
import {
  attentionChange,
  attentionEntropy,
  UNIFORM_ENTROPY,
  uniformAttentionWarning,
} from "bertbook/interpretation/attention_entropy.ts";
import type { HeadWeights } from "bertbook/interpretation/head_scores.ts";

const rows = (count: number, row: readonly number[]): HeadWeights =>
  Array.from({ length: count }, () => row);
const EVEN = rows(4, [0.25, 0.25, 0.25, 0.25]);
const SHARP = rows(4, [0, 1, 0, 0]);

Deno.test("attentionEntropy() is ln 2 / ln 4 for a head that looks at two of four", () => {
  const half = rows(4, [0.5, 0.5, 0, 0]);
  assert.deepEqual(attentionEntropy([[EVEN, half], [half, SHARP]]), [
    [1, 0.5],
    [0.5, 0],
  ]);
});

Deno.test("attentionEntropy() is the mean over queries", () => {
  const mixed = [...EVEN.slice(0, 3), SHARP[0]!];
  assert.deepEqual(attentionEntropy([[mixed]]), [[0.75]]);
});

Deno.test("attentionChange() is the share of weight that moved", () => {
  const before = [[SHARP, EVEN], [EVEN, SHARP]];
  // From one key to all four, a sharp head moves 3/4 of its weight.
  const after = [[EVEN, EVEN], [SHARP, rows(4, [1, 0, 0, 0])]];
  assert.deepEqual(attentionChange(before, after), [[0.75, 0], [0.75, 1]]);
});

Deno.test("attentionChange() refuses models of different sizes", () => {
  assert.throws(() => attentionChange([[EVEN, EVEN]], [[EVEN]]), {
    name: "RangeError",
    message: /\[2\] and \[1\]/,
  });
  assert.throws(() => attentionChange([[EVEN]], [[rows(2, [0.5, 0.5])]]), {
    name: "RangeError",
    message: /must be \[4, 4\]; found \[2, 2\]/,
  });
});

Deno.test("uniformAttentionWarning() names the layers whose heads are all even", () => {
  assert.equal(
    uniformAttentionWarning([[EVEN, SHARP], [SHARP, EVEN]]),
    undefined,
  );
  assert.match(
    uniformAttentionWarning([[EVEN, EVEN], [EVEN, EVEN]])!,
    /in every layer.* 100\.0 % .* weights loaded/,
  );
  assert.match(
    uniformAttentionWarning([[EVEN, SHARP], [EVEN, EVEN]])!,
    /in layer 1:/,
  );
  assert.match(
    uniformAttentionWarning([[EVEN], [SHARP], [EVEN]])!,
    /in layers 0, 2:/,
  );
});

Deno.test("uniformAttentionWarning() begins at its threshold and needs three tokens", () => {
  // p for one of four keys, the rest shared: entropy falls as p grows from 1/4.
  const tilted = (p: number): HeadWeights =>
    rows(4, [p, ...Array<number>(3).fill((1 - p) / 3)]);
  const entropyOf = (p: number): number =>
    attentionEntropy([[tilted(p)]])[0]![0]!;
  assert.ok(entropyOf(0.49) > UNIFORM_ENTROPY);
  assert.ok(uniformAttentionWarning([[tilted(0.45)]]) !== undefined);
  assert.ok(entropyOf(0.55) < UNIFORM_ENTROPY);
  assert.equal(uniformAttentionWarning([[tilted(0.55)]]), undefined);
  assert.equal(uniformAttentionWarning([[rows(2, [0.5, 0.5])]]), undefined);
  assert.equal(uniformAttentionWarning([]), undefined);
});
