/**
 * Starting an engine, which does the arithmetic: engines register how they start, and
 * the best that passes a numerical test is taken.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { ProvisionOptions } from "../download/asset.ts";
import type { Cluster } from "./cluster.ts";
import { didYouMean } from "../options.ts";
import { platform } from "./platform.ts";
import { type CheckResult, selfTest } from "./self_test.ts";

/** Every engine; the first that works is taken, `tensorflow-gpu` only by its name. */
export const ENGINES = [
  "tensorflow",
  "tensorflow-gpu",
  "webgpu",
  "wasm",
] as const;

/** The name of an engine. */
export type EngineName = (typeof ENGINES)[number];

/** One TensorFlow for each process: both builds are the same backend of tfjs. */
function backendOf(engine: EngineName): string {
  return engine === "tensorflow-gpu" ? "tensorflow" : engine;
}

/** How many threads an engine may use. */
export type Threads = {
  /** In all. */
  readonly threads: number;
  /** For operations that run at the same time, at most `threads`. */
  readonly interOpThreads: number;
};

/** What a started engine says of itself. */
export type StartedEngine = Threads & {
  readonly version: string;
  /** Where its library was found, in words. */
  readonly origin: string;
  readonly device: string;
  readonly gpu: string | null;
  /** The devices that TensorFlow found, such as "CPU:0" and "GPU:1". */
  readonly devices?: readonly string[];
  /** What it does without, and why, in words. */
  readonly notes?: readonly string[];
};

/** Which engine runs, on what, how exact it is, and why no better one was taken. */
export type DeviceReport = StartedEngine & {
  readonly engine: EngineName;
  readonly processor: string;
  readonly selfTest: readonly CheckResult[];
  readonly notTaken: readonly { engine: EngineName; reason: string }[];
};

/** Options of {@linkcode startEngine}. */
export type EngineOptions = {
  /** Default: BERTBOOK_ENGINE, or the best that passes the self-test. */
  engine?: EngineName;
  /**
   * Threads of the processor; default: those that `deno task bench --scale` found to be
   * the fastest on this machine, or as many as it has.
   */
  threads?: number;
  /**
   * Operations that TensorFlow runs at the same time, among which the threads are
   * shared; default: as measured, or one for each thread, at most
   * {@linkcode MOST_AT_A_TIME}.
   */
  interOpThreads?: number;
  /** The processes to train with, each of which calls this; TensorFlow on Linux only. */
  cluster?: Cluster;
  /** The number of the card that `tensorflow-gpu` uses; default 0, the first. */
  gpu?: number;
  /** Stop unless the engine computes on a GPU. */
  requireGpu?: boolean;
  /** How a missing library is fetched. */
  provision?: ProvisionOptions;
  /** URL of the folder with the wasm engine's binary files; default: its package. */
  wasmFolder?: string;
};

/**
 * A batch is computed by as many replicas as operations run at the same time, and each
 * replica has gradients of all weights, which are added up.
 */
const MOST_AT_A_TIME = 4;

/** Starts an engine and registers its backend with tfjs. */
export type EngineStarter = (
  options: Omit<EngineOptions, keyof Threads> & Threads,
) => Promise<StartedEngine>;

const starters = new Map<EngineName, EngineStarter>();

/**
 * Registers how an engine starts.
 *
 * @param name Its name, under which it registers its backend with tfjs.
 * @param start Called at most once, unless it fails.
 */
export function registerEngine(name: EngineName, start: EngineStarter): void {
  starters.set(name, start);
}

/** An engine that runs. */
type RunningEngine = StartedEngine & { readonly engine: EngineName };

/** Engines that run already, by their backends; a process opens each of them once. */
const running = new Map<string, Promise<RunningEngine>>();

/** The options of engines that run, by their backends. */
const begunWith = new Map<string, EngineOptions>();

/**
 * Starts an engine, tests it, and makes it tfjs's backend.
 *
 * Called again it answers with the same engine; called for another one, it
 * changes over to that.
 *
 * @param options Which engine, and how.
 * @returns Which engine runs, and why no better one was taken.
 * @throws {RangeError} If the named engine does not exist or is refused, if no
 * engine can be had, if a GPU is required and none is found, or if the numbers of
 * threads make no sense.
 */
