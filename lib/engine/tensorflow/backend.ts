/**
 * tfjs's backend "tensorflow": the JavaScript kernels of `tfjs-node-gpu` over our own
 * binding to TensorFlow's C API, and the step between tfjs's tensors and TensorFlow's.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { type Attribute, AttributeType } from "./attributes.ts";
import { DataType, type Elements } from "./dtypes.ts";
import type {
  EagerExecutor,
  Executor,
  TensorMetadata,
} from "./eager_executor.ts";
import type { HostValues } from "./host_tensor.ts";

/** The name under which tfjs knows this backend. */
export const BACKEND = "tensorflow";

/**
 * The object that tfjs-node's JavaScript kernels call in place of a compiled addon: it
 * hands every call to an executor. Its names are theirs.
 */
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

  /** The executor of now. Outside of tracing it is `eager`. */
  executor: Executor;

  /** @param eager The executor that owns the tensors with values. */
  constructor(readonly eager: EagerExecutor) {
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

/** The registered backend, or undefined if another engine runs. */
export function tensorFlowBackend(): NodeJSKernelBackend | undefined {
  if (tf.getBackend() !== BACKEND) return undefined;
  return tf.backend() as NodeJSKernelBackend;
}

/**
 * The binding under tfjs's "tensorflow" backend, where another executor can take the
 * eager one's place.
 *
 * @throws {TypeError} If another engine runs.
 */
export function tensorFlowBinding(): TensorFlowBinding {
  const backend = tensorFlowBackend();
  if (backend?.binding instanceof TensorFlowBinding) return backend.binding;
  throw new TypeError(
    `Cannot reach TensorFlow: it must be the engine; found ` +
      `"${tf.getBackend()}"; call startEngine({ engine: "tensorflow" })`,
  );
}

/** The two steps between tfjs's tensors and TensorFlow's that the kernels take. */
type Border = {
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
};

// Private in the type, though every kernel uses them.
const border = (backend: NodeJSKernelBackend): Border =>
  backend as unknown as Border;

/** The number under which TensorFlow's side knows a tensor; uploads it if needed. */
export function idOf(backend: NodeJSKernelBackend, tensor: tf.Tensor): number {
  return border(backend).getInputTensorIds([tensor])[0]!;
}

/** A tensor of tfjs over an output of TensorFlow's. The caller disposes it. */
export function tensorOf(
  backend: NodeJSKernelBackend,
  metadata: TensorMetadata,
): tf.Tensor {
  return border(backend).createOutputTensor(metadata);
}

/**
 * Gives a variable its own buffer if others share it: it is about
 * to change in place, and for tfjs a buffer never changes.
 */
export function unshare(
  backend: NodeJSKernelBackend,
  eager: EagerExecutor,
  variable: tf.Variable,
): void {
  if (backend.refCount(variable.dataId) === 1) return;
  const own = tensorOf(backend, eager.copy(idOf(backend, variable)));
  variable.assign(own);
  own.dispose();
}
