/**
 * The attributes of an operation, set by one table for eager operations
 * (`TFE_Op`) and for the nodes of a graph (`TF_OperationDescription`).
 *
 * The two halves of the C API differ only in the functions that are called, so
 * those functions are the argument: see {@linkcode AttributeSetters}.
 *
 * @module
 */

import type { GraphApi } from "./graph_symbols.ts";
import { cString, type TensorFlowApi } from "./symbols.ts";
import type { Status } from "./status.ts";

/** `TF_AttrType` values, `tensorflow/c/c_api.h`. */
export const AttributeType = {
  string: 0,
  int: 1,
  float: 2,
  bool: 3,
  type: 4,
  shape: 5,
  function: 8,
} as const;

/** One attribute as tfjs's kernels give it. A list is an array of its kind. */
export type Attribute = {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
};

type Operation = Deno.PointerValue;
type Bytes = Uint8Array<ArrayBuffer>;

/** The functions that write attributes on one kind of operation. */
export type AttributeSetters = {
  string(op: Operation, name: Bytes, value: Bytes): void;
  stringList(op: Operation, name: Bytes, values: Bytes[]): void;
  int(op: Operation, name: Bytes, value: bigint): void;
  intList(op: Operation, name: Bytes, values: BigInt64Array<ArrayBuffer>): void;
  float(op: Operation, name: Bytes, value: number): void;
  floatList(
    op: Operation,
    name: Bytes,
    values: Float32Array<ArrayBuffer>,
  ): void;
  bool(op: Operation, name: Bytes, value: number): void;
  boolList(op: Operation, name: Bytes, values: Bytes): void;
  type(op: Operation, name: Bytes, value: number): void;
  typeList(op: Operation, name: Bytes, values: Int32Array<ArrayBuffer>): void;
  shape(op: Operation, name: Bytes, dims: BigInt64Array<ArrayBuffer>): void;
  function(op: Operation, name: Bytes, value: Bytes): void;
};

/** The setters of an eager operation. */
export function eagerSetters(
  api: TensorFlowApi,
  status: Status,
): AttributeSetters {
  return {
    string: (op, name, value) =>
      api.TFE_OpSetAttrString(op, name, value, BigInt(value.length)),
    stringList: (op, name, values) => {
      const { addresses, lengths } = addressesOf(values);
      api.TFE_OpSetAttrStringList(op, name, addresses, lengths, values.length);
    },
    int: (op, name, value) => api.TFE_OpSetAttrInt(op, name, value),
    intList: (op, name, values) =>
      api.TFE_OpSetAttrIntList(op, name, values, values.length),
    float: (op, name, value) => api.TFE_OpSetAttrFloat(op, name, value),
    floatList: (op, name, values) =>
      api.TFE_OpSetAttrFloatList(op, name, values, values.length),
    bool: (op, name, value) => api.TFE_OpSetAttrBool(op, name, value),
    boolList: (op, name, values) =>
      api.TFE_OpSetAttrBoolList(op, name, values, values.length),
    type: (op, name, value) => api.TFE_OpSetAttrType(op, name, value),
    typeList: (op, name, values) =>
      api.TFE_OpSetAttrTypeList(op, name, values, values.length),
    shape: (op, name, dims) => {
      api.TFE_OpSetAttrShape(op, name, dims, dims.length, status.address);
      status.check(() => `set a shape of [${dims}]`);
    },
    function: (op, name, value) =>
      api.TFE_OpSetAttrFunctionName(op, name, value, BigInt(value.length)),
  };
}

