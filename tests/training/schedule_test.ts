import assert from "node:assert/strict";
import { learningRateAt, type Schedule } from "bertbook/training/schedule.ts";
import golden from "../golden/optimizer.json" with { type: "json" };

for (const { name, totalSteps, warmupSteps, rates } of golden.schedules) {
  Deno.test(`learningRateAt() equals Python's: ${name}, ${warmupSteps} warm-up steps`, () => {
    const schedule = {
      name: name as Schedule["name"],
      learningRate: 2e-5,
      warmupSteps,
      totalSteps,
    };
    for (const [i, expected] of rates.entries()) {
      const difference = learningRateAt(i + 1, schedule) - expected;
      assert.ok(Math.abs(difference) < 1e-17, `step ${i + 1}: ${difference}`);
    }
  });
}

Deno.test("learningRateAt() is never below zero, nor undefined after a warm-up of all steps", () => {
  for (const name of ["linear", "cosine"] as const) {
    const schedule = { name, learningRate: 1, warmupSteps: 4, totalSteps: 4 };
    assert.equal(learningRateAt(4, schedule), 0.75);
    assert.ok(learningRateAt(9, schedule) >= 0);
  }
});
