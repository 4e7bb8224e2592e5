/**
 * `bench --workers`: seconds of a training step of several workers, beside what the model
 * of scaling predicts of them.
 *
 * @module
 */

import type { Threads } from "../../lib/engine/start_engine.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import { type Network, predictStep } from "../../lib/training/scaling_model.ts";
import { freeAddresses } from "../../lib/engine/tensorflow/free_addresses.ts";
import type { RecordedWorkers } from "../../notebooks/support/workers.ts";
import { coresFor, pinned } from "../shell/pinned_cores.ts";
import { type StatusLine } from "../shell/terminal.ts";
import type { Column } from "../shell/text_table.ts";
import { startMachines } from "./network.ts";
import { figure } from "./report.ts";
import type { Scale } from "./scale.ts";
import { BATCH_SIZE, type BenchModel } from "./shapes.ts";
import type { SharedHello, SharedStep, SharedTimes } from "./shared_step.ts";
import { meanOf, spreadOf, sumOf } from "./statistics.ts";
import { denoWorker, WorkerProcess } from "./worker_process.ts";

/** What is measured. */
export type WorkersCase = {
  readonly model: BenchModel;
  readonly tokens: number;
  readonly words: number;
  readonly workers: number;
  /** 10⁹ bits a second between namespaces; default loopback. */
  readonly gbit?: number | undefined;
  readonly reducePrecision?: Precision;
};

/** How it is measured. */
export type WorkersPlan = {
  readonly rounds: number;
  readonly steps: number;
  readonly signal: AbortSignal;
  readonly line: StatusLine;
};

/** What was measured, and predicted. */
export type WorkersRow = WorkersCase & RecordedWorkers;

/** The columns of the table. */
export const WORKERS_COLUMNS: readonly Column<WorkersRow>[] = [
  ["model", ({ model, tokens }) => `${model} ${tokens}`],
  ["workers × threads", ({ workers, threads }) => `${workers} × ${threads}`],
  ["link", describeLink],
  [
    "sums",
    ({ workers, reducePrecision = "float32" }) =>
      workers === 1 ? "" : reducePrecision,
  ],
  ["MB of gradients", ({ gradientBytes }) => figure(gradientBytes / 1e6)],
  ["ms a step", ({ stepSeconds }) => figure(1000 * stepSeconds)],
  ["predicted", (row) => figure(1000 * row.predictedSeconds)],
  ["off by", (row) => percent(row.predictedSeconds / row.stepSeconds - 1)],
  ["no sums", ({ aloneSeconds }) => figure(1000 * aloneSeconds)],
  [
    "sums alone",
    ({ workers, sumSeconds }) => workers === 1 ? "" : figure(1000 * sumSeconds),
  ],
  ["one process", ({ oneSeconds }) => figure(1000 * oneSeconds)],
  [
    "speed-up",
    ({ oneSeconds, stepSeconds }) => figure(oneSeconds / stepSeconds),
  ],
  ["no sums / step", (row) => figure(row.aloneSeconds / row.stepSeconds)],
];

function describeLink({ workers, gbit }: WorkersCase): string {
  if (workers === 1) return "";
  return gbit === undefined ? "loopback" : `${gbit} Gbit/s`;
}

function percent(share: number): string {
  return `${share < 0 ? "" : "+"}${(100 * share).toFixed(0)} %`;
}

const NO_LIMIT: Network = { bytesPerSecond: Infinity };

/** Shares of a worker's sentences; the time of a step is a line through those of all. */
const SHARES = [1, 1 / 2, 1 / 4];
const WARM_UP = 1;

/**
 * Measures a step of one process, of workers side by side that exchange nothing, and of
 * as many in a cluster, which take turns; workers share the cores out. What the second
 * ones take, and what sums take while nothing else is computed, is all that the model
 * knows.
 *
 * @param what Model, workers, and network.
 * @param plan Rounds and steps.
 * @returns A row of the table.
 */
