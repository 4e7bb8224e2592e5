/** Provisioning in words. @module */

/** One moment of {@linkcode ensureAsset}. */
export type ProvisionEvent = {
  /** The asset's name. */
  asset: string;
  /** Where its files come from. */
  source: string;
  /** What is being done; after "ready" nothing more comes. */
  phase: "download" | "verify" | "unpack" | "ready";
  /** Bytes done in this phase. */
  loaded: number;
  /** Bytes to do in this phase; 0 where unknown. */
  total: number;
};

const DOING = {
  download: "downloading",
  verify: "checking sha256",
  unpack: "unpacking",
} as const;

/**
 * One line about an event: the asset, the size, the source, and at the end that
 * its digest was checked.
 *
 * @example
 * ```ts
 * import { formatProgress } from "bertbook/download/progress.ts";
 * import assert from "node:assert/strict";
 *
 * const event = { asset: "weights", source: "pip model==1.0", total: 8_000_000 };
 * assert.equal(
 *   formatProgress({ ...event, phase: "download", loaded: 2_000_000 }),
 *   "weights: downloading 2.0 of 8.0 MB (25 %) from pip model==1.0",
 * );
 * assert.equal(
 *   formatProgress({ ...event, phase: "ready", loaded: 8_000_000 }),
 *   "weights: ready, 8.0 MB from pip model==1.0, sha256 verified",
 * );
 * ```
 *
 * @param event The event.
 * @returns One line without a line break.
 */
export function formatProgress(event: ProvisionEvent): string {
  const { asset, source, phase, loaded, total } = event;
  if (phase === "ready") {
    return `${asset}: ready, ${
      megabytes(total)
    } MB from ${source}, sha256 verified`;
  }
  const amount = total > 0
    ? `${megabytes(loaded)} of ${megabytes(total)} MB ` +
      `(${Math.floor(100 * loaded / total)} %)`
    : `${megabytes(loaded)} MB`;
  return `${asset}: ${DOING[phase]} ${amount} from ${source}`;
}

/** 10⁶ bytes, with one digit after the point. */
function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
