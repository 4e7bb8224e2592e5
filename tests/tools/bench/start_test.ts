import assert from "node:assert/strict";
import { timeStart } from "../../../tools/bench/start.ts";

const ENV = { BERTBOOK_MODEL: "tiny", BERTBOOK_DATA: "embedded" };

Deno.test("a start is timed part by part, and the parts are all there is", async () => {
  const { all, ...parts } = await timeStart(ENV);
  assert.deepEqual(Object.keys(parts), [
    "kernel",
    "imports",
    "engine",
    "model",
    "sentences",
    "first step",
  ]);
  const sum = Object.values(parts).reduce((total, each) => total + each, 0);
  assert.ok(Math.abs(sum - all!) < 0.01, `${sum} is not ${all}`);
  assert.ok(Object.values(parts).every((seconds) => seconds > 0));
});

Deno.test("a start that fails is not timed", async () => {
  await assert.rejects(timeStart({ ...ENV, BERTBOOK_ENGINE: "abacus" }), {
    name: "TypeError",
    message: /every cell must run; found that of the engine failed .*abacus/,
  });
});
