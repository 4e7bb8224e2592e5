import assert from "node:assert/strict";
import { quantizeMatrix, toFloat16 } from "bertbook/onnx/quantize.ts";

/** Float16 numbers in JavaScript itself, which Node.js 20 does not have. */
const { Float16Array } = globalThis as unknown as {
  Float16Array: new (values: Float32Array) => { buffer: ArrayBuffer };
};

Deno.test("toFloat16() rounds every kind of number as JavaScript's own float16 does", () => {
  // A step of an odd number reaches all exponents and fractions of any ending.
  const bits = Uint32Array.from(
    { length: 1 << 18 },
    (_, i) => Math.imul(i, 16_411) >>> 0,
  );
  const values = new Float32Array(bits.buffer)
    .map((value) => Number.isFinite(value) ? value : 0);
  values.set([0, -0, 2 ** -24, 2 ** -25, 1.5 * 2 ** -25, 65_504, 2 ** -14]);
  const expected = new Uint16Array(new Float16Array(values).buffer)
    .map((half) => (half & 0x7fff) === 0x7c00 ? half - 1 : half);
  assert.deepEqual(toFloat16(values), expected);
});

Deno.test("toFloat16() makes the largest number of what is too large", () => {
  const halves = toFloat16(Float32Array.of(65_520, -1e30, 3e38));
  assert.deepEqual([...halves], [0x7bff, 0xfbff, 0x7bff]);
});

Deno.test("quantizeMatrix() is off by half a step of each channel at most", () => {
  const values = Float32Array.from(
    { length: 7 * 5 },
    (_, i) => Math.sin(i * i) * 10 ** (i % 5 - 2),
  );
  for (const channels of ["rows", "columns"] as const) {
    const found = quantizeMatrix(values, 5, channels);
    assert.equal(found.scales.length, channels === "rows" ? 7 : 5);
    for (const [i, value] of values.entries()) {
      const channel = channels === "rows" ? Math.floor(i / 5) : i % 5;
      const scale = found.scales[channel]!;
      const error = Math.abs(found.values[i]! * scale - value);
      assert.ok(error <= scale * 0.5001, `${channels} ${i}: ${error}`);
    }
    const largest = found.values.filter((value) => Math.abs(value) === 127);
    assert.ok(largest.length >= found.scales.length);
  }
});

Deno.test("quantizeMatrix() keeps a channel of zeros", () => {
  const { values, scales } = quantizeMatrix(
    Float32Array.of(0, 1, 0, -1),
    2,
    "columns",
  );
  assert.deepEqual([[...values], scales[0]], [[0, 127, 0, -127], 0]);
});
