/** Quantization of weights: float32 to float16, and to int8 with a scale for each channel. @module */

/** The largest finite float16. */
export const MAX_FLOAT16 = 65_504;

/**
 * Rounds to float16, to the nearest and of two equally near ones to the even; what is
 * too large becomes the largest number.
 *
 * IEEE 754-2008, binary16: 1 bit of sign, 5 of exponent, 10 of fraction.
 *
 * @example One, and a third
 * ```ts
 * import { toFloat16 } from "bertbook/onnx/quantize.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...toFloat16(Float32Array.of(1, 1 / 3))], [0x3c00, 0x3555]);
 * ```
 *
 * @param values Finite numbers.
 * @returns The bits of each.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.slice().buffer);
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) halves[i] = halfOf(bits[i]!);
  return halves;
}

/** Of the bits of a float32, those of the float16. */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  if (exponent >= 31) return sign | 0x7bff;
  // A subnormal number has its leading one among the fraction's bits.
  const isNormal = exponent > 0;
  const fraction = (bits & 0x7fffff) | (isNormal ? 0 : 0x800000);
  const shift = isNormal ? 13 : 14 - exponent;
  if (shift > 24) return sign;
  const kept = (isNormal ? exponent << 10 : 0) + (fraction >>> shift);
  const rest = fraction & ((1 << shift) - 1), half = 1 << (shift - 1);
  const isUp = rest > half || (rest === half && (kept & 1) === 1);
  return sign | Math.min(kept + (isUp ? 1 : 0), 0x7bff);
}

/** Whole numbers from −127 to 127, and what each channel is multiplied by. */
export type QuantizedMatrix = {
  readonly values: Int8Array;
  readonly scales: Float32Array;
};

/**
 * Quantizes a matrix to int8, symmetrically, with a scale for each of its rows or
 * columns: value ≈ scale · whole number.
 *
 * As onnxruntime's `quantize_dynamic(per_channel=True)` does; Krishnamoorthi
 * (2018), "Quantizing deep convolutional networks for efficient inference", section 2.2.
 *
 * @param values The matrix, row by row.
 * @param numColumns Its width.
 * @param channels What has a scale of its own.
 * @returns The whole numbers in the order of the values, and a scale for each channel.
 */
export function quantizeMatrix(
  values: Float32Array,
  numColumns: number,
  channels: "rows" | "columns",
): QuantizedMatrix {
  const numRows = values.length / numColumns;
  const byRow = channels === "rows";
  const scales = new Float32Array(byRow ? numRows : numColumns);
  const whole = new Int8Array(values.length);
  const forEach = (use: (index: number, channel: number) => void): void => {
    for (let row = 0, i = 0; row < numRows; row++) {
      for (let column = 0; column < numColumns; column++, i++) {
        use(i, byRow ? row : column);
      }
    }
  };
  forEach((i, channel) => {
    const scale = Math.abs(values[i]!) / 127;
    if (scale > scales[channel]!) scales[channel] = scale;
  });
  forEach((i, channel) => {
    // The scale is rounded, so that the largest value may come out as 128.
    const value = Math.round(values[i]! / (scales[channel]! || 1));
    whole[i] = Math.max(-127, Math.min(127, value));
  });
  return { values: whole, scales };
}
