/** Model session in a page: onnxruntime on one thread of WebAssembly, from data in the page. @module */

import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { Compute, Sequence } from "./answers.ts";

/** A model that computes. */
export type Session = {
  readonly compute: Compute;
  /** The weights of each layer, [H, T, T]. */
  readonly attentionsOf: (sequence: Sequence) => Promise<Float32Array[]>;
};

/** The smallest module with an instruction of fixed-width SIMD. */
const SIMD_MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123],
  ...[3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

/**
 * What the browser lacks to run the page.
 *
 * @returns A name; undefined if it lacks nothing.
 */
export function missingFeature(): string | undefined {
  if (typeof DecompressionStream === "undefined") return "DecompressionStream";
  if (typeof WebAssembly === "undefined") return "WebAssembly";
  if (!WebAssembly.validate(SIMD_MODULE)) return "WebAssembly SIMD";
}

/**
 * Opens a model.
 *
 * @param weights The ONNX file.
 * @param runtime onnxruntime's WebAssembly.
 * @returns The session.
 */
export async function openSession(
  weights: ArrayBuffer,
  runtime: ArrayBuffer,
): Promise<Session> {
  Object.assign(env.wasm, { wasmBinary: runtime, numThreads: 1 });
  const session = await InferenceSession.create(new Uint8Array(weights));
  let last: Promise<unknown> = Promise.resolve();
  const run = async (
    { inputIds, tokenTypeIds }: Sequence,
    isWanted: (name: string) => boolean,
  ): Promise<Tensor[]> => {
    const values: Readonly<Record<string, readonly number[]>> = {
      "input_ids": inputIds,
      "attention_mask": inputIds.map(() => 1),
      "token_type_ids": tokenTypeIds,
    };
    const feeds = Object.fromEntries(session.inputNames.map((name) => {
      const whole = BigInt64Array.from(values[name]!, BigInt);
      return [name, new Tensor("int64", whole, [1, whole.length])];
    }));
    const names = session.outputNames.filter(isWanted);
    const running = last.then(() => session.run(feeds, names));
    last = running.catch(() => {}); // onnxruntime must not be called while it runs
    const outputs = await running;
    return names.map((name) => outputs[name]!);
  };
  return {
    compute: async (sequence) => {
      const tensors = await run(sequence, (name) => name.endsWith("logits"));
      const rows = tensors.map(({ data, dims }) => {
        const values = Array.from(data as Float32Array), size = dims.at(-1)!;
        if (dims.length === 2) return values;
        return rowsOf(values, size);
      });
      return rows.length === 1 ? rows[0] : rows;
    },
    attentionsOf: async (sequence) => {
      const isAttention = (name: string) => name.startsWith("attentions.");
      const tensors = await run(sequence, isAttention);
      return tensors.map(({ data }) => data as Float32Array);
    },
  };
}

/** Numbers as rows of a size. */
function rowsOf(values: readonly number[], size: number): number[][] {
  const starts = Array.from(
    { length: values.length / size },
    (_, i) => i * size,
  );
  return starts.map((start) => values.slice(start, start + size));
}

/**
 * Unpacks data that the page holds.
 *
 * @param text Gzip, in base64.
 * @returns The bytes.
 */
export function unpack(text: string): Promise<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  const stream = new Blob([bytes]).stream();
  return new Response(stream.pipeThrough(new DecompressionStream("gzip")))
    .arrayBuffer();
}
