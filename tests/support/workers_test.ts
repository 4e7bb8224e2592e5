import fc from "fast-check";
import assert from "node:assert/strict";
import {
  linkOf,
  mostWorkers,
  recordedWorkers,
  ringSteps,
  scalingChart,
  scalingRows,
  WORKER_COUNTS,
  workersTable,
} from "../../notebooks/support/workers.ts";
import { assertAll } from "../_property.ts";

const COST = {
  secondsPerExample: 0.02,
  fixedSeconds: 0,
  updateSeconds: 0.04,
  bucketBytes: [10e6, 40e6],
};

Deno.test("ringSteps() ends with the sum of each part on every worker", () => {
  const workers = fc.integer({ min: 1, max: 7 }).chain((n) => {
    const parts = fc.array(fc.integer(), { minLength: n, maxLength: n });
    return fc.array(parts, { minLength: n, maxLength: n });
  });
  assertAll(fc.property(workers, (start) => {
    const n = start.length;
    const sums = start[0]!.map((_, part) =>
      start.reduce((sum, parts) => sum + parts[part]!, 0)
    );
    const states = ringSteps(start);
    assert.equal(states.length, 2 * (n - 1) + 1);
    for (const parts of states.at(-1)!) assert.deepEqual(parts, sums);
    // After the first half each worker has one whole part, another one each.
    for (const [worker, parts] of states[n - 1]!.entries()) {
      const part = (worker + 1) % n;
      assert.equal(parts[part], sums[part]);
    }
  }));
});

Deno.test("a link is as fast as its slower end", () => {
  const software = {
    bytesPerSecond: 300e6,
    latencySeconds: 1e-3,
    processorSecondsPerByte: 1e-9,
  };
  assert.equal(linkOf(100, software).bytesPerSecond, 300e6);
  assert.equal(linkOf(1, software).bytesPerSecond, 0.94 * 125e6);
  assert.equal(linkOf(1, software).latencySeconds, 1e-3);
  assert.equal(linkOf(1).processorSecondsPerByte, undefined);
});

Deno.test("scalingRows() compares speeds, and mostWorkers() ends at the share", () => {
  const links = { slow: linkOf(1), endless: { bytesPerSecond: Infinity } };
  const fixed = scalingRows(COST, links, () => 32);
  assert.equal(fixed.length, 2 * 6); // at most a worker for each example
  assert.ok(fixed.every(({ workers, speedup }) => speedup <= workers + 1e-9));
  const grown = scalingRows(COST, links, (workers) => 32 * workers);
  assert.equal(grown.length, 2 * WORKER_COUNTS.length);
  const [one, ...others] = grown.filter(({ link }) => link === "endless");
  assert.equal(one!.speedup, 1);
  for (const { efficiency } of others) {
    assert.ok(Math.abs(efficiency - 1) < 1e-9);
  }
  const rows = fixed.filter(({ link }) => link === "slow");
  const most = mostWorkers(rows);
  const at = rows.findIndex(({ workers }) => workers === most);
  assert.ok(rows[at]!.efficiency >= 0.5 && rows[at + 1]!.efficiency < 0.5);
  assert.equal(mostWorkers(rows, 0), 32);

  const { description } = scalingChart(fixed, "Speed");
  assert.match(description, /slow: \d+\.\d times at 32 workers; endless: /);
});

Deno.test("the record has predictions beside measurements, one process first", async () => {
  const { machine, rows } = await recordedWorkers();
  assert.match(machine, /TensorFlow/i);
  assert.ok(rows.some(({ workers }) => workers === 1));
  assert.ok(rows.some(({ gbit }) => gbit === 1));
  assert.ok(rows.some(({ model }) => model === "bert-base"));
  const table = workersTable(rows);
  assert.equal(table.length, rows.length);
  for (const [i, row] of rows.entries()) {
    assert.ok(row.stepSeconds > 0 && row.predictedSeconds > 0);
    assert.equal(row.network === undefined, row.workers === 1);
    assert.match(String(table[i]!["off by"]), /^-?\d+ %$/);
  }
});
