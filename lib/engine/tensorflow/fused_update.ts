/**
 * A change of variables that XLA compiles into one kernel: it reads what the
 * resources hold and writes what they will hold, in one pass.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import { type Attribute, AttributeType } from "./attributes.ts";
import { DataType } from "./dtypes.ts";
import {
  ClosedExecutor,
  kernelAttributes,
  kernelName,
} from "./fused_kernel.ts";
import { Graph } from "./graph.ts";
import { type NodeOutput, outputOf } from "./node_output.ts";
import type { Tracer } from "./trace.ts";
import { idOf } from "./variables.ts";

/** One signature of an update. It lives as long as the process. */
export class FusedUpdate {
  readonly #attributes: readonly Attribute[];

  /**
   * Writes the update down and registers it.
   *
   * @param trace The trace in which it is called first.
   * @param name Stands in messages and profiles.
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
    const { context, api, registry } = trace.graph;
    const graph = new Graph(context, api, registry);
    const executor = new ClosedExecutor(name, trace, graph);
    const float = {
      ...{ name: "dtype", value: DataType.float32 },
      type: AttributeType.type,
    };
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
          ...{ shape, dtype: types[i]! },
        })),
        trace.bfloat16,
      );
      graph.toFunction(address, all, [], writes);
      this.#attributes = kernelAttributes(address, {
        ...{ inputs: types, outputs: [] },
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
