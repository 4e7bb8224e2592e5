/** ONNX's protocol buffers: the messages of a model file, as far as they are used. @module */

/**
 * Names and numbers of fields as in onnx/onnx.proto of ONNX 1.23 (Apache-2.0); what no
 * file of ours holds is left out.
 */
const MESSAGES = `
syntax = "proto2";
package onnx;
message Attribute {
  optional string name = 1;
  optional float f = 2;
  optional int64 i = 3;
  repeated int64 ints = 8;
  optional int32 type = 20;
}
message Node {
  repeated string input = 1;
  repeated string output = 2;
  optional string name = 3;
  optional string op_type = 4;
  repeated Attribute attribute = 5;
  optional string domain = 7;
}
message Tensor {
  repeated int64 dims = 1;
  optional int32 data_type = 2;
  optional string name = 8;
  optional bytes raw_data = 9;
}
message Dimension {
  optional int64 dim_value = 1;
  optional string dim_param = 2;
}
message Shape { repeated Dimension dim = 1; }
message TensorType {
  optional int32 elem_type = 1;
  optional Shape shape = 2;
}
message Type { optional TensorType tensor_type = 1; }
message ValueInfo {
  optional string name = 1;
  optional Type type = 2;
}
message Graph {
  repeated Node node = 1;
  optional string name = 2;
  repeated Tensor initializer = 5;
  repeated ValueInfo input = 11;
  repeated ValueInfo output = 12;
}
message OperatorSet {
  optional string domain = 1;
  optional int64 version = 2;
}
message Model {
  optional int64 ir_version = 1;
  optional string producer_name = 2;
  optional Graph graph = 7;
  repeated OperatorSet opset_import = 8;
}`;

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPES = { f: 1, i: 2, ints: 7 } as const;

/** `TensorProto.DataType`. */
export const ELEMENT_TYPES = {
  float32: 1,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
} as const;

/** The type of a tensor's elements. */
export type ElementType = keyof typeof ELEMENT_TYPES;

/** An attribute of an operation: an integer, several, or `{ f }`, a float. */
export type AttributeValue = number | readonly number[] | {
  readonly f: number;
};

/** An operation of a graph. */
export type OnnxNode = {
  readonly opType: string;
  readonly name: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** "" for ONNX's own operators. */
  readonly domain: string;
};

/** A constant of a graph. */
export type OnnxConstant = {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly values: ArrayBufferView;
};

/** An input or an output of a graph; a dimension with a name may have any size. */
export type OnnxValue = {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
};

/** All that a file holds. */
export type OnnxModel = {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
};

/** The operators of ONNX 1.12: the first with LayerNormalization. */
const OPSET = 17;
/** The file format of the same version; onnxruntime 1.20 reads all up to 10. */
const IR_VERSION = 8;

/**
 * Serializes a model.
 *
 * @param model Its operations in the order of computation.
 * @returns The bytes of an .onnx file.
 */
export async function encodeModel(
  { nodes, constants, inputs, outputs }: OnnxModel,
): Promise<Uint8Array> {
  const { default: protobuf } = await import("protobufjs");
  const Model = protobuf.parse(MESSAGES).root.lookupType("onnx.Model");
  const domains = new Set(["", ...nodes.map(({ domain }) => domain)]);
  return Model.encode({
    irVersion: IR_VERSION,
    producerName: "bertbook",
    opsetImport: [...domains].map((domain) => ({
      domain,
      version: domain === "" ? OPSET : 1,
    })),
    graph: {
      name: "bertbook",
      node: nodes.map(({ attributes, ...node }) => ({
        ...node,
        attribute: Object.entries(attributes).map(attributeOf),
      })),
      initializer: constants.map(({ name, type, shape, values }) => ({
        name,
        dims: shape,
        dataType: ELEMENT_TYPES[type],
        rawData: new Uint8Array(
          values.buffer,
          values.byteOffset,
          values.byteLength,
        ),
      })),
      input: inputs.map(valueInfoOf),
      output: outputs.map(valueInfoOf),
    },
  }).finish();
}

function attributeOf([name, value]: [string, AttributeValue]): object {
  const field = typeof value === "number"
    ? { i: value }
    : "f" in value
    ? value
    : { ints: value };
  const kind = Object.keys(field)[0] as keyof typeof ATTRIBUTE_TYPES;
  return { name, ...field, type: ATTRIBUTE_TYPES[kind] };
}

function valueInfoOf({ name, type, shape }: OnnxValue): object {
  const dim = shape.map((size) =>
    typeof size === "string" ? { dimParam: size } : { dimValue: size }
  );
  return {
    name,
    type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } },
  };
}
