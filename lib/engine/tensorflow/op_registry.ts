/**
 * TensorFlow's operation registry: how many inputs of an operation form a list.
 *
 * An eager operation takes its inputs one by one; a node of a graph must be told
 * which of them belong to one list (`ConcatV2`, `AddN`, `Einsum` …).
 *
 * @module
 */

import protobuf from "protobufjs/minimal.js";
import type { Attribute } from "./attributes.ts";
import type { TensorFlowApi } from "./c_api.ts";
import type { TensorFlowContext } from "./context.ts";

/** One input of an operation's definition. */
type InputDefinition = {
  name: string;
  /** The attribute that counts a list's tensors, if the input is a list. */
  countedBy: string | undefined;
};

/** The definitions of all operations that the library knows. */
export class OpRegistry {
  readonly #definitions: ReadonlyMap<string, Uint8Array>;
  readonly #inputs = new Map<string, readonly InputDefinition[]>();

  /** @param bytes A serialized `OpList` (`tensorflow/core/framework/op_def.proto`). */
  constructor(bytes: Uint8Array) {
    this.#definitions = readOpList(bytes);
  }

  /** Reads the registry of an open library. */
  static of(api: TensorFlowApi): OpRegistry {
    const buffer = api.TF_GetAllOpList();
    if (buffer === null) {
      throw new TypeError(
        "Cannot read TensorFlow's operations: the library must list them; found no list",
      );
    }
    try {
      // TF_Buffer begins with the address of its bytes and their number.
      const view = new Deno.UnsafePointerView(buffer);
      const data = view.getPointer(0);
      const length = Number(view.getBigUint64(8));
      const bytes = Deno.UnsafePointerView.getArrayBuffer(data!, length);
      return new OpRegistry(new Uint8Array(bytes).slice());
    } finally {
      api.TF_DeleteBuffer(buffer);
    }
  }

  /** Whether the library has an operation. */
  has(name: string): boolean {
    return this.#definitions.has(name);
  }

  /**
   * Groups the inputs of a node.
   *
   * @param name The operation.
   * @param attributes What tfjs's kernel gave; it may count the lists.
   * @param count How many tensors go in.
   * @returns For each input in turn how many tensors it takes, `undefined` where
   * it is no list; and the attributes that the lists themselves determine.
   * @throws {TypeError} If the operation is unknown or the count does not fit.
   */
  group(
    name: string,
    attributes: readonly Attribute[],
    count: number,
  ): { groups: (number | undefined)[]; implied: ReadonlySet<string> } {
    const inputs = this.#inputsOf(name);
    const implied = new Set(inputs.flatMap(({ countedBy }) => countedBy ?? []));
    const groups = inputs.map(({ countedBy }) =>
      countedBy === undefined ? undefined : listLength(countedBy, attributes)
    );
    // A list that no attribute counts takes what the others leave.
    let left = count -
      groups.reduce((sum: number, group) => sum + (Math.max(group ?? 1, 0)), 0);
    const filled = groups.map((group) => {
      if (group !== UNCOUNTED) return group;
      const all = left;
      left = 0;
      return all;
    });
    if (left !== 0) {
      throw new TypeError(
        `Cannot trace "${name}": its inputs must fit its definition; found ${count} tensors`,
      );
    }
    return { groups: filled, implied };
  }

  /** Reads a definition when its operation first occurs: few of them do. */
  #inputsOf(name: string): readonly InputDefinition[] {
    let inputs = this.#inputs.get(name);
    if (inputs === undefined) {
      const definition = this.#definitions.get(name);
      if (definition === undefined) {
        throw new TypeError(
          `Cannot trace "${name}": it must be an operation of TensorFlow; found ` +
            `none of that name in its registry; compute it outside`,
        );
      }
      inputs = readInputs(definition);
      this.#inputs.set(name, inputs);
    }
    return inputs;
  }
}

const registries = new WeakMap<TensorFlowContext, OpRegistry>();

/** The operations of an open library, read at the first call. */
export function opRegistryOf(context: TensorFlowContext): OpRegistry {
  let registry = registries.get(context);
  if (registry === undefined) {
    registry = OpRegistry.of(context.api);
    registries.set(context, registry);
  }
  return registry;
}

/** Marks a list whose length no attribute gives. */
const UNCOUNTED = -1;

function listLength(name: string, attributes: readonly Attribute[]): number {
  const value = attributes.find((attribute) => attribute.name === name)?.value;
  if (Array.isArray(value)) return value.length;
  return typeof value === "number" ? value : UNCOUNTED;
}

/** Field numbers of `OpDef` and `OpDef.ArgDef`. */
const OP_LIST_OP = 1, OP_NAME = 1, OP_INPUT = 2;
const ARG_NAME = 1, ARG_NUMBER_ATTRIBUTE = 5, ARG_TYPE_LIST_ATTRIBUTE = 6;

/** Each operation's definition by its name, unread. */
function readOpList(bytes: Uint8Array): Map<string, Uint8Array> {
  const definitions = new Map<string, Uint8Array>();
  for (const [field, definition] of messages(bytes)) {
    if (field !== OP_LIST_OP) continue;
    for (const [part, content] of messages(definition)) {
      if (part !== OP_NAME) continue;
      definitions.set(textOf(content), definition);
      break;
    }
  }
  return definitions;
}

function readInputs(definition: Uint8Array): InputDefinition[] {
  const inputs: InputDefinition[] = [];
  for (const [part, content] of messages(definition)) {
    if (part === OP_INPUT) inputs.push(readInput(content));
  }
  return inputs;
}

function readInput(bytes: Uint8Array): InputDefinition {
  const input: InputDefinition = { name: "", countedBy: undefined };
  for (const [field, content] of messages(bytes)) {
    if (field === ARG_NAME) input.name = textOf(content);
    else if (
      field === ARG_NUMBER_ATTRIBUTE || field === ARG_TYPE_LIST_ATTRIBUTE
    ) input.countedBy = textOf(content);
  }
  return input;
}

const decoder = new TextDecoder();
const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

/** The length-delimited fields of a message, in their order. */
function* messages(bytes: Uint8Array): Generator<[number, Uint8Array]> {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    if (wireType === 2) yield [tag >>> 3, reader.bytes()];
    else reader.skipType(wireType);
  }
}
