import assert from "node:assert/strict";
import {
  defaultScale,
  type Scale,
  searchScale,
} from "../../../tools/bench/scale.ts";

/** Milliseconds that the fake clock goes on for each measurement. */
const PER_MEASUREMENT = 10_000;

/**
 * A machine after Amdahl: a part of the step runs alone, operations split among threads
 * wait for the slowest, replicas add up their gradients, workers exchange them, and the
 * memory feeds a number of cores.
 */
function machine(
  { alone, split, add, exchange, fed }: Record<
    "alone" | "split" | "add" | "exchange" | "fed",
    number
  >,
): (scale: Scale) => number {
  return ({ workers, threads, interOpThreads }: Scale): number => {
    const each = threads / interOpThreads;
    const useful = Math.min(fed, workers * threads / (1 + split * (each - 1)));
    return alone / workers + 1000 / useful + add * (interOpThreads - 1) +
      exchange * Math.log2(workers);
  };
}

const MACHINES = {
  "splitting costs little": {
    alone: 5,
    split: 0.01,
    add: 2,
    exchange: 5,
    fed: 99,
  },
  "splitting costs much": {
    alone: 5,
    split: 0.3,
    add: 0.5,
    exchange: 3,
    fed: 99,
  },
  "memory feeds six cores": {
    alone: 5,
    split: 0.05,
    add: 1,
    exchange: 4,
    fed: 6,
  },
};

function allScales(cores: number, mostWorkers: number): Scale[] {
  const sizes = [1, 2, 4, 8, 16, 32, 64].filter((size) => size <= cores);
  return sizes.flatMap((workers) =>
    sizes.flatMap((threads) =>
      sizes.map((interOpThreads) => ({ workers, threads, interOpThreads }))
    )
  ).filter(({ workers, threads, interOpThreads }) =>
    workers <= mostWorkers && workers * threads <= cores &&
    interOpThreads <= threads
  );
}

Deno.test("on 4 to 64 cores the search finds a way near the fastest in few measurements", async () => {
  for (const [name, constants] of Object.entries(MACHINES)) {
    for (const cores of [4, 8, 16, 32, 64]) {
      for (const mostWorkers of [1, cores]) {
        const timeOf = machine(constants);
        let clock = 0;
        const measure = (scale: Scale): Promise<number> => {
          clock += PER_MEASUREMENT;
          return Promise.resolve(timeOf(scale));
        };
        const { best, tried, isComplete } = await searchScale(
          cores,
          defaultScale(cores),
          measure,
          { mostWorkers, seconds: 600, now: () => clock },
        );
        const all = allScales(cores, mostWorkers);
        const fastest = Math.min(...all.map(timeOf));
        const where = `${name}, ${cores} cores, ${mostWorkers} workers`;
        assert.ok(isComplete, where);
        assert.equal(best.milliseconds, timeOf(best), where);
        assert.ok(best.milliseconds <= 1.1 * fastest, where);
        const keys = tried.map(({ milliseconds: _, ...scale }) =>
          JSON.stringify(scale)
        );
        assert.equal(new Set(keys).size, tried.length, where);
        assert.ok(tried.length <= 28, `${where}: ${tried.length}`);
        assert.ok(
          tried.every(({ workers, threads, interOpThreads }) =>
            workers * threads <= cores && interOpThreads <= threads &&
            workers <= mostWorkers
          ),
          where,
        );
      }
    }
  }
});

Deno.test("nothing new is measured once the time is over, and what is best so far counts", async () => {
  const timeOf = machine(MACHINES["splitting costs much"]);
  let clock = 0, count = 0;
  const { best, start, isComplete } = await searchScale(
    64,
    defaultScale(64),
    (scale) => {
      clock += PER_MEASUREMENT;
      count++;
      return Promise.resolve(timeOf(scale));
    },
    { mostWorkers: 64, seconds: 50, now: () => clock },
  );
  assert.equal(isComplete, false);
  assert.equal(count, 5 + 2); // then the default and the best once more
  assert.ok(best.milliseconds < start.milliseconds);
});

Deno.test("a lucky measurement does not replace the default", async () => {
  let isFirst = true;
  const { best } = await searchScale(2, defaultScale(2), ({ threads }) => {
    // The default seems slow at first: another program ran.
    const time = threads === 2 && isFirst ? 200 : 100;
    isFirst = false;
    return Promise.resolve(time);
  });
  assert.deepEqual(best, { ...defaultScale(2), milliseconds: 100 });
});

Deno.test("cores need not be a power of two", async () => {
  const { tried } = await searchScale(
    6,
    defaultScale(6),
    ({ threads }) => Promise.resolve(100 / threads),
  );
  assert.ok(tried.some(({ threads }) => threads === 4));
  assert.ok(tried.every(({ threads }) => [1, 2, 4, 6].includes(threads)));
});
