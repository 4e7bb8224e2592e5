/** Stored numbers → float32, exactly or not at all. @module */

import type { Dtype } from "./safetensors_header.ts";

/** How the bytes of each dtype become numbers; others are not weights. */
const CONVERSIONS: Readonly<
  Partial<Record<Dtype, (buffer: ArrayBuffer, name: string) => Float32Array>>
> = {
  F32: (buffer) => new Float32Array(buffer),
  F16: (buffer) => new Float32Array(new Float16Array(buffer)),
  BF16: (buffer) => {
    // The upper half of a float32.
    const bits = Uint32Array.from(
      new Uint16Array(buffer),
      (half) => half << 16,
    );
    return new Float32Array(bits.buffer);
  },
  F64: (buffer, name) => exactly(new Float64Array(buffer), name),
  I64: (buffer, name) => exactly(new BigInt64Array(buffer), name),
};

/**
 * Converts the bytes of a tensor to float32 without changing a value.
 *
 * @example A bfloat16 is the upper half of a float32
 * ```ts
 * import { floatValues } from "bertbook/checkpoint/float_values.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = Uint16Array.of(0x3fc0).buffer; // 1.5
 * assert.deepEqual([...floatValues(bytes, "BF16", "bias")], [1.5]);
 * ```
 *
 * @param buffer The bytes, little-endian.
 * @param dtype How they are stored.
 * @param name The tensor's name, for messages.
 * @returns The values; F32 shares the buffer.
 * @throws {TypeError} If values of this dtype are not weights.
 * @throws {RangeError} If a value is not finite, or no float32 equals it.
 */
export function floatValues(
  buffer: ArrayBuffer,
  dtype: Dtype,
  name: string,
): Float32Array {
  const convert = CONVERSIONS[dtype];
  if (convert === undefined) {
    throw new TypeError(
      `Cannot load "${name}" as its dtype must be one of ` +
        `${Object.keys(CONVERSIONS).join(", ")}: found ${dtype}`,
    );
  }
  const values = convert(buffer, name);
  checkFinite(values, name);
  return values;
}

/**
 * Refuses values that are not finite.
 *
 * @param values Any number of them.
 * @param name The tensor's name, for the message.
 * @throws {RangeError} If one is NaN or infinite.
 */
export function checkFinite(values: Float32Array, name: string): void {
  // 0 · x is 0 for each finite x, and NaN stays NaN: one pass without a branch.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
  if (sum === 0) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new RangeError(
    `Cannot use "${name}" as all weights must be finite: found ${
      values[index]
    } ` +
      `at index ${index}; the training that made them diverged`,
  );
}

/** Copies values to float32 and refuses the first that changes. */
function exactly(
  stored: Float64Array | BigInt64Array,
  name: string,
): Float32Array {
  return Float32Array.from(stored as ArrayLike<number | bigint>, (value, i) => {
    const rounded = Math.fround(Number(value));
    // `==` compares a bigint and a number by value; NaN has a check of its own.
    if (rounded == value || Number.isNaN(rounded)) return rounded;
    throw new RangeError(
      `Cannot load "${name}" as each value must equal a float32: ` +
        `found ${value} at index ${i}; convert the file to F32`,
    );
  });
}