export async function startEngine(
  options: EngineOptions = {},
): Promise<DeviceReport> {
  tf.env().set("PROD", true); // tfjs greets on stderr otherwise
  checkThreads(threadsOf(options));
  const named = options.engine ?? platform().environment("BERTBOOK_ENGINE");
  const candidates = named
    ? [parseEngineName(named)]
    : ENGINES.filter((engine) =>
      starters.has(engine) && engine !== "tensorflow-gpu"
    );
  const notTaken: { engine: EngineName; reason: string }[] = [];
  let cause: unknown;
  for (const engine of candidates) {
    try {
      return { ...await tryEngine(engine, options), notTaken };
    } catch (error) {
      // What the user forbade or stopped is no reason to take another engine.
      if (error instanceof Error && error.name === "NotCapable") throw error;
      options.provision?.signal?.throwIfAborted();
      // Alone, or on another engine, a worker would leave the others waiting.
      if (options.cluster !== undefined) throw error;
      cause = error;
      const reason = error instanceof Error ? error.message : String(error);
      notTaken.push({ engine, reason: withoutFolders(reason) });
    }
  }
  const found = notTaken.map(({ engine, reason }) => `${engine}: ${reason}`)
    .join("; ") || "none that is registered";
  const said = named && notTaken[0]!.reason.startsWith("Cannot ")
    ? notTaken[0]!.reason
    : `Cannot start an engine: it must be there and pass its test; found ${found}`;
  const wayOut = options.engine
    ? "; name no engine to use the best one available"
    : named
    ? "; unset BERTBOOK_ENGINE to use the best engine available"
    : "";
  throw new RangeError(said + wayOut, { cause });
}

/**
 * A message with absolute paths cut to their last part: it gets into the outputs of
 * notebooks, and a path tells the user's name.
 */
