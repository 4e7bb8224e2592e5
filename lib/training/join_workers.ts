/**
 * Joining workers: before the first step of a training, all must be of one description,
 * and in the state of worker 0.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { differences } from "../checkpoint/differences.ts";
import type { Json } from "../checkpoint/training_checkpoint.ts";
import type { RunDescription } from "../checkpoint/training_runs.ts";
import { ClusterError, type ClusterLink } from "../engine/cluster.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";
import { stateTree } from "./checkpoint_saver.ts";
import { BROADCAST, sumKey } from "./data_parallel.ts";
import type { Metrics, StartEvent } from "./events.ts";
import type { KeptEvent } from "./fit_progress.ts";
import type { TrainState } from "./train_step.ts";
import {
  assignValues,
  readValues,
  type Values,
  variablesOf,
} from "./variable_values.ts";

/**
 * Refuses to begin unless all workers have the same description of the training, and the
 * same versions.
 *
 * @param cluster The workers.
 * @param description What decides the numbers of the training.
 * @throws {ClusterError} If two workers differ; it names both.
 */
export function checkSameTraining(
  cluster: ClusterLink,
  description: RunDescription,
): void {
  const texts = cluster.exchange(JSON.stringify(description));
  const [first, ...others] = texts.map((text) => JSON.parse(text) as Json);
  for (const [i, other] of others.entries()) {
    const differing = differences(first, other);
    if (differing.length === 0) continue;
    const nameOf = (worker: number): string =>
      `worker ${worker} (${cluster.workers[worker]})`;
    throw new ClusterError(
      `Cannot train together: all workers must have the same versions, options, ` +
        `seeds and data; found ` +
        differing.map(({ name, before, now }) =>
          `${name}=${before} on ${nameOf(0)} and ${now} on ${nameOf(i + 1)}`
        ).join("; ") +
        "; run the same command on the same data, with the same version of bertbook",
    );
  }
}

/** Where a training continues. */
export type Resumed<M extends Metrics> = {
  readonly start: StartEvent;
  readonly replayed: readonly KeptEvent<M>[];
  readonly best: { readonly step: number; readonly values: Values } | undefined;
};

/**
 * Lets every worker continue where worker 0 does, which alone has the checkpoints.
 *
 * @param cluster The workers.
 * @param own Of worker 0, whose state is that of its checkpoint already.
 * @param state Parameters and moments. They become those of worker 0.
 * @returns What worker 0 has.
 */
export async function resumeTogether<M extends Metrics>(
  cluster: ClusterLink,
  own: Resumed<M> | undefined,
  state: TrainState<TensorTree>,
): Promise<Resumed<M>> {
  const { start, replayed, best } = own ?? {};
  const said = { start, replayed, bestStep: best?.step };
  const [first] = cluster.exchange(JSON.stringify(said));
  const resumed = JSON.parse(first!) as Resumed<M> & { bestStep?: number };
  if (resumed.start.step > 0) {
    const tree = stateTree(state);
    const values = own && await readValues(tree);
    assignValues(tree, await valuesOfFirst(cluster, tree, values));
  }
  if (resumed.bestStep === undefined) return { ...resumed, best: undefined };
  const { params } = state;
  const values = await valuesOfFirst(cluster, { params }, best?.values);
  return { ...resumed, best: { step: resumed.bestStep, values } };
}

/** The values of worker 0, to which the others add nothing. */
async function valuesOfFirst(
  cluster: ClusterLink,
  tree: TensorTree,
  own: Values | undefined,
): Promise<Values> {
  const values = new Map<string, Float32Array>();
  for (const [path, { size }] of variablesOf(tree)) {
    const sum = tf.tidy(() => {
      const value = own?.get(path);
      const part = value ? tf.tensor1d(value) : tf.zeros<tf.Rank.R1>([size]);
      return cluster.allReduce(part, sumKey(size, BROADCAST));
    });
    values.set(path, own?.get(path) ?? await sum.data<"float32">());
    sum.dispose();
  }
  return values;
}
