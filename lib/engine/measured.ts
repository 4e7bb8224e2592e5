/**
 * Measurements of this machine, kept in the cache: which threads and which precision are
 * the fastest. Another processor, number of cores or TensorFlow has a file of its own.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { cacheFolder } from "../download/cache.ts";
import {
  checkTrusted,
  FILE_MODE,
  FOLDER_MODE,
} from "../download/trusted_path.ts";
import type { Measured } from "./platform.ts";
import { processorKind } from "./processor.ts";
import { ENVIRONMENT } from "./speed_settings.ts";
import { VERSION } from "./tensorflow/wheels.ts";

/**
 * What was measured on this machine.
 *
 * @returns Nothing if nothing was, or the file cannot be read or believed.
 */
export function measured(): Measured {
  try {
    const path = fileOf(cacheFolder());
    checkTrusted(path, cacheFolder());
    return checked(JSON.parse(Deno.readTextFileSync(path)));
  } catch {
    return {}; // it only saves time
  }
}

/**
 * Keeps what was measured beside what is known already. If the cache cannot be written,
 * the next process measures again.
 *
 * @param part What was measured now.
 */
export function keepMeasured(part: Measured): void {
  const before = measured();
  const precision = { ...before.precision, ...part.precision };
  const text = JSON.stringify({ ...before, ...part, precision }, null, 2);
  try {
    const path = fileOf(cacheFolder());
    Deno.mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
    const own = `${path}.${Deno.pid}`;
    Deno.writeTextFileSync(own, `${text}\n`, { mode: FILE_MODE });
    Deno.renameSync(own, path);
  } catch {
    // As above.
  }
}

/** The file for this processor as it is used now. */
function fileOf(cache: string): string {
  const settings = ENVIRONMENT.map((name) => Deno.env.get(name) ?? "");
  const machine = [
    processorKind() ?? Deno.build.arch,
    navigator.hardwareConcurrency,
    VERSION,
    settings,
  ];
  const name = createHash("sha256").update(JSON.stringify(machine)).digest(
    "hex",
  );
  return join(cache, "measured", `${name.slice(0, 16)}.json`);
}

/** Numbers that make no sense count as not measured. */
function checked({ threads, precision = {} }: Measured): Measured {
  const isCount = (value: unknown): boolean =>
    Number.isSafeInteger(value) && Number(value) >= 1;
  const isSound = threads !== undefined && isCount(threads.threads) &&
    isCount(threads.interOpThreads) &&
    threads.interOpThreads <= threads.threads;
  const times = Object.entries(precision).filter(([, { float32, bfloat16 }]) =>
    float32 > 0 && bfloat16 > 0
  );
  return {
    ...isSound && { threads },
    precision: Object.fromEntries(times),
  };
}
