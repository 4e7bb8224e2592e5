/** Fetches what a machine lacks, with a line for each thing. @module */

// deno-lint-ignore-file no-console -- a missing library is said in the terminal

import { parseEngineName } from "../../lib/engine/start_engine.ts";
import { provideLibrary } from "../../lib/engine/tensorflow/library.ts";
import {
  ProvisionError,
  type ProvisionEvent,
  type ProvisionOptions,
} from "../../lib/download/asset.ts";
import { formatProgress } from "../../lib/download/asset.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { StatusLine } from "./terminal.ts";

/**
 * Fetches the engine's library and the weights unless they are there.
 *
 * @param options How to fetch.
 * @throws {RangeError} If `BERTBOOK_ENGINE` or `BERTBOOK_MODEL` names nothing.
 * @throws {ProvisionError} If no source delivers what was asked for.
 */
export async function provision(options: ProvisionOptions = {}): Promise<void> {
  const told = { ...options, onProgress: progressLines() };
  await provideEngine(told);
  await ensureModel(undefined, told);
}

/** Fetches TensorFlow; where nobody insists on it, a slower engine may serve. */
async function provideEngine(options: ProvisionOptions): Promise<void> {
  const named = Deno.env.get("BERTBOOK_ENGINE");
  if (named && parseEngineName(named) !== "tensorflow") return;
  try {
    await provideLibrary(options);
  } catch (error) {
    const isMissing = error instanceof ProvisionError ||
      error instanceof RangeError;
    const isWanted = named || Deno.env.get("BERTBOOK_TENSORFLOW");
    if (isWanted || !isMissing) throw error;
    console.log(`A slower engine serves: ${error.message}`);
  }
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
