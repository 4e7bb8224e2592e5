/**
 * Starts the engine that does the arithmetic, and says which one it is.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { cpus } from "node:os";
import type { ProvisionOptions } from "../download/asset.ts";
import { type EngineName, ENGINES, parseEngineName } from "./engine_name.ts";
import { type CheckResult, selfTest } from "./self_test.ts";
import type { StartedEngine } from "./started_engine.ts";
import { checkThreads, type Threads } from "./tensorflow/config.ts";
import { startTensorFlow } from "./tensorflow/start.ts";
import { startWasm } from "./wasm.ts";
import { startWebGpu } from "./webgpu.ts";

export type { EngineName } from "./engine_name.ts";

/** Which engine runs, on what, how exact it is, and why none better was taken. */
export type DeviceReport = StartedEngine & {
  engine: EngineName;
  processor: string;
  selfTest: CheckResult[];
  notTaken: { engine: EngineName; reason: string }[];
};

/** What {@linkcode startEngine} may be told. */
export type EngineOptions = {
  /** Default: BERTBOOK_ENGINE, else the best that passes the self-test. */
  engine?: EngineName;
  /** Threads of the processor; default: as many as it has. */
  threads?: number;
  /**
   * Operations that TensorFlow runs side by side, among which the threads are
   * shared; default: one for each thread, at most {@linkcode MOST_SIDE_BY_SIDE}.
   */
  interOpThreads?: number;
  /** Stop unless the engine computes on a GPU. */
  requireGpu?: boolean;
  /** How a missing library is fetched. */
  provision?: ProvisionOptions;
};

/**
 * A batch is computed in as many shards as operations run side by side, and each
 * shard has gradients of all weights, which are added up.
 */
const MOST_SIDE_BY_SIDE = 4;

type Starter = (
  options: Threads & { provision: ProvisionOptions },
) => Promise<StartedEngine>;

const STARTERS: Record<EngineName, Starter> = {
  tensorflow: startTensorFlow,
  webgpu: startWebGpu,
  wasm: startWasm,
};

/** Engines that run already; a process opens each of them once. */
const running = new Map<EngineName, Promise<StartedEngine>>();

/**
 * Starts an engine, tests it, and makes it tfjs's backend.
 *
 * Called again it answers with the same engine; called for another one, it
 * changes over to that.
 *
 * @param options Which engine, and how.
 * @returns Which engine runs, and why none better was taken.
 * @throws {RangeError} If the named engine does not exist or is refused, if no
 * engine can be had, if a GPU is required and none is found, or if the numbers of
 * threads make no sense.
 */
export async function startEngine(
  options: EngineOptions = {},
): Promise<DeviceReport> {
  tf.env().set("PROD", true); // tfjs greets on stderr otherwise
  checkThreads(threadsOf(options));
  const named = options.engine ?? Deno.env.get("BERTBOOK_ENGINE");
  const candidates = named ? [parseEngineName(named)] : ENGINES;
  const notTaken: DeviceReport["notTaken"] = [];
  let cause: unknown;
  for (const engine of candidates) {
    try {
      return { ...await tryEngine(engine, options), notTaken };
    } catch (error) {
      // What the user forbade or stopped is no reason to take another engine.
      if (error instanceof Deno.errors.NotCapable) throw error;
      options.provision?.signal?.throwIfAborted();
      cause = error;
      const reason = error instanceof Error ? error.message : String(error);
      notTaken.push({ engine, reason });
    }
  }
  const wanted = named ? `the engine "${named}"` : "an engine";
  throw new RangeError(
    `Cannot start ${wanted} as it must be found and pass its test: ` +
      notTaken.map(({ engine, reason }) => `${engine}: ${reason}`).join("; ") +
      `; without BERTBOOK_ENGINE the best that this machine has is taken`,
    { cause },
  );
}

async function tryEngine(
  engine: EngineName,
  options: EngineOptions,
): Promise<Omit<DeviceReport, "notTaken">> {
  const started = await startOnce(engine, options);
  if (options.requireGpu && started.gpu === null) {
    throw new RangeError(
      `Cannot compute on a GPU as the engine must find one: ` +
        `${engine} found ${started.device}`,
    );
  }
  const before = tf.getBackend();
  try {
    if (!await tf.setBackend(engine)) {
      throw new RangeError(
        `Cannot start "${engine}" as tfjs must be able to open it: it could not`,
      );
    }
    const results = await selfTest();
    return { engine, ...started, processor: processor(), selfTest: results };
  } catch (error) {
    if (before) await tf.setBackend(before);
    throw error;
  }
}

function threadsOf(options: EngineOptions): Threads {
  const threads = options.threads ?? navigator.hardwareConcurrency;
  return {
    threads,
    interOpThreads: options.interOpThreads ??
      Math.min(threads, MOST_SIDE_BY_SIDE),
  };
}

async function startOnce(
  engine: EngineName,
  options: EngineOptions,
): Promise<StartedEngine> {
  const { provision = {} } = options;
  let engineStarted = running.get(engine);
  if (engineStarted === undefined) {
    engineStarted = STARTERS[engine]({ ...threadsOf(options), provision });
    running.set(engine, engineStarted);
    // What failed may succeed later, once the user has done something about it.
    engineStarted.catch(() => running.delete(engine));
  }
  const started = await engineStarted;
  for (const name of ["threads", "interOpThreads"] as const) {
    const [asked, has] = [options[name], started[name]];
    if (asked === undefined || engine !== "tensorflow" || asked === has) {
      continue;
    }
    throw new RangeError(
      `Cannot start "${engine}" as it must keep the ${name} it began with: ` +
        `it has ${has}, asked for ${asked}; restart the process`,
    );
  }
  return started;
}

function processor(): string {
  return cpus()[0]?.model.trim() || "unknown processor";
}

/**
 * The report as text for a reader.
 *
 * @param report What {@linkcode startEngine} returned.
 * @returns A few lines.
 */
export function describeDevice(report: DeviceReport): string {
  const worst = Math.max(
    ...report.selfTest.map(({ difference }) => difference),
  );
  const lines = [
    `Engine: ${report.engine} ${report.version} (${report.origin})`,
    `Device: ${report.device}${report.gpu === null ? " (no GPU found)" : ""}`,
    `Processor: ${report.processor}, ${report.threads} ` +
    `thread${report.threads === 1 ? "" : "s"}`,
    `Self-test: ${report.selfTest.length} checks passed, largest difference ` +
    worst.toExponential(1),
    ...report.notTaken.map(({ engine, reason }) =>
      `Not taken: ${engine}, because: ${reason}`
    ),
  ];
  return lines.join("\n");
}
