/** Workers: processes that train together, and how many of them would pay. @module */

import { join } from "node:path";
import type { Cluster } from "../../lib/engine/cluster.ts";
import {
  type Network,
  predictStep,
  type StepCost,
} from "../../lib/training/scaling_model.ts";
import {
  chart,
  quantitative,
  TOP_LEGEND,
  type VegaLiteSpec,
} from "../../lib/views/charts/chart.ts";
import { freeAddresses } from "../../lib/engine/tensorflow/free_addresses.ts";

/** What a worker is told. */
export type WorkerTask = {
  readonly cluster?: Cluster;
  /** Of each batch; default one for each worker. */
  readonly numMicroBatches?: number;
  readonly numSteps: number;
  readonly seed: number;
};

/** What it reports of a step. */
export type WorkerStep = {
  readonly step: number;
  readonly loss: number;
};

/** What became of a worker. */
export type WorkerReport = {
  readonly worker: number;
  readonly steps: readonly WorkerStep[];
  /** Seconds after the last step until it ended. */
  readonly secondsToEnd: number;
  /** What it said at its end, if it did not come to the end of the training. */
  readonly error: string | undefined;
};

/** A training of several workers. */
type Trial = {
  readonly seed: number;
  /** Default 8. */
  readonly numSteps?: number;
  readonly numMicroBatches?: number;
  /** The last worker is killed after this step; default: none is. */
  readonly killAt?: number;
};

/**
 * Trains in several processes of this machine, with one thread each.
 *
 * @param count Number of processes.
 * @param trial What they train.
 * @returns What became of each.
 * @throws {TypeError} If one fails that was not killed.
 */
export async function trainTogether(
  count: number,
  { killAt, numSteps = 8, ...rest }: Trial,
): Promise<WorkerReport[]> {
  const workers = freeAddresses(count);
  const processes = workers.map((_, index) =>
    startWorker({
      ...rest,
      numSteps,
      ...count > 1 && { cluster: { workers, index } },
    })
  );
  const reports = await Promise.all(processes.map(async (process, worker) => {
    const isLast = worker === count - 1;
    const report = await follow(process, isLast ? killAt : undefined);
    // The others would wait for it.
    if (report.error !== undefined) processes.forEach(killLater);
    return { worker, ...report };
  }));
  const failed = reports.find(({ error }) => error !== undefined);
  if (failed === undefined || killAt !== undefined) return reports;
  throw new TypeError(
    `Cannot train together: every worker must come to the end; found that worker ` +
      `${failed.worker} said: ${failed.error}`,
  );
}

function startWorker(task: WorkerTask): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-prompt", "--allow-all"],
      join(import.meta.dirname!, "worker_program.ts"),
      JSON.stringify(task),
    ],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Reads what a worker reports, and kills it after a step. */
async function follow(
  process: Deno.ChildProcess,
  killAt = Infinity,
): Promise<Omit<WorkerReport, "worker">> {
  const errors = new Response(process.stderr).text();
  const steps: WorkerStep[] = [];
  let [last, unfinished] = [performance.now(), ""];
  for await (
    const text of process.stdout.pipeThrough(new TextDecoderStream())
  ) {
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop()!;
    steps.push(...lines.map((line) => JSON.parse(line) as WorkerStep));
    last = performance.now();
    if (steps.some(({ step }) => step >= killAt)) kill(process);
  }
  const { success, signal } = await process.status;
  const said = signal ?? /\w*Error: [^\n]*/.exec(await errors)?.[0] ?? "";
  const secondsToEnd = (performance.now() - last) / 1000;
  return { steps, secondsToEnd, error: success ? undefined : said };
}

/** Milliseconds that workers have to say why they stop, once one of them has ended. */
const LAST_WORDS = 30_000;

function killLater(process: Deno.ChildProcess): void {
  const timer = setTimeout(() => kill(process), LAST_WORDS);
  process.status.then(() => clearTimeout(timer));
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended.
  }
}

/**
 * The losses of one process and of workers, side by side.
 *
 * @param alone Of the process.
 * @param together Of the workers.
 * @returns A row for each step.
 */
