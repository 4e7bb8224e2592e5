/**
 * What stands between tfjs's kernels and TensorFlow: something that is given
 * operations, one after the other, and answers with tensors.
 *
 * The eager executor runs each operation at once. An executor that writes them
 * down as the nodes of a graph answers to the same four verbs, so it can take
 * the eager one's place for as long as a function is being traced
 * ({@linkcode TensorFlowBinding.executor}).
 *
 * @module
 */

import type { Attribute } from "./attributes.ts";
import type { Elements } from "./dtypes.ts";
import type { HostValues } from "./host_tensor.ts";

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
