/**
 * The few fields of TensorFlow's `ConfigProto` that Bertbook sets, written in
 * the wire form of protocol buffers (`tensorflow/core/protobuf/config.proto`).
 *
 * @module
 */

import { checkThreads, type Threads } from "../start_engine.ts";

const INTRA_OP_PARALLELISM_THREADS = 2;
const INTER_OP_PARALLELISM_THREADS = 5;
const GPU_OPTIONS = 6;
const GPU_ALLOW_GROWTH = 4;
const GPU_VISIBLE_DEVICE_LIST = 5;
const ALLOW_SOFT_PLACEMENT = 7;
const GRAPH_OPTIONS = 10;
const REWRITE_OPTIONS = 10;
const DISABLE_META_OPTIMIZER = 19;

/**
 * Serializes the settings of a context.
 *
 * @param options If as many operations run at a time as there are threads, each has a
 * thread, and none waits for another's; otherwise all share a pool of `threads`. `gpu`:
 * the number of the only card to use; default all. `isWorker`: whether it sums up with
 * others.
 * @returns The bytes of a `ConfigProto`.
 * @throws {RangeError} As {@linkcode checkThreads}.
 */
export function encodeConfig(
  options: Threads & {
    readonly gpu?: number | undefined;
    readonly isWorker?: boolean;
  },
): Uint8Array<ArrayBuffer> {
  checkThreads(options);
  const { threads, interOpThreads, gpu, isWorker = false } = options;
  const intraOpThreads = interOpThreads === threads ? 1 : threads;
  // A GPU's memory is taken as it is needed, so that others can use it too.
  const gpuOptions = [
    ...field(GPU_ALLOW_GROWTH, 1),
    ...gpu === undefined ? [] : message(
      GPU_VISIBLE_DEVICE_LIST,
      [...new TextEncoder().encode(`${gpu}`)],
    ),
  ];
  return Uint8Array.from([
    ...field(INTRA_OP_PARALLELISM_THREADS, intraOpThreads),
    // A thread goes down through all layers first; another one begins their sums.
    ...field(
      INTER_OP_PARALLELISM_THREADS,
      isWorker ? interOpThreads + 1 : interOpThreads,
    ),
    ...message(GPU_OPTIONS, gpuOptions),
    // An operation without a kernel for the GPU runs on the CPU.
    ...field(ALLOW_SOFT_PLACEMENT, 1),
  ]);
}

/**
 * Serializes the settings of a function whose graph is run as it is.
 *
 * @returns The bytes of a `ConfigProto`.
 */
export function encodeAsItIs(): Uint8Array<ArrayBuffer> {
  const rewriting = message(REWRITE_OPTIONS, field(DISABLE_META_OPTIMIZER, 1));
  return Uint8Array.from(message(GRAPH_OPTIONS, rewriting));
}

/** A number: wire type 0. */
export function field(number: number, value: number): number[] {
  return [...varint(number << 3), ...varint(value)];
}

/** A nested message or a text: wire type 2, its length, its bytes. */
export function message(
  number: number,
  bytes: Iterable<number>,
): number[] {
  const content = [...bytes];
  return [...varint((number << 3) | 2), ...varint(content.length), ...content];
}

/** Seven bits a byte, the lowest first; the high bit says that more follow. */
function varint(value: number): number[] {
  return value < 128
    ? [value]
    : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
