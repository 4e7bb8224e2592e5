/** Model session in a page: onnxruntime on one thread of WebAssembly, from data in the page. @module */

import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { Compute, Sequence } from "./answers.ts";

/** A model that computes. */
export type Session = {
  readonly compute: Compute;
  /** The weights of each layer, [H, T, T]. */
  readonly attentionsOf: (sequence: Sequence) => Promise<Float32Array[]>;
  /** The version of onnxruntime. */
  readonly version: string;
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
 * @param numLayers How many layers have attentions.
 * @returns The session.
 */
export async function openSession(
  weights: ArrayBuffer,
  runtime: ArrayBuffer,
  numLayers: number,
): Promise<Session> {
  env.wasm.wasmBinary = runtime;
  env.wasm.numThreads = 1;
  env.logLevel = "error";
  const session = await InferenceSession.create(new Uint8Array(weights), {
    executionProviders: ["wasm"],
  });
  let last: Promise<unknown> = Promise.resolve();
  const logits = session.outputNames.filter((name) => name.endsWith("logits"));
  const run = async (
    { inputIds, tokenTypeIds }: Sequence,
    names: readonly string[],
  ): Promise<Tensor[]> => {
    const shape = [1, inputIds.length];
    const whole = (values: readonly number[]): Tensor =>
      new Tensor("int64", BigInt64Array.from(values, BigInt), shape);
    const all: Record<string, Tensor> = {
      "input_ids": whole(inputIds),
      "attention_mask": whole(inputIds.map(() => 1)),
      "token_type_ids": whole(tokenTypeIds),
    };
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => [name, all[name]!]),
    );
    const running = last.then(() => session.run(feeds, names));
    last = running.catch(() => {}); // onnxruntime must not be called while it runs
    const outputs = await running;
    return names.map((name) => outputs[name] as Tensor);
  };
  return {
    version: env.versions.web ?? "",
    compute: async (sequence) => {
      const tensors = await run(sequence, logits);
      const rows = tensors.map(({ data, dims }) => {
        const values = Array.from(data as Float32Array);
        const size = dims.at(-1)!;
        return dims.length === 2 ? values : Array.from(
          { length: values.length / size },
          (_, i) => values.slice(i * size, (i + 1) * size),
        );
      });
      return rows.length === 1 ? rows[0] : rows;
    },
    attentionsOf: async (sequence) => {
      const names = Array.from(
        { length: numLayers },
        (_, i) => `attentions.${i}`,
      );
      const tensors = await run(sequence, names);
      return tensors.map(({ data }) => data as Float32Array);
    },
  };
}

/**
 * Unpacks data that the page holds.
 *
 * @param text Gzip, in base64.
 * @returns The bytes.
 */
export function unpack(text: string): Promise<ArrayBuffer> {
  const packed = new Blob([fromBase64(text)]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream("gzip")))
    .arrayBuffer();
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const { fromBase64 } = Uint8Array as unknown as {
    fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
  };
  if (fromBase64) return fromBase64.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
