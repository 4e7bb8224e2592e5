import { accelerator } from "bertbook/engine/accelerator.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import {
  type Measured,
  platform,
  registerPlatform,
} from "bertbook/engine/platform.ts";
import {
  choosePrecision,
  chosenPrecision,
  precisionTimes,
} from "bertbook/model/choose_precision.ts";
import { checkpointsIn } from "bertbook/checkpoint/training_runs.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { predict } from "bertbook/inference/predict.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { copyTask, newModel } from "./_support.ts";

await startEngine({ engine: "tensorflow" });
const ignore = accelerator()?.multipliesBfloat16 !== true;

/** Runs with measurements of its own. */
async function withMeasured(
  run: (read: () => Measured) => Promise<void>,
): Promise<void> {
  const system = platform();
  let kept: Measured = {};
  registerPlatform({
    ...system,
    measured: () => kept,
    keepMeasured: (part) => kept = { ...kept, ...part },
  });
  try {
    await run(() => kept);
  } finally {
    registerPlatform(system);
  }
}

Deno.test({
  name:
    "the precision is measured once, kept, and taken if it is the faster one by far",
  ignore,
  async fn(): Promise<void> {
    for (
      const [bfloat16, precision] of [
        [60, "bfloat16"],
        [98, "float32"], // it rounds, and gains next to nothing
        [170, "float32"],
      ] as const
    ) {
      await withMeasured(async (read) => {
        let count = 0;
        const milliseconds = () => {
          count++;
          return Promise.resolve({ float32: 100, bfloat16 });
        };
        assert.equal(await chosenPrecision(), undefined);
        const first = await choosePrecision({ milliseconds });
        assert.equal(first.precision, precision);
        assert.match(
          first.reason,
          new RegExp(
            `^${precision}: bfloat16 took ${bfloat16}.0 ms where float32 took ` +
              `100.0 ms, as measured on \\d{4}-\\d\\d-\\d\\d$`,
          ),
        );
        assert.equal(read().precision?.["CPU"]?.bfloat16, bfloat16);
        assert.deepEqual(await choosePrecision({ milliseconds }), first);
        assert.deepEqual(await chosenPrecision(), first);
        assert.equal(count, 1);
        await choosePrecision({ milliseconds, again: true });
        assert.equal(count, 2);
      });
    }
  },
});

Deno.test("an engine without bfloat16 is not measured", async () => {
  await startEngine({ engine: "wasm" });
  try {
    await withMeasured(async (read) => {
      const { precision, reason } = await choosePrecision({
        milliseconds: () => assert.fail("it measures"),
      });
      assert.equal(precision, "float32");
      assert.equal(reason, "float32: CPU does not multiply bfloat16");
      assert.deepEqual(read(), {});
    });
  } finally {
    await startEngine({ engine: "tensorflow" });
  }
});

Deno.test({
  name:
    "the measurement takes time in both precisions and leaves nothing behind",
  ignore,
  async fn(): Promise<void> {
    const { numTensors } = tf.memory();
    const { float32, bfloat16 } = await precisionTimes();
    assert.ok(float32 > 0.1 && float32 < Infinity);
    assert.ok(bfloat16 > 0.1 && bfloat16 < Infinity);
    assert.notEqual(float32, bfloat16);
    assert.equal(tf.memory().numTensors, numTensors);
  },
});

Deno.test({
  name:
    '"auto" trains and predicts in the chosen precision, and the first event says why',
  ignore,
  fn: () =>
    withMeasured(async () => {
      platform().keepMeasured({
        precision: { CPU: { float32: 2, bfloat16: 1, date: "2026-01-02" } },
      });
      const folder = await Deno.makeTempDir();
      const examples = copyTask(16, 4);
      const data = { train: examples, validation: examples };
      const recipe = { epochs: 1, batchSize: 8, learningRate: 1e-3, seed: 1 };
      const train = async (precision: "auto" | "float32" | "bfloat16") => {
        const model = newModel();
        const checkpoints = checkpointsIn(`${folder}/${precision}`);
        const losses: number[] = [];
        let notes: readonly string[] = [];
        const options = { ...recipe, precision, checkpoints };
        for await (const event of fineTune(model, data, options)) {
          if (event.kind === "start") notes = event.notes;
          if (event.kind === "step") losses.push(event.loss);
        }
        const { logits } = await predict(model, examples, { precision });
        disposeTree(model.params);
        return { losses, logits, notes };
      };
      try {
        const chosen = await train("auto"), named = await train("bfloat16");
        assert.deepEqual(chosen.losses, named.losses);
        assert.deepEqual(chosen.logits, named.logits);
        assert.notDeepEqual(chosen.losses, (await train("float32")).losses);
        assert.deepEqual(named.notes, []);
        assert.deepEqual(chosen.notes, [
          "bfloat16: bfloat16 took 1.0 ms where float32 took 2.0 ms, as measured on " +
          "2026-01-02",
        ]);
        const again = await train("auto"); // of the same run
        assert.ok(again.notes.length > 1);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }),
});

Deno.test({
  name:
    '"auto" continues a stopped training in its precision, whatever is faster now',
  ignore,
  fn: () =>
    withMeasured(async () => {
      const measure = (float32: number, bfloat16: number): void =>
        platform().keepMeasured({
          precision: { CPU: { float32, bfloat16, date: "2026-01-02" } },
        });
      const folder = await Deno.makeTempDir();
      const examples = copyTask(16, 4);
      const data = { train: examples, validation: examples };
      const train = async (
        name: string,
        { seed = 1, stopAt = Infinity } = {},
      ): Promise<{ losses: number[]; notes: string }> => {
        const model = newModel();
        const losses: number[] = [];
        let notes = "";
        const events = fineTune(model, data, {
          ...{ epochs: 2, batchSize: 8, learningRate: 1e-3, seed },
          precision: "auto",
          checkpoints: checkpointsIn(`${folder}/${name}`),
        });
        for await (const event of events) {
          if (event.kind === "start") notes = event.notes.join("\n");
          if (event.kind !== "step") continue;
          losses.push(event.loss);
          if (event.step === stopAt) break;
        }
        disposeTree(model.params);
        return { losses, notes };
      };
      try {
        measure(2, 1);
        const whole = await train("whole");
        await train("part", { stopAt: 1 });
        await train("other", { stopAt: 1 });
        measure(1, 2);
        const resumed = await train("part");
        assert.match(
          resumed.notes,
          /^Resumed at step 1 of 4\.\nbfloat16: so did/,
        );
        assert.deepEqual(resumed.losses, whole.losses);
        // Another training chooses by the measurement.
        const { notes } = await train("other", { seed: 2 });
        assert.match(
          notes,
          /the option precision was "bfloat16" and is "float32"/,
        );
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }),
});

Deno.test({
  name: "bfloat16 that oneDNN is kept from is refused, and the process goes on",
  ignore,
  async fn(): Promise<void> {
    const script = `
      import { startEngine } from "bertbook/engine/engine.ts";
      import { checkPrecision } from "bertbook/engine/precision.ts";
      import { choosePrecision } from "bertbook";
      await startEngine({ engine: "tensorflow" });
      try { checkPrecision("bfloat16"); } catch ({ message }) { console.log(message); }
      console.log((await choosePrecision()).precision);`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", "--quiet", script],
      cwd: `${import.meta.dirname}/../..`,
      env: { ONEDNN_MAX_CPU_ISA: "AVX2", NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    assert.match(
      text.decode(stdout),
      /^Cannot compute in bfloat16: .*; found .*AVX2.*; use precision "float32"\nfloat32\n$/,
      text.decode(stderr),
    );
  },
});
