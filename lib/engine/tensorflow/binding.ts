/**
 * The object that tfjs-node's JavaScript kernels call in place of a compiled
 * addon. Its names are theirs.
 *
 * @module
 */

import { type Attribute, AttributeType } from "./attributes.ts";
import { DataType, type Elements } from "./dtypes.ts";
import type { ResidentExecutor } from "./resident_executor.ts";
import type { Executor, TensorMetadata } from "./executor.ts";
import type { HostValues } from "./host_tensor.ts";

/** Hands every call to an executor: the eager one, or whoever took its place. */
export class TensorFlowBinding {
  readonly TF_FLOAT = DataType.float32;
  readonly TF_INT32 = DataType.int32;
  readonly TF_INT64 = DataType.int64;
  readonly TF_BOOL = DataType.bool;
  readonly TF_COMPLEX64 = DataType.complex64;
  readonly TF_STRING = DataType.string;
  readonly TF_RESOURCE = DataType.resource;
  readonly TF_UINT8 = DataType.uint8;
  readonly TF_ATTR_STRING = AttributeType.string;
  readonly TF_ATTR_INT = AttributeType.int;
  readonly TF_ATTR_FLOAT = AttributeType.float;
  readonly TF_ATTR_BOOL = AttributeType.bool;
  readonly TF_ATTR_TYPE = AttributeType.type;
  readonly TF_ATTR_SHAPE = AttributeType.shape;
  readonly TF_Version: string;

  /** Who executes now. Outside of tracing it is `eager`. */
  executor: Executor;

  /** @param eager The executor that owns the tensors with values. */
  constructor(readonly eager: ResidentExecutor) {
    this.executor = eager;
    this.TF_Version = eager.context.version;
  }

  /** Makes a tensor of these values; returns its id. */
  createTensor(shape: number[], dtype: number, values: HostValues): number {
    return this.executor.create(shape, dtype, values);
  }

  /** Forgets a tensor. */
  deleteTensor(id: number): void {
    this.executor.delete(id);
  }

  /** The values of a tensor. */
  tensorDataSync(id: number): Elements | Uint8Array[] {
    return this.executor.read(id);
  }

  /** Executes one operation; returns its outputs. */
  executeOp(
    name: string,
    attributes: Attribute[],
    inputIds: number[],
    numOutputs: number,
  ): TensorMetadata[] {
    return this.executor.execute(name, attributes, inputIds, numOutputs);
  }

  /** Whether TensorFlow places operations on a GPU. */
  isUsingGpuDevice(): boolean {
    return this.eager.context.devices.some(({ type }) => type === "GPU");
  }

  /** How many tensors live in TensorFlow's memory. */
  getNumOfTensors(): number {
    return this.eager.numTensors;
  }
}
