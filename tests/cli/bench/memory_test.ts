import assert from "node:assert/strict";
import { memoryTable, watchMemory } from "bertbook/cli/bench/memory.ts";

Deno.test("watchMemory() takes all steps in ten parts", async () => {
  for (
    const [steps, parts] of [[2000, 10], [17, 10], [3, 3], [1, 1]] as const
  ) {
    const asked: number[] = [];
    const points = await watchMemory({
      ask: <Answer>(count: number) => {
        asked.push(count);
        const answer = { tensors: 5, handles: 9, residentMb: 100 + count };
        return Promise.resolve(answer as Answer);
      },
    }, steps);
    assert.equal(asked.reduce((sum, count) => sum + count, 0), steps);
    assert.ok(asked.every((count) => count > 0));
    assert.equal(points.length, parts);
    assert.equal(points.at(-1)!.steps, steps);
  }
});

Deno.test("memoryTable() has a line for each point", () => {
  const points = [100, 101].map((residentMb, i) => ({
    ...{ steps: 10 * (i + 1), tensors: 5, handles: 9 },
    residentMb,
  }));
  assert.equal(
    memoryTable(points),
    [
      "after     resident MB  tensors  handles",
      "10 steps          100        5        9",
      "20 steps          101        5        9",
    ].join("\n"),
  );
});
