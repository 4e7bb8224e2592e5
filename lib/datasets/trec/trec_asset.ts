/** TREC's official files, and what they must be. @module */

import type { Asset } from "../../download/asset.ts";

/** The two files of Li and Roth, as `parseRawTrec` reads them. */
export const RAW_TREC_FILES = {
  train: "train_5500.label",
  test: "TREC_10.label",
} as const;

/**
 * The question classes from their home page.
 *
 * A machine without network waits three seconds at most, because the embedded
 * questions stand ready.
 */
export const TREC_ASSET: Asset = {
  name: "TREC questions",
  folder: "data/trec",
  licence: "none stated; collected by Li and Roth (2002) from several sources",
  files: {
    "train_5500.label": {
      sha256:
        "9e4c8bdcaffb96ed61041bd64b564183d52793a8e91d84fc3a8646885f466ec3",
      bytes: 335_858,
    },
    "TREC_10.label": {
      sha256:
        "033f22c028c2bbba9ca682f68ffe204dc1aa6e1cf35dd6207f2d4ca67f0d0e8e",
      bytes: 23_354,
    },
  },
  sources: [{
    kind: "url",
    url: "https://cogcomp.seas.upenn.edu/Data/QA/QC/",
    connectTimeout: 3_000,
    attempts: 1,
    members: {
      "train_5500.label": "train_5500.label",
      "TREC_10.label": "TREC_10.label",
    },
  }],
};
