/** Trainings whose process is killed again and again. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { provideLibrary } from "bertbook/engine/tensorflow/library.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { RUNS_ALL } from "../_tiers.ts";

await provideLibrary();

const CHILD = join(import.meta.dirname!, "_training_child.ts");

/** Runs a training; kills it a while after its first own step, if a time is given. */
async function train(
  folder: string,
  model: string,
  killAfter?: number,
): Promise<{ lines: string[]; killed: boolean }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", CHILD, folder, model],
    stdout: "piped",
  }).spawn();
  let lines: string[] = [], text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    lines = text.split("\n").slice(0, -1);
    if (killAfter === undefined || timer !== undefined) continue;
    if (lines.some((line) => line.startsWith("step"))) {
      timer = setTimeout(() => child.kill("SIGKILL"), killAfter);
    }
  }
  clearTimeout(timer);
  const { signal, success } = await child.status;
  assert.ok(success || signal === "SIGKILL", `${model} failed`);
  return { lines, killed: signal === "SIGKILL" };
}

/** Trains whole once, then under kills, and compares every loss and the last weights. */
async function assertSurvives(
  model: string,
  { kills, milliseconds }: { kills: number; milliseconds: number },
): Promise<number> {
  const home = await Deno.makeTempDir({ prefix: "bertbook-kill-" });
  try {
    const whole = (await train(join(home, "whole"), model)).lines;
    const expected = new Map(whole.map((line) => lineOf(line)));
    assert.ok(expected.has("end"));
    const random = randomStream(kills);
    let numKilled = 0;
    for (let training = 0; numKilled < kills; training++) {
      const folder = join(home, `${training}`);
      for (let hasEnded = false; !hasEnded;) {
        const { lines, killed } = await train(
          folder,
          model,
          numKilled < kills ? random.integer(milliseconds) : undefined,
        );
        numKilled += killed ? 1 : 0;
        for (const [name, value] of lines.map(lineOf)) {
          if (name !== "start") assert.equal(value, expected.get(name), name);
        }
        hasEnded = lines.some((line) => line.startsWith("end"));
      }
    }
    return numKilled;
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** "step 3 0.5" → ["step 3", "0.5"]. */
function lineOf(line: string): [name: string, value: string] {
  const words = line.split(" ");
  return [words.slice(0, -1).join(" "), words.at(-1)!];
}

Deno.test("fault 16: a training killed three times ends in the same bits", async () => {
  await assertSurvives("toy", { kills: 3, milliseconds: 500 });
});

Deno.test({
  name:
    "fault 16: a training of MiniLM killed fifty times ends in the same bits",
  ignore: !RUNS_ALL,
  async fn(): Promise<void> {
    await assertSurvives("all-MiniLM-L6-v2", { kills: 50, milliseconds: 6000 });
  },
});
