/**
 * The eager executor: runs each operation at once, on the tensors of one context.
 *
 * It stands between tfjs's kernels and TensorFlow. An executor that writes operations
 * down as the nodes of a graph has the same four methods ({@linkcode Executor}), so it
 * can take the eager one's place while a function is being traced
 * (`TensorFlowBinding.executor`).
 *
 * @module
 */

import {
  type Attribute,
  type AttributeSetters,
  AttributeType,
  eagerSetters,
  setAttribute,
  typeAttribute,
} from "./attributes.ts";
import { cString } from "./c_api.ts";
import type { TensorFlowContext } from "./context.ts";
import { DataType, type Elements, nameOfType } from "./dtypes.ts";
import { HandleTable } from "./handle_table.ts";
import {
  fromHostTensor,
  type HostValues,
  toHostTensor,
} from "./host_tensor.ts";

/** An output of an operation, as tfjs's backend wants it. */
export type TensorMetadata = {
  /** Number under which the binding knows the tensor. */
  id: number;
  shape: number[];
  /** TensorFlow's element type, see `dtypes.ts`. */
  dtype: number;
};

/** Runs or records operations. Ids of all executors come from one count. */
export interface Executor {
  /** Makes a tensor of these values. */
  create(shape: readonly number[], dtype: number, values: HostValues): number;
  /** Forgets a tensor. */
  delete(id: number): void;
  /** The values of a tensor. */
  read(id: number): Elements | Uint8Array[];
  /** Executes one operation. */
  execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    numOutputs: number,
  ): TensorMetadata[];
}

/** A value that lives in a resource variable, where a function can change it. */
type Resident = {
  /** The id of the resource's handle. */
  readonly resource: number;
  readonly metadata: TensorMetadata;
};

/** Inputs that a message shows. */
const NUM_SHOWN = 8;

/** {@linkcode Executor} over `TFE_Execute`; resident tensors are read when used. */
export class EagerExecutor implements Executor {
  readonly #handles = new HandleTable();
  readonly #residents = new Map<number, Resident>();
  readonly #refused = new Set<number>();
  readonly #setters: AttributeSetters;

  /** @param context The open library with its devices. */
  constructor(readonly context: TensorFlowContext) {
    this.#setters = eagerSetters(context.api, context.status);
  }

  /** How many tensors live in TensorFlow's memory; a resident one counts once. */
  get numTensors(): number {
    return this.#handles.size;
  }

  /** A number that no tensor of any executor has had. */
  nextId(): number {
    return this.#handles.nextNumber();
  }

  /** Whether the tensor lives here, and not only in a graph. */
  has(id: number): boolean {
    return this.#residents.has(id) || this.#handles.get(id) !== undefined;
  }

  /**
   * Takes note of symbols that outlive their trace, as by `tf.keep`: using one as a
   * tensor is an error that says what it is.
   */
  refuse(symbols: readonly number[]): void {
    for (const id of symbols) this.#refused.add(id);
  }

  /** Shape and element type of a tensor that lives here. */
  metadata(id: number): TensorMetadata {
    this.#check([id]);
    return this.#residents.get(id)?.metadata ??
      this.#describe(id, this.#handle(id));
  }

  /**
   * Moves a tensor's value into a resource variable. The tensor keeps its id: reading
   * it reads the variable.
   *
   * @param id A tensor that lives here.
   * @returns The id of the resource's handle, the same one every time.
   */
  residentAs(id: number): number {
    const known = this.#residents.get(id);
    if (known !== undefined) return known.resource;
    const metadata = this.metadata(id);
    const type = typeAttribute("dtype", metadata.dtype);
    const [handle] = this.#run(
      "VarHandleOp",
      [
        type,
        { name: "shape", type: AttributeType.shape, value: metadata.shape },
        { name: "container", type: AttributeType.string, value: "" },
        {
          name: "shared_name",
          type: AttributeType.string,
          value: `value${id}`,
        },
      ],
      [],
      1,
    );
    const resource = handle!.id;
    this.#run("AssignVariableOp", [type], [resource, id], 0);
    // The variable must be the buffer's only owner, or each change copies it.
    this.#forget(id);
    this.#residents.set(id, { resource, metadata });
    return resource;
  }

  /** A tensor with the present value of another. */
  copy(id: number): TensorMetadata {
    const { dtype } = this.metadata(id);
    return this.execute("Identity", [typeAttribute("T", dtype)], [id], 1)[0]!;
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
    if (this.#refused.delete(id)) return;
    const resident = this.#residents.get(id);
    if (resident === undefined) return this.#forget(id);
    const { resource } = resident;
    const isStrict = {
      name: "ignore_lookup_error",
      type: AttributeType.bool,
      value: false,
    };
    this.#run("DestroyResourceOp", [isStrict], [resource], 0);
    this.#forget(resource);
    this.#residents.delete(id);
  }

  read(id: number): Elements | Uint8Array[] {
    return this.#withValues([id], ([value]) => this.#read(value!));
  }

  execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    numOutputs: number,
  ): TensorMetadata[] {
    return this.#withValues(
      inputs,
      (values) => this.#run(name, attributes, values, numOutputs),
    );
  }

  /** Reads the resident ones among `ids` for as long as `use` runs. */
  #withValues<T>(
    ids: readonly number[],
    use: (ids: readonly number[]) => T,
  ): T {
    this.#check(ids);
    if (!ids.some((id) => this.#residents.has(id))) return use(ids);
    const read: number[] = [];
    try {
      return use(ids.map((id) => {
        const resident = this.#residents.get(id);
        if (resident === undefined) return id;
        const type = typeAttribute("dtype", resident.metadata.dtype);
        const [value] = this.#run(
          "ReadVariableOp",
          [type],
          [resident.resource],
          1,
        );
        read.push(value!.id);
        return value!.id;
      }));
    } finally {
      for (const id of read) this.#forget(id);
    }
  }

  #check(ids: readonly number[]): void {
    if (this.#refused.size === 0) return;
    if (!ids.some((id) => this.#refused.has(id))) return;
    throw new TypeError(
      "Cannot use a tensor: it must have a value; found a symbol that left the " +
        "function in which it was traced; let the function return it, and use " +
        "what the compiled function returns",
    );
  }

  #forget(id: number): void {
    this.context.api.TFE_DeleteTensorHandle(this.#handle(id));
    this.#handles.delete(id);
  }

  #read(id: number): Elements | Uint8Array[] {
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

  #run(
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
      const type = typeAttribute("T", DataType.string);
      return this.#run("DeepCopy", [type], [id], 1)[0]!.id;
    } finally {
      this.#forget(id);
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
      `Cannot use tensor ${id}: it must be alive; found that it was disposed or ` +
        `never made here; ${this.#handles.size} tensors are alive`,
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
    "Cannot keep a tensor: TensorFlow must have made it; found no address",
  );
}
