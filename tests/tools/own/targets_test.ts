import assert from "node:assert/strict";
import { ensureModel, loadModel, type TargetsExample } from "bertbook";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { REGRESSION } from "../../../tools/own/targets.ts";
import type { OwnModel } from "../../../tools/own/task.ts";

Deno.test("a regression predicts numbers of the size of prices, of several columns", async () => {
  const example = (i: number): TargetsExample => ({
    text: i % 2 ? "a large house" : "a small room",
    targets: [i % 2 ? 1500 : 500, 3], // the second is the same for all
  });
  const train = Array.from({ length: 32 }, (_, i) => example(i));
  const validation = train.slice(0, 4);
  const model = await loadModel(await ensureModel("tiny"), {
    head: "sequence-classification",
    labels: ["price", "rooms"],
    problemType: "regression",
    seed: 1,
  }) as OwnModel;
  try {
    const options = { epochs: 6, batchSize: 8, learningRate: 1e-3, seed: 1 };
    const losses: number[] = [];
    const events = REGRESSION.train(model, { train, validation }, {
      ...options,
      maxLength: 8,
    });
    for await (const event of events) {
      if (event.kind === "step") losses.push(event.loss);
      if (event.kind === "epoch" && event.epoch === 6) break; // as the command does
    }
    assert.ok(losses.every((loss) => loss < 10), `${losses}`);
    const found = await REGRESSION.predict(
      model,
      train.slice(0, 2).map(REGRESSION.inputOf),
    );
    const [small, large] = found.map(({ values }) => values);
    assert.ok(Math.abs(small!["price"]! - 500) < 250, `${small!["price"]}`);
    assert.ok(Math.abs(large!["price"]! - 1500) < 250, `${large!["price"]}`);
    for (const { values } of found) {
      assert.ok(Math.abs(values["rooms"]! - 3) < 1, `${values["rooms"]}`);
    }
  } finally {
    disposeTree(model.params);
  }
});
