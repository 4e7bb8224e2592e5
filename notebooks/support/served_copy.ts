/** Served copies: the files of a dataset as a zip file on 127.0.0.1, to watch a download. @module */

import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import type { DatasetSource, Example } from "../../lib/datasets/dataset.ts";
import type { DatasetOptions } from "../../lib/datasets/load_dataset.ts";
import type { FileFact } from "../../lib/download/asset.ts";
import { measureFile } from "../../lib/download/checksum.ts";

/** "PK", with which the header of a zip file begins. */
const SIGNATURE = 0x4b50;
/** The number of the compression method in a zip file. */
const DEFLATED = 8;

/** A copy that is being served, and an empty cache for it. */
export interface ServedCopy<E extends Example> extends AsyncDisposable {
  /** The dataset, which is nowhere but in the zip file. */
  readonly source: DatasetSource<E>;
  /** For `loadDataset`: downloads the copy into the empty cache. */
  readonly options: DatasetOptions;
  /** How much the download has read and written so far. */
  readonly bytes: Record<string, number>;
}

/**
 * Serves the files of a dataset as a zip file on this machine.
 *
 * @param source The dataset.
 * @param folder Holds its files.
 * @param options Whether one bit of the first file is changed after its SHA-256 was
 * noted; default false.
 * @returns The copy; disposed, it ends the server and removes the cache.
 */
export async function serveCopy<E extends Example>(
  { embedded: _, ...source }: DatasetSource<E>,
  folder: string,
  { changed = false }: { readonly changed?: boolean } = {},
): Promise<ServedCopy<E>> {
  const names = Object.keys(source.asset!.files);
  const files: Record<string, FileFact> = {};
  const contents: Record<string, Uint8Array> = {};
  for (const name of names) {
    files[name] = await measureFile(join(folder, name));
    contents[name] = await Deno.readFile(join(folder, name));
  }
  if (changed) contents[names[0]!]![0]! ^= 1;
  const zip = await zipOf(contents);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(zip),
  );
  const home = await Deno.makeTempDir({ prefix: "bertbook-copy-" });
  const bytes: Record<string, number> = {};
  return {
    source: {
      ...source,
      name: "copy",
      asset: {
        ...source.asset!,
        files,
        sources: [{
          kind: "url",
          url: `http://127.0.0.1:${server.addr.port}/copy.zip`,
          maxArchiveBytes: zip.length,
          members: Object.fromEntries(names.map((name) => [name, name])),
        }],
      },
    },
    options: {
      embeddedOnly: false,
      provision: {
        home,
        offline: false,
        onProgress: ({ phase, loaded }) => {
          if (phase === "download") bytes["bytes downloaded"] = loaded;
          if (phase === "unpack") bytes["bytes unpacked"] = loaded;
        },
      },
    },
    bytes,
    async [Symbol.asyncDispose](): Promise<void> {
      await server.shutdown();
      await Deno.remove(home, { recursive: true });
    },
  };
}

/**
 * A zip file of compressed members: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7 (local
 * header), 4.3.12 (central directory) and 4.3.16 (its end).
 */
function zipOf(
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const members: Uint8Array[] = [], directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const path = new TextEncoder().encode(name), packed = deflateRawSync(bytes);
    const facts = fields(
      ...[20, 0, DEFLATED, 0, 0],
      ...long(crc32(bytes)),
      ...long(packed.length),
      ...long(bytes.length),
      ...[path.length, 0],
    );
    members.push(fields(SIGNATURE, 0x0403), facts, path, packed);
    const place = fields(0, 0, 0, 0, 0, ...long(offset));
    directory.push(fields(SIGNATURE, 0x0201, 20), facts, place, path);
    offset += 4 + facts.length + path.length + packed.length;
  }
  const count = members.length / 4;
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = fields(
    ...[SIGNATURE, 0x0605, 0, 0, count, count],
    ...long(size),
    ...long(offset),
    0,
  );
  return new Blob([...members, ...directory, end] as BlobPart[]).bytes();
}

/** 16-bit fields of a header, the low byte first. */
function fields(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((each) => [each & 255, each >>> 8]));
}

/** A 32-bit field. */
function long(value: number): readonly number[] {
  return [value & 0xffff, value >>> 16];
}
