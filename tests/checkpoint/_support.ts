import { join } from "node:path";

/** A new folder for files; gone when the block that declares it ends. */
export async function temporaryFolder(): Promise<
  { path: string } & AsyncDisposable
> {
  const path = await Deno.makeTempDir({ prefix: "bertbook-test-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** What a safetensors header says of one tensor. */
export type Entry = {
  dtype: string;
  shape: unknown;
  "data_offsets": unknown;
};

/** The bytes of a safetensors file with any header, sound or not. */
export function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const json = typeof header === "string" ? header : JSON.stringify(header);
  return fileOfBytes(new TextEncoder().encode(json), dataBytes);
}

/** The bytes of a safetensors file whose header is any bytes. */
export function fileOfBytes(
  header: Uint8Array,
  dataBytes: number,
): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  return bytes;
}

/** Writes `bytes` as `model.safetensors` in `folder` and returns its path. */
export async function writeModel(
  folder: string,
  bytes: Uint8Array,
): Promise<string> {
  const path = join(folder, "model.safetensors");
  await Deno.writeFile(path, bytes);
  return path;
}
