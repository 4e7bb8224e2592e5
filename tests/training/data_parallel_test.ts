import assert from "node:assert/strict";
import { provideLibrary } from "bertbook/engine/tensorflow/library.ts";
import { allEnd, type RunningWorker, startTraining } from "./_cluster.ts";

await provideLibrary();

const IS_LINUX = Deno.build.os === "linux";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-cluster-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Losses of steps and evaluations, by their names. */
function lossesOf(lines: readonly string[]): Map<string, number> {
  return new Map(
    lines.filter((line) => /^(step|evaluation)/.test(line)).map((line) => {
      const [kind, number, loss] = line.split(" ");
      return [`${kind} ${number}`, Number(loss)];
    }),
  );
}

function assertClose(
  actual: readonly string[],
  expected: readonly string[],
  from = 0,
): void {
  const wanted = lossesOf(expected);
  const found = lossesOf(actual);
  assert.ok(found.size >= wanted.size - from && found.size > 0);
  for (const [name, loss] of found) {
    const difference = Math.abs(loss / wanted.get(name)! - 1);
    assert.ok(difference < 1e-6, `${name}: ${loss}, ${wanted.get(name)}`);
  }
}

Deno.test({
  name: "two workers take the steps of one process with two micro-batches",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      const [alone] = await allEnd(
        startTraining(`${folder}/1`, 1, () => ({
          epochs: 1,
          numMicroBatches: 2,
        })),
      );
      const runs = [];
      for (const run of [1, 2]) {
        const path = `${folder}/2-${run}`;
        const workers = startTraining(path, 2, () => ({ epochs: 1 }));
        runs.push(await allEnd(workers));
      }
      assert.ok(lossesOf(alone!).size > 40);
      assertClose(runs[0]![0]!, alone!);
      // Bit by bit the same, on both workers and in both runs.
      for (const lines of runs.flat()) assert.deepEqual(lines, runs[0]![0]);
    }),
});

Deno.test({
  name:
    "gradients in bfloat16 change losses a little, and are the same on each",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      const [[whole], rounded] = await Promise.all(
        ["float32", "bfloat16"].map((reducePrecision) =>
          allEnd(
            startTraining(`${folder}/${reducePrecision}`, 2, () => ({
              epochs: 1,
              reducePrecision,
            })),
          )
        ),
      ) as [string[][], string[][]];
      assert.deepEqual(rounded[1], rounded[0]);
      const [expected, found] = [lossesOf(whole!), lossesOf(rounded[0]!)];
      // The first loss is computed before any gradient is sent.
      assert.equal(found.get("step 1"), expected.get("step 1"));
      const differences = [...found].map(([name, loss]) =>
        Math.abs(loss / expected.get(name)! - 1)
      );
      const most = Math.max(...differences);
      assert.ok(most > 1e-7 && most < 1e-2, `${most}`);
    }),
});

Deno.test({
  name: "workers with accumulated, padded batches of few examples agree, too",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      // The last batch has 7 examples, too few to share out evenly.
      const options = {
        epochs: 1,
        batchSize: 9,
        gradientAccumulationSteps: 3,
        numMicroBatches: 3,
        warmupSteps: 1,
      };
      for (const batching of ["packed", "padded"]) {
        const [[alone], [shared, other]] = await Promise.all(
          [1, 2].map((count) =>
            startTraining(`${folder}/${batching}${count}`, count, () => ({
              ...options,
              batching,
            }))
          ).map(allEnd),
        ) as [string[][], string[][]];
        assertClose(shared!, alone!);
        assert.deepEqual(other, shared);
      }
    }),
});

Deno.test({
  name:
    "machines of other numbers of threads take the micro-batches of worker 0",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      const options = { epochs: 1, examples: 40 };
      const [alone] = await allEnd(
        startTraining(`${folder}/1`, 1, () => ({
          ...options,
          numMicroBatches: 4,
        })),
      );
      const [first, second] = await allEnd(
        startTraining(`${folder}/2`, 2, (worker) => ({
          ...options,
          threads: 2 - worker,
        })),
      );
      assert.deepEqual(second, first);
      assertClose(first!, alone!);
    }),
});

