/**
 * tfjs's backend "tensorflow": the JavaScript kernels of `tfjs-node-gpu`,
 * all but one unmodified, over our own binding to TensorFlow's C API.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import util from "node:util";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import type { TFJSBinding } from "@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js";
import { TensorFlowBinding } from "./binding.ts";
import type { Threads } from "./config.ts";
import { openContext, type TensorFlowContext } from "./context.ts";
import { EagerExecutor } from "./eager_executor.ts";
import { registerGather } from "./gather.ts";
import { ResidentExecutor } from "./resident_executor.ts";

/** The name under which tfjs knows this backend. */
export const BACKEND = "tensorflow";

/**
 * Opens TensorFlow and registers it with tfjs. The caller chooses the backend.
 *
 * @param path The shared library.
 * @param options How many threads to use, and the folder in which the machine code
 * of fused kernels is kept; undefined for none.
 * @returns The open context.
 * @throws {TypeError} If the library cannot be loaded.
 */
export async function registerTensorFlow(
  path: string,
  options: Threads & { kernels?: string | undefined },
): Promise<TensorFlowContext> {
  const context = openContext(path, options);
  const binding = new TensorFlowBinding(
    new ResidentExecutor(new EagerExecutor(context)),
  );
  // The kernels call a function that Node.js deprecated and Deno does not have.
  Object.assign(util, { isNullOrUndefined: (x: unknown) => x == null });
  const { NodeJSKernelBackend } = await import(
    "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js"
  );
  await import("@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js");
  registerGather(BACKEND);
  tf.registerBackend(BACKEND, () =>
    // What a binding may have beyond ours, saved models, only `tfjs-node`'s own
    // API would call.
    new NodeJSKernelBackend(binding as unknown as TFJSBinding, BACKEND));
  return context;
}

/** The registered backend, or undefined if another engine runs. */
export function tensorFlowBackend(): NodeJSKernelBackend | undefined {
  if (tf.getBackend() !== BACKEND) return undefined;
  return tf.backend() as NodeJSKernelBackend;
}

/**
 * The binding under tfjs's "tensorflow" backend, where an executor is put in
 * the eager one's place.
 *
 * @throws {TypeError} If another engine runs.
 */
export function tensorFlowBinding(): TensorFlowBinding {
  const backend = tensorFlowBackend();
  if (backend?.binding instanceof TensorFlowBinding) return backend.binding;
  throw new TypeError(
    `Cannot reach TensorFlow as it must be the engine: current engine is ` +
      `"${tf.getBackend()}"; start it by startEngine({ engine: "tensorflow" })`,
  );
}
