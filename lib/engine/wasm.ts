/**
 * The WebAssembly engine, which needs nothing but npm: tfjs's backend, with the two
 * kernels that training a transformer asks of it.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js";
import { registerEngine, type StartedEngine } from "./start_engine.ts";

const BACKEND = "wasm";

/**
 * Registers the backend. It computes four floats at a time if there is SIMD, and on
 * several threads in a browser whose page is `crossOriginIsolated`; else on one.
 *
 * @param options How many threads; and where its binary files are, by default beside its
 * npm package, which a browser cannot find.
 */
async function startWasm(
  { wasmFolder, threads }: { wasmFolder?: string; threads: number },
): Promise<StartedEngine> {
  const { setThreadsCount, setWasmPaths, version_wasm } = await import(
    "@tensorflow/tfjs-backend-wasm"
  );
  const has = async (feature: string): Promise<boolean> =>
    await tf.env().getAsync(`WASM_HAS_${feature}_SUPPORT`) === true;
  const hasSimd = await has("SIMD");
  const usesThreads = hasSimd && await has("MULTITHREAD");
  if (usesThreads) setThreadsCount(threads);
  const folder = wasmFolder ?? packageFolder();
  setWasmPaths(folder.endsWith("/") ? folder : `${folder}/`);
  if (!tf.getKernel("UnsortedSegmentSum", BACKEND)) {
    tf.registerKernel(UNSORTED_SEGMENT_SUM);
    replaceMatMul();
  }
  return {
    version: version_wasm,
    origin: "from npm",
    device: "CPU",
    gpu: null,
    threads: usesThreads ? threads : 1,
    interOpThreads: 1,
    notes: hasSimd
      ? []
      : ["WebAssembly here has no SIMD, which makes it slow."],
  };
}

registerEngine("wasm", startWasm);

/** Where npm has put the package with the binary files. */
function packageFolder(): string {
  try {
    const main = import.meta.resolve("@tensorflow/tfjs-backend-wasm");
    return new URL("./", main).href;
  } catch (cause) {
    throw new RangeError(
      "Cannot find the binary files of the wasm engine: their npm package must be " +
        "installed beside this one; found that it is not, as in a browser; name " +
        "their folder by startEngine({ wasmFolder })",
      { cause },
    );
  }
}

/** The gradient of a gather, an embedding's for example; the backend lacks it. */
const UNSORTED_SEGMENT_SUM: tf.KernelConfig = {
  kernelName: "UnsortedSegmentSum",
  backendName: BACKEND,
  kernelFunc: (call) => {
    const { x, segmentIds } = call.inputs as Record<string, tf.TensorInfo>;
    const { numSegments } = call.attrs as { numSegments: number };
    const backend = call.backend as BackendWasm;
    const rowShape = x!.shape.slice(segmentIds!.shape.length);
    const width = tf.util.sizeFromShape(rowShape);
    const output = backend.makeOutput([numSegments, ...rowShape], x!.dtype);
    // Views of one heap: taken after the allocation, which may move the heap.
    const rows = backend.typedArrayFromHeap(x!);
    const segments = backend.typedArrayFromHeap(segmentIds!);
    const sums = backend.typedArrayFromHeap(output).fill(0);
    segments.forEach((segment, row) => {
      if (segment < 0) return; // as TensorFlow: a negative segment is dropped
      for (let i = 0; i < width; i++) {
        sums[segment * width + i]! += rows[row * width + i]!;
      }
    });
    return output;
  },
};

/**
 * Transposes operands before they are multiplied: the backend multiplies
 * transposed ones element by element, more than six times slower than others.
 */
function replaceMatMul(): void {
  const plain = tf.getKernel("BatchMatMul", BACKEND);
  const transpose = tf.getKernel("Transpose", BACKEND).kernelFunc;
  tf.unregisterKernel("BatchMatMul", BACKEND);
  tf.registerKernel({
    ...plain,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { a, b } = inputs as Record<string, tf.TensorInfo>;
      const made: tf.TensorInfo[] = [];
      const upright = (
        x: tf.TensorInfo,
        transposed: unknown,
      ): tf.TensorInfo => {
        if (!transposed) return x;
        const perm = x.shape.map((_, axis) => axis);
        perm.push(...perm.splice(-2).reverse());
        const output = transpose({ inputs: { x }, backend, attrs: { perm } });
        made.push(output as tf.TensorInfo);
        return output as tf.TensorInfo;
      };
      const product = plain.kernelFunc({
        inputs: {
          a: upright(a!, attrs!.transposeA),
          b: upright(b!, attrs!.transposeB),
        },
        backend,
        attrs: { transposeA: false, transposeB: false },
      });
      for (const { dataId } of made) {
        (backend as BackendWasm).disposeData(dataId);
      }
      return product;
    },
  });
}
