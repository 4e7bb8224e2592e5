import assert from "node:assert/strict";
import { predict } from "bertbook/inference/predict.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { instructionSets } from "bertbook/engine/processor.ts";
import {
  checkPrecision,
  multipliesBfloat16,
  type Precision,
} from "bertbook/engine/precision.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import {
  assertRelative,
  copyTask,
  disposeTrainState,
  formulaBatch,
  newModel,
  newTrainState,
  planOf,
  TOY_WITHOUT_DROPOUT,
  train,
} from "./_support.ts";

await startEngine({ engine: "tensorflow" });

// Undefined where the processor may not be asked: then TensorFlow decides.
const possible = multipliesBfloat16(instructionSets());

Deno.test("bfloat16 is refused where the processor does not multiply it", () => {
  assert.throws(() => checkPrecision("bfloat16", ["AVX2", "AVX-512"]), {
    name: "RangeError",
    message:
      /^Cannot compute in bfloat16: .*; found AVX2, AVX-512; use precision "float32"$/,
  });
  checkPrecision("float32", ["AVX2"]);
  checkPrecision("bfloat16", ["AVX2", "AMX-BF16"]);
  checkPrecision("bfloat16", null);
});

Deno.test({
  name: "twenty steps in bfloat16 have the losses of float32, but for 1 %",
  ignore: possible === false,
  fn: async () => {
    const lossesIn = async (precision: Precision): Promise<number[]> => {
      const state = newTrainState(3);
      const plan = planOf({ config: TOY_WITHOUT_DROPOUT, precision });
      const sizes = { batchSize: 8, length: 16, vocabSize: 64 };
      const batches = Array.from(
        { length: 20 },
        (_, i) => formulaBatch(i + 1, sizes),
      );
      const losses: number[] = [];
      const start = { epoch: 1, stepsDone: 0 };
      for await (const step of train(state, batches, start, plan)) {
        losses.push(step.loss);
      }
      disposeTrainState(state);
      return losses;
    };
    const exact = await lossesIn("float32"), rough = await lossesIn("bfloat16");
    assertRelative(rough, exact, 1e-2);
    if (possible) assert.notDeepEqual(rough, exact);
  },
});

Deno.test({
  name: "predict() in bfloat16 gives nearly the same logits",
  ignore: possible === false,
  fn: async () => {
    const model = newModel();
    const examples = copyTask(20, 4);
    const exact = await predict(model, examples);
    const rough = await predict(model, examples, { precision: "bfloat16" });
    assert.ok(Math.abs(rough.loss - exact.loss) < 1e-2);
    if (possible) assert.notDeepEqual(rough.logits, exact.logits);
    disposeTree(model.params);
  },
});
