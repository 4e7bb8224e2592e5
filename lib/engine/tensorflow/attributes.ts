/**
 * The attributes of an operation, set in the same way for eager operations (`TFE_Op`) and for
 * the nodes of a graph (`TF_OperationDescription`).
 *
 * The two halves of the C API differ only in the functions that are called, so
 * those functions are the argument: see {@linkcode AttributeSetters}.
 *
 * @module
 */

import { cString, type Status, type TensorFlowApi } from "./c_api.ts";

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

/**
 * An attribute that holds an element type.
 *
 * @param name Such as `T` or `dtype`.
 * @param value The type's number, see `dtypes.ts`.
 */
export function typeAttribute(
  name: string,
  value: number,
): Attribute & { value: number } {
  return { name, type: AttributeType.type, value };
}

type Operation = Deno.PointerValue;
type Bytes = Uint8Array<ArrayBuffer>;

type Setters<Prefix extends string> = {
  [
    Name in keyof TensorFlowApi as Name extends `${Prefix}${infer Kind}` ? Kind
      : never
  ]: TensorFlowApi[Name];
};

/** The functions that write attributes on one kind of operation. */
export type AttributeSetters =
  & Omit<Setters<"TF_SetAttr">, "Shape" | "FuncName" | "Tensor">
  & {
    Shape(op: Operation, name: Bytes, dims: BigInt64Array<ArrayBuffer>): void;
    Function: TensorFlowApi["TF_SetAttrFuncName"];
  };

/** The setters of an eager operation. */
export function eagerSetters(
  api: TensorFlowApi,
  status: Status,
): AttributeSetters {
  return {
    String: api.TFE_OpSetAttrString,
    StringList: api.TFE_OpSetAttrStringList,
    Int: api.TFE_OpSetAttrInt,
    IntList: api.TFE_OpSetAttrIntList,
    Float: api.TFE_OpSetAttrFloat,
    FloatList: api.TFE_OpSetAttrFloatList,
    Bool: api.TFE_OpSetAttrBool,
    BoolList: api.TFE_OpSetAttrBoolList,
    Type: api.TFE_OpSetAttrType,
    TypeList: api.TFE_OpSetAttrTypeList,
    Shape: (op, name, dims) => {
      api.TFE_OpSetAttrShape(op, name, dims, dims.length, status.address);
      status.check(() => `set a shape of [${dims}]`);
    },
    Function: api.TFE_OpSetAttrFunctionName,
  };
}

/** The setters of a node of a graph. */
export function graphSetters(api: TensorFlowApi): AttributeSetters {
  return {
    String: api.TF_SetAttrString,
    StringList: api.TF_SetAttrStringList,
    Int: api.TF_SetAttrInt,
    IntList: api.TF_SetAttrIntList,
    Float: api.TF_SetAttrFloat,
    FloatList: api.TF_SetAttrFloatList,
    Bool: api.TF_SetAttrBool,
    BoolList: api.TF_SetAttrBoolList,
    Type: api.TF_SetAttrType,
    TypeList: api.TF_SetAttrTypeList,
    Shape: (node, name, dims) =>
      api.TF_SetAttrShape(node, name, dims, dims.length),
    Function: api.TF_SetAttrFuncName,
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
    case AttributeType.string: {
      if (values !== undefined) {
        const texts = values.map((text) => bytesOf(text, refuse));
        const { addresses, lengths } = addressesOf(texts);
        return setters.StringList(op, name, addresses, lengths, texts.length);
      }
      const text = bytesOf(value, refuse);
      return setters.String(op, name, text, BigInt(text.length));
    }
    case AttributeType.int:
      return values
        ? setters.IntList(op, name, integers(values, refuse), values.length)
        : setters.Int(op, name, BigInt(integerOf(value, refuse)));
    case AttributeType.float:
      return values
        ? setters.FloatList(
          op,
          name,
          Float32Array.from(values, (each) => numberOf(each, refuse)),
          values.length,
        )
        : setters.Float(op, name, numberOf(value, refuse));
    case AttributeType.bool:
      return values
        ? setters.BoolList(
          op,
          name,
          Uint8Array.from(values, Number),
          values.length,
        )
        : setters.Bool(op, name, Number(value));
    case AttributeType.type:
      return values
        ? setters.TypeList(
          op,
          name,
          Int32Array.from(values, (each) => numberOf(each, refuse)),
          values.length,
        )
        : setters.Type(op, name, numberOf(value, refuse));
    case AttributeType.shape:
      return setters.Shape(op, name, integers(values ?? refuse(), refuse));
    case AttributeType.function: {
      const address = bytesOf(value, refuse);
      return setters.Function(op, name, address, BigInt(address.length));
    }
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
    `Cannot set the attribute "${name}": its value must be of kind ` +
      `${wanted ?? "string, int, float, bool, type, shape or function"}; ` +
      `found ${JSON.stringify(value) ?? typeof value}, kind ${type}`,
  );
}
