import assert from "node:assert/strict";
import type { Outcome } from "../../../tools/own/task.ts";
import { judge } from "../../../tools/own/verdict.ts";

/** The share of outcomes that are 1. */
const metricOf = (outcomes: readonly Outcome[]): number =>
  outcomes.reduce((sum, [right]) => sum + right!, 0) / outcomes.length;

/** So many right ones among a hundred. */
const right = (count: number): Outcome[] =>
  Array.from({ length: 100 }, (_, i) => [i < count ? 1 : 0]);

function verdictOn(model: number, baseline: number): string {
  const baselines = [{ name: "a coin", outcomes: right(baseline) }];
  const options = { metricOf, unit: "test texts" };
  return judge("accuracy", right(model), baselines, options).sentence;
}

Deno.test("a verdict says better, worse, or that it cannot tell", () => {
  assert.match(
    verdictOn(90, 50),
    /^accuracy 0\.900 .* on 100 test texts: better than a coin by 0\.400 /,
  );
  assert.match(verdictOn(50, 90), /: worse than a coin by 0\.400 /);
  assert.match(
    verdictOn(51, 50),
    /: cannot tell whether it is better than a coin, the difference is 0\.010 /,
  );
});

Deno.test("the difference is of the same examples: its interval is the shorter one", () => {
  const baselines = [{ name: "a coin", outcomes: right(50) }];
  const { score, comparisons } = judge("accuracy", right(60), baselines, {
    metricOf,
    unit: "test texts",
  });
  const [{ difference }] = comparisons as [typeof comparisons[number]];
  assert.ok(Math.abs(difference.value - 0.1) < 1e-12);
  // Ten of a hundred differ: σ = √(0.1 · 0.9 / 100) = 0.03; of the score 0.049.
  assert.ok(difference.high - difference.low < 0.14);
  assert.ok(score.high - score.low > 0.16);
});
