/** A cluster of one process: what others would say is an argument. */

import * as tf from "@tensorflow/tfjs";
import {
  type Accelerator,
  accelerator,
  registerAccelerator,
} from "bertbook/engine/accelerator.ts";

/**
 * Runs as one of several workers.
 *
 * @param workers Their addresses.
 * @param index This worker.
 * @param run What it does.
 * @param first What worker 0 says in an exchange; default the same as this one.
 */
export async function asWorker<T>(
  workers: readonly string[],
  index: number,
  run: () => Promise<T>,
  first?: unknown,
): Promise<T> {
  const before = accelerator();
  const cluster = {
    workers,
    index,
    exchange: (text: string) => [
      first === undefined ? text : JSON.stringify(first),
      ...workers.slice(1).map(() => text),
    ],
  };
  const backend = tf.getBackend();
  registerAccelerator(
    backend,
    { ...before, numReplicas: 1, cluster } as unknown as Accelerator,
  );
  try {
    return await run();
  } finally {
    registerAccelerator(backend, before!);
  }
}
