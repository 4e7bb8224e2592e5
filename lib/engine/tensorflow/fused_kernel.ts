/**
 * A function inside a traced function that XLA compiles into one kernel.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import {
  flatten,
  type Form,
  placesIn,
  type PyTree,
  rebuild,
} from "../py_tree.ts";
import { type Attribute, AttributeType } from "./attributes.ts";
import { tensorFlowBackend, tensorFlowBinding } from "./backend.ts";
import { DataType, nameOfType } from "./dtypes.ts";
import { Graph } from "./graph.ts";
import { GraphExecutor } from "./graph_executor.ts";
import { graphTools } from "./graph_tools.ts";
import type { NodeOutput } from "./node_output.ts";
import type { CallOutput } from "./rounding_executor.ts";
import type { Tracer } from "./trace.ts";
import { idOf } from "./variables.ts";

/** How many kernels of this process have a name. */
const numNamed = new Map<string, number>();

/**
 * A name for a kernel's function that no other has. It tells the arguments, so that
 * the kernel has it in every process, whatever was made before: names are a part of
 * what XLA finds its machine code by.
 *
 * @param name The fused function's.
 * @param inputs Its arguments.
 * @param bfloat16 Whether the function around it multiplies in bfloat16.
 */
export function kernelName(
  name: string,
  inputs: readonly { readonly shape: readonly number[]; dtype: number }[],
  bfloat16: boolean,
): string {
  const types = inputs.map(({ shape, dtype }) =>
    `${nameOfType(dtype)}_${shape.join("x")}`
  );
  const whole = [`fused_${name}`, ...bfloat16 ? ["bfloat16"] : [], ...types]
    .join("__").replace(/\W/g, "_");
  const count = (numNamed.get(whole) ?? 0) + 1;
  numNamed.set(whole, count);
  return count === 1 ? whole : `${whole}__${count}`;
}

/** The attributes of a node that calls a kernel. */
export function kernelAttributes(
  address: string,
  types: { inputs: readonly number[]; outputs: readonly number[] },
): Attribute[] {
  const list = (name: string, value: readonly number[]): Attribute => ({
    ...{ name, type: AttributeType.type, value: [...value] },
  });
  return [
    { name: "f", type: AttributeType.function, value: address },
    list("Tin", types.inputs),
    list("Tout", types.outputs),
    { name: "_XlaMustCompile", type: AttributeType.bool, value: true },
  ];
}

/** The operation that a library has if XLA is part of it. */
const XLA_OPERATION = "XlaLaunch";

/**
 * Whether TensorFlow runs and compiled functions can have fused parts: on the
 * processor, by a library with XLA.
 */
export function fusesHere(): boolean {
  if (tensorFlowBackend() === undefined) return false;
  const binding = tensorFlowBinding();
  const { registry } = graphTools(binding.eager.context);
  return registry.has(XLA_OPERATION) && !binding.isUsingGpuDevice();
}

/**
 * Which results of a fused function matrices are multiplied by, by their paths
 * (`product`, `[0]`; the empty one for a bare tensor): `"only"` by them, so that a
 * function in bfloat16 needs no float32 form, or by them `"too"`.
 */
export type Factors = Readonly<Record<string, "only" | "too">>;

/** One signature of a fused function. It lives as long as the process. */
export class FusedKernel {
  readonly #attributes: readonly Attribute[];
  readonly #outputs: readonly CallOutput[];
  readonly #form: Form;

  /**
   * Writes the function down and registers it.
   *
   * @param trace The trace in which it is called first.
   * @param name Stands in messages and profiles.
   * @param leaves The tensors among the arguments.
   * @param run Calls the function with symbols in the leaves' place.
   * @param factors Results that matrices are multiplied by.
   */
  constructor(
    trace: Tracer,
    name: string,
    leaves: readonly tf.Tensor[],
    run: (symbols: readonly tf.Tensor[]) => PyTree,
    factors: Factors,
  ) {
    const { backend } = trace;
    const { context, api, registry } = trace.graph;
    const graph = new Graph(context, api, registry);
    const executor = new ClosedExecutor(name, trace, graph);
    try {
      const given = leaves.map((leaf) => executor.like(leaf, trace));
      const { form, outputs, results } = trace.detour(executor, () => {
        const symbols = given.map((placeholder, i) =>
          executor.given(backend, placeholder, leaves[i]!)
        );
        const { form, leaves: tensors } = flatten(run(symbols));
        const uses = usesOf(form, trace.bfloat16 ? factors : {});
        const outputs = tensors.flatMap((tensor, i) => {
          const output = executor.output(idOf(backend, tensor));
          if (uses[i] === undefined) return [output];
          const rounded = graph.cast(output, DataType.bfloat16);
          return uses[i] === "only" ? [rounded] : [output, rounded];
        });
        const results = tensors.map(({ shape, dtype }, i): CallOutput => ({
          shape: [...shape],
          dtype: backend.getDTypeInteger(dtype),
          forms: FORMS[uses[i] ?? "no"],
        }));
        return { form, outputs, results };
      });
      const typesOf = (list: readonly NodeOutput[]): number[] =>
        list.map((output) => graph.describe(output).dtype);
      const types = { inputs: typesOf(given), outputs: typesOf(outputs) };
      const address = kernelName(
        name,
        leaves.map(({ shape }, i) => ({ shape, dtype: types.inputs[i]! })),
        trace.bfloat16,
      );
      graph.toFunction(address, given, outputs, []);
      this.#form = form;
      this.#outputs = results;
      this.#attributes = kernelAttributes(address, types);
    } finally {
      graph.dispose();
    }
  }

  /**
   * Adds a call to a trace.
   *
   * @param trace The trace in progress.
   * @param leaves The tensors among the arguments.
   * @returns The results, in the tree in which the function returned them.
   */
  call(trace: Tracer, leaves: readonly tf.Tensor[]): PyTree {
    const results = trace.addCall(this.#attributes, leaves, this.#outputs);
    return rebuild(this.#form, results);
  }
}

/** In which forms a result is returned that matrices are multiplied by. */
const FORMS = { no: "own", only: "bfloat16", too: "both" } as const;

/** How matrices use each result, in the order of the leaves. */
function usesOf(form: Form, factors: Factors): ("only" | "too" | undefined)[] {
  return placesIn(form).flatMap(({ path, at }) =>
    "leaf" in at ? [factors[path]] : []
  );
}

/** A kernel is called from many traces, and each has tensors of its own. */
export class ClosedExecutor extends GraphExecutor {
  constructor(private readonly name: string, trace: Tracer, graph: Graph) {
    super(trace.binding.eager, graph);
  }

  /** An argument in the form in which a tensor of a trace is read. */
  like(tensor: tf.Tensor, trace: Tracer): NodeOutput {
    const { dtype } = trace.graph.describe(trace.sourceOf(tensor));
    return this.argument({ shape: tensor.shape, dtype });
  }

  /** A tensor for an argument that is like another: bfloat16 becomes float32. */
  given(
    backend: NodeJSKernelBackend,
    argument: NodeOutput,
    { shape }: tf.Tensor,
  ): tf.Tensor {
    const isRounded = this.graph.describe(argument).dtype === DataType.bfloat16;
    const output = isRounded
      ? this.graph.cast(argument, DataType.float32)
      : argument;
    return this.tensor(backend, output, shape);
  }

  protected override capture(): never {
    throw new TypeError(
      `Cannot fuse "${this.name}" as it must use its arguments alone: it uses ` +
        `another tensor, or a large constant; pass it as an argument`,
    );
  }
}
