/** Operations that change variables where they stand. @module */

import type * as tf from "@tensorflow/tfjs";
import type { Attribute } from "./attributes.ts";
import { tensorFlowBackend, tensorFlowBinding } from "./backend.ts";
import { currentTrace } from "./trace.ts";
import { idOf, resourceOf, unshare } from "./variables.ts";

/**
 * Runs an operation on resource variables, or records it while a function is
 * being traced.
 *
 * @param name The operation, such as `ResourceApplyAdam`.
 * @param attributes Its attributes.
 * @param variables The variables that are its first inputs. They change.
 * @param inputs Its other inputs.
 * @throws {TypeError} If TensorFlow is not the engine.
 */
export function changeInPlace(
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
    ...variables.map((variable) => resourceOf(backend, eager, variable)),
    ...inputs.map((input) => idOf(backend, input)),
  ], 0);
}
