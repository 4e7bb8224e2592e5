/**
 * The few fields of TensorFlow's `ConfigProto` that Bertbook sets, written in
 * the wire form of protocol buffers (`tensorflow/core/protobuf/config.proto`).
 *
 * @module
 */

const INTRA_OP_PARALLELISM_THREADS = 2;
const INTER_OP_PARALLELISM_THREADS = 5;
const GPU_OPTIONS = 6;
const GPU_ALLOW_GROWTH = 4;
const ALLOW_SOFT_PLACEMENT = 7;

/**
 * Serializes the settings of a context.
 *
 * @param options Threads for the inside of an operation, and as many for
 * operations side by side.
 * @returns The bytes of a `ConfigProto`.
 * @throws {RangeError} If `threads` is not a positive integer.
 */
export function encodeConfig(
  options: { threads: number },
): Uint8Array<ArrayBuffer> {
  const { threads } = options;
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new RangeError(
      `Cannot set the threads of TensorFlow as they must be a positive ` +
        `integer: current value is ${threads}`,
    );
  }
  // A GPU's memory is taken as it is needed, so that others can use it too.
  const gpuOptions = field(GPU_ALLOW_GROWTH, 1);
  return Uint8Array.from([
    ...field(INTRA_OP_PARALLELISM_THREADS, threads),
    ...field(INTER_OP_PARALLELISM_THREADS, threads),
    ...message(GPU_OPTIONS, gpuOptions),
    // An operation without a kernel for the GPU runs on the CPU.
    ...field(ALLOW_SOFT_PLACEMENT, 1),
  ]);
}

/** A number: wire type 0. */
function field(number: number, value: number): number[] {
  return [...varint(number << 3), ...varint(value)];
}

/** A nested message: wire type 2, its length, its bytes. */
function message(number: number, bytes: number[]): number[] {
  return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
}

/** Seven bits a byte, the lowest first; the high bit says that more follow. */
function varint(value: number): number[] {
  return value < 128
    ? [value]
    : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