Deno.test({
  name:
    "fault 95: workers of different seeds or data are refused before the first step",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      const both = (found: string, other: string): string =>
        `=${found} on worker 0 \\(127\\.0\\.0\\.1:\\d+\\) and ${other} on worker 1 \\(127`;
      const hash = '"[0-9a-f]{64}"';
      const differing: [optionsOf: (worker: number) => object, RegExp][] = [
        [(seed) => ({ seed }), RegExp(`found options\\.seed${both("0", "1")}`)],
        [
          (worker) => ({ examples: 160 - worker }),
          RegExp(`data\\.train${both(hash, hash)}`),
        ],
      ];
      for (const [optionsOf, found] of differing) {
        for (const { ended } of startTraining(folder, 2, optionsOf)) {
          const { code, lines, errors } = await ended;
          assert.equal(code, 1);
          assert.deepEqual(lines, []);
          assert.match(errors, /Cannot train together: all workers must have/);
          assert.match(errors, found);
        }
      }
    }),
});

Deno.test({
  name:
    "fault 93: a killed worker stops the others, and another number resumes",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      const options = { epochs: 1, numMicroBatches: 3 };
      const [whole] = await allEnd(
        startTraining(`${folder}/whole`, 1, () => options),
      );
      const workers = startTraining(`${folder}/cut`, 3, () => options);
      await workers[0]!.says("step 20 ");
      workers[2]!.process.kill("SIGKILL");
      const start = performance.now();
      for (const { ended } of workers.slice(0, 2)) {
        const { code, errors } = await ended;
        assert.equal(code, 1);
        assert.match(
          errors,
          /ClusterError: Cannot continue training: all 3 workers must work; found that worker \d \(127\.0\.0\.1:\d+\) has ended or cannot be reached .*; the last checkpoint stands/,
        );
      }
      assert.ok(performance.now() - start < 10_000);
      await workers[2]!.ended;
      const resumed = await allEnd(
        startTraining(`${folder}/cut`, 2, () => options),
      );
      assert.match(resumed[0]![0]!, /^start (1[5-9]|2\d)$/);
      assert.deepEqual(resumed[1], resumed[0]);
      assertClose(resumed[0]!, whole!, 30);
      const [alone] = await allEnd(
        startTraining(`${folder}/cut`, 1, () => options),
      );
      assert.equal(alone![0], "start 0"); // the run had come to its end
    }),
});

Deno.test({
  name: "fault 94: a worker that hangs is noticed within the heartbeat's bound",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      const workers = startTraining(folder, 2, () => ({ epochs: 50 }));
      await workers[0]!.says("step 5 ");
      workers[1]!.process.kill("SIGSTOP");
      const start = performance.now();
      const { code, errors } = await workers[0]!.ended;
      const seconds = (performance.now() - start) / 1000;
      workers[1]!.process.kill("SIGKILL");
      await workers[1]!.ended;
      assert.equal(code, 1);
      assert.match(
        errors,
        /worker 1 \(127\.0\.0\.1:\d+\) has not answered for 4 s/,
      );
      assert.ok(seconds < 10, `${seconds} s`);
    }),
});

Deno.test({
  name: "if worker 0 leaves a training, the others are told so",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      const [first, second] = startTraining(folder, 2, (worker) => ({
        epochs: 1,
        ...worker === 0 && { breakAt: 5 },
      })) as [RunningWorker, RunningWorker];
      assert.equal((await first.ended).code, 0);
      assert.match(
        (await second.ended).errors,
        /worker 0 \(127\.0\.0\.1:\d+\) has stopped: left at step 5 of 40; the last checkpoint stands/,
      );
    }),
});

Deno.test({
  name: "fault 96: a worker's port can be reached at its own address only",
  ignore: !IS_LINUX,
  fn: () =>
    inFolder(async (folder) => {
      const workers = startTraining(folder, 2, () => ({ epochs: 50 }));
      await workers[0]!.says("step 1 ");
      const port = Number(workers[0]!.address.split(":")[1]);
      assert.equal(await canConnect("127.0.0.1", port), true);
      assert.equal(await canConnect("127.0.0.2", port), false);
      for (const { process } of workers) process.kill("SIGTERM");
      for (const { ended } of workers) assert.equal((await ended).code, 143);
    }),
});

/** Whether a connection is accepted within a second. */
async function canConnect(host: string, port: number): Promise<boolean> {
  const open = `exec 3<>/dev/tcp/${host}/${port}`;
  const { code } = await new Deno.Command("timeout", {
    args: ["1", "bash", "-c", open],
  }).output();
  assert.ok(code === 0 || code === 124, `${host}:${port} refuses`); // 124: no answer
  return code === 0;
}
