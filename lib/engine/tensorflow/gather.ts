/**
 * Gather without reading the indices.
 *
 * The kernel of `tfjs-node-gpu` reads every index back to check it, which makes
 * each call wait and cannot be traced. TensorFlow's own kernel checks them on a
 * CPU; on a GPU an index out of range gives zeros, so check ids before.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { AttributeType, typeAttribute } from "./attributes.ts";

/**
 * Puts the kernel in the place of the one that reads.
 *
 * @param backendName The backend that it is for.
 */
export function registerGather(backendName: string): void {
  tf.unregisterKernel("GatherV2", backendName);
  tf.registerKernel({
    kernelName: "GatherV2",
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x, indices } = inputs as Record<"x" | "indices", tf.TensorInfo>;
      const { axis, batchDims } = attrs as Record<"axis" | "batchDims", number>;
      const node = backend as NodeJSKernelBackend;
      const type = (name: string, dtype: tf.DataType) =>
        typeAttribute(name, node.getDTypeInteger(dtype));
      const axisTensor = tf.scalar(axis, "int32");
      const rows = node.executeSingleOutput("GatherV2", [
        { name: "batch_dims", type: AttributeType.int, value: batchDims },
        type("Tparams", x.dtype),
        type("Tindices", indices.dtype),
        type("Taxis", "int32"),
      ], [x, indices, axisTensor]);
      axisTensor.dispose();
      return rows;
    },
  });
}
