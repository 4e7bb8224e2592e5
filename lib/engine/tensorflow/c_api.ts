/**
 * TensorFlow's C API: the functions that Bertbook calls, as one typed table, and what
 * every call needs: its status, and texts in C's form.
 *
 * Names and signatures are those of `tensorflow/c/c_api.h`,
 * `tensorflow/c/eager/c_api.h` and `tensorflow/c/tf_tensor.h`. `TFE_…` run
 * operations at once (eager); `TF_…` build the nodes of a graph.
 *
 * @module
 */

import { basename } from "node:path";

const POINTER = "pointer";
const BYTES = "buffer";
const INT = "i32";
const INT64 = "i64";
const SIZE = "usize";
const NOTHING = "void";
/** `TF_Output`: a node's address and the number of one of its outputs. */
const OUTPUT = { struct: [POINTER, INT] } as const;

/** What writes each kind of attribute takes, after the operation and the name. */
const ATTRIBUTE_VALUES = {
  String: [BYTES, SIZE],
  StringList: [BYTES, BYTES, INT],
  Int: [INT64],
  IntList: [BYTES, INT],
  Float: ["f32"],
  FloatList: [BYTES, INT],
  Bool: ["u8"],
  BoolList: [BYTES, INT],
  Type: [INT],
  TypeList: [BYTES, INT],
} as const;

type AttributeSymbols<Prefix extends string> = {
  [Kind in keyof typeof ATTRIBUTE_VALUES as `${Prefix}${Kind}`]: {
    parameters: [
      typeof POINTER,
      typeof BYTES,
      ...(typeof ATTRIBUTE_VALUES)[Kind],
    ];
    result: typeof NOTHING;
  };
};

/** The functions that write attributes: the same for both kinds of operations. */
function attributeSymbols<Prefix extends string>(
  prefix: Prefix,
): AttributeSymbols<Prefix> {
  return Object.fromEntries(
    Object.entries(ATTRIBUTE_VALUES).map(([kind, value]) => [
      `${prefix}${kind}`,
      { parameters: [POINTER, BYTES, ...value], result: NOTHING },
    ]),
  ) as AttributeSymbols<Prefix>;
}

const SYMBOLS = {
  // Library and status
  TF_Version: { parameters: [], result: POINTER },
  /** Reads XLA's flags, of which this is one. */
  TF_GetXlaConstantFoldingDisabled: {
    parameters: [],
    result: "u8",
    optional: true,
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
  ...attributeSymbols("TFE_OpSetAttr"),
  TFE_OpSetAttrShape: {
    parameters: [POINTER, BYTES, BYTES, INT, POINTER],
    result: NOTHING,
  },
  TFE_OpSetAttrFunctionName: {
    parameters: [POINTER, BYTES, BYTES, SIZE],
    result: NOTHING,
  },

  // Definitions of operations
  TF_GetAllOpList: { parameters: [], result: POINTER },
  TF_DeleteBuffer: { parameters: [POINTER], result: NOTHING },

  // Graphs and their nodes
  TF_NewGraph: { parameters: [], result: POINTER },
  TF_DeleteGraph: { parameters: [POINTER], result: NOTHING },
  TF_NewOperation: { parameters: [POINTER, BYTES, BYTES], result: POINTER },
  TF_FinishOperation: { parameters: [POINTER, POINTER], result: POINTER },
  TF_AddInput: { parameters: [POINTER, OUTPUT], result: NOTHING },
  TF_AddInputList: { parameters: [POINTER, BYTES, INT], result: NOTHING },
  TF_AddControlInput: { parameters: [POINTER, POINTER], result: NOTHING },
  TF_OperationOutputType: { parameters: [OUTPUT], result: INT },
  TF_GraphGetTensorNumDims: {
    parameters: [POINTER, OUTPUT, POINTER],
    result: INT,
  },
  TF_GraphGetTensorShape: {
    parameters: [POINTER, OUTPUT, BYTES, INT, POINTER],
    result: NOTHING,
  },
  TF_GraphSetTensorShape: {
    parameters: [POINTER, OUTPUT, BYTES, INT, POINTER],
    result: NOTHING,
  },
  ...attributeSymbols("TF_SetAttr"),
  TF_SetAttrShape: {
    parameters: [POINTER, BYTES, BYTES, INT],
    result: NOTHING,
  },
  TF_SetAttrFuncName: {
    parameters: [POINTER, BYTES, BYTES, SIZE],
    result: NOTHING,
  },
  TF_SetAttrTensor: {
    parameters: [POINTER, BYTES, POINTER, POINTER],
    result: NOTHING,
  },

  // Functions
  TF_GraphToFunctionWithControlOutputs: {
    parameters: [
      POINTER, // graph
      BYTES, // name
      "u8", // append a hash to the name
      INT, // number of operations, -1 for all
      POINTER, // operations
      INT, // inputs
      BYTES,
      INT, // outputs
      BYTES,
      POINTER, // names of the outputs
      INT, // control outputs
      BYTES,
      POINTER, // names of the control outputs
      POINTER, // options
      POINTER, // description
      POINTER, // status
    ],
    result: POINTER,
  },
  TF_DeleteFunction: { parameters: [POINTER], result: NOTHING },
  TFE_ContextAddFunction: {
    parameters: [POINTER, POINTER, POINTER],
    result: NOTHING,
  },
  TFE_ContextRemoveFunction: {
    parameters: [POINTER, BYTES, POINTER],
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
    const file = basename(path); // the message gets into notebooks
    throw new TypeError(
      `Cannot open "${file}": TensorFlow must be 2.4 or newer and fit this ` +
        `machine; found ${found.replaceAll(path, file)}; name another folder ` +
        `in BERTBOOK_TENSORFLOW`,
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

/** The text of a C string. */
export function textAt(address: Deno.PointerValue): string {
  return address === null ? "" : Deno.UnsafePointerView.getCString(address);
}

/** `TF_Code` values by number, `tensorflow/c/tf_status.h`. */
const CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** The name of a status code, as TensorFlow's documentation has it. */
export type StatusCode = (typeof CODES)[number];

/** TensorFlow refused a call; `code` is its status. */
export class TensorFlowError extends Error {
  override readonly name = "TensorFlowError";

  /**
   * @param action What was tried, to stand after "Cannot".
   * @param code TensorFlow's status.
   * @param found TensorFlow's own message.
   */
  constructor(action: string, readonly code: StatusCode, found: string) {
    super(`Cannot ${action}: TensorFlow refuses it; found ${code}, ${found}`);
  }
}

/** One `TF_Status`, used again for every call of one thread. */
export class Status {
  /** The address to pass to the C API. */
  readonly address: Deno.PointerValue;

  /** @param api The open library. */
  constructor(private readonly api: TensorFlowApi) {
    this.address = api.TF_NewStatus();
  }

  /**
   * Throws if the last call that wrote this status failed.
   *
   * @param action What was tried, to stand after "Cannot".
   * @throws {TensorFlowError} If the status is not OK.
   */
  check(action: () => string): void {
    const code = this.api.TF_GetCode(this.address);
    if (code === 0) return;
    const found = textAt(this.api.TF_Message(this.address)).trim();
    throw new TensorFlowError(action(), CODES[code] ?? "UNKNOWN", found);
  }
}
