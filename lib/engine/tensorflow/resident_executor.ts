/**
 * An eager executor some of whose tensors live in resource variables, where a
 * compiled function can change them.
 *
 * @module
 */

import { type Attribute, AttributeType } from "./attributes.ts";
import type { TensorFlowContext } from "./context.ts";
import type { Elements } from "./dtypes.ts";
import type { EagerExecutor } from "./eager_executor.ts";
import type { Executor, TensorMetadata } from "./executor.ts";
import type { HostValues } from "./host_tensor.ts";

/** A value that lives in a resource variable. */
type Resident = {
  /** The id of the resource's handle. */
  readonly resource: number;
  readonly metadata: TensorMetadata;
};

/** {@linkcode Executor} over an eager one; resident tensors are read when used. */
export class ResidentExecutor implements Executor {
  readonly #residents = new Map<number, Resident>();
  readonly #refused = new Set<number>();

  /** @param eager Runs the operations. */
  constructor(private readonly eager: EagerExecutor) {}

  /** The open library with its devices. */
  get context(): TensorFlowContext {
    return this.eager.context;
  }

  /** How many tensors live in TensorFlow's memory; a resident one counts once. */
  get numTensors(): number {
    return this.eager.numTensors;
  }

  /** A number that no tensor of any executor has had. */
  nextId(): number {
    return this.eager.nextId();
  }

  /** Whether the tensor lives here, and not only in a graph. */
  has(id: number): boolean {
    return this.#residents.has(id) || this.eager.has(id);
  }

  /**
   * Takes note of symbols that outlive their trace, as by `tf.keep`: whoever
   * uses one as a tensor is told what it is.
   */
  refuse(symbols: readonly number[]): void {
    for (const id of symbols) this.#refused.add(id);
  }

  /** Shape and element type of a tensor that lives here. */
  metadata(id: number): TensorMetadata {
    this.#check([id]);
    return this.#residents.get(id)?.metadata ?? this.eager.metadata(id);
  }

  /**
   * Moves a tensor's value into a resource variable. The tensor keeps its id:
   * who reads it, reads the variable.
   *
   * @param id A tensor that lives here.
   * @returns The id of the resource's handle, the same one every time.
   */
  residentAs(id: number): number {
    const known = this.#residents.get(id);
    if (known !== undefined) return known.resource;
    const metadata = this.metadata(id);
    const type = typed("dtype", metadata.dtype);
    const [handle] = this.eager.execute(
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
    this.eager.execute("AssignVariableOp", [type], [resource, id], 0);
    // The variable must be the buffer's only owner, or each change copies it.
    this.eager.delete(id);
    this.#residents.set(id, { resource, metadata });
    return resource;
  }

  /** A tensor with the present value of another. */
  copy(id: number): TensorMetadata {
    const { dtype } = this.metadata(id);
    return this.execute("Identity", [typed("T", dtype)], [id], 1)[0]!;
  }

  create(shape: readonly number[], dtype: number, values: HostValues): number {
    return this.eager.create(shape, dtype, values);
  }

  /** Makes a tensor under a number that {@linkcode nextId} gave. */
  createAs(
    id: number,
    shape: readonly number[],
    dtype: number,
    values: HostValues,
  ): void {
    this.eager.createAs(id, shape, dtype, values);
  }

  delete(id: number): void {
    if (this.#refused.delete(id)) return;
    const resident = this.#residents.get(id);
    if (resident === undefined) return this.eager.delete(id);
    const { resource } = resident;
    const strict = {
      ...{ name: "ignore_lookup_error", value: false },
      type: AttributeType.bool,
    };
    this.eager.execute("DestroyResourceOp", [strict], [resource], 0);
    this.eager.delete(resource);
    this.#residents.delete(id);
  }

  read(id: number): Elements | Uint8Array[] {
    return this.#withValues([id], ([value]) => this.eager.read(value!));
  }

  execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    numOutputs: number,
  ): TensorMetadata[] {
    return this.#withValues(
      inputs,
      (values) => this.eager.execute(name, attributes, values, numOutputs),
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
        const type = typed("dtype", resident.metadata.dtype);
        const [value] = this.eager.execute(
          "ReadVariableOp",
          [type],
          [resident.resource],
          1,
        );
        read.push(value!.id);
        return value!.id;
      }));
    } finally {
      for (const id of read) this.eager.delete(id);
    }
  }

  #check(ids: readonly number[]): void {
    if (this.#refused.size === 0) return;
    if (!ids.some((id) => this.#refused.has(id))) return;
    throw new TypeError(
      "Cannot use a tensor as it must have a value: it stood for one while a " +
        "function was being traced, and left the function by the way; let the " +
        "function return it, and use what the compiled function returns",
    );
  }
}

/** An attribute that names an element type. */
const typed = (name: string, value: number): Attribute => ({
  ...{ name, value },
  type: AttributeType.type,
});
