/**
 * The functions of TensorFlow's C API that Bertbook calls, as one typed table.
 *
 * Names and signatures are those of `tensorflow/c/c_api.h`,
 * `tensorflow/c/eager/c_api.h` and `tensorflow/c/tf_tensor.h`. `TFE_…` run
 * operations at once (eager); `TF_…Operation…` build the nodes of a graph.
 *
 * @module
 */

const POINTER = "pointer";
const BYTES = "buffer";
const INT = "i32";
const INT64 = "i64";
const SIZE = "usize";
const NOTHING = "void";

const SYMBOLS = {
  // Library and status
  TF_Version: { parameters: [], result: POINTER },
  /** Reads XLA's flags, of which this is one. */
  TF_GetXlaConstantFoldingDisabled: {
    ...{ parameters: [], result: "u8", optional: true },
  },
  TF_NewStatus: { parameters: [], result: POINTER },
  TF_GetCode: { parameters: [POINTER], result: INT },
  TF_Message: { parameters: [POINTER], result: POINTER },

  // Host tensors
  TF_AllocateTensor: { parameters: [INT, BYTES, INT, SIZE], result: POINTER },
  TF_DeleteTensor: { parameters: [POINTER], result: NOTHING },
  TF_TensorData: { parameters: [POINTER], result: POINTER },
  TF_TensorByteSize: { parameters: [POINTER], result: SIZE },
  TF_TensorType: { parameters: [POINTER], result: INT },
  TF_TensorElementCount: { parameters: [POINTER], result: INT64 },

  // Strings inside host tensors
  TF_StringInit: { parameters: [POINTER], result: NOTHING },
  TF_StringCopy: { parameters: [POINTER, BYTES, SIZE], result: NOTHING },
  TF_StringGetDataPointer: { parameters: [POINTER], result: POINTER },
  TF_StringGetSize: { parameters: [POINTER], result: SIZE },

  // Eager context and its devices
  TFE_NewContextOptions: { parameters: [], result: POINTER },
  TFE_DeleteContextOptions: { parameters: [POINTER], result: NOTHING },
  TFE_ContextOptionsSetConfig: {
    parameters: [POINTER, BYTES, SIZE, POINTER],
    result: NOTHING,
  },
  TFE_NewContext: { parameters: [POINTER, POINTER], result: POINTER },
  TFE_ContextListDevices: { parameters: [POINTER, POINTER], result: POINTER },
  TF_DeviceListCount: { parameters: [POINTER], result: INT },
  TF_DeviceListName: { parameters: [POINTER, INT, POINTER], result: POINTER },
  TF_DeviceListType: { parameters: [POINTER, INT, POINTER], result: POINTER },
  TF_DeleteDeviceList: { parameters: [POINTER], result: NOTHING },

  // Eager tensors
  TFE_NewTensorHandle: { parameters: [POINTER, POINTER], result: POINTER },
  TFE_DeleteTensorHandle: { parameters: [POINTER], result: NOTHING },
  TFE_TensorHandleDataType: { parameters: [POINTER], result: INT },
  TFE_TensorHandleNumDims: { parameters: [POINTER, POINTER], result: INT },
  TFE_TensorHandleDim: { parameters: [POINTER, INT, POINTER], result: INT64 },
  TFE_TensorHandleResolve: { parameters: [POINTER, POINTER], result: POINTER },

  // Eager operations
  TFE_NewOp: { parameters: [POINTER, BYTES, POINTER], result: POINTER },
  TFE_DeleteOp: { parameters: [POINTER], result: NOTHING },
  TFE_OpAddInput: { parameters: [POINTER, POINTER, POINTER], result: NOTHING },
  TFE_Execute: {
    parameters: [POINTER, BYTES, BYTES, POINTER],
    result: NOTHING,
  },
  TFE_OpSetAttrString: {
    parameters: [POINTER, BYTES, BYTES, SIZE],
    result: NOTHING,
  },
  TFE_OpSetAttrStringList: {
    parameters: [POINTER, BYTES, BYTES, BYTES, INT],
    result: NOTHING,
  },
  TFE_OpSetAttrInt: { parameters: [POINTER, BYTES, INT64], result: NOTHING },
  TFE_OpSetAttrIntList: {
    parameters: [POINTER, BYTES, BYTES, INT],
    result: NOTHING,
  },
  TFE_OpSetAttrFloat: { parameters: [POINTER, BYTES, "f32"], result: NOTHING },
  TFE_OpSetAttrFloatList: {
    parameters: [POINTER, BYTES, BYTES, INT],
    result: NOTHING,
  },
  TFE_OpSetAttrBool: { parameters: [POINTER, BYTES, "u8"], result: NOTHING },
  TFE_OpSetAttrBoolList: {
    parameters: [POINTER, BYTES, BYTES, INT],
    result: NOTHING,
  },
  TFE_OpSetAttrType: { parameters: [POINTER, BYTES, INT], result: NOTHING },
  TFE_OpSetAttrTypeList: {
    parameters: [POINTER, BYTES, BYTES, INT],
    result: NOTHING,
  },
  TFE_OpSetAttrShape: {
    parameters: [POINTER, BYTES, BYTES, INT, POINTER],
    result: NOTHING,
  },
  TFE_OpSetAttrFunctionName: {
    parameters: [POINTER, BYTES, BYTES, SIZE],
    result: NOTHING,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** An open libtensorflow: its functions by name. */
export type TensorFlowApi = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/**
 * Opens the shared library at `path`.
 *
 * @param path The file of libtensorflow or libtensorflow_cc.
 * @returns The functions of the C API.
 * @throws {TypeError} If the file cannot be loaded or is not a TensorFlow that
 * exports these functions (2.4 or newer).
 */
export function openTensorFlow(path: string): TensorFlowApi {
  try {
    return Deno.dlopen(path, SYMBOLS).symbols;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const found = error instanceof Error ? error.message : String(error);
    throw new TypeError(
      `Cannot open "${path}" as TensorFlow's C API must be 2.4 or newer and ` +
        `fit this machine: ${found}; name another folder in BERTBOOK_TENSORFLOW`,
      { cause: error },
    );
  }
}

const encoder = new TextEncoder();
const terminated = new Map<string, Uint8Array<ArrayBuffer>>();

/** `text` as a C string. Kept, because the same few names come again and again. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  let bytes = terminated.get(text);
  if (bytes === undefined) {
    bytes = encoder.encode(text + "\0");
    terminated.set(text, bytes);
  }
  return bytes;
}

/** The text at a C string's address. */
export function textAt(address: Deno.PointerValue): string {
  return address === null ? "" : Deno.UnsafePointerView.getCString(address);
}
