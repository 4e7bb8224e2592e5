/**
 * How many operations run at the same time, each on a thread of its own.
 *
 * @module
 */

import { functionsRunEagerly } from "./compile.ts";
import { tensorFlowBackend, tensorFlowBinding } from "./tensorflow/backend.ts";

/**
 * Into how many shards a batch is best cut that a compiled function computes.
 *
 * One operation split among all threads ends when the slowest of them does, and the
 * next one begins with data that lie in another core's cache. Shards of a batch do
 * not wait for each other until their gradients are added up.
 *
 * @example One thread computes one thing at a time
 * ```ts
 * import { startEngine } from "bertbook/engine/engine.ts";
 * import { numReplicas } from "bertbook/engine/side_by_side.ts";
 * import assert from "node:assert/strict";
 *
 * await startEngine({ engine: "wasm" });
 * assert.equal(numReplicas(), 1);
 * ```
 *
 * @returns 1 where operations run one after the other: on a GPU, on other engines
 * than TensorFlow, and where compiled functions run operation by operation.
 */
export function numReplicas(): number {
  if (tensorFlowBackend() === undefined || functionsRunEagerly()) return 1;
  const binding = tensorFlowBinding();
  if (binding.isUsingGpuDevice()) return 1;
  return binding.eager.context.interOpThreads;
}
