/** Training steps that are traced once and run as a whole. @module */

import type { PyTree } from "../engine/py_tree.ts";
import { compile, type Compiled } from "../engine/compile.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";
import {
  type AccumulateArguments,
  accumulateOf,
  applySums,
  type Touched,
} from "./accumulate.ts";
import { MANY_SIGNATURES } from "../engine/precision.ts";
import { compileEach, type Precision } from "../engine/precision.ts";
import { inShards, type Sharded } from "./shards.ts";
import {
  type LossFunction,
  type StepArguments,
  makeTrainStep,
  type StepOutcome,
} from "./step.ts";

/**
 * A step of one objective on a batch in shards, and its accumulation in parts, at
 * each precision.
 */
export type CompiledTrainStep<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
> =
  & Readonly<
    Record<
      Precision,
      Compiled<StepArguments<Params, Sharded<Batch>, Config>, StepOutcome>
    >
  >
  & {
    readonly accumulate: Readonly<
      Record<
        Precision,
        Compiled<AccumulateArguments<Params, Sharded<Batch>, Config>, Touched>
      >
    >;
  };

/**
 * The step of an objective, traced at its first call and run as a whole from then
 * on; anew for every shape of the batch.
 *
 * @param objective What the step lowers, of one shard. Compile it once, at the top of
 * a module.
 * @param name Stands in messages and reports.
 * @returns The compiled functions, which trace at their first calls.
 */
export function compileTrainStep<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  objective: LossFunction<Params, Batch, Config>,
  name: string,
): CompiledTrainStep<Params, Batch, Config> {
  const whole = inShards(objective);
  return {
    ...compileEach(makeTrainStep(whole), { name, ...MANY_SIGNATURES }),
    accumulate: compileEach(accumulateOf(whole), {
      name: `${name}, in parts`,
      ...MANY_SIGNATURES,
    }),
  };
}

/** The update after the last part. It depends on no batch: one trace will do. */
export const compiledApplySums = compile(applySums, {
  name: "update from sums",
  ...MANY_SIGNATURES,
});
