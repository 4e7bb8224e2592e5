import { cos, exp, log, log1p, power, sin } from "bertbook/exact_math.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import golden from "./golden/exact_math.json" with { type: "json" };
import { assertAll } from "./_property.ts";

const FUNCTIONS = { cos, exp, log, log1p, power, sin };

Deno.test("exact_math.ts rounds 200 bits of mpmath to the same doubles", () => {
  for (const [name, ...numbers] of golden) {
    const value = numbers.pop();
    const compute = FUNCTIONS[name as keyof typeof FUNCTIONS] as (
      ...numbers: unknown[]
    ) => number;
    assert.equal(compute(...numbers), value, `${name}(${numbers})`);
  }
  assert.deepEqual(
    [...new Set(golden.map(([name]) => name))].sort(),
    Object.keys(FUNCTIONS),
  );
});

/** The doubles above and below a double. */
function neighbours(value: number): number[] {
  const words = new BigInt64Array(Float64Array.of(value).buffer);
  return [-1n, 1n].map((step) =>
    new Float64Array(BigInt64Array.of(words[0]! + step).buffer)[0]!
  );
}

Deno.test("exact_math.ts differs from this engine's Math by one digit at most", () => {
  const inputs = {
    exp: fc.double({ min: -700, max: 709, noNaN: true }),
    log: fc.double({ min: 0, noNaN: true }),
    log1p: fc.double({ min: 0, max: 1, noNaN: true }),
    cos: fc.double({ min: 0, max: 7, noNaN: true }),
    sin: fc.double({ min: 0, max: 7, noNaN: true }),
  };
  for (const [name, numbers] of Object.entries(inputs)) {
    const key = name as keyof typeof inputs;
    assertAll(
      fc.property(numbers, (x) => {
        const [found, expected] = [FUNCTIONS[key](x), Math[key](x)];
        const near = [expected, ...neighbours(expected)];
        assert.ok(near.includes(found), `${name}(${x}): ${found}, ${expected}`);
      }),
      { numRuns: 1000 },
    );
  }
});

Deno.test("exact_math.ts keeps the limits of its functions", () => {
  assert.deepEqual(
    [-Infinity, -800, 0, 800, Infinity, NaN].map(exp),
    [0, 0, 1, Infinity, Infinity, NaN],
  );
  assert.deepEqual(
    [0, 1, Infinity, -1, NaN].map(log),
    [-Infinity, 0, Infinity, NaN, NaN],
  );
  assert.deepEqual([-1, 0, Infinity].map(log1p), [-Infinity, 0, Infinity]);
  assert.deepEqual([cos(0), sin(0)], [1, 0]);
  assert.deepEqual(
    [power(0, 0), power(0, 2), power(0, -1), power(3, 4), power(2, -1074)],
    [1, 0, Infinity, 81, 2 ** -1074],
  );
});

Deno.test("power() gives AdamW every power of β that ** gives it in float32", () => {
  for (const beta of [0.9, 0.98, 0.999]) {
    for (let step = 1; step <= 2000; step++) {
      const [found, expected] = [power(beta, step), beta ** step];
      assert.equal(Math.fround(1 - found), Math.fround(1 - expected));
    }
  }
});
