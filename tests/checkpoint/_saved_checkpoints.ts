/** Files of checkpoints as people save them, as tests/golden/checkpoints.py builds them. @module */

import { join } from "node:path";
import { SPECIAL_TOKENS } from "bertbook/tokenizer/vocabulary.ts";
import golden from "../golden/checkpoints.json" with { type: "json" };
import { SCALES } from "../model/_support.ts";

/** One way in which the tensors of a checkpoint differ from the formula's. */
export type TensorChange =
  | readonly ["rename", pattern: string, replacement: string]
  | readonly ["drop", pattern: string]
  | readonly ["copy", from: string, to: string]
  | readonly ["add", name: string, shape: readonly number[]]
  | readonly ["dtype", pattern: string, dtype: string]
  | readonly ["shards", count: number];

/** A checkpoint, by its description. */
export type SavedCheckpoint = {
  readonly title: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Which list of names and shapes. */
  readonly listing: number;
  readonly changes: readonly TensorChange[];
  /** Python's class. */
  readonly openedAs: string;
  readonly labels: readonly string[];
  /** The outputs, each flattened. */
  readonly outputs: readonly (readonly number[])[];
};

const CONFIGS: Record<string, Record<string, unknown>> = golden.configs;

export const SAVED = golden.checkpoints.map((checkpoint): SavedCheckpoint => {
  const { modelType, settings, without } = checkpoint;
  const config: Record<string, unknown> = {
    ...CONFIGS[modelType],
    ...settings,
  };
  for (const name of without) delete config[name];
  return { ...checkpoint, config } as unknown as SavedCheckpoint;
});

/** As many words as the golden sequences have ids for. */
const WORDS = Array.from({ length: 19 }, (_, i) => `word${i}`);

type Tensor = { shape: readonly number[]; values: Float32Array; dtype: string };

function roleOf(name: string): keyof typeof SCALES {
  if (name.endsWith("bias")) return "bias";
  if (/norm/i.test(name)) return "weight";
  return name.endsWith("_embeddings.weight") ? "embedding" : "kernel";
}

/** A chirp, by the name of the tensor. */
function formula(name: string, shape: readonly number[]): Tensor {
  const phase = Array.from(name, (char) => char.charCodeAt(0))
    .reduce((sum, code) => sum + code, 0) % 97;
  const role = roleOf(name);
  const values = Float32Array.from(
    { length: shape.reduce((product, size) => product * size, 1) },
    (_, i) => SCALES[role] * Math.sin(i * i / 7 + phase) + +(role === "weight"),
  );
  return { shape, values, dtype: "F32" };
}

/** The tensors after the changes, and the number of files. */
function changed(
  { listing, changes }: SavedCheckpoint,
): [tensors: Map<string, Tensor>, numShards: number] {
  const shapes = golden.listings[listing] as [string, number[]][];
  let tensors = new Map(
    shapes.map(([name, shape]) => [name, formula(name, shape)]),
  );
  let numShards = 1;
  const each = (turn: (name: string, tensor: Tensor) => [string, Tensor][]) => {
    tensors = new Map([...tensors].flatMap(([name, all]) => turn(name, all)));
  };
  for (const change of changes) {
    const [kind, what, how] = change;
    if (kind === "rename") {
      each((name, all) => [[name.replace(new RegExp(what), how), all]]);
    } else if (kind === "drop") {
      each((name, all) => new RegExp(what).test(name) ? [] : [[name, all]]);
    } else if (kind === "copy") tensors.set(how, tensors.get(what)!);
    else if (kind === "add") tensors.set(what, formula(what, how));
    else if (kind === "shards") numShards = what;
    else {
      each((name, all) => [[
        name,
        new RegExp(what).test(name) ? { ...all, dtype: how } : all,
      ]]);
    }
  }
  return [tensors, numShards];
}

/** The upper half of a float32, rounded to the nearest, of two to the even one. */
function toBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.slice().buffer);
  return Uint16Array.from(
    bits,
    (word) => (word + 0x7fff + (word >>> 16 & 1)) >>> 16,
  );
}

const BYTES: Record<string, (values: Float32Array) => ArrayBufferView> = {
  F32: (values) => values,
  F64: (values) => Float64Array.from(values),
  // A value that no float32 has.
  "F64 of its own": (values) => Float64Array.from(values, (x) => x + 1e-12),
  F16: (values) => new Float16Array(values),
  BF16: toBfloat16,
  I64: (values) => BigInt64Array.from(values, (x) => BigInt(Math.trunc(x))),
  I8: (values) => Int8Array.from(values),
  F8_E8M0: (values) => Uint8Array.from(values),
};

function fileOf(tensors: Iterable<[string, Tensor]>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, { shape, values, dtype }] of tensors) {
    const { buffer, byteLength } = BYTES[dtype]!(values);
    parts.push(new Uint8Array(buffer as ArrayBuffer, 0, byteLength));
    const offsets = [end, end += byteLength];
    const spelled = dtype.split(" ")[0];
    header[name] = { dtype: spelled, shape, data_offsets: offsets };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer);
  return Uint8Array.from([length, text, ...parts].flatMap((part) => [...part]));
}

/** Writes a checkpoint into an empty folder. */
export async function writeSaved(
  folder: string,
  checkpoint: SavedCheckpoint,
): Promise<void> {
  const write = (file: string, json: unknown): Promise<void> =>
    Deno.writeTextFile(join(folder, file), JSON.stringify(json));
  const [tensors, numShards] = changed(checkpoint);
  await write("config.json", checkpoint.config);
  const pieces = [...SPECIAL_TOKENS, ...WORDS].join("\n") + "\n";
  await Deno.writeTextFile(join(folder, "vocab.txt"), pieces);
  if (numShards === 1) {
    const file = join(folder, "model.safetensors");
    return await Deno.writeFile(file, fileOf(tensors));
  }
  const shards = Map.groupBy(
    [...tensors].entries(),
    ([i]) => `model-${i % numShards + 1}.safetensors`,
  );
  const weightMap: [string, string][] = [];
  for (const [file, entries] of shards) {
    const part = entries.map(([, entry]) => entry);
    await Deno.writeFile(join(folder, file), fileOf(part));
    weightMap.push(...part.map(([name]): [string, string] => [name, file]));
  }
  await write("model.safetensors.index.json", {
    metadata: {},
    weight_map: Object.fromEntries(weightMap),
  });
}
