import { type Zippable, zipSync } from "fflate";
import { pack } from "tar-stream";
import { gzipSync } from "node:zlib";

/** Unix file attributes as a zip file made on Unix keeps them. */
const UNIX = 3;
const SYMLINK = 0o120777;

/** A zip file of these members; names are stored as they stand. */
export function zipOf(
  members: Record<string, Uint8Array>,
  level: 0 | 6 = 6,
): Uint8Array {
  return zipSync(members as Zippable, { level });
}

/** A zip file whose one member is a symbolic link. */
export function zipWithLink(name: string, target: string): Uint8Array {
  const bytes = new TextEncoder().encode(target);
  const attrs = (SYMLINK << 16) >>> 0;
  return zipSync({ [name]: [bytes, { os: UNIX, attrs }] });
}

/** One entry of a tar file. */
export type TarEntry = {
  name: string;
  bytes?: Uint8Array;
  type?: "file" | "symlink" | "link" | "directory";
};

/** A gzipped tar file of these entries. */
export async function tarballOf(entries: TarEntry[]): Promise<Uint8Array> {
  const tar = pack();
  for (const { name, bytes = new Uint8Array(), type = "file" } of entries) {
    const link = type === "file" ? {} : { linkname: "/etc/passwd" };
    tar.entry({ name, type, ...link }, bytes);
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<unknown>) {
    chunks.push(chunk as Uint8Array);
  }
  return gzipSync(await new Blob(chunks as BlobPart[]).bytes());
}

/** The position of the last occurrence of a little-endian signature. */
export function lastSignature(bytes: Uint8Array, signature: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = bytes.length - 4; at >= 0; at--) {
    if (view.getUint32(at, true) === signature) return at;
  }
  throw new RangeError(`Cannot find ${signature.toString(16)} in the archive`);
}
