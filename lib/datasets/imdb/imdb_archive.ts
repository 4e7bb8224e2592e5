/**
 * IMDB as it is published: 100,000 small files in a gzipped tar file, of which
 * half are reviews with a verdict.
 *
 * @module
 */

import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import type { Asset } from "../../download/asset.ts";
import type { ImdbExample } from "./imdb.ts";

/** The published archive's name. */
export const IMDB_ARCHIVE = "aclImdb_v1.tar.gz";

/**
 * The reviews from their home page.
 *
 * A machine without network waits three seconds at most, because the embedded
 * reviews stand ready.
 */
export const IMDB_ASSET: Asset = {
  name: "IMDB reviews",
  folder: "data/imdb",
  licence: "none stated; reviews remain with their authors",
  files: {
    [IMDB_ARCHIVE]: {
      sha256:
        "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
      bytes: 84_125_825,
    },
  },
  sources: [{
    kind: "url",
    url: `https://ai.stanford.edu/~amaas/data/sentiment/${IMDB_ARCHIVE}`,
    file: IMDB_ARCHIVE,
    connectTimeout: 3_000,
    attempts: 1,
  }],
};

/** Reviews to learn from, and to judge by. */
export type ReviewParts = { train: ImdbExample[]; test: ImdbExample[] };

/** `aclImdb/test/pos/17_9.txt`: the part and the verdict of a review. */
const MEMBER = /^aclImdb\/(train|test)\/(neg|pos)\/\d+_\d+\.txt$/;
/** The longest review has 14 kB. */
const MAX_REVIEW_BYTES = 1 << 20;

/**
 * Reads the reviews out of the archive, one after the other: it is never
 * unpacked as a whole, and reviews without a verdict are passed over.
 *
 * @param path The archive.
 * @returns The reviews in the archive's order, which is sorted by class: shuffle
 * before training.
 * @throws {SyntaxError} If it is no such archive, is damaged, or a review is not
 * UTF-8.
 */
export async function readImdbArchive(path: string): Promise<ReviewParts> {
  const parts: ReviewParts = { train: [], test: [] };
  const entries = extract();
  const failure = pipeline(createReadStream(path), createGunzip(), entries)
    .then(() => undefined, (error: unknown) => error);
  try {
    for await (const entry of entries) {
      const [, part, verdict] = MEMBER.exec(entry.header.name) ?? [];
      if (part === undefined) {
        entry.resume();
        continue;
      }
      const review = await textOf(entry, entry.header.size ?? 0);
      const label = verdict === "pos" ? 1 : 0;
      parts[part as keyof ReviewParts].push({ review, label });
    }
    const late = await failure;
    if (late !== undefined) throw late;
  } catch (error) {
    // The tar reader only knows that it was cut off; the stream before it why.
    const cut = error instanceof Error && error.name === "StreamError";
    throw damaged(path, cut ? await failure ?? error : error);
  }
  if (parts.train.length > 0 && parts.test.length > 0) return parts;
  throw damaged(path, new RangeError("it holds none"));
}

/** The text of a member of bounded size. */
async function textOf(
  chunks: AsyncIterable<unknown>,
  bytes: number,
): Promise<string> {
  if (bytes > MAX_REVIEW_BYTES) {
    throw new RangeError(`a review has ${bytes} bytes`);
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for await (const chunk of chunks) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text + decoder.decode();
}

function damaged(path: string, cause: unknown): SyntaxError {
  return new SyntaxError(
    `Cannot read "${basename(path)}" as it must be a whole archive of ` +
      `reviews: ${(cause as Error).message}`,
    { cause },
  );
}
