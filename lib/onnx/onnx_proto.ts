/** ONNX's protocol buffers: the messages of a model file, as far as they are used. @module */

import type { Type } from "protobufjs";

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

/** `TensorProto.DataType`. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
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

/**
 * Serializes a message.
 *
 * @param name Its type, such as "Model".
 * @param message Its fields.
 * @returns The bytes; those of a model are an .onnx file.
 */
export async function encodeMessage(
  name: string,
  message: object,
): Promise<Uint8Array> {
  return (await messageType(name)).encode(message).finish();
}

/**
 * Reads a message.
 *
 * @param name Its type, such as "Model".
 * @param bytes What {@linkcode encodeMessage} gives.
 * @returns Its fields; those that are not among the messages here are left out.
 */
export async function decodeMessage(
  name: string,
  bytes: Uint8Array,
): Promise<Record<string, unknown>> {
  const type = await messageType(name);
  return type.toObject(type.decode(bytes), { longs: Number, arrays: true });
}

async function messageType(name: string): Promise<Type> {
  const { default: protobuf } = await import("protobufjs");
  return protobuf.parse(MESSAGES).root.lookupType(name);
}

/**
 * The fields of an `Attribute`.
 *
 * @param name Its name.
 * @param value Its value.
 */
export function attributeMessage(name: string, value: AttributeValue): object {
  // The numbers of the types are those of `AttributeProto.AttributeType`.
  if (typeof value === "number") return { name, i: value, type: 2 };
  return "f" in value
    ? { name, f: value.f, type: 1 }
    : { name, ints: value, type: 7 };
}

/**
 * The fields of a `ValueInfo`.
 *
 * @param name Its name.
 * @param type The type of its elements.
 * @param shape Its sizes; those with a name may be any.
 */
export function valueMessage(
  name: string,
  type: ElementType,
  shape: readonly (number | string)[],
): object {
  const dim = shape.map((size) =>
    typeof size === "string" ? { dimParam: size } : { dimValue: size }
  );
  const tensorType = { elemType: ELEMENT_TYPES[type], shape: { dim } };
  return { name, type: { tensorType } };
}
