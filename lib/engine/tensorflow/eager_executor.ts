/**
 * Runs each operation at once, on the tensors of one eager context.
 *
 * @module
 */

import {
  type Attribute,
  type AttributeSetters,
  AttributeType,
  eagerSetters,
  setAttribute,
} from "./attributes.ts";
import type { TensorFlowContext } from "./context.ts";
import { DataType, type Elements, nameOfType } from "./dtypes.ts";
import type { Executor, TensorMetadata } from "./executor.ts";
import {
  fromHostTensor,
  type HostValues,
  toHostTensor,
} from "./host_tensor.ts";
import { HandleTable } from "./handle_table.ts";
import { cString } from "./symbols.ts";

/** Inputs that a message shows. */
const NUM_SHOWN = 8;

/** The executor of every day: {@linkcode Executor} over `TFE_Execute`. */
export class EagerExecutor implements Executor {
  readonly #handles = new HandleTable();
  readonly #setters: AttributeSetters;

  /** @param context The open library with its devices. */
  constructor(readonly context: TensorFlowContext) {
    this.#setters = eagerSetters(context.api, context.status);
  }

  /** How many tensors live in TensorFlow's memory. */
  get numTensors(): number {
    return this.#handles.size;
  }

  /** A number that no tensor of any executor has had. */
  nextId(): number {
    return this.#handles.nextNumber();
  }

  /** Whether the tensor lives here, and not only in a graph. */
  has(id: number): boolean {
    return this.#handles.get(id) !== undefined;
  }

  /** Shape and element type of a tensor that lives here. */
  metadata(id: number): TensorMetadata {
    return this.#describe(id, this.#handle(id));
  }

  create(shape: readonly number[], dtype: number, values: HostValues): number {
    return this.#upload({ shape, dtype, values }, (handle) => {
      const id = this.#handles.add(handle);
      return dtype === DataType.string ? this.#own(id) : id;
    });
  }

  /** Makes a tensor, not of strings, under a number that {@linkcode nextId} gave. */
  createAs(
    id: number,
    shape: readonly number[],
    dtype: number,
    values: HostValues,
  ): void {
    this.#upload(
      { shape, dtype, values },
      (handle) => this.#handles.put(id, handle),
    );
  }

  delete(id: number): void {
    this.context.api.TFE_DeleteTensorHandle(this.#handle(id));
    this.#handles.delete(id);
  }

  read(id: number): Elements | Uint8Array[] {
    const { api, status } = this.context;
    const tensor = api.TFE_TensorHandleResolve(
      this.#handle(id),
      status.address,
    );
    status.check(() => `read tensor ${id}`);
    try {
      return fromHostTensor(api, tensor);
    } finally {
      api.TF_DeleteTensor(tensor);
    }
  }

  execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    numOutputs: number,
  ): TensorMetadata[] {
    const { api, status } = this.context;
    const action = () => `execute "${name}" on ${this.#listOf(inputs)}`;
    const op = api.TFE_NewOp(
      this.context.address,
      cString(name),
      status.address,
    );
    status.check(action);
    try {
      for (const id of inputs) {
        api.TFE_OpAddInput(op, this.#handle(id), status.address);
        status.check(action);
      }
      for (const attribute of attributes) {
        setAttribute(this.#setters, op, attribute);
      }
      const outputs = new BigUint64Array(Math.max(1, numOutputs));
      const count = Int32Array.of(numOutputs);
      api.TFE_Execute(op, outputs, count, status.address);
      status.check(action);
      return Array.from(outputs.subarray(0, count[0]), (address) => {
        const handle = Deno.UnsafePointer.create(address);
        const id = this.#handles.add(made(handle));
        return this.#describe(id, this.#handle(id));
      });
    } finally {
      api.TFE_DeleteOp(op);
    }
  }

  /**
   * Replaces a tensor of strings by a copy. TensorFlow frees the strings of its
   * own allocations, and those of a host tensor that nothing else refers to; but
   * not those of a handle that was made from one.
   */
  #own(id: number): number {
    try {
      const type = {
        ...{ name: "T", value: DataType.string },
        type: AttributeType.type,
      };
      return this.execute("DeepCopy", [type], [id], 1)[0]!.id;
    } finally {
      this.delete(id);
    }
  }

  #upload<T>(
    { shape, dtype, values }: {
      shape: readonly number[];
      dtype: number;
      values: HostValues;
    },
    use: (handle: Deno.PointerObject) => T,
  ): T {
    const { api, status } = this.context;
    const tensor = toHostTensor(api, shape, dtype, values);
    try {
      const handle = api.TFE_NewTensorHandle(tensor, status.address);
      status.check(() => `create a tensor of ${nameOfType(dtype)} [${shape}]`);
      return use(made(handle));
    } finally {
      api.TF_DeleteTensor(tensor);
    }
  }

  #handle(id: number): Deno.PointerObject {
    const handle = this.#handles.get(id);
    if (handle !== undefined) return handle;
    throw new RangeError(
      `Cannot use tensor ${id} as it must be alive: it was disposed or never ` +
        `made here; ${this.#handles.size} tensors are alive`,
    );
  }

  #describe(id: number, handle: Deno.PointerObject): TensorMetadata {
    const { api, status } = this.context;
    const rank = api.TFE_TensorHandleNumDims(handle, status.address);
    status.check(() => `measure tensor ${id}`);
    const shape: number[] = [];
    for (let axis = 0; axis < rank; axis++) {
      shape.push(Number(api.TFE_TensorHandleDim(handle, axis, status.address)));
    }
    return { id, shape, dtype: api.TFE_TensorHandleDataType(handle) };
  }

  #listOf(inputs: readonly number[]): string {
    if (inputs.length === 0) return "no inputs";
    const shown = inputs.slice(0, NUM_SHOWN).map((id) => {
      if (!this.has(id)) return `a disposed tensor ${id}`;
      const { shape, dtype } = this.metadata(id);
      return `${nameOfType(dtype)} [${shape}]`;
    });
    const more = inputs.length - shown.length;
    return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
  }
}

/** An address that TensorFlow promises to give. */
function made(handle: Deno.PointerValue): Deno.PointerObject {
  if (handle !== null) return handle;
  throw new RangeError(
    "Cannot keep a tensor as TensorFlow must have made it: found no address",
  );
}
