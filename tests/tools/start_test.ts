import assert from "node:assert/strict";
import { figuresOf } from "../../tools/start.ts";

Deno.test("figuresOf() rounds what is there and leaves out what is not", () => {
  const figures = figuresOf({
    mcc: 0.31149,
    mccInterval: [0.2, 0.4],
    engine: "tensorflow",
    device: "CPU",
    trainingSeconds: 125.2,
    speed: {
      threads: 2,
      tracing: {
        train: { signatures: 15, seconds: 1.06, functions: [] },
        evaluate: { signatures: 5, seconds: 0.12, functions: [] },
      },
    },
  });
  assert.deepEqual(figures, [
    {
      label: "MCC, out of domain",
      value: "0.311",
      note: "95 % interval 0.200 to 0.400",
    },
    { label: "Engine", value: "tensorflow", note: "CPU" },
    { label: "Training time", value: "2 min 05 s" },
    {
      label: "Tracing time",
      value: "1.2 s",
      note: "20 compiled functions",
    },
  ]);
});
