/**
 * Host tensors (`TF_Tensor`): values between TypeScript's memory and TensorFlow's.
 *
 * @module
 */

import { DataType, type Elements, layoutOf, nameOfType } from "./dtypes.ts";
import type { TensorFlowApi } from "./c_api.ts";

/** What a tensor holds on the TypeScript side: elements, or encoded strings. */
export type HostValues =
  | ArrayBufferView<ArrayBuffer>
  | readonly Uint8Array<ArrayBuffer>[];

/** Bytes of one `TF_TString`, `tensorflow/core/platform/ctstring_internal.h`. */
const STRING_BYTES = 24;

/**
 * Copies elements of a fixed width into a new `TF_Tensor`.
 *
 * @returns Its address. The caller deletes it.
 * @throws {RangeError} If the values do not fill the shape exactly.
 */
export function toHostTensor(
  api: TensorFlowApi,
  shape: readonly number[],
  dtype: number,
  values: HostValues,
): Deno.PointerValue {
  if (dtype === DataType.string) return stringTensor(api, shape, values);
  if (!ArrayBuffer.isView(values)) {
    throw new TypeError(
      `Cannot create a tensor of ${nameOfType(dtype)}: its values must be a ` +
        `typed array; found an array of ${values.length}`,
    );
  }
  const bytes = sizeOf(shape) * layoutOf(dtype).bytes;
  if (values.byteLength !== bytes) {
    throw new RangeError(
      `Cannot create a tensor of ${
        nameOfType(dtype)
      }: its values must fill its ` +
        `shape, [${shape}] of ${bytes} bytes; found ${values.byteLength} bytes`,
    );
  }
  const tensor = allocate(api, shape, dtype, bytes);
  if (bytes > 0) {
    const { buffer, byteOffset } = values;
    bytesAt(api.TF_TensorData(tensor), bytes)
      .set(new Uint8Array(buffer, byteOffset, bytes));
  }
  return tensor;
}

/**
 * Reads a `TF_Tensor` into TypeScript's memory.
 *
 * @param tensor Its address.
 * @returns The elements, or one byte array for each string.
 */
export function fromHostTensor(
  api: TensorFlowApi,
  tensor: Deno.PointerValue,
): Elements | Uint8Array[] {
  const dtype = api.TF_TensorType(tensor);
  if (dtype === DataType.string) return stringsOf(api, tensor);
  const { view } = layoutOf(dtype);
  const copy = new ArrayBuffer(Number(api.TF_TensorByteSize(tensor)));
  if (copy.byteLength > 0) {
    const data = known(api.TF_TensorData(tensor));
    Deno.UnsafePointerView.copyInto(data, new Uint8Array(copy));
  }
  return view(copy);
}

function stringTensor(
  api: TensorFlowApi,
  shape: readonly number[],
  values: HostValues,
): Deno.PointerValue {
  const count = sizeOf(shape);
  if (!Array.isArray(values) || values.length !== count) {
    throw new RangeError(
      `Cannot create a tensor of strings: its values must fill its shape, ` +
        `[${shape}] of ${count} encoded strings; found ` +
        `${
          Array.isArray(values) ? values.length : "elements of a fixed width"
        }`,
    );
  }
  const tensor = allocate(api, shape, DataType.string, count * STRING_BYTES);
  stringPlaces(api, tensor).forEach((place, i) => {
    const text: Uint8Array<ArrayBuffer> = values[i];
    api.TF_StringInit(place);
    api.TF_StringCopy(place, text, BigInt(text.length));
  });
  return tensor;
}

function stringsOf(
  api: TensorFlowApi,
  tensor: Deno.PointerValue,
): Uint8Array[] {
  return stringPlaces(api, tensor).map((place) => {
    const bytes = Number(api.TF_StringGetSize(place));
    return bytes === 0
      ? new Uint8Array()
      : bytesAt(api.TF_StringGetDataPointer(place), bytes).slice();
  });
}

/** The address of each `TF_TString` in a tensor's data. */
function stringPlaces(
  api: TensorFlowApi,
  tensor: Deno.PointerValue,
): Deno.PointerObject[] {
  const count = Number(api.TF_TensorElementCount(tensor));
  if (count === 0) return [];
  const first = known(api.TF_TensorData(tensor));
  return Array.from(
    { length: count },
    (_, i) => known(Deno.UnsafePointer.offset(first, i * STRING_BYTES)),
  );
}

function allocate(
  api: TensorFlowApi,
  shape: readonly number[],
  dtype: number,
  bytes: number,
): Deno.PointerValue {
  const dims = BigInt64Array.from(shape, BigInt);
  return api.TF_AllocateTensor(dtype, dims, shape.length, BigInt(bytes));
}

/** TensorFlow's memory itself, not a copy: valid while the tensor lives. */
function bytesAt(
  address: Deno.PointerValue,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const memory = Deno.UnsafePointerView.getArrayBuffer(known(address), bytes);
  return new Uint8Array(memory);
}

/** An address that TensorFlow promises to give. */
function known(address: Deno.PointerValue): Deno.PointerObject {
  if (address !== null) return address;
  throw new RangeError(
    "Cannot reach a tensor's memory: TensorFlow must have allocated it; " +
      "found no address; free some memory",
  );
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}
