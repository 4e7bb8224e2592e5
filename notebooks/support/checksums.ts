/** Checksums: which of a corpus's published files a folder has. @module */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatasetSource } from "../../lib/datasets/dataset.ts";
import { measureFile } from "../../lib/download/checksum.ts";
import type { RunRecord } from "./recorded.ts";

/**
 * Compares the files in a folder, and those of recorded runs, with the published ones.
 *
 * @param source The corpus.
 * @param folder Where this machine has its files.
 * @param record Runs on the corpus.
 * @returns One row for each published file, in all its forms; the first 16 digits of
 * each SHA-256.
 */
export async function checksumTable(
  { asset, otherForms = {} }: DatasetSource,
  folder: string,
  { data }: Pick<RunRecord, "data">,
): Promise<Record<string, string>[]> {
  const published = Object.entries(asset?.files ?? {})
    .map(([file, { sha256 }]) => [file, sha256] as const);
  const rows = [...published, ...Object.entries(otherForms)].map(
    async ([file, known]) => {
      const path = join(folder, file);
      const found = existsSync(path)
        ? (await measureFile(path)).sha256
        : undefined;
      const recorded = data.sha256[file];
      return {
        file,
        "sha256, published": known.slice(0, 16),
        "sha256, yours": found?.slice(0, 16) ?? "no such file",
        "in recorded runs": recorded === undefined
          ? "not used"
          : recorded === known
          ? "equal"
          : "differs",
      };
    },
  );
  return await Promise.all(rows);
}
