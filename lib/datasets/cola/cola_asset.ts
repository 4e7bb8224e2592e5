/** CoLA's official archive, and what its files must be. @module */

import type { Asset } from "../../download/asset.ts";

/** The three files of a corpus in CoLA's format. */
export const COLA_FILES = {
  train: "in_domain_train.tsv",
  inDomainDev: "in_domain_dev.tsv",
  outOfDomainDev: "out_of_domain_dev.tsv",
} as const;

/** Inside the archive the same files stand twice, raw and tokenized. */
const RAW = "cola_public/raw";

/**
 * CoLA 1.1 from its home page. The archive's own digest is not published; its
 * size is bounded and each member is verified.
 *
 * A machine without network waits three seconds at most, because the embedded
 * corpus stands ready.
 */
export const COLA_ASSET: Asset = {
  name: "CoLA 1.1",
  folder: "data/cola-1.1",
  licence: "US fair use; texts remain with their authors and publishers",
  files: {
    "in_domain_train.tsv": {
      sha256:
        "f320a10f92d3bce6b29152fde322a362eac39238e50d8de0c8815457fdf4fc12",
      bytes: 428_578,
    },
    "in_domain_dev.tsv": {
      sha256:
        "77176f6a03faa5a1c4f23c69971fc1bff565931112fb65af47b2d6e24b7f42f7",
      bytes: 25_957,
    },
    "out_of_domain_dev.tsv": {
      sha256:
        "201b9c57b2a20f1282242eec0ed8995729e3be19c29a46c047b3727338836c05",
      bytes: 27_754,
    },
  },
  sources: [{
    kind: "url",
    url: "https://nyu-mll.github.io/CoLA/cola_public_1.1.zip",
    maxArchiveBytes: 4_000_000,
    connectTimeout: 3_000,
    attempts: 1,
    members: {
      "in_domain_train.tsv": `${RAW}/in_domain_train.tsv`,
      "in_domain_dev.tsv": `${RAW}/in_domain_dev.tsv`,
      "out_of_domain_dev.tsv": `${RAW}/out_of_domain_dev.tsv`,
    },
  }],
};
