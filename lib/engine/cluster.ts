/** Clusters: processes that train one model together, each running the same program. @module */

import type * as tf from "@tensorflow/tfjs";

/** The workers of a cluster, and which of them this process is. */
export type Cluster = {
  /** Address and port of each, such as `127.0.0.1:23450`; IPv4 only. */
  readonly workers: readonly string[];
  /** Counts from 0; worker 0 saves checkpoints. */
  readonly index: number;
  /** Seconds after which a worker that does not answer is lost; default 20. */
  readonly heartbeatSeconds?: number;
};

/** A cluster that has been joined: what its workers exchange. */
export interface ClusterLink extends Cluster {
  /**
   * Σ x over the workers, the same bits on each; also within a compiled function.
   *
   * @param x Of float32, and of one shape on all workers.
   * @param key Names the sum: the same on all workers, and another one for each shape and
   * precision.
   * @param precision In which it is sent and summed up; default `"float32"`.
   * @returns Float32, of the shape of `x`. The caller disposes it.
   */
  allReduce(
    x: tf.Tensor,
    key: number,
    precision?: "float32" | "bfloat16",
  ): tf.Tensor;
  /**
   * Gives every worker the texts of all, in the order of the workers. All workers must
   * call it equally often.
   */
  exchange(text: string): string[];
  /** Ends the work of the other workers, who are given the reason. */
  abort(reason: string): void;
  /** An error that says what became of a worker, if `error` comes of that. */
  explain(error: unknown): unknown;
}

/** Thrown if a worker is lost, has stopped, or does not do the same as the others. */
export class ClusterError extends Error {
  /** The name of the class. */
  override readonly name = "ClusterError";
}

/**
 * Whether an error says that a worker left a training between two steps, as planned: its
 * loop was left, or its signal aborted. It did not fail, and may go on without the others.
 *
 * @param error What a training threw on another worker.
 */
export function hasLeft(error: unknown): error is ClusterError {
  return error instanceof ClusterError &&
    / has stopped: left at step /.test(error.message);
}

/**
 * Reads which workers there are: a list of addresses, or the form of TensorFlow's
 * `TF_CONFIG`, `{"cluster": {"worker": [...]}, "task": {"index": 0}}`.
 *
 * @example The position of this machine's address is its number
 * ```ts
 * import { parseCluster } from "bertbook/engine/cluster.ts";
 * import assert from "node:assert/strict";
 *
 * const text = '["10.0.0.1:2222", "10.0.0.2:2222"]';
 * assert.equal(parseCluster(text, ["127.0.0.1", "10.0.0.2"]).index, 1);
 * ```
 *
 * @param text JSON.
 * @param ownAddresses Those of this machine, which decide the index if the text does not
 * say it.
 * @returns The cluster.
 * @throws {SyntaxError} If the text is none of both forms.
 * @throws {RangeError} If an address is no IPv4 address with a port or occurs twice, or
 * the index is not known.
 */
export function parseCluster(
  text: string,
  ownAddresses: readonly string[],
): Cluster {
  const form = `a list of addresses such as "10.0.0.1:2222", or ` +
    `{"cluster": {"worker": [addresses]}, "task": {"index": 0}}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(
      `Cannot read the cluster: it must be ${form}, in JSON; found ${
        (cause as Error).message
      }; correct the text, such as its quotes and brackets`,
      { cause },
    );
  }
  const { cluster, task, heartbeatSeconds } = (value ?? {}) as {
    cluster?: { worker?: unknown };
    task?: { index?: unknown };
    heartbeatSeconds?: unknown;
  };
  const workers: unknown = Array.isArray(value) ? value : cluster?.worker;
  if (!Array.isArray(workers) || workers.length === 0) {
    throw new SyntaxError(
      `Cannot read the cluster: it must be ${form}; found ${
        text.slice(0, 100)
      }; name at least one address`,
    );
  }
  for (const [i, address] of workers.entries()) {
    if (isAddress(address) && workers.indexOf(address) === i) continue;
    throw new RangeError(
      `Cannot read the cluster: each worker must have an IPv4 address and a port of ` +
        `its own, such as "10.0.0.1:2222"; found ${JSON.stringify(address)}; ` +
        `write addresses in place of names, and each once`,
    );
  }
  const own = workers.flatMap((address: string, i) =>
    ownAddresses.includes(address.split(":")[0]!) ? [i] : []
  );
  const index = Number(task?.index ?? (own.length === 1 ? own[0] : NaN));
  if (!Number.isSafeInteger(index) || index < 0 || index >= workers.length) {
    throw new RangeError(
      `Cannot join the cluster: exactly one worker must have an address of this ` +
        `machine, or task.index must name one of ${workers.length}; found ` +
        `${own.length} of ${workers.join(", ")} and task.index=` +
        `${task?.index ?? "none"}; this machine has ${
          ownAddresses.join(", ")
        }; list one of these, or name the worker by task.index`,
    );
  }
  if (heartbeatSeconds === undefined) return { workers, index };
  if (typeof heartbeatSeconds !== "number" || !(heartbeatSeconds >= 2)) {
    throw new RangeError(
      `Cannot join the cluster: heartbeatSeconds must be at least 2; found ` +
        `${heartbeatSeconds}; leave it out for the default`,
    );
  }
  return { workers, index, heartbeatSeconds };
}

function isAddress(value: unknown): boolean {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+):(\d+)$/.exec(String(value));
  if (match === null || typeof value !== "string") return false;
  const [port, ...bytes] = match.slice(1).map(Number).reverse();
  return bytes.every((byte) => byte < 256) && port! > 0 && port! < 65_536;
}
