/**
 * Shared work: what the workers of a cluster do together. Without a cluster there is one
 * worker, and nothing is exchanged.
 *
 * @module
 */

import { accelerator } from "./accelerator.ts";
import type { ClusterLink } from "./cluster.ts";
import { numReplicas } from "./compile.ts";

/** The cluster that the engine has joined; undefined if it is on its own. */
export function currentCluster(): ClusterLink | undefined {
  return accelerator()?.cluster;
}

/** The number of processes that train together; 1 without a cluster. */
export function numWorkers(): number {
  return currentCluster()?.workers.length ?? 1;
}

/** The number of those at this worker's address, which share a machine's memory. */
export function numWorkersHere(): number {
  const { workers = [""], index = 0 } = currentCluster() ?? {};
  const hosts = workers.map((address) => address.split(":")[0]);
  return hosts.filter((host) => host === hosts[index]).length;
}

/**
 * Into how many micro-batches a training splits each batch by default: as many for each
 * worker as this one has replicas.
 */
export function defaultMicroBatches(): number {
  return numReplicas() * numWorkers();
}

let isSharing = false;

/**
 * Shares the work of {@linkcode mapShared} out among the workers while a function runs.
 * All workers must call it.
 *
 * @param run Such as an evaluation, which every worker begins.
 * @returns What it returns.
 */
export async function shareWork<T>(run: () => Promise<T>): Promise<T> {
  isSharing = true;
  try {
    return await run();
  } finally {
    isSharing = false;
  }
}

/**
 * Computes something of each item: within {@linkcode shareWork}, each worker of some of
 * them, and all workers receive all results.
 *
 * @param items The same on all workers.
 * @param compute Numbers of an item, in arrays and records.
 * @returns The results, in the order of the items.
 */
export async function mapShared<Item, Result>(
  items: Iterable<Item>,
  compute: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const cluster = isSharing ? currentCluster() : undefined;
  const { workers = [""], index = 0 } = cluster ?? {};
  const own: Result[] = [];
  let count = 0;
  for (const item of items) {
    if (count++ % workers.length === index) own.push(await compute(item));
  }
  if (cluster === undefined) return own;
  const all = cluster.exchange(JSON.stringify(own, fromNumber))
    .map((text) => JSON.parse(text, toNumber) as Result[]);
  return Array.from(
    { length: count },
    (_, i) => all[i % workers.length]![Math.floor(i / workers.length)]!,
  );
}

/** JSON has no NaN and no infinities. */
function fromNumber(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value)
    ? { number: String(value) }
    : value;
}

function toNumber(_: string, value: unknown): unknown {
  const isNumber = typeof value === "object" && value !== null &&
    Object.keys(value).join() === "number";
  return isNumber ? Number((value as { number: string }).number) : value;
}
