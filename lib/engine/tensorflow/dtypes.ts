/**
 * TensorFlow's element types: number, name and bytes per element.
 *
 * @module
 */

/** `TF_DataType` values by name, `tensorflow/c/tf_datatype.h`. */
export const DataType = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const;

/** The number of an element type. */
export type DataType = (typeof DataType)[keyof typeof DataType];

/** A typed array that holds the elements of a fixed-width tensor. */
export type Elements =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>;

/** Bytes per element and the view that reads them; strings have neither. */
const FIXED_WIDTH: Record<
  number,
  { bytes: number; view: (buffer: ArrayBuffer) => Elements }
> = {
  [DataType.float32]: { bytes: 4, view: (b) => new Float32Array(b) },
  [DataType.float64]: { bytes: 8, view: (b) => new Float64Array(b) },
  [DataType.int32]: { bytes: 4, view: (b) => new Int32Array(b) },
  [DataType.uint8]: { bytes: 1, view: (b) => new Uint8Array(b) },
  // Real and imaginary parts in turn, as tfjs keeps them.
  [DataType.complex64]: { bytes: 8, view: (b) => new Float32Array(b) },
  [DataType.int64]: { bytes: 8, view: (b) => new BigInt64Array(b) },
  [DataType.bool]: { bytes: 1, view: (b) => new Uint8Array(b) },
};

/** The name of an element type, for messages. */
export function nameOfType(dtype: number): string {
  const found = Object.entries(DataType).find(([, value]) => value === dtype);
  return found?.[0] ?? `type ${dtype}`;
}

/**
 * The memory layout of a fixed-width type.
 *
 * @param dtype The type's number.
 * @returns Bytes per element and the typed array that views them.
 * @throws {TypeError} If elements of this type have no such form.
 */
export function layoutOf(
  dtype: number,
): { bytes: number; view: (buffer: ArrayBuffer) => Elements } {
  const layout = FIXED_WIDTH[dtype];
  if (layout === undefined) {
    throw new TypeError(
      `Cannot move a tensor between TypeScript and TensorFlow: its type must ` +
        `have a typed array; found ${nameOfType(dtype)}; cast it first`,
    );
  }
  return layout;
}
