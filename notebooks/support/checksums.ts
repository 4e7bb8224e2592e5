/** Checksums: which of a corpus's published files a folder has. @module */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Dataset, DatasetSource } from "../../lib/datasets/dataset.ts";
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

/**
 * Says where a corpus is published, and whether its published files are those in use.
 *
 * @param source The corpus.
 * @param dataset What this machine has of it.
 * @param rows From {@linkcode checksumTable}.
 * @returns Sentences; what they say of the files is counted in the rows.
 */
export function checksumVerdict(
  { title, asset }: Pick<DatasetSource, "title" | "asset">,
  dataset: Pick<Dataset, "origin" | "title">,
  rows: readonly Readonly<Record<string, string>>[],
): string {
  const urls = (asset?.sources ?? [])
    .flatMap((each) => each.kind === "url" ? [each.url] : []);
  const published = `${title} is published at ${urls.join(" and ")}. `;
  if (dataset.origin === "embedded") {
    return `${published}No file of it is in use here: the ` +
      `${dataset.title.toLowerCase()} takes its place.`;
  }
  const here = rows.filter((row) => row["sha256, yours"] !== "no such file");
  const equal = here.filter((row) =>
    row["sha256, yours"] === row["sha256, published"]
  );
  return `${published}Of ${here.length} such file` +
    `${here.length === 1 ? "" : "s"} of yours, ${equal.length} ` +
    `${equal.length === 1 ? "is" : "are"} equal to the published.`;
}
