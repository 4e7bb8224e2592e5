/** The safetensors format: bytes ↔ tensors, wherever the bytes are. @module */

import {
  type Dtype,
  MAX_HEADER_BYTES,
  parseHeader,
  type SafetensorsHeader,
} from "./safetensors_header.ts";

/** The one file of weights in a folder. */
export const WEIGHTS_FILE = "model.safetensors";

/** Says which tensor is in which of several files. */
export const INDEX_FILE = "model.safetensors.index.json";

/** An open file. Dispose it, or declare it with `using`. */
export interface SafetensorsFile extends SafetensorsHeader, Disposable {
  /** The file's name, for messages. */
  readonly file: string;
  /**
   * Reads one tensor.
   *
   * @param name One of `tensors`.
   * @returns Its values in row-major order.
   * @throws {RangeError} If it is not there, or a value is not finite or not exact.
   * @throws {TypeError} If its dtype is not one of weights.
   */
  read(name: string): Float32Array;
}

/** The bytes of a file, wherever they are. */
export type ByteSource = {
  /** The file's name, for messages. */
  readonly file: string;
  readonly size: number;
  /** Reads exactly `length` bytes into a buffer that is theirs alone. */
  readonly readAt: (offset: number, length: number) => Uint8Array<ArrayBuffer>;
  readonly close: () => void;
};

/**
 * Reads and checks the header of a file, and no data.
 *
 * @param source The bytes; closed with the result, or by the caller if this throws.
 * @returns The open file; the caller disposes it.
 * @throws As `openSafetensors` does.
 */
export function safetensorsOf(source: ByteSource): SafetensorsFile {
  const { file, size, readAt, close } = source;
  const headerBytes = headerLength(readAt(0, Math.min(8, size)), size, file);
  const header = readAt(8, headerBytes);
  const dataStart = 8 + headerBytes;
  const { metadata, tensors } = parseHeader(header, size - dataStart, file);
  return {
    file,
    metadata,
    tensors,
    read(name: string): Float32Array {
      const fact = tensors.get(name);
      if (fact === undefined) throw noSuchTensor(name, file);
      const { begin, end, dtype } = fact;
      const { buffer } = readAt(dataStart + begin, end - begin);
      return floatValues(buffer, dtype, name);
    },
    [Symbol.dispose]: close,
  };
}

/** The error for a name that a file lacks. */
export function noSuchTensor(name: string, file: string): RangeError {
  return new RangeError(
    `Cannot read "${name}": it must be in "${file}"; found no such tensor`,
  );
}

/** Reads N, and refuses what cannot be the length of a header. */
function headerLength(start: Uint8Array, size: number, file: string): number {
  const pickle = start[0] === 0x80 ||
    new TextDecoder().decode(start).startsWith("PK");
  if (start.length < 8) {
    throw new SyntaxError(
      `Cannot read "${file}": it must begin with 8 bytes of length; ` +
        `found ${size} bytes; download it again`,
    );
  }
  const length = new DataView(start.buffer).getBigUint64(0, true);
  if (length <= BigInt(Math.min(MAX_HEADER_BYTES, size - 8))) {
    return Number(length);
  }
  if (pickle) {
    throw new SyntaxError(
      `Cannot read "${file}": it must be in the safetensors format; found a pickle, ` +
        `which may run any code when read; take the model.safetensors of this model`,
    );
  }
  throw new RangeError(
    `Cannot read "${file}": its header must fit into the file and into ` +
      `${MAX_HEADER_BYTES} bytes; found ${length} of ${size}; ` +
      `download it again`,
  );
}

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
 * import { floatValues } from "bertbook/checkpoint/safetensors_format.ts";
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
      `Cannot load "${name}": its dtype must be one of ` +
        `${Object.keys(CONVERSIONS).join(", ")}; found ${dtype}`,
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
    `Cannot use "${name}": all weights must be finite; found ${
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
    // `==` compares a bigint and a number by value; NaN is checked elsewhere.
    if (rounded == value || Number.isNaN(rounded)) return rounded;
    throw new RangeError(
      `Cannot load "${name}": each value must equal a float32; ` +
        `found ${value} at index ${i}; convert the file to F32`,
    );
  });
}

/** A tensor to write; its values are asked for when their turn comes. */
export type TensorToWrite = {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its values in row-major order. */
  readonly values: () => Float32Array | Promise<Float32Array>;
};

/**
 * The bytes of a safetensors file, one tensor at a time.
 *
 * @param tensors What to write, all as F32.
 * @returns A generator of the header and each tensor's bytes, by name.
 * @throws {RangeError} If values do not fit their shape.
 */
export async function* safetensorsChunks(
  tensors: readonly TensorToWrite[],
): AsyncGenerator<Uint8Array> {
  const inOrder = tensors.toSorted((a, b) => a.name < b.name ? -1 : 1);
  yield headerOf(inOrder);
  for (const { name, shape, values } of inOrder) {
    const floats = await values();
    if (floats.length !== sizeOf(shape)) {
      throw new RangeError(
        `Cannot write "${name}": its values must fit its shape; ` +
          `found ${floats.length} values for [${shape}]`,
      );
    }
    yield new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  }
}

/** N and the JSON, filled with spaces so that the data begins at a multiple of 8. */
function headerOf(tensors: readonly TensorToWrite[]): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, shape }) => {
    const begin = end;
    end += 4 * sizeOf(shape);
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }];
  });
  // Python's transformers opens no file that does not say this.
  const header = {
    __metadata__: { format: "pt" },
    ...Object.fromEntries(entries),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
