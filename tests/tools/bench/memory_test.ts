import assert from "node:assert/strict";
import { trackMemory } from "../../../tools/bench/bench.ts";

Deno.test("trackMemory() takes all steps in ten parts", async () => {
  for (
    const [steps, parts] of [[2000, 10], [17, 10], [3, 3], [1, 1]] as const
  ) {
    const asked: number[] = [];
    const points = await trackMemory({
      ask: <Answer>(count: number) => {
        asked.push(count);
        const answer = { tensors: 5, handles: 9, residentMb: 99, scriptMb: 7 };
        return Promise.resolve((count === 0 ? answer : {}) as Answer);
      },
    }, steps);
    assert.equal(asked.reduce((sum, count) => sum + count, 0), steps);
    // Each time it takes some steps, and then is asked for none.
    assert.ok(asked.every((count, i) => (count > 0) === (i % 2 === 0)));
    assert.equal(points.length, parts);
    assert.equal(points.at(-1)!.steps, steps);
  }
});