export function lossRows(
  alone: WorkerReport,
  together: readonly WorkerReport[],
): (
  & { readonly step: number; readonly alone: number }
  & Record<string, number>
)[] {
  return alone.steps.map(({ step, loss }, i) => ({
    step,
    alone: loss,
    ...Object.fromEntries(
      together.map(({ worker, steps }) => [`worker ${worker}`, steps[i]!.loss]),
    ),
  }));
}

/** What each worker holds, part by part, after a step of a ring. */
export type RingState = readonly (readonly number[])[];

/**
 * A sum by a ring, step by step. In the first n − 1 steps each worker adds a part to that
 * of its neighbour, and then one part is whole on each; in as many steps more, whole
 * parts go around.
 *
 * @param start The parts of each of n workers, n of them.
 * @returns The state at the start and after each step.
 */
export function ringSteps(start: RingState): RingState[] {
  const n = start.length;
  const states = [start];
  for (let step = 0; step < 2 * (n - 1); step++) {
    const before = states.at(-1)!;
    const next = before.map((parts) => [...parts]);
    for (let worker = 0; worker < n; worker++) {
      const part = (worker - step % (n - 1) + (step < n - 1 ? 0 : 1) + n) % n;
      const sent = before[worker]![part]!;
      const to = next[(worker + 1) % n]!;
      to[part] = step < n - 1 ? to[part]! + sent : sent;
    }
    states.push(next);
  }
  return states;
}

/** A measured step of several workers, in `recorded/workers.json`. */
export type RecordedWorkers = {
  readonly model: string;
  readonly tokens: number;
  readonly workers: number;
  readonly threads: number;
  /** 10⁹ bits a second between network namespaces; without it, loopback. */
  readonly gbit?: number | undefined;
  readonly reducePrecision?: "float32" | "bfloat16";
  /** Of one process with all threads; of workers that exchange nothing; of these. */
  readonly oneSeconds: number;
  readonly aloneSeconds: number;
  readonly stepSeconds: number;
  readonly predictedSeconds: number;
  /** Of all sums, while nothing else is computed. */
  readonly sumSeconds: number;
  readonly gradientBytes: number;
  readonly cost: StepCost;
  /** Its processor time is that of one core. */
  readonly network?: Required<Network> | undefined;
};

/** What `deno task bench --workers` wrote on one machine. */
export type WorkersRecord = {
  readonly machine: string;
  readonly rows: readonly RecordedWorkers[];
};

/** Reads the measurements. */
export async function recordedWorkers(): Promise<WorkersRecord> {
  const file = join(import.meta.dirname!, "..", "recorded", "workers.json");
  return JSON.parse(await Deno.readTextFile(file)) as WorkersRecord;
}

/** The rows of a record as a table, times in milliseconds. */
export function workersTable(
  rows: readonly RecordedWorkers[],
): Record<string, string | number>[] {
  return rows.map((row) => ({
    model: `${row.model} ${row.tokens}`,
    workers: row.workers,
    link: row.workers === 1
      ? ""
      : row.gbit === undefined
      ? "loopback"
      : `${row.gbit} Gbit/s`,
    sums: row.workers === 1 ? "" : row.reducePrecision ?? "float32",
    MB: row.gradientBytes / 1e6,
    "no sums": Math.round(1000 * row.aloneSeconds),
    "sums alone": Math.round(1000 * row.sumSeconds),
    measured: Math.round(1000 * row.stepSeconds),
    predicted: Math.round(1000 * row.predictedSeconds),
    "off by": `${
      Math.round(100 * (row.predictedSeconds / row.stepSeconds - 1))
    } %`,
  }));
}

/** By which share a prediction is off. */
export function errorOf(
  { predictedSeconds, stepSeconds }: RecordedWorkers,
): number {
  return Math.abs(predictedSeconds / stepSeconds - 1);
}

/**
 * What TensorFlow carries between two workers of MiniLM over loopback.
 *
 * @param rows Of a record.
 * @param threads Of a worker, which share what sums take.
 */
