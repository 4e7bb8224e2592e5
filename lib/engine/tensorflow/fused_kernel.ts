/**
 * Fused kernels: functions inside a traced function that XLA compiles into one kernel
 * each, which return tensors, or change variables in place.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import type {
  Bfloat16Use,
  FusedKernel,
  FusedUpdate,
  FuseOptions,
} from "../accelerator.ts";
import {
  entriesWithPaths,
  flatten,
  type PyTree,
  type TreeDef,
  unflatten,
} from "../py_tree.ts";
import { type Attribute, AttributeType, typeAttribute } from "./attributes.ts";
import { idOf } from "./backend.ts";
import { DataType, nameOfType } from "./dtypes.ts";
import { Graph, type NodeOutput, outputOf } from "./graph.ts";
import { GraphExecutor } from "./graph_executor.ts";
import type { CallOutput } from "./rounding_executor.ts";
import type { Tracer } from "./trace.ts";

/** How many kernels of this process have a name. */
const numNamed = new Map<string, number>();

/**
 * A name for a kernel's function that no other has. It is made of the arguments, so that
 * the kernel has the same one in every process, whatever was made before: XLA finds its
 * machine code by names also.
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
function kernelAttributes(
  address: string,
  types: { inputs: readonly number[]; outputs: readonly number[] },
): Attribute[] {
  const list = (name: string, value: readonly number[]): Attribute => ({
    name,
    type: AttributeType.type,
    value: [...value],
  });
  return [
    { name: "f", type: AttributeType.function, value: address },
    list("Tin", types.inputs),
    list("Tout", types.outputs),
    { name: "_XlaMustCompile", type: AttributeType.bool, value: true },
  ];
}

/** One signature of a fused function. It lives as long as the process. */
export class XlaKernel implements FusedKernel {
  readonly #attributes: readonly Attribute[];
  readonly #outputs: readonly CallOutput[];
  readonly #treeDef: TreeDef;

  /**
   * Writes the function down and registers it.
   *
   * @param trace The trace in which it is called first.
   * @param name Appears in messages and profiles.
   * @param leaves The tensors among the arguments.
   * @param run Calls the function with symbols in place of the leaves.
   * @param options Results that matrix products read.
   */
  constructor(
    trace: Tracer,
    name: string,
    leaves: readonly tf.Tensor[],
    run: (symbols: readonly tf.Tensor[]) => PyTree,
    options: FuseOptions,
  ) {
    const { backend } = trace;
    const graph = new Graph(trace.graph.context);
    const executor = new ClosedExecutor(name, trace, graph);
    try {
      const given = leaves.map((leaf) => executor.like(leaf, trace));
      const { treeDef, outputs, results } = trace.detour(executor, () => {
        const symbols = given.map((placeholder, i) =>
          executor.given(backend, placeholder, leaves[i]!)
        );
        const { treeDef, leaves: tensors } = flatten(run(symbols));
        const uses = usesOf(treeDef, trace.bfloat16 ? options.bfloat16 : {});
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
        return { treeDef, outputs, results };
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
      this.#treeDef = treeDef;
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
    return unflatten(this.#treeDef, results);
  }
}

/** In which forms a result is returned that matrix products read. */
const FORMS = { no: "own", only: "bfloat16", also: "both" } as const;

/** How matrix products use each result, in the order of the leaves. */
function usesOf(
  treeDef: TreeDef,
  uses: FuseOptions["bfloat16"] = {},
): (Bfloat16Use | undefined)[] {
  return entriesWithPaths(treeDef).flatMap(({ path, at }) => {
    if (!("leaf" in at)) return [];
    return [typeof uses === "string" ? uses : uses[path]];
  });
}

/** A kernel is called from many traces, and each has its own tensors. */
class ClosedExecutor extends GraphExecutor {
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
      `Cannot fuse "${this.name}": it must use only its arguments; found another ` +
        `tensor, or a large constant; pass it as an argument`,
    );
  }
}

/** One signature of an update. It lives as long as the process. */
export class XlaUpdate implements FusedUpdate {
  readonly #attributes: readonly Attribute[];

  /**
   * Writes the update down and registers it.
   *
   * @param trace The trace in which it is called first.
   * @param name Appears in messages and profiles.
   * @param variables Float32 variables of the shapes that it will change.
   * @param inputs Tensors like those that it will be given.
   * @param run Computes the new values from the present ones and the inputs.
   */
  constructor(
    trace: Tracer,
    name: string,
    variables: readonly tf.Variable[],
    inputs: readonly tf.Tensor[],
    run: (values: tf.Tensor[], inputs: tf.Tensor[]) => tf.Tensor[],
  ) {
    const { backend } = trace;
    const graph = new Graph(trace.graph.context);
    const executor = new ClosedExecutor(name, trace, graph);
    const float = typeAttribute("dtype", DataType.float32);
    try {
      const resources = variables.map(({ shape }) =>
        executor.argument({ shape, dtype: DataType.resource })
      );
      const given = inputs.map((input) => executor.like(input, trace));
      const reads = resources.map((resource, i) => {
        const read = graph.addNode("ReadVariableOp", [float], [resource]);
        graph.setShape(outputOf(read), variables[i]!.shape);
        return read;
      });
      const symbols = (outputs: NodeOutput[], like: readonly tf.Tensor[]) =>
        outputs.map((output, i) => executor.given(backend, output, like[i]!));
      const changed = trace.detour(executor, () =>
        run(
          symbols(reads.map((read) => outputOf(read)), variables),
          symbols(given, inputs),
        ).map((value) => executor.output(idOf(backend, value))));
      const writes = changed.map((value, i) =>
        graph.addNode(
          "AssignVariableOp",
          [float],
          [resources[i]!, value],
          reads,
        )
      );
      const all = [...resources, ...given];
      const types = all.map((input) => graph.describe(input).dtype);
      const address = kernelName(
        name,
        [...variables, ...inputs].map(({ shape }, i) => ({
          shape,
          dtype: types[i]!,
        })),
        trace.bfloat16,
      );
      graph.toFunction(address, all, [], writes);
      this.#attributes = kernelAttributes(address, {
        inputs: types,
        outputs: [],
      });
    } finally {
      graph.dispose();
    }
  }

  /** Adds a call to a trace. */
  call(
    trace: Tracer,
    variables: readonly tf.Variable[],
    inputs: readonly tf.Tensor[],
  ): void {
    trace.variables.changeInPlace(
      "StatefulPartitionedCall",
      this.#attributes,
      variables,
      inputs.map((input) => trace.sourceOf(input)),
    );
  }
}
