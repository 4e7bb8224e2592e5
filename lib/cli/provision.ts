/** Fetches what a machine lacks, with a line for each thing. @module */

import { provideLibrary } from "../engine/tensorflow/library.ts";
import { formatProgress } from "../provision/progress.ts";
import type { ProvisionEvent, ProvisionOptions } from "../provision/asset.ts";
import { ensureModel } from "../weights/catalogue.ts";
import { StatusLine } from "./terminal.ts";

/**
 * Fetches the engine's library and the weights unless they are there.
 *
 * @param options Passed on to {@linkcode ProvisionOptions}.
 */
export async function provision(options: ProvisionOptions = {}): Promise<void> {
  const told = { ...options, onProgress: progressLines() };
  await provideLibrary(told);
  await ensureModel(undefined, told);
}

/** A callback that shows each asset's progress on one status line. */
export function progressLines(): (event: ProvisionEvent) => void {
  const line = new StatusLine();
  return (event) => {
    const text = formatProgress(event);
    if (event.phase === "ready") line.finish(text);
    else line.update(text);
  };
}
