/**
 * The functions of TensorFlow's C API that build graphs and make functions of
 * them, as one typed table; opened only when something is compiled.
 *
 * @module
 */

const POINTER = "pointer";
const BYTES = "buffer";
const INT = "i32";
const INT64 = "i64";
const SIZE = "usize";
const NOTHING = "void";
/** `TF_Output`: a node's address and the number of one of its outputs. */
const OUTPUT = { struct: [POINTER, INT] } as const;

const SYMBOLS = {
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

  // Attributes of a node
  TF_SetAttrString: {
    parameters: [POINTER, BYTES, BYTES, SIZE],
    result: NOTHING,
  },
  TF_SetAttrStringList: {
    parameters: [POINTER, BYTES, BYTES, BYTES, INT],
    result: NOTHING,
  },
  TF_SetAttrInt: { parameters: [POINTER, BYTES, INT64], result: NOTHING },
  TF_SetAttrIntList: {
    parameters: [POINTER, BYTES, BYTES, INT],
    result: NOTHING,
  },
  TF_SetAttrFloat: { parameters: [POINTER, BYTES, "f32"], result: NOTHING },
  TF_SetAttrFloatList: {
    parameters: [POINTER, BYTES, BYTES, INT],
    result: NOTHING,
  },
  TF_SetAttrBool: { parameters: [POINTER, BYTES, "u8"], result: NOTHING },
  TF_SetAttrBoolList: {
    parameters: [POINTER, BYTES, BYTES, INT],
    result: NOTHING,
  },
  TF_SetAttrType: { parameters: [POINTER, BYTES, INT], result: NOTHING },
  TF_SetAttrTypeList: {
    parameters: [POINTER, BYTES, BYTES, INT],
    result: NOTHING,
  },
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

/** The graph half of an open libtensorflow. */
export type GraphApi = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/**
 * Opens the graph half of a library that is loaded already.
 *
 * @param path The file of libtensorflow_cc.
 */
export function openGraphApi(path: string): GraphApi {
  return Deno.dlopen(path, SYMBOLS).symbols;
}
