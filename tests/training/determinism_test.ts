/** Determinism: equal trainings in several processes, compared bit by bit. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { provideLibrary } from "bertbook/engine/tensorflow/library.ts";
import type { FineTuneOptions } from "bertbook/training/fine_tune.ts";
import { RUNS_ALL } from "../_tiers.ts";

await provideLibrary();

const CHILD = join(import.meta.dirname!, "_training_child.ts");

/** Trains in a process of its own: the loss of each step, and the hash of all weights. */
async function train(
  model: string,
  options: Partial<FineTuneOptions> & { threads: number },
): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-bits-" });
  const more = JSON.stringify({ epochs: 1, batchSize: 8, ...options });
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", CHILD, folder, model, more],
    stderr: "inherit",
  }).output();
  await Deno.remove(folder, { recursive: true });
  assert.ok(success);
  // Threads share the batches of an evaluation, which changes the last digits of its sums.
  const lines = new TextDecoder().decode(stdout)
    .replace(/^evaluation .*\n/gm, "");
  assert.match(lines, /^start 0\n(step \d+ \S+\n){20}end \w{64}\n$/);
  return lines;
}

Deno.test("fault 62: a seed gives the same bits in every process, another seed others", async () => {
  const first = await train("toy", { threads: 2, seed: 1 });
  assert.equal(await train("toy", { threads: 2, seed: 1 }), first);
  const other = await train("toy", { threads: 2, seed: 2 });
  assert.notEqual(other.split("\n")[1], first.split("\n")[1]);
});

for (const model of ["toy", "tiny"]) {
  for (const batching of ["packed", "padded"] as const) {
    Deno.test({
      name:
        `${batching} batches of ${model} give the same bits with one thread and two, in as many micro-batches`,
      ignore: model !== "toy" && !RUNS_ALL,
      async fn(): Promise<void> {
        const options = { batching, numMicroBatches: 2 };
        const [one, two] = [
          await train(model, { threads: 1, ...options }),
          await train(model, { threads: 2, ...options }),
        ];
        assert.equal(two, one);
      },
    });
  }
}
