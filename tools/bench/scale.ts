/**
 * Scaling search: how many processes, threads and operations at a time make a training step
 * fastest on this machine, by hill climbing over a few measurements.
 *
 * @module
 */

import { defaultThreads, type Threads } from "../../lib/engine/start_engine.ts";

/** How the cores of a machine are used. */
export type Scale = Threads & {
  /** Processes that train together, each of which has these threads. */
  readonly workers: number;
};

/** A way to use the cores, and its time. */
export type MeasuredScale = Scale & {
  /** The fastest step. */
  readonly milliseconds: number;
};

/** What a search found. */
export type ScaleSearch = {
  readonly best: MeasuredScale;
  /** The default, with which the search begins. */
  readonly start: MeasuredScale;
  /** All that was measured, in this order. */
  readonly tried: readonly MeasuredScale[];
  /** Whether no neighbour of the best is left to measure; else the time ran out. */
  readonly isComplete: boolean;
};

/** A way must save this share of the time, or the difference is taken for chance. */
const LEAST_GAIN = 0.03;

/**
 * Searches from the default: measures every way that differs by one step, goes on from the
 * fastest of them, and ends where none is faster. At the end the default and the best are
 * measured once more, as a measurement may be lucky.
 *
 * @param cores Of the machine.
 * @param start The default.
 * @param measure Gives the milliseconds of a step on the same global batch.
 * @param options `mostWorkers`: default 1; `seconds`: after which nothing new is measured,
 * default 300; `now`: the clock, in milliseconds.
 * @returns The fastest way, and all that were tried.
 */
export async function searchScale(
  cores: number,
  start: Scale,
  measure: (scale: Scale) => Promise<number>,
  options: {
    mostWorkers?: number;
    seconds?: number;
    now?: () => number;
  } = {},
): Promise<ScaleSearch> {
  const { mostWorkers = 1, seconds = 300 } = options;
  const { now = () => performance.now() } = options;
  const end = now() + 1000 * seconds;
  const tried = new Map<string, MeasuredScale>();
  const time = async (scale: Scale): Promise<MeasuredScale> => {
    const key = keyOf(scale);
    const before = tried.get(key)?.milliseconds ?? Infinity;
    const milliseconds = Math.min(before, await measure(scale));
    const measured = { ...scale, milliseconds };
    tried.set(key, measured);
    return measured;
  };
  let best = await time(start);
  let isOver = false;
  let last: Scale | undefined;
  while (best !== last && !isOver) {
    last = best;
    for (const next of neighbours(last, cores, mostWorkers)) {
      const known = tried.get(keyOf(next));
      isOver ||= known === undefined && now() >= end;
      if (isOver) break;
      const measured = known ?? await time(next);
      if (isFaster(measured, best)) best = measured;
    }
  }
  const first = await time(start);
  const again = best.milliseconds < first.milliseconds
    ? await time(best)
    : best;
  return {
    best: isFaster(again, first) ? again : first,
    start: first,
    tried: [...tried.values()],
    isComplete: !isOver,
  };
}

/**
 * What `startEngine` takes where nothing was measured.
 *
 * @param cores Of the machine.
 * @returns One process with all threads.
 */
export function defaultScale(cores: number): Scale {
  return { workers: 1, ...defaultThreads(cores) };
}

function keyOf({ workers, threads, interOpThreads }: Scale): string {
  return `${workers} × ${threads}, ${interOpThreads}`;
}

function isFaster(a: MeasuredScale, b: MeasuredScale): boolean {
  return a.milliseconds < b.milliseconds * (1 - LEAST_GAIN);
}

/** Powers of two, and the number itself. */
function sizesUpTo(most: number): number[] {
  const powers = Array.from(
    { length: Math.floor(Math.log2(most)) + 1 },
    (_, i) => 2 ** i,
  );
  return [...new Set([...powers, most])];
}

/** Steps of workers, threads and operations; the last two keep the threads of all. */
const MOVES = [
  [1, 0, 0],
  [-1, 0, 0],
  [0, 1, 0],
  [0, -1, 0],
  [0, 0, 1],
  [0, 0, -1],
  [0, 1, 1],
  [0, -1, -1],
  [1, -1, 0],
  [-1, 1, 0],
] as const;

/** The ways that differ by one step and fit the machine. */
function neighbours(scale: Scale, cores: number, mostWorkers: number): Scale[] {
  const sizes = sizesUpTo(cores);
  const at = (value: number, step: number): number =>
    sizes[sizes.indexOf(value) + step] ?? 0;
  return MOVES.map(([byWorkers, byThreads, byOperations]): Scale => {
    const threads = at(scale.threads, byThreads);
    return {
      workers: at(scale.workers, byWorkers),
      threads,
      interOpThreads: Math.min(threads, at(scale.interOpThreads, byOperations)),
    };
  }).filter(({ workers, threads, interOpThreads }) =>
    workers >= 1 && workers <= mostWorkers && threads >= 1 &&
    interOpThreads >= 1 && workers * threads <= cores
  );
}
