/** The choices that a run of the notebooks takes from its environment. @module */

import { join, resolve } from "node:path";
import { closest } from "fastest-levenshtein";

/** `quick` shows everything in about a minute; `full` follows the paper. */
export type Mode = "quick" | "full";

/** What the environment decides for a notebook. */
export type Settings = {
  readonly mode: Mode;
  /** Decides the order of the examples, the dropout and the new parameters. */
  readonly seed: number;
  /** Folder that receives the fine-tuned model and the figures. */
  readonly outFolder: string;
  /** A file that stops a training after its step; the training removes it. */
  readonly stopFile: string;
};

/** The name of {@linkcode Settings.stopFile} in the folder of results. */
export const STOP_FILE = "stop";

const MODES: readonly Mode[] = ["quick", "full"];

/** The seed of the BERT fine-tuning tutorials. */
const DEFAULT_SEED = 42;

/**
 * Reads `BERTBOOK_MODE`, `BERTBOOK_SEED` and `BERTBOOK_OUT`, and the file that the
 * Stop button makes, `BERTBOOK_STOP_FILE`, which the kernel of an editor sets.
 *
 * @param environment Where to look a variable up; the process's by default.
 * @throws {RangeError} If the mode or the seed cannot be understood.
 */
export function settings(
  environment: (name: string) => string | undefined = (name) =>
    Deno.env.get(name),
): Settings {
  const outFolder = resolve(
    environment("BERTBOOK_OUT") ||
      join(import.meta.dirname!, "..", "..", "out"),
  );
  return {
    mode: modeOf(environment("BERTBOOK_MODE") || "quick"),
    seed: seedOf(environment("BERTBOOK_SEED") || String(DEFAULT_SEED)),
    outFolder,
    stopFile: environment("BERTBOOK_STOP_FILE") || join(outFolder, STOP_FILE),
  };
}

function modeOf(text: string): Mode {
  const mode = MODES.find((known) => known === text);
  if (mode !== undefined) return mode;
  throw new RangeError(
    `Cannot choose a mode: BERTBOOK_MODE must be quick or full; ` +
      `found "${text}"; did you mean "${closest(text, [...MODES])}"?`,
  );
}

function seedOf(text: string): number {
  if (/^\d+$/.test(text) && Number(text) < 2 ** 31) return Number(text);
  throw new RangeError(
    `Cannot read the seed: BERTBOOK_SEED must be a whole number below 2^31; ` +
      `found "${text}"`,
  );
}
