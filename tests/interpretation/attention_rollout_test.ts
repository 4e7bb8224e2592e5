import assert from "node:assert/strict";
import type { HeadWeights } from "bertbook/interpretation/head_scores.ts";
import { attentionRollout } from "bertbook/interpretation/attention_rollout.ts";

const square = (
  size: number,
  value: (query: number, key: number) => number,
): HeadWeights =>
  Array.from(
    { length: size },
    (_, query) => Array.from({ length: size }, (_, key) => value(query, key)),
  );

function assertClose(actual: HeadWeights, expected: HeadWeights): void {
  assert.equal(actual.length, expected.length);
  actual.flat().forEach((value, i) =>
    assert.ok(
      Math.abs(value - expected.flat()[i]!) < 1e-12,
      `${i}: ${value} is no ${expected.flat()[i]}`,
    )
  );
}

Deno.test("attentionRollout() of even heads keeps 2⁻ˡ of each token", () => {
  // With J all 1/T: (½ I + ½ J)ˡ = 2⁻ˡ I + (1 − 2⁻ˡ) J, as J J = J.
  const T = 4, even = square(T, () => 1 / T);
  const layers = attentionRollout([[even], [even], [even]]);
  layers.forEach((matrix, l) => {
    const kept = 2 ** -(l + 1);
    assertClose(
      matrix,
      square(T, (i, j) => (i === j ? kept : 0) + (1 - kept) / T),
    );
  });
});

Deno.test("attentionRollout() of heads that look back spreads as Pascal's triangle", () => {
  // (½ I + ½ S)² = ¼ I + ½ S + ¼ S², S the step to the previous token.
  const back = square(
    4,
    (query, key) => key === Math.max(0, query - 1) ? 1 : 0,
  );
  const after = attentionRollout([[back], [back]]).at(-1)!;
  assert.deepEqual(after[3], [0, 0.25, 0.5, 0.25]);
  assert.deepEqual(after[0], [1, 0, 0, 0]);
});

Deno.test("attentionRollout() takes the mean of heads and the first layer first", () => {
  const toFirst = square(3, (_, key) => key === 0 ? 1 : 0);
  const itself = square(3, (query, key) => query === key ? 1 : 0);
  const toLast = square(3, (_, key) => key === 2 ? 1 : 0);
  const [first] = attentionRollout([[toFirst, itself]]);
  assertClose(first!, [[1, 0, 0], [0.25, 0.75, 0], [0.25, 0, 0.75]]);
  // After: half stays, half comes from token 2, which already holds ½ of token 0.
  const second = attentionRollout([[toFirst], [toLast]]).at(-1)!;
  assertClose(second.slice(1, 2), [[0.5, 0.25, 0.25]]);
  const swapped = attentionRollout([[toLast], [toFirst]]).at(-1)!;
  assert.notDeepEqual(swapped, second);
});

Deno.test("attentionRollout() refuses heads of different sizes", () => {
  const one = square(1, () => 1), two = square(2, () => 0.5);
  assert.throws(() => attentionRollout([[one], [two]]), {
    name: "RangeError",
    message: /\[1, 1\]; found \[2, 2\] in layer 1, head 0/,
  });
});
