import assert from "node:assert/strict";
import { join } from "node:path";
import { RUNS_ALL } from "../../_tiers.ts";
import { inFolder, run, start, tickets } from "./_commands.ts";

/** A training whose steps take longer than a signal needs to arrive. */
const TRAIN = [
  ...["train", "train.csv", "--test=test.csv", "--validation=0.2", "--json"],
  ...["--model=tiny", "--batch=4", "--epochs=5", "--lr=1e-3", "--threads=1"],
];
const STEPS = 5 * 18;

/** The files of a training that its seed decides. */
async function bitsOf(folder: string, out: string): Promise<string[]> {
  const files = ["metrics.json", "model/model.safetensors"];
  return await Promise.all(files.map(async (file) => {
    const bytes = await Deno.readFile(join(folder, out, file));
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }));
}

/** Trains to the end. */
async function whole(
  folder: string,
  out: string,
  ...options: string[]
): Promise<string[]> {
  const { code, err } = await run(folder, ...TRAIN, `--out=${out}`, ...options);
  assert.equal(code, 0, err);
  return await bitsOf(folder, out);
}

/** Trains until a signal comes, and again; meanwhile a second command is refused. */
async function stopped(
  folder: string,
  signal: Deno.Signal,
  exitCode: number,
): Promise<string[]> {
  const args = [...TRAIN, `--out=${signal}`];
  const first = start(folder, ...args);
  await first.says(/, step \d+ of /);
  first.kill("SIGSTOP"); // so that it is still at it
  const second = await run(folder, ...args);
  first.kill("SIGCONT");
  first.kill(signal);
  assert.deepEqual([second.code, second.out], [2, ""], second.err);
  assert.match(
    second.err,
    /\nCannot write results in "[^\n]*": one run at a time may write there; found process \d+, since [^\n]*; wait for it, or name another folder with --out\n$/,
  );
  const { code, out, err } = await first.ended;
  assert.deepEqual([code, out], [exitCode, ""], err);
  assert.match(err, /\nStopped\n$/);
  const again = await run(folder, ...args);
  assert.equal(again.code, 0, again.err);
  const [, step] = /Resumed at step (\d+) of 90/.exec(again.err) ?? [];
  assert.ok(Number(step) > 0 && Number(step) < STEPS, again.err);
  return await bitsOf(folder, signal);
}

/** Trains until the time is over, and again with more of it. */
async function timed(folder: string): Promise<string[]> {
  const args = [...TRAIN, "--out=timed"];
  const short = await run(folder, ...args, "--max-minutes=0.01");
  assert.equal(short.code, 0, short.err);
  const { steps, totalSteps, files } = JSON.parse(short.out);
  assert.ok(steps > 0 && steps < STEPS, `${steps}`);
  assert.equal(totalSteps, STEPS);
  const over = `after ${steps} of ${STEPS} steps.`;
  assert.ok(short.err.includes(`The time is over ${over}`), short.err);
  const report = await Deno.readTextFile(files.report);
  assert.ok(report.includes(`The time was over ${over}`));
  const used = await run(folder, "predict", "timed", "Where is it?");
  assert.match(JSON.parse(used.out).label, /^(billing|shipping)$/);
  const long = await run(folder, ...args, "--max-minutes=100");
  assert.equal(long.code, 0, long.err);
  assert.match(long.err, new RegExp(`Resumed at step ${steps} of `));
  return await bitsOf(folder, "timed");
}

Deno.test({
  name: "train gives the same bits again, also if it was stopped on the way",
  ignore: Deno.build.os === "windows", // which has no such signals
  fn: () =>
    inFolder(async (folder) => {
      const [, ...lines] = tickets(130).trimEnd().split("\n");
      for (
        const [file, rows] of [
          ["train.csv", lines.slice(0, 90)],
          ["test.csv", lines.slice(90)],
        ] as const
      ) {
        const text = ["message,team", ...rows].join("\n") + "\n";
        await Deno.writeTextFile(join(folder, file), text);
      }
      const lane = async () => {
        const continued = await timed(folder);
        return [continued, await whole(folder, "other", "--seed=1")] as const;
      };
      const [bits, interrupted, [continued, others]] = await Promise.all([
        whole(folder, "whole"),
        stopped(folder, "SIGINT", 130),
        lane(),
      ]);
      assert.deepEqual(interrupted, bits);
      assert.deepEqual(continued, bits);
      assert.ok(others.every((hash) => !bits.includes(hash)), "another seed");
      if (!RUNS_ALL) return;
      assert.deepEqual(await whole(folder, "again"), bits);
      assert.deepEqual(await stopped(folder, "SIGTERM", 143), bits);
      assert.deepEqual(await stopped(folder, "SIGHUP", 129), bits);
    }),
});