/** The setters of a node of a graph. */
export function graphSetters(api: GraphApi): AttributeSetters {
  return {
    string: (node, name, value) =>
      api.TF_SetAttrString(node, name, value, BigInt(value.length)),
    stringList: (node, name, values) => {
      const { addresses, lengths } = addressesOf(values);
      api.TF_SetAttrStringList(node, name, addresses, lengths, values.length);
    },
    int: (node, name, value) => api.TF_SetAttrInt(node, name, value),
    intList: (node, name, values) =>
      api.TF_SetAttrIntList(node, name, values, values.length),
    float: (node, name, value) => api.TF_SetAttrFloat(node, name, value),
    floatList: (node, name, values) =>
      api.TF_SetAttrFloatList(node, name, values, values.length),
    bool: (node, name, value) => api.TF_SetAttrBool(node, name, value),
    boolList: (node, name, values) =>
      api.TF_SetAttrBoolList(node, name, values, values.length),
    type: (node, name, value) => api.TF_SetAttrType(node, name, value),
    typeList: (node, name, values) =>
      api.TF_SetAttrTypeList(node, name, values, values.length),
    shape: (node, name, dims) =>
      api.TF_SetAttrShape(node, name, dims, dims.length),
    function: (node, name, value) =>
      api.TF_SetAttrFuncName(node, name, value, BigInt(value.length)),
  };
}

const encoder = new TextEncoder();

/**
 * Writes one attribute.
 *
 * @param setters The functions for this kind of operation.
 * @param op The operation's address.
 * @param attribute What to write. Text may also be given as bytes, as for a
 * serialized protocol buffer.
 * @throws {TypeError} If the value is not of the attribute's type.
 */
export function setAttribute(
  setters: AttributeSetters,
  op: Operation,
  attribute: Attribute,
): void {
  const name = cString(attribute.name);
  const { value } = attribute;
  const values = Array.isArray(value) ? value : undefined;
  const refuse = (): never => refuseValue(attribute);
  switch (attribute.type) {
    case AttributeType.string:
      return values
        ? setters.stringList(op, name, values.map((v) => bytesOf(v, refuse)))
        : setters.string(op, name, bytesOf(value, refuse));
    case AttributeType.int:
      return values
        ? setters.intList(op, name, integers(values, refuse))
        : setters.int(op, name, BigInt(integerOf(value, refuse)));
    case AttributeType.float:
      return values
        ? setters.floatList(
          op,
          name,
          Float32Array.from(values, (v) => numberOf(v, refuse)),
        )
        : setters.float(op, name, numberOf(value, refuse));
    case AttributeType.bool:
      return values
        ? setters.boolList(op, name, Uint8Array.from(values, Number))
        : setters.bool(op, name, Number(value));
    case AttributeType.type:
      return values
        ? setters.typeList(
          op,
          name,
          Int32Array.from(values, (v) => numberOf(v, refuse)),
        )
        : setters.type(op, name, numberOf(value, refuse));
    case AttributeType.shape:
      return setters.shape(op, name, integers(values ?? refuse(), refuse));
    case AttributeType.function:
      return setters.function(op, name, bytesOf(value, refuse));
    default:
      refuse();
  }
}

function bytesOf(value: unknown, refuse: () => never): Bytes {
  if (typeof value === "string") return encoder.encode(value);
  return value instanceof Uint8Array ? new Uint8Array(value) : refuse();
}

function numberOf(value: unknown, refuse: () => never): number {
  return typeof value === "number" ? value : refuse();
}

function integerOf(value: unknown, refuse: () => never): number {
  const number = numberOf(value, refuse);
  return Number.isSafeInteger(number) ? number : refuse();
}

function integers(
  values: unknown[],
  refuse: () => never,
): BigInt64Array<ArrayBuffer> {
  return BigInt64Array.from(values, (v) => BigInt(integerOf(v, refuse)));
}

/** Where each of `values` lies: arrays of addresses and of lengths for C. */
function addressesOf(
  values: Bytes[],
): {
  addresses: BigUint64Array<ArrayBuffer>;
  lengths: BigUint64Array<ArrayBuffer>;
} {
  return {
    addresses: BigUint64Array.from(
      values,
      (v) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(v)),
    ),
    lengths: BigUint64Array.from(values, (v) => BigInt(v.length)),
  };
}

function refuseValue({ name, type, value }: Attribute): never {
  const wanted = Object.entries(AttributeType).find(([, n]) => n === type)?.[0];
  throw new TypeError(
    `Cannot set the attribute "${name}" as its value must be of kind ` +
      `${wanted ?? "string, int, float, bool, type, shape or function"}: ` +
      `found ${JSON.stringify(value) ?? typeof value}, kind ${type}`,
  );
}