export async function measureWorkers(
  what: WorkersCase,
  plan: WorkersPlan,
): Promise<WorkersRow> {
  const { workers, gbit } = what;
  const cores = navigator.hardwareConcurrency;
  const threads = Math.max(1, Math.floor(cores / workers));
  const sizes = SHARES.map((share) => Math.ceil(share * BATCH_SIZE / workers));
  const alone = { ...what, threads: threadsOf(threads), batchSizes: sizes };
  await using stack = new AsyncDisposableStack();
  const machines = gbit === undefined
    ? undefined
    : stack.use(await startMachines(workers, gbit));
  const one = stack.use(
    await startGroup("one process", [{
      ...what,
      threads: threadsOf(cores),
      batchSizes: workers === 1 ? sizes : [BATCH_SIZE],
    }], plan),
  );
  const groups = [one];
  if (workers > 1) {
    const each = Array.from({ length: workers }, () => alone);
    groups.push(stack.use(await startGroup("apart", each, plan)));
    const addresses = machines?.hosts.map((host) => `${host}:${PORT}`) ??
      freeAddresses(workers);
    const shared = addresses.map((_, index) => ({
      ...alone,
      batchSizes: [BATCH_SIZE],
      cluster: { workers: addresses, index },
    }));
    const before = (index: number) => machines?.inMachine(index) ?? [];
    groups.push(
      stack.use(await startGroup("together", shared, plan, before)),
    );
  }
  const [, apart = one, together = one] = groups;
  for (let round = 0; round < plan.rounds + WARM_UP; round++) {
    plan.line.update(
      `${what.model} ${what.tokens}, ${workers} workers: round ${round}`,
    );
    for (const group of groups) {
      await group.take(round < WARM_UP ? 1 : plan.steps, round >= WARM_UP);
    }
  }
  const { bucketBytes, embeddingBytes, updateSeconds = 0 } = apart.hello;
  const line = lineThrough(sizes, apart.seconds());
  const cost = {
    ...line,
    fixedSeconds: line.fixedSeconds - updateSeconds,
    updateSeconds,
    bucketBytes,
    embeddingBytes,
  };
  const { network } = together.hello;
  const how = {
    workers,
    batchSize: BATCH_SIZE,
    network: network === undefined ? NO_LIMIT : {
      ...network,
      processorSecondsPerByte: network.processorSecondsPerByte / threads,
    },
  };
  const predicted = predictStep(cost, how);
  return {
    ...what,
    threads,
    cost,
    network,
    predictedSeconds: predicted.seconds,
    sumSeconds: predicted.sumSeconds,
    oneSeconds: one.seconds()[0]!,
    aloneSeconds: apart.seconds()[0]!,
    stepSeconds: together.seconds()[0]!,
    gradientBytes: bucketBytes.reduce((sum, bytes) => sum + bytes, 0),
  };
}

/**
 * Times steps of some processes, without anything to compare them with.
 *
 * @param what The model.
 * @param scale Processes, and the threads of each.
 * @param plan Rounds and steps.
 * @returns Milliseconds of the fastest step.
 */
export async function fastestStep(
  what: Pick<WorkersCase, "model" | "tokens" | "words">,
  { workers, ...threads }: Scale,
  plan: WorkersPlan,
): Promise<number> {
  const step = { ...what, threads, batchSizes: [BATCH_SIZE] };
  const addresses = freeAddresses(workers);
  const steps = addresses.map((_, index) =>
    workers === 1 ? step : { ...step, cluster: { workers: addresses, index } }
  );
  await using group = await startGroup("workers", steps, plan);
  await group.take(WARM_UP, false);
  await group.take(plan.rounds * plan.steps, true);
  return group.fastest();
}

const PORT = 23450;

function threadsOf(threads: number): Threads {
  return { threads, interOpThreads: threads };
}

/** The line of least squares. */
function lineThrough(
  sizes: readonly number[],
  seconds: readonly number[],
): { secondsPerExample: number; fixedSeconds: number } {
  const [x, y] = [meanOf(sizes), meanOf(seconds)];
  const secondsPerExample =
    sumOf(sizes.map((size, i) => (size - x) * (seconds[i]! - y))) /
    sumOf(sizes.map((size) => (size - x) ** 2));
  return { secondsPerExample, fixedSeconds: y - secondsPerExample * x };
}

/** Workers that take steps at the same time. */
type Group = AsyncDisposable & {
  readonly hello: SharedHello;
  /** Takes steps of each batch size. */
  take(count: number, counts: boolean): Promise<void>;
  /** The median of all that count, for each batch size. */
  seconds(): number[];
  /** The least milliseconds of all that count. */
  fastest(): number;
};

async function startGroup(
  name: string,
  steps: readonly SharedStep[],
  { signal, line }: WorkersPlan,
  before: (index: number) => string[] = () => [],
): Promise<Group> {
  line.update(`starting ${steps.length} × ${name}`);
  const { threads } = steps[0]!.threads;
  const cores = steps.length > 1
    ? await coresFor(steps.length * threads)
    : undefined;
  // If one cannot start, the others must not wait for it.
  const fault = new AbortController();
  const either = AbortSignal.any([signal, fault.signal]);
  const started = await Promise.allSettled(steps.map(async (step, index) => {
    const worker = denoWorker(`${name}, ${index}`, "shared_step.ts", step);
    const [program = "", ...args] = [
      ...before(index),
      ...pinned(cores?.slice(index * threads, (index + 1) * threads)),
      ...worker.command,
    ];
    const command = [program, ...args] as const;
    try {
      return await WorkerProcess.start<SharedHello>(
        { ...worker, command },
        either,
      );
    } catch (error) {
      fault.abort(error);
      throw error;
    }
  }));
  fault.signal.throwIfAborted();
  const processes = started.flatMap((each) =>
    each.status === "fulfilled" ? [each.value] : []
  );
  const times: number[][] = steps[0]!.batchSizes.map(() => []);
  return {
    hello: processes[0]!.hello,
    async take(count, counts): Promise<void> {
      const all = await Promise.all(
        processes.map((process) => process.ask<SharedTimes>(count + 1)),
      );
      if (!counts) return;
      // After a pause the first sums take some hundred milliseconds longer.
      for (const ofOne of all) {
        ofOne.forEach((ms, i) => times[i]!.push(...ms.slice(1)));
      }
    },
    fastest: () => Math.min(...times.flat()),
    seconds: () => times.map((ms) => spreadOf(ms).median / 1000),
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(
        processes.map((process) => process[Symbol.asyncDispose]()),
      );
    },
  };
}