export function softwareOf(
  rows: readonly RecordedWorkers[],
  threads: number,
): Required<Network> {
  const { network } = rows.find((row) =>
    row.model === "minilm" && row.workers > 1 && row.gbit === undefined
  )!;
  return {
    ...network!,
    processorSecondsPerByte: network!.processorSecondsPerByte / threads,
  };
}

/** Of a link, this share carries gradients; the rest is headers. */
const PAYLOAD = 0.94;

/**
 * A link, and the software at both of its ends.
 *
 * @param gbit 10⁹ bits a second.
 * @param software What it carries over a link without limits, as measured; default: all,
 * with 20 µs for a message, as usual in an Ethernet.
 */
export function linkOf(gbit: number, software?: Network): Network {
  const bytesPerSecond = PAYLOAD * gbit * 1e9 / 8;
  if (software === undefined) return { bytesPerSecond, latencySeconds: 2e-5 };
  return {
    ...software,
    bytesPerSecond: Math.min(bytesPerSecond, software.bytesPerSecond),
  };
}

/** Predictions for some numbers of workers. */
export type ScalingRow = {
  readonly link: string;
  readonly workers: number;
  /** Of a step. */
  readonly seconds: number;
  /** Times as many examples a second as one worker. */
  readonly speedup: number;
  /** The speed-up for each worker. */
  readonly efficiency: number;
};

/** 1, 2, 4, … 1,024. */
export const WORKER_COUNTS: readonly number[] = Array.from(
  { length: 11 },
  (_, i) => 2 ** i,
);

/**
 * Predicts steps of 1 to 1,024 workers.
 *
 * @param cost Of one worker.
 * @param links The networks, by their names.
 * @param batchSizeOf The examples of a step.
 */
export function scalingRows(
  cost: StepCost,
  links: Readonly<Record<string, Network>>,
  batchSizeOf: (workers: number) => number,
): ScalingRow[] {
  return Object.entries(links).flatMap(([link, network]) => {
    const speedOf = (workers: number) => {
      const batchSize = batchSizeOf(workers);
      const { seconds } = predictStep(cost, { workers, batchSize, network });
      return { seconds, speed: batchSize / seconds };
    };
    const one = speedOf(1);
    return WORKER_COUNTS.filter((workers) => batchSizeOf(workers) >= workers)
      .map((workers) => {
        const { seconds, speed } = speedOf(workers);
        const speedup = speed / one.speed;
        return {
          link,
          workers,
          seconds,
          speedup,
          efficiency: speedup / workers,
        };
      });
  });
}

/**
 * The most workers of which each still does this share of what it does alone.
 *
 * @param rows Of one link.
 * @param least The share.
 */
export function mostWorkers(rows: readonly ScalingRow[], least = 0.5): number {
  const end = rows.findIndex(({ efficiency }) => efficiency < least);
  return (end < 0 ? rows.at(-1) : rows[end - 1])!.workers;
}

/** Draws speed-ups, both axes by powers of two. */
export function scalingChart(
  rows: readonly ScalingRow[],
  title: string,
): VegaLiteSpec {
  const links = [...new Set(rows.map(({ link }) => link))];
  const most = Math.max(...rows.map(({ workers }) => workers));
  const ideal = [1, most].map((workers) => ({
    link: "ideal",
    workers,
    speedup: workers,
  }));
  const scale = { type: "log", base: 2 } as const;
  const ends = links.map((link) => {
    const { workers, speedup } = rows.findLast((row) => row.link === link)!;
    return `${link}: ${speedup.toFixed(1)} times at ${workers} workers`;
  });
  return chart({
    title,
    description: `Speed-up against the number of workers. ${ends.join("; ")}.`,
    data: { values: [...rows, ...ideal] },
    mark: { type: "line", point: true },
    encoding: {
      x: quantitative("workers", "Workers", { scale }),
      y: quantitative("speedup", "Speed-up", { scale }),
      color: {
        field: "link",
        type: "nominal",
        sort: [...links, "ideal"],
        legend: TOP_LEGEND,
      },
      strokeDash: {
        condition: { test: "datum.link === 'ideal'", value: [4, 4] },
        value: [],
      },
    },
  });
}
