/** Downloads of what a machine lacks, with a line for each. @module */

// deno-lint-ignore-file no-console -- a missing library is reported in the terminal

import { parseEngineName } from "../../lib/engine/start_engine.ts";
import { provideCuda } from "../../lib/engine/tensorflow/cuda_wheels.ts";
import { provideLibrary } from "../../lib/engine/tensorflow/library.ts";
import { nvidiaDriver } from "../../lib/engine/tensorflow/nvidia.ts";
import {
  formatProgress,
  ProvisionError,
  type ProvisionEvent,
  type ProvisionOptions,
} from "../../lib/download/asset.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { type Log, StatusLine } from "./terminal.ts";

/**
 * Downloads the engine's library and the weights unless they are there.
 *
 * @param options How to download.
 * @param log Where the lines are written.
 * @param model Whose weights; default that of `BERTBOOK_MODEL`, else all-MiniLM-L6-v2.
 * @throws {RangeError} If `BERTBOOK_ENGINE` or `BERTBOOK_MODEL` names nothing.
 * @throws {ProvisionError} If no source delivers what is needed.
 */
export async function provision(
  options: ProvisionOptions = {},
  log: Log = console.log,
  model?: string,
): Promise<void> {
  await provideEngine(options, log);
  await ensureModel(model, { ...options, onProgress: progressLines(log) });
}

/**
 * Downloads TensorFlow; without it a slower engine is used, unless it was asked for.
 *
 * @param options How to download.
 * @param log Where the lines are written.
 */
export async function provideEngine(
  options: ProvisionOptions = {},
  log: Log = console.log,
): Promise<void> {
  const named = Deno.env.get("BERTBOOK_ENGINE");
  const engine = named ? parseEngineName(named) : "tensorflow";
  if (!engine.startsWith("tensorflow")) return;
  try {
    const shown = { ...options, onProgress: progressLines(log) };
    if (engine === "tensorflow") await provideLibrary(shown);
    else if (!Deno.env.get("BERTBOOK_TENSORFLOW")) {
      nvidiaDriver(); // before gigabytes are fetched
      await provideCuda(shown);
    }
  } catch (error) {
    const isMissing = error instanceof ProvisionError ||
      error instanceof RangeError;
    const isWanted = named || Deno.env.get("BERTBOOK_TENSORFLOW");
    if (isWanted || !isMissing) throw error;
    log(`Using a slower engine: ${error.message}`);
  }
}

/**
 * A callback that shows each asset's progress on one status line.
 *
 * @param log Where the lines are written.
 */
export function progressLines(log?: Log): (event: ProvisionEvent) => void {
  const line = new StatusLine(log);
  return (event) => {
    const text = formatProgress(event);
    if (event.phase === "ready") line.finish(text);
    else line.update(text);
  };
}
