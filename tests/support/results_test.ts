import assert from "node:assert/strict";
import { join } from "node:path";
import type { TrainingRecord } from "bertbook/checkpoint/receipt.ts";
import { noteTrace } from "bertbook/engine/tracing_report.ts";
import {
  readResults,
  recordResults,
  recordTracing,
  tracingOf,
} from "../../notebooks/support/results.ts";

Deno.test("recordResults() adds to what is there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.deepEqual(await readResults(folder), {});
    await recordResults(folder, { engine: "tensorflow", mcc: 0.1 });
    await recordResults(folder, { mcc: 0.2 });
    assert.deepEqual(await readResults(folder), {
      engine: "tensorflow",
      mcc: 0.2,
    });
    const left = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    assert.deepEqual(left, ["metrics.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("recordResults() refuses the figures of a model whose training was stopped", async () => {
  const folder = await Deno.makeTempDir();
  const training: TrainingRecord = {
    description: {},
    recipe: null,
    circumstances: {},
    totalSteps: 20,
    step: 2,
    bestStep: undefined,
    losses: [],
    stage: "running",
    folder: undefined,
  };
  try {
    await recordResults(folder, { mcc: 0.1 });
    await assert.rejects(recordResults(folder, { mcc: 0.2 }, { training }), {
      name: "RangeError",
      message: /^Cannot record the figures .* at step 2 of 20; train again$/,
    });
    assert.deepEqual(await readResults(folder), { mcc: 0.1 });
    const ended = { ...training, stage: "ended" as const };
    await recordResults(folder, { mcc: 0.2 }, { training: ended });
    assert.deepEqual(await readResults(folder), { mcc: 0.2 });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("recordResults() loses nothing to a file that is not JSON", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "metrics.json");
    await Deno.writeTextFile(file, "{");
    await assert.rejects(recordResults(folder, { mcc: 1 }), {
      name: "SyntaxError",
      message: /delete it and run again/,
    });
    assert.equal(await Deno.readTextFile(file), "{");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("recordTracing() adds its page to those of other notebooks", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const other = { signatures: 2, seconds: 0.5 };
    await recordResults(folder, {
      mcc: 0.1,
      speed: { threads: 2, tracing: { train: other } },
    });
    noteTrace("a function", { traceMs: 250, firstCallMs: 1000 });
    const report = await recordTracing(folder, "evaluate");
    assert.deepEqual(
      [report.signatures, report.seconds, report.firstCallSeconds],
      [1, 0.25, 1],
    );
    const results = await readResults(folder);
    assert.deepEqual(results, {
      mcc: 0.1,
      speed: { threads: 2, tracing: { train: other, evaluate: report } },
    });
    assert.deepEqual(tracingOf(results), { signatures: 3, seconds: 0.75 });
    assert.equal(tracingOf({ speed: { threads: 2 } }), undefined);
    assert.equal(tracingOf({}), undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