function withoutFolders(message: string): string {
  return message
    .replace(/(["'])(?:\/|[A-Za-z]:\\)[^"'\n]*[\\/](?=[^"'\n])/g, "$1")
    .replace(/(^|[\s(=])(?:\/|[A-Za-z]:\\)[^\s"']*[\\/](?=\w)/g, "$1");
}

async function tryEngine(
  engine: EngineName,
  options: EngineOptions,
): Promise<Omit<DeviceReport, "notTaken">> {
  if (options.cluster !== undefined && engine !== "tensorflow") {
    throw new RangeError(
      `Cannot join a cluster: the engine must be "tensorflow"; found "${engine}"; ` +
        `pass engine: "tensorflow"`,
    );
  }
  const started = await startOnce(engine, options);
  if (options.requireGpu && started.gpu === null) {
    throw new RangeError(
      `Cannot use "${engine}" on a GPU: it must find one; found ${started.device}`,
    );
  }
  const before = tf.getBackend();
  try {
    if (!await tf.setBackend(backendOf(engine))) {
      throw new RangeError(
        `Cannot start "${engine}": tfjs must be able to open it; it could not`,
      );
    }
    const results = await selfTest();
    const processor = platform().processorName() ?? "unknown processor";
    const notes = started.notes?.map(withoutFolders) ?? [];
    return { ...started, notes, processor, selfTest: results };
  } catch (error) {
    if (before) await tf.setBackend(before);
    throw error;
  }
}

/** What the user says, or what was measured to be the fastest, or a guess. */
function threadsOf(options: EngineOptions, measured?: Threads): Threads {
  // Fewer threads than the given operations at a time would be refused.
  const known = (options.interOpThreads ?? 1) > (measured?.threads ?? 0)
    ? undefined
    : measured;
  const { threads = known?.threads ?? navigator.hardwareConcurrency } = options;
  const { interOpThreads } = known?.threads === threads
    ? known
    : defaultThreads(threads);
  return { threads, interOpThreads: options.interOpThreads ?? interOpThreads };
}

/**
 * How threads are used where nothing was measured.
 *
 * @param threads How many.
 * @returns Them, and how many operations run at a time.
 */
export function defaultThreads(threads: number): Threads {
  return { threads, interOpThreads: Math.min(threads, MOST_AT_A_TIME) };
}

/**
 * Refuses numbers of threads that make no sense.
 *
 * @param options The numbers.
 * @throws {RangeError} If they are not positive integers, or there are more operations
 * than threads.
 */
export function checkThreads({ threads, interOpThreads }: Threads): void {
  const isCount = (value: number): boolean =>
    Number.isSafeInteger(value) && value >= 1;
  const found = `threads=${threads}, interOpThreads=${interOpThreads}`;
  if (!isCount(threads) || !isCount(interOpThreads)) {
    throw new RangeError(
      `Cannot set the threads of TensorFlow: they must be positive integers; ` +
        `found ${found}`,
    );
  }
  if (interOpThreads > threads) {
    throw new RangeError(
      `Cannot set the threads of TensorFlow: interOpThreads must be at most ` +
        `threads; found ${found}`,
    );
  }
}

async function startOnce(
  engine: EngineName,
  options: EngineOptions,
): Promise<RunningEngine> {
  const backend = backendOf(engine);
  let engineStarted = running.get(backend);
  if (engineStarted === undefined) {
    const start = starters.get(engine);
    if (start === undefined) {
      throw new RangeError(
        `Cannot start "${engine}": it must be registered; found ` +
          `${[...starters.keys()].join(", ") || "no engine"}`,
      );
    }
    const measured = engine === "tensorflow"
      ? platform().measured().threads
      : undefined;
    engineStarted = start({ ...options, ...threadsOf(options, measured) })
      .then((started) => ({ ...started, engine }));
    running.set(backend, engineStarted);
    begunWith.set(backend, options);
    // What failed may succeed later, once the user has done something about it.
    engineStarted.catch(() => running.delete(backend));
  }
  const started = await engineStarted;
  if (started.engine !== engine) {
    throw new RangeError(
      `Cannot start "${engine}": a process must have one TensorFlow; found ` +
        `"${started.engine}", which runs; restart the process`,
    );
  }
  for (const name of ["threads", "interOpThreads"] as const) {
    const [asked, has] = [options[name], started[name]];
    if (asked === undefined || backend !== "tensorflow" || asked === has) {
      continue;
    }
    throw new RangeError(
      `Cannot start "${engine}": it must keep the ${name} it began with, ${has}; ` +
        `found ${asked}; restart the process`,
    );
  }
  const begun = begunWith.get(backend)!;
  for (const name of ["cluster", "gpu"] as const) {
    const has = JSON.stringify(begun[name]) ?? (name === "gpu" ? "0" : "none");
    const asked = JSON.stringify(options[name]);
    if (asked === undefined || backend !== "tensorflow" || asked === has) {
      continue;
    }
    if (name === "gpu" && engine !== "tensorflow-gpu") continue;
    throw new RangeError(
      `Cannot start "${engine}": it must keep the ${name} it began with, ${has}; ` +
        `found ${asked}; restart the process`,
    );
  }
  return started;
}

/** Whether tfjs chose the backend by itself, because the first tensor found none. */
let isChosenByTfjs = false;

// tfjs does not say so; its engine first picks a backend and then sets it.
type Best = { name: string; asyncInit: boolean };
const tfjs = tf.engine() as unknown as {
  initializeBackendsAndReturnBest(): Best;
  setBackend(name: string): Promise<boolean>;
};
const { initializeBackendsAndReturnBest: pick, setBackend: set } = tfjs;
let isPicked = false;
tfjs.initializeBackendsAndReturnBest = function (): Best {
  const best = pick.call(this);
  isPicked = true;
  return best;
};
tfjs.setBackend = function (name): Promise<boolean> {
  isChosenByTfjs = isPicked;
  isPicked = false;
  return set.call(this, name);
};

let starting: Promise<unknown> | undefined;

/**
 * Starts the default engine unless one runs.
 *
 * Every asynchronous function that computes begins with it, so that a program without
 * {@linkcode startEngine} does not compute on tfjs's plain JavaScript, hundreds of times
 * slower, without a word. A backend that was chosen by `tf.setBackend` stays.
 *
 * @throws {RangeError} If no engine is registered, or none can be had.
 */
export async function ensureEngine(): Promise<void> {
  if (tf.getBackend() && !isChosenByTfjs) return;
  if (starters.size === 0) {
    throw new RangeError(
      `Cannot compute: an engine must run; found none that is registered; import ` +
        `"bertbook" or "bertbook/core", which register engines`,
    );
  }
  // Several calls may need it at the same time.
  starting ??= startEngine().finally(() => starting = undefined);
  await starting;
}

/** The engine that computes now, for records: what may change the last digits. */
export async function currentEngine(): Promise<
  Pick<DeviceReport, "processor" | "threads" | "version"> & { engine: string }
> {
  const backend = tf.getBackend();
  const started = await running.get(backend);
  const { version = tf.version_core, threads = 1, engine = backend } =
    started ?? {};
  const processor = platform().processorName() ?? "unknown processor";
  return { engine, version, threads, processor };
}

/** What the engine that computes now computes on. */
export async function currentDevice(): Promise<string> {
  return (await running.get(tf.getBackend()))?.device ?? "CPU";
}

/** Whether the engine that computes now keeps its tensors in the memory of a GPU. */
export async function computesOnGpu(): Promise<boolean> {
  const started = await running.get(tf.getBackend());
  return started !== undefined && started.gpu !== null;
}

/**
 * Reads the name of an engine.
 *
 * @param text The value of BERTBOOK_ENGINE.
 * @returns The name.
 * @throws {RangeError} If there is no such engine; it names one that is spelled nearly so.
 */
export function parseEngineName(text: string): EngineName {
  const found = ENGINES.find((name) => name === text);
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot start the engine: BERTBOOK_ENGINE must be one of ` +
      `${ENGINES.join(", ")}; found "${text}"${didYouMean(text, ENGINES)}`,
  );
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
    ...report.notes ?? [],
  ];
  return lines.join("\n");
}
