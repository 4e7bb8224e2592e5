/**
 * Registers TensorFlow: with tfjs as the backend "tensorflow", and with the code that
 * computes as its accelerator.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import type { TFJSBinding } from "@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js";
import util from "node:util";
import {
  type Accelerator,
  type OperationAttributes,
  registerAccelerator,
} from "../accelerator.ts";
import type { Cluster, ClusterLink } from "../cluster.ts";
import { multipliesBfloat16 } from "../precision.ts";
import { instructionSets } from "../processor.ts";
import { type Attribute, AttributeType, typeAttribute } from "./attributes.ts";
import {
  BACKEND,
  idOf,
  tensorFlowBackend,
  TensorFlowBinding,
  tensorFlowBinding,
  unshare,
} from "./backend.ts";
import { joinCluster } from "./cluster.ts";
import { TensorFlowFunction } from "./concrete_function.ts";
import {
  type ContextOptions,
  openContext,
  type TensorFlowContext,
} from "./context.ts";
import { EagerExecutor } from "./eager_executor.ts";
import { XlaKernel, XlaUpdate } from "./fused_kernel.ts";
import { opRegistryOf } from "./op_registry.ts";
import { isAmpere } from "./nvidia.ts";
import { currentTrace, type Tracer } from "./trace.ts";

/**
 * Opens TensorFlow and registers it. The caller chooses the backend.
 *
 * @param path The shared library.
 * @param options As for {@linkcode openContext}; `cluster`: the workers to train with.
 * @returns The open context.
 * @throws {TypeError} If a library cannot be loaded.
 * @throws {RangeError} If a card is to compute and TensorFlow does not find it.
 * @throws {ClusterError} If the cluster cannot be joined.
 */
export async function registerTensorFlow(
  path: string,
  options: ContextOptions & { readonly cluster?: Cluster | undefined },
): Promise<TensorFlowContext> {
  const isWorker = options.cluster !== undefined;
  const context = openContext(path, { ...options, isWorker });
  checkCard(context);
  const link = options.cluster &&
    await joinCluster(context, options.cluster, options);
  const binding = new TensorFlowBinding(new EagerExecutor(context));
  // The kernels call a function that Node.js deprecated and Deno does not have.
  Object.assign(util, { isNullOrUndefined: (x: unknown) => x == null });
  const { NodeJSKernelBackend } = await import(
    "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js"
  );
  await import("@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js");
  registerGather();
  tf.registerBackend(BACKEND, () =>
    // What a binding may have beyond ours, saved models, only `tfjs-node`'s own
    // API would call.
    new NodeJSKernelBackend(binding as unknown as TFJSBinding, BACKEND));
  registerAccelerator(BACKEND, acceleratorOver(binding, link));
  return context;
}

/** Refuses to compute on the processor where a card was asked for. */
function checkCard({ card, devices }: TensorFlowContext): void {
  if (card === undefined || devices.some(({ type }) => type === "GPU")) return;
  throw new RangeError(
    `Cannot compute on a GPU: TensorFlow must find ${card.name}; found ` +
      `${
        devices.map(({ type }) => type).join(", ")
      }; set TF_CPP_MIN_LOG_LEVEL=0 ` +
      `to see why`,
  );
}

/**
 * Puts a gather that does not read the indices in the place of one that does.
 *
 * The kernel of `tfjs-node-gpu` reads every index back to check it, which makes each call
 * wait and cannot be traced. TensorFlow's own kernel checks them on a CPU; on a GPU an
 * index out of range gives zeros, so check ids before.
 */
function registerGather(): void {
  tf.unregisterKernel("GatherV2", BACKEND);
  tf.registerKernel({
    kernelName: "GatherV2",
    backendName: BACKEND,
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

/** The operation that a library has if XLA is part of it. */
const XLA_OPERATION = "XlaLaunch";

function acceleratorOver(
  binding: TensorFlowBinding,
  cluster: ClusterLink | undefined,
): Accelerator {
  const { context } = binding.eager;
  const isUsingGpu = binding.isUsingGpuDevice();
  const { card } = context;
  const canFuse = (): boolean =>
    !isUsingGpu && opRegistryOf(context).has(XLA_OPERATION);
  return {
    numReplicas: isUsingGpu ? 1 : context.interOpThreads,
    cluster,
    multipliesBfloat16: isUsingGpu
      ? card !== undefined && isAmpere(card)
      : multipliesBfloat16(instructionSets()) !== false && oneDnnMay(),
    canFuse,
    isTracing: () => currentTrace() !== undefined,
    fusingTrace: () => {
      const trace = currentTrace();
      return trace !== undefined && !trace.detoured && canFuse()
        ? trace
        : undefined;
    },
    fusedKernel: (trace, ...definition) =>
      new XlaKernel(trace as Tracer, ...definition),
    fusedUpdate: (trace, ...definition) =>
      new XlaUpdate(trace as Tracer, ...definition),
    trace: (definition) =>
      new TensorFlowFunction(tensorFlowBackend()!, definition),
    execute: (operation, attributes, inputs) =>
      tensorFlowBackend()!.executeSingleOutput(
        operation,
        attributesOf(attributes),
        [...inputs],
      ),
    changeInPlace: (operation, attributes, variables, inputs) =>
      changeInPlace(operation, attributesOf(attributes), variables, inputs),
  };
}

/** What oneDNN calls instruction sets without bfloat16. */
const WITHOUT_BFLOAT16 =
  /^(SSE41|AVX|AVX2|AVX2_VNNI|AVX512_CORE|AVX512_CORE_VNNI)$/i;

/**
 * Whether oneDNN may multiply bfloat16. Kept from it by the environment it takes each
 * number apart, or ends the process.
 */
function oneDnnMay(): boolean {
  const limit = Deno.env.get("ONEDNN_MAX_CPU_ISA") ??
    Deno.env.get("DNNL_MAX_CPU_ISA") ?? "";
  return !WITHOUT_BFLOAT16.test(limit);
}

function attributesOf(
  attributes: OperationAttributes,
): (Attribute & { value: number | boolean })[] {
  const backend = tensorFlowBackend()!;
  return Object.entries(attributes).map(([name, value]) =>
    typeof value === "boolean"
      ? { name, type: AttributeType.bool, value }
      : typeAttribute(name, backend.getDTypeInteger(value))
  );
}

/** Runs an operation on resource variables, or records it during a trace. */
function changeInPlace(
  name: string,
  attributes: readonly Attribute[],
  variables: readonly tf.Variable[],
  inputs: readonly tf.Tensor[],
): void {
  const trace = currentTrace();
  if (trace !== undefined) {
    const values = inputs.map((input) => trace.valueOf(input));
    trace.variables.changeInPlace(name, attributes, variables, values);
    return;
  }
  const { eager } = tensorFlowBinding();
  const backend = tensorFlowBackend()!;
  for (const variable of variables) unshare(backend, eager, variable);
  eager.execute(name, attributes, [
    ...variables.map((variable) => eager.residentAs(idOf(backend, variable))),
    ...inputs.map((input) => idOf(backend, input)),
  ], 0);
}
